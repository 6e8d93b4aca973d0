/* Fills a C struct from a tree by its shape: checks presence, type, length, range and allowed values, in the order of
 * the fields. It decides what is well formed, never what is allowed. */
#ifndef API_BIND_H
#define API_BIND_H

#include "api/shape.h"
#include "base/arena.h"
#include "base/tree.h"
#include "contract/refusal.h"

/* False with *ret_refusal filled on the first field that does not fit; the subject is its whole name
 * ("DataDisk.1.Size"). Texts and lists of texts that do fit are in `target` nevertheless, for who asks what the call is
 * about; those that do not are as if they were absent, or as they came. All memory is of `arena`. `target` is zeroed first. */
bool bind_input(struct arena *arena, const struct shape *shape, struct tree *tree, void *target,
                struct refusal *ret_refusal);

/* The same for a reader of another edition than the first. */
bool bind_edition(struct arena *arena, enum edition edition, const struct shape *shape, struct tree *tree, void *target,
                  struct refusal *ret_refusal);

/* Marks what bind_edition() would read, as `read` and with the flags of its field and of those around it; values are not
 * looked at, so that a value which does not fit ends nothing. */
void bind_mark(struct arena *arena, enum edition edition, const struct shape *shape, struct tree *tree);

#endif
