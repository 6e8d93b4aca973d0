/* Subcommands that ask the control API and print what it says. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/commands.h"

struct control_options {
	struct client_options client;
	const char *account;
	const char *user;
	const char *description;
	bool open;
	const char *disk;
	const char *instance;
	const char *zone;
	bool dry_run;
	int64_t limit;
};

const struct option cli_control_options[] = { CLIENT_JSON_ROW(struct control_options),
	                                      CLIENT_ENDPOINT_ROWS(struct control_options),
	                                      CLIENT_TOKEN_ROW(struct control_options), OPTIONS_END };

const struct option cli_key_create_options[] = {
	{ "account", NULL, AS_TEXT(struct control_options, account), .value = "ID",
	  .doc = "the account the key belongs to; otherwise the first one" },
	{ "user", NULL, AS_TEXT(struct control_options, user), .value = "NAME",
	  .doc = "a user of the account, who may do what its policies allow; otherwise the account itself" },
	{ "description", NULL, AS_TEXT(struct control_options, description), .value = "TEXT",
	  .doc = "who uses it, for 'cleat key list'" },
	CLIENT_JSON_ROW(struct control_options),
	CLIENT_ENDPOINT_ROWS(struct control_options),
	CLIENT_TOKEN_ROW(struct control_options),
	OPTIONS_END
};

const struct option cli_key_list_options[] = {
	{ "account", NULL, AS_TEXT(struct control_options, account), .value = "ID", .doc = "only those of this account" },
	{ "user", NULL, AS_TEXT(struct control_options, user), .value = "NAME", .doc = "only those of users of this name" },
	CLIENT_JSON_ROW(struct control_options),
	CLIENT_ENDPOINT_ROWS(struct control_options),
	CLIENT_TOKEN_ROW(struct control_options),
	OPTIONS_END
};

const struct option cli_adopt_options[] = {
	{ "dry-run", NULL, AS_BOOL(struct control_options, dry_run), .doc = "only say what would be taken" },
	{ "account", NULL, AS_TEXT(struct control_options, account), .value = "ID",
	  .doc = "whose it is to be; otherwise the oldest account's of the cloud that has the zone" },
	{ "zone", NULL, AS_TEXT(struct control_options, zone), .value = "ZONE", .doc = "otherwise cn-hangzhou-h" },
	CLIENT_JSON_ROW(struct control_options),
	CLIENT_ENDPOINT_ROWS(struct control_options),
	CLIENT_TOKEN_ROW(struct control_options),
	OPTIONS_END
};

const struct option cli_jobs_options[] = { { "open", NULL, AS_BOOL(struct control_options, open),
	                                     .doc = "only those that have not ended" },
	                                   { "disk", NULL, AS_TEXT(struct control_options, disk),
	                                     .value = "ID", .doc = "only those of this disk" },
	                                   { "instance", NULL, AS_TEXT(struct control_options, instance),
	                                     .value = "ID", .doc = "only those of this instance" },
	                                   { "limit", NULL, AS_INT(struct control_options, limit, 1, 1000),
	                                     .otherwise = "50", .value = "N", .doc = "how many" },
	                                   CLIENT_JSON_ROW(struct control_options),
	                                   CLIENT_ENDPOINT_ROWS(struct control_options),
	                                   CLIENT_TOKEN_ROW(struct control_options),
	                                   OPTIONS_END };

/* A command in progress: begun from its command line, ended by its exit status. */
struct control {
	struct client client;
	struct control_options options;
	struct option_words words;
};

static void control_finish(struct control *c)
{
	client_finish(&c->client);
}

#define CONTROL_CLEANUP __attribute__((cleanup(control_finish)))

static int control_begin(struct control *c, const struct option *options, int argc, char **argv,
                         size_t n_words)
{
	client_init(&c->client, argv[0]);
	if (!client_read(&c->client, options, argc, argv, &c->options, &c->words, n_words, n_words))
		return COMMAND_USAGE;
	return client_locate(&c->client, &c->options.client) ? COMMAND_DONE : COMMAND_FAILED;
}

/* With --json the reply is printed as it is; true if there is nothing left to do. */
static bool printed_json(const struct control *c, const json_t *reply)
{
	if (reply && c->options.client.json)
		client_print_json(reply);
	return !reply || c->options.client.json;
}

static int control_end(const json_t *reply)
{
	return reply ? COMMAND_DONE : COMMAND_FAILED;
}

static void set_text(json_t *object, const char *name, const char *value)
{
	if (value)
		json_object_set_new(object, name, json_string(value));
}

int cli_key_create(int argc, char **argv)
{
	struct control CONTROL_CLEANUP c;
	int status = control_begin(&c, cli_key_create_options, argc, argv, 0);
	json_auto_t *body = json_object();
	json_auto_t *reply = NULL;

	if (status != COMMAND_DONE)
		return status;
	set_text(body, "account", c.options.account);
	set_text(body, "user", c.options.user);
	set_text(body, "description", c.options.description);
	reply = client_control(&c.client, "POST", "/_cleat/keys", body);
	if (printed_json(&c, reply))
		return control_end(reply);
	printf("access key id      %s\n", client_text(&c.client, reply, "access_key_id"));
	printf("access key secret  %s\n", client_text(&c.client, reply, "secret"));
	printf("account            %s\n", client_text(&c.client, reply, "account"));
	if (c.options.user)
		printf("user               %s\n", client_text(&c.client, reply, "user"));
	fprintf(stderr, "The secret is shown this once.\n");
	return COMMAND_DONE;
}

static const char *keys_path(struct control *c)
{
	const char *path = arena_printf(&c->client.arena, "/_cleat/keys?");

	if (c->options.account)
		path = arena_printf(&c->client.arena, "%s&account=%s", path, client_escape(&c->client, c->options.account));
	if (c->options.user)
		path = arena_printf(&c->client.arena, "%s&user=%s", path, client_escape(&c->client, c->options.user));
	return path;
}

int cli_key_list(int argc, char **argv)
{
	static const struct client_column columns[] = { { "ACCESS KEY ID", "access_key_id" },
		                                        { "STATE", "state" },
		                                        { "ACCOUNT", "account" },
		                                        { "USER", "user" },
		                                        { "CREATED", "created_at" },
		                                        { "DESCRIPTION", "description" } };
	struct control CONTROL_CLEANUP c;
	int status = control_begin(&c, cli_key_list_options, argc, argv, 0);
	json_auto_t *reply = NULL;

	if (status != COMMAND_DONE)
		return status;
	reply = client_control(&c.client, "GET", keys_path(&c), NULL);
	if (!printed_json(&c, reply))
		client_print_table(&c.client, columns, COUNT_OF(columns), json_object_get(reply, "keys"));
	return control_end(reply);
}

static int key_change(int argc, char **argv, const char *path, const char *what)
{
	struct control CONTROL_CLEANUP c;
	int status = control_begin(&c, cli_control_options, argc, argv, 1);
	json_auto_t *body = json_object();
	json_auto_t *reply = NULL;

	if (status != COMMAND_DONE)
		return status;
	set_text(body, "access_key_id", c.words.items[0]);
	reply = client_control(&c.client, "POST", path, body);
	if (!printed_json(&c, reply))
		printf("%s is %s\n", c.words.items[0], what);
	return control_end(reply);
}

int cli_key_disable(int argc, char **argv)
{
	return key_change(argc, argv, "/_cleat/keys/disable", "disabled");
}

int cli_key_enable(int argc, char **argv)
{
	return key_change(argc, argv, "/_cleat/keys/enable", "enabled");
}

int cli_why(int argc, char **argv)
{
	struct control CONTROL_CLEANUP c;
	int status = control_begin(&c, cli_control_options, argc, argv, 1);
	json_auto_t *reply = NULL;
	const json_t *sentence;
	size_t i;

	if (status != COMMAND_DONE)
		return status;
	reply = client_control(&c.client, "GET",
	                       arena_printf(&c.client.arena, "/_cleat/why?disk=%s",
	                                    client_escape(&c.client, c.words.items[0])),
	                       NULL);
	if (printed_json(&c, reply))
		return control_end(reply);
	json_array_foreach (json_object_get(reply, "sentences"), i, sentence)
		printf("%s\n", client_clean(&c.client, text_or(json_string_value(sentence), "")));
	return COMMAND_DONE;
}

int cli_fence(int argc, char **argv)
{
	struct control CONTROL_CLEANUP c;
	int status = control_begin(&c, cli_control_options, argc, argv, 2);
	json_auto_t *body = json_object();
	json_auto_t *reply = NULL;

	if (status != COMMAND_DONE)
		return status;
	json_object_set_new(body, "disk", json_string(c.words.items[0]));
	json_object_set_new(body, "instance", json_string(c.words.items[1]));
	reply = client_control(&c.client, "POST", "/_cleat/fence", body);
	if (!printed_json(&c, reply))
		printf("%s is being cut off from %s; 'cleat why %s' tells how far that is.\n", c.words.items[0], c.words.items[1],
		       c.words.items[0]);
	return control_end(reply);
}

/* One command for each disk, to be run on the server. */
static void print_connection(struct control *c, const json_t *reply)
{
	const char *address = client_text(&c->client, reply, "address");
	const json_t *volume;
	size_t i;

	printf("credential  echo '%s:%s' > /etc/nbd.psk; chmod 600 /etc/nbd.psk\n", client_text(&c->client, reply, "user"),
	       client_text(&c->client, reply, "key"));
	if (*address)
		printf("exports at  %s, port %s\n", address, client_text(&c->client, reply, "port"));
	else
		printf("exports at  %s\n", client_text(&c->client, reply, "socket"));
	json_array_foreach (json_object_get(reply, "volumes"), i, volume) {
		const char *name = client_text(&c->client, volume, "export");
		const char *user = client_text(&c->client, reply, "user");

		printf("\n%s  %s GiB, %s, %s\n", client_text(&c->client, volume, "disk"),
		       client_text(&c->client, volume, "size_gib"), client_text(&c->client, volume, "device"),
		       client_text(&c->client, volume, "state"));
		if (*address)
			printf("    nbds://%s@%s:%s/%s?tls-psk-file=/etc/nbd.psk\n", user, address,
			       client_text(&c->client, reply, "port"), name);
		else
			printf("    nbds+unix://%s@/%s?socket=%s&tls-psk-file=/etc/nbd.psk\n", user, name,
			       client_text(&c->client, reply, "socket"));
	}
}

int cli_connect(int argc, char **argv)
{
	struct control CONTROL_CLEANUP c;
	int status = control_begin(&c, cli_control_options, argc, argv, 1);
	json_auto_t *reply = NULL;

	if (status != COMMAND_DONE)
		return status;
	reply = client_control(&c.client, "GET",
	                       arena_printf(&c.client.arena, "/_cleat/connection?instance=%s",
	                                    client_escape(&c.client, c.words.items[0])),
	                       NULL);
	if (!printed_json(&c, reply))
		print_connection(&c, reply);
	return control_end(reply);
}

static void print_adopted(struct control *c, const json_t *reply, bool dry_run)
{
	const json_t *disk;
	size_t i;

	printf("%s %s %s\n", client_text(&c->client, reply, "machine"), dry_run ? "would be an instance" : "is the instance",
	       client_text(&c->client, reply, "instance"));
	json_array_foreach (json_object_get(reply, "disks"), i, disk)
		printf("  %s %s  %s%s\n", client_text(&c->client, disk, "device"), client_text(&c->client, disk, "disk"),
		       client_text(&c->client, disk, "native"),
		       json_is_true(json_object_get(disk, "detachable")) ? "" : "  (cannot be detached)");
}

int cli_adopt(int argc, char **argv)
{
	struct control CONTROL_CLEANUP c;
	int status = control_begin(&c, cli_adopt_options, argc, argv, 1);
	json_auto_t *body = json_object();
	json_auto_t *reply = NULL;

	if (status != COMMAND_DONE)
		return status;
	json_object_set_new(body, "machine", json_string(c.words.items[0]));
	json_object_set_new(body, "dry_run", json_boolean(c.options.dry_run));
	if (c.options.account)
		json_object_set_new(body, "account", json_string(c.options.account));
	if (c.options.zone)
		json_object_set_new(body, "zone", json_string(c.options.zone));
	reply = client_control(&c.client, "POST", "/_cleat/adopt", body);
	if (!printed_json(&c, reply))
		print_adopted(&c, reply, c.options.dry_run);
	return control_end(reply);
}

int cli_release(int argc, char **argv)
{
	struct control CONTROL_CLEANUP c;
	int status = control_begin(&c, cli_control_options, argc, argv, 1);
	json_auto_t *body = json_object();
	json_auto_t *reply = NULL;

	if (status != COMMAND_DONE)
		return status;
	json_object_set_new(body, "id", json_string(c.words.items[0]));
	reply = client_control(&c.client, "POST", "/_cleat/adopt/release", body);
	if (!printed_json(&c, reply))
		printf("%s is Cleat's no more; it stays as it is.\n", c.words.items[0]);
	return control_end(reply);
}

int cli_drift(int argc, char **argv)
{
	struct control CONTROL_CLEANUP c;
	int status = control_begin(&c, cli_control_options, argc, argv, 0);
	json_auto_t *reply = NULL;
	const json_t *drift;
	size_t i;

	if (status != COMMAND_DONE)
		return status;
	reply = client_control(&c.client, "GET", "/_cleat/drift", NULL);
	if (printed_json(&c, reply))
		return control_end(reply);
	json_array_foreach (json_object_get(reply, "drifts"), i, drift)
		printf("%s %s %s\n", client_text(&c.client, drift, "instance"), client_text(&c.client, drift, "disk"),
		       client_text(&c.client, drift, "message"));
	return COMMAND_DONE;
}

static const char *jobs_path(struct control *c)
{
	struct arena *arena = &c->client.arena;
	char *path = arena_printf(arena, "/_cleat/jobs?limit=%" PRId64, c->options.limit);

	if (c->options.open)
		path = arena_printf(arena, "%s&state=open", path);
	if (c->options.disk)
		path = arena_printf(arena, "%s&disk=%s", path, client_escape(&c->client, c->options.disk));
	if (c->options.instance)
		path = arena_printf(arena, "%s&instance=%s", path,
		                    client_escape(&c->client, c->options.instance));
	return path;
}

int cli_jobs(int argc, char **argv)
{
	static const struct client_column columns[] = { { "JOB", "id" },         { "KIND", "kind" },
		                                        { "STATE", "state" },    { "STEP", "step" },
		                                        { "DISK", "disk" },      { "INSTANCE", "instance" },
		                                        { "TRIES", "attempts" }, { "CREATED", "created_at" },
		                                        { "ENDED", "ended_at" }, { "REASON", "reason" } };
	struct control CONTROL_CLEANUP c;
	int status = control_begin(&c, cli_jobs_options, argc, argv, 0);
	json_auto_t *reply = NULL;

	if (status != COMMAND_DONE)
		return status;
	reply = client_control(&c.client, "GET", jobs_path(&c), NULL);
	if (!printed_json(&c, reply))
		client_print_table(&c.client, columns, COUNT_OF(columns), json_object_get(reply, "jobs"));
	return control_end(reply);
}

int cli_clock(int argc, char **argv)
{
	struct control CONTROL_CLEANUP c;
	int status = control_begin(&c, cli_control_options, argc, argv, 0);
	json_auto_t *reply = NULL;

	if (status != COMMAND_DONE)
		return status;
	reply = client_control(&c.client, "GET", "/_cleat/clock", NULL);
	if (!printed_json(&c, reply))
		printf("%s (%s)\n", client_text(&c.client, reply, "now"),
		       client_text(&c.client, reply, "mode"));
	return control_end(reply);
}

int cli_clock_advance(int argc, char **argv)
{
	struct control CONTROL_CLEANUP c;
	int status = control_begin(&c, cli_control_options, argc, argv, 1);
	json_auto_t *body = json_object();
	json_auto_t *reply = NULL;
	int64_t milliseconds;

	if (status != COMMAND_DONE)
		return status;
	if (!option_duration(c.words.items[0], &milliseconds)) {
		client_fail(&c.client, "'%s' is no duration; write 90, 90s, 5m, 2h or 500ms",
		            c.words.items[0]);
		return COMMAND_USAGE;
	}
	json_object_set_new(body, "milliseconds", json_integer(milliseconds));
	reply = client_control(&c.client, "POST", "/_cleat/clock/advance", body);
	if (!printed_json(&c, reply))
		printf("%s\n", client_text(&c.client, reply, "now"));
	return control_end(reply);
}
