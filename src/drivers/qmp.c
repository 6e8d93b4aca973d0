#include "drivers/qmp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/moment.h"
#include "base/text.h"

#define READ_SIZE 4096

struct qmp {
	int fd;
	bool lost;
	qmp_event event;
	void *context;
	struct buf input;
	json_int_t last_id;
	json_t *reply; /* to the last command, until somebody takes it */
	bool greeted;
};

static int64_t time_left(int64_t deadline)
{
	int64_t left = deadline - moment_monotonic();

	return left > 0 ? left : 0;
}

/* DONE: ready. */
static enum qmp_outcome wait_for(struct qmp *qmp, short events, int64_t deadline)
{
	struct pollfd poll_fd = { .fd = qmp->fd, .events = events };
	int n;

	do
		n = poll(&poll_fd, 1, (int)time_left(deadline));
	while (n < 0 && errno == EINTR);
	return n < 0 ? QMP_LOST : n == 0 ? QMP_LATE : QMP_DONE;
}

/* ---- what comes ---- */

/* One message. False: no message of this protocol. */
static bool take_message(struct qmp *qmp, json_t *message)
{
	const char *event = json_string_value(json_object_get(message, "event"));

	if (!qmp->greeted) {
		qmp->greeted = json_is_object(json_object_get(message, "QMP"));
		return qmp->greeted;
	}
	if (event) {
		if (qmp->event)
			qmp->event(qmp->context, event, json_object_get(message, "data"));
		return true;
	}
	if (!json_object_get(message, "return") && !json_object_get(message, "error"))
		return false;
	/* The reply to one that nobody waits for any more has an older id. One without an id is to a line that the peer could
	 * not read, and each of ours can be read. */
	if (json_integer_value(json_object_get(message, "id")) == qmp->last_id && !qmp->reply)
		qmp->reply = json_incref(message);
	return true;
}

static bool take_line(struct qmp *qmp, const char *line, size_t length)
{
	json_auto_t *message = NULL;

	while (length && (line[length - 1] == '\r' || line[length - 1] == ' '))
		length--;
	if (!length)
		return true;
	message = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
	return json_is_object(message) && take_message(qmp, message);
}

static bool take_lines(struct qmp *qmp)
{
	size_t from = 0;
	char *end;

	while (qmp->input.length > from &&
	       (end = memchr(qmp->input.data + from, '\n', qmp->input.length - from))) {
		size_t length = (size_t)(end - (qmp->input.data + from));

		if (length >= QMP_LINE_MAX || !take_line(qmp, qmp->input.data + from, length))
			return false;
		from += length + 1;
	}
	if (from) {
		memmove(qmp->input.data, qmp->input.data + from, qmp->input.length - from);
		buf_wrote(&qmp->input, qmp->input.data + qmp->input.length - from);
	}
	return qmp->input.length < QMP_LINE_MAX;
}

/* Reads once. */
static enum qmp_outcome take_in(struct qmp *qmp, int64_t deadline)
{
	char bytes[READ_SIZE];
	enum qmp_outcome outcome = qmp->lost ? QMP_LOST : wait_for(qmp, POLLIN, deadline);
	ssize_t n;

	if (outcome != QMP_DONE)
		return outcome;
	n = recv(qmp->fd, bytes, sizeof bytes, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return QMP_LATE;
	if (n > 0)
		buf_add(&qmp->input, bytes, (size_t)n);
	if (n <= 0 || qmp->input.failed || !take_lines(qmp)) {
		qmp->lost = true;
		return QMP_LOST;
	}
	return QMP_DONE;
}

/* ---- commands ---- */

static enum qmp_outcome send_all(struct qmp *qmp, const char *text, size_t length, int64_t deadline)
{
	while (length) {
		ssize_t n = send(qmp->fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			text += n;
			length -= (size_t)n;
		} else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			if (wait_for(qmp, POLLOUT, deadline) == QMP_DONE)
				continue;
			qmp->lost = true; /* half a command cannot be taken back */
			return QMP_LOST;
		} else {
			qmp->lost = true;
			return QMP_LOST;
		}
	}
	return QMP_DONE;
}

static enum qmp_outcome say(enum qmp_outcome outcome, const char *command, char *error, size_t error_size)
{
	if (outcome == QMP_LATE)
		snprintf(error, error_size, "%s got no answer in time", command);
	if (outcome == QMP_LOST)
		snprintf(error, error_size, "%s: the connection is lost", command);
	return outcome;
}

static enum qmp_outcome read_reply(struct qmp *qmp, const char *command, json_t **ret_value, char *error, size_t error_size)
{
	json_auto_t *reply = qmp->reply;
	json_t *refusal = json_object_get(reply, "error");

	qmp->reply = NULL;
	if (refusal) {
		snprintf(error, error_size, "%s: %s", command,
		         text_or(json_string_value(json_object_get(refusal, "desc")), "refused without a description"));
		return QMP_ERROR;
	}
	if (ret_value)
		*ret_value = json_incref(json_object_get(reply, "return"));
	return QMP_DONE;
}

enum qmp_outcome qmp_call(struct qmp *qmp, const char *command, json_t *arguments, int timeout_ms, json_t **ret_value,
                          char *error, size_t error_size)
{
	int64_t deadline = moment_monotonic() + timeout_ms;
	json_auto_t *call = json_pack("{s:s, s:I, s:o*}", "execute", command, "id", ++qmp->last_id, "arguments", arguments);
	char *text = json_dumps(call, JSON_COMPACT);
	enum qmp_outcome outcome = QMP_LOST;

	json_decref(qmp->reply);
	qmp->reply = NULL;
	if (text && !qmp->lost)
		outcome = send_all(qmp, text, strlen(text), deadline);
	if (outcome == QMP_DONE)
		outcome = send_all(qmp, "\n", 1, deadline);
	free(text);
	while (outcome == QMP_DONE && !qmp->reply)
		outcome = take_in(qmp, deadline);
	/* What is readable and yet brings nothing is asked again until the time is over. */
	while (outcome == QMP_LATE && !qmp->reply && time_left(deadline))
		outcome = take_in(qmp, deadline);
	return qmp->reply ? read_reply(qmp, command, ret_value, error, error_size) : say(outcome, command, error, error_size);
}

enum qmp_outcome qmp_poll(struct qmp *qmp, int timeout_ms)
{
	return take_in(qmp, moment_monotonic() + timeout_ms);
}

enum qmp_outcome qmp_open(int fd, int timeout_ms, qmp_event event, void *context, struct qmp **ret, char *error,
                          size_t error_size)
{
	int64_t deadline = moment_monotonic() + timeout_ms;
	struct qmp *qmp = calloc(1, sizeof *qmp);
	enum qmp_outcome outcome = QMP_DONE;

	if (!qmp)
		abort();
	*qmp = (struct qmp){ .fd = fd, .event = event, .context = context };
	buf_init(&qmp->input, QMP_LINE_MAX + READ_SIZE);
	while (!qmp->greeted && (outcome = take_in(qmp, deadline)) == QMP_DONE)
		continue;
	if (outcome == QMP_DONE)
		outcome = qmp_call(qmp, "qmp_capabilities", NULL, (int)time_left(deadline), NULL, error, error_size);
	else
		say(outcome, "the greeting", error, error_size);
	if (outcome == QMP_DONE) {
		*ret = qmp;
		return QMP_DONE;
	}
	qmp_close(qmp);
	return outcome == QMP_ERROR ? QMP_LOST : outcome;
}

int qmp_fd(const struct qmp *qmp)
{
	return qmp->fd;
}

void qmp_close(struct qmp *qmp)
{
	if (!qmp)
		return;
	close(qmp->fd);
	buf_finish(&qmp->input);
	json_decref(qmp->reply);
	free(qmp);
}
