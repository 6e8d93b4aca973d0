/* Reads "a=b&c=d", the form of queries and of form bodies, pair by pair. What a name means is the caller's business. */
#ifndef API_QUERY_H
#define API_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Pairs in the text, at most. */
size_t query_count(const char *text);

/* Calls `each` with every pair, decoded ('+' is a space) and in the arena; pairs without a name are left out. False if a
 * text is not UTF-8 or holds a NUL. */
bool query_read(struct arena *arena, const char *text, void (*each)(void *context, const char *name, const char *value),
                void *context);

#endif
