/* Small files of the data directory: secrets and notes that clients on this machine read. The store is not among them. */
#ifndef FILES_H
#define FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Makes a directory with all above it, mode 0700 for those it makes. False with a message. */
bool directory_make(const char *path, char *error, size_t error_size);

/* Replaces a file's content as one step: other readers see the old one or the new one. False with a message. */
bool file_replace(const char *path, const char *text, mode_t mode, char *error, size_t error_size);

/* The same, and on the disk when it returns: for what is told nowhere else. */
bool file_keep(const char *path, const char *text, mode_t mode, char *error, size_t error_size);

/* A file's content with a NUL behind it, from malloc. NULL with errno; EFBIG if it has more than `max` bytes. */
char *file_text(const char *path, size_t max);

/* The first line of a file, without its end. False if there is no such file or it is empty. */
bool file_first_line(const char *path, char *ret, size_t size);

/* Removes what begins with `prefix` in a directory: directories that hold files only, left by a process that was ended. */
void directory_clean(const char *path, const char *prefix);

/* Removes a directory with the files (not the directories) in it. */
void directory_remove(const char *path);

#endif
