/* A thing of any kind by its id alone: ids are unique over the kinds. What else is known of it is asked by its kind. */
#ifndef CORE_THING_H
#define CORE_THING_H

#include "contract/tagged.h"

/* Kinds behind those that bear tags (enum tagged). */
enum { THING_LOAD_BALANCER = TAGGED_MAX, THING_DB_INSTANCE, THING_SCALING_RULE, THING_MAX };

/* The kind of the thing of that id, and whose it is and where; THING_MAX if there is none. */
int thing_find(struct txn *txn, const char *id, struct tenant *ret);

#endif
