/* `cleat journal`: the last calls as lines, or as they come. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/journal.h"

#define PAGE         500 /* calls asked for at a time when following */
#define BUSY_MAX     3  /* answers of a server that has too much to do before it is told */
#define WAIT_SECONDS 25  /* that the server holds a question; less than a client waits for an answer */

struct journal_options {
	struct client_options client;
	bool follow;
	int64_t limit;
	const char *operation;
	const char *account;
	bool failed;
	bool unread;
	bool all;
};

const struct option cli_journal_options[] = {
	{ "follow", NULL, AS_BOOL(struct journal_options, follow), .doc = "go on with each call as it is answered, until Ctrl-C" },
	{ "limit", NULL, AS_INT(struct journal_options, limit, 1, 1000), .otherwise = "20", .value = "N",
	  .doc = "how many of the last ones" },
	{ "operation", NULL, AS_TEXT(struct journal_options, operation), .value = "NAME",
	  .doc = "only calls of this operation" },
	{ "account", NULL, AS_TEXT(struct journal_options, account), .value = "ID", .doc = "only calls of this account" },
	{ "failed", NULL, AS_BOOL(struct journal_options, failed), .doc = "only calls that were refused" },
	{ "unread", NULL, AS_BOOL(struct journal_options, unread),
	  .doc = "only calls with a parameter that nothing read" },
	{ "all", NULL, AS_BOOL(struct journal_options, all), .doc = "calls of the control API too" },
	{ "json", NULL, AS_BOOL(struct journal_options, client.json),
	  .doc = "print what the server sent, as JSON; with --follow one line for each call" },
	CLIENT_ENDPOINT_ROWS(struct journal_options),
	CLIENT_TOKEN_ROW(struct journal_options),
	OPTIONS_END
};

/* ---- asking ---- */

static const char *filter_of(struct client *client, const struct journal_options *options)
{
	char *path = arena_printf(&client->arena, "failed=%s&unread=%s&all=%s", options->failed ? "true" : "false",
	                          options->unread ? "true" : "false", options->all ? "true" : "false");

	if (options->operation)
		path = arena_printf(&client->arena, "%s&operation=%s", path, client_escape(client, options->operation));
	if (options->account)
		path = arena_printf(&client->arena, "%s&account=%s", path, client_escape(client, options->account));
	return path;
}

/* ---- printing ---- */

static bool colours(void)
{
	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}

static void print_names(struct client *client, const char *heading, const json_t *names, const char *before,
                        const char *after)
{
	const json_t *name;
	size_t i;

	if (!json_array_size(names))
		return;
	printf("    %s%s:", before, heading);
	json_array_foreach (names, i, name)
		printf("%s %s", i ? "," : "", client_clean(client, text_or(json_string_value(name), "")));
	printf("%s\n", after);
}

/* What the protocol adds to every call is left out, but for the region. */
static void print_parameters(struct client *client, const json_t *parameters)
{
	const json_t *parameter;
	size_t i;

	json_array_foreach (parameters, i, parameter) {
		const char *name = client_text(client, parameter, "name");

		if (text_equal(client_text(client, parameter, "use"), "protocol") && !text_equal(name, "RegionId"))
			continue;
		printf(" %s=%s", name, client_text(client, parameter, "value"));
	}
}

static void print_call(struct client *client, const json_t *call)
{
	const char *code = client_text(client, call, "code");
	const char *key = client_text(client, call, "access_key_id");
	const char *user = client_text(client, call, "user");
	const char *agent = client_text(client, call, "user_agent");
	const char *operation = client_text(client, call, "operation");
	const char *fault = client_text(client, call, "fault");
	int64_t took = json_integer_value(json_object_get(call, "microseconds"));
	bool repeated = json_is_true(json_object_get(call, "repeated"));
	bool cut = json_is_true(json_object_get(call, "cut"));

	printf("%s %s %s%s%s", client_text(client, call, "time"), *operation ? operation : "-",
	       client_text(client, call, "status"), *code ? " " : "", code);
	printf(" %" PRId64 ".%03" PRId64 " ms", took / 1000, took % 1000);
	print_parameters(client, json_object_get(call, "parameters"));
	if (*fault)
		printf(" (fault %s: %s)", fault, client_text(client, call, "effect"));
	printf("%s%s\n", cut ? " (cut)" : "", repeated ? " (repeated: answered as before)" : "");
	printf("    key %s%s%s, %s\n", *key ? key : "unknown", *user ? " of " : "", user, *agent ? agent : "no user agent");
	print_names(client, "jobs", json_object_get(call, "jobs"), "", "");
	print_names(client, "unread", json_object_get(call, "unread"), colours() ? "\033[1;33m" : "", colours() ? "\033[0m" : "");
	print_names(client, "ignored", json_object_get(call, "ignored"), "", "");
}

static void print_page(struct client *client, const struct journal_options *options, const json_t *page)
{
	int64_t lost = json_integer_value(json_object_get(page, "lost"));
	const json_t *call;
	size_t i;

	if (lost)
		fprintf(stderr, "%" PRId64 " calls were kept no longer when they were asked for\n", lost);
	json_array_foreach (json_object_get(page, "calls"), i, call) {
		if (options->client.json) {
			json_dumpf(call, stdout, JSON_COMPACT);
			putchar('\n');
		} else {
			print_call(client, call);
		}
	}
	fflush(stdout);
}

/* ---- following ---- */

static void stop(int signal)
{
	(void)signal;
	_exit(COMMAND_DONE);
}

/* Ctrl-C ends the wait for an answer, not a line in its middle. */
static void print_whole_page(struct client *client, const struct journal_options *options, const json_t *page)
{
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	print_page(client, options, page);
	sigprocmask(SIG_UNBLOCK, &ends, NULL);
}

/* One question, with memory of its own: following may go on for days. False if there was no good answer. */
static bool follow_on(struct client *client, const struct journal_options *options, const char *filter, int64_t *after)
{
	struct client page = *client;
	json_t *reply;

	arena_init(&page.arena);
	page.quiet = true;
	reply = client_control(&page, "GET",
	                       arena_printf(&page.arena, "/_cleat/journal?after=%" PRId64 "&limit=%d&wait=%d&%s", *after,
	                                    PAGE, WAIT_SECONDS, filter),
	                       NULL);
	if (reply) {
		print_whole_page(&page, options, reply);
		*after = json_integer_value(json_object_get(reply, "next"));
	}
	json_decref(reply);
	arena_finish(&page.arena);
	client->status = page.status;
	return reply != NULL;
}

static int follow(struct client *client, const struct journal_options *options, const char *filter, int64_t after)
{
	struct sigaction action = { .sa_handler = stop };
	int busy = 0;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* A server that is ending has too much to do for what waits; soon it does not answer at all. */
	while (follow_on(client, options, filter, &after) || client->status == 503) {
		busy = client->status == 503 ? busy + 1 : 0;
		if (busy == BUSY_MAX)
			client_fail(client, "the server has too much to do; going on once it has not");
		if (busy)
			sleep(1);
	}
	if (client->status)
		return COMMAND_FAILED;
	fprintf(stderr, "cleat journal: the server has ended\n");
	return COMMAND_DONE;
}

static int run(struct client *client, const struct journal_options *options)
{
	const char *filter = filter_of(client, options);
	json_auto_t *reply = client_control(
		client, "GET", arena_printf(&client->arena, "/_cleat/journal?limit=%" PRId64 "&%s", options->limit, filter), NULL);

	if (!reply)
		return COMMAND_FAILED;
	if (options->client.json && !options->follow) {
		client_print_json(reply);
		return COMMAND_DONE;
	}
	print_page(client, options, reply);
	if (!options->follow)
		return COMMAND_DONE;
	return follow(client, options, filter, json_integer_value(json_object_get(reply, "next")));
}

bool journal_print_last(struct client *client, int64_t limit)
{
	const struct journal_options options = { .limit = limit };
	json_auto_t *reply =
		client_control(client, "GET", arena_printf(&client->arena, "/_cleat/journal?limit=%" PRId64, limit), NULL);

	if (reply)
		print_page(client, &options, reply);
	return reply != NULL;
}

int cli_journal(int argc, char **argv)
{
	struct client CLIENT_CLEANUP client;
	struct journal_options options;
	struct option_words words;

	client_init(&client, argv[0]);
	if (!client_read(&client, cli_journal_options, argc, argv, &options, &words, 0, 0))
		return COMMAND_USAGE;
	if (!client_locate(&client, &options.client))
		return COMMAND_FAILED;
	return run(&client, &options);
}
