/* AddBackendServers, RemoveBackendServers. */
#include <string.h>

#include "api/aliyun/slb.h"
#include "base/text.h"
#include "core/balancer.h"

#define DESCRIPTION_MAX 80
#define SERVERS_MAX     8192 /* characters of the list */

struct change_in {
	const char *region, *balancer, *servers;
};

struct server_item {
	const char *instance, *type, *description, *weight_text;
	int64_t weight;
};

struct change_out {
	const char *balancer;
	struct items servers;
};

static const struct error_row bad_servers = { REFUSE_FIELD, 400, "InvalidParameter",
	                                      "The specified BackendServers is invalid.", SLB_SOURCE };

#define CHANGE_FIELDS(sentence)                                                                            \
	TEXT(struct change_in, region, "RegionId"),                                                        \
	TEXT(struct change_in, balancer, "LoadBalancerId", .flags = FIELD_REQUIRED),                       \
	TEXT(struct change_in, servers, "BackendServers", .flags = FIELD_REQUIRED, .max = SERVERS_MAX,     \
	     .bad = &bad_servers, .doc = sentence)

static const struct field add_fields[] = {
	CHANGE_FIELDS("A JSON list of at most 20 objects: ServerId, an instance; Weight, 0 to 100, a number or a text, default "
	              "100; Type, ecs; Description. Port and ServerIp are accepted and without effect."),
	FIELDS_END,
};
static const struct field remove_fields[] = {
	CHANGE_FIELDS("A JSON list of at most 20 objects with ServerId, or of the ids alone. Nothing else of them counts."),
	FIELDS_END,
};

/* The reply to one tells weights as texts, the reply to the other as numbers. */
static const struct field added_fields[] = {
	TEXT(struct server_item, instance, "ServerId"),
	TEXT(struct server_item, weight_text, "Weight"),
	TEXT(struct server_item, type, "Type"),
	TEXT(struct server_item, description, "Description"),
	FIELDS_END,
};
static const struct shape added_shape = { sizeof(struct server_item), added_fields };

static const struct field left_fields[] = {
	TEXT(struct server_item, instance, "ServerId"),
	INT(struct server_item, weight, "Weight"),
	TEXT(struct server_item, type, "Type"),
	TEXT(struct server_item, description, "Description"),
	FIELDS_END,
};
static const struct shape left_shape = { sizeof(struct server_item), left_fields };

static const struct field add_out_fields[] = {
	TEXT(struct change_out, balancer, "LoadBalancerId"),
	ITEMS(struct change_out, servers, "BackendServers", .item = "BackendServer", .of = &added_shape,
	      .doc = "All that stand behind it now."),
	FIELDS_END,
};
static const struct field remove_out_fields[] = {
	TEXT(struct change_out, balancer, "LoadBalancerId"),
	ITEMS(struct change_out, servers, "BackendServers", .item = "BackendServer", .of = &left_shape,
	      .doc = "All that stand behind it now."),
	FIELDS_END,
};

#define ROWS_SERVERS                                                                                                   \
	{ REFUSE_BACKENDS_MALFORMED, 400, "InvalidParameter", "The specified BackendServers is invalid.", SLB_SOURCE }, \
	{ REFUSE_BACKENDS_TOO_MANY, 400, "TooManyBackendServers",                                                      \
	  "The total number of input real servers exceeds max supported number: 20", SLB_SOURCE },                     \
	{ REFUSE_BACKEND_NAMELESS, 400, "BackendServer.ServerIdEmpty", "The specified ServerId can not be empty.",     \
	  "as a client saw it" }

static const struct error_row add_errors[] = {
	ROWS_SERVERS,
	{ REFUSE_BACKEND_KIND, 400, "UnsupportedOperation", "The Loadbalancer doesn't support this function.", SLB_SOURCE },
	{ REFUSE_BACKEND_WEIGHT, 400, "InvalidWeight.Malformed", "A specified weight is not valid.", SLB_SOURCE },
	ROW_REGION_NOT_FOUND,
	SLB_ROW_BALANCER_UNKNOWN,
	SLB_ROW_LOCKED,
	{ REFUSE_INSTANCE_UNKNOWN, 404, "InvalidServerId.NotFound", "The specified ServerId does not exist.", SLB_SOURCE },
	{ REFUSE_INSTANCE_NOT_RUNNING, 400, "ObtainIpFail",
	  "The specified BackendServers is invalid; some of the specified backend servers do not exist or are not running.",
	  SLB_SOURCE },
	{ REFUSE_BACKEND_EXISTS, 400, "InvalidParameter", "The resource already exists.", SLB_SOURCE },
	{ REFUSE_BALANCER_FULL, 400, "OverQuota", "The Total is over the quota.", SLB_SOURCE },
	ROWS_END,
};

static const struct error_row remove_errors[] = {
	ROWS_SERVERS,
	ROW_REGION_NOT_FOUND,
	SLB_ROW_BALANCER_UNKNOWN,
	SLB_ROW_LOCKED,
	ROWS_END,
};

/* ---- the list inside a text ---- */

/* The member's text; NULL if it is absent, *ret_wrong if it is no plain value. */
static const char *plain(const struct tree *object, const char *name, bool *ret_wrong)
{
	const struct tree *member = tree_find(object, name);

	if (!member || member->kind == TREE_NULL)
		return NULL;
	if (member->kind != TREE_TEXT && member->kind != TREE_NUMBER)
		*ret_wrong = true;
	return text_or(member->value, "");
}

static bool read_weight(const char *text, int64_t *ret)
{
	*ret = BACKEND_WEIGHT_DEFAULT;
	if (text_empty(text))
		return true;
	return text_to_int64(text, ret) && *ret >= 0 && *ret <= BACKEND_WEIGHT_MAX;
}

/* REFUSE_NONE, or what is wrong. `whole`: more than the instance is looked at. */
static enum refusal_reason read_server(const struct tree *item, bool whole, struct backend_args *ret)
{
	bool wrong = false;
	const char *type;

	if (item->kind == TREE_TEXT && !whole) {
		ret->instance = item->value;
		return text_empty(item->value) ? REFUSE_BACKEND_NAMELESS : REFUSE_NONE;
	}
	if (item->kind != TREE_OBJECT)
		return REFUSE_BACKENDS_MALFORMED;
	ret->instance = plain(item, "ServerId", &wrong);
	if (wrong)
		return REFUSE_BACKENDS_MALFORMED;
	if (text_empty(ret->instance))
		return REFUSE_BACKEND_NAMELESS;
	if (!whole)
		return REFUSE_NONE;
	type = plain(item, "Type", &wrong);
	ret->description = text_or(plain(item, "Description", &wrong), "");
	if (!text_empty(type) && !text_equal(type, "ecs"))
		return REFUSE_BACKEND_KIND;
	if (!read_weight(plain(item, "Weight", &wrong), &ret->weight))
		return REFUSE_BACKEND_WEIGHT;
	return wrong || text_characters(ret->description) > DESCRIPTION_MAX ? REFUSE_BACKENDS_MALFORMED : REFUSE_NONE;
}

static bool read_servers(struct call *call, const struct change_in *in, bool whole, struct backends_args *ret)
{
	struct arena *arena = call_work_arena(call);
	struct backend_args *backends;
	const char *error;
	const struct tree *list = tree_from_json(arena, in->servers, strlen(in->servers), TREE_DEPTH_MAX, &error);
	const struct tree *item;

	if (!list || list->kind != TREE_LIST || !list->n_children)
		return call_refuse(call, REFUSE_BACKENDS_MALFORMED, NULL);
	if (list->n_children > BACKENDS_OF_CALL_MAX)
		return call_refuse(call, REFUSE_BACKENDS_TOO_MANY, NULL);
	backends = arena_array(arena, struct backend_args, list->n_children);
	*ret = (struct backends_args){ .balancer = in->balancer, .backends = backends };
	for (item = list->first; item; item = item->next) {
		enum refusal_reason wrong = read_server(item, whole, &backends[ret->n_backends++]);

		if (wrong != REFUSE_NONE)
			return call_refuse(call, wrong, NULL);
	}
	return true;
}

static void show(struct call *call, const char *balancer, struct change_out *out)
{
	struct backend *rows;
	size_t n = backend_list(call->work.txn, balancer, &rows);
	struct server_item *items = arena_array(call_work_arena(call), struct server_item, n);
	size_t i;

	for (i = 0; i < n; i++) {
		items[i] = (struct server_item){
			.instance = rows[i].instance,
			.type = "ecs",
			.description = rows[i].description,
			.weight = rows[i].weight,
			.weight_text = arena_printf(call_work_arena(call), "%lld", (long long)rows[i].weight),
		};
	}
	*out = (struct change_out){ .balancer = balancer, .servers = { items, n } };
}

/* ---- the operations ---- */

static bool add_run(struct call *call, const void *in, void *out)
{
	struct backends_args args;

	if (!read_servers(call, in, true, &args) || !call_verb(call, backends_add(&call->work, &args)))
		return false;
	show(call, args.balancer, out);
	return true;
}

const struct operation slb_add_backend_servers = {
	.product = "slb",
	.version = SLB_VERSION,
	.name = "AddBackendServers",
	.mode = OPERATION_WRITE,
	.permission = "slb:AddBackendServers",
	.resource = "loadbalancer/{LoadBalancerId}",
	.in = { sizeof(struct change_in), add_fields },
	.out = { sizeof(struct change_out), add_out_fields },
	.errors = add_errors,
	.run = add_run,
	.doc = "Puts running instances behind a load balancer: all of them, or none.",
};

static bool remove_run(struct call *call, const void *in, void *out)
{
	struct backends_args args;

	if (!read_servers(call, in, false, &args) || !call_verb(call, backends_remove(&call->work, &args)))
		return false;
	show(call, args.balancer, out);
	return true;
}

const struct operation slb_remove_backend_servers = {
	.product = "slb",
	.version = SLB_VERSION,
	.name = "RemoveBackendServers",
	.mode = OPERATION_WRITE,
	.permission = "slb:RemoveBackendServers",
	.resource = "loadbalancer/{LoadBalancerId}",
	.in = { sizeof(struct change_in), remove_fields },
	.out = { sizeof(struct change_out), remove_out_fields },
	.errors = remove_errors,
	.run = remove_run,
	.doc = "Takes instances from behind a load balancer. Those that are not there are passed over.",
};
