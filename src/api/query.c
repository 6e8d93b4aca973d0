#include "api/query.h"

#include <string.h>

#include "base/text.h"

size_t query_count(const char *text)
{
	const char *at;
	size_t n = *text ? 1 : 0;

	for (at = strchr(text, '&'); at; at = strchr(at + 1, '&'))
		n++;
	return n;
}

bool query_read(struct arena *arena, const char *text, void (*each)(void *context, const char *name, const char *value),
                void *context)
{
	while (*text) {
		const char *end = strchrnul(text, '&');
		const char *equals = memchr(text, '=', (size_t)(end - text));
		const char *name_end = equals ? equals : end;
		char *name = text_percent_decode(arena, text, (size_t)(name_end - text), true);
		char *value = equals ? text_percent_decode(arena, equals + 1, (size_t)(end - equals - 1), true) : "";

		if (!name || !value || !text_is_utf8(name, strlen(name)) || !text_is_utf8(value, strlen(value)))
			return false;
		if (*name)
			each(context, name, value);
		text = *end ? end + 1 : end;
	}
	return true;
}
