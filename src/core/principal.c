#include "core/principal.h"

#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "core/realm.h"
#include "core/role.h"

#define PRINCIPAL_ID_DIGITS 32 /* where ids are no numbers */

bool principal_name_well_formed(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length <= PRINCIPAL_NAME_MAX &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_") == length;
}

const char *principal_id_mint(struct work *work)
{
	char digits[PRINCIPAL_ID_DIGITS + 1];
	uint64_t number;

	if (work_realm(work)->ids == ID_UUID) {
		random_hex(digits, PRINCIPAL_ID_DIGITS);
		return arena_text(work->arena, digits);
	}
	random_bytes(&number, sizeof number);
	return arena_printf(work->arena, "2%017llu", (unsigned long long)(number % 100000000000000000u));
}

bool access_key_give(struct work *work, struct access_key *key, const char *user)
{
	struct principal holder;

	if (!principal_find(work->txn, key->account, PRINCIPAL_USER, user, &holder))
		return work_refuse(work, REFUSE_USER_UNKNOWN, user);
	key->holder = holder.id;
	access_key_put(work->txn, key);
	return true;
}

bool role_is_there(struct work *work, const char *account, const char *name)
{
	struct principal *all;
	struct principal role;
	size_t n;
	size_t i;

	if (principal_find(work->txn, account, PRINCIPAL_ROLE, name, &role))
		return true;
	n = principal_list(work->txn, account, &all);
	for (i = 0; i < n; i++) {
		if (all[i].kind == PRINCIPAL_ROLE)
			return work_refuse(work, REFUSE_ROLE_ABSENT, arena_printf(work->arena, "%s:role/%s", account, name));
	}
	return true;
}
