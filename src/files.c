#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool directory_make(const char *path, char *error, size_t error_size)
{
	char part[PATH_MAX];
	char *at;

	if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part) {
		snprintf(error, error_size, "the path is too long: %.100s...", path);
		return false;
	}
	for (at = part + 1; at == part + 1 || at[-1]; at++) {
		char end = *at;

		if (end != '/' && end != '\0')
			continue;
		*at = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST) {
			snprintf(error, error_size, "cannot make the directory %s: %s", part, strerror(errno));
			return false;
		}
		if (!end)
			break;
		*at = '/';
	}
	return true;
}

static bool write_all(int fd, const char *text, bool durable)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			text += n;
			left -= (size_t)n;
		}
	}
	return !durable || fsync(fd) == 0;
}

/* The new name is on disk too. Where a directory cannot be synced there is nothing better to be had. */
static void sync_directory_of(const char *path)
{
	char directory[PATH_MAX];
	char *slash;
	int fd;

	snprintf(directory, sizeof directory, "%s", path);
	slash = strrchr(directory, '/');
	if (slash)
		*slash = '\0';
	fd = open(slash ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

static bool replace(const char *path, const char *text, mode_t mode, bool durable, char *error, size_t error_size)
{
	char fresh[PATH_MAX];
	bool written;
	int fd;

	snprintf(fresh, sizeof fresh, "%s.new", path);
	unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0) {
		snprintf(error, error_size, "cannot write %s: %s", fresh, strerror(errno));
		return false;
	}
	written = write_all(fd, text, durable);
	written = close(fd) == 0 && written && rename(fresh, path) == 0;
	if (!written) {
		snprintf(error, error_size, "cannot write %s: %s", path, strerror(errno));
		unlink(fresh);
		return false;
	}
	if (durable)
		sync_directory_of(path);
	return true;
}

bool file_replace(const char *path, const char *text, mode_t mode, char *error, size_t error_size)
{
	/* Secrets are told nowhere else: they have to survive; the others are written anew at each start. */
	return replace(path, text, mode, mode == 0600, error, error_size);
}

bool file_keep(const char *path, const char *text, mode_t mode, char *error, size_t error_size)
{
	return replace(path, text, mode, true, error, error_size);
}

char *file_text(const char *path, size_t max)
{
	char *text = malloc(max + 2);
	FILE *file = text ? fopen(path, "re") : NULL;
	size_t length = 0;
	int problem = errno;

	if (file) {
		length = fread(text, 1, max + 1, file);
		problem = ferror(file) ? errno : length > max ? EFBIG : 0;
		fclose(file);
	}
	if (!file || problem) {
		free(text);
		errno = problem ? problem : EIO;
		return NULL;
	}
	text[length] = '\0';
	return text;
}

bool file_first_line(const char *path, char *ret, size_t size)
{
	FILE *file = fopen(path, "re");
	bool read;

	if (!file)
		return false;
	read = fgets(ret, (int)size, file) != NULL;
	fclose(file);
	if (read)
		ret[strcspn(ret, "\r\n")] = '\0';
	return read && *ret;
}

void directory_clean(const char *path, const char *prefix)
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		char inner[PATH_MAX];

		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 &&
		    snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) < (int)sizeof inner)
			directory_remove(inner);
	}
	if (directory)
		closedir(directory);
}

void directory_remove(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		unlinkat(dirfd(directory), entry->d_name, 0);
	if (directory)
		closedir(directory);
	rmdir(path);
}
