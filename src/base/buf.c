#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf, size_t max)
{
	*buf = (struct buf){ .max = max };
}

void buf_finish(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){ .max = buf->max };
}

void buf_clear(struct buf *buf)
{
	buf->length = 0;
	buf->failed = false;
	if (buf->data)
		buf->data[0] = '\0';
}

char *buf_grow(struct buf *buf, size_t more)
{
	size_t wanted;
	char *data;

	if (buf->failed)
		return NULL;
	if (more > buf->max || buf->length > buf->max - more) {
		buf->failed = true;
		return NULL;
	}
	wanted = buf->capacity ? buf->capacity : 512;
	while (wanted < buf->length + more + 1)
		wanted *= 2;
	if (wanted - 1 > buf->max)
		wanted = buf->max + 1; /* so that buf_room() need not look at the maximum */
	data = wanted > buf->capacity ? realloc(buf->data, wanted) : buf->data;
	if (!data) {
		buf->failed = true;
		return NULL;
	}
	buf->data = data;
	buf->capacity = wanted;
	return data + buf->length;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	char small[256];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(small, sizeof small, format, args);
	va_end(args);
	if (length < 0) {
		buf->failed = true;
		return;
	}
	if ((size_t)length < sizeof small) {
		buf_add(buf, small, (size_t)length);
		return;
	}
	if (!buf_room(buf, (size_t)length))
		return;
	va_start(args, format);
	vsnprintf(buf->data + buf->length, (size_t)length + 1, format, args);
	va_end(args);
	buf->length += (size_t)length;
}

const char *buf_text(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

char *buf_steal(struct buf *buf, size_t *ret_length)
{
	char *data = buf->data ? buf->data : calloc(1, 1);

	if (ret_length)
		*ret_length = buf->length;
	*buf = (struct buf){ .max = buf->max };
	return data;
}
