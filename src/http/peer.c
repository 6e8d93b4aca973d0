#include "http/peer.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"

struct peers {
	struct deadlines *deadlines; /* NULL: no thread could be had; the library's own timeout is left */
	int64_t request_timeout, idle_timeout;
};

struct peers *peers_create(int64_t request_timeout, int64_t idle_timeout)
{
	struct peers *peers = calloc(1, sizeof *peers);

	if (!peers)
		abort();
	peers->deadlines = deadlines_create();
	peers->request_timeout = request_timeout;
	peers->idle_timeout = idle_timeout;
	return peers;
}

void peers_destroy(struct peers *peers)
{
	if (!peers)
		return;
	deadlines_destroy(peers->deadlines);
	free(peers);
}

static void read_address(const union MHD_ConnectionInfo *info, char *ret, size_t size)
{
	const struct sockaddr *address = info ? info->client_addr : NULL;

	ret[0] = '\0';
	if (address && address->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, ret, (socklen_t)size);
	else if (address && address->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, ret, (socklen_t)size);
}

static struct peer *peer_create(struct peers *peers, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct peer *peer = calloc(1, sizeof *peer);

	if (!peer)
		return NULL;
	if (peers->deadlines && info)
		deadline_add(peers->deadlines, &peer->deadline, info->connect_fd,
		             moment_monotonic() + peers->request_timeout);
	read_address(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS), peer->address,
	             sizeof peer->address);
	return peer;
}

static void peer_destroy(struct peers *peers, struct peer *peer)
{
	if (peers->deadlines)
		deadline_remove(peers->deadlines, &peer->deadline);
	free(peer->target);
	free(peer);
}

void peer_connection_changed(void *peers, struct MHD_Connection *connection, void **socket_context,
                             enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*socket_context = peer_create(peers, connection);
	} else if (*socket_context) {
		peer_destroy(peers, *socket_context);
		*socket_context = NULL;
	}
}

struct peer *peer_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
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
	return NULL;
}

void peer_arrived(struct peer *peer)
{
	if (peer)
		deadline_set(&peer->deadline, DEADLINE_NONE);
}

void peer_awaits(struct peers *peers, struct peer *peer)
{
	if (peer)
		deadline_set(&peer->deadline, moment_monotonic() + peers->request_timeout + peers->idle_timeout);
}
