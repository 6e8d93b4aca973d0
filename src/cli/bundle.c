#include "cli/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM_BUNDLE "/etc/ssl/certs/ca-certificates.crt"
#define BUNDLE_MAX    ((size_t)8 << 20)

/* By a name of its own first: who reads the file meanwhile finds a whole one. */
static bool write_file(struct client *client, const char *path, const struct buf *content)
{
	const char *fresh = arena_printf(&client->arena, "%s.%ld", path, (long)getpid());
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool written = fd >= 0 && write(fd, buf_text(content), content->length) == (ssize_t)content->length;

	if (fd >= 0)
		close(fd);
	if (written && rename(fresh, path) == 0)
		return true;
	client_fail(client, "cannot write %s: %s", path, strerror(errno));
	unlink(fresh);
	return false;
}

static void add_system_bundle(struct buf *bundle)
{
	char piece[65536];
	int fd = open(SYSTEM_BUNDLE, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	while (fd >= 0 && (length = read(fd, piece, sizeof piece)) > 0)
		buf_add(bundle, piece, (size_t)length);
	if (fd >= 0)
		close(fd);
}

bool bundle_keep(struct client *client, const char *directory, const char **ret_authority, const char **ret_bundle)
{
	struct client_reply REPLY_CLEANUP reply = { 0 };
	struct buf BUF_CLEANUP bundle = { 0 };

	*ret_authority = *ret_bundle = NULL;
	if (!client_send(client, &(struct client_request){ .method = "GET", .path = "/_cleat/ca" }, &reply))
		return false;
	if (reply.status == 404)
		return true;
	if (reply.status != 200)
		return client_refused(client, &reply);
	buf_init(&bundle, BUNDLE_MAX);
	add_system_bundle(&bundle);
	buf_add(&bundle, buf_text(&reply.body), reply.body.length);
	*ret_authority = arena_printf(&client->arena, "%s/ca_client.pem", directory);
	*ret_bundle = arena_printf(&client->arena, "%s/ca_bundle.pem", directory);
	return write_file(client, *ret_authority, &reply.body) && write_file(client, *ret_bundle, &bundle);
}
