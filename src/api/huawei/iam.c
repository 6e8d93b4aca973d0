#include "api/huawei/iam.h"

static const struct field links_fields[] = {
	TEXT(struct iam_links, none, "next", .flags = FIELD_NULL),
	TEXT(struct iam_links, none, "previous", .flags = FIELD_NULL),
	TEXT(struct iam_links, self, "self"),
	FIELDS_END,
};
const struct shape iam_links_shape = { sizeof(struct iam_links), links_fields };

static const struct field self_fields[] = { TEXT(struct iam_links, self, "self"), FIELDS_END };
const struct shape iam_self_shape = { sizeof(struct iam_links), self_fields };

struct iam_links iam_links(struct call *call, const char *path)
{
	return (struct iam_links){ .self = arena_printf(call_work_arena(call), "%s%s", rest_base_url(call), path) };
}
