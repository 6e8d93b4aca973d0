#include "core/metadata.h"

#include <string.h>

#include "base/text.h"
#include "base/tree.h"
#include "core/attachment.h"
#include "core/snapshot.h"

static struct tree *read_object(struct arena *arena, const char *text)
{
	const char *error;
	struct tree *tree = text_empty(text) ? NULL : tree_from_json(arena, text, strlen(text), 2, &error);

	return tree && tree->kind == TREE_OBJECT ? tree : NULL;
}

size_t metadata_read(struct arena *arena, const char *text, struct tag **ret)
{
	const struct tree *tree = read_object(arena, text);
	const struct tree *each;
	size_t n = 0;

	*ret = arena_array(arena, struct tag, tree ? tree->n_children : 0);
	for (each = tree ? tree->first : NULL; each; each = each->next) {
		if (each->kind == TREE_TEXT)
			(*ret)[n++] = (struct tag){ .key = each->name, .value = each->value };
	}
	return n;
}

bool metadata_fits(const struct tag *pairs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_empty(pairs[i].key) || text_characters(pairs[i].key) > METADATA_TEXT_MAX ||
		    text_characters(text_or(pairs[i].value, "")) > METADATA_TEXT_MAX)
			return false;
	}
	return n <= METADATA_PAIRS_MAX;
}

const char *metadata_text(struct arena *arena, const struct tag *pairs, size_t n)
{
	struct tree *tree = tree_object(arena, NULL);
	size_t i;

	for (i = 0; i < n; i++)
		tree_add(arena, tree, TREE_TEXT, pairs[i].key, text_or(pairs[i].value, ""));
	return n ? tree_to_json(arena, tree) : "";
}

bool metadata_well_formed(struct arena *arena, const char *text)
{
	const struct tree *tree = read_object(arena, text);
	struct tag *pairs;
	size_t n = metadata_read(arena, text, &pairs);

	return text_empty(text) || (tree && n == tree->n_children && metadata_fits(pairs, n));
}

static size_t place_of(const struct tag *pairs, size_t n, const char *key)
{
	size_t i;

	for (i = 0; i < n && !text_equal(pairs[i].key, key); i++)
		;
	return i;
}

/* What it becomes. */
static bool change_text(struct work *work, const char *old, const struct metadata_change *change, const char **ret)
{
	struct tag *there;
	size_t n = metadata_read(work->arena, change->replace ? "" : old, &there);
	struct tag *pairs = arena_array(work->arena, struct tag, n + change->n_pairs);
	size_t i;

	memcpy(pairs, there, n * sizeof *there);
	if (change->without) {
		i = place_of(pairs, n, change->without);
		if (i == n)
			return work_refuse(work, REFUSE_METADATA_UNKNOWN, change->without);
		memmove(pairs + i, pairs + i + 1, (--n - i) * sizeof *pairs);
	}
	for (i = 0; i < change->n_pairs; i++) {
		size_t at = place_of(pairs, n, change->pairs[i].key);

		pairs[at] = change->pairs[i];
		n += at == n;
	}
	if (!metadata_fits(pairs, n))
		return work_refuse(work, REFUSE_METADATA_LIMIT, change->id);
	*ret = metadata_text(work->arena, pairs, n);
	return true;
}

bool disk_metadata_change(struct work *work, const struct metadata_change *change)
{
	struct disk disk;

	if (!find_disk(work, change->id, &disk))
		return work_refuse(work, REFUSE_DISK_UNKNOWN, change->id);
	if (disk.state == DISK_CREATING || disk.state == DISK_DELETING)
		return work_refuse(work, REFUSE_DISK_STATE, change->id);
	if (!change_text(work, disk.metadata, change, &disk.metadata))
		return false;
	disk_put(work->txn, &disk);
	return true;
}

bool snapshot_metadata_change(struct work *work, const struct metadata_change *change)
{
	struct snapshot snapshot;

	if (!find_snapshot(work, change->id, &snapshot))
		return work_refuse(work, REFUSE_SNAPSHOT_UNKNOWN, change->id);
	if (!change_text(work, snapshot.metadata, change, &snapshot.metadata))
		return false;
	snapshot_put(work->txn, &snapshot);
	return true;
}
