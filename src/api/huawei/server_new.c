#include "api/huawei/server_new.h"

#include "base/text.h"

struct group_in {
	const char *id;
};

struct tag_in {
	const char *key, *value;
};

static const struct field group_fields[] = {
	TEXT(struct group_in, id, "id"),
	FIELDS_END,
};
const struct shape server_group_shape = { sizeof(struct group_in), group_fields };

static const struct field tag_fields[] = {
	TEXT(struct tag_in, key, "key", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 36),
	TEXT(struct tag_in, value, "value", .max = 43),
	FIELDS_END,
};
const struct shape server_tag_shape = { sizeof(struct tag_in), tag_fields };

const char *server_groups_of(struct call *call, const struct items *groups)
{
	const struct group_in *items = groups->items;
	const char *list = "";
	size_t i;

	for (i = 0; i < groups->n; i++)
		list = arena_printf(call_work_arena(call), "%s%s%s", list, i ? "," : "", text_or(items[i].id, ""));
	return list;
}

void server_tags_of(const struct items *tags, struct tag *ret)
{
	const struct tag_in *items = tags->items;
	size_t i;

	for (i = 0; i < tags->n; i++)
		ret[i] = (struct tag){ .key = items[i].key, .value = text_or(items[i].value, "") };
}
