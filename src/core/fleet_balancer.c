/* The load balancers of an account in a fleet, with the instances behind them. */
#include <string.h>

#include "base/text.h"
#include "core/balancer.h"
#include "core/fleet_module.h"
#include "core/thing.h"

#define PORT_MAX 65535

/* "tcp:80" */
static bool is_listener(struct arena *arena, const char *text)
{
	static const char *const protocols[] = { "tcp:", "udp:", "http:", "https:" };
	int64_t port;
	size_t i;

	for (i = 0; i < COUNT_OF(protocols); i++) {
		const char *number = text + strlen(protocols[i]);

		if (text_starts(text, protocols[i]))
			return text_to_int64(number, &port) && port >= 1 && port <= PORT_MAX &&
			       text_equal(number, arena_printf(arena, "%lld", (long long)port));
	}
	return false;
}

static void check_listeners(struct fleet_load *load, const char *path, const struct load_balancer *balancer)
{
	struct arena *arena = load->work->arena;
	const char *rest = balancer->listeners;
	const char *seen = "";
	const char *one;

	while ((one = text_list_next(arena, &rest))) {
		if (!is_listener(arena, one))
			fleet_wrong(load, path, "listeners", "\"%s\" is not a protocol (tcp, udp, http, https) and a port, as \"tcp:80\"",
			            one);
		if (text_list_has(seen, one))
			fleet_wrong(load, path, "listeners", "\"%s\" is there twice", one);
		seen = text_list_with(arena, seen, one);
	}
}

static void backend_load(struct fleet_load *load, const struct load_balancer *balancer, const struct fleet_backend *item,
                         const char *path)
{
	struct work *work = load->work;
	struct backend row = item->row;
	struct instance instance;
	struct backend there;

	if (!instance_get(work->txn, row.instance, &instance) || !text_equal(instance.tenant.account, load->account.id)) {
		fleet_wrong(load, path, "instance", "there is no instance \"%s\" in this account", row.instance);
		return;
	}
	if (!text_equal(instance.tenant.region, balancer->tenant.region))
		fleet_wrong(load, path, "instance", "the instance %s is in the region %s", row.instance, instance.tenant.region);
	if (backend_get(work->txn, balancer->id, row.instance, &there))
		fleet_wrong(load, path, "instance", "\"%s\" is there twice", row.instance);
	row.balancer = balancer->id;
	row.account = load->account.id;
	row.weight = item->given & FLEET_GIVEN_WEIGHT ? row.weight : BACKEND_WEIGHT_DEFAULT;
	row.created_at = row.created_at ? row.created_at : work->now;
	backend_put(work->txn, &row);
}

static void backends_load(struct fleet_load *load, const struct load_balancer *balancer, const struct fleet_list *list,
                          const char *path)
{
	const struct fleet_backend *items = list->items;
	size_t i;

	path = arena_printf(load->problems->arena, "%s.backends", path);
	if (list->n > BACKENDS_MAX)
		fleet_wrong(load, path, NULL, "there may be at most %d of them", BACKENDS_MAX);
	for (i = 0; i < list->n && i < BACKENDS_MAX; i++)
		backend_load(load, balancer, &items[i], fleet_item_path(load, path, i));
}

/* Addresses for documentation and of private networks: nobody is called there. */
static const char *made_address(struct fleet_load *load, const struct load_balancer *balancer, size_t i)
{
	if (balancer->reach == BALANCER_INTERNET)
		return arena_printf(load->work->arena, "203.0.113.%zu", 1 + i % 254);
	return arena_printf(load->work->arena, "10.255.%zu.%zu", i / 254, 1 + i % 254);
}

static void balancer_load(struct fleet_load *load, const struct fleet_load_balancer *item, const char *path, size_t i)
{
	struct load_balancer row = item->row;
	const char *region = row.tenant.region;

	row.tenant = load->tenant;
	row.tenant.region = region;
	fleet_place(load, path, &row.tenant, &row.zone);
	if (text_empty(row.id))
		row.id = mint_id(load->work, "lb", text_or(row.tenant.region, ""));
	if (!fleet_id_is_free(load, path, THING_LOAD_BALANCER, row.id))
		return;
	check_listeners(load, path, &row);
	if (text_empty(row.name))
		row.name = row.id;
	if (text_empty(row.address))
		row.address = made_address(load, &row, i);
	if (!row.created_at)
		row.created_at = load->work->now;
	load_balancer_put(load->work->txn, &row);
	backends_load(load, &row, &item->backends, path);
}

static void balancers_load(struct fleet_load *load, const struct fleet_list *list, const char *path)
{
	const struct fleet_load_balancer *items = list->items;
	size_t i;

	for (i = 0; i < list->n; i++)
		balancer_load(load, &items[i], fleet_item_path(load, path, i), i);
}

static void backends_dump(struct work *work, const char *balancer, struct fleet_list *ret)
{
	struct backend *rows;
	size_t n = backend_list(work->txn, balancer, &rows);
	struct fleet_backend *items = arena_array(work->arena, struct fleet_backend, n);
	size_t i;

	for (i = 0; i < n; i++)
		items[i] = (struct fleet_backend){ .row = rows[i] };
	*ret = (struct fleet_list){ items, n, n > 0 };
}

static void balancers_dump(struct work *work, const struct account *account, struct fleet_list *ret)
{
	struct load_balancer *rows;
	size_t n = load_balancer_list(work->txn, account->id, &rows);
	struct fleet_load_balancer *items = arena_array(work->arena, struct fleet_load_balancer, n);
	size_t i;

	for (i = 0; i < n; i++) {
		items[i] = (struct fleet_load_balancer){ .row = rows[i] };
		backends_dump(work, rows[i].id, &items[i].backends);
	}
	*ret = (struct fleet_list){ items, n, n > 0 };
}

const struct fleet_module fleet_load_balancers = {
	.name = "load_balancers",
	.part = FLEET_OF_ACCOUNT,
	.most = BALANCERS_MOST,
	.load = balancers_load,
	.dump = balancers_dump,
};
