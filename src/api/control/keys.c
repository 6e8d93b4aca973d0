/* Operations on access keys. */
#include "api/control/control.h"
#include "api/keys.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/account.h"
#include "core/principal.h"

/* The cache of keys is renewed after the commit and before the reply: who reads the reply can use the key. */
static void reload_then(struct call *call)
{
	if (!key_cache_load(call->api->keys, call->api->core->store))
		call_refuse(call, REFUSE_INTERNAL, NULL);
	call_resume(call);
}

/* ---- list ---- */

struct key_item {
	const char *id, *account, *user, *description, *state, *created_at;
};

struct keys_out {
	struct items keys;
};

struct keys_in {
	const char *account, *user;
};

static const struct field keys_in_fields[] = {
	TEXT(struct keys_in, account, "account"),
	TEXT(struct keys_in, user, "user", .doc = "Only those of users of this name."),
	FIELDS_END,
};

static const struct field key_fields[] = {
	TEXT(struct key_item, id, "access_key_id"),
	TEXT(struct key_item, account, "account"),
	TEXT(struct key_item, user, "user", .flags = FIELD_OMIT_EMPTY, .doc = "Whose it is, unless it is the account's own."),
	TEXT(struct key_item, description, "description"),
	TEXT(struct key_item, state, "state"),
	TEXT(struct key_item, created_at, "created_at"),
	FIELDS_END,
};
static const struct shape key_shape = { sizeof(struct key_item), key_fields };

static const struct field keys_out_fields[] = {
	ITEMS(struct keys_out, keys, "keys", .of = &key_shape),
	FIELDS_END,
};

static const char *user_of(struct call *call, const struct access_key *key)
{
	struct principal holder;

	return !text_empty(key->holder) && principal_get(call->work.txn, key->holder, &holder) ? holder.name : "";
}

/* The development key is in no store. */
static void list_fixed(struct call *call, const struct keys_in *in, struct items *list)
{
	const char *fixed = key_cache_fixed_id(call->api->keys);
	struct arena *arena = call_work_arena(call);
	struct cached_key held;

	if (fixed && text_empty(in->user) && key_cache_find(call->api->keys, fixed, &held) &&
	    (text_empty(in->account) || text_equal(in->account, held.account)))
		((struct key_item *)list->items)[list->n++] =
			(struct key_item){ .id = arena_text(arena, held.id),
			                   .account = arena_text(arena, held.account),
			                   .description = "development key (--dev-key)",
			                   .state = access_key_state_names[ACCESS_KEY_ACTIVE] };
}

static bool keys_run(struct call *call, const void *in_, void *out_)
{
	const struct keys_in *in = in_;
	struct keys_out *out = out_;
	struct arena *arena = call_work_arena(call);
	struct access_key *rows;
	size_t n = access_key_list(call->work.txn, text_empty(in->account) ? NULL : in->account, &rows);
	struct key_item *items = arena_array(arena, struct key_item, n + 1);
	size_t i;

	out->keys = (struct items){ items, 0 };
	for (i = 0; i < n; i++) {
		const char *user = user_of(call, &rows[i]);

		if (!text_empty(in->user) && !text_equal(user, in->user))
			continue;
		items[out->keys.n++] = (struct key_item){ rows[i].id, rows[i].account, user, rows[i].description,
			                                  access_key_state_names[rows[i].state],
			                                  moment_seconds_text(arena, rows[i].created_at) };
	}
	list_fixed(call, in, &out->keys);
	return true;
}

const struct operation control_keys = {
	.name = "GET /_cleat/keys",
	.mode = OPERATION_READ,
	.in = { sizeof(struct keys_in), keys_in_fields },
	.out = { sizeof(struct keys_out), keys_out_fields },
	.run = keys_run,
	.doc = "Lists access keys, without their secrets; the development key is the last, made at no time.",
};

/* ---- create ---- */

struct create_in {
	const char *account, *user, *description;
};

struct create_out {
	const char *id, *secret, *account, *user;
};

static const struct field create_in_fields[] = {
	TEXT(struct create_in, account, "account", .max = 32),
	TEXT(struct create_in, user, "user", .max = PRINCIPAL_NAME_MAX, .doc = "A user of the account; otherwise the account itself."),
	TEXT(struct create_in, description, "description", .max = 256),
	FIELDS_END,
};

static const struct field create_out_fields[] = {
	TEXT(struct create_out, id, "access_key_id"),
	TEXT(struct create_out, secret, "secret"),
	TEXT(struct create_out, account, "account"),
	TEXT(struct create_out, user, "user", .flags = FIELD_OMIT_EMPTY),
	FIELDS_END,
};

static bool create_run(struct call *call, const void *in_, void *out_)
{
	const struct create_in *in = in_;
	struct create_out *out = out_;
	const char *account = in->account;
	struct account *accounts;
	struct access_key key;

	/* No account named: the first one, which every store has. */
	if (text_empty(account) && account_list(call->work.txn, &accounts))
		account = accounts[0].id;
	if (!call_verb(call, access_key_create(&call->work, text_or(account, ""), NULL, NULL, in->description, &key)))
		return false;
	if (!text_empty(in->user) && !call_verb(call, access_key_give(&call->work, &key, in->user)))
		return false;
	*out = (struct create_out){ key.id, key.secret, key.account, text_or(in->user, "") };
	call->then = reload_then;
	return true;
}

const struct operation control_key_create = {
	.name = "POST /_cleat/keys",
	.mode = OPERATION_WRITE,
	.in = { sizeof(struct create_in), create_in_fields },
	.out = { sizeof(struct create_out), create_out_fields },
	.run = create_run,
	.doc = "Makes an access key; its secret is shown this once.",
};

/* ---- disable, enable ---- */

struct state_in {
	const char *id;
};

static const struct field state_in_fields[] = {
	TEXT(struct state_in, id, "access_key_id", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 128),
	FIELDS_END,
};

static const struct field state_out_fields[] = {
	TEXT(struct state_in, id, "access_key_id"),
	FIELDS_END,
};

static bool set_state(struct call *call, const void *in_, void *out_, enum access_key_state state)
{
	const struct state_in *in = in_;
	struct state_in *out = out_;

	out->id = in->id;
	call->then = reload_then;
	return call_verb(call, access_key_set_state(&call->work, in->id, state));
}

static bool disable_run(struct call *call, const void *in, void *out)
{
	return set_state(call, in, out, ACCESS_KEY_DISABLED);
}

static bool enable_run(struct call *call, const void *in, void *out)
{
	return set_state(call, in, out, ACCESS_KEY_ACTIVE);
}

const struct operation control_key_disable = {
	.name = "POST /_cleat/keys/disable",
	.mode = OPERATION_WRITE,
	.in = { sizeof(struct state_in), state_in_fields },
	.out = { sizeof(struct state_in), state_out_fields },
	.run = disable_run,
	.doc = "Requests signed with the key are refused from the reply on.",
};

const struct operation control_key_enable = {
	.name = "POST /_cleat/keys/enable",
	.mode = OPERATION_WRITE,
	.in = { sizeof(struct state_in), state_in_fields },
	.out = { sizeof(struct state_in), state_out_fields },
	.run = enable_run,
	.doc = "Undoes disable.",
};
