#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <nettle/base64.h>
#include <nettle/memops.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool text_equal(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

bool text_equal_nocase(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcasecmp(a, b) == 0;
}

bool text_empty(const char *text)
{
	return !text || !*text;
}

const char *text_or(const char *text, const char *otherwise)
{
	return text ? text : otherwise;
}

bool text_starts(const char *text, const char *prefix)
{
	return text && strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_list_has(const char *list, const char *item)
{
	size_t length = strlen(item);

	while (list && *list) {
		const char *end = strchrnul(list, ',');

		if ((size_t)(end - list) == length && strncmp(list, item, length) == 0)
			return true;
		list = *end ? end + 1 : end;
	}
	return false;
}

size_t text_list_count(const char *list)
{
	size_t n = text_empty(list) ? 0 : 1;

	for (; list && *list; list++)
		n += *list == ',';
	return n;
}

const char *text_list_next(struct arena *arena, const char **list)
{
	const char *start = *list;
	const char *end;

	if (text_empty(start))
		return NULL;
	end = strchrnul(start, ',');
	*list = *end ? end + 1 : end;
	return arena_text_n(arena, start, (size_t)(end - start));
}

const char *text_list_of(struct arena *arena, const char *const *items, size_t n)
{
	size_t length = 1;
	char *list;
	char *end;
	size_t i;

	for (i = 0; i < n; i++)
		length += strlen(items[i]) + 1;
	list = end = arena_alloc(arena, length);
	for (i = 0; i < n; i++) {
		if (i)
			*end++ = ',';
		end = stpcpy(end, items[i]);
	}
	*end = '\0';
	return list;
}

const char *text_list_with(struct arena *arena, const char *list, const char *item)
{
	return text_empty(list) ? arena_text(arena, item) : arena_printf(arena, "%s,%s", list, item);
}

const char *text_list_without(struct arena *arena, const char *list, const char *item)
{
	size_t length = strlen(item);
	char *rest = arena_alloc(arena, strlen(text_or(list, "")) + 1);
	char *end = rest;

	while (!text_empty(list)) {
		size_t word = strcspn(list, ",");

		if (word != length || strncmp(list, item, length) != 0) {
			if (end > rest)
				*end++ = ',';
			end = mempcpy(end, list, word);
		}
		list += word + (list[word] == ',');
	}
	*end = '\0';
	return rest;
}

bool text_to_int64(const char *text, int64_t *ret)
{
	const char *digits;
	char *end;
	long long value;

	if (!text)
		return false;
	digits = *text == '-' ? text + 1 : text;
	if (!isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || *end)
		return false;
	*ret = value;
	return true;
}

bool text_to_bool(const char *text, bool *ret)
{
	if (text_equal_nocase(text, "true"))
		*ret = true;
	else if (text_equal_nocase(text, "false"))
		*ret = false;
	else
		return false;
	return true;
}

bool text_matches(const char *text, const char *pattern)
{
	const char *star = NULL;
	const char *resume = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			resume = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

size_t text_characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xC0) != 0x80;
	return n;
}

/* Bytes of the sequence that `first` begins, 0 if none begins so. */
static size_t utf8_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xC2 && first <= 0xDF)
		return 2;
	if ((first & 0xF0) == 0xE0)
		return 3;
	if (first >= 0xF0 && first <= 0xF4)
		return 4;
	return 0;
}

bool text_is_utf8(const char *text, size_t length)
{
	const unsigned char *at = (const unsigned char *)text;
	const unsigned char *end = at + length;

	while (at < end) {
		size_t n = utf8_length(*at);
		size_t i;

		if (n == 1) {
			at++;
			continue;
		}
		if (n == 0 || (size_t)(end - at) < n)
			return false;
		for (i = 1; i < n; i++) {
			if ((at[i] & 0xC0) != 0x80)
				return false;
		}
		/* Overlong forms, surrogates and numbers above U+10FFFF are no UTF-8. */
		if ((at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xED && at[1] > 0x9F) ||
		    (at[0] == 0xF0 && at[1] < 0x90) || (at[0] == 0xF4 && at[1] > 0x8F))
			return false;
		at += n;
	}
	return true;
}

static const bool unreserved[256] = {
	['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['0' ... '9'] = true, ['-'] = true, ['_'] = true, ['.'] = true, ['~'] = true,
};

void text_percent_encode(struct buf *buf, const char *text, size_t length)
{
	static const char digits[] = "0123456789ABCDEF";
	char piece[256];
	size_t n = 0;
	size_t i;

	for (i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (n > sizeof piece - 3) {
			buf_add(buf, piece, n);
			n = 0;
		}
		if (unreserved[c]) {
			piece[n++] = (char)c;
			continue;
		}
		piece[n++] = '%';
		piece[n++] = digits[c >> 4];
		piece[n++] = digits[c & 15];
	}
	buf_add(buf, piece, n);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

char *text_percent_decode(struct arena *arena, const char *text, size_t length, bool plus_is_space)
{
	char *result = arena_alloc(arena, length + 1);
	size_t n = 0;
	size_t i;

	for (i = 0; i < length; i++) {
		char c = text[i];

		if (c == '%' && i + 2 < length && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
			c = (char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		if (c == '\0')
			return NULL;
		result[n++] = c;
	}
	return result;
}

void text_hex(const uint8_t *data, size_t length, char *ret)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < length; i++) {
		ret[2 * i] = digits[data[i] >> 4];
		ret[2 * i + 1] = digits[data[i] & 15];
	}
	ret[2 * length] = '\0';
}

char *text_base64(struct arena *arena, const uint8_t *data, size_t length)
{
	char *result = arena_alloc(arena, BASE64_ENCODE_RAW_LENGTH(length) + 1);

	base64_encode_raw(result, length, data);
	return result;
}

bool text_equal_secret(const char *a, const char *b)
{
	size_t length = strlen(a);

	return length == strlen(b) && memeql_sec(a, b, length);
}
