#include "api/aliyun/vpc.h"

#include <string.h>

#include "api/aliyun/ecs_instance_show.h"
#include "base/text.h"

#define OPERATION(name) extern const struct operation vpc_##name;
#include "api/aliyun/vpc_operations.def"
#undef OPERATION

static const struct operation *const operations[] = {
#define OPERATION(name) &vpc_##name,
#include "api/aliyun/vpc_operations.def"
#undef OPERATION
	NULL,
};

const struct product product_vpc = {
	.name = "vpc",
	.title = "Vpc",
	.version = VPC_VERSION,
	.operations = operations,
};

static const struct error_row bad_tag_key = { REFUSE_FIELD, 400, "InvalidTagKey", "The specified tag key is invalid.",
	                                      NULL };
static const struct error_row bad_tag_value = { REFUSE_FIELD, 400, "InvalidTagValue",
	                                        "The specified tag value is invalid.", NULL };

static const struct field tag_in_fields[] = {
	TEXT(struct rpc_tag, key, "Key", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 128, .bad = &bad_tag_key),
	TEXT(struct rpc_tag, value, "Value", .max = 128, .bad = &bad_tag_value),
	FIELDS_END,
};
const struct shape vpc_tag_in_shape = { sizeof(struct rpc_tag), tag_in_fields };

static const struct field tag_fields[] = {
	TEXT(struct rpc_tag, key, "Key"),
	TEXT(struct rpc_tag, value, "Value"),
	FIELDS_END,
};
const struct shape vpc_tag_shape = { sizeof(struct rpc_tag), tag_fields };

bool vpc_text_check(struct call *call, const char *text, const struct error_row *bad)
{
	if (!text_starts(text_or(text, ""), "http://") && !text_starts(text_or(text, ""), "https://"))
		return true;
	call->refusal = (struct refusal){ .reason = REFUSE_FIELD, .row = bad };
	return false;
}

const char **vpc_ids(struct call *call, const char *list, size_t *ret_n)
{
	struct texts ids = ecs_split(call, text_or(list, ""));

	*ret_n = ids.n;
	return ids.n ? ids.items : NULL;
}

const char *vpc_state(const struct call *call, int64_t ready_at)
{
	return ready_at > call->work.now ? "Pending" : "Available";
}

int64_t vpc_owner(const char *account)
{
	int64_t number = 0;

	text_to_int64(account, &number);
	return number;
}
