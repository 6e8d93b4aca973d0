#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "drivers/nbd_state.h"
#include "drivers/reply.h"

#define GIB         ((int64_t)1 << 30)
#define COPY_AGAIN  200 /* milliseconds */
#define UNSURE_AGAIN 500
#define SIZE_MAX_GIB ((int64_t)1 << 30)
#define RESTORED    ".restored" /* beside a disk: what is to take its place */

/* An act under way. */
struct act {
	struct nbd *nbd;
	const struct driver_call *call;
	struct driver_reply *reply;
	char *disk_path, *snapshot_path;
	char error[224];
};

static void unsure(struct act *a)
{
	reply_answer(a->reply, DRIVER_UNKNOWN, "", "%s", a->error);
	a->reply->look_again_ms = UNSURE_AGAIN;
}

static void failed(struct act *a)
{
	reply_answer(a->reply, DRIVER_FAILED, "failed", "%s", a->error);
}

static bool has_disk(struct act *a)
{
	if (nbd_file_exists(a->disk_path))
		return true;
	reply_answer(a->reply, DRIVER_FAILED, "no-such-disk", "the disk does not exist: there is no %s", a->disk_path);
	return false;
}

static struct nbd_server *server_of(struct act *a)
{
	struct nbd_server *server = map_get(&a->nbd->servers, a->call->machine);

	if (!server)
		reply_answer(a->reply, DRIVER_FAILED, "no-such-machine", "the server does not exist");
	return server;
}

static struct plug *plugs_of(struct act *a)
{
	struct plug_disk *disk = plugs_disk(&a->nbd->plugs, a->call->disk);

	return disk ? disk->plugs : NULL;
}

static void copying(struct act *a)
{
	reply_pending(a->reply, COPY_AGAIN, "under-way", "the content of the disk is being copied");
}

/* ---- disks ---- */

static int64_t bytes_of(const struct act *a)
{
	int64_t gib = a->call->size_gib;

	return gib < 0 ? 0 : gib > SIZE_MAX_GIB ? SIZE_MAX_GIB * GIB : gib * GIB;
}

/* The file whose content is asked for: NULL for none. False: it is not there, and that is answered. */
static bool find_source(struct act *a, const char **ret)
{
	*ret = *a->call->snapshot ? a->snapshot_path : *text_or(a->call->image_path, "") ? a->call->image_path : NULL;
	if (!*ret || nbd_file_exists(*ret))
		return true;
	if (*a->call->snapshot)
		reply_answer(a->reply, DRIVER_FAILED, "no-such-snapshot", "the snapshot does not exist");
	else
		reply_answer(a->reply, DRIVER_FAILED, "no-such-image", "the image cannot be read: %s", *ret);
	return false;
}

/* The path has that content. False: not yet, or not at all, and that is answered. */
static bool fill(struct act *a, const char *source, const char *path)
{
	enum nbd_copied copied = NBD_COPY_FAILED;

	if (source)
		copied = nbd_copy(a->nbd, source, path, bytes_of(a), a->error, sizeof a->error);
	else if (nbd_file_make(path, bytes_of(a), a->error, sizeof a->error))
		copied = NBD_COPY_DONE;
	if (copied == NBD_COPY_RUNS)
		copying(a);
	else if (copied == NBD_COPY_FAILED)
		failed(a);
	return copied == NBD_COPY_DONE;
}

static void act_create_disk(struct act *a)
{
	const char *source;

	if (nbd_file_exists(a->disk_path))
		reply_done(a->reply);
	else if (find_source(a, &source) && fill(a, source, a->disk_path))
		reply_done(a->reply);
}

static void act_delete_disk(struct act *a)
{
	char *restored;

	if (plugs_of(a)) {
		reply_answer(a->reply, DRIVER_REFUSED, "attached", "the disk is attached to a server");
		return;
	}
	restored = nbd_text("%s" RESTORED, a->disk_path);
	nbd_copy_forget(a->nbd, a->disk_path);
	if (nbd_copy_uses(a->nbd, a->disk_path)) {
		copying(a);
	} else if ((unlink(restored) != 0 && errno != ENOENT) || (unlink(a->disk_path) != 0 && errno != ENOENT)) {
		snprintf(a->error, sizeof a->error, "cannot remove %s: %s", a->disk_path, strerror(errno));
		failed(a);
	} else {
		plugs_disk_remove(&a->nbd->plugs, a->call->disk);
		reply_done(a->reply);
	}
	free(restored);
}

/* The category is a name here: all files are as fast as what they lie on. */
static void act_modify_disk(struct act *a)
{
	if (has_disk(a))
		reply_done(a->reply);
}

/* Takes the exports of the disk away for a moment, so that something can be done to its file that its clients must not
 * see happen. False: a client is connected, or it cannot be told; answered, and all is as before. */
static bool exports_pause(struct act *a)
{
	struct plug *plug;

	for (plug = plugs_of(a); plug; plug = plug->next) {
		struct nbd_server *server = map_get(&a->nbd->servers, plug->machine);
		enum nbd_reach reach = nbd_daemon_reach(server, a->error, sizeof a->error);
		enum nbd_gone gone = reach == NBD_UP ? nbd_export_remove(server, plug, false, a->error, sizeof a->error) :
		                     reach == NBD_DEAD ? NBD_GONE : NBD_LOST;

		if (gone == NBD_GONE)
			continue;
		if (gone == NBD_IN_USE)
			reply_answer(a->reply, DRIVER_REFUSED, "in-use",
			             "the server %s is connected to the disk; it has to disconnect first", plug->machine);
		else if (gone == NBD_LEAVING)
			reply_pending(a->reply, NBD_AGAIN_MS, "under-way", "the last requests of the server are being waited for");
		else
			unsure(a);
		return false;
	}
	return true;
}

/* Exports again what was paused; what cannot be now is tried again by the watcher. */
static void exports_resume(struct act *a)
{
	struct plug *plug;
	char ignored[256];

	for (plug = plugs_of(a); plug; plug = plug->next) {
		struct nbd_server *server = map_get(&a->nbd->servers, plug->machine);

		if (!nbd_reconcile(a->nbd, server, ignored, sizeof ignored))
			nbd_watch(a->nbd, server);
	}
}

static void act_resize_disk(struct act *a)
{
	if (!has_disk(a))
		return;
	if (nbd_file_bytes(a->disk_path) >= bytes_of(a)) {
		reply_done(a->reply);
		return;
	}
	/* An export has the size it had when it began. */
	if (nbd_copy_uses(a->nbd, a->disk_path))
		copying(a);
	else if (exports_pause(a) && nbd_file_grow(a->disk_path, bytes_of(a), a->error, sizeof a->error))
		reply_done(a->reply);
	else if (*a->error && a->reply->answer == DRIVER_ANSWER_MAX)
		failed(a);
	exports_resume(a);
}

static bool is_powered(struct act *a)
{
	const struct plug *plug;

	for (plug = plugs_of(a); plug; plug = plug->next) {
		const struct nbd_server *server = map_get(&a->nbd->servers, plug->machine);

		if (server && server->powered) {
			reply_answer(a->reply, DRIVER_REFUSED, "powered", "a server that is on can write the disk");
			return true;
		}
	}
	return false;
}

/* The new content is made beside the old one and takes its place in one step. */
static void act_restore_disk(struct act *a)
{
	char *path = nbd_text("%s" RESTORED, a->disk_path);
	const char *source;

	if (has_disk(a) && !is_powered(a) && find_source(a, &source) &&
	    (nbd_file_exists(path) || fill(a, source, path))) {
		if (exports_pause(a)) {
			int64_t bytes = nbd_file_bytes(a->disk_path);

			/* A disk never shrinks. */
			if ((nbd_file_bytes(path) >= bytes || nbd_file_grow(path, bytes, a->error, sizeof a->error)) &&
			    nbd_file_move(path, a->disk_path, a->error, sizeof a->error))
				reply_done(a->reply);
			else
				failed(a);
		}
		exports_resume(a);
	}
	/* Another time it may be another content that is asked for. */
	if (a->reply->answer == DRIVER_REFUSED || a->reply->answer == DRIVER_FAILED) {
		nbd_copy_forget(a->nbd, path);
		unlink(path);
	}
	free(path);
}

/* ---- snapshots ---- */

static void act_create_snapshot(struct act *a)
{
	struct plug *plug = plugs_of(a);
	struct nbd_server *server = plug ? map_get(&a->nbd->servers, plug->machine) : NULL;
	enum nbd_copied copied = NBD_COPY_RUNS;
	enum nbd_reach reach = NBD_DEAD;

	if (nbd_file_exists(a->snapshot_path)) {
		reply_done(a->reply);
		return;
	}
	if (!has_disk(a))
		return;
	if (plug && plug->next) {
		reply_answer(a->reply, DRIVER_REFUSED, "shared",
		             "the disk is attached to several servers: it has no one moment that could be kept");
		return;
	}
	if (server)
		reach = nbd_daemon_start(a->nbd, server, a->error, sizeof a->error);
	if (reach == NBD_UP)
		copied = nbd_mirror(server, a->call->disk, a->disk_path, a->snapshot_path, a->error, sizeof a->error);
	else if (!server)
		copied = nbd_copy(a->nbd, a->disk_path, a->snapshot_path, 0, a->error, sizeof a->error);
	if (copied == NBD_COPY_RUNS)
		copying(a);
	else if (copied == NBD_COPY_FAILED)
		failed(a);
	else
		reply_done(a->reply);
}

static void act_delete_snapshot(struct act *a)
{
	nbd_copy_forget(a->nbd, a->snapshot_path);
	if (nbd_copy_uses(a->nbd, a->snapshot_path)) {
		copying(a);
	} else if (unlink(a->snapshot_path) != 0 && errno != ENOENT) {
		snprintf(a->error, sizeof a->error, "cannot remove %s: %s", a->snapshot_path, strerror(errno));
		failed(a);
	} else {
		reply_done(a->reply);
	}
}

/* ---- servers ---- */

static void act_create_machine(struct act *a)
{
	if (nbd_server_open(a->nbd, a->call->machine, a->error, sizeof a->error))
		reply_done(a->reply);
	else
		failed(a);
}

/* Its credential goes with it: whoever comes with it later is not let in, wherever. */
static void act_delete_machine(struct act *a)
{
	struct nbd_server *server = map_get(&a->nbd->servers, a->call->machine);

	if (!server) {
		reply_done(a->reply);
		return;
	}
	if (!nbd_daemon_end_all(a->nbd, server, a->error, sizeof a->error)) {
		unsure(a);
		return;
	}
	plugs_remove_machine(&a->nbd->plugs, server->id);
	nbd_directory_remove(server->directory);
	map_remove(&a->nbd->servers, server->id);
	nbd_server_free(server);
	reply_done(a->reply);
}

/* Its switch is out of reach: what is asked for is taken for what is. */
static void act_power(struct act *a)
{
	struct nbd_server *server = server_of(a);

	if (!server)
		return;
	server->powered = a->call->act == DRIVER_POWER_ON;
	reply_done(a->reply);
}

/* ---- attachments ---- */

static void export_to(struct act *a, struct nbd_server *server, const struct plug *plug)
{
	enum nbd_reach reach = nbd_daemon_start(a->nbd, server, a->error, sizeof a->error);
	int exists = reach == NBD_UP ? nbd_export_exists(server, plug->attachment, a->error, sizeof a->error) : -1;
	enum qmp_outcome outcome = exists > 0 ? QMP_DONE : QMP_LOST;

	if (exists == 0)
		outcome = nbd_export_add(a->nbd, server, plug, a->error, sizeof a->error);
	if (outcome == QMP_DONE) {
		reply_done(a->reply);
		return;
	}
	if (outcome != QMP_ERROR) {
		unsure(a); /* the plug stays: nobody else gets the disk until it is known */
		return;
	}
	/* A process that this driver knows nothing of holds the file. */
	if (strstr(a->error, " lock"))
		reply_answer(a->reply, DRIVER_REFUSED, "attached", "another process has the disk open: %s", a->error);
	else
		failed(a);
	plugs_remove(&a->nbd->plugs, plug->disk, plug->attachment);
}

static void act_attach(struct act *a)
{
	const struct driver_call *call = a->call;
	struct nbd_server *server;
	struct plug *plug;

	if (!has_disk(a) || !(server = server_of(a)))
		return;
	plug = plugs_find(&a->nbd->plugs, call->disk, call->attachment);
	if (!plug && !plugs_may_attach(&a->nbd->plugs, call, a->reply))
		return;
	if (!plug && nbd_copy_uses(a->nbd, a->disk_path)) {
		copying(a);
		return;
	}
	if (!plug)
		plug = plugs_add(&a->nbd->plugs, call->disk, call->attachment, call->machine, call->generation, call->shared);
	export_to(a, server, plug);
}

static void in_use(struct act *a, const struct plug *plug)
{
	reply_answer(a->reply, DRIVER_REFUSED, "in-use",
	             "the server %s is connected to its export %s: unmount it and disconnect there first",
	             plug->machine, plug->disk);
}

/* The only way to ask QEMU: it refuses to remove an export that has a client. One that has none is exported again at once. */
static void act_check_idle(struct act *a)
{
	struct plug *plug = plugs_find(&a->nbd->plugs, a->call->disk, a->call->attachment);
	struct nbd_server *server = plug ? map_get(&a->nbd->servers, plug->machine) : NULL;
	enum nbd_reach reach = server ? nbd_daemon_reach(server, a->error, sizeof a->error) : NBD_DEAD;
	enum nbd_gone gone;

	if (reach == NBD_DEAD) {
		reply_done(a->reply);
		return;
	}
	gone = reach == NBD_UP ? nbd_export_remove(server, plug, false, a->error, sizeof a->error) : NBD_LOST;
	if (gone == NBD_IN_USE)
		in_use(a, plug);
	else if (gone == NBD_LOST)
		unsure(a);
	else if (gone == NBD_LEAVING)
		reply_pending(a->reply, NBD_AGAIN_MS, "under-way", "the last requests of the server are being waited for");
	else
		reply_done(a->reply);
	exports_resume(a);
}

/* What hangs cannot be asked, but it can be ended, and then nothing is exported. What else it exported comes back. */
static enum nbd_gone remove_from_hung(struct nbd_server *server, bool fence)
{
	if (fence && nbd_daemon_kill(server))
		return NBD_LEAVING;
	return NBD_LOST;
}

static void act_detach(struct act *a)
{
	bool fence = a->call->act == DRIVER_FENCE;
	bool hard = fence || a->call->force;
	struct plug *plug = plugs_find(&a->nbd->plugs, a->call->disk, a->call->attachment);
	struct nbd_server *server = plug ? map_get(&a->nbd->servers, plug->machine) : NULL;
	enum nbd_reach reach = server ? nbd_daemon_reach(server, a->error, sizeof a->error) : NBD_DEAD;
	enum nbd_gone gone = NBD_GONE;

	if (plug && hard)
		plug->own = plug;
	if (reach == NBD_UP)
		gone = nbd_export_remove(server, plug, hard, a->error, sizeof a->error);
	else if (reach == NBD_UNSURE)
		gone = remove_from_hung(server, fence);
	if (gone == NBD_LEAVING && hard && server->qmp)
		nbd_mirror_cancel(server, plug->disk);
	if (gone == NBD_IN_USE) {
		in_use(a, plug);
	} else if (gone == NBD_LEAVING) {
		reply_pending(a->reply, NBD_AGAIN_MS, "under-way", "the last requests of the server are being waited for");
	} else if (gone == NBD_LOST) {
		unsure(a);
	} else {
		plugs_remove(&a->nbd->plugs, a->call->disk, a->call->attachment);
		reply_done(a->reply);
	}
}

static void (*const acts[DRIVER_ACT_MAX])(struct act *) = {
	[DRIVER_CREATE_DISK] = act_create_disk,
	[DRIVER_DELETE_DISK] = act_delete_disk,
	[DRIVER_CREATE_MACHINE] = act_create_machine,
	[DRIVER_DELETE_MACHINE] = act_delete_machine,
	[DRIVER_POWER_ON] = act_power,
	[DRIVER_POWER_OFF] = act_power,
	[DRIVER_ATTACH] = act_attach,
	[DRIVER_CHECK_IDLE] = act_check_idle,
	[DRIVER_DETACH] = act_detach,
	[DRIVER_FENCE] = act_detach,
	[DRIVER_RESIZE_DISK] = act_resize_disk,
	[DRIVER_MODIFY_DISK] = act_modify_disk,
	[DRIVER_RESTORE_DISK] = act_restore_disk,
	[DRIVER_CREATE_SNAPSHOT] = act_create_snapshot,
	[DRIVER_DELETE_SNAPSHOT] = act_delete_snapshot,
};

static bool ids_are_good(const struct driver_call *call)
{
	const char *const ids[] = { call->machine, call->disk, call->attachment, call->snapshot };
	size_t i;

	for (i = 0; i < COUNT_OF(ids); i++) {
		if (*ids[i] && !nbd_id_is_good(ids[i]))
			return false;
	}
	return true;
}

void nbd_act(struct nbd *nbd, const struct driver_call *call, struct driver_reply *ret)
{
	struct act a = { .nbd = nbd, .call = call, .reply = ret };

	*ret = (struct driver_reply){ .answer = DRIVER_ANSWER_MAX };
	if (!ids_are_good(call)) {
		reply_answer(ret, DRIVER_FAILED, "bad-id", "an id that cannot be the name of a file");
		return;
	}
	a.disk_path = nbd_path(nbd, "disks", call->disk, ".raw");
	a.snapshot_path = nbd_path(nbd, "snapshots", call->snapshot, ".raw");
	acts[call->act](&a);
	free(a.disk_path);
	free(a.snapshot_path);
}
