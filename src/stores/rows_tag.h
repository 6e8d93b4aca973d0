/* The table of tags, for the files that read and write it: by the thing that bears them, and over things of a kind. It is no
 * interface of the store. */
#ifndef STORES_ROWS_TAG_H
#define STORES_ROWS_TAG_H

#include "stores/table.h"

extern const struct table tag_table;

#endif
