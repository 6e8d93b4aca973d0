/* Measures one start: the time from the spawn of a server to the end of its first signed reply, and the memory it holds
 * then. Prints one line of JSON and ends the server.
 *
 *     start --port N COMMAND [ARGUMENT]...
 *
 * The command must serve the port with the key cleat / cleat-secret. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "request.h"

#define GIVE_UP 10000000000 /* nanoseconds */

extern char **environ;

static pid_t server;

static void fail(const char *what)
{
	fprintf(stderr, "start: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
	if (server > 0)
		kill(server, SIGKILL);
	exit(2);
}

static int64_t now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

/* Tries without a pause: a pause would be part of the result. */
static int connect_to(int port, int64_t began)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	for (;;) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (fd < 0)
			fail("socket");
		if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
			return fd;
		close(fd);
		if (waitpid(server, NULL, WNOHANG) != 0 || now() - began > GIVE_UP)
			fail("the server did not start");
	}
}

static void ask(int fd)
{
	const struct parameter parameters[] = { { "Action", "DescribeDisks" }, { NULL, NULL } };
	char data[65536];
	struct nonces nonces;
	struct call call;
	ssize_t n;

	call_init(&call, "cleat", "cleat-secret", parameters);
	nonces_init(&nonces);
	n = (ssize_t)call_sign(&call, &nonces, data);
	if (send(fd, data, (size_t)n, MSG_NOSIGNAL) != n)
		fail("cannot send");
	n = recv(fd, data, sizeof data - 1, 0);
	data[n > 0 ? n : 0] = '\0';
	if (strncmp(data, "HTTP/1.1 200 ", 13) != 0 || !strstr(data, "\"Disks\"")) {
		fprintf(stderr, "%s\n", data);
		fail("the first reply is no success");
	}
}

static long resident_kib(void)
{
	char path[64];
	char line[256];
	long kib = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/status", (int)server);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file))
		if (sscanf(line, "VmRSS: %ld", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib;
}

int main(int argc, char **argv)
{
	int64_t began;
	int64_t ended;
	int port = argc > 3 && strcmp(argv[1], "--port") == 0 ? atoi(argv[2]) : 0;
	int status;
	int fd;

	if (!port)
		fail("usage: start --port N COMMAND [ARGUMENT]...");
	began = now();
	if (posix_spawn(&server, argv[3], NULL, NULL, argv + 3, environ) != 0)
		fail("cannot start the server");
	fd = connect_to(port, began);
	ask(fd);
	ended = now();
	printf("{\"microseconds\": %lld, \"rss_kib\": %ld}\n", (long long)(ended - began) / 1000, resident_kib());
	close(fd);
	kill(server, SIGTERM);
	waitpid(server, &status, 0);
	return 0;
}
