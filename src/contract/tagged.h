/* Tags across the kinds of things that bear them: what a store can search. Reading and writing the tags of one thing is
 * contract/store.h's. */
#ifndef CONTRACT_TAGGED_H
#define CONTRACT_TAGGED_H

#include "contract/store.h"

enum tagged {
	TAGGED_INSTANCE,
	TAGGED_DISK,
	TAGGED_SNAPSHOT,
	TAGGED_SECURITY_GROUP,
	TAGGED_VPC,
	TAGGED_VSWITCH,
	TAGGED_SCALING_GROUP,
	TAGGED_MAX
};

struct tag_search {
	const char *account;
	const char *region; /* NULL: any */
	enum tagged kind;
	const char *const *resources;
	size_t n_resources; /* 0 with resources != NULL: none match */
	const struct tag_filter *tags; /* the thing bears all of them */
	size_t n_tags;
	const char *after_resource; /* with after_key: continue behind this one */
	const char *after_key;
	int64_t limit; /* 0: all */
};

/* By resource and key. */
size_t tag_search(struct txn *txn, const struct tag_search *search, struct tag **ret);

void tag_delete(struct txn *txn, const char *resource, const char *key);

#endif
