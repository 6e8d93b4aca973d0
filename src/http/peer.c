#include "http/peer.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/moment.h"

struct peers {
	struct deadlines *deadlines;
	struct crowd *crowd;
	struct peer_limits limits;
	pthread_mutex_t lock;
	/* By the number of the socket, since the library knows a connection that it is given by nothing else. Under the lock. */
	struct peer **by_fd;
	size_t n;
};

struct peers *peers_create(const struct peer_limits *limits)
{
	struct peers *peers = calloc(1, sizeof *peers);

	if (!peers)
		abort();
	peers->deadlines = deadlines_create();
	peers->crowd = crowd_create(&limits->crowd);
	peers->limits = *limits;
	pthread_mutex_init(&peers->lock, NULL);
	return peers;
}

static void peer_destroy(struct peers *peers, struct peer *peer)
{
	deadline_remove(peers->deadlines, &peer->deadline);
	crowd_leave(peers->crowd, peer->place);
	free(peer->target);
	free(peer);
}

void peers_destroy(struct peers *peers)
{
	size_t i;

	if (!peers)
		return;
	/* Of a connection that it took and never began, the library says nothing. */
	for (i = 0; i < peers->n; i++) {
		if (peers->by_fd[i])
			peer_destroy(peers, peers->by_fd[i]);
	}
	free(peers->by_fd);
	crowd_destroy(peers->crowd);
	deadlines_destroy(peers->deadlines);
	pthread_mutex_destroy(&peers->lock);
	free(peers);
}

bool peers_look(struct peers *peers, int64_t now)
{
	return deadlines_look(peers->deadlines, now);
}

static bool make_room(struct peers *peers, size_t fd)
{
	size_t n = peers->n ? peers->n : 64;
	struct peer **more;

	while (n <= fd)
		n *= 2;
	if (n == peers->n)
		return true;
	more = realloc(peers->by_fd, n * sizeof *more);
	if (!more)
		return false;
	memset(more + peers->n, 0, (n - peers->n) * sizeof *more);
	peers->by_fd = more;
	peers->n = n;
	return true;
}

/* Takes out what stands for this socket; NULL if nothing does. */
static struct peer *unlist(struct peers *peers, int fd)
{
	struct peer *peer = NULL;

	pthread_mutex_lock(&peers->lock);
	if ((size_t)fd < peers->n) {
		peer = peers->by_fd[fd];
		peers->by_fd[fd] = NULL;
	}
	pthread_mutex_unlock(&peers->lock);
	return peer;
}

static bool enlist(struct peers *peers, int fd, struct peer *peer)
{
	bool listed;

	pthread_mutex_lock(&peers->lock);
	listed = make_room(peers, (size_t)fd);
	if (listed)
		peers->by_fd[fd] = peer;
	pthread_mutex_unlock(&peers->lock);
	return listed;
}

static void read_address(struct peer *peer)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&peer->from;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&peer->from;

	if (peer->from.ss_family == AF_INET) {
		memcpy(peer->place + CROWD_ADDRESS - sizeof v4->sin_addr, &v4->sin_addr, sizeof v4->sin_addr);
		inet_ntop(AF_INET, &v4->sin_addr, peer->address, sizeof peer->address);
	} else if (peer->from.ss_family == AF_INET6) {
		memcpy(peer->place, &v6->sin6_addr, sizeof v6->sin6_addr);
		inet_ntop(AF_INET6, &v6->sin6_addr, peer->address, sizeof peer->address);
	}
}

struct peer *peer_admit(struct peers *peers, int fd, const struct sockaddr *from, socklen_t from_size, int64_t now)
{
	/* The number was another's, which the library took and closed without a word: it is over. */
	struct peer *stale = unlist(peers, fd);
	struct peer *peer = calloc(1, sizeof *peer);

	if (stale)
		peer_destroy(peers, stale);
	if (!peer)
		return NULL;
	memcpy(&peer->from, from, from_size);
	peer->from_size = from_size;
	peer->since = now;
	read_address(peer);
	if (!crowd_enter(peers->crowd, peer->place)) {
		free(peer);
		return NULL;
	}
	deadline_add(peers->deadlines, &peer->deadline, fd, now + peers->limits.request_timeout);
	if (enlist(peers, fd, peer))
		return peer;
	peer_destroy(peers, peer);
	return NULL;
}

void peer_dismiss(struct peers *peers, struct peer *peer)
{
	int fd = peer->deadline.fd;

	unlist(peers, fd);
	peer_destroy(peers, peer);
	close(fd);
}

/* Once the library has it, the peer may be gone at any moment. If it does not take it, it has closed the socket, and the
 * next that has its number finds what is left. */
void peer_hand_over(struct peers *peers, struct peer *peer, struct MHD_Daemon *daemon)
{
	struct sockaddr_storage from = peer->from;

	(void)peers;
	MHD_add_connection(daemon, peer->deadline.fd, (const struct sockaddr *)&from, peer->from_size);
}

static struct peer *peer_at(struct peers *peers, int fd)
{
	struct peer *peer = NULL;

	pthread_mutex_lock(&peers->lock);
	if ((size_t)fd < peers->n)
		peer = peers->by_fd[fd];
	pthread_mutex_unlock(&peers->lock);
	return peer;
}

void peer_connection_changed(void *peers, struct MHD_Connection *connection, void **socket_context,
                             enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*socket_context = peer_at(peers, info->connect_fd);
	} else if (*socket_context) {
		unlist(peers, info->connect_fd);
		peer_destroy(peers, *socket_context);
		*socket_context = NULL;
	}
}

struct peer *peer_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/* The library would keep each parameter of the query in the memory for headers, though nobody asks it for them, and when that
 * is used up neither answer nor close. The text is in a buffer of its own, which it is about to cut there itself. */
static void hide_query(const char *target)
{
	char *query = strchr(target, '?');

	if (query)
		query[1] = '\0';
}

void *peer_keep_target(void *peers, const char *target, struct MHD_Connection *connection)
{
	struct peer *peer = peer_of(connection);
	size_t length = strlen(target) + 1;

	(void)peers;
	if (!peer)
		return NULL;
	if (peer->capacity < length) {
		char *more = realloc(peer->target, length);

		if (!more)
			return NULL;
		peer->target = more;
		peer->capacity = length;
	}
	memcpy(peer->target, target, length);
	hide_query(target);
	return NULL;
}

bool peer_keep(struct peers *peers, struct peer *peer, size_t bytes)
{
	return crowd_keep(peers->crowd, peer->place, bytes);
}

void peer_drop(struct peers *peers, struct peer *peer, size_t bytes)
{
	crowd_drop(peers->crowd, peer->place, bytes);
}

void peer_arrived(struct peer *peer)
{
	if (peer)
		deadline_set(&peer->deadline, DEADLINE_NONE);
}

void peer_awaits(struct peers *peers, struct peer *peer)
{
	if (peer)
		deadline_set(&peer->deadline, moment_monotonic() + peers->limits.request_timeout + peers->limits.idle_timeout);
}
