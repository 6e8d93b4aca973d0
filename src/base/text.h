/* Small questions about texts: equality, numbers, percent-, hex- and base64-coding.
 * It parses single values; whole documents are read by base/tree.h. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* NULL equals only NULL. */
bool text_equal(const char *a, const char *b);
bool text_equal_nocase(const char *a, const char *b);
bool text_empty(const char *text); /* NULL or "" */
const char *text_or(const char *text, const char *otherwise); /* `otherwise` where text is NULL */
bool text_starts(const char *text, const char *prefix);

/* Whether `item` is one of the comma separated words of `list`. */
bool text_list_has(const char *list, const char *item);
size_t text_list_count(const char *list);
/* Each in turn: *list moves on; NULL behind the last. */
const char *text_list_next(struct arena *arena, const char **list);
/* A list of these words. */
const char *text_list_of(struct arena *arena, const char *const *items, size_t n);
/* The list with that word (or list) behind it, and the list without any such word. A list that grows word by word is copied for
 * each: many at once go by text_list_of. */
const char *text_list_with(struct arena *arena, const char *list, const char *item);
const char *text_list_without(struct arena *arena, const char *list, const char *item);

/* A whole decimal number, optional '-', nothing before or after. False (and *ret untouched) otherwise. */
bool text_to_int64(const char *text, int64_t *ret);

/* "true" or "false", in any letter case. */
bool text_to_bool(const char *text, bool *ret);

/* Whether `text` matches `pattern`, where '*' stands for any run of characters and '?' for one. */
bool text_matches(const char *text, const char *pattern);

/* Characters (not bytes) of a UTF-8 text. */
size_t text_characters(const char *text);
bool text_is_utf8(const char *text, size_t length);

/* RFC 3986 percent-encoding as both clouds sign it: unreserved A-Za-z0-9-_.~ stay, all else %XX in capitals. */
void text_percent_encode(struct buf *buf, const char *text, size_t length);

/* Decodes %XX and, where `plus_is_space`, '+'. A broken escape stays as it is. The result has no NUL inside:
 * returns NULL if the text would contain one. */
char *text_percent_decode(struct arena *arena, const char *text, size_t length, bool plus_is_space);

/* Lower-case hex; `ret` has room for 2 * length + 1. */
void text_hex(const uint8_t *data, size_t length, char *ret);

/* Standard base64 with padding. */
char *text_base64(struct arena *arena, const uint8_t *data, size_t length);

/* Compares without an early exit, for secrets: the time depends on the lengths only. */
bool text_equal_secret(const char *a, const char *b);

#endif
