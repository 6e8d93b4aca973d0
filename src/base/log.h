/* One line of log on stderr, as JSON for machines or as text for people. The API and the job runner log, once per
 * request or step; everything below returns errors and stays silent. Secrets are never passed in. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_format { LOG_JSON, LOG_TEXT };
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR, LOG_OFF };

/* Once, before threads start. Lines below `least` are dropped. */
void log_setup(enum log_format format, enum log_level least);
bool log_wants(enum log_level level);

struct log_pair {
	const char *key;
	const char *text; /* NULL: the number counts */
	int64_t number;
};

static inline struct log_pair log_text_pair(const char *key, const char *text)
{
	return (struct log_pair){ .key = key, .text = text ? text : "" };
}

#define LOG_TEXT_PAIR(k, v)   log_text_pair((k), (v))
#define LOG_NUMBER_PAIR(k, v) ((struct log_pair){ .key = (k), .number = (v) })

/* `event` is a short constant such as "request" or "job"; pairs end with a NULL key. Longer lines are cut at 8 KiB. */
void log_line(enum log_level level, const char *event, const struct log_pair *pairs);

#define log_event(level, event, ...) \
	log_line((level), (event), (const struct log_pair[]){ __VA_ARGS__, { 0 } })

#endif
