/* Load balancers: whether they are there and in which state, what stands behind them, started and stopped. Which instances
 * are to stand behind one is the business of whoever manages them. */
#ifndef CORE_BALANCER_H
#define CORE_BALANCER_H

#include "contract/balancer.h"
#include "core/core.h"

#define BALANCERS_MOST         1000 /* of an account; the vendor's limit is a matter of contract */
#define LISTENERS_MAX          50   /* of a load balancer (limits of Classic Load Balancer) */
#define BACKENDS_MAX           200  /* the same */
#define BACKENDS_OF_CALL_MAX   20   /* AddBackendServers page, BackendServers */
#define BACKEND_WEIGHT_DEFAULT 100
#define BACKEND_WEIGHT_MAX     100

bool find_load_balancer(const struct work *work, const char *id, struct load_balancer *ret);

/* What hinders whoever wants to change what stands behind some load balancers: of each kind the first of them, in the order
 * they are named, or NULL. One that is unknown hinders in no other way. */
struct balancers_hindrance {
	const char *unknown; /* not of that account in that region */
	const char *not_active;
	const char *unchecked; /* some listener of it has no health check, or it has no listener */
};

/* `ids` is comma separated, "" for none. Whose they are to be is said by `owner`, not by the caller: jobs have none. */
struct balancers_hindrance balancers_look(struct work *work, const struct tenant *owner, const char *ids);

/* Puts an instance behind a load balancer, or gives it that weight if it is there. Neither looks at a status: that is the
 * caller's to check. False, and nothing is refused: there is no such load balancer any more, or no room behind it. */
bool balancer_add_backend(struct work *work, const char *balancer, const char *instance, int64_t weight);
void balancer_remove_backend(struct work *work, const char *balancer, const char *instance);

/* The instance is gone: it leaves all of them. */
void balancer_forget_instance(struct work *work, const char *instance);

/* ---- verbs ---- */

/* Refuses with REGION_UNKNOWN, BALANCER_UNKNOWN, BALANCER_LOCKED. */
bool balancer_set_status(struct work *work, const char *id, enum balancer_status status);

struct backend_args {
	const char *instance;
	int64_t weight;
	const char *description;
};

struct backends_args {
	const char *balancer;
	const struct backend_args *backends;
	size_t n_backends;
};

/* All or none. One that is named twice counts once, by its first (AddBackendServers page, "Operation description"). Refuses
 * with REGION_UNKNOWN, BALANCER_UNKNOWN, BALANCER_LOCKED, INSTANCE_UNKNOWN, INSTANCE_NOT_RUNNING, BACKEND_EXISTS,
 * BALANCER_FULL. */
bool backends_add(struct work *work, const struct backends_args *args);

/* One that does not stand behind it is passed over. Refuses with REGION_UNKNOWN, BALANCER_UNKNOWN, BALANCER_LOCKED. */
bool backends_remove(struct work *work, const struct backends_args *args);

#endif
