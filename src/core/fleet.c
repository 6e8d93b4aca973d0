#include "core/fleet.h"

#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "core/account.h"
#include "core/catalogue.h"
#include "core/disk.h"
#include "core/fault.h"
#include "core/fleet_module.h"
#include "core/guard.h"
#include "core/project.h"

#define NAMED_MAX      10        /* jobs that are named in a refusal */
#define ACCOUNT_ID_MAX 32        /* what the cache of keys holds */
#define ID_MAX         64
#define TAGS_MAX       20

/* In the order in which they are loaded: what is referred to stands before what refers to it. */
const struct fleet_module *const fleet_modules[FLEET_SECTION_MAX] = {
	[FLEET_INSTANCE_TYPES] = &fleet_instance_types,
	[FLEET_IMAGES] = &fleet_images,
	[FLEET_PROJECTS] = &fleet_projects,
	[FLEET_ACCESS_KEYS] = &fleet_access_keys,
	[FLEET_USERS] = &fleet_users,
	[FLEET_ROLES] = &fleet_roles,
	[FLEET_INSTANCES] = &fleet_instances,
	[FLEET_DISKS] = &fleet_disks,
	[FLEET_SNAPSHOTS] = &fleet_snapshots,
	[FLEET_LOAD_BALANCERS] = &fleet_load_balancers,
	[FLEET_DB_INSTANCES] = &fleet_db_instances,
	[FLEET_FAULTS] = &fleet_faults,
};

/* ---- problems ---- */

static void note(struct fleet_problems *problems, const char *path, const char *format, va_list args)
{
	if (problems->n++ >= FLEET_PROBLEMS_MAX)
		return;
	problems->items[problems->n - 1].path = path;
	problems->items[problems->n - 1].message = arena_vprintf(problems->arena, format, args);
}

void fleet_problem(struct fleet_problems *problems, const char *path, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note(problems, path, format, args);
	va_end(args);
}

void fleet_wrong(struct fleet_load *load, const char *item_path, const char *member, const char *format, ...)
{
	const char *path = item_path;
	va_list args;

	if (member)
		path = arena_printf(load->problems->arena, "%s.%s", item_path, member);
	va_start(args, format);
	note(load->problems, path, format, args);
	va_end(args);
}

const char *fleet_item_path(struct fleet_load *load, const char *path, size_t i)
{
	return arena_printf(load->problems->arena, "%s[%zu]", path, i);
}

/* ---- what items share ---- */

static bool is_id(const char *id, size_t max)
{
	size_t length = strlen(id);

	return length > 0 && length <= max &&
	       strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_*") == length;
}

bool fleet_id_well_formed(const char *id)
{
	return is_id(id, ID_MAX);
}

static const struct region *region_of_zone(const struct realm *realm, const char *zone)
{
	size_t i;

	for (i = 0; i < realm->n_regions; i++) {
		if (zone_known(&realm->regions[i], zone))
			return &realm->regions[i];
	}
	return NULL;
}

/* The project that is named says the region, and a region is that of the account's first project in it. */
static void place_in_project(struct fleet_load *load, const char *item_path, struct tenant *tenant)
{
	struct project project;

	if (!work_realm(load->work)->scoped) {
		if (!text_empty(tenant->scope))
			fleet_wrong(load, item_path, "project", "accounts of the realm %s have no projects", tenant->realm);
		tenant->scope = SCOPE_ONLY;
		return;
	}
	if (text_empty(tenant->scope)) {
		if (project_of_region(load->work->txn, load->account.id, tenant->region, &project))
			tenant->scope = project.id;
		else
			fleet_wrong(load, item_path, "region", "the account has no project in the region %s", tenant->region);
		return;
	}
	if (!project_get(load->work->txn, tenant->scope, &project) || !text_equal(project.account, load->account.id))
		fleet_wrong(load, item_path, "project", "the account has no project \"%s\"", tenant->scope);
	else if (!text_equal(project.region, tenant->region))
		fleet_wrong(load, item_path, "project", "the project %s is in the region %s, not %s", project.id, project.region,
		            tenant->region);
}

const char *fleet_scope_shown(const struct tenant *tenant)
{
	return text_equal(tenant->scope, SCOPE_ONLY) ? "" : tenant->scope;
}

/* Where nothing else is said, a thing is in the region of its project. */
static const char *region_of_project(struct fleet_load *load, const struct tenant *tenant)
{
	struct project project;

	return tenant->scope && project_get(load->work->txn, tenant->scope, &project) ? project.region : "";
}

void fleet_place(struct fleet_load *load, const char *item_path, struct tenant *tenant, const char **zone)
{
	const struct realm *realm = work_realm(load->work);
	const struct region *region = &realm->regions[0];

	if (text_empty(tenant->region))
		tenant->region = region_of_project(load, tenant);
	if (!text_empty(tenant->region)) {
		region = region_find(realm, tenant->region);
		if (!region)
			fleet_wrong(load, item_path, "region", "there is no region \"%s\"; one is \"%s\"", tenant->region,
			            realm->regions[0].id);
	} else if (!text_empty(*zone)) {
		region = region_of_zone(realm, *zone);
		if (!region)
			fleet_wrong(load, item_path, "zone", "there is no zone \"%s\"", *zone);
	}
	if (!region)
		return;
	tenant->region = region->id;
	if (text_empty(*zone))
		*zone = zone_name(load->work->arena, region, region->zones[0]);
	else if (!zone_known(region, *zone))
		fleet_wrong(load, item_path, "zone", "the region %s has no zone \"%s\"; its zones are %s with X one of %s",
		            region->id, *zone, zone_name(load->work->arena, region, 'X'), region->zones);
	place_in_project(load, item_path, tenant);
}

void fleet_tags_put(struct fleet_load *load, const char *item_path, const char *resource, const struct fleet_list *tags)
{
	const struct fleet_tag *items = tags->items;
	size_t i;

	if (tags->n > TAGS_MAX)
		fleet_wrong(load, item_path, "tags", "there may be at most %d tags", TAGS_MAX);
	for (i = 0; i < tags->n; i++)
		tag_put(load->work->txn, &(struct tag){ .resource = resource, .account = load->account.id, .key = items[i].key,
		                                         .value = items[i].value });
}

void fleet_tags_dump(struct work *work, const char *resource, struct fleet_list *ret)
{
	struct tag *tags;
	size_t n = tag_list(work->txn, resource, &tags);
	struct fleet_tag *items = arena_array(work->arena, struct fleet_tag, n);
	size_t i;

	for (i = 0; i < n; i++)
		items[i] = (struct fleet_tag){ tags[i].key, tags[i].value };
	*ret = (struct fleet_list){ items, n, n > 0 };
}

/* ---- what is in the way ---- */

/* Machines that are not simulated cannot be put into a state by writing it down. */
static bool check_simulated(struct work *work)
{
	return guard_is_simulated(work->core) || work_refuse(work, REFUSE_FLEET_NOT_SIMULATED, work->core->settings.driver);
}

static bool names_machines(const struct fleet *fleet)
{
	size_t i;

	for (i = 0; i < fleet->n_accounts; i++) {
		const struct fleet_list *lists = fleet->accounts[i].lists;

		if (lists[FLEET_INSTANCES].n || lists[FLEET_DISKS].n || lists[FLEET_SNAPSHOTS].n)
			return true;
	}
	return false;
}

/* Before there is any real machine its catalogue and accounts can be loaded, but no machine. */
static bool check_loadable(struct work *work, const struct fleet *fleet)
{
	struct instance_filter instances = INSTANCE_FILTER_ANY;
	struct snapshot_filter snapshots = SNAPSHOT_FILTER_ANY;
	struct disk_filter disks = DISK_FILTER_ANY;
	bool empty = !instance_count(work->txn, &instances) && !disk_count(work->txn, &disks) &&
	             !snapshot_count(work->txn, &snapshots);

	return (empty && !names_machines(fleet)) || check_simulated(work);
}

/* A release that waits for its moment is a property of its instance, or of its snapshot, and not work under way. */
static bool is_under_way(const struct job *job)
{
	return !job_kinds[job->kind].waits_for_date;
}

static void name_job(struct work *work, const struct job *job, size_t n)
{
	const char *before = text_or(work->refusal.detail, "");

	if (n > NAMED_MAX)
		return;
	if (n == NAMED_MAX)
		work->refusal.detail = arena_printf(work->arena, "%s, ...", before);
	else
		work->refusal.detail = arena_printf(work->arena, "%s%s%s (%s%s%s%s%s)", before, n ? ", " : "", job->id,
		                                    job_kind_names[job->kind], *job->disk ? " of " : "", job->disk,
		                                    *job->instance ? " on " : "", job->instance);
}

/* Refuses while something of the account is under way. */
static bool check_at_rest(struct work *work, const char *account)
{
	struct job_filter filter = JOB_FILTER_ANY;
	struct job *jobs;
	size_t n_named = 0;
	size_t n;
	size_t i;

	filter.account = account;
	filter.state = JOB_OPEN;
	n = job_list(work->txn, &filter, &(struct page){ 0 }, &jobs);
	for (i = 0; i < n; i++) {
		if (!is_under_way(&jobs[i]))
			continue;
		work->refusal.reason = REFUSE_FLEET_JOBS_IN_FLIGHT;
		work->refusal.subject = account;
		name_job(work, &jobs[i], n_named++);
	}
	return n_named == 0;
}

/* ---- clearing ---- */

/* The runner hears that the jobs are gone. */
static void end_jobs(struct work *work, const char *account)
{
	struct job_filter filter = JOB_FILTER_ANY;
	struct job *jobs;
	size_t n;
	size_t i;

	filter.account = account;
	filter.state = JOB_OPEN;
	n = job_list(work->txn, &filter, &(struct page){ 0 }, &jobs);
	for (i = 0; i < n; i++)
		job_end(work, &jobs[i], JOB_SUPERSEDED, REFUSE_NONE, NULL);
}

static void clear_account(struct work *work, const char *account)
{
	end_jobs(work, account);
	account_clear(work->txn, account);
}

static void clear_catalogue(struct work *work)
{
	struct instance_type *types;
	struct image *images;
	size_t n = instance_type_rows(work->txn, &types);
	size_t i;

	for (i = 0; i < n; i++)
		instance_type_delete(work->txn, types[i].id);
	n = image_rows(work->txn, &images);
	for (i = 0; i < n; i++)
		image_delete(work->txn, images[i].id);
}

/* ---- load ---- */

/* A wrong one is told and forgotten: the row is put all the same, to find what else is wrong. */
static void check_own_key(struct fleet_load *load, struct account *account)
{
	struct access_key key;
	struct account other;

	if (text_empty(account->own_key))
		return;
	if (!own_key_well_formed(account->own_key))
		fleet_wrong(load, load->path, "own_key", "such a key is " OWN_KEY_PREFIX " and 1 to %zu letters, digits or ._-",
		            OWN_KEY_MAX - strlen(OWN_KEY_PREFIX));
	else if (account_of_own_key(load->work->txn, account->own_key, &other) && !text_equal(other.id, account->id))
		fleet_wrong(load, load->path, "own_key", "%s is the key of the account %s", account->own_key, other.id);
	else if (access_key_get(load->work->txn, account->own_key, &key))
		fleet_wrong(load, load->path, "own_key", "the access key %s is that of the account %s", key.id, key.account);
	else
		return;
	account->own_key = "";
}

/* The account that is meant: by its id, or the oldest there is in its realm. */
static struct account account_meant(struct fleet_load *load, size_t i)
{
	const struct account *given = &load->from->row;
	struct account account = *given;
	struct account known;

	if (text_empty(given->id))
		account.id = account_oldest(load->work, given->realm, &known) ? known.id :
		                                                               account_create(load->work, given->realm, "").id;
	if (!is_id(account.id, ACCOUNT_ID_MAX))
		fleet_wrong(load, load->path, "id", "an account's id is 1 to %d letters, digits, '-', '_' or '*'", ACCOUNT_ID_MAX);
	if (account_get(load->work->txn, account.id, &known)) {
		if (!given->created_at)
			account.created_at = known.created_at;
		if (text_empty(given->own_key))
			account.own_key = known.own_key;
		if (!text_equal(known.realm, account.realm))
			fleet_wrong(load, load->path, "realm", "the account is there already, in the realm \"%s\"", known.realm);
	}
	if (!(load->from->given & FLEET_GIVEN_SAFE_DETACH))
		account.safe_detach = realm_find(account.realm)->safe_detach;
	/* Their order is kept: the first is the one that is meant where none is named. */
	if (!account.created_at)
		account.created_at = load->work->now + (int64_t)i;
	if (text_empty(account.name))
		account.name = "default";
	if (!(load->from->given & FLEET_GIVEN_SAFE_DETACH))
		account.safe_detach = guard_is_real(load->work->core);
	check_own_key(load, &account);
	return account;
}

static const char *section_path(struct fleet_load *load, const struct fleet_module *module)
{
	return *load->path ? arena_printf(load->problems->arena, "%s.%s", load->path, module->name) : module->name;
}

static void load_sections(struct fleet_load *load, const struct fleet_list *lists, enum fleet_part part)
{
	size_t i;

	for (i = 0; i < FLEET_SECTION_MAX; i++) {
		const struct fleet_module *module = fleet_modules[i];
		const char *path = section_path(load, module);

		if (module->part != part)
			continue;
		if ((int64_t)lists[i].n > module->most)
			fleet_wrong(load, path, NULL, "there may be at most %lld of them", (long long)module->most);
		else
			module->load(load, &lists[i], path);
	}
	for (i = 0; i < FLEET_SECTION_MAX; i++) {
		if (fleet_modules[i]->part == part && fleet_modules[i]->finish)
			fleet_modules[i]->finish(load, &lists[i], section_path(load, fleet_modules[i]));
	}
}

static void load_catalogue(struct work *work, const struct fleet *fleet, struct fleet_problems *problems)
{
	struct fleet_load load = { .work = work, .problems = problems, .path = "catalogue" };

	if (!fleet->catalogue_given)
		return;
	clear_catalogue(work);
	load_sections(&load, fleet->catalogue, FLEET_OF_CATALOGUE);
}

/* Which of the earlier accounts has that id; n if none. */
static size_t earlier(const char *const *ids, size_t n, const char *id)
{
	size_t i;

	for (i = 0; i < n && !text_equal(ids[i], id); i++)
		continue;
	return i;
}

/* False if work is under way on it. */
static bool load_account(struct fleet_load *load, const struct fleet *fleet, size_t i, const char **ids)
{
	struct work *work = load->work;
	size_t before;

	load->from = &fleet->accounts[i];
	load->path = arena_printf(load->problems->arena, "accounts[%zu]", i);
	load->account = account_meant(load, i);
	load->tenant = (struct tenant){ .realm = load->account.realm, .account = load->account.id };
	ids[i] = load->account.id;
	before = earlier(ids, i, load->account.id);
	if (before < i) {
		fleet_wrong(load, load->path, text_empty(load->from->row.id) ? NULL : "id",
		            "this is the account %s, as is accounts[%zu]; give each its own id", load->account.id, before);
		return true;
	}
	if (!check_at_rest(work, load->account.id))
		return false;
	clear_account(work, load->account.id);
	account_put(work->txn, &load->account);
	/* What looks for things of the caller finds those of this account. */
	work->caller.tenant = load->tenant;
	load_sections(load, load->from->lists, FLEET_OF_ACCOUNT);
	return true;
}

bool fleet_load(struct work *work, const struct fleet *fleet, struct fleet_problems *problems, struct fleet_counts *ret)
{
	struct fleet_counts counts = { .accounts = (int64_t)fleet->n_accounts };
	struct fleet_load load = { .work = work, .problems = problems, .counts = &counts };
	const char **ids = arena_array(work->arena, const char *, fleet->n_accounts);
	struct tenant caller = work->caller.tenant;
	bool at_rest = true;
	size_t i;

	*problems = (struct fleet_problems){ .arena = work->arena };
	if (!check_loadable(work, fleet))
		return false;
	load_catalogue(work, fleet, problems);
	if (fleet->n_accounts > FLEET_ACCOUNTS_MAX)
		fleet_problem(problems, "accounts", "there may be at most %d of them", FLEET_ACCOUNTS_MAX);
	for (i = 0; i < fleet->n_accounts && i < FLEET_ACCOUNTS_MAX; i++)
		at_rest = load_account(&load, fleet, i, ids) && at_rest;
	work->caller.tenant = caller;
	if (!at_rest)
		return false;
	load.from = NULL;
	load.path = "";
	load_sections(&load, fleet->all, FLEET_OF_ALL);
	if (problems->n)
		return work_refuse(work, REFUSE_FLEET_WRONG, NULL);
	counts.first_account = fleet->n_accounts ? ids[0] : "";
	*ret = counts;
	return true;
}

/* ---- reset ---- */

static void count_away(struct work *work, const char *account, struct fleet_counts *counts)
{
	struct instance_filter instances = INSTANCE_FILTER_ANY;
	struct snapshot_filter snapshots = SNAPSHOT_FILTER_ANY;
	struct disk_filter disks = DISK_FILTER_ANY;

	instances.account = disks.account = snapshots.account = account;
	counts->accounts++;
	counts->instances += instance_count(work->txn, &instances);
	counts->disks += disk_count(work->txn, &disks);
	counts->snapshots += snapshot_count(work->txn, &snapshots);
}

/* Nothing is under way that carries one of them. */
static void reset_faults(struct work *work, const char *account, struct fleet_counts *counts)
{
	struct fault_rule *rules;

	counts->faults = (int64_t)fault_list(work->txn, account, &rules);
	fault_delete_all(work->txn, account);
}

static bool is_first(struct work *work, const char *account)
{
	struct account *all;

	return account_list(work->txn, &all) && text_equal(all[0].id, account);
}

bool fleet_reset(struct work *work, const char *account, struct fleet_counts *ret)
{
	struct fleet_counts counts = { 0 };
	struct account one;
	struct account *accounts = &one;
	size_t n = 1;
	size_t i;

	if (!check_simulated(work))
		return false;
	if (!account)
		n = account_list(work->txn, &accounts);
	else if (!account_named(work, account, &one))
		return work_refuse(work, REFUSE_ACCOUNT_UNKNOWN, account);
	else
		account = one.id;
	for (i = 0; i < n; i++) {
		if (!check_at_rest(work, accounts[i].id))
			return false;
		count_away(work, accounts[i].id, &counts);
		clear_account(work, accounts[i].id);
		/* Its key gets another one; the first account stays, since it is the one that is meant where none is named. */
		if (*accounts[i].own_key && !is_first(work, accounts[i].id))
			account_delete(work->txn, accounts[i].id);
	}
	if (!account)
		clear_catalogue(work);
	reset_faults(work, account, &counts);
	*ret = counts;
	return true;
}

/* ---- dump ---- */

static void dump_sections(struct work *work, enum fleet_part part, const struct account *account, struct fleet_list *lists)
{
	size_t i;

	for (i = 0; i < FLEET_SECTION_MAX; i++) {
		if (fleet_modules[i]->part == part)
			fleet_modules[i]->dump(work, account, &lists[i]);
	}
}

bool fleet_dump(struct work *work, const char *account, struct fleet *ret)
{
	struct account one;
	struct account *accounts = &one;
	size_t n = 1;
	size_t i;

	*ret = (struct fleet){ .catalogue_given = !account };
	if (!account)
		n = account_list(work->txn, &accounts);
	else if (!account_named(work, account, &one))
		return work_refuse(work, REFUSE_ACCOUNT_UNKNOWN, account);
	ret->accounts = arena_array(work->arena, struct fleet_account, n);
	ret->n_accounts = n;
	if (!account) {
		dump_sections(work, FLEET_OF_CATALOGUE, NULL, ret->catalogue);
		dump_sections(work, FLEET_OF_ALL, NULL, ret->all);
	}
	for (i = 0; i < n; i++) {
		if (!check_at_rest(work, accounts[i].id))
			return false;
		ret->accounts[i].row = accounts[i];
		work->caller.tenant = (struct tenant){ .realm = accounts[i].realm, .account = accounts[i].id };
		dump_sections(work, FLEET_OF_ACCOUNT, &accounts[i], ret->accounts[i].lists);
	}
	return true;
}
