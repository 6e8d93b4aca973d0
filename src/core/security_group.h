/* Security groups: made, changed, removed; their rules, and which instances are in them. Rules are kept and shown; no
 * packet is filtered. */
#ifndef CORE_SECURITY_GROUP_H
#define CORE_SECURITY_GROUP_H

#include "contract/network.h"
#include "core/core.h"

#define SECURITY_GROUPS_MAX                   100 /* of an account in a region */
#define SECURITY_GROUP_INSTANCES_MAX          2000
#define SECURITY_GROUP_ENTERPRISE_MAX         65536
#define SECURITY_GROUP_RULES_MAX              200
#define INSTANCE_SECURITY_GROUPS_MAX          5 /* groups an instance may be in */

bool find_security_group(const struct work *work, const char *id, struct security_group *ret);

/* Instances in it, and how many it takes. */
int64_t security_group_members(const struct work *work, const char *id);
int64_t security_group_room(const struct security_group *group);

/* Groups that instances of a VPC are to be in. */
struct security_groups_wanted {
	const char *groups; /* comma separated */
	const char *region;
	const char *vpc;     /* of the instances; NULL: they are in none, and can be in no group */
	const char *already; /* groups that need no room, for the instance is in them; or NULL */
	int64_t amount;      /* of instances */
};
/* REFUSE_NONE, or why not. */
enum refusal_reason security_groups_fit(struct work *work, const struct security_groups_wanted *wanted);

struct security_group_create_args {
	const char *vpc;
	const char *name;
	const char *description;
	const char *resource_group;
	enum security_group_type type;
	const struct tag *tags;
	size_t n_tags;
};
bool security_group_create(struct work *work, const struct security_group_create_args *args, const char **ret_id);

/* Members that are NULL stay as they are. */
struct security_group_modify_args {
	const char *group;
	const char *name;
	const char *description;
	bool inner_drop_given, inner_drop;
};
bool security_group_modify(struct work *work, const struct security_group_modify_args *args);

bool security_group_delete(struct work *work, const char *id);

bool security_group_join(struct work *work, const char *group, const char *instance);
bool security_group_leave(struct work *work, const char *group, const char *instance);

/* ---- rules (core/security_group_rule.c) ---- */

/* One rule as it is asked for. Texts are NULL or "" where nothing was said. */
struct security_group_rule_args {
	bool egress;
	bool drop;
	bool internet;
	int64_t priority;
	const char *protocol;
	const char *ports;
	const char *source_ports;
	const char *source_cidr, *source_ipv6;
	const char *dest_cidr, *dest_ipv6;
	const char *peer_group;
	const char *prefix_list; /* there are none */
	const char *description;
};

/* All of the rules or none. One that is there already is not made again. */
bool security_group_authorize(struct work *work, const char *group, const struct security_group_rule_args *rules,
                              size_t n);

/* By their ids, or those that are alike in all but the description. What is not there is no error. */
bool security_group_revoke(struct work *work, const char *group, bool egress,
                           const struct security_group_rule_args *rules, size_t n, const char *const *ids,
                           size_t n_ids);

/* A rule is changed in place and keeps its id. By that, every member but NicType may be given, and those that are not stay;
 * what the far side is, a block, an IPv6 block or a group, stays too. Without it `args` says which rule is meant, and only
 * the description is changed (pages ModifySecurityGroupRule, ModifySecurityGroupEgressRule). */
struct security_group_rule_change {
	const char *group;
	const char *id; /* NULL or "": the one alike */
	struct security_group_rule_args args;
	bool priority_given, policy_given, nic_given;
};
bool security_group_rule_modify(struct work *work, const struct security_group_rule_change *change);

#endif
