/* A growing byte buffer with a declared maximum; replies and strings to sign are built in one.
 * Running over the maximum (or out of memory) marks the buffer failed and later appends do nothing,
 * so that a caller checks once, at the end. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct buf {
	char *data; /* always ends with a NUL that is not counted, once anything was added */
	size_t length;
	size_t capacity;
	size_t max;
	bool failed;
};

void buf_init(struct buf *buf, size_t max);
void buf_finish(struct buf *buf);
void buf_clear(struct buf *buf);

char *buf_grow(struct buf *buf, size_t length); /* for buf_room() */

/* For writers that know how much comes: the place behind the text where up to `length` bytes may be written, NULL if
 * there is no room. buf_wrote() says how far they went. */
static inline char *buf_room(struct buf *buf, size_t length)
{
	if (length < buf->capacity - buf->length && !buf->failed)
		return buf->data + buf->length;
	return buf_grow(buf, length);
}

static inline void buf_wrote(struct buf *buf, char *end)
{
	*end = '\0';
	buf->length = (size_t)(end - buf->data);
}

/* Here, because a reply is made of hundreds of small pieces. */
static inline void buf_add(struct buf *buf, const void *data, size_t length)
{
	char *at = buf_room(buf, length);

	if (!at)
		return;
	if (length)
		memcpy(at, data, length);
	buf_wrote(buf, at + length);
}

static inline void buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

static inline void buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text so far, "" if nothing was added. Owned by the buffer. */
const char *buf_text(const struct buf *buf);

/* Hands the bytes to the caller, who frees them with free(); the buffer is empty afterwards. */
char *buf_steal(struct buf *buf, size_t *ret_length);

#define BUF_CLEANUP __attribute__((cleanup(buf_finish)))

#endif
