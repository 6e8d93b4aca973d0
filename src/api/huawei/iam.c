#include "api/huawei/iam.h"

#include "base/moment.h"
#include "base/text.h"

static const struct field links_fields[] = {
	TEXT(struct iam_links, none, "next", .flags = FIELD_NULL),
	TEXT(struct iam_links, none, "previous", .flags = FIELD_NULL),
	TEXT(struct iam_links, self, "self"),
	FIELDS_END,
};
const struct shape iam_links_shape = { sizeof(struct iam_links), links_fields };

static const struct field self_fields[] = {
	TEXT(struct iam_links, self, "self"),
	FIELDS_END,
};
const struct shape iam_self_shape = { sizeof(struct iam_links), self_fields };

static const struct field name_fields[] = {
	TEXT(struct iam_name, id, "id"),
	TEXT(struct iam_name, name, "name"),
	FIELDS_END,
};
const struct shape iam_name_shape = { sizeof(struct iam_name), name_fields };

struct iam_links iam_links(struct call *call, const char *path)
{
	return (struct iam_links){ .self = arena_printf(call_work_arena(call), "%s%s", rest_base_url(call), path) };
}

const char *iam_moment(struct arena *arena, int64_t moment)
{
	return arena_printf(arena, "%.23s000Z", moment_millis_text(arena, moment));
}

struct iam_name iam_user_of(struct txn *txn, const struct account *account, const char *holder)
{
	struct principal user;

	if (!text_empty(holder) && principal_get(txn, holder, &user))
		return (struct iam_name){ user.id, user.name };
	return (struct iam_name){ account->id, account->name };
}
