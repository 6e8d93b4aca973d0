/* What the tag operations of all products do alike: the same verbs and the same lists under each product's own words for
 * its kinds of things. */
#ifndef API_ALIYUN_RPC_TAGGING_H
#define API_ALIYUN_RPC_TAGGING_H

#include "api/aliyun/rpc.h"
#include "contract/tagged.h"

bool rpc_tag_resources(struct call *call, enum tagged kind, const struct texts *ids, const struct items *tags);
bool rpc_untag_resources(struct call *call, enum tagged kind, const struct texts *ids, const struct texts *keys,
                         bool all);

struct rpc_tagged_item {
	const char *resource, *type, *key, *value;
	bool propagate;
};
extern const struct shape rpc_tagged_shape; /* ResourceId, ResourceType, TagKey, TagValue */

struct rpc_tagged_list {
	enum tagged kind;
	const char *type;     /* how the product calls the kind */
	struct texts ids;     /* none: all */
	struct items filters; /* struct rpc_tag */
	const char *next_token;
	int64_t limit;
};

/* Fills the items and, where there is more, the token. */
bool rpc_list_tagged(struct call *call, const struct rpc_tagged_list *list, struct items *ret, const char **ret_token);

/* The kind that is called so in `words` (by kind; NULL: the product has no word for it), in any letter case. */
enum tagged rpc_tagged_of(const char *const words[TAGGED_MAX], const char *word);

#endif
