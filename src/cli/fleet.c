/* Subcommands on the fleet as a whole: load a file, give the state out as one, empty it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/commands.h"

#define FILE_MAX     ((size_t)1 << 30)
#define REPLY_SPARE  60000 /* milliseconds that the change itself may take, beside the waiting */
#define FLEET_PATH   "/_cleat/fleet"

struct fleet_options {
	struct client_options client;
	const char *account;
	bool secrets;
	bool wait;
	int64_t timeout; /* seconds */
};

/* clang-format off */
#define WAIT_ROWS \
	{ "wait", NULL, AS_BOOL(struct fleet_options, wait), \
	  .doc = "wait until no work is under way on the accounts, instead of being refused" }, \
	{ "timeout", NULL, AS_SECONDS(struct fleet_options, timeout, 0, 600), .otherwise = "60s", .value = "SECONDS", \
	  .doc = "how long to wait at most" }
#define ACCOUNT_ROW(text) \
	{ "account", NULL, AS_TEXT(struct fleet_options, account), .value = "ID", .doc = (text) }
#define CLIENT_ROWS \
	CLIENT_ENDPOINT_ROWS(struct fleet_options), CLIENT_TOKEN_ROW(struct fleet_options)

const struct option cli_fleet_load_options[] = { WAIT_ROWS, CLIENT_JSON_ROW(struct fleet_options), CLIENT_ROWS, OPTIONS_END };

const struct option cli_fleet_dump_options[] = {
	{ "secrets", NULL, AS_BOOL(struct fleet_options, secrets), .doc = "with the secrets of the access keys" },
	ACCOUNT_ROW("only this account (its id, or a key test-... of its own), without the catalogue and the faults"),
	WAIT_ROWS,
	CLIENT_ROWS,
	OPTIONS_END
};

const struct option cli_fleet_reset_options[] = {
	ACCOUNT_ROW("only this account (its id, or a key test-... of its own) and the faults for it, and not the catalogue"),
	WAIT_ROWS,
	CLIENT_JSON_ROW(struct fleet_options),
	CLIENT_ROWS,
	OPTIONS_END
};
const struct option cli_fleet_set_options[] = { CLIENT_JSON_ROW(struct fleet_options), CLIENT_ROWS, OPTIONS_END };
/* clang-format on */

/* A command in progress. */
struct fleet_command {
	struct client client;
	struct fleet_options options;
	struct option_words words;
};

static void fleet_finish(struct fleet_command *c)
{
	client_finish(&c->client);
}

#define FLEET_CLEANUP __attribute__((cleanup(fleet_finish)))

static int fleet_begin(struct fleet_command *c, const struct option *options, int argc, char **argv, size_t least,
                       size_t most)
{
	c->options = (struct fleet_options){ 0 }; /* each command has only some of them */
	client_init(&c->client, argv[0]);
	if (!client_read(&c->client, options, argc, argv, &c->options, &c->words, least, most))
		return COMMAND_USAGE;
	return client_locate(&c->client, &c->options.client) ? COMMAND_DONE : COMMAND_FAILED;
}

/* "-" is standard input. NULL after printing why not. */
static const char *read_file(struct client *client, const char *path)
{
	FILE *file = text_equal(path, "-") ? stdin : fopen(path, "re");
	struct buf BUF_CLEANUP buf;
	char piece[65536];
	size_t n;

	buf_init(&buf, FILE_MAX);
	if (!file) {
		client_fail(client, "%s: %s", path, strerror(errno));
		return NULL;
	}
	while ((n = fread(piece, 1, sizeof piece, file)) && !buf.failed)
		buf_add(&buf, piece, n);
	if (ferror(file) || buf.failed || strlen(buf_text(&buf)) != buf.length) {
		client_fail(client, "%s: %s", path, ferror(file) ? strerror(errno) : "this is no fleet file");
		buf.failed = true;
	}
	if (file != stdin)
		fclose(file);
	return buf.failed ? NULL : arena_text_n(&client->arena, buf_text(&buf), buf.length);
}

static const char *add(struct client *client, const char *path, const char *name, const char *value)
{
	if (!value)
		return path;
	return arena_printf(&client->arena, "%s%c%s=%s", path, strchr(path, '?') ? '&' : '?', name,
	                    client_escape(client, value));
}

static const char *path_of(struct fleet_command *c, const char *path)
{
	path = add(&c->client, path, "account", c->options.account);
	path = add(&c->client, path, "secrets", c->options.secrets ? "true" : NULL);
	path = add(&c->client, path, "wait", c->options.wait ? "true" : NULL);
	if (c->options.wait)
		path = add(&c->client, path, "timeout_ms",
		           arena_printf(&c->client.arena, "%lld", (long long)c->options.timeout * 1000));
	return path;
}

static bool send_request(struct fleet_command *c, const char *method, const char *path, const char *body,
                         struct client_reply *reply)
{
	const char *headers[] = { NULL, body ? "Content-Type: application/json" : NULL, NULL };
	struct client_request request = {
		.method = method,
		.path = path_of(c, path),
		.headers = headers,
		.body = body,
		.timeout_ms = c->options.timeout * 1000 + REPLY_SPARE,
	};

	if (!client_token(&c->client))
		return false;
	headers[0] = arena_printf(&c->client.arena, "Authorization: Bearer %s", c->client.token);
	return client_send(&c->client, &request, reply);
}

/* Each line of a message on a line of its own, with what it is about before it. */
static void print_problems(struct fleet_command *c, const char *about, const struct client_reply *reply)
{
	json_auto_t *json = json_loadb(buf_text(&reply->body), reply->body.length, 0, NULL);
	const json_t *error = json_object_get(json, "error");
	char *text = arena_text(&c->client.arena, json_string_value(json_object_get(error, "message")));
	char *line;

	if (!text_equal(json_string_value(json_object_get(error, "reason")), "fleet-wrong") || !text) {
		client_refused(&c->client, reply);
		return;
	}
	while ((line = strsep(&text, "\n")))
		fprintf(stderr, "%s: %s\n", about, client_clean(&c->client, line));
	client_fail(&c->client, "nothing was changed");
}

/* What was loaded or removed. */
static int print_counts(struct fleet_command *c, const struct client_reply *reply, const char *what)
{
	json_auto_t *json = json_loadb(buf_text(&reply->body), reply->body.length, 0, NULL);

	if (c->options.client.json)
		client_print_json(json);
	else
		printf("%s: accounts %s, instances %s, disks %s, snapshots %s, faults %s\n", what,
		       client_text(&c->client, json, "accounts"), client_text(&c->client, json, "instances"),
		       client_text(&c->client, json, "disks"), client_text(&c->client, json, "snapshots"),
		       client_text(&c->client, json, "faults"));
	return COMMAND_DONE;
}

int cli_fleet_load(int argc, char **argv)
{
	struct fleet_command FLEET_CLEANUP c;
	int status = fleet_begin(&c, cli_fleet_load_options, argc, argv, 1, 1);
	struct client_reply REPLY_CLEANUP reply = { 0 };
	const char *body;

	if (status != COMMAND_DONE)
		return status;
	body = read_file(&c.client, c.words.items[0]);
	if (!body || !send_request(&c, "POST", FLEET_PATH, body, &reply))
		return COMMAND_FAILED;
	if (reply.status == 200)
		return print_counts(&c, &reply, "loaded");
	print_problems(&c, c.words.items[0], &reply);
	return COMMAND_FAILED;
}

int cli_fleet_dump(int argc, char **argv)
{
	struct fleet_command FLEET_CLEANUP c;
	int status = fleet_begin(&c, cli_fleet_dump_options, argc, argv, 0, 0);
	struct client_reply REPLY_CLEANUP reply = { 0 };

	if (status != COMMAND_DONE)
		return status;
	if (!send_request(&c, "GET", FLEET_PATH, NULL, &reply))
		return COMMAND_FAILED;
	if (reply.status != 200) {
		client_refused(&c.client, &reply);
		return COMMAND_FAILED;
	}
	fwrite(buf_text(&reply.body), 1, reply.body.length, stdout);
	return fflush(stdout) == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

int cli_fleet_reset(int argc, char **argv)
{
	struct fleet_command FLEET_CLEANUP c;
	int status = fleet_begin(&c, cli_fleet_reset_options, argc, argv, 0, 0);
	struct client_reply REPLY_CLEANUP reply = { 0 };

	if (status != COMMAND_DONE)
		return status;
	if (!send_request(&c, "POST", FLEET_PATH "/reset", NULL, &reply))
		return COMMAND_FAILED;
	if (reply.status == 200)
		return print_counts(&c, &reply, "removed");
	client_refused(&c.client, &reply);
	return COMMAND_FAILED;
}

/* "security,financial" */
static json_t *list_of(struct client *client, const char *text)
{
	char *rest = arena_text(&client->arena, text);
	json_t *list = json_array();
	char *word;

	while ((word = strsep(&rest, ",")))
		if (*word)
			json_array_append_new(list, json_string(word));
	return list;
}

/* NAME=VALUE: true, false, a number; a list for what is one; else a text. False after printing what is wrong. */
static bool add_value(struct client *client, const char *word, json_t *values)
{
	const char *equals = strchr(word, '=');
	const char *name;
	json_t *value;

	if (!equals || equals == word)
		return client_fail(client, "'%s' sets nothing: write NAME=VALUE", word);
	name = arena_text_n(&client->arena, word, (size_t)(equals - word));
	value = text_equal(name, "locks") ? list_of(client, equals + 1) : json_loads(equals + 1, JSON_DECODE_ANY, NULL);
	return json_object_set_new(values, name, value ? value : json_string(equals + 1)) == 0 ||
	       client_fail(client, "'%s' is not valid UTF-8 text", word);
}

int cli_fleet_set(int argc, char **argv)
{
	struct fleet_command FLEET_CLEANUP c;
	int status = fleet_begin(&c, cli_fleet_set_options, argc, argv, 2, 64);
	json_auto_t *values = json_object();
	json_auto_t *body = NULL;
	struct client_reply REPLY_CLEANUP reply = { 0 };
	char *text;
	size_t i;

	if (status != COMMAND_DONE)
		return status;
	for (i = 1; i < c.words.n; i++)
		if (!add_value(&c.client, c.words.items[i], values))
			return COMMAND_USAGE;
	body = json_pack("{s:s, s:O}", "id", c.words.items[0], "set", values);
	text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	status = text && send_request(&c, "POST", FLEET_PATH "/set", text, &reply) ? COMMAND_DONE : COMMAND_FAILED;
	free(text);
	if (status == COMMAND_DONE && reply.status != 200) {
		print_problems(&c, c.words.items[0], &reply);
		return COMMAND_FAILED;
	}
	if (status == COMMAND_DONE && c.options.client.json)
		fwrite(buf_text(&reply.body), 1, reply.body.length, stdout);
	return status;
}
