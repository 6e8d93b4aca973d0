/* Rows that are added to the built-in catalogue: instance types and images. */
#include "stores/table.h"

#include "base/text.h"

static const struct column instance_type_columns[] = {
	TEXT(instance_type, id),
	TEXT(instance_type, family),
	INT64(instance_type, cpus),
	INT64(instance_type, memory_mib),
	BOOL(instance_type, hot_unplug),
	BOOL(instance_type, multi_attach),
	INT64(instance_type, max_data_disks),
};
static const struct table instance_type_table = {
	.name = "instance_type",
	.columns = instance_type_columns,
	.n_columns = COUNT_OF(instance_type_columns),
	.n_key = 1,
	.row_size = sizeof(struct instance_type),
	.slot = SLOT_INSTANCE_TYPE_GET,
};

static const struct column image_columns[] = {
	TEXT(image, id),
	TEXT(image, account),
	TEXT(image, name),
	TEXT(image, os_type),
	TEXT(image, os_name),
	TEXT(image, os_name_en),
	INT64(image, size_gib),
	BOOL(image, deleted),
	INT64(image, created_at),
	TEXT(image, path),
	TEXT(image, kernel),
	TEXT(image, initrd),
	TEXT(image, cmdline),
};
static const struct table image_table = {
	.name = "image",
	.columns = image_columns,
	.n_columns = COUNT_OF(image_columns),
	.n_key = 1,
	.row_size = sizeof(struct image),
	.slot = SLOT_IMAGE_GET,
};

bool instance_type_get(struct txn *txn, const char *id, struct instance_type *ret)
{
	return table_get(txn, &instance_type_table, &id, ret);
}

void instance_type_put(struct txn *txn, const struct instance_type *type)
{
	table_put(txn, &instance_type_table, type);
}

void instance_type_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &instance_type_table, &id);
}

size_t instance_type_rows(struct txn *txn, struct instance_type **ret)
{
	const struct selection all = { .slot = SLOT_INSTANCE_TYPE_ROWS, .rest = "ORDER BY id" };
	size_t n;

	*ret = table_select(txn, &instance_type_table, &all, &n);
	return n;
}

bool image_get(struct txn *txn, const char *id, struct image *ret)
{
	return table_get(txn, &image_table, &id, ret);
}

void image_put(struct txn *txn, const struct image *image)
{
	table_put(txn, &image_table, image);
}

void image_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &image_table, &id);
}

size_t image_rows(struct txn *txn, struct image **ret)
{
	const struct selection all = { .slot = SLOT_IMAGE_ROWS, .rest = "ORDER BY id" };
	size_t n;

	*ret = table_select(txn, &image_table, &all, &n);
	return n;
}
