#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/dev_key.h"
#include "base/moment.h"
#include "base/place.h"
#include "base/text.h"
#include "cli/child.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/signed.h"

#define REGION   "cn-hangzhou"
#define ZONE     "cn-hangzhou-h"
#define POLL_MS  100
#define WAIT_MAX (60 * SECOND)
#define N_WORDS  12 /* parameters of one call */

struct demo_options {
	struct client_options client;
	bool keep;
};

const struct option cli_demo_options[] = {
	{ "keep", NULL, AS_BOOL(struct demo_options, keep), .doc = "leave the server running until Ctrl-C" },
	{ "data", NULL, AS_TEXT(struct demo_options, client.data), .value = "DIR",
	  .doc = "where the demo's data and log are kept; otherwise demo in the default data directory. An earlier demo "
	         "there is removed" },
	OPTIONS_END
};

struct demo {
	struct client client;
	struct demo_options options;
	struct child child;
	const char *directory;
	const char *instance;  /* the first of the two */
	const char *instances; /* both, as a JSON list */
	const char *disk;      /* the data disk */
};

/* One call of the API with parameters "Name=value", ending with NULL. NULL after printing why it failed. */
static json_t *call(struct demo *demo, const char *action, ...) __attribute__((sentinel));

static json_t *call(struct demo *demo, const char *action, ...)
{
	struct client_reply REPLY_CLEANUP reply = { 0 };
	const char *words[N_WORDS];
	struct signed_call request = { .action = action,
		                       .key_id = DEV_KEY_ID,
		                       .secret = DEV_KEY_SECRET,
		                       .region = REGION,
		                       .format = "JSON",
		                       .parameters = words };
	json_t *json;
	va_list args;

	va_start(args, action);
	while ((words[request.n_parameters] = va_arg(args, const char *)) != NULL)
		request.n_parameters++;
	va_end(args);
	if (!signed_send(&demo->client, &request, &reply))
		return NULL;
	json = json_loadb(buf_text(&reply.body), reply.body.length, 0, NULL);
	if (json && reply.status == 200)
		return json;
	client_fail(&demo->client, "%s was answered with %ld %s: %s", action, reply.status,
	            client_text(&demo->client, json, "Code"), client_text(&demo->client, json, "Message"));
	json_decref(json);
	return NULL;
}

static json_t *member(const json_t *json, const char *list, const char *item)
{
	return json_object_get(json_object_get(json, list), item);
}

/* Asks again until the status of every item is the wanted one. `ask` gives their list; it owns the reply it is in. */
static bool wait_status(struct demo *demo, json_t *(*ask)(struct demo *), const char *list, const char *item,
                        const char *wanted)
{
	int64_t deadline = moment_monotonic() + WAIT_MAX;

	while (moment_monotonic() < deadline) {
		json_auto_t *reply = ask(demo);
		const json_t *each;
		size_t i, waiting = 0;

		if (!reply)
			return false;
		json_array_foreach (member(reply, list, item), i, each)
			waiting += !text_equal(json_string_value(json_object_get(each, "Status")), wanted);
		if (!waiting && json_array_size(member(reply, list, item)))
			return true;
		usleep(POLL_MS * 1000 / 2);
	}
	return client_fail(&demo->client, "still not %s after %d seconds", wanted, (int)(WAIT_MAX / SECOND));
}

static json_t *ask_instances(struct demo *demo)
{
	return call(demo, "DescribeInstances",
	            arena_printf(&demo->client.arena, "InstanceIds=%s", demo->instances), NULL);
}

static json_t *ask_disk(struct demo *demo)
{
	return call(demo, "DescribeDisks", arena_printf(&demo->client.arena, "DiskIds=[\"%s\"]", demo->disk),
	            NULL);
}

static bool step_server(struct demo *demo)
{
	const char *const options[] = { "--data", demo->directory, "--pace", "quick", "--dev-key", NULL };

	if (!client_can_send(&demo->client) || !child_directory(&demo->client, demo->directory) ||
	    !child_start(&demo->client, demo->directory, options, &demo->child))
		return false;
	printf("A server with simulated machines is up at %s; its data and log are in\n%s.\n\n",
	       demo->client.url, demo->directory);
	return true;
}

static bool step_instances(struct demo *demo)
{
	json_auto_t *reply =
		call(demo, "RunInstances", "Amount=2", "ZoneId=" ZONE, "InstanceType=ecs.g7.large",
	             "ImageId=aliyun_3_x64_20G_alibase_20240819.vhd", "InstanceName=demo",
	             "SystemDisk.Category=cloud_essd", "SystemDisk.Size=40", NULL);
	const json_t *ids = member(reply, "InstanceIdSets", "InstanceIdSet");
	char *text;

	if (!reply)
		return false;
	if (json_array_size(ids) != 2)
		return client_fail(&demo->client, "RunInstances did not name two instances");
	text = json_dumps(ids, JSON_COMPACT);
	demo->instances = arena_text(&demo->client.arena, text);
	free(text);
	demo->instance =
		arena_text(&demo->client.arena, text_or(json_string_value(json_array_get(ids, 0)), ""));
	return wait_status(demo, ask_instances, "Instances", "Instance", "Running");
}

static bool step_disk(struct demo *demo)
{
	struct arena *arena = &demo->client.arena;
	json_auto_t *created = call(demo, "CreateDisk", "ZoneId=" ZONE, "DiskName=data",
	                            "DiskCategory=cloud_essd", "Size=20", NULL);
	json_auto_t *attached = NULL;

	if (!created)
		return false;
	demo->disk = arena_text(arena, client_text(&demo->client, created, "DiskId"));
	if (!wait_status(demo, ask_disk, "Disks", "Disk", "Available"))
		return false;
	attached = call(demo, "AttachDisk", arena_printf(arena, "DiskId=%s", demo->disk),
	                arena_printf(arena, "InstanceId=%s", demo->instance), NULL);
	return attached && wait_status(demo, ask_disk, "Disks", "Disk", "In_use");
}

/* A disk's row of the table, with the status of its instance. */
static void add_row(struct demo *demo, json_t *rows, const json_t *disk, const json_t *instances)
{
	struct client *client = &demo->client;
	const json_t *instance;
	json_t *row = json_object();
	size_t i;

	json_object_set(row, "instance", json_object_get(disk, "InstanceId"));
	json_object_set(row, "disk", json_object_get(disk, "DiskId"));
	json_object_set(row, "kind", json_object_get(disk, "Type"));
	json_object_set(row, "status", json_object_get(disk, "Status"));
	json_object_set(row, "device", json_object_get(disk, "Device"));
	json_object_set_new(row, "size",
	                    json_string(arena_printf(&client->arena, "%s GiB",
	                                             client_text(client, disk, "Size"))));
	json_array_foreach (instances, i, instance) {
		if (json_equal(json_object_get(instance, "InstanceId"), json_object_get(disk, "InstanceId")))
			json_object_set(row, "power", json_object_get(instance, "Status"));
	}
	json_array_append_new(rows, row);
}

static bool step_fleet(struct demo *demo)
{
	static const struct client_column columns[] = { { "INSTANCE", "instance" }, { "STATUS", "power" },
		                                        { "DISK", "disk" },         { "KIND", "kind" },
		                                        { "SIZE", "size" },         { "DEVICE", "device" },
		                                        { "STATUS", "status" } };
	json_auto_t *instances = ask_instances(demo);
	json_auto_t *disks = call(demo, "DescribeDisks", NULL);
	json_auto_t *rows = json_array();
	const json_t *disk;
	size_t i;

	if (!instances || !disks)
		return false;
	json_array_foreach (member(disks, "Disks", "Disk"), i, disk)
		add_row(demo, rows, disk, member(instances, "Instances", "Instance"));
	client_print_table(&demo->client, columns, COUNT_OF(columns), rows);
	return true;
}

/* The states seen so far with their times; on a terminal one line that grows, elsewhere a line for each. */
struct progress {
	bool terminal;
	int64_t start;
	char status[32]; /* the last one seen */
	char line[256];
};

static double progress_seconds(const struct progress *p)
{
	return (double)(moment_monotonic() - p->start) / SECOND;
}

static void progress_show(struct progress *p, const char *status)
{
	size_t length = strlen(p->line);
	double seconds = progress_seconds(p);

	if (!text_equal(p->status, status)) {
		snprintf(p->status, sizeof(p->status), "%s", status);
		snprintf(p->line + length, sizeof(p->line) - length, "%s%s %.2f s", length ? " -> " : "",
		         status, seconds);
		if (!p->terminal)
			printf("  %6.2f s  %s\n", seconds, status);
	}
	if (p->terminal)
		printf("\r\033[K  %s   [%.1f s]", p->line, seconds);
	fflush(stdout);
}

static void progress_end(struct progress *p)
{
	if (p->terminal)
		printf("\r\033[K  %s\n", p->line);
	fflush(stdout);
}

static bool watch_detach(struct demo *demo, struct progress *progress)
{
	while (progress_seconds(progress) * SECOND < WAIT_MAX) {
		json_auto_t *reply = ask_disk(demo);
		const json_t *disk = json_array_get(member(reply, "Disks", "Disk"), 0);

		if (!reply)
			return false;
		progress_show(progress, client_text(&demo->client, disk, "Status"));
		if (text_equal(progress->status, "Available"))
			return true;
		usleep(POLL_MS * 1000);
	}
	return client_fail(&demo->client, "the disk is still %s after %d seconds", progress->status,
	                   (int)(WAIT_MAX / SECOND));
}

static bool step_detach(struct demo *demo)
{
	struct progress progress = { .terminal = isatty(STDOUT_FILENO) };
	struct arena *arena = &demo->client.arena;
	json_auto_t *reply = NULL;
	bool done;

	printf("\nDetachDisk DiskId=%s InstanceId=%s\n", demo->disk, demo->instance);
	progress.start = moment_monotonic();
	progress_show(&progress, "In_use");
	reply = call(demo, "DetachDisk", arena_printf(arena, "DiskId=%s", demo->disk),
	             arena_printf(arena, "InstanceId=%s", demo->instance), NULL);
	done = reply && watch_detach(demo, &progress);
	progress_end(&progress);
	return done;
}

static const struct step {
	const char *what;
	bool (*run)(struct demo *);
} steps[] = {
	{ "starting a server", step_server },
	{ "starting two instances", step_instances },
	{ "making a data disk and attaching it", step_disk },
	{ "looking at the fleet", step_fleet },
	{ "detaching the disk", step_detach },
};

static bool run_steps(struct demo *demo)
{
	size_t i;

	for (i = 0; i < COUNT_OF(steps); i++) {
		if (!steps[i].run(demo)) {
			fflush(stdout);
			client_fail(&demo->client, "failed while %s", steps[i].what);
			child_print_log(&demo->child);
			return false;
		}
	}
	return true;
}

static void print_calls(const struct demo *demo, const char *host, const char *endpoint)
{
	const char *action[] = { "AttachDisk", "DetachDisk" };
	size_t i;

	for (i = 0; i < COUNT_OF(action); i++)
		printf("    %s call %s DiskId=%s InstanceId=%s --dev-key%s\n", program_invocation_name,
		       action[i], demo->disk, demo->instance, endpoint);
	printf("\nThe same with the vendor's own command line; every SDK takes the endpoint in the same way:\n\n");
	printf("    aliyun ecs DetachDisk --endpoint %s --insecure --region " REGION
	       " --access-key-id " DEV_KEY_ID " --access-key-secret " DEV_KEY_SECRET " --DiskId %s --InstanceId %s\n",
	       host, demo->disk, demo->instance);
}

static void print_end(struct demo *demo)
{
	printf("\nThe disk came off the running instance: the server recorded the request, asked the machine to let go, saw\n"
	       "that it had, and only then called the disk Available. Each of these is on disk before it is seen.\n\n");
	if (demo->options.keep) {
		printf("The server goes on at %s until Ctrl-C (access key " DEV_KEY_ID ", secret " DEV_KEY_SECRET ").\n"
		       "Attach the disk again, and detach it:\n\n",
		       demo->client.url);
		print_calls(demo, demo->client.host,
		            arena_printf(&demo->client.arena, " --endpoint %s", demo->client.host));
	} else {
		printf("To go on with the same data, serve it at http://127.0.0.1:7480 (access key " DEV_KEY_ID
		       ", secret " DEV_KEY_SECRET "):\n\n"
		       "    %s serve --data %s --dev-key --pace quick\n\n"
		       "and in another terminal attach the disk again, and detach it:\n\n",
		       program_invocation_name, demo->directory);
		print_calls(demo, "127.0.0.1:7480", "");
	}
	fflush(stdout);
}

/* Until Ctrl-C, or until the server ends by itself. */
static void wait_signal(void)
{
	sigset_t set;
	int number;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigwait(&set, &number);
}

static bool choose_directory(struct demo *demo)
{
	const char *data = place_data(&demo->client.arena);

	demo->directory = demo->options.client.data;
	if (!demo->directory && data)
		demo->directory = arena_printf(&demo->client.arena, "%s/demo", data);
	return demo->directory || client_fail(&demo->client, "there is no home directory; give --data DIR");
}

static void demo_finish(struct demo *demo)
{
	child_stop(&demo->child);
	client_finish(&demo->client);
}

int cli_demo(int argc, char **argv)
{
	struct demo __attribute__((cleanup(demo_finish))) demo = { 0 };
	struct option_words words;
	bool done;

	client_init(&demo.client, argv[0]);
	if (!client_read(&demo.client, cli_demo_options, argc, argv, &demo.options, &words, 0, 0))
		return COMMAND_USAGE;
	if (!choose_directory(&demo))
		return COMMAND_FAILED;
	done = run_steps(&demo);
	if (done)
		print_end(&demo);
	if (done && demo.options.keep)
		wait_signal();
	return done ? COMMAND_DONE : COMMAND_FAILED;
}
