/* What a peer of the machine protocol may send: the bytes come in pieces of one packet each, and nothing of it may hurt. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drivers/qmp.h"

#define PIECE 1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *context, const char *name, const json_t *data)
{
	(void)context;
	(void)name;
	(void)data;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qmp *qmp = NULL;
	json_t *value = NULL;
	char error[128];
	int fds[2];
	size_t at;

	if (size > 64 * PIECE || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) != 0)
		return 0;
	for (at = 0; at < size; at += PIECE)
		send(fds[1], data + at, size - at < PIECE ? size - at : PIECE, MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(fds[1], SHUT_WR);
	if (qmp_open(fds[0], 1000, ignore, NULL, &qmp, error, sizeof error) == QMP_DONE) {
		qmp_call(qmp, "query", json_pack("{s:s}", "a", "b"), 1000, &value, error, sizeof error);
		json_decref(value);
		qmp_close(qmp);
	}
	close(fds[1]);
	return 0;
}
