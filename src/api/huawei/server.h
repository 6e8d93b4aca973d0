/* A server as replies show it: one struct and its shape for every operation that does. */
#ifndef API_HUAWEI_SERVER_H
#define API_HUAWEI_SERVER_H

#include "api/huawei/rest.h"

struct server_address {
	const char *version, *address, *type, *mac, *port;
	bool primary;
};

struct server_volume {
	const char *id, *delete_on_termination, *boot_index, *device;
};

struct server_group {
	const char *name, *id;
};

struct server_item {
	const char *id, *name, *status, *created, *updated, *host_id, *key_name, *description, *tenant, *user;
	const char *zone, *vm_state, *task_state, *launched_at, *terminated_at, *host_name, *instance_name, *root_device;
	const char *none, *user_data, *up, *manual, *enterprise_project;
	struct {
		const char *id;
	} image;
	struct {
		const char *id, *name, *disk, *vcpus, *ram;
		struct items none;
	} flavor;
	struct named_items addresses; /* struct server_address */
	struct pairs metadata;
	struct texts tags;
	struct items volumes;         /* struct server_volume */
	struct items security_groups; /* struct server_group */
	struct items no_items;
	int64_t power_state, progress, zero;
	bool locked;
};

extern const struct shape server_shape;

/* Shows an instance of the caller's as it is in this transaction. */
struct server_item server_show(struct call *call, const struct instance *instance);

struct server_states {
	const char *status;     /* "ACTIVE" */
	const char *vm_state;   /* "active" */
	const char *task_state; /* NULL: nothing is under way */
	int64_t power_state;    /* 0: unknown, 1: on, 4: off */
};

/* How it stands, told by its state and the work that is under way (ECS pages, "server statuses"). */
struct server_states server_states(struct call *call, const struct instance *instance);

#endif
