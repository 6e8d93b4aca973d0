#include <stdio.h>

#include "base/option.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "config.h"
#include "reference.h"
#include "serve.h"

static int serve_main(int argc, char **argv)
{
	struct config config;
	char error[512];
	int status = COMMAND_USAGE;

	if (config_load(argc, argv, &config, error, sizeof(error)))
		status = serve_run(&config);
	else
		fprintf(stderr, "cleat serve: %s\n", error);
	config_finish(&config);
	return status;
}

static int version_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return puts("cleat " CLEAT_VERSION) < 0 ? COMMAND_FAILED : COMMAND_DONE;
}

static const struct command commands[] = {
	{ "serve", "", "serve the APIs until stopped",
	  "Serves the APIs, by default on 127.0.0.1:7480, until SIGTERM or Ctrl-C. The first start makes an account "
	  "with an access key and says which file has its secret. Each option may also be the environment variable "
	  "CLEAT_NAME (--max-body: CLEAT_MAX_BODY) or a line 'name = value' in the file of --config; a flag wins "
	  "over a variable, and that over the file.",
	  config_options, serve_main },
	{ "demo", "", "start a server and detach a disk from a running instance",
	  "Starts a server with a small simulated fleet, detaches a data disk from a running instance through the real, "
	  "signed API, shows each state with its time and says how to go on.",
	  cli_demo_options, cli_demo },
	{ "call", "ACTION [NAME=VALUE]...", "call an operation of the API, signed",
	  "Calls an operation of an Alibaba Cloud API, such as: cleat call DescribeDisks DiskIds='[\"d-bp...\"]'. The "
	  "request is signed (ACS3-HMAC-SHA256) and the reply printed as it came. The exit status is 1 if it is an error.",
	  cli_call_options, cli_call },
	{ "why", "DISK", "say what a disk is doing and why",
	  "Says in sentences what state a disk is in, what work it waits for and what went wrong before.",
	  cli_control_options, cli_why },
	{ "jobs", "", "list the work on disks and instances",
	  "Lists jobs, newest first: attaching, detaching, starting and so on, with the step each is at.",
	  cli_jobs_options, cli_jobs },
	{ "journal", "", "show the last calls and which parameters nothing read",
	  "Shows the last calls that the server answered: operation, result, time taken, parameters, access key, user agent "
	  "and jobs, and by name the parameters that nothing read. Secrets are masked. The server keeps them in memory only.",
	  cli_journal_options, cli_journal },
	{ "key create", "", "make an access key",
	  "Makes an access key and prints its id and its secret, which is shown this once.",
	  cli_key_create_options, cli_key_create },
	{ "key list", "", "list the access keys", "Lists the access keys, without their secrets.",
	  cli_control_options, cli_key_list },
	{ "key disable", "ID", "refuse an access key from now on",
	  "Refuses every request that is signed with this key, from the next one on.", cli_control_options,
	  cli_key_disable },
	{ "key enable", "ID", "accept an access key again", "Accepts a key that was disabled.",
	  cli_control_options, cli_key_enable },
	{ "clock", "", "show the cloud's time",
	  "Shows the time the cloud's objects live by, and whether it runs or is moved by hand (cleat serve --clock manual).",
	  cli_control_options, cli_clock },
	{ "clock advance", "DURATION", "move the cloud's time on",
	  "Moves the time of a server with --clock manual on by 90, 90s, 5m, 2h or 500ms; everything that falls due happens.",
	  cli_control_options, cli_clock_advance },
	{ "backup", "FILE", "write a copy of everything to a new file",
	  "Writes a consistent copy of the server's database to a file that does not exist yet (mode 0600). The server goes "
	  "on meanwhile. To serve a copy, put it into an empty data directory as cleat.db. It holds the secrets of the "
	  "access keys.",
	  cli_backup_options, cli_backup },
	{ "reference", "API", "print the reference of an API",
	  "Prints the operations of an API (bssapi, control, ecs, location, metadata, sts) with their parameters, replies and "
	  "errors as Markdown, from the tables that this program serves them by.",
	  NULL, reference_main },
	{ "version", "", "print the version", "Prints the version of this program.", NULL, version_main },
	{ 0 },
};

int main(int argc, char **argv)
{
	return command_main(commands, argc, argv);
}
