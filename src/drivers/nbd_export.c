#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "drivers/nbd_state.h"

#define NAME_BYTES   12 /* of the hash: names of nodes have 31 characters at most, and ids may be longer */
#define EVENT_MS     10
#define EVENT_LOOKS  5
#define EXPORT_FIRST 'x' /* an export's id begins with a letter, and an attachment's may not */

void nbd_name(char ret[NBD_NAME_SIZE], char kind, const char *id)
{
	struct sha256_ctx context;
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_init(&context);
	sha256_update(&context, strlen(id), (const uint8_t *)id);
	sha256_digest(&context, sizeof digest, digest);
	ret[0] = kind;
	text_hex(digest, NAME_BYTES, ret + 1);
}

/* ---- asking ---- */

static bool list_exports(struct nbd_server *server, json_t **ret, char *error, size_t error_size)
{
	return nbd_daemon_ask(server, "query-block-exports", NULL, ret, error, error_size) == QMP_DONE;
}

/* The attachment that an export is for; NULL: none of ours. */
static const char *attachment_of(const json_t *export)
{
	const char *id = json_string_value(json_object_get(export, "id"));

	return id && id[0] == EXPORT_FIRST ? id + 1 : NULL;
}

static const json_t *find_export(const json_t *exports, const char *attachment)
{
	const json_t *export;
	size_t i;

	json_array_foreach (exports, i, export) {
		if (text_equal(attachment_of(export), attachment))
			return export;
	}
	return NULL;
}

int nbd_export_exists(struct nbd_server *server, const char *attachment, char *error, size_t error_size)
{
	json_auto_t *exports = NULL;
	const json_t *export;

	if (!list_exports(server, &exports, error, error_size))
		return -1;
	export = find_export(exports, attachment);
	return export && !json_is_true(json_object_get(export, "shutting-down"));
}

/* ---- adding ---- */

static json_t *describe_node(const struct plug *plug, const char *node, const char *path)
{
	json_t *file = json_pack("{s:s, s:s, s:s, s:s}", "driver", "file", "filename", path, "locking", "on", "discard", "unmap");

	/* An export lets others write its node, so that QEMU's lock of the file would let another daemon in. This filter, which
	 * does nothing else, does not: of a disk that is not shared the kernel then keeps a second writer away, whoever
	 * it is. */
	if (!plug->shared)
		file = json_pack("{s:s, s:[s, s], s:o}", "driver", "blkdebug", "unshare-child-perms", "write", "resize", "image", file);
	return json_pack("{s:s, s:s, s:s, s:o}", "driver", "raw", "node-name", node, "discard", "unmap", "file", file);
}

static void delete_node(struct nbd_server *server, const char *node)
{
	char ignored[256];

	nbd_daemon_ask(server, "blockdev-del", json_pack("{s:s}", "node-name", node), NULL, ignored, sizeof ignored);
}

enum qmp_outcome nbd_export_add(const struct nbd *nbd, struct nbd_server *server, const struct plug *plug,
                                char *error, size_t error_size)
{
	char node[NBD_NAME_SIZE];
	char *path = nbd_path(nbd, "disks", plug->disk, ".raw");
	char *id = nbd_text("%c%s", EXPORT_FIRST, plug->attachment);
	enum qmp_outcome outcome;

	nbd_name(node, 'v', plug->disk);
	delete_node(server, node); /* an attach that came this far and no further */
	outcome = nbd_daemon_ask(server, "blockdev-add", describe_node(plug, node, path), NULL, error, error_size);
	if (outcome == QMP_DONE) {
		outcome = nbd_daemon_ask(server, "block-export-add",
		                         json_pack("{s:s, s:s, s:s, s:b, s:s}", "type", "nbd", "id", id, "node-name", node,
		                                   "writable", 1, "name", plug->disk),
		                         NULL, error, error_size);
		if (outcome == QMP_ERROR)
			delete_node(server, node);
	}
	free(path);
	free(id);
	return outcome;
}

/* ---- removing ---- */

/* Its clients are gone; the node goes too, so that nothing holds the file any more. */
static enum nbd_gone remove_node(struct nbd_server *server, const char *node, char *error, size_t error_size)
{
	enum qmp_outcome outcome = nbd_daemon_ask(server, "blockdev-del", json_pack("{s:s}", "node-name", node), NULL, error,
	                                          error_size);

	if (outcome == QMP_DONE || (outcome == QMP_ERROR && strstr(error, "Failed to find node")))
		return NBD_GONE;
	/* Its last requests, or a snapshot. */
	return outcome == QMP_ERROR ? NBD_LEAVING : NBD_LOST;
}

/* Usually at once: requests under way are waited for. */
static enum nbd_gone wait_for_end(struct nbd_server *server, const char *attachment, char *error, size_t error_size)
{
	int look;

	for (look = 0; look < EVENT_LOOKS; look++) {
		json_auto_t *exports = NULL;

		if (!list_exports(server, &exports, error, error_size))
			return NBD_LOST;
		if (!find_export(exports, attachment))
			return NBD_GONE;
		qmp_poll(server->qmp, EVENT_MS); /* BLOCK_EXPORT_DELETED */
	}
	return NBD_LEAVING;
}

static enum nbd_gone remove_export(struct nbd_server *server, const char *attachment, bool hard, char *error,
                                   size_t error_size)
{
	json_auto_t *exports = NULL;
	const json_t *export;
	enum qmp_outcome outcome;

	if (!list_exports(server, &exports, error, error_size))
		return NBD_LOST;
	export = find_export(exports, attachment);
	if (!export)
		return NBD_GONE;
	if (!json_is_true(json_object_get(export, "shutting-down"))) {
		char *id = nbd_text("%c%s", EXPORT_FIRST, attachment);

		outcome = nbd_daemon_ask(server, "block-export-del", json_pack("{s:s, s:s}", "id", id, "mode", hard ? "hard" : "safe"),
		                         NULL, error, error_size);
		free(id);
		if (outcome == QMP_ERROR && strstr(error, "in use"))
			return NBD_IN_USE;
		if (outcome != QMP_DONE)
			return NBD_LOST;
	}
	return wait_for_end(server, attachment, error, error_size);
}

enum nbd_gone nbd_export_remove(struct nbd_server *server, const struct plug *plug, bool hard, char *error,
                                size_t error_size)
{
	char node[NBD_NAME_SIZE];
	enum nbd_gone gone = remove_export(server, plug->attachment, hard, error, error_size);

	nbd_name(node, 'v', plug->disk);
	if (gone == NBD_GONE)
		gone = remove_node(server, node, error, error_size);
	return gone;
}

/* ---- what there is and what there should be ---- */

/* Exports that nobody wants, with their nodes. */
static bool remove_strays(struct nbd *nbd, struct nbd_server *server, const json_t *exports, char *error, size_t error_size)
{
	const json_t *export;
	size_t i;

	json_array_foreach (exports, i, export) {
		const char *attachment = attachment_of(export);
		const char *node = json_string_value(json_object_get(export, "node-name"));
		const struct plug *plug = attachment ? plugs_find_anywhere(&nbd->plugs, attachment) : NULL;

		if (!attachment || !node || (plug && !plug->own && text_equal(plug->machine, server->id)))
			continue;
		if (remove_export(server, attachment, true, error, error_size) != NBD_GONE ||
		    remove_node(server, node, error, error_size) != NBD_GONE)
			return false;
	}
	return true;
}

/* Nodes of disks without an export: of an attach that was cut off. They would keep the file from others. */
static bool remove_stray_nodes(struct nbd_server *server, const json_t *exports, char *error, size_t error_size)
{
	json_auto_t *nodes = NULL;
	const json_t *node;
	size_t i;

	if (nbd_daemon_ask(server, "query-named-block-nodes", json_pack("{s:b}", "flat", 1), &nodes, error, error_size) !=
	    QMP_DONE)
		return false;
	json_array_foreach (nodes, i, node) {
		const char *name = text_or(json_string_value(json_object_get(node, "node-name")), "");
		const json_t *export;
		bool used = name[0] != 'v';
		size_t j;

		json_array_foreach (exports, j, export)
			used = used || text_equal(name, json_string_value(json_object_get(export, "node-name")));
		if (!used && remove_node(server, name, error, error_size) == NBD_LOST)
			return false;
	}
	return true;
}

/* The next plug of the server that is to be exported; start with *cursor 0 and NULL. */
static const struct plug *next_wanted(const struct nbd *nbd, const struct nbd_server *server, size_t *cursor,
                                      const struct plug *last)
{
	const struct plug *plug = last ? last->next : NULL;

	for (;;) {
		const struct plug_disk *disk;

		while (plug && (plug->own || !text_equal(plug->machine, server->id)))
			plug = plug->next;
		if (plug)
			return plug;
		disk = map_next(&nbd->plugs.disks, cursor);
		if (!disk)
			return NULL;
		plug = disk->plugs;
	}
}

static bool add_missing(const struct nbd *nbd, struct nbd_server *server, const json_t *exports, char *error,
                        size_t error_size)
{
	const struct plug *plug = NULL;
	size_t cursor = 0;
	bool all = true;

	while ((plug = next_wanted(nbd, server, &cursor, plug))) {
		if (!find_export(exports, plug->attachment))
			all &= nbd_export_add(nbd, server, plug, error, error_size) == QMP_DONE;
	}
	return all;
}

bool nbd_is_wanted(const struct nbd *nbd, const struct nbd_server *server)
{
	size_t cursor = 0;

	return next_wanted(nbd, server, &cursor, NULL) != NULL;
}

bool nbd_reconcile(struct nbd *nbd, struct nbd_server *server, char *error, size_t error_size)
{
	json_auto_t *before = NULL;
	json_auto_t *after = NULL;
	enum nbd_reach reach = nbd_is_wanted(nbd, server) ? nbd_daemon_start(nbd, server, error, error_size) :
	                                                    nbd_daemon_reach(server, error, error_size);

	if (reach != NBD_UP)
		return reach == NBD_DEAD;
	return list_exports(server, &before, error, error_size) && remove_strays(nbd, server, before, error, error_size) &&
	       list_exports(server, &after, error, error_size) && remove_stray_nodes(server, after, error, error_size) &&
	       add_missing(nbd, server, after, error, error_size);
}

bool nbd_daemon_end_all(struct nbd *nbd, struct nbd_server *server, char *error, size_t error_size)
{
	enum nbd_reach reach = nbd_daemon_reach(server, error, error_size);
	struct plug_disk *disk;
	size_t cursor = 0;

	while (reach == NBD_UP && (disk = map_next(&nbd->plugs.disks, &cursor))) {
		struct plug *plug;

		for (plug = disk->plugs; plug; plug = plug->next) {
			if (!text_equal(plug->machine, server->id))
				continue;
			plug->own = plug;
			nbd_mirror_cancel(server, plug->disk);
			nbd_export_remove(server, plug, true, error, error_size);
		}
	}
	return nbd_daemon_end(server, error, error_size) == NBD_DEAD;
}
