#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "base/text.h"
#include "drivers/nbd_state.h"

#define KEY_BYTES 32

static bool port_is_taken(const struct nbd *nbd, int port)
{
	const struct nbd_server *server;
	size_t cursor = 0;

	while ((server = map_next(&nbd->servers, &cursor))) {
		if (server->port == port)
			return true;
	}
	return false;
}

/* The server's own for as long as it lives: its fstab names it. */
static bool port_open(struct nbd *nbd, struct nbd_server *server, char *error, size_t error_size)
{
	char *path = nbd_text("%s/port", server->directory);
	char text[16];
	int64_t port;
	bool kept = nbd_file_read(path, text, sizeof text) && text_to_int64(text, &port) && port >= nbd->port_first &&
	            port <= nbd->port_last && !port_is_taken(nbd, (int)port);

	if (!kept) {
		for (port = nbd->port_first; port <= nbd->port_last && port_is_taken(nbd, (int)port); port++)
			continue;
		snprintf(text, sizeof text, "%lld\n", (long long)port);
		snprintf(error, error_size, "all ports from %d to %d are taken by other servers", nbd->port_first, nbd->port_last);
		kept = port <= nbd->port_last && nbd_file_write(path, text, error, error_size);
	}
	if (kept)
		server->port = (int)port;
	free(path);
	return kept;
}

/* The daemon reads the file whenever a client shakes hands. */
static bool credential_open(const struct nbd_server *server, char *error, size_t error_size)
{
	char *path = nbd_text("%s/keys.psk", server->directory);
	uint8_t key[KEY_BYTES];
	char hex[2 * KEY_BYTES + 1];
	bool there = nbd_file_exists(path);

	if (!there) {
		char *line;

		random_bytes(key, sizeof key);
		text_hex(key, sizeof key, hex);
		line = nbd_text("%s:%s\n", server->id, hex);
		there = nbd_file_write(path, line, error, error_size);
		explicit_bzero(line, strlen(line));
		explicit_bzero(hex, sizeof hex);
		free(line);
	}
	free(path);
	return there;
}

struct nbd_server *nbd_server_open(struct nbd *nbd, const char *id, char *error, size_t error_size)
{
	struct nbd_server *server = map_get(&nbd->servers, id);

	if (server)
		return server;
	server = nbd_fresh(sizeof *server);
	server->id = nbd_text("%s", id);
	server->directory = nbd_path(nbd, "servers", id, "");
	server->directory_fd = -1;
	if (mkdir(server->directory, 0700) != 0 && errno != EEXIST)
		snprintf(error, error_size, "cannot make the directory %s: %s", server->directory, strerror(errno));
	else if ((server->directory_fd = open(server->directory, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
		snprintf(error, error_size, "cannot use the directory %s: %s", server->directory, strerror(errno));
	if (server->directory_fd < 0 || !credential_open(server, error, error_size) ||
	    (*nbd->listen && !port_open(nbd, server, error, error_size))) {
		nbd_server_free(server);
		return NULL;
	}
	map_put(&nbd->servers, id, server);
	return server;
}

void nbd_server_free(struct nbd_server *server)
{
	qmp_close(server->qmp);
	if (server->directory_fd >= 0)
		close(server->directory_fd);
	free(server->directory);
	free(server->id);
	free(server);
}
