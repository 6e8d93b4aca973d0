/* Load balancers, and the instances behind them. */
#include "contract/balancer.h"

#include "base/text.h"
#include "stores/table.h"

static const struct column balancer_columns[] = {
	TEXT(load_balancer, id),
	TENANT(load_balancer, STAYS),
	TEXT(load_balancer, zone),
	TEXT(load_balancer, name),
	ENUM(load_balancer, status, balancer_status_names),
	TEXT(load_balancer, address),
	ENUM(load_balancer, reach, balancer_reach_names),
	TEXT(load_balancer, vpc),
	TEXT(load_balancer, vswitch),
	TEXT(load_balancer, listeners),
	BOOL(load_balancer, health_check),
	TEXT(load_balancer, resource_group),
	INT64(load_balancer, created_at, STAYS),
};
static const struct table balancer_table = {
	.name = "load_balancer",
	.columns = balancer_columns,
	.n_columns = COUNT_OF(balancer_columns),
	.n_key = 1,
	.row_size = sizeof(struct load_balancer),
	.slot = SLOT_LOAD_BALANCER_GET,
};

static const struct column backend_columns[] = {
	TEXT(backend, balancer),
	TEXT(backend, instance),
	TEXT(backend, account),
	INT64(backend, weight),
	TEXT(backend, description),
	INT64(backend, created_at),
};
static const struct table backend_table = {
	.name = "backend",
	.columns = backend_columns,
	.n_columns = COUNT_OF(backend_columns),
	.n_key = 2,
	.row_size = sizeof(struct backend),
	.slot = SLOT_BACKEND_GET,
};

bool load_balancer_get(struct txn *txn, const char *id, struct load_balancer *ret)
{
	return table_get(txn, &balancer_table, &id, ret);
}

void load_balancer_put(struct txn *txn, const struct load_balancer *balancer)
{
	table_put(txn, &balancer_table, balancer);
}

void load_balancer_row_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &balancer_table, &id);
}

size_t load_balancer_list(struct txn *txn, const char *account, struct load_balancer **ret)
{
	const struct param params[] = { PARAM_TEXT(account) };
	const struct selection selection = {
		.slot = SLOT_LOAD_BALANCER_LIST,
		.rest = "WHERE account = $1 ORDER BY created_at, id",
		.params = params,
		.n_params = COUNT_OF(params),
	};
	size_t n;

	*ret = table_select(txn, &balancer_table, &selection, &n);
	return n;
}

/* ---- backends ---- */

bool backend_get(struct txn *txn, const char *balancer, const char *instance, struct backend *ret)
{
	const char *const key[] = { balancer, instance };

	return table_get(txn, &backend_table, key, ret);
}

void backend_put(struct txn *txn, const struct backend *backend)
{
	table_put(txn, &backend_table, backend);
}

void backend_delete(struct txn *txn, const char *balancer, const char *instance)
{
	const char *const key[] = { balancer, instance };

	table_delete(txn, &backend_table, key);
}

size_t backend_list(struct txn *txn, const char *balancer, struct backend **ret)
{
	const struct param params[] = { PARAM_TEXT(balancer) };
	const struct selection selection = {
		.slot = SLOT_BACKEND_LIST,
		.rest = "WHERE balancer = $1 ORDER BY created_at, instance",
		.params = params,
		.n_params = COUNT_OF(params),
	};
	size_t n;

	*ret = table_select(txn, &backend_table, &selection, &n);
	return n;
}

int64_t backend_count(struct txn *txn, const char *balancer)
{
	const struct param params[] = { PARAM_TEXT(balancer) };

	return table_run(txn, SLOT_BACKEND_COUNT, "SELECT COUNT(*) FROM backend WHERE balancer = $1", params,
	                 COUNT_OF(params));
}

size_t backend_list_of_instance(struct txn *txn, const char *instance, struct backend **ret)
{
	const struct param params[] = { PARAM_TEXT(instance) };
	const struct selection selection = {
		.slot = SLOT_BACKEND_LIST_OF_INSTANCE,
		.rest = "WHERE instance = $1 ORDER BY created_at, balancer",
		.params = params,
		.n_params = COUNT_OF(params),
	};
	size_t n;

	*ret = table_select(txn, &backend_table, &selection, &n);
	return n;
}

void backend_delete_of_instance(struct txn *txn, const char *instance)
{
	const struct param params[] = { PARAM_TEXT(instance) };

	table_run(txn, SLOT_BACKEND_DELETE_OF_INSTANCE, "DELETE FROM backend WHERE instance = $1", params,
	          COUNT_OF(params));
}
