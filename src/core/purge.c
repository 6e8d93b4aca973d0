#include "core/purge.h"

#include "base/moment.h"
#include "contract/scaling.h"
#include "core/role.h"
#include "core/token.h"

#define PURGE_ROWS        500 /* of each table in one transaction */
#define CLIENT_TOKEN_LIFE (24 * HOUR)

bool purge_old_rows(struct txn *txn, struct core *core)
{
	int64_t now = clock_now(&core->clock);
	int64_t before = now - core->settings.retention;
	bool more = job_purge(txn, before, PURGE_ROWS) == PURGE_ROWS;

	more |= client_job_purge(txn, before, PURGE_ROWS) == PURGE_ROWS;
	more |= attachment_purge(txn, before, PURGE_ROWS) == PURGE_ROWS;
	more |= event_purge(txn, before, PURGE_ROWS) == PURGE_ROWS;
	more |= scaling_activity_purge(txn, before, PURGE_ROWS) == PURGE_ROWS;
	more |= client_token_purge(txn, now - CLIENT_TOKEN_LIFE, PURGE_ROWS) == PURGE_ROWS;
	more |= temporary_key_purge(txn, moment_now() - TEMPORARY_KEYS_KEPT, PURGE_ROWS) == PURGE_ROWS;
	more |= token_purge(txn, moment_now() - TOKENS_KEPT, PURGE_ROWS) == PURGE_ROWS;
	return more;
}
