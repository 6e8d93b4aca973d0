/* DescribeScalingInstances. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ess.h"
#include "base/text.h"

struct member_item {
	const char *id, *group, *configuration, *activity, *state, *health, *creation, *warmup, *spot, *zone, *address, *created_at,
		*type;
	struct opt_int weight, weighted;
	bool entrusted;
};

static const struct field item_fields[] = {
	TEXT(struct member_item, id, "InstanceId"),
	TEXT(struct member_item, group, "ScalingGroupId"),
	TEXT(struct member_item, configuration, "ScalingConfigurationId"),
	TEXT(struct member_item, activity, "ScalingActivityId"),
	TEXT(struct member_item, state, "LifecycleState"),
	TEXT(struct member_item, health, "HealthStatus"),
	TEXT(struct member_item, creation, "CreationType"),
	TEXT(struct member_item, created_at, "CreationTime"),
	TEXT(struct member_item, created_at, "CreatedTime"),
	BOOL(struct member_item, entrusted, "Entrusted"),
	OPT_INT(struct member_item, weight, "LoadBalancerWeight"),
	OPT_INT(struct member_item, weighted, "WeightedCapacity"),
	TEXT(struct member_item, warmup, "WarmupState"),
	TEXT(struct member_item, spot, "SpotStrategy"),
	TEXT(struct member_item, zone, "ZoneId"),
	TEXT(struct member_item, address, "PrivateIpAddress"),
	TEXT(struct member_item, type, "InstanceType", .later = FIELD_ABSENT),
	FIELDS_END,
};
static const struct shape item_shape = { sizeof(struct member_item), item_fields };

static void fill_item(struct call *call, const struct scaling_member *member, struct member_item *ret)
{
	struct instance instance = { .zone = "" };

	instance_get(call->work.txn, member->id, &instance);
	*ret = (struct member_item){
		.id = member->id,
		.group = member->scaling_group,
		.configuration = member->configuration,
		.activity = member->activity,
		.state = ess_member_state(member->state),
		.health = ess_health_words[member->health],
		.creation = ess_creation(member->creation),
		.created_at = ess_time(call, member->created_at),
		.entrusted = member->entrusted,
		.weight = { GIVEN, member->weight },
		.weighted = { GIVEN, 1 },
		.warmup = "NoNeedWarmup",
		.spot = text_empty(instance.spot_strategy) ? "NoSpot" : instance.spot_strategy,
		.zone = instance.zone,
		.address = instance.private_ip,
		.type = instance.type,
	};
}

struct describe_in {
	const char *region, *group, *configuration, *activity, *state, *health, *creation;
	struct texts instances, states, creations;
	struct rpc_paging paging;
};

struct describe_out {
	struct items instances;
	struct rpc_pages pages;
	int64_t spot;
};

static const char *const creation_words[] = { "AutoCreated", "Attached", "Managed", NULL };

static const struct field describe_in_fields[] = {
	TEXT(struct describe_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct describe_in, group, "ScalingGroupId"),
	TEXT(struct describe_in, configuration, "ScalingConfigurationId"),
	TEXT(struct describe_in, activity, "ScalingActivityId"),
	TEXTS(struct describe_in, instances, "InstanceId", .later = "InstanceIds", .max = 50,
	      .doc = "Those that are in no group are left out."),
	TEXT(struct describe_in, state, "LifecycleState", .values = ess_member_state_words),
	TEXTS(struct describe_in, states, "LifecycleStates", .max = 8, .doc = "Any of these."),
	TEXT(struct describe_in, health, "HealthStatus", .values = ess_health_words),
	TEXT(struct describe_in, creation, "CreationType", .values = creation_words),
	TEXTS(struct describe_in, creations, "CreationTypes", .max = 3, .doc = "Any of these."),
	ESS_PAGING_FIELDS(struct describe_in, paging, 100),
	FIELDS_END,
};

static const struct field describe_out_fields[] = {
	ITEMS(struct describe_out, instances, "ScalingInstances", .item = "ScalingInstance", .of = &item_shape),
	ESS_PAGES_FIELDS(struct describe_out, pages),
	INT(struct describe_out, spot, "TotalSpotCount"),
	FIELDS_END,
};

static const struct error_row describe_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ROWS_END,
};

/* One flag for each word that is named; NULL where none is. A word that is none counts for nothing. */
static const bool *flags_of(struct call *call, const struct texts *texts, const char *const *words, size_t n_words)
{
	bool *flags = arena_array(call_work_arena(call), bool, n_words);
	size_t i;

	for (i = 0; i < texts->n; i++) {
		int at = ess_position(words, texts->items[i]);

		if (at >= 0)
			flags[at] = true;
	}
	return texts->n ? flags : NULL;
}

static struct scaling_filter make_filter(struct call *call, const struct describe_in *in)
{
	static const char *const no_ids[1];
	struct scaling_filter filter = ess_filter(call);

	filter.scaling_group = ecs_given(in->group);
	filter.configuration = ecs_given(in->configuration);
	filter.activity = ecs_given(in->activity);
	filter.ids = in->instances.n ? in->instances.items : NULL;
	filter.n_ids = in->instances.n;
	filter.state = text_empty(in->state) ? -1 : ess_member_state_of(in->state);
	filter.states = flags_of(call, &in->states, ess_member_state_words, SCALING_MEMBER_STATE_MAX);
	filter.health = text_empty(in->health) ? -1 : ess_position(ess_health_words, in->health);
	filter.creation = text_empty(in->creation) ? -1 : ess_position(ess_creation_words, in->creation);
	filter.creations = flags_of(call, &in->creations, ess_creation_words, SCALING_CREATION_MAX);
	if (!text_empty(in->creation) && filter.creation < 0) {
		filter.ids = no_ids; /* Managed: there are none */
		filter.n_ids = 0;
	}
	return filter;
}

static bool describe_run(struct call *call, const void *in_, void *out_)
{
	const struct describe_in *in = in_;
	struct describe_out *out = out_;
	struct scaling_filter filter = make_filter(call, in);
	struct scaling_member *rows;
	struct member_item *items;
	size_t n;
	size_t i;

	if (!ess_scaling_member_page(call, &filter, &in->paging, &out->pages, &rows, &n))
		return false;
	items = arena_array(call_work_arena(call), struct member_item, n);
	for (i = 0; i < n; i++)
		fill_item(call, &rows[i], &items[i]);
	out->instances = (struct items){ items, n };
	return true;
}

const struct operation ess_describe_scaling_instances = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DescribeScalingInstances",
	.mode = OPERATION_READ,
	.permission = "ess:DescribeScalingInstances",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct describe_in), describe_in_fields },
	.out = { sizeof(struct describe_out), describe_out_fields },
	.errors = describe_errors,
	.run = describe_run,
	.doc = "Lists instances of scaling groups, newest first, by filters and pages.",
};
