/* Tags of things that are there: set, taken off, counted, whatever kind of thing bears them. What a key may look like is
 * an API's business. */
#ifndef CORE_TAGGING_H
#define CORE_TAGGING_H

#include "contract/tagged.h"
#include "core/core.h"

#define TAGS_MAX 20 /* of a thing */

struct tagging_args {
	enum tagged kind;
	const char *const *resources;
	size_t n_resources;
	const struct tag *tags; /* those to set (resource and account are filled in), or to take off if they are alike */
	size_t n_tags;
	const char *const *keys; /* to take off, whatever the value */
	size_t n_keys;
	bool all; /* take all off */
};

/* On all of the things or on none; a key that is there gets the new value. */
bool tagging_set(struct work *work, const struct tagging_args *args);
bool tagging_unset(struct work *work, const struct tagging_args *args);

/* Whether there is such a thing of the caller's. */
bool tagging_found(const struct work *work, enum tagged kind, const char *id);

/* How many things of each kind bear a tag. */
struct tag_count {
	const char *key;
	const char *value;
	int64_t things[TAGGED_MAX];
};

/* By key and value. `kind` -1 is all of them; the search's own kind is not looked at. Returns how many. */
size_t tagging_count(struct work *work, const struct tag_search *search, int kind, struct tag_count **ret);

#endif
