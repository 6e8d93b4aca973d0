#include <stdio.h>

#include "cli/client.h"
#include "cli/command.h"
#include "cli/commands.h"

struct authority_options {
	struct client_options client;
};

const struct option cli_authority_options[] = { CLIENT_ENDPOINT_ROWS(struct authority_options), OPTIONS_END };

int cli_authority(int argc, char **argv)
{
	struct client CLIENT_CLEANUP client;
	struct client_reply REPLY_CLEANUP reply = { 0 };
	struct client_request request = { .method = "GET", .path = "/_cleat/ca" };
	struct authority_options options;
	struct option_words words;

	client_init(&client, argv[0]);
	if (!client_read(&client, cli_authority_options, argc, argv, &options, &words, 0, 0))
		return COMMAND_USAGE;
	if (!client_locate(&client, &options.client) || !client_send(&client, &request, &reply))
		return COMMAND_FAILED;
	if (reply.status != 200) {
		client_refused(&client, &reply);
		return COMMAND_FAILED;
	}
	fputs(buf_text(&reply.body), stdout);
	return fflush(stdout) == 0 ? COMMAND_DONE : COMMAND_FAILED;
}
