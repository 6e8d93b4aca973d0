#include "api/huawei/snapshot.h"

#include "base/text.h"
#include "core/job.h"
#include "core/snapshot.h"

#define S struct snapshot_item
#define SNAPSHOT_FIELDS                                                         \
	TEXT(S, id, "id"),                                                      \
	TEXT(S, status, "status"),                                              \
	TEXT(S, name, "name"),                                                  \
	TEXT(S, description, "description"),                                    \
	TEXT(S, created_at, "created_at"),                                      \
	TEXT(S, updated_at, "updated_at", .flags = FIELD_NULL),                 \
	PAIRS(S, metadata, "metadata"),                                         \
	TEXT(S, volume, "volume_id"),                                           \
	INT(S, size, "size"),                                                   \
	TEXT(S, project, "os-extended-snapshot-attributes:project_id"),         \
	TEXT(S, progress, "os-extended-snapshot-attributes:progress")
static const struct field snapshot_fields[] = { SNAPSHOT_FIELDS, FIELDS_END };
const struct shape snapshot_shape = { sizeof(S), snapshot_fields };

static const struct field listed_fields[] = {
	SNAPSHOT_FIELDS,
	TEXT(S, none, "dedicated_storage_id", .flags = FIELD_NULL),
	TEXT(S, none, "dedicated_storage_name", .flags = FIELD_NULL),
	TEXT(S, service, "service_type"),
	FIELDS_END,
};
const struct shape snapshot_listed_shape = { sizeof(S), listed_fields };
#undef S

/* Whether its disk is being put back to it. */
static bool is_rolled_back(struct call *call, const struct snapshot *snapshot)
{
	struct job_filter filter = JOB_FILTER_ANY;

	filter.snapshot = snapshot->id;
	filter.state = JOB_OPEN;
	filter.kind = JOB_DISK_RESET;
	return job_count(call->work.txn, &filter) > 0;
}

/* EVS, "snapshot statuses". */
static const char *status_of(struct call *call, const struct snapshot *snapshot)
{
	static const char *const words[SNAPSHOT_STATE_MAX] = {
		[SNAPSHOT_PROGRESSING] = "creating",
		[SNAPSHOT_ACCOMPLISHED] = "available",
		[SNAPSHOT_FAILED] = "error",
		[SNAPSHOT_DELETING] = "deleting",
	};

	if (snapshot->state == SNAPSHOT_ACCOMPLISHED && is_rolled_back(call, snapshot))
		return "rollbacking";
	return words[snapshot->state];
}

struct snapshot_item snapshot_show(struct call *call, const struct snapshot *snapshot)
{
	struct arena *arena = call_work_arena(call);
	struct snapshot_progress progress = snapshot_progress_of(&call->work, snapshot);

	return (struct snapshot_item){
		.id = snapshot->id,
		.status = status_of(call, snapshot),
		.name = snapshot->name,
		.description = snapshot->description,
		.created_at = volume_moment(arena, snapshot->created_at),
		.updated_at = snapshot->accomplished_at ? volume_moment(arena, snapshot->accomplished_at) : NULL,
		.metadata = volume_pairs_with(call, (struct pairs){ GIVEN, NULL, 0 }, snapshot->metadata),
		.volume = snapshot->disk,
		.size = snapshot->size_gib,
		.project = snapshot->tenant.scope,
		.progress = arena_printf(arena, "%d%%", progress.percent),
		.service = "EVS",
	};
}

bool snapshot_find(struct call *call, const char *id, struct snapshot *ret)
{
	return (snapshot_get(call->work.txn, id, ret) && work_is_callers(&call->work, &ret->tenant)) ||
	       call_refuse(call, REFUSE_SNAPSHOT_UNKNOWN, id);
}

/* ---- lists ---- */

static bool asks_for_nothing(const struct snapshot_list_in *in)
{
	return !text_empty(in->storage) || !text_empty(in->storage_name) ||
	       (!text_empty(in->service) && !text_equal(in->service, "EVS"));
}

static struct snapshot_filter filter_of(struct call *call, const struct snapshot_list_in *in, const char *const *id)
{
	struct snapshot_filter filter = SNAPSHOT_FILTER_ANY;

	filter.account = call->work.caller.tenant.account;
	filter.scope = call->work.caller.tenant.scope;
	filter.region = call->work.caller.tenant.region;
	filter.name = text_empty(in->name) ? NULL : in->name;
	filter.disk = text_empty(in->volume) ? NULL : in->volume;
	if (!text_empty(in->id) || asks_for_nothing(in)) {
		filter.ids = id;
		filter.n_ids = !asks_for_nothing(in);
	}
	return filter;
}

static bool is_in_zone(struct call *call, const struct snapshot *snapshot, const char *zone)
{
	struct disk disk;

	return disk_get(call->work.txn, snapshot->disk, &disk) && text_equal(disk.zone, zone);
}

static bool is_wanted(struct call *call, const struct snapshot_list_in *in, const struct snapshot *snapshot)
{
	const char *project = in->enterprise_project;

	if (!text_empty(in->status) && !text_equal_nocase(in->status, status_of(call, snapshot)))
		return false;
	if (!text_empty(project) && !text_equal(project, "all_granted_eps") && !text_equal(project, "0") &&
	    !text_equal(project, snapshot->resource_group))
		return false;
	return text_empty(in->zone) || is_in_zone(call, snapshot, in->zone);
}

/* Those behind the marker and what is to be skipped. False: the marker is not among them. */
static bool skip(const struct snapshot_list_in *in, struct snapshot **list, size_t *n)
{
	size_t from = 0;

	if (!text_empty(in->marker)) {
		while (from < *n && !text_equal((*list)[from].id, in->marker))
			from++;
		if (from++ == *n)
			return false;
	}
	from += (size_t)in->offset.value;
	if (from > *n)
		from = *n;
	*list += from;
	*n -= from;
	return true;
}

bool snapshot_list_find(struct call *call, const struct snapshot_list_in *in, struct snapshot_list_out *ret)
{
	struct snapshot_filter filter = filter_of(call, in, &in->id);
	size_t limit = in->limit.is == GIVEN && in->limit.value < VOLUME_LIST_MAX ? (size_t)in->limit.value : VOLUME_LIST_MAX;
	struct snapshot_item *items;
	struct snapshot *list;
	size_t n = snapshot_list(call->work.txn, &filter, &(struct page){ 0 }, &list);
	size_t kept = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (is_wanted(call, in, &list[i]))
			list[kept++] = list[i];
	}
	ret->total = (int64_t)kept;
	if (!skip(in, &list, &kept))
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "marker");
	n = kept < limit ? kept : limit;
	items = arena_array(call_work_arena(call), struct snapshot_item, n);
	for (i = 0; i < n; i++)
		items[i] = snapshot_show(call, &list[i]);
	ret->snapshots = (struct items){ items, n };
	if (n && n < kept)
		ret->links = volume_next_link(call, (int64_t)limit, items[n - 1].id);
	return true;
}
