#include <stdio.h>
#include <string.h>

#include "base/dev_key.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/signed.h"

struct call_options {
	struct client_options client;
	int format;
	const char *key_id;
	const char *secret;
	const char *token;
	const char *version;
	bool dev_key;
	const char *region;
};

static const char *const format_words[] = { "json", "xml", NULL };
static const char *const format_names[] = { "JSON", "XML" };

const struct option cli_call_options[] = {
	{ "format", NULL, AS_CHOICE(struct call_options, format, format_words), .otherwise = "json",
	  .doc = "what the reply is written in" },
	{ "access-key-id", "CLEAT_ACCESS_KEY_ID", AS_TEXT(struct call_options, key_id), .value = "ID",
	  .doc = "the access key to sign with" },
	{ "access-key-secret", "CLEAT_ACCESS_KEY_SECRET", AS_TEXT(struct call_options, secret),
	  .value = "SECRET", .flags = OPTION_SECRET,
	  .doc = "its secret, unless the id begins with test-; better given as the variable, since others see the command line" },
	{ "security-token", "CLEAT_SECURITY_TOKEN", AS_TEXT(struct call_options, token), .value = "TOKEN",
	  .flags = OPTION_SECRET, .doc = "the token of a temporary key" },
	{ "dev-key", NULL, AS_BOOL(struct call_options, dev_key),
	  .doc = "sign with the key of 'cleat serve --dev-key': cleat and cleat-secret" },
	{ "api-version", NULL, AS_TEXT(struct call_options, version), .otherwise = "2014-05-26", .value = "VERSION",
	  .doc = "which API: 2014-05-26 is ECS, 2015-04-01 STS, 2015-06-12 Location, 2017-12-14 BssOpenApi" },
	{ "region", "CLEAT_REGION", AS_TEXT(struct call_options, region), .otherwise = "cn-hangzhou",
	  .value = "REGION", .doc = "the RegionId, unless it is among the parameters" },
	CLIENT_ENDPOINT_ROWS(struct call_options),
	OPTIONS_END
};

static bool choose_key(struct client *client, struct call_options *options)
{
	if (options->dev_key) {
		options->key_id = DEV_KEY_ID;
		options->secret = DEV_KEY_SECRET;
		options->token = NULL;
	}
	if (options->key_id && !options->secret && text_starts(options->key_id, OWN_KEY_PREFIX))
		options->secret = DEV_KEY_SECRET;
	if (options->key_id && options->secret)
		return true;
	return client_fail(
		client,
		"no access key to sign with: set CLEAT_ACCESS_KEY_ID and CLEAT_ACCESS_KEY_SECRET, or give "
		"--dev-key if the server was started with it");
}

static bool check_words(struct client *client, const struct option_words *words)
{
	size_t i;

	for (i = 1; i < words->n; i++) {
		if (*words->items[i] == '=' || !strchr(words->items[i], '='))
			return client_fail(client, "'%s' is no parameter; write NAME=VALUE", words->items[i]);
	}
	return true;
}

int cli_call(int argc, char **argv)
{
	struct client CLIENT_CLEANUP client;
	struct client_reply REPLY_CLEANUP reply = { 0 };
	struct call_options options;
	struct option_words words;
	struct signed_call call;

	client_init(&client, argv[0]);
	if (!client_read(&client, cli_call_options, argc, argv, &options, &words, 1, 1000) ||
	    !check_words(&client, &words) || !choose_key(&client, &options))
		return COMMAND_USAGE;
	call = (struct signed_call){ .action = words.items[0],
		                     .key_id = options.key_id,
		                     .secret = options.secret,
		                     .token = options.token,
		                     .version = options.version,
		                     .region = options.region,
		                     .format = format_names[options.format],
		                     .parameters = words.items + 1,
		                     .n_parameters = words.n - 1 };
	if (!client_locate(&client, &options.client) || !signed_send(&client, &call, &reply))
		return COMMAND_FAILED;
	fwrite(buf_text(&reply.body), 1, reply.body.length, stdout);
	if (!reply.body.length || reply.body.data[reply.body.length - 1] != '\n')
		putchar('\n');
	return reply.status >= 200 && reply.status <= 299 ? COMMAND_DONE : COMMAND_FAILED;
}
