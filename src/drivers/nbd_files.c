#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "drivers/nbd_state.h"

#define ID_OF "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
#define WORDS_MAX 256 /* characters of the settings behind DIR */

void *nbd_fresh(size_t size)
{
	void *result = calloc(1, size);

	if (!result)
		abort();
	return result;
}

char *nbd_text(const char *format, ...)
{
	char *result;
	va_list args;

	va_start(args, format);
	if (vasprintf(&result, format, args) < 0)
		abort();
	va_end(args);
	return result;
}

bool nbd_id_is_good(const char *id)
{
	size_t length = strspn(id, ID_OF);

	return length && length <= NBD_ID_MAX && !id[length] && id[0] != '.';
}

char *nbd_path(const struct nbd *nbd, const char *folder, const char *id, const char *ending)
{
	return nbd_text("%s/%s/%s%s", nbd->directory, folder, id, ending);
}

/* ---- settings ---- */

static bool complain(char *error, size_t error_size, const char *format, const char *what, const char *why)
{
	snprintf(error, error_size, format, what, why);
	return false;
}

static bool read_ports(struct nbd *nbd, const char *word, char *error, size_t error_size)
{
	char first[16] = "";
	const char *dash = strchr(word, '-');
	int64_t from;
	int64_t to;

	if (dash && (size_t)(dash - word) < sizeof first)
		memcpy(first, word, (size_t)(dash - word));
	if (!text_to_int64(first, &from) || !text_to_int64(dash + 1, &to) || from < 1 || to < from || to > 65535)
		return complain(error, error_size, "the driver nbd cannot use ports=%s: %s", word, "write it like 10809-11808");
	nbd->port_first = (int)from;
	nbd->port_last = (int)to;
	return true;
}

static bool read_word(struct nbd *nbd, const char *word, char *error, size_t error_size)
{
	if (text_starts(word, "ports="))
		return read_ports(nbd, word + strlen("ports="), error, error_size);
	if (!text_starts(word, "listen="))
		return complain(error, error_size, "the driver nbd has no setting \"%s\": it has %s", word, "listen= and ports=");
	word += strlen("listen=");
	if (!*word || strlen(word) >= sizeof nbd->listen || word[strspn(word, ID_OF ":")])
		return complain(error, error_size, "the driver nbd cannot listen on \"%s\": %s", word, "give it an address or a name");
	snprintf(nbd->listen, sizeof nbd->listen, "%s", word);
	return true;
}

static bool read_config(struct nbd *nbd, const char *config, char *ret_directory, size_t size, char *error, size_t error_size)
{
	char words[WORDS_MAX];
	size_t length = strcspn(config, ",");
	char *rest;
	char *word;

	nbd->port_first = NBD_PORT_FIRST;
	nbd->port_last = NBD_PORT_LAST;
	if (!length || length >= size || strlen(config + length) >= sizeof words)
		return complain(error, error_size, "the driver nbd needs a directory%s: %s", length ? " that is not so long" : "",
		                "--driver nbd=DIR[,listen=ADDRESS][,ports=FIRST-LAST]");
	memcpy(ret_directory, config, length);
	ret_directory[length] = '\0';
	snprintf(words, sizeof words, "%s", config + length);
	for (word = strtok_r(words, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		if (!read_word(nbd, word, error, error_size))
			return false;
	}
	return true;
}

/* ---- directories ---- */

static bool make_directory(const char *path, char *error, size_t error_size)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	return complain(error, error_size, "cannot make the directory %s: %s", path, strerror(errno));
}

/* What a copy left that was cut off. */
static void remove_parts(const char *folder)
{
	DIR *directory = opendir(folder);
	const struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		size_t length = strlen(entry->d_name);

		if (length > 4 && text_equal(entry->d_name + length - 4, ".new"))
			unlinkat(dirfd(directory), entry->d_name, 0);
	}
	if (directory)
		closedir(directory);
}

static bool make_folders(struct nbd *nbd, char *error, size_t error_size)
{
	static const char *const folders[] = { "disks", "snapshots", "servers" };
	size_t i;

	for (i = 0; i < COUNT_OF(folders); i++) {
		char *path = nbd_path(nbd, folders[i], "", "");
		bool made = make_directory(path, error, error_size);

		if (made)
			remove_parts(path);
		free(path);
		if (!made)
			return false;
	}
	return true;
}

bool nbd_files_open(struct nbd *nbd, const char *config, char *error, size_t error_size)
{
	char given[sizeof nbd->directory];
	char real[PATH_MAX];
	struct stat status;
	char *path;

	if (!read_config(nbd, config, given, sizeof given, error, error_size) || !make_directory(given, error, error_size))
		return false;
	/* QEMU takes a comma for the end of a path. */
	if (!realpath(given, real) || strlen(real) >= sizeof nbd->directory || strchr(real, ','))
		return complain(error, error_size, "the driver nbd cannot use the directory %s: %s", given,
		                "it is not there, too long, or has a comma in its path");
	snprintf(nbd->directory, sizeof nbd->directory, "%s", real);
	if (stat(real, &status) != 0 || status.st_mode & 077)
		return complain(error, error_size, "the driver nbd does not use the directory %s: %s", real,
		                "others can reach it (chmod 700)");
	path = nbd_text("%s/lock", nbd->directory);
	nbd->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	free(path);
	if (nbd->lock_fd < 0 || flock(nbd->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return complain(error, error_size, "the driver nbd cannot use the directory %s: %s", real,
		                errno == EWOULDBLOCK ? "another server uses it" : strerror(errno));
	return make_folders(nbd, error, error_size);
}

void nbd_directory_remove(const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		unlinkat(dirfd(directory), entry->d_name, 0); /* "." and ".." are refused */
	if (directory)
		closedir(directory);
	rmdir(path);
}

/* ---- files ---- */

bool nbd_file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

int64_t nbd_file_bytes(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? (int64_t)status.st_size : -1;
}

/* Names are on the disk once their directory is. */
static bool sync_folder_of(const char *path)
{
	char *folder = nbd_text("%.*s", (int)(strrchr(path, '/') - path), path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	free(folder);
	return synced;
}

bool nbd_file_move(const char *from, const char *to, char *error, size_t error_size)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC);
	bool moved = fd >= 0 && fsync(fd) == 0 && rename(from, to) == 0 && sync_folder_of(to);

	if (!moved)
		complain(error, error_size, "cannot write %s: %s", to, strerror(errno));
	if (fd >= 0)
		close(fd);
	return moved;
}

/* A new file, with a text or with a size, under its name when all of it is on the disk. */
static bool put_file(const char *path, const char *text, int64_t bytes, char *error, size_t error_size)
{
	char *part = nbd_text("%s.new", path);
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool put = fd >= 0 && (text ? write(fd, text, strlen(text)) == (ssize_t)strlen(text) : ftruncate(fd, bytes) == 0);

	if (!put)
		complain(error, error_size, "cannot write %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	put = put && nbd_file_move(part, path, error, error_size);
	if (!put)
		unlink(part);
	free(part);
	return put;
}

bool nbd_file_make(const char *path, int64_t bytes, char *error, size_t error_size)
{
	return put_file(path, NULL, bytes, error, error_size);
}

bool nbd_file_write(const char *path, const char *text, char *error, size_t error_size)
{
	return put_file(path, text, 0, error, error_size);
}

bool nbd_file_grow(const char *path, int64_t bytes, char *error, size_t error_size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool grown = fd >= 0 && ftruncate(fd, bytes) == 0 && fsync(fd) == 0;

	if (!grown)
		complain(error, error_size, "cannot make %s larger: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return grown;
}

bool nbd_file_read(const char *path, char *ret, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, ret, size - 1) : -1;

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	ret[n] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	return true;
}
