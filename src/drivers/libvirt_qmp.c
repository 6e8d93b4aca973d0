#include "drivers/libvirt_qmp.h"

#include <errno.h>
#include <jansson.h>
#include <libvirt/libvirt-qemu.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"

#define QMP_ERROR_MAX 160
#define FENCE_AGAIN   (5 * SECOND)
#define DEAD_BYTES    ((json_int_t)1 << 46)

/* The command's reply, to be given back; NULL with libvirt's last error. Takes the reference of `arguments`. */
static json_t *ask(struct lv_act *act, const char *command, json_t *arguments)
{
	json_t *request = json_pack("{s:s}", "execute", command);
	char *text;
	char *result = NULL;
	json_t *reply = NULL;

	if (arguments)
		json_object_set_new(request, "arguments", arguments);
	text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	if (virDomainQemuMonitorCommand(act->domain, text, &result, 0) == 0)
		reply = json_loads(result, 0, NULL);
	free(text);
	free(result);
	return reply;
}

/* True if it was done; false with QEMU's words, "" if it could not be asked. */
static bool tell(struct lv_act *act, const char *command, json_t *arguments, char error[QMP_ERROR_MAX])
{
	json_t *reply = ask(act, command, arguments);
	const char *words = json_string_value(json_object_get(json_object_get(reply, "error"), "desc"));
	bool done = reply && json_object_get(reply, "return");

	snprintf(error, QMP_ERROR_MAX, "%s", text_or(words, ""));
	json_decref(reply);
	return done;
}

/* The node on which the disk stands, and the file or device node beneath it; "" if that is gone. False: not there. */
static bool find_nodes(struct lv_act *act, const char *alias, const char **ret_top, const char **ret_below)
{
	json_t *reply = ask(act, "query-block", NULL);
	json_t *blocks = json_object_get(reply, "return");
	const char *end = arena_printf(&act->arena, "/%s/virtio-backend", alias);
	bool found = false;
	json_t *block;
	size_t i;

	json_array_foreach(blocks, i, block) {
		const char *device = text_or(json_string_value(json_object_get(block, "qdev")), "");
		json_t *inserted = json_object_get(block, "inserted");
		size_t length = strlen(device);

		if (length < strlen(end) || strcmp(device + length - strlen(end), end) != 0 || !inserted)
			continue;
		*ret_top = arena_text(&act->arena, text_or(json_string_value(json_object_get(inserted, "node-name")), ""));
		found = text_equal(json_string_value(json_object_get(inserted, "drv")), "raw");
	}
	json_decref(reply);
	/* libvirt names both after the number that it shows with the disk. */
	*ret_below = "";
	if (found && strlen(*ret_top) > strlen("-format") &&
	    text_equal(*ret_top + strlen(*ret_top) - strlen("-format"), "-format"))
		*ret_below = arena_printf(&act->arena, "%.*s-storage", (int)(strlen(*ret_top) - strlen("-format")), *ret_top);
	return found && **ret_below;
}

static bool contains(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

/* From here there is no way back to "attached": it is tried again, and the guest may let go meanwhile. */
static bool fail(struct lv_act *act, const char *what, const char *error)
{
	reply_pending(act->reply, FENCE_AGAIN, "cannot-fence", "%s: %s", what, *error ? error : virGetLastErrorMessage());
	return false;
}

static json_t *eio(const char *kind)
{
	return json_pack("{s:s,s:s,s:i,s:b,s:b}", "event", "none", "iotype", kind, "errno", EIO, "once", 0, "immediately", 0);
}

/* It fails all that it is asked for, and claims to be as large as any disk: a node may not become smaller than it was. */
static json_t *dead_node(const char *name)
{
	return json_pack("{s:s,s:s,s:{s:s,s:b,s:I},s:[o,o,o,o]}", "driver", "blkdebug", "node-name", name, "image", "driver",
	                 "null-co", "read-zeroes", 1, "size", DEAD_BYTES, "inject-error", eio("read"), eio("write"), eio("flush"),
	                 eio("discard"));
}

bool lv_qmp_cut_off(struct lv_act *act, const struct lv_disk *disk)
{
	/* libvirt counts a machine's disks and never gives a number again; serial numbers may be written with anything. */
	const char *dead = arena_printf(&act->arena, "cleat-dead-%lld", (long long)disk->index);
	char error[QMP_ERROR_MAX];
	const char *top;
	const char *below;

	if (!find_nodes(act, disk->device, &top, &below)) {
		return fail(act, "the disk cannot be cut off from the running machine",
		            "only one that QEMU has as raw can; StopInstance with ForceStop takes it off");
	}
	if (!tell(act, "blockdev-add", dead_node(dead), error) && !contains(error, "uplicate"))
		return fail(act, "the disk cannot be cut off", error);
	if (!tell(act, "blockdev-reopen",
	          json_pack("{s:[{s:s,s:s,s:s}]}", "options", "driver", "raw", "node-name", top, "file", dead), error))
		return fail(act, "the disk cannot be cut off", error);
	/* Only now the image is closed, and its lock free. */
	if (!tell(act, "blockdev-del", json_pack("{s:s}", "node-name", below), error) && !contains(error, "Failed to find node"))
		return fail(act, "the image of the disk cannot be closed", error);
	return true;
}

/* The node's name in QEMU's words, and the one that stands on it, are libvirt's: "libvirt-4-storage" and "libvirt-4-format". */
static void remove_nodes(struct lv_act *act, const char *words)
{
	const char *name = strstr(words, "'libvirt-");
	const char *end = name ? strchr(name + strlen("'libvirt-"), '-') : NULL;
	char ignored[QMP_ERROR_MAX];

	if (!end)
		return;
	name = arena_text_n(&act->arena, name + 1, (size_t)(end - name) - 1);
	tell(act, "blockdev-del", json_pack("{s:s+}", "node-name", name, "-format"), ignored);
	tell(act, "blockdev-del", json_pack("{s:s+}", "node-name", name, "-storage"), ignored);
}

bool lv_qmp_sweep(struct lv_act *act, const char *alias, const char *error)
{
	char ignored[QMP_ERROR_MAX];

	if (contains(error, "Duplicate nodes"))
		remove_nodes(act, error);
	else if (contains(error, "Duplicate device ID"))
		tell(act, "device_del", json_pack("{s:s}", "id", alias), ignored);
	else
		return false;
	return true;
}
