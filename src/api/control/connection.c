/* The operation that tells the operator of a bare metal server how it reaches its disks. */
#include <string.h>

#include "api/control/control.h"
#include "base/text.h"
#include "core/guard.h"

struct connection_in {
	const char *instance;
};

struct volume_item {
	const char *disk, *export_name, *device, *state;
	int64_t size_gib;
};

struct connection_out {
	const char *instance, *address, *socket, *user, *key;
	int64_t port;
	struct items volumes;
};

static const struct field connection_in_fields[] = {
	TEXT(struct connection_in, instance, "instance", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 64),
	FIELDS_END,
};

static const struct field volume_fields[] = {
	TEXT(struct volume_item, disk, "disk"),
	TEXT(struct volume_item, export_name, "export", .doc = "Its name for the NBD client."),
	TEXT(struct volume_item, device, "device", .doc = "As the API has it; the server gives it a name of its own."),
	INT(struct volume_item, size_gib, "size_gib"),
	TEXT(struct volume_item, state, "state"),
	FIELDS_END,
};
static const struct shape volume_shape = { sizeof(struct volume_item), volume_fields };

static const struct field connection_out_fields[] = {
	TEXT(struct connection_out, instance, "instance"),
	TEXT(struct connection_out, address, "address", .doc = "Empty: from this host only, by the socket."),
	INT(struct connection_out, port, "port"),
	TEXT(struct connection_out, socket, "socket"),
	TEXT(struct connection_out, user, "user", .doc = "Of TLS-PSK, the same for all disks of the server."),
	TEXT(struct connection_out, key, "key", .doc = "A secret: its key, in hex."),
	ITEMS(struct connection_out, volumes, "volumes", .of = &volume_shape),
	FIELDS_END,
};

static const struct error_row connection_errors[] = {
	{ REFUSE_INSTANCE_UNKNOWN, 404, "instance-unknown", "There is no instance %s.", NULL },
	{ REFUSE_INSTANCE_STATE, 409, "instance-state",
	  "The instance %s reaches its disks by itself, or is not built yet: there is nothing to be set up.", NULL },
	{ REFUSE_NONE, 0, NULL, NULL, NULL },
};

struct connection_task {
	struct call *call;
	const char *id;
	bool found;
	const char *driver;
	struct connection_out *out;
};

/* What the call keeps outlives the arena of the read. */
static bool connection_in_txn(struct txn *txn, void *context)
{
	struct connection_task *task = context;
	struct arena *arena = &task->call->arena;
	struct attachment *live;
	struct volume_item *items;
	struct instance instance;
	size_t n;
	size_t i;

	task->found = instance_get(txn, task->id, &instance);
	if (!task->found)
		return true;
	task->driver = arena_text(arena, instance.driver);
	n = attachment_list_of_instance(txn, task->id, &live);
	items = arena_array(arena, struct volume_item, n);
	for (i = 0; i < n; i++) {
		struct disk disk = { .size_gib = 0 };

		disk_get(txn, live[i].disk, &disk);
		items[i] = (struct volume_item){
			.disk = arena_text(arena, live[i].disk),
			.export_name = arena_text(arena, live[i].disk),
			.device = arena_text(arena, live[i].device),
			.state = attachment_state_names[live[i].state],
			.size_gib = disk.size_gib,
		};
	}
	task->out->volumes = (struct items){ items, n };
	return true;
}

static bool connection_run(struct call *call, const void *in_, void *out_)
{
	const struct connection_in *in = in_;
	struct connection_task task = { .call = call, .id = in->instance, .out = out_ };
	struct driver_connection connection;
	enum store_outcome outcome;
	struct arena arena;

	arena_init(&arena);
	outcome = store_read(call->api->core->store, connection_in_txn, &task, &arena);
	arena_finish(&arena);
	call_take_outcome(call, outcome);
	if (outcome != STORE_DONE)
		return false;
	if (!task.found)
		return call_refuse(call, REFUSE_INSTANCE_UNKNOWN, in->instance);
	if (!guard_connection(call->api->core, task.driver, in->instance, &connection))
		return call_refuse(call, REFUSE_INSTANCE_STATE, in->instance);
	task.out->instance = in->instance;
	task.out->address = arena_text(&call->arena, connection.address);
	task.out->port = connection.port;
	task.out->socket = arena_text(&call->arena, connection.socket);
	task.out->user = arena_text(&call->arena, connection.user);
	task.out->key = arena_text(&call->arena, connection.key);
	explicit_bzero(&connection, sizeof connection);
	return true;
}

const struct operation control_connection = {
	.name = "GET /_cleat/connection",
	.mode = OPERATION_SLOW,
	.in = { sizeof(struct connection_in), connection_in_fields },
	.out = { sizeof(struct connection_out), connection_out_fields },
	.errors = connection_errors,
	.run = connection_run,
	.doc = "How a bare metal server reaches its disks: where its exports are, their names, and its credential.",
};
