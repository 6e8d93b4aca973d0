#include "api/aliyun/ecs_instance_show.h"

#include <string.h>

#include "base/moment.h"

static const struct field vpc_fields[] = {
	TEXT(struct ecs_vpc_item, vpc, "VpcId"),
	TEXT(struct ecs_vpc_item, vswitch, "VSwitchId"),
	TEXT(struct ecs_vpc_item, nat, "NatIpAddress"),
	TEXTS(struct ecs_vpc_item, private_ips, "PrivateIpAddress", .item = "IpAddress"),
	FIELDS_END,
};
const struct shape ecs_vpc_shape = { sizeof(struct ecs_vpc_item), vpc_fields };

struct texts ecs_split(struct call *call, const char *list)
{
	struct texts texts = { arena_array(call_work_arena(call), const char *, strlen(list) / 2 + 1), 0 };

	while (*list) {
		const char *end = strchrnul(list, ',');

		texts.items[texts.n++] = arena_text_n(call_work_arena(call), list, (size_t)(end - list));
		list = *end ? end + 1 : end;
	}
	return texts;
}

struct ecs_vpc_item ecs_vpc_of(struct call *call, const struct instance *instance)
{
	return (struct ecs_vpc_item){ instance->vpc, instance->vswitch, "", ecs_split(call, instance->private_ip) };
}

const char *ecs_expired_time(struct call *call, const struct instance *instance)
{
	return instance->charge_type == CHARGE_PRE_PAID ? moment_minutes_text(call_work_arena(call), instance->expires_at) :
	                                                  "2099-12-31T15:59Z";
}
