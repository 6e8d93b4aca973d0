/* Disks and snapshots: volumes of the pool, raw and sparse. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/moment.h"
#include "base/text.h"
#include "drivers/libvirt_driver.h"

#define GIB ((unsigned long long)1 << 30)

static virStoragePoolPtr pool_of(struct lv_act *act)
{
	virStoragePoolPtr pool = virStoragePoolLookupByName(act->connection, act->lv->settings.pool);

	/* After a restart of the daemon one without autostart is there, and off. */
	if (pool && virStoragePoolIsActive(pool) == 0)
		virStoragePoolCreate(pool, 0);
	if (!pool)
		lv_failed(act, "the storage pool cannot be used");
	return pool;
}

virStorageVolPtr lv_volume(struct lv_act *act, const char *name, bool *ret_missing)
{
	virStoragePoolPtr pool = pool_of(act);
	virStorageVolPtr volume;

	*ret_missing = false;
	if (!pool)
		return NULL;
	volume = virStorageVolLookupByName(pool, name);
	*ret_missing = !volume && virGetLastError() && virGetLastError()->code == VIR_ERR_NO_STORAGE_VOL;
	if (!volume && !*ret_missing)
		lv_failed(act, "the volume cannot be looked up");
	virStoragePoolFree(pool);
	return volume;
}

/* False, answered, if it cannot be removed. */
static bool remove_volume(struct lv_act *act, const char *name)
{
	bool missing;
	virStorageVolPtr volume = lv_volume(act, name, &missing);
	bool removed = missing;

	if (!volume)
		return removed;
	removed = virStorageVolDelete(volume, 0) == 0;
	if (!removed)
		lv_failed(act, "the volume cannot be removed");
	virStorageVolFree(volume);
	return removed;
}

static virStorageVolPtr create_volume(struct lv_act *act, const char *xml, virStorageVolPtr from)
{
	virStoragePoolPtr pool = pool_of(act);
	virStorageVolPtr volume = NULL;

	if (!pool)
		return NULL;
	volume = from ? virStorageVolCreateXMLFrom(pool, xml, from, 0) : virStorageVolCreateXML(pool, xml, 0);
	if (!volume)
		lv_failed(act, "the volume cannot be made");
	virStoragePoolFree(pool);
	return volume;
}

/* ---- content ---- */

struct upload {
	int file;
	off_t at;
};

static int upload_read(virStreamPtr stream, char *data, size_t size, void *context)
{
	struct upload *upload = context;
	ssize_t n = read(upload->file, data, size);

	(void)stream;
	if (n > 0)
		upload->at += n;
	return (int)n;
}

/* Whether data follows, and how many bytes of it or of nothing. */
static int upload_hole(virStreamPtr stream, int *ret_data, long long *ret_length, void *context)
{
	struct upload *upload = context;
	off_t data = lseek(upload->file, upload->at, SEEK_DATA);
	off_t end = lseek(upload->file, 0, SEEK_END);
	off_t hole;

	(void)stream;
	if (data < 0)
		data = errno == ENXIO ? end : upload->at; /* a file system that knows no holes has none */
	*ret_data = data == upload->at && upload->at < end;
	hole = *ret_data ? lseek(upload->file, upload->at, SEEK_HOLE) : data;
	*ret_length = (hole < 0 ? end : hole) - upload->at;
	return lseek(upload->file, upload->at, SEEK_SET) < 0 ? -1 : 0;
}

static int upload_skip(virStreamPtr stream, long long length, void *context)
{
	struct upload *upload = context;

	(void)stream;
	upload->at += length;
	return lseek(upload->file, upload->at, SEEK_SET) < 0 ? -1 : 0;
}

/* The bytes of the image's file into the volume. */
static bool upload_image(struct lv_act *act, virStorageVolPtr volume)
{
	struct upload upload = { .file = open(act->call->image_path, O_RDONLY | O_CLOEXEC) };
	virStreamPtr stream;
	struct stat size;
	bool sent;

	if (upload.file < 0 || fstat(upload.file, &size) != 0) {
		reply_answer(act->reply, DRIVER_FAILED, "no-such-image", "the file of the image %s cannot be read: %s: %s",
		             act->call->image, act->call->image_path, strerror(errno));
		if (upload.file >= 0)
			close(upload.file);
		return false;
	}
	stream = virStreamNew(act->connection, 0);
	sent = stream &&
	       virStorageVolUpload(volume, stream, 0, (unsigned long long)size.st_size,
	                           VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM) == 0 &&
	       virStreamSparseSendAll(stream, upload_read, upload_hole, upload_skip, &upload) == 0 &&
	       virStreamFinish(stream) == 0 &&
	       /* It is as large as what was written to it now. */
	       virStorageVolResize(volume, (unsigned long long)act->call->size_gib * GIB, 0) == 0;
	if (!sent)
		lv_failed(act, "the image cannot be written to the volume");
	if (stream)
		virStreamFree(stream);
	close(upload.file);
	return sent;
}

static const char *part_name(struct lv_act *act, const char *name)
{
	return arena_printf(&act->arena, "%s.part", name);
}

/* A volume of that name beside the one that is being filled says that this is not whole yet. */
static bool mark_part(struct lv_act *act, const char *name)
{
	const char *xml = arena_printf(&act->arena, "<volume><name>%s</name><capacity>0</capacity></volume>",
	                               part_name(act, name));
	bool missing;
	virStorageVolPtr mark = lv_volume(act, part_name(act, name), &missing);

	if (!mark && missing)
		mark = create_volume(act, xml, NULL);
	if (mark)
		virStorageVolFree(mark);
	return mark != NULL;
}

/* What was begun and not ended, by a server that was killed, is begun anew. */
static bool remove_part(struct lv_act *act, const char *name)
{
	bool missing;
	virStorageVolPtr mark = lv_volume(act, part_name(act, name), &missing);

	if (!mark)
		return missing;
	virStorageVolFree(mark);
	return remove_volume(act, name) && remove_volume(act, part_name(act, name));
}

/* A new volume with what the call says: the snapshot, the image, or nothing. */
static bool fill_new(struct lv_act *act, const char *name)
{
	const char *xml = lv_volume_xml(&act->arena, name, act->call->size_gib);
	bool copies = *act->call->snapshot || !text_empty(act->call->image_path);
	virStorageVolPtr from = NULL;
	virStorageVolPtr volume;
	bool missing;
	bool filled;

	if (*act->call->snapshot) {
		from = lv_volume(act, act->call->snapshot, &missing);
		if (!from && missing)
			reply_answer(act->reply, DRIVER_FAILED, "no-such-snapshot", "the snapshot does not exist");
		if (!from)
			return false;
	}
	if (copies && !mark_part(act, name)) {
		if (from)
			virStorageVolFree(from);
		return false;
	}
	volume = create_volume(act, xml, from);
	filled = volume && (from || text_empty(act->call->image_path) || upload_image(act, volume));
	if (volume)
		virStorageVolFree(volume);
	if (from)
		virStorageVolFree(from);
	return filled && (!copies || remove_volume(act, part_name(act, name)));
}

void lv_create_disk(struct lv_act *act)
{
	virStorageVolPtr volume;
	bool missing;

	if (!remove_part(act, act->call->disk))
		return;
	volume = lv_volume(act, act->call->disk, &missing);
	if (volume)
		virStorageVolFree(volume);
	if (volume || (missing && fill_new(act, act->call->disk)))
		reply_done(act->reply);
}

void lv_delete_disk(struct lv_act *act)
{
	struct plug_disk *disk;
	bool plugged;

	pthread_mutex_lock(&act->lv->lock);
	disk = plugs_disk(&act->lv->plugs, act->call->disk);
	plugged = disk && disk->plugs;
	pthread_mutex_unlock(&act->lv->lock);
	if (plugged)
		reply_answer(act->reply, DRIVER_REFUSED, "attached", "the disk is attached to a machine");
	else if (remove_part(act, act->call->disk) && remove_volume(act, act->call->disk))
		reply_done(act->reply);
}

/* ---- disks that machines have ---- */

static const char *machine_with(struct lv_act *act, const char *disk, size_t number, const char **ret_attachment)
{
	const struct plug_disk *found;
	const struct plug *plug;
	const char *machine = NULL;

	pthread_mutex_lock(&act->lv->lock);
	found = plugs_disk(&act->lv->plugs, disk);
	for (plug = found ? found->plugs : NULL; plug && number; plug = plug->next)
		number--;
	if (plug) {
		machine = arena_text(&act->arena, plug->machine);
		*ret_attachment = arena_text(&act->arena, plug->attachment);
	}
	pthread_mutex_unlock(&act->lv->lock);
	return machine;
}

bool lv_is_powered(struct lv_act *act, const char *disk, virDomainPtr *ret_domain, const char **ret_target, bool *ret_failed)
{
	const struct driver_call *call = act->call;
	const char *attachment;
	const char *machine;
	bool powered = false;
	size_t i;

	*ret_failed = false;
	for (i = 0; !powered && !*ret_failed && (machine = machine_with(act, disk, i, &attachment)); i++) {
		struct driver_call other = *call;
		const char *alias = lv_alias(&act->arena, attachment);
		const struct lv_disk *here;
		bool missing = false;

		other.machine = machine;
		act->call = &other;
		*ret_failed = !lv_read_machine(act, &missing) && !missing;
		act->call = call;
		here = !missing && !*ret_failed && alias ? lv_domain_disk(&act->live, alias) : NULL;
		powered = here != NULL;
		if (powered && ret_domain) {
			*ret_domain = act->domain;
			*ret_target = here->target;
			virDomainRef(act->domain);
		}
	}
	return powered;
}

static virStorageVolPtr must_have_disk(struct lv_act *act)
{
	bool missing;
	virStorageVolPtr volume = lv_volume(act, act->call->disk, &missing);

	if (!volume && missing)
		reply_answer(act->reply, DRIVER_FAILED, "no-such-disk", "the disk does not exist");
	return volume;
}

static void grow(struct lv_act *act, virStorageVolPtr volume)
{
	unsigned long long bytes = (unsigned long long)act->call->size_gib * GIB;
	virDomainPtr domain = NULL;
	virStorageVolInfo info;
	const char *target;
	bool failed;
	bool grown;

	if (virStorageVolGetInfo(volume, &info) < 0) {
		lv_failed(act, "the size of the volume cannot be read");
		return;
	}
	if (info.capacity >= bytes) {
		reply_done(act->reply);
		return;
	}
	if (lv_is_powered(act, act->call->disk, &domain, &target, &failed)) {
		/* QEMU grows the file, and tells its guest. */
		grown = virDomainBlockResize(domain, target, bytes, VIR_DOMAIN_BLOCK_RESIZE_BYTES) == 0;
		virDomainFree(domain);
	} else if (failed) {
		return;
	} else {
		grown = virStorageVolResize(volume, bytes, 0) == 0;
	}
	if (grown)
		reply_done(act->reply);
	else
		lv_failed(act, "the volume cannot be made larger");
}

void lv_resize_disk(struct lv_act *act)
{
	virStorageVolPtr volume = must_have_disk(act);

	if (!volume)
		return;
	grow(act, volume);
	virStorageVolFree(volume);
}

/* A volume is as fast as its pool, whatever the disk is called. */
void lv_modify_disk(struct lv_act *act)
{
	virStorageVolPtr volume = must_have_disk(act);

	if (!volume)
		return;
	virStorageVolFree(volume);
	reply_done(act->reply);
}

static bool refuse_powered(struct lv_act *act)
{
	bool failed;

	if (lv_is_powered(act, act->call->disk, NULL, NULL, &failed)) {
		reply_answer(act->reply, DRIVER_REFUSED, "powered",
		             "a machine that is on can write the disk: stop it, or detach the disk");
		return true;
	}
	return failed;
}

/* Answered if not. One that is just being put back, by a server that was killed, may be missing. */
static bool can_be_restored(struct lv_act *act)
{
	bool missing = false;
	virStorageVolPtr volume = lv_volume(act, part_name(act, act->call->disk), &missing);

	if (!volume && missing)
		volume = must_have_disk(act);
	if (volume && *act->call->snapshot) {
		virStorageVolFree(volume);
		volume = lv_volume(act, act->call->snapshot, &missing);
		if (!volume && missing)
			reply_answer(act->reply, DRIVER_FAILED, "no-such-snapshot", "the snapshot does not exist");
	}
	if (volume)
		virStorageVolFree(volume);
	return volume && !refuse_powered(act);
}

/* The volume is another afterwards; machines name it, not its file. */
void lv_restore_disk(struct lv_act *act)
{
	const char *name = act->call->disk;

	if (can_be_restored(act) && mark_part(act, name) && remove_volume(act, name) && fill_new(act, name) &&
	    remove_volume(act, part_name(act, name)))
		reply_done(act->reply);
}

/* ---- snapshots ---- */

void lv_create_snapshot(struct lv_act *act)
{
	const char *name = act->call->snapshot;
	virStorageVolPtr snapshot = NULL;
	virStorageVolPtr disk;
	virStorageVolInfo info;
	bool missing = false;

	if (!remove_part(act, name))
		return;
	snapshot = lv_volume(act, name, &missing);
	if (snapshot || !missing) {
		if (snapshot) {
			virStorageVolFree(snapshot);
			reply_done(act->reply);
		}
		return;
	}
	disk = must_have_disk(act);
	if (!disk)
		return;
	if (virStorageVolGetInfo(disk, &info) < 0) {
		lv_failed(act, "the size of the volume cannot be read");
	} else if (!refuse_powered(act) && mark_part(act, name)) {
		snapshot = create_volume(act, lv_volume_xml(&act->arena, name, (int64_t)((info.capacity + GIB - 1) / GIB)), disk);
		if (snapshot && remove_volume(act, part_name(act, name)))
			reply_done(act->reply);
		if (snapshot)
			virStorageVolFree(snapshot);
	}
	virStorageVolFree(disk);
}

void lv_delete_snapshot(struct lv_act *act)
{
	if (remove_part(act, act->call->snapshot) && remove_volume(act, act->call->snapshot))
		reply_done(act->reply);
}
