/* The client of QEMU's protocol against a peer that sends what it is told. Packets of a SEQPACKET socket arrive one by one, so
 * a message is split exactly where the test says; ids of commands count from 1, which takes up the protocol. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "drivers/qmp.h"

#define SOON 50    /* milliseconds, for what never comes */
#define LONG 20000 /* for what is there or comes */

#define GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": [\"oob\"]}}\r\n"
#define TAKEN_UP "{\"return\": {}, \"id\": 1}\r\n"

static char error[256];
static char events[256]; /* names that came, with the id in their data */

static void note(void *context, const char *name, const json_t *data)
{
	const char *id = json_string_value(json_object_get(data, "id"));
	size_t length = strlen(events);

	assert_ptr_equal(context, events);
	snprintf(events + length, sizeof events - length, "%s(%s) ", name, text_or(id, ""));
}

/* A socket whose peer has sent these texts, a packet each, up to NULL. */
static int peer_that_sent(const char *const *texts, int *ret_peer)
{
	int fds[2];

	*events = *error = '\0';
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	for (; *texts; texts++)
		assert_int_equal(send(fds[1], *texts, strlen(*texts), 0), (ssize_t)strlen(*texts));
	*ret_peer = fds[1];
	return fds[0];
}

#define PEER_SENT(peer, ...) peer_that_sent((const char *const[]){ __VA_ARGS__, NULL }, (peer))

static enum qmp_outcome open_on(int fd, int timeout, struct qmp **ret)
{
	*ret = NULL;
	return qmp_open(fd, timeout, note, events, ret, error, sizeof error);
}

static struct qmp *opened(int fd)
{
	struct qmp *qmp;

	assert_int_equal(open_on(fd, LONG, &qmp), QMP_DONE);
	assert_int_equal(qmp_fd(qmp), fd);
	return qmp;
}

static enum qmp_outcome call(struct qmp *qmp, const char *command, int timeout, json_t **ret)
{
	return qmp_call(qmp, command, NULL, timeout, ret, error, sizeof error);
}

/* What the peer got since it was asked last. */
static const char *heard(int peer)
{
	static char text[4096];
	size_t length = 0;
	ssize_t n;

	while ((n = recv(peer, text + length, sizeof text - length - 1, MSG_DONTWAIT)) > 0)
		length += (size_t)n;
	text[length] = '\0';
	return text;
}

static void commands_and_replies(void **state)
{
	int peer;
	struct qmp *qmp = opened(PEER_SENT(&peer, GREETING, TAKEN_UP, "{\"return\": {\"n\": 7}, \"id\": 2}\n"));
	json_auto_t *value = NULL;

	assert_string_equal(heard(peer), "{\"execute\":\"qmp_capabilities\",\"id\":1}\n");
	assert_int_equal(qmp_call(qmp, "query-x", json_pack("{s:s}", "name", "a\"b\n"), LONG, &value, error, sizeof error),
	                 QMP_DONE);
	assert_int_equal(json_integer_value(json_object_get(value, "n")), 7);
	assert_string_equal(heard(peer), "{\"execute\":\"query-x\",\"id\":2,\"arguments\":{\"name\":\"a\\\"b\\n\"}}\n");
	qmp_close(qmp);
	close(peer);
	(void)state;
}

static void a_refusal_has_its_description(void **state)
{
	int peer;
	struct qmp *qmp = opened(PEER_SENT(
		&peer, GREETING, TAKEN_UP,
		"{\"error\": {\"class\": \"GenericError\", \"desc\": \"export 'e' still in use\"}, \"id\": 2}\n",
		"{\"error\": {}, \"id\": 3}\n"));

	assert_int_equal(call(qmp, "block-export-del", LONG, NULL), QMP_ERROR);
	assert_string_equal(error, "block-export-del: export 'e' still in use");
	assert_int_equal(call(qmp, "odd", LONG, NULL), QMP_ERROR);
	assert_string_equal(error, "odd: refused without a description");
	qmp_close(qmp);
	close(peer);
	(void)state;
}

static void messages_may_come_in_any_pieces(void **state)
{
	int peer;
	struct qmp *qmp = opened(PEER_SENT(
		&peer, "{\"Q", "MP\": {}}", "\r", "\n", "\r\n{\"event\": \"A\"}\n" TAKEN_UP "{\"event\": \"B\", \"data\": {\"id\":",
		" \"x\"}}\n{\"retu", "rn\": 5, \"id\": 2}\n{\"event\": \"C\"}\n"));
	json_auto_t *value = NULL;

	assert_int_equal(call(qmp, "q", LONG, &value), QMP_DONE);
	assert_int_equal(json_integer_value(value), 5);
	assert_string_equal(events, "A() B(x) C() ");
	qmp_close(qmp);
	close(peer);
	(void)state;
}

static void a_late_reply_is_not_taken_for_the_next(void **state)
{
	int peer;
	struct qmp *qmp = opened(PEER_SENT(&peer, GREETING, TAKEN_UP));
	json_auto_t *value = NULL;
	const char *late = "{\"return\": \"first\", \"id\": 2}\n{\"return\": \"nobody's\"}\n";
	const char *mine = "{\"return\": \"second\", \"id\": 3}\n";

	assert_int_equal(call(qmp, "slow", SOON, &value), QMP_LATE);
	assert_null(value);
	assert_string_equal(error, "slow got no answer in time");
	send(peer, late, strlen(late), 0);
	send(peer, mine, strlen(mine), 0);
	assert_int_equal(call(qmp, "next", LONG, &value), QMP_DONE);
	assert_string_equal(json_string_value(value), "second");
	qmp_close(qmp);
	close(peer);
	(void)state;
}

static void events_are_taken_in_without_a_command(void **state)
{
	int peer;
	struct qmp *qmp = opened(PEER_SENT(&peer, GREETING, TAKEN_UP));
	const char *event = "{\"event\": \"BLOCK_EXPORT_DELETED\", \"data\": {\"id\": \"e\"}}\n";

	assert_int_equal(qmp_poll(qmp, 0), QMP_LATE);
	send(peer, event, strlen(event), 0);
	assert_int_equal(qmp_poll(qmp, LONG), QMP_DONE);
	assert_string_equal(events, "BLOCK_EXPORT_DELETED(e) ");
	close(peer);
	assert_int_equal(qmp_poll(qmp, LONG), QMP_LOST);
	assert_int_equal(qmp_poll(qmp, LONG), QMP_LOST); /* and stays so */
	assert_int_equal(call(qmp, "q", LONG, NULL), QMP_LOST);
	qmp_close(qmp);
	(void)state;
}

static void garbage_ends_the_connection(void **state)
{
	static const char *const garbage[] = {
		"nonsense\n", "{\"return\": {}\n", "[]\n",           "{}\n",
		"5\n",        "\xff\xfe\n",        "{\"event\": 5}\n", "{\"return\": {}, \"return\": {}, \"id\": 2}\n",
		"{\"id\": 2}\n",
	};
	size_t i;

	for (i = 0; i < COUNT_OF(garbage); i++) {
		int peer;
		struct qmp *qmp = opened(PEER_SENT(&peer, GREETING, TAKEN_UP, garbage[i]));

		assert_int_equal(call(qmp, "q", LONG, NULL), QMP_LOST);
		assert_string_equal(error, "q: the connection is lost");
		qmp_close(qmp);
		close(peer);
	}
	(void)state;
}

static void a_peer_that_is_no_qemu_is_not_taken_up(void **state)
{
	struct qmp *qmp;
	int peer;

	assert_int_equal(open_on(PEER_SENT(&peer, "HTTP/1.1 400 Bad Request\r\n"), LONG, &qmp), QMP_LOST);
	close(peer);
	assert_int_equal(open_on(PEER_SENT(&peer, "{\"event\": \"A\"}\n"), LONG, &qmp), QMP_LOST); /* events come later */
	close(peer);
	assert_int_equal(open_on(PEER_SENT(&peer, GREETING, "{\"error\": {\"desc\": \"no\"}, \"id\": 1}\n"), LONG, &qmp),
	                 QMP_LOST);
	close(peer);
	assert_int_equal(open_on(PEER_SENT(&peer, "{\"QMP\":"), SOON, &qmp), QMP_LATE);
	assert_string_equal(error, "the greeting got no answer in time");
	close(peer);
	assert_int_equal(open_on(PEER_SENT(&peer, GREETING), SOON, &qmp), QMP_LATE);
	close(peer);
	assert_null(qmp);
	(void)state;
}

static void death_in_the_middle(void **state)
{
	static const char *const last[] = { "", "{", "{\"return\": {}, \"id\": 2}" /* its line never ends */ };
	size_t i;

	for (i = 0; i < COUNT_OF(last); i++) {
		int peer;
		int fd = PEER_SENT(&peer, GREETING, TAKEN_UP, last[i]);
		struct qmp *qmp;

		shutdown(peer, SHUT_WR);
		qmp = opened(fd);
		assert_int_equal(call(qmp, "q", LONG, NULL), QMP_LOST);
		close(peer);
		assert_int_equal(call(qmp, "q", LONG, NULL), QMP_LOST);
		qmp_close(qmp);
	}
	qmp_close(NULL);
	(void)state;
}

/* ---- more than a socket holds ---- */

struct flood {
	int fd;
	size_t length; /* of the value in the reply */
};

/* Of a stream, whose messages run together: what answers a command is sent when it has come. */
static void take_up(int fd)
{
	char command[256];

	send(fd, GREETING, strlen(GREETING), MSG_NOSIGNAL);
	recv(fd, command, sizeof command, 0);
	send(fd, TAKEN_UP, strlen(TAKEN_UP), MSG_NOSIGNAL);
}

static void *flood(void *context)
{
	struct flood *f = context;
	char *text = malloc(f->length);
	const char *head = "{\"id\": 2, \"return\": \"";
	char command[256];
	size_t sent = 0;
	ssize_t n = 1;

	memset(text, 'x', f->length);
	take_up(f->fd);
	recv(f->fd, command, sizeof command, 0);
	send(f->fd, head, strlen(head), MSG_NOSIGNAL);
	while (sent < f->length && (n = send(f->fd, text + sent, f->length - sent, MSG_NOSIGNAL)) > 0)
		sent += (size_t)n;
	if (n > 0)
		send(f->fd, "\"}\n", 3, MSG_NOSIGNAL);
	free(text);
	return NULL;
}

/* What comes of a reply whose value has that many bytes. */
static enum qmp_outcome flooded_by(size_t length, size_t *ret_length)
{
	struct flood f = { .length = length };
	enum qmp_outcome outcome;
	json_auto_t *value = NULL;
	struct qmp *qmp;
	pthread_t thread;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	*events = '\0';
	f.fd = fds[1];
	assert_int_equal(pthread_create(&thread, NULL, flood, &f), 0);
	qmp = opened(fds[0]);
	outcome = call(qmp, "q", LONG, &value);
	*ret_length = json_string_length(value);
	qmp_close(qmp); /* a peer that still sends is cut off */
	pthread_join(thread, NULL);
	close(fds[1]);
	return outcome;
}

static void a_message_may_be_long_but_not_endless(void **state)
{
	size_t length;

	assert_int_equal(flooded_by(QMP_LINE_MAX - 1000, &length), QMP_DONE);
	assert_int_equal(length, QMP_LINE_MAX - 1000);
	assert_int_equal(flooded_by(QMP_LINE_MAX, &length), QMP_LOST);
	assert_int_equal(flooded_by(16 * QMP_LINE_MAX, &length), QMP_LOST);
	(void)state;
}

static void *take_up_only(void *context)
{
	take_up(*(int *)context);
	return NULL;
}

/* A peer that reads nothing: a command that does not fit ends in time, and with it the connection. */
static void a_peer_that_does_not_read(void **state)
{
	char *big = malloc(QMP_LINE_MAX);
	struct qmp *qmp;
	pthread_t thread;
	int fds[2];

	memset(big, 'x', QMP_LINE_MAX - 1);
	big[QMP_LINE_MAX - 1] = '\0';
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(pthread_create(&thread, NULL, take_up_only, &fds[1]), 0);
	qmp = opened(fds[0]);
	pthread_join(thread, NULL);
	assert_int_equal(qmp_call(qmp, "q", json_pack("{s:s}", "x", big), SOON, NULL, error, sizeof error), QMP_LOST);
	qmp_close(qmp);
	close(fds[1]);
	free(big);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_and_replies),
		cmocka_unit_test(a_refusal_has_its_description),
		cmocka_unit_test(messages_may_come_in_any_pieces),
		cmocka_unit_test(a_late_reply_is_not_taken_for_the_next),
		cmocka_unit_test(events_are_taken_in_without_a_command),
		cmocka_unit_test(garbage_ends_the_connection),
		cmocka_unit_test(a_peer_that_is_no_qemu_is_not_taken_up),
		cmocka_unit_test(death_in_the_middle),
		cmocka_unit_test(a_message_may_be_long_but_not_endless),
		cmocka_unit_test(a_peer_that_does_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
