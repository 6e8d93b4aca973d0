/* Calls that name many servers, which ECS and BMS have alike: started, stopped, rebooted or deleted, all of them or none. The
 * services' own words, and which servers are theirs, are not here. */
#ifndef API_HUAWEI_SERVER_BATCH_H
#define API_HUAWEI_SERVER_BATCH_H

#include "api/huawei/rest.h"
#include "core/client_job.h"
#include "core/instance.h"

#define SERVERS_MAX 1000 /* pages of starting, stopping, rebooting and deleting */

struct server_many_in {
	const char *type; /* SOFT or HARD, where the call has it */
	struct items servers;
};

struct server_power_in {
	const char *project;
	struct server_many_in many;
};

struct server_delete_in {
	const char *project;
	struct items servers;
	struct opt_bool address, volumes;
};

extern const char *const server_power_types[];
extern const struct shape server_id_shape;
extern const struct shape server_many_shape; /* of server_many_in: the servers alone */

#define NAMED_SERVERS(T) ITEMS(T, servers, "servers", .of = &server_id_shape, .flags = FIELD_REQUIRED, .max = SERVERS_MAX)

/* Whether the service has that server; false after a refusal. */
typedef bool (*server_find)(struct call *call, const char *id, struct instance *ret);

/* Does it to all that are named, by one job of that service and type in *out; false after a refusal, by `find` or of the verb. */
bool server_batch(struct call *call, struct instance_batch_args *args, const struct items *servers, server_find find,
                  const struct client_job_args *job, struct rest_job_out *out);

/* What the call asks for: running ones too, and their data volumes if it says so. */
struct instance_batch_args server_delete_args(const struct server_delete_in *in);

/* An operation that switches servers of `service`, found at the action of its collection by the member of the body. */
#define SERVER_POWER(service, collection, symbol, title, member, item_shape, rows, right, text)              \
	static const struct field symbol##_fields[] = {                                                     \
		PATH_PROJECT(struct server_power_in, project),                                              \
		OBJECT(struct server_power_in, many, member, .of = &(item_shape), .flags = FIELD_REQUIRED), \
		FIELDS_END,                                                                                 \
	};                                                                                                  \
	const struct operation huawei_##service##_##symbol##_servers = {                                    \
		.product = #service,                                                                        \
		.version = "v1",                                                                            \
		.name = title,                                                                              \
		.method = "POST",                                                                           \
		.path = "/v1/{project_id}/" collection "/action#" member,                                   \
		.mode = OPERATION_WRITE,                                                                    \
		.permission = right,                                                                        \
		.resource = "instance/{" member ".servers.id}",                                             \
		.in = { sizeof(struct server_power_in), symbol##_fields },                                  \
		.out = { sizeof(struct rest_job_out), rest_job_fields },                                    \
		.errors = rows,                                                                             \
		.common = rest_##service##_errors,                                                          \
		.opens_jobs = true,                                                                         \
		.run = symbol##_run,                                                                        \
		.doc = text,                                                                                \
	}

#endif
