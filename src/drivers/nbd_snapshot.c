#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "drivers/nbd_state.h"

/* A mirror rather than a backup: it keeps holes, and a mirror that has caught up and is cancelled is the disk at that moment. */

struct mirror {
	struct nbd_server *server;
	char job[NBD_NAME_SIZE];    /* of the disk: one at a time */
	char node[NBD_NAME_SIZE];   /* of the disk */
	char target[NBD_NAME_SIZE]; /* of the copy: of another snapshot it is another */
	char *part;
	char *error;
	size_t error_size;
};

static enum qmp_outcome ask(const struct mirror *m, const char *command, json_t *arguments, json_t **ret)
{
	return nbd_daemon_ask(m->server, command, arguments, ret, m->error, m->error_size);
}

static void forget(const struct mirror *m)
{
	char ignored[256];

	nbd_daemon_ask(m->server, "job-dismiss", json_pack("{s:s}", "id", m->job), NULL, ignored, sizeof ignored);
	nbd_daemon_ask(m->server, "blockdev-del", json_pack("{s:s}", "node-name", m->target), NULL, ignored, sizeof ignored);
}

static enum nbd_copied give_up(const struct mirror *m)
{
	forget(m);
	unlink(m->part);
	return NBD_COPY_FAILED;
}

static enum nbd_copied begin(const struct mirror *m, int64_t bytes)
{
	json_t *file = json_pack("{s:s, s:s, s:s}", "driver", "file", "filename", m->part, "discard", "unmap");
	json_t *target = json_pack("{s:s, s:s, s:s, s:o}", "driver", "raw", "node-name", m->target, "discard", "unmap", "file",
	                           file);
	enum qmp_outcome outcome = QMP_ERROR;

	forget(m);
	unlink(m->part);
	if (nbd_file_make(m->part, bytes, m->error, m->error_size))
		outcome = ask(m, "blockdev-add", target, NULL);
	else
		json_decref(target);
	if (outcome == QMP_DONE)
		outcome = ask(m, "blockdev-mirror",
		              json_pack("{s:s, s:s, s:s, s:s, s:b}", "job-id", m->job, "device", m->node, "target", m->target, "sync",
		                        "full", "auto-dismiss", 0),
		              NULL);
	return outcome == QMP_ERROR ? give_up(m) : NBD_COPY_RUNS;
}

static enum nbd_copied finish(const struct mirror *m, const json_t *job, const char *target)
{
	const char *problem = json_string_value(json_object_get(job, "error"));

	if (problem) {
		snprintf(m->error, m->error_size, "the snapshot failed: %s", problem);
		return give_up(m);
	}
	forget(m);
	return nbd_file_move(m->part, target, m->error, m->error_size) ? NBD_COPY_DONE : NBD_COPY_FAILED;
}

static const json_t *find_job(const json_t *jobs, const char *id)
{
	const json_t *job;
	size_t i;

	json_array_foreach (jobs, i, job) {
		if (text_equal(json_string_value(json_object_get(job, "id")), id))
			return job;
	}
	return NULL;
}

/* Whose target is it, if the disk's job runs already. */
static bool is_ours(const struct mirror *m)
{
	return nbd_file_exists(m->part);
}

static enum nbd_copied look(const struct mirror *m, const char *disk_path, const char *target)
{
	json_auto_t *jobs = NULL;
	const json_t *job;
	const char *status;

	if (ask(m, "query-jobs", NULL, &jobs) != QMP_DONE)
		return NBD_COPY_RUNS;
	job = find_job(jobs, m->job);
	if (!job)
		return begin(m, nbd_file_bytes(disk_path));
	status = text_or(json_string_value(json_object_get(job, "status")), "");
	if (!is_ours(m)) {
		/* Another snapshot of the disk, which its own job ends; one that nobody asks for any more is given up. */
		if (text_equal(status, "concluded"))
			forget(m);
		return NBD_COPY_RUNS;
	}
	if (text_equal(status, "ready"))
		ask(m, "block-job-cancel", json_pack("{s:s}", "device", m->job), NULL);
	return text_equal(status, "concluded") ? finish(m, job, target) : NBD_COPY_RUNS;
}

enum nbd_copied nbd_mirror(struct nbd_server *server, const char *disk, const char *disk_path, const char *target,
                           char *error, size_t error_size)
{
	struct mirror m = { .server = server, .part = nbd_text("%s.new", target), .error = error, .error_size = error_size };
	enum nbd_copied copied;

	nbd_name(m.job, 'j', disk);
	nbd_name(m.node, 'v', disk);
	nbd_name(m.target, 't', target);
	copied = look(&m, disk_path, target);
	free(m.part);
	return copied;
}

void nbd_mirror_cancel(struct nbd_server *server, const char *disk)
{
	char job[NBD_NAME_SIZE];
	char ignored[256];

	nbd_name(job, 'j', disk);
	nbd_daemon_ask(server, "block-job-cancel", json_pack("{s:s, s:b}", "device", job, "force", 1), NULL, ignored,
	               sizeof ignored);
	nbd_daemon_ask(server, "job-dismiss", json_pack("{s:s}", "id", job), NULL, ignored, sizeof ignored);
}
