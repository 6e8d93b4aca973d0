/* Private clouds: their checks and rows. */
#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "core/disk.h"
#include "core/network.h"
#include "core/network_time.h"

struct vpc_facts {
	struct facts facts;
	bool found;
	struct vpc vpc;
	bool cidr_bad, user_cidrs_bad, ipv6;
	const char *address_pool;
	int64_t n_vpcs, n_vswitches, n_groups;
	size_t n_user_cidrs;
};

#define VPC_ROW(name, condition)                                            \
	static bool vpc_##name(const struct work *work, const void *facts_) \
	{                                                                   \
		const struct vpc_facts *f = facts_;                         \
                                                                            \
		(void)work;                                                 \
		return (condition);                                         \
	}

VPC_ROW(unknown, !f->found)
VPC_ROW(pending, f->vpc.ready_at > work->now)
VPC_ROW(ipv6, f->ipv6)
VPC_ROW(pool_unknown, !text_empty(f->address_pool))
VPC_ROW(cidr_bad, f->cidr_bad)
VPC_ROW(user_cidrs_too_many, f->n_user_cidrs > USER_CIDRS_MAX)
VPC_ROW(user_cidrs_bad, f->user_cidrs_bad)
VPC_ROW(too_many, f->n_vpcs >= VPCS_MAX)
VPC_ROW(has_vswitch, f->n_vswitches > 0)
VPC_ROW(has_group, f->n_groups > 0)

bool find_vpc(const struct work *work, const char *id, struct vpc *ret)
{
	struct vpc found;

	if (text_empty(id) || !vpc_get(work->txn, id, &found) || !work_is_callers(work, &found.tenant))
		return false;
	*ret = found;
	return true;
}

/* Blocks that mean something else everywhere (CreateVpc page, CidrBlock). */
static bool is_reserved(struct cidr block)
{
	static const char *const reserved[] = { "100.64.0.0/10", "224.0.0.0/4", "127.0.0.0/8", "169.254.0.0/16" };
	struct cidr other;
	size_t i;

	for (i = 0; i < COUNT_OF(reserved); i++) {
		if (cidr_parse(reserved[i], &other) && cidr_overlaps(other, block))
			return true;
	}
	return false;
}

static bool cidr_fits(const char *text, struct cidr *ret)
{
	return cidr_parse(text, ret) && ret->mask >= VPC_MASK_MIN && ret->mask <= VPC_MASK_MAX && !is_reserved(*ret);
}

static void look_at_user_cidrs(struct work *work, const char *list, struct vpc_facts *f)
{
	while (!text_empty(list)) {
		const char *end = strchrnul(list, ',');
		struct cidr block;

		f->user_cidrs_bad = f->user_cidrs_bad ||
		                    !cidr_parse(arena_text_n(work->arena, list, (size_t)(end - list)), &block);
		f->n_user_cidrs++;
		list = *end ? end + 1 : end;
	}
}

static struct network_filter of_caller(const struct work *work)
{
	struct network_filter filter = NETWORK_FILTER_ANY;

	filter.account = work->caller.tenant.account;
	filter.region = work->caller.tenant.region;
	return filter;
}

/* ---- CreateVpc ---- */

static const struct check create_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ vpc_ipv6, REFUSE_IPV6_UNSUPPORTED, ABOUT_NOTHING },
	{ vpc_pool_unknown, REFUSE_ADDRESS_POOL_UNKNOWN, ABOUT_NOTHING },
	{ vpc_cidr_bad, REFUSE_VPC_CIDR, ABOUT_NOTHING },
	{ vpc_user_cidrs_too_many, REFUSE_USER_CIDR_LIMIT, ABOUT_NOTHING },
	{ vpc_user_cidrs_bad, REFUSE_USER_CIDR, ABOUT_NOTHING },
	{ vpc_too_many, REFUSE_VPC_LIMIT, ABOUT_NOTHING },
};

bool vpc_create(struct work *work, const struct vpc_create_args *args, struct vpc *ret)
{
	struct network_filter filter = of_caller(work);
	struct vpc_facts f = {
		.ipv6 = args->ipv6,
		.address_pool = args->address_pool,
		.n_vpcs = vpc_count(work->txn, &filter),
	};
	const char *cidr = text_empty(args->cidr) ? VPC_CIDR_DEFAULT : args->cidr;
	const char *region = work->caller.tenant.region;
	struct cidr block;

	f.cidr_bad = !cidr_fits(cidr, &block);
	look_at_user_cidrs(work, args->user_cidrs, &f);
	if (!work_check(work, create_checks, COUNT_OF(create_checks), &f))
		return false;
	*ret = (struct vpc){
		.id = mint_id(work, "vpc", region),
		.tenant = work->caller.tenant,
		.name = args->name,
		.description = args->description,
		.cidr = cidr,
		.user_cidrs = args->user_cidrs,
		.router = mint_id(work, "vrt", region),
		.route_table = mint_id(work, "vtb", region),
		.resource_group = args->resource_group,
		.dns_hostnames = args->dns_hostnames,
		.created_at = work->now,
		.ready_at = work->now + network_time(work),
	};
	vpc_put(work->txn, ret);
	tags_put(work, ret->id, args->tags, args->n_tags);
	return true;
}

/* ---- ModifyVpcAttribute ---- */

static const struct check modify_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ vpc_unknown, REFUSE_VPC_UNKNOWN, ABOUT_NOTHING },
	{ vpc_pending, REFUSE_VPC_STATE, ABOUT_NOTHING },
	{ vpc_ipv6, REFUSE_IPV6_UNSUPPORTED, ABOUT_NOTHING },
	{ vpc_cidr_bad, REFUSE_VPC_CIDR, ABOUT_NOTHING },
};

static bool holds_vswitches(struct work *work, const char *vpc, const char *cidr)
{
	struct network_filter filter = { .vpc = vpc, .type = -1 };
	struct vswitch *all;
	size_t n = vswitch_list(work->txn, &filter, NULL, &all);
	struct cidr outer;
	struct cidr inner;
	size_t i;

	if (!cidr_fits(cidr, &outer))
		return false;
	for (i = 0; i < n; i++) {
		if (cidr_parse(all[i].cidr, &inner) && !cidr_contains(outer, inner))
			return false;
	}
	return true;
}

bool vpc_modify(struct work *work, const struct vpc_modify_args *args)
{
	struct vpc_facts f = { .ipv6 = args->ipv6 };

	f.found = find_vpc(work, args->vpc, &f.vpc);
	f.cidr_bad = f.found && !text_empty(args->cidr) && !holds_vswitches(work, args->vpc, args->cidr);
	if (!work_check(work, modify_checks, COUNT_OF(modify_checks), &f))
		return false;
	f.vpc.name = text_or(args->name, f.vpc.name);
	f.vpc.description = text_or(args->description, f.vpc.description);
	if (!text_empty(args->cidr))
		f.vpc.cidr = args->cidr;
	if (args->dns_hostnames_given)
		f.vpc.dns_hostnames = args->dns_hostnames;
	vpc_put(work->txn, &f.vpc);
	return true;
}

/* ---- DeleteVpc ---- */

static const struct check delete_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ vpc_unknown, REFUSE_VPC_UNKNOWN, ABOUT_NOTHING },
	{ vpc_pending, REFUSE_VPC_STATE, ABOUT_NOTHING },
	{ vpc_has_vswitch, REFUSE_VPC_HAS_VSWITCH, ABOUT_NOTHING },
	{ vpc_has_group, REFUSE_VPC_HAS_SECURITY_GROUP, ABOUT_NOTHING },
};

bool vpc_delete(struct work *work, const char *id)
{
	struct network_filter inside = { .vpc = id, .type = -1 };
	struct vpc_facts f = { 0 };

	f.found = find_vpc(work, id, &f.vpc);
	if (f.found) {
		f.n_vswitches = vswitch_count(work->txn, &inside);
		f.n_groups = security_group_count(work->txn, &inside);
	}
	if (!work_check(work, delete_checks, COUNT_OF(delete_checks), &f))
		return false;
	tag_delete_all(work->txn, id);
	vpc_row_delete(work->txn, id);
	return true;
}
