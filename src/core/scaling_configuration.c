/* Scaling configurations: made, changed, and instances made by them. */
#include <string.h>

#include "base/text.h"
#include "base/tree.h"
#include "core/catalogue.h"
#include "core/instance.h"
#include "core/scaling.h"
#include "core/security_group.h"
#include "core/tagging.h"

struct configuration_facts {
	struct facts facts;
	bool group_found, found;
	struct scaling_group group;
	bool name_taken;
	int64_t n_configurations;
	bool image_unknown, type_unknown, group_unknown, group_apart;
	bool snapshot_unknown; /* facts.snapshot_id is the first */
};

#define CONFIGURATION_ROW(name, condition)                                            \
	static bool configuration_##name(const struct work *work, const void *facts_) \
	{                                                                             \
		const struct configuration_facts *f = facts_;                         \
                                                                                      \
		(void)work;                                                           \
		return (condition);                                                   \
	}

CONFIGURATION_ROW(of_no_group, !f->group_found)
CONFIGURATION_ROW(name_taken, f->name_taken)
CONFIGURATION_ROW(too_many, f->n_configurations >= SCALING_CONFIGURATIONS_MAX)
CONFIGURATION_ROW(image_unknown, f->image_unknown)
CONFIGURATION_ROW(type_unknown, f->type_unknown)
CONFIGURATION_ROW(group_unknown, f->group_unknown)
CONFIGURATION_ROW(group_apart, f->group_apart)
CONFIGURATION_ROW(snapshot_unknown, f->snapshot_unknown)

static const struct check create_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ configuration_of_no_group, REFUSE_SCALING_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ configuration_name_taken, REFUSE_SCALING_CONFIGURATION_NAME, ABOUT_NOTHING },
	{ configuration_too_many, REFUSE_SCALING_CONFIGURATION_LIMIT, ABOUT_NOTHING },
	{ configuration_image_unknown, REFUSE_IMAGE_UNKNOWN, ABOUT_NOTHING },
	{ configuration_type_unknown, REFUSE_INSTANCE_TYPE_UNKNOWN, ABOUT_NOTHING },
	{ configuration_group_unknown, REFUSE_SECURITY_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ configuration_group_apart, REFUSE_VPC_MISMATCH, ABOUT_NOTHING },
	{ configuration_snapshot_unknown, REFUSE_SNAPSHOT_UNKNOWN, ABOUT_SNAPSHOT },
};

bool find_scaling_configuration(const struct work *work, const char *id, struct scaling_configuration *ret)
{
	struct scaling_configuration found;

	if (text_empty(id) || !scaling_configuration_get(work->txn, id, &found) || !work_is_callers(work, &found.tenant))
		return false;
	*ret = found;
	return true;
}

/* A group that has no VPC tells none apart. */
static void look_at_security_groups(struct work *work, const char *list, struct configuration_facts *f)
{
	struct security_group group;
	const char *one;

	while ((one = text_list_next(work->arena, &list))) {
		if (!find_security_group(work, one, &group))
			f->group_unknown = true;
		else if (!text_empty(f->group.vpc) && !text_equal(group.vpc, f->group.vpc))
			f->group_apart = true;
	}
}

static void look_at_snapshots(struct work *work, const struct scaling_configuration_args *args, struct configuration_facts *f)
{
	struct snapshot snapshot;
	size_t i;

	for (i = 0; i < args->n_disks && !f->snapshot_unknown; i++) {
		const char *id = args->disks[i].snapshot;

		if (text_empty(id) || find_snapshot(work, id, &snapshot))
			continue;
		f->snapshot_unknown = true;
		f->facts.snapshot_id = id;
	}
}

/* Those of the configuration in the group of `f`. */
static void find_parts(struct work *work, const struct scaling_configuration_args *args, struct configuration_facts *f)
{
	const struct scaling_configuration *c = &args->configuration;
	const struct image *image = image_find(work, c->image);
	const char *list = text_or(c->types, "");
	const char *one;

	f->image_unknown = !image || image->deleted;
	while ((one = text_list_next(work->arena, &list)))
		f->type_unknown = f->type_unknown || !instance_type_find(work, one);
	look_at_security_groups(work, text_or(c->security_groups, ""), f);
	look_at_snapshots(work, args, f);
}

static struct configuration_facts create_find(struct work *work, const struct scaling_configuration_args *args)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;
	struct configuration_facts f = { 0 };

	f.group_found = find_scaling_group(work, args->configuration.scaling_group, &f.group);
	if (!f.group_found)
		return f;
	filter.scaling_group = f.group.id;
	f.n_configurations = scaling_configuration_count(work->txn, &filter);
	filter.names = &args->configuration.name;
	filter.n_names = text_empty(args->configuration.name) ? 0 : 1;
	f.name_taken = filter.n_names && scaling_configuration_count(work->txn, &filter) != 0;
	find_parts(work, args, &f);
	return f;
}

bool scaling_configuration_create(struct work *work, const struct scaling_configuration_args *args, const char **ret_id)
{
	struct configuration_facts f = create_find(work, args);
	struct scaling_configuration configuration = args->configuration;
	size_t i;

	if (!work_check(work, create_checks, COUNT_OF(create_checks), &f))
		return false;
	configuration.id = mint_id(work, "asc", f.group.tenant.region);
	configuration.tenant = f.group.tenant;
	configuration.created_at = configuration.modified_at = work->now;
	if (text_empty(configuration.name))
		configuration.name = configuration.id;
	if (text_empty(configuration.types))
		configuration.types = instance_type_default(work);
	scaling_configuration_put(work->txn, &configuration);
	for (i = 0; i < args->n_disks; i++) {
		struct scaling_disk disk = args->disks[i];

		disk.configuration = configuration.id;
		disk.position = (int64_t)i;
		disk.account = configuration.tenant.account;
		scaling_disk_put(work->txn, &disk);
	}
	*ret_id = configuration.id;
	return true;
}

/* ---- ModifyScalingConfiguration ---- */

CONFIGURATION_ROW(absent, !f->found)

static const struct check modify_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ configuration_absent, REFUSE_SCALING_CONFIGURATION_UNKNOWN, ABOUT_NOTHING },
	{ configuration_name_taken, REFUSE_SCALING_CONFIGURATION_NAME, ABOUT_NOTHING },
	{ configuration_image_unknown, REFUSE_IMAGE_UNKNOWN, ABOUT_NOTHING },
	{ configuration_type_unknown, REFUSE_INSTANCE_TYPE_UNKNOWN, ABOUT_NOTHING },
	{ configuration_group_unknown, REFUSE_SECURITY_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ configuration_group_apart, REFUSE_VPC_MISMATCH, ABOUT_NOTHING },
	{ configuration_snapshot_unknown, REFUSE_SNAPSHOT_UNKNOWN, ABOUT_SNAPSHOT },
};

/* Where each text of a configuration, or of its system disk, stands in its struct. */
#define TEXT_OF(m)      offsetof(struct scaling_configuration, m)
#define DISK_TEXT_OF(m) offsetof(struct scaling_disk, m)
static const size_t texts[] = {
	TEXT_OF(name),        TEXT_OF(image),         TEXT_OF(image_name), TEXT_OF(types),     TEXT_OF(instance_name),
	TEXT_OF(instance_description), TEXT_OF(host_name), TEXT_OF(security_groups), TEXT_OF(key_pair), TEXT_OF(user_data),
	TEXT_OF(ram_role),    TEXT_OF(tags),          TEXT_OF(resource_group), TEXT_OF(internet_charge_type),
	TEXT_OF(spot_strategy), TEXT_OF(zone),
};
static const size_t disk_texts[] = {
	DISK_TEXT_OF(category), DISK_TEXT_OF(performance_level), DISK_TEXT_OF(name), DISK_TEXT_OF(description),
	DISK_TEXT_OF(kms_key),  DISK_TEXT_OF(auto_snapshot_policy),
};

static void keep_texts(void *to, const void *from, const size_t *offsets, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const char **text = (const char **)((char *)to + offsets[i]);

		if (text_empty(*text))
			*text = *(const char *const *)((const char *)from + offsets[i]);
	}
}

static struct scaling_configuration merged(const struct scaling_configuration *old,
                                           const struct scaling_configuration_args *args)
{
	struct scaling_configuration next = args->configuration;

	keep_texts(&next, old, texts, COUNT_OF(texts));
	next.tenant = old->tenant;
	next.scaling_group = old->scaling_group;
	next.created_at = old->created_at;
	next.weight = args->keeps_weight ? old->weight : next.weight;
	next.internet_max_bandwidth_in = args->keeps_bandwidth_in ? old->internet_max_bandwidth_in : next.internet_max_bandwidth_in;
	next.internet_max_bandwidth_out =
		args->keeps_bandwidth_out ? old->internet_max_bandwidth_out : next.internet_max_bandwidth_out;
	next.deletion_protection = args->keeps_protection ? old->deletion_protection : next.deletion_protection;
	return next;
}

static struct scaling_disk merged_system(const struct scaling_disk *old, const struct scaling_disk *given)
{
	struct scaling_disk next = *given;

	keep_texts(&next, old, disk_texts, COUNT_OF(disk_texts));
	if (!next.size_gib)
		next.size_gib = old->size_gib;
	if (!next.provisioned_iops)
		next.provisioned_iops = old->provisioned_iops;
	if (!next.encrypted_given) {
		next.encrypted_given = old->encrypted_given;
		next.encrypted = old->encrypted;
	}
	next.bursting = next.bursting || old->bursting;
	return next;
}

static void put_disks(struct work *work, const struct scaling_configuration *c, const struct scaling_configuration_args *args)
{
	static const struct scaling_disk none;
	struct scaling_disk *old;
	size_t n_old = scaling_disk_list(work->txn, c->id, &old);
	const struct scaling_disk *system = n_old ? &old[0] : &none;
	const struct scaling_disk *data = args->n_disks > 1 ? args->disks : old;
	size_t n = args->n_disks > 1 ? args->n_disks : n_old ? n_old : 1;
	size_t i;

	scaling_disk_delete_all(work->txn, c->id);
	for (i = 0; i < n; i++) {
		struct scaling_disk disk = i == 0 ? merged_system(system, &args->disks[0]) : data[i];

		disk.configuration = c->id;
		disk.position = (int64_t)i;
		disk.account = c->tenant.account;
		scaling_disk_put(work->txn, &disk);
	}
}

bool scaling_configuration_modify(struct work *work, const struct scaling_configuration_args *args)
{
	struct scaling_configuration_args whole = *args;
	struct scaling_filter filter = SCALING_FILTER_ANY;
	struct scaling_configuration old;
	struct configuration_facts f = { 0 };

	f.found = find_scaling_configuration(work, args->configuration.id, &old) &&
	          scaling_group_get(work->txn, old.scaling_group, &f.group);
	if (f.found) {
		whole.configuration = merged(&old, args);
		filter.scaling_group = old.scaling_group;
		filter.names = &whole.configuration.name;
		filter.n_names = 1;
		f.name_taken = !text_equal(whole.configuration.name, old.name) && scaling_configuration_count(work->txn, &filter) != 0;
		find_parts(work, &whole, &f);
	}
	if (!work_check(work, modify_checks, COUNT_OF(modify_checks), &f))
		return false;
	put_disks(work, &whole.configuration, args);
	whole.configuration.modified_at = work->now;
	scaling_configuration_put(work->txn, &whole.configuration);
	return true;
}

/* ---- instances of it ---- */

static struct instance_disk_args disk_args(const struct scaling_disk *disk)
{
	return (struct instance_disk_args){
		.category = disk->category,
		.performance_level = disk->performance_level,
		.size_given = disk->size_gib != 0,
		.size_gib = disk->size_gib,
		.name = disk->name,
		.description = disk->description,
		.device = disk->device,
		.snapshot = disk->snapshot,
		.kms_key = disk->kms_key,
		.encrypted_given = disk->encrypted_given,
		.encrypted = disk->encrypted,
		.bursting = disk->bursting,
		.provisioned_iops = disk->provisioned_iops,
		.keep = disk->keep,
	};
}

/* {"key":"value",...}; what is no such thing counts for nothing, it was looked at when it was given. */
static size_t tags_of(struct work *work, const char *json, struct tag **ret)
{
	const char *error;
	struct tree *tree = text_empty(json) ? NULL : tree_from_json(work->arena, json, strlen(json), 1, &error);
	struct tree *child;
	size_t n = 0;

	*ret = arena_array(work->arena, struct tag, tree ? tree->n_children : 0);
	for (child = tree && tree->kind == TREE_OBJECT ? tree->first : NULL; child; child = child->next)
		(*ret)[n++] = (struct tag){ .key = child->name, .value = text_or(child->value, "") };
	return n;
}

static bool bears(const struct tag *tags, size_t n, const char *key)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_equal(tags[i].key, key))
			return true;
	}
	return false;
}

/* What an instance bears: the configuration's tags, and of the group's those that go over and that it does not say otherwise
 * (TagResources page), as many as a thing may have. */
static size_t tags_for_instance(struct work *work, const struct scaling_configuration *c, struct tag **ret)
{
	struct tag *own;
	struct tag *of_group;
	size_t n_own = tags_of(work, c->tags, &own);
	size_t n_of_group = tag_list(work->txn, c->scaling_group, &of_group);
	struct tag *tags = arena_array(work->arena, struct tag, n_own + n_of_group);
	size_t n = 0;
	size_t i;

	for (i = 0; i < n_own; i++)
		tags[n++] = own[i];
	for (i = 0; i < n_of_group && n < TAGS_MAX; i++) {
		if (of_group[i].propagate && !bears(own, n_own, of_group[i].key))
			tags[n++] = (struct tag){ .key = of_group[i].key, .value = of_group[i].value };
	}
	*ret = tags;
	return n;
}

static struct instance_create_args make_args(struct work *work, const struct scaling_configuration *c, const char *vswitch)
{
	struct instance_create_args args = {
		.zone = c->zone,
		.vswitch = vswitch,
		.image = c->image,
		.name = c->instance_name,
		.description = c->instance_description,
		.host_name = c->host_name,
		.security_groups = c->security_groups,
		.key_pair = c->key_pair,
		.user_data = c->user_data,
		.resource_group = c->resource_group,
		.internet_charge_type = c->internet_charge_type,
		.internet_max_bandwidth_in = c->internet_max_bandwidth_in,
		.internet_max_bandwidth_out = c->internet_max_bandwidth_out,
		.spot_strategy = c->spot_strategy,
		.deletion_protection = c->deletion_protection,
		.amount = 1,
	};
	struct instance_disk_args *data;
	struct scaling_disk *disks;
	struct tag *tags;
	size_t n = scaling_disk_list(work->txn, c->id, &disks);
	size_t i;

	args.n_tags = tags_for_instance(work, c, &tags);
	args.tags = tags;
	data = arena_array(work->arena, struct instance_disk_args, n);
	for (i = 0; i < n; i++) {
		if (disks[i].position == 0)
			args.system_disk = disk_args(&disks[i]);
		else
			data[args.n_data_disks++] = disk_args(&disks[i]);
	}
	args.data_disks = data;
	return args;
}

bool scaling_configuration_make(struct work *work, const struct scaling_configuration *configuration, const char *vswitch,
                                const char **ret_instance)
{
	struct instance_create_args args = make_args(work, configuration, vswitch);
	const char *types = configuration->types;
	const char **ids;

	while ((args.type = text_list_next(work->arena, &types))) {
		work->refusal = (struct refusal){ 0 };
		if (instance_create(work, &args, &ids)) {
			*ret_instance = ids[0];
			return true;
		}
	}
	return false;
}
