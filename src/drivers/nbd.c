#include "drivers/nbd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/moment.h"
#include "base/text.h"
#include "drivers/nbd_state.h"
#include "drivers/reply.h"

#define RETRY_MS     1000 /* a daemon that could not be brought back is tried again after */
#define WATCHED_MAX  4096 /* daemons that are listened to; more are noticed when they are asked something */

/* ---- the watcher: brings back what has died ---- */

static void wake_watcher(struct nbd *nbd)
{
	ssize_t n = write(nbd->wake[1], "", 1);

	(void)n; /* a pipe that is full wakes anyway */
}

void nbd_watch(struct nbd *nbd, struct nbd_server *server)
{
	server->retry_at = moment_monotonic() + RETRY_MS;
	wake_watcher(nbd);
}

static void bring_back(struct nbd *nbd, struct nbd_server *server)
{
	char error[256] = "";

	bool reconciled;
	bool started;

	server->started = false;
	reconciled = nbd_reconcile(nbd, server, error, sizeof error);
	started = server->started;
	server->started = false;
	if (reconciled) {
		server->retry_at = 0;
		if (started)
			log_event(LOG_WARNING, "export-daemon", LOG_TEXT_PAIR("server", server->id),
			          LOG_TEXT_PAIR("problem", "it had ended; it was started again with all its exports"));
		return;
	}
	if (!server->retry_at)
		log_event(LOG_WARNING, "export-daemon", LOG_TEXT_PAIR("server", server->id), LOG_TEXT_PAIR("problem", error));
	server->retry_at = moment_monotonic() + RETRY_MS;
}

/* A daemon that an act started exports what that act wanted and nothing else. */
static bool is_due(const struct nbd *nbd, const struct nbd_server *server, int64_t now)
{
	if (server->retry_at)
		return now >= server->retry_at;
	return server->started || (!server->qmp && nbd_is_wanted(nbd, server));
}

/* Looks after every server; fills what is to be waited for. Returns how many; *ret_wait is in milliseconds, -1 for ever. */
static size_t look_after(struct nbd *nbd, struct pollfd *fds, int *ret_wait)
{
	struct nbd_server *server;
	size_t cursor = 0;
	size_t n = 0;

	*ret_wait = -1;
	while ((server = map_next(&nbd->servers, &cursor))) {
		int64_t now = moment_monotonic();
		char ignored[256];

		if (server->qmp)
			nbd_daemon_reach(server, ignored, sizeof ignored); /* takes in events, and its end */
		if (is_due(nbd, server, now))
			bring_back(nbd, server);
		if (server->retry_at && (*ret_wait < 0 || server->retry_at - now < *ret_wait))
			*ret_wait = server->retry_at > now ? (int)(server->retry_at - now) : 0;
		if (server->qmp && n < WATCHED_MAX)
			fds[n++] = (struct pollfd){ .fd = qmp_fd(server->qmp), .events = POLLIN };
	}
	return n;
}

static void *watch(void *context)
{
	struct nbd *nbd = context;
	struct pollfd *fds = nbd_fresh((WATCHED_MAX + 1) * sizeof *fds);
	char bytes[64];
	bool stopping;
	size_t n;
	int wait;

	do {
		pthread_mutex_lock(&nbd->lock);
		n = look_after(nbd, fds + 1, &wait);
		stopping = nbd->stopping;
		pthread_mutex_unlock(&nbd->lock);
		fds[0] = (struct pollfd){ .fd = nbd->wake[0], .events = POLLIN };
		if (!stopping && poll(fds, n + 1, wait) > 0 && fds[0].revents && read(nbd->wake[0], bytes, sizeof bytes) < 0)
			stopping = errno != EAGAIN;
	} while (!stopping);
	free(fds);
	return NULL;
}

/* ---- life ---- */

static void act_locked(void *context, const struct driver_call *call, struct driver_reply *ret)
{
	struct nbd *nbd = context;
	const struct nbd_server *server;

	pthread_mutex_lock(&nbd->lock);
	nbd_act(nbd, call, ret);
	server = map_get(&nbd->servers, call->machine);
	/* A daemon that was started, or connected to again, has to be listened to; one whose end showed has to be brought back. */
	if (server && (call->act == DRIVER_ATTACH || server->started || !server->qmp))
		wake_watcher(nbd);
	pthread_mutex_unlock(&nbd->lock);
}

static void nbd_close(void *self)
{
	struct nbd *nbd = self;
	struct nbd_server *server;
	size_t cursor = 0;

	if (!nbd)
		return;
	tasks_destroy(nbd->tasks);
	pthread_mutex_lock(&nbd->lock);
	nbd->stopping = true;
	pthread_mutex_unlock(&nbd->lock);
	if (nbd->watched) {
		wake_watcher(nbd);
		pthread_join(nbd->watcher, NULL);
	}
	nbd_copies_end(nbd);
	while ((server = map_next(&nbd->servers, &cursor)))
		nbd_server_free(server); /* its daemon goes on */
	map_finish(&nbd->servers);
	map_finish(&nbd->leases);
	plugs_finish(&nbd->plugs);
	if (nbd->lock_fd >= 0)
		close(nbd->lock_fd);
	close(nbd->wake[0]);
	close(nbd->wake[1]);
	pthread_mutex_destroy(&nbd->leases_lock);
	pthread_mutex_destroy(&nbd->lock);
	free(nbd);
}

static bool nbd_open(const char *config, void **ret_self, char *error, size_t error_size)
{
	struct nbd *nbd = nbd_fresh(sizeof *nbd);

	pthread_mutex_init(&nbd->lock, NULL);
	pthread_mutex_init(&nbd->leases_lock, NULL);
	map_init(&nbd->servers);
	map_init(&nbd->leases);
	plugs_init(&nbd->plugs, NULL);
	nbd->lock_fd = -1;
	if (pipe2(nbd->wake, O_CLOEXEC | O_NONBLOCK) != 0)
		abort();
	if (!nbd_files_open(nbd, config, error, error_size)) {
		nbd_close(nbd);
		return false;
	}
	nbd->tasks = tasks_create(act_locked, nbd);
	*ret_self = nbd;
	return true;
}

/* ---- restore ---- */

/* The daemons and credentials of servers that nobody recorded. Disks that nobody recorded stay: they hold data. */
static void remove_unrecorded(struct nbd *nbd)
{
	char *path = nbd_path(nbd, "servers", "", "");
	DIR *directory = opendir(path);
	const struct dirent *entry;
	char error[256];

	while (directory && (entry = readdir(directory))) {
		struct nbd_server *server;

		if (!nbd_id_is_good(entry->d_name) || map_get(&nbd->servers, entry->d_name))
			continue;
		server = nbd_server_open(nbd, entry->d_name, error, sizeof error);
		if (!server)
			continue;
		if (nbd_daemon_end_all(nbd, server, error, sizeof error))
			nbd_directory_remove(server->directory);
		else
			log_event(LOG_WARNING, "export-daemon", LOG_TEXT_PAIR("server", server->id), LOG_TEXT_PAIR("problem", error));
		map_remove(&nbd->servers, server->id);
		nbd_server_free(server);
	}
	if (directory)
		closedir(directory);
	free(path);
}

static bool take_record(struct nbd *nbd, const struct driver_record *record, char *error, size_t error_size)
{
	struct nbd_server *server;

	switch (record->kind) {
	case DRIVER_RECORD_MACHINE:
		server = nbd_server_open(nbd, record->machine, error, error_size);
		if (server)
			server->powered = record->powered;
		return server != NULL;
	case DRIVER_RECORD_ATTACHMENT:
		plugs_add(&nbd->plugs, record->disk, record->attachment, record->machine, record->generation, record->shared);
		return true;
	case DRIVER_RECORD_DISK:
	case DRIVER_RECORD_SNAPSHOT:
		break; /* files tell */
	}
	return true;
}

static bool nbd_restore(void *self, const struct driver_record *records, size_t n, char *error, size_t error_size)
{
	struct nbd *nbd = self;
	struct nbd_server *server;
	size_t cursor = 0;
	bool taken = true;
	size_t i;

	pthread_mutex_lock(&nbd->lock);
	for (i = 0; i < n && taken; i++)
		taken = take_record(nbd, &records[i], error, error_size);
	if (taken) {
		remove_unrecorded(nbd);
		while ((server = map_next(&nbd->servers, &cursor)))
			bring_back(nbd, server);
		nbd->watched = nbd->watched || pthread_create(&nbd->watcher, NULL, watch, nbd) == 0;
	}
	pthread_mutex_unlock(&nbd->lock);
	if (taken && !nbd->watched)
		snprintf(error, error_size, "the export daemons cannot be watched: no thread");
	return taken && nbd->watched;
}

/* ---- calls ---- */

static void nbd_act_call(void *self, const struct driver_call *call, struct driver_reply *ret)
{
	struct nbd *nbd = self;
	bool stale;

	pthread_mutex_lock(&nbd->leases_lock);
	stale = reply_is_stale(&nbd->leases, call, ret);
	pthread_mutex_unlock(&nbd->leases_lock);
	if (!stale)
		tasks_ask(nbd->tasks, call, ret);
}

static enum driver_seen look_at(struct nbd *nbd, const struct plug *plug)
{
	struct nbd_server *server = map_get(&nbd->servers, plug->machine);
	char ignored[256];
	int exists = -1;

	if (server && nbd_daemon_reach(server, ignored, sizeof ignored) == NBD_UP)
		exists = nbd_export_exists(server, plug->attachment, ignored, sizeof ignored);
	return exists < 0 ? DRIVER_SEEN_UNKNOWN : exists ? DRIVER_SEEN_PRESENT : DRIVER_SEEN_ABSENT;
}

static enum driver_seen nbd_observe(void *self, const char *machine, const char *attachment)
{
	struct nbd *nbd = self;
	enum driver_seen seen = DRIVER_SEEN_ABSENT;
	const struct plug *plug;

	pthread_mutex_lock(&nbd->lock);
	plug = plugs_find_anywhere(&nbd->plugs, attachment);
	if (!*attachment)
		seen = map_get(&nbd->servers, machine) ? DRIVER_SEEN_PRESENT : DRIVER_SEEN_ABSENT;
	else if (plug && text_equal(plug->machine, machine))
		seen = look_at(nbd, plug);
	pthread_mutex_unlock(&nbd->lock);
	return seen;
}

static bool read_credential(const struct nbd_server *server, struct driver_connection *ret)
{
	char *path = nbd_text("%s/keys.psk", server->directory);
	char line[sizeof ret->user + sizeof ret->key];
	bool read = nbd_file_read(path, line, sizeof line);
	char *colon = read ? strchr(line, ':') : NULL;

	free(path);
	if (!colon)
		return false;
	*colon = '\0';
	snprintf(ret->user, sizeof ret->user, "%s", line);
	snprintf(ret->key, sizeof ret->key, "%s", colon + 1);
	explicit_bzero(line, sizeof line);
	return true;
}

static bool nbd_connection(void *self, const char *machine, struct driver_connection *ret)
{
	struct nbd *nbd = self;
	const struct nbd_server *server;
	bool found;

	*ret = (struct driver_connection){ .address = "" };
	pthread_mutex_lock(&nbd->lock);
	server = map_get(&nbd->servers, machine);
	found = server && read_credential(server, ret);
	if (found && server->port) {
		snprintf(ret->address, sizeof ret->address, "%s", nbd->listen);
		ret->port = server->port;
	} else if (found) {
		snprintf(ret->socket, sizeof ret->socket, "%s/nbd.sock", server->directory);
	}
	pthread_mutex_unlock(&nbd->lock);
	return found;
}

static void nbd_listen(void *self, driver_wake wake, void *context)
{
	struct nbd *nbd = self;

	tasks_listen(nbd->tasks, wake, context);
}

const struct driver driver_nbd = {
	.name = "nbd",
	.open = nbd_open,
	.restore = nbd_restore,
	.act = nbd_act_call,
	.observe = nbd_observe,
	.listen = nbd_listen,
	.connection = nbd_connection,
	.close = nbd_close,
};
