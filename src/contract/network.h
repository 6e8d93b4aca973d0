/* Networks as plain structs and the rows a store keeps of them: private clouds, their switches, security groups and the
 * rules of these. Which of them may exist side by side is decided elsewhere. */
#ifndef CONTRACT_NETWORK_H
#define CONTRACT_NETWORK_H

#include "contract/store.h"

struct vpc {
	const char *id;
	struct tenant tenant;
	const char *name;
	const char *description;
	const char *cidr;        /* "172.16.0.0/12" */
	const char *user_cidrs;  /* comma separated */
	const char *router;      /* ids of what every one has */
	const char *route_table;
	const char *resource_group;
	bool dns_hostnames;
	int64_t created_at;
	int64_t ready_at; /* cloud time from which it can be used */
};

struct vswitch {
	const char *id;
	struct tenant tenant;
	const char *vpc;
	const char *zone;
	const char *name;
	const char *description;
	const char *cidr;
	const char *resource_group;
	int64_t created_at;
	int64_t ready_at;
};

enum security_group_type { SECURITY_GROUP_NORMAL, SECURITY_GROUP_ENTERPRISE, SECURITY_GROUP_TYPE_MAX };

struct security_group {
	const char *id;
	struct tenant tenant;
	const char *vpc;
	const char *name;
	const char *description;
	enum security_group_type type;
	bool inner_drop; /* its members do not reach each other */
	const char *resource_group;
	int64_t created_at;
};

struct security_group_rule {
	const char *id;
	const char *account;
	const char *security_group;
	bool egress;
	bool drops;
	bool internet; /* of the public network card */
	int64_t priority;
	const char *protocol;     /* "TCP", "ALL", ... */
	const char *ports;        /* "22/22"; "-1/-1" for all */
	const char *source_ports; /* "" for any */
	/* The far side is one of: a block, an IPv6 block, a group. Of the near side a block may be named as well. */
	const char *source_cidr;
	const char *source_ipv6;
	const char *dest_cidr;
	const char *dest_ipv6;
	const char *peer_group;
	const char *description;
	int64_t created_at;
};

extern const char *const security_group_type_names[SECURITY_GROUP_TYPE_MAX + 1];

/* ---- rows: as in contract/store.h ---- */

/* Of all networks; where a table has no such column the member counts for nothing. */
struct network_filter {
	const char *account;
	const char *scope;
	const char *region;
	const char *const *ids;
	size_t n_ids; /* 0 with ids != NULL: none match */
	const char *vpc;
	const char *zone;
	const char *name_pattern; /* '*' stands for any run of characters */
	const char *resource_group;
	int type; /* enum security_group_type or -1 */
	const struct tag_filter *tags;
	size_t n_tags;
};
#define NETWORK_FILTER_ANY ((struct network_filter){ .type = -1 })

bool vpc_get(struct txn *txn, const char *id, struct vpc *ret);
void vpc_put(struct txn *txn, const struct vpc *vpc);
void vpc_row_delete(struct txn *txn, const char *id);
size_t vpc_list(struct txn *txn, const struct network_filter *filter, const struct page *page, struct vpc **ret);
int64_t vpc_count(struct txn *txn, const struct network_filter *filter);

bool vswitch_get(struct txn *txn, const char *id, struct vswitch *ret);
void vswitch_put(struct txn *txn, const struct vswitch *vswitch);
void vswitch_row_delete(struct txn *txn, const char *id);
size_t vswitch_list(struct txn *txn, const struct network_filter *filter, const struct page *page,
                    struct vswitch **ret);
int64_t vswitch_count(struct txn *txn, const struct network_filter *filter);

bool security_group_get(struct txn *txn, const char *id, struct security_group *ret);
void security_group_put(struct txn *txn, const struct security_group *group);
void security_group_row_delete(struct txn *txn, const char *id);
size_t security_group_list(struct txn *txn, const struct network_filter *filter, const struct page *page,
                           struct security_group **ret);
int64_t security_group_count(struct txn *txn, const struct network_filter *filter);

bool security_group_rule_get(struct txn *txn, const char *id, struct security_group_rule *ret);
void security_group_rule_put(struct txn *txn, const struct security_group_rule *rule);
void security_group_rule_delete(struct txn *txn, const char *id);
/* Oldest first. */
size_t security_group_rule_list(struct txn *txn, const char *group, struct security_group_rule **ret);
/* Rules of other groups that name this one. */
int64_t security_group_rule_count_peer(struct txn *txn, const char *group);

#endif
