#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/moment.h"
#include "base/place.h"
#include "base/text.h"

#define LOG_NAME      "demo.log" /* its presence says whose directory it is */
#define PORT_NAME     "demo.port"
#define START_TIMEOUT (20 * SECOND)
#define STOP_TIMEOUT  (20 * SECOND)
#define LOG_LINES     12

extern char **environ;

static void sleep_ms(unsigned ms)
{
	usleep(ms * 1000);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

bool child_directory_remove(const char *directory)
{
	return nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0 || errno == ENOENT;
}

static bool make_parents(const char *path, struct arena *arena)
{
	char *copy = arena_text(arena, path);
	char *slash;

	for (slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0755) != 0 && errno != EEXIST)
			return false;
		*slash = '/';
	}
	return true;
}

/* Whether some server answers for the directory; one that was killed leaves its endpoint behind. */
static bool is_served(struct client *client, const char *directory)
{
	struct client_reply REPLY_CLEANUP reply = { 0 };
	struct client_options options = { .data = directory };

	if (access(arena_printf(&client->arena, "%s/%s", directory, PLACE_ENDPOINT), F_OK) != 0)
		return false;
	return client_locate(client, &options) &&
	       client_send(client,
	                   &(struct client_request){ .method = "GET", .path = "/healthz", .quiet = true },
	                   &reply);
}

bool child_directory(struct client *client, const char *directory)
{
	struct arena *arena = &client->arena;

	if (!make_parents(directory, arena))
		return client_fail(client, "cannot make %s: %s; name another directory with --data DIR",
		                   directory, strerror(errno));
	if (mkdir(directory, 0700) == 0)
		return true;
	if (errno != EEXIST)
		return client_fail(client, "cannot make %s: %s; name another directory with --data DIR",
		                   directory, strerror(errno));
	if (access(arena_printf(arena, "%s/%s", directory, LOG_NAME), F_OK) != 0 && rmdir(directory) != 0)
		return client_fail(
			client,
			"%s is not a directory of an earlier demo, so it is left alone; name a new one with "
			"--data DIR",
			directory);
	if (is_served(client, directory))
		return client_fail(
			client,
			"a server at %s still uses %s; stop it first, or name another directory with --data DIR",
			client->url, directory);
	if (!child_directory_remove(directory))
		return client_fail(client, "cannot empty %s: %s", directory, strerror(errno));
	if (mkdir(directory, 0700) != 0)
		return client_fail(client, "cannot make %s: %s", directory, strerror(errno));
	return true;
}

/* Settings meant for another server must not reach this one. */
static void clear_settings(void)
{
	size_t i = 0;

	while (environ && environ[i]) {
		char name[128];
		size_t length = strcspn(environ[i], "=");

		if (text_starts(environ[i], "CLEAT_") && length < sizeof(name)) {
			memcpy(name, environ[i], length);
			name[length] = '\0';
			unsetenv(name);
		} else {
			i++;
		}
	}
}

static void run_server(char *const *arguments, int log, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY);

	/* A group of its own: Ctrl-C reaches only the command, which then stops the server in order. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	dup2(null, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	clear_settings();
	execv("/proc/self/exe", arguments);
	_exit(127);
}

static int read_port(const char *path)
{
	FILE *file = fopen(path, "re");
	int port = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%d", &port) != 1)
		port = 0;
	fclose(file);
	return port;
}

bool child_has_ended(struct child *child)
{
	if (child->pid && waitpid(child->pid, NULL, WNOHANG) == child->pid)
		child->pid = 0;
	return child->pid == 0;
}

static bool is_ready(struct client *client)
{
	struct client_reply REPLY_CLEANUP reply = { 0 };

	return client_send(client,
	                   &(struct client_request){ .method = "GET", .path = "/readyz", .quiet = true },
	                   &reply) &&
	       reply.status == 200;
}

static bool wait_ready(struct client *client, struct child *child, const char *port_file)
{
	int64_t deadline = moment_monotonic() + START_TIMEOUT;
	struct client_options options = { 0 };

	while (moment_monotonic() < deadline) {
		if (child_has_ended(child))
			return client_fail(client, "the server ended while it was starting");
		child->port = read_port(port_file);
		if (child->port) {
			options.data = child->directory;
			options.endpoint = arena_printf(&client->arena, "127.0.0.1:%d", child->port);
			if (client_locate(client, &options) && is_ready(client))
				return true;
		}
		sleep_ms(5);
	}
	return client_fail(client, "the server was not ready in %d seconds", (int)(START_TIMEOUT / SECOND));
}

static char **make_arguments(struct client *client, const char *port_file, const char *const *options)
{
	char *const always[] = { "cleat", "serve", "--listen", "127.0.0.1:0", "--port-file" };
	char **arguments;
	size_t n = 0;

	while (options[n])
		n++;
	arguments = arena_array(&client->arena, char *, COUNT_OF(always) + n + 2);
	memcpy(arguments, always, sizeof always);
	arguments[COUNT_OF(always)] = arena_text(&client->arena, port_file);
	for (n = 0; options[n]; n++)
		arguments[COUNT_OF(always) + 1 + n] = arena_text(&client->arena, options[n]);
	return arguments;
}

bool child_start(struct client *client, const char *directory, const char *const *options, struct child *ret)
{
	char *port_file = arena_printf(&client->arena, "%s/%s", directory, PORT_NAME);
	char **arguments = make_arguments(client, port_file, options);
	pid_t parent = getpid();
	int log;

	*ret = (struct child){ .directory = directory,
		               .log = arena_printf(&client->arena, "%s/%s", directory, LOG_NAME) };
	log = open(ret->log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	if (log < 0)
		return client_fail(client, "cannot write %s: %s", ret->log, strerror(errno));
	fflush(NULL);
	ret->pid = fork();
	if (ret->pid == 0)
		run_server(arguments, log, parent);
	close(log);
	if (ret->pid < 0) {
		ret->pid = 0;
		return client_fail(client, "cannot start a process: %s", strerror(errno));
	}
	return wait_ready(client, ret, port_file);
}

void child_stop(struct child *child)
{
	int64_t deadline = moment_monotonic() + STOP_TIMEOUT;

	if (!child->pid)
		return;
	kill(child->pid, SIGTERM);
	while (!child_has_ended(child) && moment_monotonic() < deadline)
		sleep_ms(5);
	if (!child->pid)
		return;
	fprintf(stderr, "The server did not end in %d seconds and is killed.\n",
	        (int)(STOP_TIMEOUT / SECOND));
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
	child->pid = 0;
}

void child_print_log(const struct child *child)
{
	struct {
		char *text;
		size_t room;
	} lines[LOG_LINES] = { 0 };
	FILE *file = child->log ? fopen(child->log, "re") : NULL;
	size_t n = 0, i;

	if (!file)
		return;
	while (getline(&lines[n % LOG_LINES].text, &lines[n % LOG_LINES].room, file) >= 0)
		n++;
	if (n)
		fprintf(stderr, "The last lines of %s:\n", child->log);
	for (i = n > LOG_LINES ? n - LOG_LINES : 0; i < n; i++)
		fprintf(stderr, "  %s", lines[i % LOG_LINES].text);
	for (i = 0; i < LOG_LINES; i++)
		free(lines[i].text);
	fclose(file);
}
