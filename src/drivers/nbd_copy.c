#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "drivers/nbd_state.h"

#define PIECE  ((size_t)16 << 20) /* bytes between two looks at whether it is still wanted */
#define BUFFER ((size_t)1 << 20)

struct nbd_copy {
	char *source, *target;
	int64_t bytes;
	pthread_t thread;
	/* written by one thread, read by the other; atomic */
	bool over, unwanted;
	bool failed; /* of the copying thread until it is over */
	char *buffer; /* likewise; NULL: none was needed */
	char error[160];
	struct nbd_copy *next;
};

/* Within a file system the kernel does it; between two of different kinds it does not. */
static ssize_t copy_piece(struct nbd_copy *copy, int from, int to, off_t at, size_t size)
{
	off_t from_at = at;
	off_t to_at = at;
	ssize_t n = copy_file_range(from, &from_at, to, &to_at, size, 0);

	if (n >= 0 || (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP))
		return n;
	if (!copy->buffer)
		copy->buffer = nbd_fresh(BUFFER);
	n = pread(from, copy->buffer, size < BUFFER ? size : BUFFER, at);
	return n > 0 ? pwrite(to, copy->buffer, (size_t)n, at) : n;
}

/* One run of data. */
static bool copy_run(struct nbd_copy *copy, int from, int to, off_t at, off_t end)
{
	while (at < end) {
		size_t left = (size_t)(end - at) < PIECE ? (size_t)(end - at) : PIECE;
		ssize_t n = copy_piece(copy, from, to, at, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO; /* it has become shorter meanwhile */
		if (n <= 0 || __atomic_load_n(&copy->unwanted, __ATOMIC_RELAXED))
			return false;
		at += n;
	}
	return true;
}

static bool copy_data(struct nbd_copy *copy, int from, int to)
{
	off_t size = lseek(from, 0, SEEK_END);
	off_t at = 0;

	if (size < 0)
		return false;
	/* File systems that share blocks are done at once. */
	if (ioctl(to, FICLONE, from) != 0) {
		while ((at = lseek(from, at, SEEK_DATA)) >= 0) {
			off_t end = lseek(from, at, SEEK_HOLE);

			if (end < 0 || !copy_run(copy, from, to, at, end))
				return false;
			at = end;
		}
		if (errno != ENXIO) /* no data behind that place */
			return false;
	}
	return ftruncate(to, size > copy->bytes ? size : copy->bytes) == 0 && fsync(to) == 0;
}

static void *copy_run_thread(void *context)
{
	struct nbd_copy *copy = context;
	char *part = nbd_text("%s.new", copy->target);
	int from = open(copy->source, O_RDONLY | O_CLOEXEC);
	int to = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	copy->failed = from < 0 || to < 0 || !copy_data(copy, from, to);
	if (copy->failed)
		snprintf(copy->error, sizeof copy->error, "the copy failed: %s", strerror(errno));
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	copy->failed = copy->failed || !nbd_file_move(part, copy->target, copy->error, sizeof copy->error);
	if (copy->failed)
		unlink(part);
	free(part);
	__atomic_store_n(&copy->over, true, __ATOMIC_RELEASE);
	return NULL;
}

static void copy_free(struct nbd_copy *copy)
{
	free(copy->buffer);
	free(copy->source);
	free(copy->target);
	free(copy);
}

static enum nbd_copied copy_begin(struct nbd *nbd, const char *source, const char *target, int64_t bytes, char *error,
                                  size_t error_size)
{
	struct nbd_copy *copy = nbd_fresh(sizeof *copy);

	copy->source = nbd_text("%s", source);
	copy->target = nbd_text("%s", target);
	copy->bytes = bytes;
	if (pthread_create(&copy->thread, NULL, copy_run_thread, copy) != 0) {
		snprintf(error, error_size, "the copy could not be begun: no thread");
		copy_free(copy);
		return NBD_COPY_FAILED;
	}
	copy->next = nbd->copies;
	nbd->copies = copy;
	return NBD_COPY_RUNS;
}

/* Takes it out of the list; it is over. */
static void copy_end(struct nbd_copy **at)
{
	struct nbd_copy *copy = *at;

	pthread_join(copy->thread, NULL);
	*at = copy->next;
	copy_free(copy);
}

static bool is_over(const struct nbd_copy *copy)
{
	return __atomic_load_n(&copy->over, __ATOMIC_ACQUIRE);
}

/* Those that are done are forgotten, since their targets tell; what failed is kept until it is asked for, or nobody wants it any
 * more. Returns how many run. */
static int count_running(struct nbd *nbd)
{
	struct nbd_copy **at = &nbd->copies;
	int n = 0;

	while (*at) {
		bool over = is_over(*at);

		n += !over;
		if (over && !(*at)->failed)
			copy_end(at);
		else
			at = &(*at)->next;
	}
	return n;
}

enum nbd_copied nbd_copy(struct nbd *nbd, const char *source, const char *target, int64_t bytes, char *error,
                         size_t error_size)
{
	struct nbd_copy **at = &nbd->copies;
	enum nbd_copied copied;

	while (*at && !text_equal((*at)->target, target))
		at = &(*at)->next;
	if (!*at)
		return count_running(nbd) < NBD_COPIES_MAX ? copy_begin(nbd, source, target, bytes, error, error_size) :
		                                             NBD_COPY_RUNS;
	if (!is_over(*at))
		return NBD_COPY_RUNS;
	copied = (*at)->failed ? NBD_COPY_FAILED : NBD_COPY_DONE;
	snprintf(error, error_size, "%s", (*at)->error);
	copy_end(at);
	return copied;
}

bool nbd_copy_uses(const struct nbd *nbd, const char *path)
{
	const struct nbd_copy *copy;

	for (copy = nbd->copies; copy; copy = copy->next) {
		if (!is_over(copy) && (text_equal(copy->source, path) || text_starts(copy->target, path)))
			return true;
	}
	return false;
}

void nbd_copy_forget(struct nbd *nbd, const char *path)
{
	struct nbd_copy **at = &nbd->copies;

	while (*at) {
		bool unwanted = text_starts((*at)->target, path);

		if (unwanted)
			__atomic_store_n(&(*at)->unwanted, true, __ATOMIC_RELAXED);
		if (unwanted && is_over(*at))
			copy_end(at);
		else
			at = &(*at)->next;
	}
}

void nbd_copies_end(struct nbd *nbd)
{
	while (nbd->copies) {
		struct nbd_copy *copy = nbd->copies;

		__atomic_store_n(&copy->unwanted, true, __ATOMIC_RELAXED);
		pthread_join(copy->thread, NULL);
		nbd->copies = copy->next;
		copy_free(copy);
	}
}
