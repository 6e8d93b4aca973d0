#include "base/log.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/moment.h"
#include "base/text.h"
#include "base/writer.h"

#define LOG_LINE_MAX   8192
#define LOG_LINE_USUAL 1000

static enum log_format log_format_now = LOG_JSON;
static enum log_level log_least = LOG_INFO;

static const char *const level_names[] = { "debug", "info", "warning", "error", "off" };

void log_setup(enum log_format format, enum log_level least)
{
	log_format_now = format;
	log_least = least;
}

bool log_wants(enum log_level level)
{
	return level >= log_least && log_least != LOG_OFF;
}

/* Clients choose some of the texts; a line of log is UTF-8 whatever they sent. */
static const char *readable(const char *text)
{
	return text_is_utf8(text, strlen(text)) ? text : "(not UTF-8)";
}

static void write_json(struct buf *buf, const char *time, enum log_level level, const char *event,
                       const struct log_pair *pair)
{
	struct writer writer;

	writer_init(&writer, &writer_json, buf);
	writer_json.object_begin(&writer, NULL);
	writer_json.text(&writer, "time", time);
	writer_json.text(&writer, "level", level_names[level]);
	writer_json.text(&writer, "event", event);
	for (; pair->key; pair++) {
		if (pair->text)
			writer_json.text(&writer, pair->key, readable(pair->text));
		else
			writer_int(&writer, pair->key, pair->number);
	}
	writer_json.object_end(&writer, NULL);
}

/* Control characters could move a terminal's cursor, or look like another line. */
static bool needs_quotes(const char *text)
{
	const char *at;

	for (at = text; *at; at++) {
		if ((unsigned char)*at <= ' ' || *at == '"' || *at == '\\' || *at == 0x7F)
			return true;
	}
	return at == text;
}

static void write_text(struct buf *buf, const char *time, enum log_level level, const char *event,
                       const struct log_pair *pair)
{
	buf_printf(buf, "%s %-7s %s", time, level_names[level], event);
	for (; pair->key; pair++) {
		const char *text = pair->text ? readable(pair->text) : NULL;

		if (!text) {
			buf_printf(buf, " %s=%lld", pair->key, (long long)pair->number);
		} else if (needs_quotes(text)) {
			buf_printf(buf, " %s=", pair->key);
			writer_json_string(buf, text);
		} else {
			buf_printf(buf, " %s=%s", pair->key, text);
		}
	}
}

void log_line(enum log_level level, const char *event, const struct log_pair *pairs)
{
	struct buf BUF_CLEANUP buf;
	char time[MOMENT_TEXT_SIZE];
	ssize_t written;

	buf_init(&buf, LOG_LINE_MAX);
	if (!log_wants(level))
		return;
	buf_room(&buf, LOG_LINE_USUAL);
	moment_millis_print(time, moment_now());
	if (log_format_now == LOG_JSON)
		write_json(&buf, time, level, event, pairs);
	else
		write_text(&buf, time, level, event, pairs);
	if (buf.failed || buf.length == LOG_LINE_MAX) { /* its end must fit too */
		buf_clear(&buf);
		buf_printf(&buf, "{\"level\":\"%s\",\"event\":\"%s\",\"cut\":\"line too long\"}", level_names[level], event);
	}
	buf_add_char(&buf, '\n');
	/* One write, so that lines of several threads do not mix. A full pipe is no reason to fail a request. */
	written = write(STDERR_FILENO, buf.data, buf.length);
	(void)written;
}
