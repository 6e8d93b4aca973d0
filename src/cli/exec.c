/* cleat exec: a server of one's own for as long as one command runs, with every client's environment set for it. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/dev_key.h"
#include "base/place.h"
#include "base/text.h"
#include "cli/bundle.h"
#include "cli/child.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/environment.h"
#include "cli/journal.h"

#define REGION         "cn-hangzhou"
#define NOT_STARTED    127 /* as shells have it: the command could not be run */
#define SIGNAL_STATUS  128 /* and the signal's number */
#define OPTIONS_LIMIT  16
#define JOURNAL_CALLS  50

struct exec_options {
	const char *fleet;
	int pace;
	int clock;
	int accounts;
	const char *data;
};

static const char *const pace_words[] = { "instant", "quick", "real", NULL };
static const char *const clock_words[] = { "real", "manual", NULL };
static const char *const accounts_words[] = { "known", "auto", NULL };

const struct option cli_exec_options[] = {
	{ "fleet", NULL, AS_TEXT(struct exec_options, fleet), .value = "FILE",
	  .doc = "the state to begin with (cleat fleet --help); otherwise nothing is there" },
	{ "pace", NULL, AS_CHOICE(struct exec_options, pace, pace_words), .otherwise = "instant",
	  .doc = "how long cloud work takes: no time, about a second, or as long as on the vendor's cloud" },
	{ "clock", NULL, AS_CHOICE(struct exec_options, clock, clock_words), .otherwise = "real",
	  .doc = "manual: the cloud's time stands until 'cleat clock advance' moves it" },
	{ "accounts", NULL, AS_CHOICE(struct exec_options, accounts, accounts_words), .otherwise = "known",
	  .doc = "auto: every access key id test-... with the secret cleat-secret gets an account of its own" },
	{ "data", NULL, AS_TEXT(struct exec_options, data), .value = "DIR",
	  .doc = "keep the server's data there, for a look afterwards; otherwise it is gone with the command" },
	OPTIONS_END
};

struct exec {
	struct client client;
	struct exec_options options;
	struct option_words words;
	struct child child;
	char directory[PATH_MAX]; /* "" before it is made */
	const char *ca_file, *ca_bundle;
};

static void exec_finish(struct exec *e)
{
	child_stop(&e->child);
	if (*e->directory)
		child_directory_remove(e->directory);
	client_finish(&e->client);
}

static bool make_directory(struct exec *e)
{
	const char *temporary = getenv("TMPDIR");
	int length = snprintf(e->directory, sizeof e->directory, "%s/cleat-exec-XXXXXX",
	                      text_empty(temporary) ? P_tmpdir : temporary);

	if (length < (int)sizeof e->directory && mkdtemp(e->directory))
		return true;
	e->directory[0] = '\0';
	return client_fail(&e->client, "cannot make a temporary directory: %s", strerror(errno));
}

static bool start(struct exec *e)
{
	struct arena *arena = &e->client.arena;
	const char *token_file = arena_printf(arena, "%s/%s", e->directory, PLACE_CONTROL_TOKEN);
	const char *options[OPTIONS_LIMIT] = { "--dev-key", "--control-token-file", token_file, "--pace",
		                               pace_words[e->options.pace], "--clock", clock_words[e->options.clock],
		                               "--accounts", accounts_words[e->options.accounts] };
	size_t n = 9;

	if (e->options.data) {
		options[n++] = "--data";
		options[n++] = e->options.data;
	} else {
		options[n++] = "--ephemeral";
	}
	if (e->options.fleet) {
		options[n++] = "--fleet";
		options[n++] = e->options.fleet;
	}
	return client_can_send(&e->client) && child_start(&e->client, e->directory, options, &e->child);
}

static void set_environment(struct exec *e)
{
	const struct environment environment = {
		.url = e->client.url,
		.host = e->client.host,
		.key_id = DEV_KEY_ID,
		.secret = DEV_KEY_SECRET,
		.region = REGION,
		.huawei_key_id = DEV_KEY_ID,
		.huawei_secret = DEV_KEY_SECRET,
		.huawei_region = ENVIRONMENT_HUAWEI_REGION,
		.ca_file = e->ca_file,
		.ca_bundle = e->ca_bundle,
		.token_file = e->client.token_file,
	};
	const struct environment_variable *variable =
		environment_variables(&e->client.arena, &environment, ENVIRONMENT_ALL);

	for (; variable->name; variable++)
		setenv(variable->name, variable->value, 1);
}

static volatile sig_atomic_t command_pid;

static void pass_on(int number)
{
	if (command_pid > 0)
		kill(command_pid, number);
}

/* The command gets Ctrl-C from the terminal itself; what is sent to this process alone is passed on. */
static void watch_signals(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction pass = { .sa_handler = pass_on, .sa_flags = SA_RESTART };

	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGQUIT, &ignore, NULL);
	sigaction(SIGTERM, &pass, NULL);
	sigaction(SIGHUP, &pass, NULL);
}

static void run_words(const struct option_words *words, struct arena *arena)
{
	char **arguments = arena_array(arena, char *, words->n + 1);
	size_t i;

	for (i = 0; i < words->n; i++)
		arguments[i] = arena_text(arena, words->items[i]);
	execvp(arguments[0], arguments);
	fprintf(stderr, "cleat exec: %s: %s\n", arguments[0], strerror(errno));
	_exit(NOT_STARTED);
}

static int run_command(struct exec *e)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		set_environment(e);
		run_words(&e->words, &e->client.arena);
	}
	if (pid < 0) {
		client_fail(&e->client, "cannot start a process: %s", strerror(errno));
		return COMMAND_FAILED;
	}
	command_pid = pid;
	watch_signals();
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	command_pid = 0;
	return WIFSIGNALED(status) ? SIGNAL_STATUS + WTERMSIG(status) : WEXITSTATUS(status);
}

/* What the server saw, for somebody who looks for the reason. */
static void explain(struct exec *e, int status)
{
	fprintf(stderr, "cleat exec: %s ended with %d.\n", e->words.items[0], status);
	if (child_has_ended(&e->child)) {
		fprintf(stderr, "cleat exec: the server had ended before.\n");
		child_print_log(&e->child);
		return;
	}
	fprintf(stderr, "cleat exec: the last calls that the server answered:\n");
	fflush(NULL);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	journal_print_last(&e->client, JOURNAL_CALLS);
}

int cli_exec(int argc, char **argv)
{
	struct exec __attribute__((cleanup(exec_finish))) e = { 0 };
	int status;

	client_init(&e.client, argv[0]);
	if (!client_read(&e.client, cli_exec_options, argc, argv, &e.options, &e.words, 1, 4096))
		return COMMAND_USAGE;
	if (!make_directory(&e) || !start(&e) ||
	    !bundle_keep(&e.client, e.directory, &e.ca_file, &e.ca_bundle)) {
		child_print_log(&e.child);
		return COMMAND_FAILED;
	}
	status = run_command(&e);
	if (status != 0 && status != NOT_STARTED)
		explain(&e, status);
	return status;
}
