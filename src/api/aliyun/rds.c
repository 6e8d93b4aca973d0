/* The product RDS, DescribeDBInstances and DescribeDBInstanceIPArrayList. */
#include "api/aliyun/rds.h"

#include <string.h>

#include "api/aliyun/ecs.h"
#include "api/aliyun/rpc.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/database.h"

#define PAGE_SIZE_DEFAULT 30 /* DescribeDBInstances page, PageSize */
#define PAGE_SIZE_MAX     100

#define OPERATION(name) extern const struct operation rds_##name;
#include "api/aliyun/rds_operations.def"
#undef OPERATION

static const struct operation *const operations[] = {
#define OPERATION(name) &rds_##name,
#include "api/aliyun/rds_operations.def"
#undef OPERATION
	NULL,
};

const struct product product_rds = {
	.name = "rds",
	.title = "Rds",
	.version = RDS_VERSION,
	.operations = operations,
};

/* In the order of enum db_status ("Instance states" page). */
static const char *const status_words[DB_STATUS_MAX + 1] = {
	"Running", "Creating", "Rebooting", "DBInstanceClassChanging", "EngineVersionUpgrading", "TRANSING",
	"DBInstanceNetTypeChanging", "GuardSwitching", "Restoring", "Importing", "INS_CLONING", "Deleting",
};
static const char *const charge_words[CHARGE_TYPE_MAX + 1] = { "Postpaid", "Prepaid" };
static const char *const network_words[] = { "VPC", "Classic", NULL };
static const char *const kind_words[] = { "Primary", "Readonly", "Guard", "Temp", NULL };

/* The value of that word, -1 for an empty text. */
static int value_of(const char *const *words, const char *word)
{
	int i;

	for (i = 0; word && words[i]; i++) {
		if (text_equal(words[i], word))
			return i;
	}
	return -1;
}

/* As the vendor builds it: "rm-1.mysql.rds.aliyuncs.com". */
static const char *host_of(struct call *call, const struct db_instance *db)
{
	static const char *const parts[][2] = {
		{ "MySQL", "mysql" }, { "SQLServer", "sqlserver" }, { "PostgreSQL", "pg" }, { "MariaDB", "mariadb" }
	};
	const char *part = "mysql";
	size_t i;

	for (i = 0; i < COUNT_OF(parts); i++) {
		if (text_equal(parts[i][0], db->engine))
			part = parts[i][1];
	}
	return arena_printf(call_work_arena(call), "%s.%s.rds.aliyuncs.com", db->id, part);
}

/* ---- DescribeDBInstances ---- */

struct list_in {
	const char *region, *id, *status, *engine, *engine_version, *zone, *class, *vpc, *vswitch, *network, *pay_type;
	const char *connection, *resource_group, *kind, *search;
	struct rpc_paging paging;
};

struct db_item {
	const char *id, *description, *status, *kind, *class, *engine, *engine_version, *region, *zone, *network, *net_type;
	const char *connection_mode, *connection, *pay_type, *created, *expires, *lock, *resource_group, *vpc, *vswitch;
	bool multi_zone, protected;
};

struct list_out {
	struct items dbs;
	struct rpc_pages pages;
	int64_t n;
};

static const struct field list_in_fields[] = {
	TEXT(struct list_in, region, "RegionId"),
	TEXT(struct list_in, id, "DBInstanceId"),
	TEXT(struct list_in, status, "DBInstanceStatus", .values = status_words),
	TEXT(struct list_in, engine, "Engine"),
	TEXT(struct list_in, engine_version, "EngineVersion"),
	TEXT(struct list_in, zone, "ZoneId"),
	TEXT(struct list_in, class, "DBInstanceClass"),
	TEXT(struct list_in, vpc, "VpcId"),
	TEXT(struct list_in, vswitch, "VSwitchId"),
	TEXT(struct list_in, network, "InstanceNetworkType", .values = network_words),
	TEXT(struct list_in, pay_type, "PayType", .values = charge_words),
	TEXT(struct list_in, connection, "ConnectionString"),
	TEXT(struct list_in, resource_group, "ResourceGroupId"),
	TEXT(struct list_in, kind, "DBInstanceType", .values = kind_words, .doc = "All here is Primary."),
	TEXT(struct list_in, search, "SearchKey", .doc = "A part of the id or the description."),
	OPT_INT(struct list_in, paging.page_number, "PageNumber", .min = 1, .max = 1000000),
	OPT_INT(struct list_in, paging.page_size, "PageSize", .min = 1, .max = PAGE_SIZE_MAX, .doc = "Default 30."),
	OPT_INT(struct list_in, paging.max_results, "MaxResults",
	        .doc = "Pages by NextToken; what is too small or too large is moved to the nearest size allowed."),
	TEXT(struct list_in, paging.next_token, "NextToken"),
	FIELDS_END,
};

static const struct field db_fields[] = {
	TEXT(struct db_item, id, "DBInstanceId"),
	TEXT(struct db_item, description, "DBInstanceDescription"),
	TEXT(struct db_item, status, "DBInstanceStatus"),
	TEXT(struct db_item, kind, "DBInstanceType"),
	TEXT(struct db_item, class, "DBInstanceClass"),
	TEXT(struct db_item, engine, "Engine"),
	TEXT(struct db_item, engine_version, "EngineVersion"),
	TEXT(struct db_item, region, "RegionId"),
	TEXT(struct db_item, zone, "ZoneId"),
	TEXT(struct db_item, network, "InstanceNetworkType"),
	TEXT(struct db_item, net_type, "DBInstanceNetType"),
	TEXT(struct db_item, connection_mode, "ConnectionMode"),
	TEXT(struct db_item, connection, "ConnectionString"),
	TEXT(struct db_item, pay_type, "PayType"),
	TEXT(struct db_item, created, "CreateTime"),
	TEXT(struct db_item, expires, "ExpireTime", .doc = "Empty where it is paid for as it is used."),
	TEXT(struct db_item, lock, "LockMode"),
	TEXT(struct db_item, resource_group, "ResourceGroupId"),
	TEXT(struct db_item, vpc, "VpcId"),
	TEXT(struct db_item, vswitch, "VSwitchId"),
	BOOL(struct db_item, multi_zone, "MutriORsignle", .doc = "The vendor's spelling."),
	BOOL(struct db_item, protected, "DeletionProtection"),
	FIELDS_END,
};
static const struct shape db_shape = { sizeof(struct db_item), db_fields };

static const struct field list_out_fields[] = {
	ITEMS(struct list_out, dbs, "Items", .item = "DBInstance", .of = &db_shape),
	OPT_INT(struct list_out, pages.page_number, "PageNumber"),
	INT(struct list_out, n, "PageRecordCount"),
	OPT_INT(struct list_out, pages.total, "TotalRecordCount"),
	TEXT(struct list_out, pages.next_token, "NextToken", .flags = FIELD_OMIT_EMPTY),
	FIELDS_END,
};

static const struct error_row list_errors[] = {
	ROW_REGION_NOT_FOUND,
	{ REFUSE_DB_UNKNOWN, 400, "InvalidDBInstanceId.NotFound", "The DBInstanceId provided does not exist in our records.",
	  "as a client saw it, the text from other pages" },
	ROWS_END,
};

/* Of a host name its first part is an id. */
static const char *const *ids_of_host(struct call *call, const char *host)
{
	const char **ids = arena_array(call_work_arena(call), const char *, 1);

	ids[0] = arena_text_n(call_work_arena(call), host, strcspn(host, "."));
	return ids;
}

static struct db_filter make_filter(struct call *call, const struct list_in *in)
{
	struct db_filter filter = DB_FILTER_ANY;

	filter.account = call->caller.tenant.account;
	filter.scope = call->caller.tenant.scope;
	filter.region = call->caller.tenant.region;
	filter.status = value_of(status_words, in->status);
	filter.engine = ecs_given(in->engine);
	filter.engine_version = ecs_given(in->engine_version);
	filter.zone = ecs_given(in->zone);
	filter.class = ecs_given(in->class);
	filter.vpc = ecs_given(in->vpc);
	filter.vswitch = ecs_given(in->vswitch);
	filter.classic = value_of(network_words, in->network);
	filter.charge_type = value_of(charge_words, in->pay_type);
	filter.resource_group = ecs_given(in->resource_group);
	filter.search = ecs_given(in->search);
	if (!text_empty(in->id)) {
		filter.ids = &in->id;
		filter.n_ids = 1;
	} else if (!text_empty(in->connection)) {
		filter.ids = ids_of_host(call, in->connection);
		filter.n_ids = 1;
	}
	if (value_of(kind_words, in->kind) > 0) {
		filter.ids = kind_words;
		filter.n_ids = 0;
	}
	return filter;
}

static struct db_item show(struct call *call, const struct db_instance *db)
{
	struct arena *arena = call_work_arena(call);

	return (struct db_item){
		.id = db->id,
		.description = db->description,
		.status = status_words[db->status],
		.kind = kind_words[0],
		.class = db->class,
		.engine = db->engine,
		.engine_version = db->engine_version,
		.region = db->tenant.region,
		.zone = db->zone,
		.network = network_words[text_empty(db->vpc)],
		.net_type = "Intranet",
		.connection_mode = "Standard",
		.connection = host_of(call, db),
		.pay_type = charge_words[db->charge_type],
		.created = moment_seconds_text(arena, db->created_at),
		.expires = db->expires_at ? moment_seconds_text(arena, db->expires_at) : "",
		.lock = "Unlock",
		.resource_group = db->resource_group,
		.vpc = db->vpc,
		.vswitch = db->vswitch,
	};
}

static bool list_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct list_out *out = out_;
	struct rpc_paging paging = in->paging;
	struct db_filter filter;
	struct db_instance *rows;
	struct db_item *items;
	struct rpc_list list;
	size_t n;
	size_t i;

	if (!rpc_region_known(call))
		return false;
	if (paging.page_size.is != GIVEN)
		paging.page_size = (struct opt_int){ GIVEN, PAGE_SIZE_DEFAULT };
	if (!rpc_list_begin(call, &paging, 1, PAGE_SIZE_MAX, &list))
		return false;
	if (!text_empty(in->id) && !find_db_instance(&call->work, in->id, &(struct db_instance){ 0 }))
		return call_refuse(call, REFUSE_DB_UNKNOWN, in->id);
	filter = make_filter(call, in);
	n = db_instance_list(call->work.txn, &filter, &list.page, &rows);
	if (list.by_token && rpc_list_more(&list, &n))
		out->pages.next_token = rpc_next_token(call, rows[n - 1].created_at, rows[n - 1].id);
	if (!list.by_token)
		rpc_list_end(&list, rpc_list_needs_count(&list, n) ? db_instance_count(call->work.txn, &filter) : (int64_t)n,
		             &out->pages);
	items = arena_array(call_work_arena(call), struct db_item, n);
	for (i = 0; i < n; i++)
		items[i] = show(call, &rows[i]);
	out->dbs = (struct items){ items, n };
	out->n = (int64_t)n;
	return true;
}

const struct operation rds_describe_db_instances = {
	.product = "rds",
	.version = RDS_VERSION,
	.name = "DescribeDBInstances",
	.mode = OPERATION_READ,
	.permission = "rds:DescribeDBInstances",
	.resource = "dbinstance/*",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct list_out), list_out_fields },
	.errors = list_errors,
	.run = list_run,
	.doc = "Lists database instances, newest first, by filters and pages.",
};

/* ---- DescribeDBInstanceIPArrayList ---- */

struct arrays_in {
	const char *db, *network;
};

struct array_item {
	const char *name, *attribute, *type, *addresses;
};

struct arrays_out {
	struct items arrays;
};

static const char *const white_list_networks[] = { "MIX", "Classic", "VPC", NULL };

static const struct field arrays_in_fields[] = {
	TEXT(struct arrays_in, db, "DBInstanceId", .flags = FIELD_REQUIRED),
	TEXT(struct arrays_in, network, "WhitelistNetworkType", .values = white_list_networks,
	     .doc = "All here are MIX, as in the standard mode of white lists."),
	FIELDS_END,
};

static const struct field array_fields[] = {
	TEXT(struct array_item, name, "DBInstanceIPArrayName"),
	TEXT(struct array_item, attribute, "DBInstanceIPArrayAttribute"),
	TEXT(struct array_item, type, "SecurityIPType"),
	TEXT(struct array_item, addresses, "SecurityIPList", .doc = "Addresses and blocks, comma separated."),
	FIELDS_END,
};
static const struct shape array_shape = { sizeof(struct array_item), array_fields };

static const struct field arrays_out_fields[] = {
	ITEMS(struct arrays_out, arrays, "Items", .item = "DBInstanceIPArray", .of = &array_shape),
	FIELDS_END,
};

static const struct error_row arrays_errors[] = {
	{ REFUSE_DB_UNKNOWN, 404, "InvalidDBInstanceId.NotFound", "The DBInstanceId provided does not exist in our records.",
	  "pages of other operations" },
	ROWS_END,
};

static bool arrays_run(struct call *call, const void *in_, void *out_)
{
	const struct arrays_in *in = in_;
	struct arrays_out *out = out_;
	struct db_white_list *rows;
	struct array_item *items;
	struct db_instance db;
	size_t n;
	size_t i;

	if (!find_db_instance(&call->work, in->db, &db))
		return call_refuse(call, REFUSE_DB_UNKNOWN, in->db);
	n = value_of(white_list_networks, in->network) > 0 ? 0 : db_white_list_list(call->work.txn, db.id, &rows);
	items = arena_array(call_work_arena(call), struct array_item, n);
	for (i = 0; i < n; i++)
		items[i] = (struct array_item){ rows[i].name, rows[i].attribute, "IPv4", rows[i].addresses };
	out->arrays = (struct items){ items, n };
	return true;
}

const struct operation rds_describe_db_instance_ip_array_list = {
	.product = "rds",
	.version = RDS_VERSION,
	.name = "DescribeDBInstanceIPArrayList",
	.mode = OPERATION_READ,
	.permission = "rds:DescribeDBInstanceIPArrayList",
	.resource = "dbinstance/{DBInstanceId}",
	.in = { sizeof(struct arrays_in), arrays_in_fields },
	.out = { sizeof(struct arrays_out), arrays_out_fields },
	.errors = arrays_errors,
	.run = arrays_run,
	.doc = "Shows the white lists of a database instance.",
};
