#include "core/account.h"

#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "core/guard.h"
#include "core/project.h"
#include "core/realm.h"

#define KEY_TEXT_MAX 64 /* of what is made by chance */
#define DOMAIN_ID_LENGTH 32

static const char *id_of_number(struct work *work)
{
	uint64_t number;

	random_bytes(&number, sizeof number);
	return arena_printf(work->arena, "1%015llu", (unsigned long long)(number % 1000000000000000ull));
}

static const char *id_of_digits(struct work *work, size_t length)
{
	char digits[DOMAIN_ID_LENGTH + 1];

	random_hex(digits, length);
	return arena_text(work->arena, digits);
}

static struct account make(struct work *work, const char *realm, const char *name, const char *own_key)
{
	const struct realm *row = realm_find(realm);
	struct account account = {
		.realm = realm,
		.name = name,
		.own_key = own_key,
		.disk_white_list = true,
		.safe_detach = row->safe_detach || guard_is_real(work->core),
		.created_at = work->now,
	};

	account.id = row->ids == ID_UUID ? id_of_digits(work, DOMAIN_ID_LENGTH) : id_of_number(work);
	account_put(work->txn, &account);
	if (row->scoped)
		projects_create(work, &account);
	return account;
}

bool account_oldest(struct work *work, const char *realm, struct account *ret)
{
	struct account *all;
	size_t n = account_list(work->txn, &all);
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_equal(all[i].realm, realm)) {
			*ret = all[i];
			return true;
		}
	}
	return false;
}

struct account account_create(struct work *work, const char *realm, const char *name)
{
	return make(work, realm, name, "");
}

bool own_key_well_formed(const char *key)
{
	size_t length = strlen(key);
	size_t prefix = strlen(OWN_KEY_PREFIX);

	return text_starts(key, OWN_KEY_PREFIX) && length > prefix && length <= OWN_KEY_MAX &&
	       strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == length;
}

/* Other realms have their own accounts, which are nobody's newcomers here. */
static int64_t count_in_realm(struct work *work, const char *realm)
{
	struct account *all;
	size_t n = account_list(work->txn, &all);
	int64_t count = 0;
	size_t i;

	for (i = 0; i < n; i++)
		count += text_equal(all[i].realm, realm);
	return count;
}

bool account_for_own_key(struct work *work, const char *realm, const char *key, int64_t most, struct account *ret)
{
	struct access_key other;

	if (!own_key_well_formed(key))
		return work_refuse(work, REFUSE_KEY_MALFORMED, key);
	if (account_of_own_key(work->txn, key, ret))
		return true;
	if (access_key_get(work->txn, key, &other))
		return work_refuse(work, REFUSE_KEY_UNKNOWN, key);
	if (count_in_realm(work, realm) >= most)
		return work_refuse(work, REFUSE_ACCOUNTS_TOO_MANY, arena_printf(work->arena, "%lld", (long long)most));
	*ret = make(work, realm, key, key);
	return true;
}

bool account_named(struct work *work, const char *name, struct account *ret)
{
	return account_get(work->txn, name, ret) || account_of_own_key(work->txn, name, ret);
}

bool access_key_create(struct work *work, const char *account, const char *id, const char *secret,
                       const char *description, struct access_key *ret)
{
	struct access_key key = {
		.id = id,
		.account = account,
		.secret = secret,
		.description = description,
		.state = ACCESS_KEY_ACTIVE,
		.created_at = work->now,
	};
	struct account owner;
	struct access_key other;
	char tail[KEY_TEXT_MAX + 1];
	const struct realm *realm;

	if (!account_get(work->txn, account, &owner))
		return work_refuse(work, REFUSE_ACCOUNT_UNKNOWN, account);
	realm = realm_find(owner.realm);
	if (!id) {
		random_alphanumeric(tail, (size_t)realm->key_tail);
		key.id = arena_printf(work->arena, "%s%s", realm->key_prefix, tail);
	}
	if (!secret) {
		random_alphanumeric(tail, (size_t)realm->secret_length);
		key.secret = arena_text(work->arena, tail);
	}
	if (access_key_get(work->txn, key.id, &other)) {
		if (!text_equal(other.account, account))
			return work_refuse(work, REFUSE_KEY_EXISTS, key.id);
		key.created_at = other.created_at;
	}
	access_key_put(work->txn, &key);
	*ret = key;
	return true;
}

bool access_key_set_state(struct work *work, const char *id, enum access_key_state state)
{
	struct access_key key;

	if (!access_key_get(work->txn, id, &key))
		return work_refuse(work, REFUSE_KEY_UNKNOWN, id);
	key.state = state;
	access_key_put(work->txn, &key);
	return true;
}
