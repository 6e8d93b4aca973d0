/* Load balancers and the instances behind them, as plain structs and the rows a store keeps of them. No packet is moved by
 * them: who may stand behind which is decided elsewhere. */
#ifndef CONTRACT_BALANCER_H
#define CONTRACT_BALANCER_H

#include "contract/store.h"

enum balancer_status {
	BALANCER_ACTIVE,
	BALANCER_INACTIVE, /* its owner has stopped it */
	BALANCER_LOCKED,   /* the cloud has: an unpaid bill, or security */
	BALANCER_STATUS_MAX
};

enum balancer_reach { BALANCER_INTERNET, BALANCER_INTRANET, BALANCER_REACH_MAX };

struct load_balancer {
	const char *id;
	struct tenant tenant;
	const char *zone;
	const char *name;
	enum balancer_status status;
	const char *address;
	enum balancer_reach reach;
	const char *vpc;     /* "": the classic network */
	const char *vswitch;
	const char *listeners; /* what it listens to, comma separated: "tcp:80,http:8080" */
	bool health_check;     /* of all its listeners */
	const char *resource_group;
	int64_t created_at;
};

/* An instance behind a load balancer. It is there once (the key of the row). */
struct backend {
	const char *balancer;
	const char *instance;
	const char *account;
	int64_t weight; /* 0: no traffic; to 100 */
	const char *description;
	int64_t created_at;
};

extern const char *const balancer_status_names[BALANCER_STATUS_MAX + 1];
extern const char *const balancer_reach_names[BALANCER_REACH_MAX + 1];

/* ---- rows: as in contract/store.h ---- */

bool load_balancer_get(struct txn *txn, const char *id, struct load_balancer *ret);
void load_balancer_put(struct txn *txn, const struct load_balancer *balancer);
void load_balancer_row_delete(struct txn *txn, const char *id);
size_t load_balancer_list(struct txn *txn, const char *account, struct load_balancer **ret); /* oldest first */

bool backend_get(struct txn *txn, const char *balancer, const char *instance, struct backend *ret);
void backend_put(struct txn *txn, const struct backend *backend);
void backend_delete(struct txn *txn, const char *balancer, const char *instance);
size_t backend_list(struct txn *txn, const char *balancer, struct backend **ret); /* oldest first */
int64_t backend_count(struct txn *txn, const char *balancer);
size_t backend_list_of_instance(struct txn *txn, const char *instance, struct backend **ret);
void backend_delete_of_instance(struct txn *txn, const char *instance);

#endif
