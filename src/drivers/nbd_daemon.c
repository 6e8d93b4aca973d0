#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/moment.h"
#include "base/text.h"
#include "drivers/nbd_state.h"

#define DAEMON      "qemu-storage-daemon"
#define WORDS_MAX   16 /* of its command line */
#define CMDLINE_MAX 8192

extern char **environ;

/* ---- connecting ---- */

/* Through the directory's descriptor: paths of sockets are short, and that of DIR need not be. */
static int connect_socket(const struct nbd_server *server)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/qmp.sock", server->directory_fd);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
		int reason = errno;

		close(fd);
		errno = reason;
		return -1;
	}
	return fd;
}

static void hangs(struct nbd_server *server)
{
	server->hung_until = moment_monotonic() + NBD_HUNG_MS;
}

enum nbd_reach nbd_daemon_reach(struct nbd_server *server, char *error, size_t error_size)
{
	enum qmp_outcome outcome;
	int fd;

	if (moment_monotonic() < server->hung_until) {
		snprintf(error, error_size, "the export daemon of %s does not answer", server->id);
		return NBD_UNSURE;
	}
	/* Whether it has ended since shows now rather than in the middle of a command. */
	while (server->qmp && (outcome = qmp_poll(server->qmp, 0)) != QMP_LATE) {
		if (outcome == QMP_DONE)
			continue;
		qmp_close(server->qmp);
		server->qmp = NULL;
	}
	if (server->qmp)
		return NBD_UP;
	fd = connect_socket(server);
	if (fd < 0) {
		snprintf(error, error_size, "the export daemon of %s cannot be reached: %s", server->id, strerror(errno));
		return errno == ECONNREFUSED || errno == ENOENT ? NBD_DEAD : NBD_UNSURE;
	}
	outcome = qmp_open(fd, NBD_CALL_MS, NULL, NULL, &server->qmp, error, error_size);
	if (outcome == QMP_LATE)
		hangs(server);
	return outcome == QMP_DONE ? NBD_UP : NBD_UNSURE;
}

enum qmp_outcome nbd_daemon_ask(struct nbd_server *server, const char *command, json_t *arguments, json_t **ret_value,
                                char *error, size_t error_size)
{
	enum qmp_outcome outcome = QMP_LOST;

	if (server->qmp) {
		outcome = qmp_call(server->qmp, command, arguments, NBD_CALL_MS, ret_value, error, error_size);
	} else {
		json_decref(arguments);
		snprintf(error, error_size, "%s: the connection is lost", command);
	}
	if (outcome == QMP_LATE)
		hangs(server);
	if (outcome == QMP_LOST) {
		qmp_close(server->qmp);
		server->qmp = NULL;
	}
	return outcome;
}

/* ---- starting ---- */

static bool wait_for_start(pid_t child, int *ret_status)
{
	int64_t deadline = moment_monotonic() + NBD_START_MS;
	pid_t ended;

	/* It goes to the background once it serves; until then this is its parent. */
	while ((ended = waitpid(child, ret_status, WNOHANG)) == 0 && moment_monotonic() < deadline)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	if (ended == child)
		return true;
	kill(child, SIGKILL);
	waitpid(child, ret_status, 0);
	return false;
}

/* Nothing of ours reaches it: no open files, no blocked signals, no terminal. Its own directory is where it starts, so that
 * its sockets have short names. */
static int spawn(const struct nbd_server *server, char **words, pid_t *ret_child)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	sigset_t usual;
	int result;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGXFSZ);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addchdir_np(&actions, server->directory);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "daemon.log", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	result = posix_spawnp(ret_child, words[0], &actions, &attributes, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return result;
}

static bool start_failed(const struct nbd_server *server, int problem, char *error, size_t error_size)
{
	char *path = nbd_text("%s/daemon.log", server->directory);
	char line[160] = "";

	if (problem)
		snprintf(line, sizeof line, "%s", strerror(problem));
	else if (!nbd_file_read(path, line, sizeof line))
		snprintf(line, sizeof line, "it did not say why");
	free(path);
	snprintf(error, error_size, DAEMON " of %s did not start: %s", server->id, line);
	return false;
}

static bool start(const struct nbd *nbd, const struct nbd_server *server, char *error, size_t error_size)
{
	char *pid = nbd_text("%s/pid", server->directory);
	char *credentials = nbd_text("tls-creds-psk,id=psk,endpoint=server,dir=%s", server->directory);
	char *address = server->port ? nbd_text("addr.type=inet,addr.host=%s,addr.port=%d,tls-creds=psk,max-connections=0",
	                                        nbd->listen, server->port) :
	                               nbd_text("addr.type=unix,addr.path=nbd.sock,tls-creds=psk,max-connections=0");
	char *words[WORDS_MAX] = { DAEMON,         "--daemonize",
		                   "--pidfile",    pid,
		                   "--chardev",    "socket,id=qmp,path=qmp.sock,server=on,wait=off",
		                   "--monitor",    "chardev=qmp",
		                   "--object",     credentials,
		                   "--nbd-server", address,
		                   NULL };
	pid_t child = -1;
	int status = 0;
	int problem = spawn(server, words, &child);
	bool waited = problem == 0 && wait_for_start(child, &status);

	free(pid);
	free(credentials);
	free(address);
	if (waited && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	return start_failed(server, problem ? problem : waited ? 0 : ETIMEDOUT, error, error_size);
}

enum nbd_reach nbd_daemon_start(struct nbd *nbd, struct nbd_server *server, char *error, size_t error_size)
{
	enum nbd_reach reach = nbd_daemon_reach(server, error, error_size);

	if (reach != NBD_DEAD)
		return reach;
	if (!start(nbd, server, error, error_size))
		return NBD_UNSURE;
	server->started = true;
	reach = nbd_daemon_reach(server, error, error_size);
	return reach == NBD_DEAD ? NBD_UNSURE : reach;
}

/* ---- ending ---- */

enum nbd_reach nbd_daemon_end(struct nbd_server *server, char *error, size_t error_size)
{
	enum nbd_reach reach = nbd_daemon_reach(server, error, error_size);
	int64_t deadline = moment_monotonic() + NBD_CALL_MS;

	if (reach == NBD_UP) {
		nbd_daemon_ask(server, "quit", NULL, NULL, error, error_size);
		while (server->qmp && qmp_poll(server->qmp, NBD_CALL_MS) != QMP_LOST && moment_monotonic() < deadline)
			continue;
		qmp_close(server->qmp);
		server->qmp = NULL;
		reach = nbd_daemon_reach(server, error, error_size);
	}
	if (reach == NBD_UNSURE)
		nbd_daemon_kill(server);
	return reach;
}

bool nbd_daemon_kill(struct nbd_server *server)
{
	char *path = nbd_text("%s/pid", server->directory);
	char text[32];
	char line[CMDLINE_MAX];
	int64_t pid = 0;
	bool ours = false;

	if (nbd_file_read(path, text, sizeof text) && text_to_int64(text, &pid) && pid > 1) {
		char *cmdline = nbd_text("/proc/%lld/cmdline", (long long)pid);
		int fd = open(cmdline, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd >= 0 ? read(fd, line, sizeof line) : -1;

		/* The number may be another process's by now: only ours was told this file. */
		ours = n > 0 && memmem(line, (size_t)n, path, strlen(path) + 1);
		if (fd >= 0)
			close(fd);
		free(cmdline);
	}
	if (ours) {
		kill((pid_t)pid, SIGKILL);
		qmp_close(server->qmp);
		server->qmp = NULL;
		server->hung_until = 0;
	}
	free(path);
	return ours;
}
