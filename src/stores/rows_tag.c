/* Tags of things of all kinds. */
#include "stores/rows_tag.h"

#include "base/text.h"

static const struct column tag_columns[] = {
	TEXT(tag, resource),
	TEXT(tag, key),
	TEXT(tag, account),
	TEXT(tag, value),
	BOOL(tag, propagate),
};
const struct table tag_table = {
	.name = "tag",
	.columns = tag_columns,
	.n_columns = COUNT_OF(tag_columns),
	.n_key = 2,
	.row_size = sizeof(struct tag),
	.slot = SLOT_TAG_GET,
};

void tag_put(struct txn *txn, const struct tag *tag)
{
	table_put(txn, &tag_table, tag);
}

void tag_delete_all(struct txn *txn, const char *resource)
{
	const struct param params[] = { PARAM_TEXT(resource) };

	table_run(txn, SLOT_TAG_DELETE_ALL, "DELETE FROM tag WHERE resource = $1", params, COUNT_OF(params));
}

size_t tag_list(struct txn *txn, const char *resource, struct tag **ret)
{
	const struct param params[] = { PARAM_TEXT(resource) };
	const struct selection selection = {
		.slot = SLOT_TAG_LIST,
		.rest = "WHERE resource = $1 ORDER BY key",
		.params = params,
		.n_params = COUNT_OF(params),
	};
	size_t n;

	*ret = table_select(txn, &tag_table, &selection, &n);
	return n;
}
