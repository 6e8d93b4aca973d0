/* Switches: their checks, their rows, and how many of their addresses are free. */
#include "base/text.h"
#include "core/catalogue.h"
#include "core/disk.h"
#include "core/network.h"
#include "core/network_time.h"

struct vswitch_facts {
	struct facts facts;
	bool found, vpc_found, zone_known;
	struct vswitch vswitch;
	struct vpc vpc;
	bool cidr_bad;
	struct cidr block, outer;
	bool overlaps;
	int64_t n_vswitches, n_instances;
};

#define VSWITCH_ROW(name, condition)                                            \
	static bool vswitch_##name(const struct work *work, const void *facts_) \
	{                                                                       \
		const struct vswitch_facts *f = facts_;                         \
                                                                                \
		(void)work;                                                     \
		return (condition);                                             \
	}

VSWITCH_ROW(unknown, !f->found)
VSWITCH_ROW(pending, f->vswitch.ready_at > work->now)
VSWITCH_ROW(in_use, f->n_instances > 0)
VSWITCH_ROW(vpc_unknown, !f->vpc_found)
VSWITCH_ROW(vpc_pending, f->vpc.ready_at > work->now)
VSWITCH_ROW(zone_unknown, !f->zone_known)
VSWITCH_ROW(cidr_bad, f->cidr_bad)
VSWITCH_ROW(mask_bad, f->block.mask < VSWITCH_MASK_MIN || f->block.mask > VSWITCH_MASK_MAX)
VSWITCH_ROW(outside, !cidr_contains(f->outer, f->block))
VSWITCH_ROW(overlaps, f->overlaps)
VSWITCH_ROW(too_many, f->n_vswitches >= VSWITCHES_MAX)

bool find_vswitch(const struct work *work, const char *id, struct vswitch *ret)
{
	struct vswitch found;

	if (text_empty(id) || !vswitch_get(work->txn, id, &found) || !work_is_callers(work, &found.tenant))
		return false;
	*ret = found;
	return true;
}

static int64_t count_instances(const struct work *work, const char *vswitch)
{
	struct instance_filter filter = INSTANCE_FILTER_ANY;

	filter.vswitch = vswitch;
	return instance_count(work->txn, &filter);
}

int64_t vswitch_free(const struct work *work, const struct vswitch *vswitch)
{
	struct cidr block;

	if (!cidr_parse(vswitch->cidr, &block))
		return 0;
	return cidr_size(block) - VSWITCH_RESERVED_FIRST - VSWITCH_RESERVED_LAST - count_instances(work, vswitch->id);
}

/* ---- CreateVSwitch ---- */

static const struct check create_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ vswitch_vpc_unknown, REFUSE_VPC_UNKNOWN, ABOUT_NOTHING },
	{ vswitch_vpc_pending, REFUSE_VPC_STATE, ABOUT_NOTHING },
	{ vswitch_zone_unknown, REFUSE_ZONE_UNKNOWN, ABOUT_NOTHING },
	{ vswitch_cidr_bad, REFUSE_VSWITCH_CIDR, ABOUT_NOTHING },
	{ vswitch_mask_bad, REFUSE_VSWITCH_CIDR_MASK, ABOUT_NOTHING },
	{ vswitch_outside, REFUSE_VSWITCH_CIDR_OUTSIDE, ABOUT_NOTHING },
	{ vswitch_overlaps, REFUSE_VSWITCH_CIDR_OVERLAPS, ABOUT_NOTHING },
	{ vswitch_too_many, REFUSE_VSWITCH_LIMIT, ABOUT_NOTHING },
};

static struct vswitch_facts create_find(struct work *work, const struct vswitch_create_args *args)
{
	struct network_filter filter = { .vpc = args->vpc, .type = -1 };
	struct vswitch_facts f = { 0 };
	struct vswitch *others;
	struct cidr other;
	size_t i;

	f.vpc_found = find_vpc(work, args->vpc, &f.vpc);
	if (!f.vpc_found)
		return f;
	f.zone_known = zone_known(region_find(work_realm(work), f.vpc.tenant.region), args->zone);
	f.cidr_bad = !cidr_parse(args->cidr, &f.block) || !cidr_parse(f.vpc.cidr, &f.outer);
	f.n_vswitches = (int64_t)vswitch_list(work->txn, &filter, NULL, &others);
	for (i = 0; i < (size_t)f.n_vswitches; i++)
		f.overlaps = f.overlaps || (cidr_parse(others[i].cidr, &other) && cidr_overlaps(other, f.block));
	return f;
}

bool vswitch_create(struct work *work, const struct vswitch_create_args *args, const char **ret_id)
{
	struct vswitch_facts f = create_find(work, args);
	struct vswitch vswitch;

	if (!work_check(work, create_checks, COUNT_OF(create_checks), &f))
		return false;
	vswitch = (struct vswitch){
		.id = mint_id(work, "vsw", f.vpc.tenant.region),
		.tenant = f.vpc.tenant,
		.vpc = f.vpc.id,
		.zone = args->zone,
		.name = args->name,
		.description = args->description,
		.cidr = args->cidr,
		.resource_group = f.vpc.resource_group,
		.created_at = work->now,
		.ready_at = work->now + network_time(work),
	};
	vswitch_put(work->txn, &vswitch);
	tags_put(work, vswitch.id, args->tags, args->n_tags);
	*ret_id = vswitch.id;
	return true;
}

/* ---- ModifyVSwitchAttribute ---- */

static const struct check modify_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ vswitch_unknown, REFUSE_VSWITCH_UNKNOWN, ABOUT_NOTHING },
};

bool vswitch_modify(struct work *work, const struct vswitch_modify_args *args)
{
	struct vswitch_facts f = { 0 };

	f.found = find_vswitch(work, args->vswitch, &f.vswitch);
	if (!work_check(work, modify_checks, COUNT_OF(modify_checks), &f))
		return false;
	f.vswitch.name = text_or(args->name, f.vswitch.name);
	f.vswitch.description = text_or(args->description, f.vswitch.description);
	vswitch_put(work->txn, &f.vswitch);
	return true;
}

/* ---- DeleteVSwitch ---- */

static const struct check delete_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ vswitch_unknown, REFUSE_VSWITCH_UNKNOWN, ABOUT_NOTHING },
	{ vswitch_pending, REFUSE_VSWITCH_STATE, ABOUT_NOTHING },
	{ vswitch_in_use, REFUSE_VSWITCH_IN_USE, ABOUT_NOTHING },
};

bool vswitch_delete(struct work *work, const char *id)
{
	struct vswitch_facts f = { 0 };

	f.found = find_vswitch(work, id, &f.vswitch);
	f.n_instances = f.found ? count_instances(work, id) : 0;
	if (!work_check(work, delete_checks, COUNT_OF(delete_checks), &f))
		return false;
	tag_delete_all(work->txn, id);
	vswitch_row_delete(work->txn, id);
	return true;
}
