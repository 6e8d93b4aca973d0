#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "core/catalogue.h"
#include "core/core.h"

#define ID_TAIL 18 /* characters after the prefix, region code included */

void work_begin(struct work *work, struct core *core, struct txn *txn, const struct caller *caller, int64_t now)
{
	*work = (struct work){ .core = core, .txn = txn, .arena = txn_arena(txn), .now = now, .caller = *caller };
}

bool work_refuse(struct work *work, enum refusal_reason reason, const char *subject)
{
	work->refusal = (struct refusal){ .reason = reason, .subject = subject };
	return false;
}

static const char *check_subject(const struct work *work, const struct check *check, const struct facts *facts)
{
	switch (check->about) {
	case ABOUT_INSTANCE:
		return facts->instance_id;
	case ABOUT_DISK:
		return facts->disk_id;
	case ABOUT_REGION:
		return work->caller.tenant.region;
	case ABOUT_SNAPSHOT:
		return facts->snapshot_id;
	case ABOUT_NOTHING:
		break;
	}
	return NULL;
}

bool work_check(struct work *work, const struct check *checks, size_t n, const void *facts)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (checks[i].stands(work, facts))
			return work_refuse(work, checks[i].reason, check_subject(work, &checks[i], facts));
	}
	return true;
}

bool check_region_unknown(const struct work *work, const void *facts)
{
	(void)facts;
	return work->caller.tenant.region && !region_find(work->caller.tenant.region);
}

bool tenant_equal(const struct tenant *a, const struct tenant *b)
{
	return text_equal(a->account, b->account) && text_equal(a->scope, b->scope) && text_equal(a->region, b->region);
}

bool work_is_callers(const struct work *work, const struct tenant *tenant)
{
	const struct tenant *caller = &work->caller.tenant;

	return text_equal(tenant->account, caller->account) && text_equal(tenant->scope, caller->scope) &&
	       (!caller->region || text_equal(tenant->region, caller->region));
}

bool find_instance(const struct work *work, const char *id, struct instance *ret)
{
	struct instance found;

	if (!id || !instance_get(work->txn, id, &found) || !work_is_callers(work, &found.tenant))
		return false;
	*ret = found;
	return true;
}

bool find_disk(const struct work *work, const char *id, struct disk *ret)
{
	struct disk found;

	if (!id || !disk_get(work->txn, id, &found) || !work_is_callers(work, &found.tenant))
		return false;
	*ret = found;
	return true;
}

bool find_snapshot(const struct work *work, const char *id, struct snapshot *ret)
{
	struct snapshot found;

	if (!id || !snapshot_get(work->txn, id, &found) || !work_is_callers(work, &found.tenant) ||
	    found.state == SNAPSHOT_DELETING)
		return false;
	*ret = found;
	return true;
}

struct account find_account(const struct work *work)
{
	struct account account;

	/* A call whose account was removed does not get here (api/newcomer.h): without one the store is broken, and nothing
	 * is allowed to an account that cannot be read. */
	if (!account_get(work->txn, work->caller.tenant.account, &account))
		account = (struct account){ .id = "", .realm = "", .name = "" };
	return account;
}

const char *mint_id(const struct work *work, const char *prefix, const char *region)
{
	const struct region *found = region_find(region);
	const char *code = found ? found->id_code : "";
	char tail[ID_TAIL + 1];

	random_base36(tail, ID_TAIL - strlen(code));
	return arena_printf(work->arena, "%s-%s%s", prefix, code, tail);
}
