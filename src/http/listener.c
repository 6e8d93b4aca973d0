#include "http/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/moment.h"

#define LOOK_EVERY_MS  200
#define ACCEPTS_A_TURN 64 /* so that those who wait with their first byte are not kept by a flood of new ones */
#define EVENTS_A_TURN  64
#define TLS_HANDSHAKE  0x16 /* the first byte of a TLS connection (RFC 8446, 5.1); no HTTP method begins with it */

struct listener {
	struct listener_settings settings;
	pthread_t thread;
	int socket;
	int port;
	int epoll;
	int wake; /* an eventfd */
	int64_t accept_again; /* 0, or when: the system had no room for another connection */
	struct peer *first, *last; /* those that have said nothing, longest first */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool closing, closed, ending; /* under the lock */
};

/* ---- the socket ---- */

static bool make_address(const struct listener_settings *settings, struct sockaddr_storage *ret, socklen_t *ret_size)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof *ret);
	if (inet_pton(AF_INET, settings->host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)settings->port);
		*ret_size = sizeof *v4;
		return true;
	}
	if (inet_pton(AF_INET6, settings->host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)settings->port);
		*ret_size = sizeof *v6;
		return true;
	}
	return false;
}

static int port_of(int fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof address;

	if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		return 0;
	return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port :
	                                             ((struct sockaddr_in *)&address)->sin_port);
}

static int listen_on(const struct listener_settings *settings, char *error, size_t error_size)
{
	struct sockaddr_storage address;
	socklen_t size;
	int yes = 1;
	int fd;

	if (!make_address(settings, &address, &size)) {
		snprintf(error, error_size, "%s is not a numeric address", settings->host);
		return -1;
	}
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
		if (bind(fd, (struct sockaddr *)&address, size) == 0 && listen(fd, SOMAXCONN) == 0)
			return fd;
	}
	snprintf(error, error_size, "cannot listen on %s port %d: %s", settings->host, settings->port, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool watch(struct listener *listener, int fd, void *mark)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = mark };

	return epoll_ctl(listener->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void unwatch(struct listener *listener, int fd)
{
	epoll_ctl(listener->epoll, EPOLL_CTL_DEL, fd, NULL);
}

/* ---- the first byte ---- */

static void wait_for_byte(struct listener *listener, struct peer *peer)
{
	if (!watch(listener, peer->deadline.fd, peer)) {
		peer_dismiss(listener->settings.peers, peer);
		return;
	}
	peer->before = listener->last;
	if (listener->last)
		listener->last->next = peer;
	else
		listener->first = peer;
	listener->last = peer;
}

static void wait_no_more(struct listener *listener, struct peer *peer)
{
	unwatch(listener, peer->deadline.fd);
	if (peer->before)
		peer->before->next = peer->next;
	else
		listener->first = peer->next;
	if (peer->next)
		peer->next->before = peer->before;
	else
		listener->last = peer->before;
	peer->before = peer->next = NULL;
}

enum greeting { GREETING_NONE, GREETING_PLAIN, GREETING_TLS, GREETING_END };

static enum greeting look_at(int fd)
{
	unsigned char byte;
	ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	if (n == 1)
		return byte == TLS_HANDSHAKE ? GREETING_TLS : GREETING_PLAIN;
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? GREETING_NONE : GREETING_END;
}

static void pass_on(struct listener *listener, struct peer *peer, enum greeting greeting)
{
	if (greeting == GREETING_END)
		peer_dismiss(listener->settings.peers, peer);
	else
		listener->settings.take(listener->settings.context, peer, greeting == GREETING_TLS);
}

static void first_byte(struct listener *listener, struct peer *peer)
{
	enum greeting greeting = look_at(peer->deadline.fd);

	if (greeting == GREETING_NONE)
		return;
	wait_no_more(listener, peer);
	pass_on(listener, peer, greeting);
}

static void begin(struct listener *listener, int fd, const struct sockaddr_storage *from, socklen_t from_size, int64_t now)
{
	struct peer *peer = peer_admit(listener->settings.peers, fd, (const struct sockaddr *)from, from_size, now);
	enum greeting greeting;

	if (!peer) {
		close(fd);
		return;
	}
	greeting = listener->settings.tls ? look_at(fd) : GREETING_PLAIN;
	if (greeting == GREETING_NONE)
		wait_for_byte(listener, peer);
	else
		pass_on(listener, peer, greeting);
}

/* Of the reasons why accept fails, those that the next call would meet too: files or memory have run out. */
static void pause_if_full(struct listener *listener, int64_t now)
{
	if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
		return;
	log_event(LOG_WARNING, "http", LOG_TEXT_PAIR("problem", "a connection cannot be accepted"),
	          LOG_TEXT_PAIR("message", strerror(errno)));
	unwatch(listener, listener->socket);
	listener->accept_again = now + LOOK_EVERY_MS;
}

static void accept_some(struct listener *listener, int64_t now)
{
	int i;

	for (i = 0; i < ACCEPTS_A_TURN; i++) {
		struct sockaddr_storage from;
		socklen_t size = sizeof from;
		int fd = accept4(listener->socket, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			begin(listener, fd, &from, size, now);
		} else if (errno != ECONNABORTED && errno != EINTR) {
			pause_if_full(listener, now);
			return;
		}
	}
}

/* ---- the thread ---- */

static void cut_silent(struct listener *listener, int64_t since)
{
	while (listener->first && listener->first->since <= since) {
		struct peer *peer = listener->first;

		wait_no_more(listener, peer);
		peer_dismiss(listener->settings.peers, peer);
	}
}

/* What is asked for from other threads; false: the thread is to end. */
static bool obey(struct listener *listener)
{
	uint64_t times;
	bool ending;

	while (read(listener->wake, &times, sizeof times) < 0 && errno == EINTR)
		continue;
	pthread_mutex_lock(&listener->lock);
	if (listener->closing && !listener->closed) {
		close(listener->socket);
		cut_silent(listener, INT64_MAX);
		listener->closed = true;
		pthread_cond_broadcast(&listener->changed);
	}
	ending = listener->ending;
	pthread_mutex_unlock(&listener->lock);
	return !ending;
}

/* Whether there is anything to look at before something happens: an idle server sleeps. */
static bool look_around(struct listener *listener, int64_t now)
{
	cut_silent(listener, now - listener->settings.first_byte);
	if (listener->accept_again && listener->accept_again <= now && !listener->closed) {
		listener->accept_again = 0;
		watch(listener, listener->socket, &listener->socket);
	}
	return peers_look(listener->settings.peers, now) || listener->accept_again;
}

static void *run(void *context)
{
	struct listener *listener = context;
	int64_t look_at_ms = 0;
	int timeout = -1;
	bool ending = false;

	while (!ending) {
		struct epoll_event events[EVENTS_A_TURN];
		int n = epoll_wait(listener->epoll, events, EVENTS_A_TURN, timeout);
		int64_t now = moment_monotonic();
		bool woken = false;
		int i;

		for (i = 0; i < n; i++) {
			if (events[i].data.ptr == &listener->socket)
				accept_some(listener, now);
			else if (events[i].data.ptr == &listener->wake)
				woken = true;
			else
				first_byte(listener, events[i].data.ptr);
		}
		ending = woken && !obey(listener);
		if (now >= look_at_ms) {
			timeout = look_around(listener, now) ? LOOK_EVERY_MS : -1;
			look_at_ms = now + LOOK_EVERY_MS;
		} else if (timeout < 0) {
			timeout = LOOK_EVERY_MS;
		}
	}
	return NULL;
}

static bool open_all(struct listener *listener, char *error, size_t error_size)
{
	listener->socket = listen_on(&listener->settings, error, error_size);
	if (listener->socket < 0)
		return false;
	listener->port = port_of(listener->socket);
	listener->epoll = epoll_create1(EPOLL_CLOEXEC);
	listener->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (listener->epoll >= 0 && listener->wake >= 0 && watch(listener, listener->socket, &listener->socket) &&
	    watch(listener, listener->wake, &listener->wake) && pthread_create(&listener->thread, NULL, run, listener) == 0)
		return true;
	snprintf(error, error_size, "cannot wait for connections: %s", strerror(errno));
	close(listener->socket);
	return false;
}

static void free_all(struct listener *listener)
{
	if (listener->epoll >= 0)
		close(listener->epoll);
	if (listener->wake >= 0)
		close(listener->wake);
	pthread_mutex_destroy(&listener->lock);
	pthread_cond_destroy(&listener->changed);
	free(listener);
}

struct listener *listener_create(const struct listener_settings *settings, char *error, size_t error_size)
{
	struct listener *listener = calloc(1, sizeof *listener);

	if (!listener)
		abort();
	listener->settings = *settings;
	listener->epoll = listener->wake = -1;
	pthread_mutex_init(&listener->lock, NULL);
	pthread_cond_init(&listener->changed, NULL);
	if (open_all(listener, error, error_size))
		return listener;
	free_all(listener);
	return NULL;
}

int listener_port(const struct listener *listener)
{
	return listener->port;
}

static void wake(struct listener *listener)
{
	uint64_t one = 1;

	while (write(listener->wake, &one, sizeof one) < 0 && errno == EINTR)
		continue;
}

void listener_close(struct listener *listener)
{
	pthread_mutex_lock(&listener->lock);
	listener->closing = true;
	wake(listener);
	while (!listener->closed)
		pthread_cond_wait(&listener->changed, &listener->lock);
	pthread_mutex_unlock(&listener->lock);
}

void listener_destroy(struct listener *listener)
{
	if (!listener)
		return;
	listener_close(listener);
	pthread_mutex_lock(&listener->lock);
	listener->ending = true;
	wake(listener);
	pthread_mutex_unlock(&listener->lock);
	pthread_join(listener->thread, NULL);
	free_all(listener);
}
