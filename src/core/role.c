#include "core/role.h"

#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "core/principal.h"

#define ID_TAIL       25
#define SECRET_LENGTH 44
#define TOKEN_TAIL    124

#define FNV_START 14695981039346656037u
#define FNV_PRIME 1099511628211u

struct assume_facts {
	struct facts ids;
	const char *account;
	int64_t live; /* temporary keys of the account */
};

static bool is_anothers(const struct work *work, const void *facts)
{
	return !text_equal(((const struct assume_facts *)facts)->account, work->caller.tenant.account);
}

static bool are_too_many(const struct work *work, const void *facts)
{
	(void)work;
	return ((const struct assume_facts *)facts)->live >= TEMPORARY_KEYS_MAX;
}

static const struct check assume_checks[] = {
	{ is_anothers, REFUSE_ROLE_UNKNOWN, ABOUT_NOTHING },
	{ are_too_many, REFUSE_TEMPORARY_KEYS_LIMIT, ABOUT_NOTHING },
};

static const char *mint(struct work *work, const char *prefix, size_t tail)
{
	char *text = arena_alloc(work->arena, tail + 1);

	random_alphanumeric(text, tail);
	return arena_printf(work->arena, "%s%s", prefix, text);
}

static void put(struct work *work, const char *account, const struct key_of *args, struct temporary_key *ret)
{
	*ret = (struct temporary_key){
		.id = mint(work, "STS.", ID_TAIL),
		.account = account,
		.secret = mint(work, "", SECRET_LENGTH),
		.token = mint(work, "CAIS", TOKEN_TAIL),
		.role = args->role,
		.session = args->session,
		.holder = args->holder,
		.policy = text_or(args->policy, ""),
		.created_by = work->caller.key_id,
		.created_at = args->now,
		.expires_at = args->now + args->duration,
	};
	temporary_key_put(work->txn, ret);
}

static bool check(struct work *work, const char *account, int64_t now)
{
	struct assume_facts facts = {
		.account = account,
		.live = temporary_key_count(work->txn, account, now),
	};

	return work_check(work, assume_checks, COUNT_OF(assume_checks), &facts);
}

bool role_assume(struct work *work, const struct role_assume *args, struct temporary_key *ret)
{
	const struct key_of key = { args->role, args->session, "", args->policy, args->duration, args->now };

	if (!check(work, args->account, args->now) || !role_is_there(work, args->account, args->role))
		return false;
	put(work, args->account, &key, ret);
	return true;
}

bool temporary_key_create(struct work *work, const struct key_of *args, struct temporary_key *ret)
{
	const char *account = work->caller.tenant.account;

	if (!check(work, account, args->now))
		return false;
	put(work, account, args, ret);
	return true;
}

bool role_keep(struct work *work, const struct role_assume *args, int64_t least, struct temporary_key *ret,
               bool *ret_new)
{
	*ret_new = false;
	if (!role_is_there(work, args->account, args->role))
		return false;
	if (temporary_key_find(work->txn,
	                       &(struct temporary_key){ .account = args->account,
	                                                .role = args->role,
	                                                .session = args->session,
	                                                .created_by = work->caller.key_id },
	                       args->now + least, ret))
		return true;
	*ret_new = true;
	return role_assume(work, args, ret);
}

static uint64_t hash(uint64_t so_far, const char *text)
{
	for (; *text; text++)
		so_far = (so_far ^ (unsigned char)*text) * FNV_PRIME;
	return so_far;
}

const char *role_id(struct arena *arena, const char *account, const char *role)
{
	uint64_t number = hash(hash(hash(FNV_START, account), "/"), role);

	return arena_printf(arena, "3%017llu", (unsigned long long)(number % 100000000000000000u));
}
