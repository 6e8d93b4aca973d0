/* Subcommands that add, list and clear faults. */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/commands.h"

struct fault_options {
	struct client_options client;
	const char *id, *code, *times, *resource, *account, *latency, *job_fails, *operation;
	int64_t variant;
	bool reply_lost, cut, job_never_ends;
};

#define MEETS   "What the call meets"
#define WHICH   "Which calls meet it"
#define GENERAL "General"

const struct option cli_fault_add_options[] = {
	{ "code", NULL, AS_TEXT(struct fault_options, code), .value = "CODE", .group = MEETS,
	  .doc = "it answers this error, one that the operation declares, and does nothing" },
	{ "variant", NULL, AS_INT(struct fault_options, variant, 0, 100), .value = "N", .group = MEETS,
	  .doc = "with --code: which of several texts with that code; the first if left out" },
	{ "reply-lost", NULL, AS_BOOL(struct fault_options, reply_lost), .group = MEETS,
	  .doc = "it does everything; its connection is closed without a reply" },
	{ "cut", NULL, AS_BOOL(struct fault_options, cut), .group = MEETS,
	  .doc = "its connection is closed without a reply, and nothing was done" },
	{ "job-fails", NULL, AS_TEXT(struct fault_options, job_fails), .value = "REASON", .group = MEETS,
	  .doc = "it is accepted, and the work it sets going fails with this reason" },
	{ "job-never-ends", NULL, AS_BOOL(struct fault_options, job_never_ends), .group = MEETS,
	  .doc = "it is accepted, and the work it sets going waits until the fault is cleared" },
	{ "latency", NULL, AS_TEXT(struct fault_options, latency), .value = "DURATION", .group = MEETS,
	  .doc = "it waits that long before anything else, alone or with one of the others: 2s, 500ms, up to 10m" },
	{ "times", NULL, AS_TEXT(struct fault_options, times), .otherwise = "1", .value = "N|forever", .group = WHICH,
	  .doc = "how many calls; forever: until it is cleared" },
	{ "resource", NULL, AS_TEXT(struct fault_options, resource), .value = "ID", .group = WHICH,
	  .doc = "only calls with this id in a parameter, alone or in a list" },
	{ "account", NULL, AS_TEXT(struct fault_options, account), .value = "ID", .group = WHICH,
	  .doc = "only calls of this account" },
	{ "id", NULL, AS_TEXT(struct fault_options, id), .value = "ID", .group = GENERAL,
	  .doc = "what the fault is called; otherwise it gets a name" },
	CLIENT_JSON_ROW(struct fault_options),
	CLIENT_ENDPOINT_ROWS(struct fault_options),
	CLIENT_TOKEN_ROW(struct fault_options),
	OPTIONS_END
};

const struct option cli_fault_list_options[] = { CLIENT_JSON_ROW(struct fault_options),
	                                         CLIENT_ENDPOINT_ROWS(struct fault_options),
	                                         CLIENT_TOKEN_ROW(struct fault_options), OPTIONS_END };

const struct option cli_fault_clear_options[] = {
	{ "operation", NULL, AS_TEXT(struct fault_options, operation), .value = "NAME",
	  .doc = "those of this operation instead of one or all" },
	CLIENT_JSON_ROW(struct fault_options),
	CLIENT_ENDPOINT_ROWS(struct fault_options),
	CLIENT_TOKEN_ROW(struct fault_options),
	OPTIONS_END
};

/* A command in progress: begun from its command line, ended by its exit status. */
struct command_line {
	struct client client;
	struct fault_options options;
	struct option_words words;
};

static void finish(struct command_line *c)
{
	client_finish(&c->client);
}

#define FINISH __attribute__((cleanup(finish)))

static int begin(struct command_line *c, const struct option *options, int argc, char **argv, size_t least, size_t most)
{
	client_init(&c->client, argv[0]);
	if (!client_read(&c->client, options, argc, argv, &c->options, &c->words, least, most))
		return COMMAND_USAGE;
	return client_locate(&c->client, &c->options.client) ? COMMAND_DONE : COMMAND_FAILED;
}

static void set_text(json_t *object, const char *name, const char *value)
{
	if (value)
		json_object_set_new(object, name, json_string(value));
}

/* ---- add ---- */

/* One of the options that say an effect, at most; its word, or NULL where the server finds it out. False after printing
 * what is wrong. */
static bool read_effect(struct command_line *c, const char **ret)
{
	const struct fault_options *o = &c->options;
	const struct {
		bool given;
		const char *word;
	} effects[] = {
		{ o->code != NULL, "error" },           { o->reply_lost, "reply-lost" },
		{ o->cut, "connection-cut" },           { o->job_fails != NULL, "job-fails" },
		{ o->job_never_ends, "job-never-ends" },
	};
	size_t n = 0;
	size_t i;

	*ret = o->latency ? "latency" : NULL;
	for (i = 0; i < COUNT_OF(effects); i++) {
		if (effects[i].given) {
			*ret = effects[i].word;
			n++;
		}
	}
	if (n > 1)
		return client_fail(&c->client, "give one of --code, --reply-lost, --cut, --job-fails and --job-never-ends; "
		                               "--latency goes with each");
	if (!*ret)
		return client_fail(&c->client, "what shall the call meet? give --code, --reply-lost, --cut, --job-fails, "
		                               "--job-never-ends or --latency");
	return true;
}

static bool read_latency(struct command_line *c, json_t *body)
{
	int64_t milliseconds;

	if (!c->options.latency)
		return true;
	if (!option_duration(c->options.latency, &milliseconds))
		return client_fail(&c->client, "--latency: '%s' is no duration; write 2, 2s, 500ms or 5m", c->options.latency);
	json_object_set_new(body, "latency_ms", json_integer(milliseconds));
	return true;
}

static bool read_times(struct command_line *c, json_t *body)
{
	int64_t times = -1;

	if (!text_equal(c->options.times, "forever") && (!text_to_int64(c->options.times, &times) || times < 1))
		return client_fail(&c->client, "--times: '%s' is not right; give a number from 1, or forever", c->options.times);
	json_object_set_new(body, "times", json_integer(times));
	return true;
}

static bool read_body(struct command_line *c, json_t *body)
{
	const struct fault_options *o = &c->options;
	const char *effect;

	if (!read_effect(c, &effect) || !read_latency(c, body) || !read_times(c, body))
		return false;
	set_text(body, "operation", c->words.items[0]);
	set_text(body, "effect", effect);
	set_text(body, "code", o->code);
	set_text(body, "reason", o->job_fails);
	set_text(body, "resource", o->resource);
	set_text(body, "account", o->account);
	set_text(body, "id", o->id);
	if (o->variant)
		json_object_set_new(body, "variant", json_integer(o->variant));
	return true;
}

int cli_fault_add(int argc, char **argv)
{
	struct command_line FINISH c;
	int status = begin(&c, cli_fault_add_options, argc, argv, 1, 1);
	json_auto_t *body = json_object();
	json_auto_t *reply = NULL;

	if (status != COMMAND_DONE)
		return status;
	if (!read_body(&c, body))
		return COMMAND_USAGE;
	reply = client_control(&c.client, "POST", "/_cleat/faults", body);
	if (!reply)
		return COMMAND_FAILED;
	if (c.options.client.json)
		client_print_json(reply);
	else
		printf("%s\n", client_text(&c.client, reply, "id"));
	return COMMAND_DONE;
}

/* ---- list ---- */

/* "error InternalError/2 + 500 ms", "job-fails: no backend". */
static const char *describe(struct command_line *c, const json_t *fault)
{
	struct client *client = &c->client;
	const char *text = client_text(client, fault, "effect");
	const char *code = client_text(client, fault, "code");
	const char *reason = client_text(client, fault, "reason");
	json_int_t variant = json_integer_value(json_object_get(fault, "variant"));
	json_int_t latency = json_integer_value(json_object_get(fault, "latency_ms"));

	if (*code)
		text = arena_printf(&client->arena, "%s %s", text, code);
	if (variant > 1)
		text = arena_printf(&client->arena, "%s (text %" JSON_INTEGER_FORMAT ")", text, variant);
	if (*reason)
		text = arena_printf(&client->arena, "%s: %s", text, reason);
	if (latency)
		text = arena_printf(&client->arena, "%s, after %" JSON_INTEGER_FORMAT " ms", text, latency);
	return text;
}

int cli_fault_list(int argc, char **argv)
{
	static const struct client_column columns[] = { { "FAULT", "id" },         { "OPERATION", "operation" },
		                                        { "RESOURCE", "resource" }, { "ACCOUNT", "account" },
		                                        { "LEFT", "left" },         { "HIT", "times_hit" },
		                                        { "JOBS", "open_jobs" },    { "WHAT", "what" } };
	struct command_line FINISH c;
	int status = begin(&c, cli_fault_list_options, argc, argv, 0, 0);
	json_auto_t *reply = NULL;
	json_t *fault;
	size_t i;

	if (status != COMMAND_DONE)
		return status;
	reply = client_control(&c.client, "GET", "/_cleat/faults", NULL);
	if (!reply)
		return COMMAND_FAILED;
	if (c.options.client.json) {
		client_print_json(reply);
		return COMMAND_DONE;
	}
	json_array_foreach (json_object_get(reply, "faults"), i, fault) {
		const char *left = client_text(&c.client, fault, "times_left");

		json_object_set_new(fault, "left", json_string(text_equal(left, "-1") ? "forever" : left));
		json_object_set_new(fault, "what", json_string(describe(&c, fault)));
	}
	client_print_table(&c.client, columns, COUNT_OF(columns), json_object_get(reply, "faults"));
	return COMMAND_DONE;
}

/* ---- clear ---- */

int cli_fault_clear(int argc, char **argv)
{
	struct command_line FINISH c;
	int status = begin(&c, cli_fault_clear_options, argc, argv, 0, 1);
	json_auto_t *body = json_object();
	json_auto_t *reply = NULL;

	if (status != COMMAND_DONE)
		return status;
	if (c.words.n && c.options.operation) {
		client_fail(&c.client, "give the id of a fault or --operation, not both");
		return COMMAND_USAGE;
	}
	set_text(body, "id", c.words.n ? c.words.items[0] : NULL);
	set_text(body, "operation", c.options.operation);
	reply = client_control(&c.client, "POST", "/_cleat/faults/clear", body);
	if (!reply)
		return COMMAND_FAILED;
	if (c.options.client.json)
		client_print_json(reply);
	else
		printf("cleared %s, freed jobs %s\n", client_text(&c.client, reply, "faults"),
		       client_text(&c.client, reply, "jobs"));
	return COMMAND_DONE;
}
