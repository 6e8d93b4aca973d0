#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/commands.h"

struct backup_options {
	struct client_options client;
};

const struct option cli_backup_options[] = { CLIENT_ENDPOINT_ROWS(struct backup_options),
	                                     CLIENT_TOKEN_ROW(struct backup_options), OPTIONS_END };

/* A copy is only a copy when it is whole: its length, its first bytes, and on the disk. */
static bool finish_file(struct client *client, const char *path, int fd)
{
	char head[16] = "";
	off_t size = lseek(fd, 0, SEEK_END);

	if (pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
	    memcmp(head, "SQLite format 3", sizeof(head)) != 0)
		return client_fail(client, "what the server sent is not a database; nothing was kept");
	if (fsync(fd) != 0)
		return client_fail(client, "%s: %s", path, strerror(errno));
	printf("%s: %lld bytes\n", path, (long long)size);
	return true;
}

static bool fill_file(struct client *client, const char *path, int fd)
{
	struct client_reply REPLY_CLEANUP reply = { 0 };
	struct client_request request = { .method = "GET", .path = "/_cleat/backup", .to_fd = fd };
	const char *headers[] = { NULL, NULL };

	if (!client_token(client))
		return false;
	headers[0] = arena_printf(&client->arena, "Authorization: Bearer %s", client->token);
	request.headers = headers;
	if (!client_send(client, &request, &reply))
		return false;
	if (reply.status != 200)
		return client_refused(client, &reply);
	return finish_file(client, path, fd);
}

int cli_backup(int argc, char **argv)
{
	struct client CLIENT_CLEANUP client;
	struct backup_options options;
	struct option_words words;
	const char *path;
	bool done;
	int fd;

	client_init(&client, argv[0]);
	if (!client_read(&client, cli_backup_options, argc, argv, &options, &words, 1, 1))
		return COMMAND_USAGE;
	if (!client_locate(&client, &options.client))
		return COMMAND_FAILED;
	path = words.items[0];
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		client_fail(&client,
		            errno == EEXIST ? "%s is there already; name a new file" : "cannot make %s: %m",
		            path);
		return COMMAND_FAILED;
	}
	done = fill_file(&client, path, fd);
	close(fd);
	if (!done)
		unlink(path);
	return done ? COMMAND_DONE : COMMAND_FAILED;
}
