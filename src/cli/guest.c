/* Subcommands that say what a simulated guest does with a disk. */
#include <stdio.h>

#include "base/text.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/commands.h"

/* What the server takes, in characters. */
#define AT_MAX 1024
#define BY_MAX 128

struct guest_options {
	struct client_options client;
	const char *at;
	const char *by;
	const char *after;
	bool off;
};

/* clang-format off */
#define BY_ROW \
	{ "by", NULL, AS_TEXT(struct guest_options, by), .value = "TEXT", \
	  .doc = "who uses it, for the messages of a refused detach: 'postgres[312]'" }
#define OFF_ROW(text) { "off", NULL, AS_BOOL(struct guest_options, off), .doc = (text) }
#define CLIENT_ROWS \
	CLIENT_JSON_ROW(struct guest_options), CLIENT_ENDPOINT_ROWS(struct guest_options), \
	CLIENT_TOKEN_ROW(struct guest_options), OPTIONS_END

const struct option cli_guest_mount_options[] = {
	{ "at", NULL, AS_TEXT(struct guest_options, at), .otherwise = "/mnt", .value = "PATH", .doc = "where it is mounted" },
	BY_ROW,
	CLIENT_ROWS
};
const struct option cli_guest_umount_options[] = { CLIENT_ROWS };
const struct option cli_guest_io_options[] = { BY_ROW, OFF_ROW("nobody reads or writes it any more"), CLIENT_ROWS };
const struct option cli_guest_silent_options[] = {
	OFF_ROW("the guest answers at once again"),
	{ "after", NULL, AS_TEXT(struct guest_options, after), .value = "DURATION",
	  .doc = "the guest does let go, but only that long after it was asked: 500ms, 90s, 5m" },
	CLIENT_ROWS
};
/* clang-format on */

/* Fills the body of the request from the options. False after printing what is wrong. */
typedef bool (*fill_fn)(struct client *client, const struct guest_options *options, json_t *body);

static int run(const struct option *rows, int argc, char **argv, fill_fn fill)
{
	struct client CLIENT_CLEANUP client;
	struct guest_options options = { 0 }; /* each command has only some of them */
	struct option_words words;
	json_auto_t *body = json_object();
	json_auto_t *reply = NULL;

	client_init(&client, argv[0]);
	if (!client_read(&client, rows, argc, argv, &options, &words, 2, 2) || !fill(&client, &options, body))
		return COMMAND_USAGE;
	if (!client_locate(&client, &options.client))
		return COMMAND_FAILED;
	json_object_set_new(body, "disk", json_string(words.items[0]));
	json_object_set_new(body, "instance", json_string(words.items[1]));
	reply = client_control(&client, "POST", "/_cleat/guest", body);
	if (reply && options.client.json)
		client_print_json(reply);
	return reply ? COMMAND_DONE : COMMAND_FAILED;
}

/* Of UTF-8: bytes that continue a character do not count. */
static size_t count_characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static bool check_length(struct client *client, const char *option, const char *text, size_t max)
{
	size_t n = count_characters(text_or(text, ""));

	return n <= max || client_fail(client, "%s has %zu characters; %zu is the most", option, n, max);
}

static bool fill_mount(struct client *client, const struct guest_options *options, json_t *body)
{
	if (!*options->at)
		return client_fail(client, "--at is empty; 'cleat guest umount' says that a disk is not mounted");
	if (!check_length(client, "--at", options->at, AT_MAX) || !check_length(client, "--by", options->by, BY_MAX))
		return false;
	json_object_set_new(body, "mounted", json_string(options->at));
	json_object_set_new(body, "by", json_string(text_or(options->by, "")));
	return true;
}

static bool fill_umount(struct client *client, const struct guest_options *options, json_t *body)
{
	(void)client;
	(void)options;
	json_object_set_new(body, "mounted", json_string(""));
	json_object_set_new(body, "by", json_string(""));
	json_object_set_new(body, "io", json_false());
	return true;
}

static bool fill_io(struct client *client, const struct guest_options *options, json_t *body)
{
	if (options->off && options->by)
		return client_fail(client, "--off and --by contradict each other");
	if (!check_length(client, "--by", options->by, BY_MAX))
		return false;
	json_object_set_new(body, "io", json_boolean(!options->off));
	if (options->by)
		json_object_set_new(body, "by", json_string(options->by));
	return true;
}

static bool fill_silent(struct client *client, const struct guest_options *options, json_t *body)
{
	int64_t after = 0;

	if (options->off && options->after)
		return client_fail(client, "--off and --after contradict each other");
	if (options->after && !option_duration(options->after, &after))
		return client_fail(client, "'%s' is no duration; write 500ms, 90, 90s or 5m", options->after);
	json_object_set_new(body, "never_answers", json_boolean(!options->off && !options->after));
	json_object_set_new(body, "answers_after_ms", json_integer(after));
	return true;
}

int cli_guest_mount(int argc, char **argv)
{
	return run(cli_guest_mount_options, argc, argv, fill_mount);
}

int cli_guest_umount(int argc, char **argv)
{
	return run(cli_guest_umount_options, argc, argv, fill_umount);
}

int cli_guest_io(int argc, char **argv)
{
	return run(cli_guest_io_options, argc, argv, fill_io);
}

int cli_guest_silent(int argc, char **argv)
{
	return run(cli_guest_silent_options, argc, argv, fill_silent);
}
