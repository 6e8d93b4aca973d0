/* Drives a server over keep-alive connections, one request at a time on each, and prints one line of JSON: requests a
 * second, latencies in microseconds, errors. Everything but a 200 is an error, and with errors the exit status is 1.
 *
 *     load MODE --port N [--connections N] [--seconds S] [--warm-up S] [--spin] [--key ID] [--secret TEXT]
 *          [--targets FILE] [--path PATH]
 *
 * MODE: describe  DescribeDisks of one disk, a disk of the targets for each connection in turn
 *       cycle     AttachDisk, then DetachDisk, on one disk of the targets for each connection; each counts as a change
 *       raw       GET of --path, unsigned, for a web server to compare with
 *
 * --spin looks for replies without ever sleeping, for a client with a core of its own: the server then does not pay for
 * waking it, as it would not with a client on another machine.
 *
 * A line of the targets is the id of a disk and, for cycle, of an instance. */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "request.h"

#define CONNECTIONS_MAX 1024
#define REPLY_MAX       65536
#define ID_MAX          64
#define GIVE_UP_MS      10000

/* Latencies: exact below 64 microseconds, then 64 steps for each doubling. */
#define STEPS   64
#define BUCKETS (STEPS * 28)

enum mode { DESCRIBE, CYCLE, RAW };

struct settings {
	enum mode mode;
	int port;
	int connections;
	double seconds;
	double warm_up;
	bool spin;
	const char *key_id;
	const char *secret;
	const char *targets;
	const char *path;
};

struct connection {
	int fd;
	struct call *calls; /* in turn; NULL: raw */
	int n_calls;
	int next;
	int64_t sent_at;
	size_t length; /* of the reply so far */
	char reply[REPLY_MAX];
};

struct load {
	struct settings settings;
	struct connection *connections;
	struct nonces nonces;
	char plain[REQUEST_MAX]; /* the request of raw */
	size_t plain_length;
	int epoll;
	int64_t count_from, stop_at; /* nanoseconds */
	int waiting;                 /* connections with a request under way */
	uint64_t buckets[BUCKETS];
	uint64_t counted, errors;
	int64_t longest;
};

static void fail(const char *what)
{
	fprintf(stderr, "load: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
	exit(2);
}

static int64_t now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

/* ---- latencies ---- */

static size_t bucket_of(int64_t microseconds)
{
	uint64_t value = (uint64_t)microseconds;
	int shift = value < STEPS ? 0 : 57 - __builtin_clzll(value);
	size_t bucket = (size_t)shift * STEPS + (size_t)(value >> shift);

	return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/* The lowest value of a bucket. */
static int64_t bucket_value(size_t bucket)
{
	if (bucket < 2 * STEPS)
		return (int64_t)bucket;
	return (int64_t)(STEPS + bucket % STEPS) << (bucket / STEPS - 1);
}

static int64_t percentile(const struct load *load, double share)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		seen += load->buckets[i];
		if (seen && (double)seen >= share * (double)load->counted)
			return bucket_value(i);
	}
	return 0;
}

/* ---- one connection ---- */

static void connection_send(struct load *load, struct connection *connection)
{
	char request[REQUEST_MAX * 2];
	const char *data = load->plain;
	size_t length = load->plain_length;

	connection->sent_at = now();
	connection->length = 0;
	if (connection->calls) {
		length = call_sign(&connection->calls[connection->next], &load->nonces, request);
		connection->next = (connection->next + 1) % connection->n_calls;
		data = request;
	}
	if (send(connection->fd, data, length, MSG_NOSIGNAL) != (ssize_t)length)
		fail("cannot send");
	load->waiting++;
}

/* The whole reply's length, 0 while its headers are not there yet. */
static size_t reply_length(const struct connection *connection)
{
	const char *end = memmem(connection->reply, connection->length, "\r\n\r\n", 4);
	const char *at = connection->reply;

	while (end && at < end) {
		if (strncasecmp(at, "content-length:", 15) == 0)
			return (size_t)(end + 4 - connection->reply) + strtoul(at + 15, NULL, 10);
		at = strstr(at, "\r\n") + 2;
	}
	if (end)
		fail("a reply without Content-Length");
	return 0;
}

static void connection_done(struct load *load, struct connection *connection)
{
	int64_t at = now();
	int64_t took = (at - connection->sent_at) / 1000;

	load->waiting--;
	if (strncmp(connection->reply, "HTTP/1.1 200 ", 13) != 0) {
		if (!load->errors++)
			fprintf(stderr, "load: the first error:\n%s\n", connection->reply);
	} else if (connection->sent_at >= load->count_from && at <= load->stop_at) {
		load->buckets[bucket_of(took)]++;
		load->counted++;
		if (took > load->longest)
			load->longest = took;
	}
	/* A cycle ends with its detach, so that the next run finds the disk free. */
	if (at < load->stop_at || (load->settings.mode == CYCLE && connection->next && !load->errors))
		connection_send(load, connection);
}

static void connection_receive(struct load *load, struct connection *connection)
{
	ssize_t n = recv(connection->fd, connection->reply + connection->length,
	                 sizeof connection->reply - 1 - connection->length, 0);
	size_t whole;

	if (n <= 0)
		fail("the server closed a connection");
	connection->length += (size_t)n;
	connection->reply[connection->length] = '\0';
	whole = reply_length(connection);
	if (whole >= sizeof connection->reply)
		fail("a reply is too long");
	if (whole && connection->length >= whole)
		connection_done(load, connection);
}

static void connection_open(struct load *load, struct connection *connection)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)load->settings.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
	int yes = 1;

	connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->fd < 0 || connect(connection->fd, (struct sockaddr *)&address, sizeof address) != 0)
		fail("cannot connect");
	setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0)
		fail("epoll_ctl");
}

/* ---- what they ask ---- */

static void prepare_describe(const struct load *load, struct call *call, const char *disk)
{
	char ids[ID_MAX + 8];
	const struct parameter parameters[] = {
		{ "Action", "DescribeDisks" }, { "RegionId", "cn-hangzhou" }, { "DiskIds", ids }, { NULL, NULL }
	};

	snprintf(ids, sizeof ids, "[\"%s\"]", disk);
	call_init(call, load->settings.key_id, load->settings.secret, parameters);
}

static void prepare_cycle(const struct load *load, struct call *calls, const char *disk, const char *instance)
{
	static const char *const actions[] = { "AttachDisk", "DetachDisk" };

	for (int i = 0; i < 2; i++) {
		const struct parameter parameters[] = {
			{ "Action", actions[i] }, { "DiskId", disk }, { "InstanceId", instance }, { NULL, NULL }
		};

		call_init(&calls[i], load->settings.key_id, load->settings.secret, parameters);
	}
}

static void prepare(struct load *load)
{
	bool cycle = load->settings.mode == CYCLE;
	FILE *file = load->settings.mode == RAW ? NULL : fopen(load->settings.targets, "re");
	char disk[ID_MAX];
	char instance[ID_MAX];

	if (load->settings.mode == RAW) {
		load->plain_length = (size_t)snprintf(load->plain, sizeof load->plain,
		                                      "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: cleat-bench\r\n\r\n",
		                                      load->settings.path);
		return;
	}
	if (!file)
		fail("cannot read the targets");
	for (int i = 0; i < load->settings.connections; i++) {
		struct connection *connection = &load->connections[i];

		if (fscanf(file, "%63s %63s", disk, instance) != 2)
			fail("fewer targets than connections");
		connection->n_calls = cycle ? 2 : 1;
		connection->calls = calloc((size_t)connection->n_calls, sizeof *connection->calls);
		if (!connection->calls)
			fail("no memory");
		if (cycle)
			prepare_cycle(load, connection->calls, disk, instance);
		else
			prepare_describe(load, connection->calls, disk);
	}
	fclose(file);
}

/* ---- all of it ---- */

static void run(struct load *load)
{
	struct epoll_event events[CONNECTIONS_MAX];
	int64_t replied_at = now();
	int n;

	for (int i = 0; i < load->settings.connections; i++)
		connection_open(load, &load->connections[i]);
	load->count_from = now() + (int64_t)(load->settings.warm_up * 1e9);
	load->stop_at = load->count_from + (int64_t)(load->settings.seconds * 1e9);
	for (int i = 0; i < load->settings.connections; i++)
		connection_send(load, &load->connections[i]);
	while (load->waiting) {
		n = epoll_wait(load->epoll, events, CONNECTIONS_MAX, load->settings.spin ? 0 : GIVE_UP_MS);
		if (n > 0)
			replied_at = now();
		else if (now() - replied_at > GIVE_UP_MS * (int64_t)1000000)
			fail("no reply for ten seconds");
		for (int i = 0; i < n; i++)
			connection_receive(load, events[i].data.ptr);
	}
}

static void report(const struct load *load)
{
	printf("{\"connections\": %d, \"seconds\": %g, \"requests\": %llu, \"per_second\": %.0f, \"p50\": %lld,"
	       " \"p99\": %lld, \"max\": %lld, \"errors\": %llu}\n",
	       load->settings.connections, load->settings.seconds, (unsigned long long)load->counted,
	       (double)load->counted / load->settings.seconds, (long long)percentile(load, 0.5),
	       (long long)percentile(load, 0.99), (long long)load->longest, (unsigned long long)load->errors);
}

static void read_settings(int argc, char **argv, struct settings *ret)
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' },    { "connections", required_argument, NULL, 'c' },
		{ "seconds", required_argument, NULL, 's' }, { "warm-up", required_argument, NULL, 'w' },
		{ "key", required_argument, NULL, 'k' },     { "secret", required_argument, NULL, 'x' },
		{ "targets", required_argument, NULL, 't' }, { "spin", no_argument, NULL, 'y' },
		{ "path", required_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 }
	};
	static const char *const modes[] = { [DESCRIBE] = "describe", [CYCLE] = "cycle", [RAW] = "raw" };
	int option;
	int mode = 0;

	*ret = (struct settings){ .connections = 1, .seconds = 1, .key_id = "cleat", .secret = "cleat-secret",
		                  .path = "/" };
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'p':
			ret->port = atoi(optarg);
			break;
		case 'c':
			ret->connections = atoi(optarg);
			break;
		case 's':
			ret->seconds = atof(optarg);
			break;
		case 'w':
			ret->warm_up = atof(optarg);
			break;
		case 'k':
			ret->key_id = optarg;
			break;
		case 'x':
			ret->secret = optarg;
			break;
		case 't':
			ret->targets = optarg;
			break;
		case 'u':
			ret->path = optarg;
			break;
		case 'y':
			ret->spin = true;
			break;
		default:
			exit(2);
		}
	}
	while (mode <= RAW && (optind + 1 != argc || strcmp(argv[optind], modes[mode]) != 0))
		mode++;
	if (mode > RAW || !ret->port || ret->connections < 1 || ret->connections > CONNECTIONS_MAX ||
	    ret->seconds <= 0 || (mode != RAW && !ret->targets))
		fail("usage: load describe|cycle|raw --port N [--connections N] [--seconds S] [--targets FILE] ...");
	ret->mode = (enum mode)mode;
}

int main(int argc, char **argv)
{
	static struct load load;

	read_settings(argc, argv, &load.settings);
	load.connections = calloc((size_t)load.settings.connections, sizeof *load.connections);
	load.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!load.connections || load.epoll < 0)
		fail("cannot begin");
	nonces_init(&load.nonces);
	prepare(&load);
	run(&load);
	report(&load);
	return load.errors || !load.counted ? 1 : 0;
}
