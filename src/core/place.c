/* The place of new instances among the networks: which VSwitch, security groups and addresses they get. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/network.h"
#include "core/security_group.h"

static int compare_addresses(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Those of the VSwitch's instances, in order. */
static uint32_t *taken_addresses(struct work *work, const char *vswitch, size_t *ret_n)
{
	struct instance_filter filter = INSTANCE_FILTER_ANY;
	struct instance *instances;
	uint32_t *taken;
	size_t n;
	size_t i;

	filter.vswitch = vswitch;
	n = instance_list(work->txn, &filter, NULL, &instances);
	taken = arena_array(work->arena, uint32_t, n);
	*ret_n = 0;
	for (i = 0; i < n; i++)
		*ret_n += address_parse(instances[i].private_ip, &taken[*ret_n]);
	qsort(taken, *ret_n, sizeof *taken, compare_addresses);
	return taken;
}

/* The lowest addresses that are free; the first may be asked for by name. */
static enum refusal_reason choose_addresses(struct work *work, const struct network_place_args *args, struct cidr block,
                                            const char **ret)
{
	uint32_t wanted = 0;
	uint32_t first = block.base + VSWITCH_RESERVED_FIRST;
	uint32_t last = cidr_last(block) - VSWITCH_RESERVED_LAST;
	size_t n_taken;
	uint32_t *taken = taken_addresses(work, args->vswitch, &n_taken);
	int64_t n = 0;
	uint32_t at;
	size_t i = 0;

	if (!text_empty(args->address)) {
		if (!address_parse(args->address, &wanted))
			return REFUSE_ADDRESS_MALFORMED;
		if (wanted < first || wanted > last)
			return REFUSE_ADDRESS_OUTSIDE;
		if (bsearch(&wanted, taken, n_taken, sizeof *taken, compare_addresses))
			return REFUSE_ADDRESS_TAKEN;
		ret[n++] = args->address;
	}
	for (at = first; at <= last && n < args->amount; at++) {
		while (i < n_taken && taken[i] < at)
			i++;
		if ((i < n_taken && taken[i] == at) || at == wanted)
			continue;
		ret[n++] = address_text(work->arena, at);
	}
	return n < args->amount ? REFUSE_ADDRESSES_EXHAUSTED : REFUSE_NONE;
}

enum refusal_reason security_groups_fit(struct work *work, const struct security_groups_wanted *wanted)
{
	const char *list = text_or(wanted->groups, "");
	size_t n = 0;

	while (*list) {
		const char *end = strchrnul(list, ',');
		const char *id = arena_text_n(work->arena, list, (size_t)(end - list));
		struct security_group group;

		if (!find_security_group(work, id, &group) || !text_equal(group.tenant.region, wanted->region))
			return REFUSE_SECURITY_GROUP_UNKNOWN;
		if (!wanted->vpc)
			return REFUSE_VSWITCH_MISSING;
		if (!text_equal(group.vpc, wanted->vpc))
			return REFUSE_VPC_MISMATCH;
		if (!text_list_has(text_or(wanted->already, ""), id) &&
		    security_group_members(work, id) + wanted->amount > security_group_room(&group))
			return REFUSE_SECURITY_GROUP_FULL;
		n++;
		list = *end ? end + 1 : end;
	}
	return n > INSTANCE_SECURITY_GROUPS_MAX ? REFUSE_SECURITY_GROUPS_TOO_MANY : REFUSE_NONE;
}

static enum refusal_reason look_at_groups(struct work *work, const struct network_place_args *args, const char *vpc)
{
	struct security_groups_wanted wanted = {
		.groups = args->security_groups,
		.region = args->region,
		.vpc = vpc,
		.amount = args->amount,
	};

	return security_groups_fit(work, &wanted);
}

static enum refusal_reason look_at_vswitch(struct work *work, const struct network_place_args *args,
                                           struct vswitch *ret, struct cidr *ret_block)
{
	if (!find_vswitch(work, args->vswitch, ret) || !text_equal(ret->tenant.region, args->region) ||
	    !cidr_parse(ret->cidr, ret_block))
		return REFUSE_VSWITCH_UNKNOWN;
	if (ret->ready_at > work->now)
		return REFUSE_VSWITCH_STATE;
	return text_empty(args->zone) || text_equal(args->zone, ret->zone) ? REFUSE_NONE : REFUSE_VSWITCH_ZONE;
}

struct network_place network_place(struct work *work, const struct network_place_args *args)
{
	struct network_place place = { .vpc = "" };
	struct vswitch vswitch;
	struct cidr block;
	uint32_t address;

	if (text_empty(args->vswitch)) {
		place.refusal = look_at_groups(work, args, NULL);
		if (!place.refusal && !text_empty(args->address) && !address_parse(args->address, &address))
			place.refusal = REFUSE_ADDRESS_MALFORMED;
		return place;
	}
	place.refusal = look_at_vswitch(work, args, &vswitch, &block);
	if (place.refusal)
		return place;
	place.zone = vswitch.zone;
	place.vpc = vswitch.vpc;
	place.refusal = look_at_groups(work, args, vswitch.vpc);
	if (place.refusal)
		return place;
	place.addresses = arena_array(work->arena, const char *, (size_t)args->amount);
	place.refusal = choose_addresses(work, args, block, place.addresses);
	return place;
}
