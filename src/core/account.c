#include "core/account.h"

#include "base/random.h"
#include "base/text.h"
#include "core/guard.h"

#define KEY_ID_PREFIX "LTAI5t"
#define KEY_ID_TAIL   18
#define SECRET_LENGTH 30

struct account account_create(struct work *work, const char *realm, const char *name)
{
	struct account account = {
		.realm = realm,
		.name = name,
		.disk_white_list = true,
		.safe_detach = guard_is_real(work->core),
		.created_at = work->now,
	};
	uint64_t number;

	random_bytes(&number, sizeof number);
	account.id = arena_printf(work->arena, "1%015llu", (unsigned long long)(number % 1000000000000000ull));
	account_put(work->txn, &account);
	return account;
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
	char tail[SECRET_LENGTH + 1];

	if (!account_get(work->txn, account, &owner))
		return work_refuse(work, REFUSE_ACCOUNT_UNKNOWN, account);
	if (!id) {
		random_alphanumeric(tail, KEY_ID_TAIL);
		key.id = arena_printf(work->arena, KEY_ID_PREFIX "%s", tail);
	}
	if (!secret) {
		random_alphanumeric(tail, SECRET_LENGTH);
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
