/* Users and roles of an account in a fleet. */
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "core/fleet_module.h"
#include "core/principal.h"
#include "core/role.h"
#include "core/token.h"

#define USER_KEYS_MOST 1000 /* of all users of an account together */

/* ---- keys ---- */

static bool list_has(const struct fleet_list *list, size_t n, const char *id)
{
	const struct fleet_access_key *items = list->items;
	size_t i;

	for (i = 0; i < list->n && i < n; i++) {
		if (text_equal(items[i].row.id, id))
			return true;
	}
	return false;
}

bool fleet_key_is_listed(const struct fleet_account *account, const char *id, size_t n_users, size_t n_keys)
{
	const struct fleet_list *users = &account->lists[FLEET_USERS];
	const struct fleet_principal *items = users->items;
	size_t i;

	if (list_has(&account->lists[FLEET_ACCESS_KEYS], SIZE_MAX, id))
		return true;
	for (i = 0; i < users->n && i <= n_users; i++) {
		if (list_has(&items[i].access_keys, i == n_users ? n_keys : SIZE_MAX, id))
			return true;
	}
	return false;
}

static size_t user_keys_load(struct fleet_load *load, const struct fleet_list *users, size_t at, const char *path,
                             const char *holder)
{
	const struct fleet_list *list = &((const struct fleet_principal *)users->items)[at].access_keys;
	const struct fleet_access_key *items = list->items;
	size_t i;

	for (i = 0; i < list->n; i++) {
		const char *item_path = arena_printf(load->problems->arena, "%s.access_keys[%zu]", path, i);

		if (fleet_key_is_listed(load->from, items[i].row.id, at, i))
			fleet_wrong(load, item_path, "id", "\"%s\" is there twice", items[i].row.id);
		else
			fleet_key_put(load, &items[i], item_path, holder);
	}
	return list->n;
}

static void delete_unlisted_keys(struct fleet_load *load)
{
	struct access_key *keys;
	size_t n = access_key_list(load->work->txn, load->account.id, &keys);
	size_t i;

	for (i = 0; i < n; i++) {
		if (*keys[i].holder && !fleet_key_is_listed(load->from, keys[i].id, SIZE_MAX, 0))
			access_key_delete(load->work->txn, keys[i].id);
	}
}

/* ---- users and roles ---- */

static bool is_named_before(const struct fleet_principal *items, size_t i)
{
	size_t j;

	for (j = 0; j < i && !text_equal(items[j].row.name, items[i].row.name); j++)
		continue;
	return j < i;
}

/* Takes those that are there away, and returns them: what a file does not say of one stays as it was. */
static size_t take_away(struct fleet_load *load, enum principal_kind kind, struct principal **ret)
{
	size_t n = principal_list(load->work->txn, load->account.id, ret);
	size_t n_kind = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if ((*ret)[i].kind != kind)
			continue;
		principal_delete(load->work->txn, (*ret)[i].id);
		(*ret)[n_kind++] = (*ret)[i];
	}
	return n_kind;
}

struct loading {
	struct fleet_load *load;
	enum principal_kind kind;
	struct principal *before;
	size_t n_before;
};

static const struct principal *was_before(const struct loading *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->n_before; i++) {
		if (text_equal(l->before[i].name, name))
			return &l->before[i];
	}
	return NULL;
}

/* NULL if there is something wrong with it. */
static const char *principal_load(struct loading *l, const struct fleet_principal *item, size_t i, const char *path)
{
	struct fleet_load *load = l->load;
	struct principal row = item->row;
	const struct principal *before = was_before(l, row.name);
	struct principal other;

	if (!principal_name_well_formed(row.name)) {
		fleet_wrong(load, path, "name", "a name is 1 to %d letters, digits, '.', '-' or '_'", PRINCIPAL_NAME_MAX);
		return NULL;
	}
	row.account = load->account.id;
	row.kind = l->kind;
	row.policies = text_or(row.policies, "[]");
	row.password = text_or(row.password, before ? before->password : "");
	/* A role is known by a number that follows from its name. */
	if (l->kind == PRINCIPAL_ROLE)
		row.id = role_id(load->work->arena, row.account, row.name);
	else if (text_empty(row.id))
		row.id = before ? before->id : principal_id_mint(load->work);
	if (!fleet_id_well_formed(row.id)) {
		fleet_wrong(load, path, "id", "an id is 1 to 64 letters, digits, '-', '_' or '*'");
		return NULL;
	}
	if (principal_get(load->work->txn, row.id, &other)) {
		fleet_wrong(load, path, "id", "\"%s\" is the id of the %s %s of the account %s", row.id,
		            principal_kind_names[other.kind], other.name, other.account);
		return NULL;
	}
	/* Their order is kept. */
	if (!row.created_at)
		row.created_at = before ? before->created_at : load->work->now + (int64_t)i;
	principal_put(load->work->txn, &row);
	/* Who knows only the old password is to be out. */
	if (before && !text_equal(row.password, before->password))
		token_revoke_all(load->work, row.account, row.id);
	return row.id;
}

static void revoke_tokens_of_gone(const struct loading *l)
{
	struct principal known;
	size_t i;

	for (i = 0; i < l->n_before && l->kind == PRINCIPAL_USER; i++) {
		if (!principal_get(l->load->work->txn, l->before[i].id, &known))
			token_revoke_all(l->load->work, l->load->account.id, l->before[i].id);
	}
}

/* Replaced only if they are given, as keys are. */
static size_t principals_load(struct fleet_load *load, const struct fleet_list *list, const char *path,
                              enum principal_kind kind)
{
	const struct fleet_principal *items = list->items;
	struct loading l = { .load = load, .kind = kind };
	size_t n_keys = 0;
	size_t i;

	l.n_before = take_away(load, kind, &l.before);
	for (i = 0; i < list->n; i++) {
		const char *item_path = fleet_item_path(load, path, i);
		const char *id = NULL;

		if (is_named_before(items, i))
			fleet_wrong(load, item_path, "name", "\"%s\" is there twice", items[i].row.name);
		else
			id = principal_load(&l, &items[i], i, item_path);
		if (id)
			n_keys += user_keys_load(load, list, i, item_path, id);
	}
	revoke_tokens_of_gone(&l);
	return n_keys;
}

static void users_load(struct fleet_load *load, const struct fleet_list *list, const char *path)
{
	if (!list->given)
		return;
	if (principals_load(load, list, path, PRINCIPAL_USER) > USER_KEYS_MOST)
		fleet_wrong(load, path, NULL, "the users of an account have at most %d access keys together", USER_KEYS_MOST);
	delete_unlisted_keys(load);
}

static void roles_load(struct fleet_load *load, const struct fleet_list *list, const char *path)
{
	if (list->given)
		principals_load(load, list, path, PRINCIPAL_ROLE);
}

/* ---- dump ---- */

static void keys_of(struct work *work, const struct access_key *keys, size_t n, const char *holder, struct fleet_list *ret)
{
	struct fleet_access_key *items = arena_array(work->arena, struct fleet_access_key, n);
	size_t n_held = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_equal(keys[i].holder, holder))
			items[n_held++].row = keys[i];
	}
	*ret = (struct fleet_list){ items, n_held, n_held > 0 };
}

static void principals_dump(struct work *work, const struct account *account, enum principal_kind kind,
                            struct fleet_list *ret)
{
	struct principal *rows;
	struct access_key *keys;
	size_t n = principal_list(work->txn, account->id, &rows);
	size_t n_keys = kind == PRINCIPAL_USER ? access_key_list(work->txn, account->id, &keys) : 0;
	struct fleet_principal *items = arena_array(work->arena, struct fleet_principal, n);
	size_t n_kind = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		struct fleet_principal *item = &items[n_kind];

		if (rows[i].kind != kind)
			continue;
		n_kind++;
		item->row = rows[i];
		if (kind == PRINCIPAL_ROLE)
			item->row.id = NULL;
		else
			keys_of(work, keys, n_keys, rows[i].id, &item->access_keys);
	}
	*ret = (struct fleet_list){ items, n_kind, true };
}

static void users_dump(struct work *work, const struct account *account, struct fleet_list *ret)
{
	principals_dump(work, account, PRINCIPAL_USER, ret);
}

static void roles_dump(struct work *work, const struct account *account, struct fleet_list *ret)
{
	principals_dump(work, account, PRINCIPAL_ROLE, ret);
}

const struct fleet_module fleet_users = {
	.name = "users",
	.part = FLEET_OF_ACCOUNT,
	.most = PRINCIPALS_MAX,
	.load = users_load,
	.dump = users_dump,
};

const struct fleet_module fleet_roles = {
	.name = "roles",
	.part = FLEET_OF_ACCOUNT,
	.most = PRINCIPALS_MAX,
	.load = roles_load,
	.dump = roles_dump,
};
