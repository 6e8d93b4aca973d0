/* The cloud itself: what a verb works with. It knows neither HTTP nor SQL nor QEMU, and no vendor's words.
 *
 * A verb is: find, an ordered array of checks, apply. It runs inside one transaction (struct work) and either changes
 * all it says or refuses with one reason and changes nothing. */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "contract/driver.h"
#include "contract/model.h"
#include "contract/refusal.h"
#include "contract/store.h"
#include "core/clock.h"

/* How long cloud work seems to take: no time, about a second, or about what the vendors' pages say. */
enum pace { PACE_INSTANT, PACE_QUICK, PACE_REAL, PACE_MAX };

struct core_settings {
	enum pace pace;
	int64_t max_detaching; /* attachments of one instance that may be Detaching at a time */
	int64_t retention;     /* milliseconds that ended jobs and attachments are kept */
	const char *driver;    /* name of the driver that new machines and disks get */
	const char *bare_metal_driver; /* of new bare metal servers and what is made with them; NULL: the same */
};

struct jobs;
struct realm;

#define CORE_DRIVERS_MAX 4

struct core {
	struct store *store;
	struct clock clock;
	struct core_settings settings;
	struct jobs *jobs; /* the runner; core/jobs.h */
	struct {
		const struct driver *driver;
		void *self;
	} drivers[CORE_DRIVERS_MAX];
	size_t n_drivers;
	char boot[33]; /* of this run of the server: owner of its leases */
};

/* Who asks. Scope or region NULL: the whole account is searched. */
struct caller {
	struct tenant tenant;
	const char *key_id; /* access key, or "cleat" for the server's own doings */
	const char *role;    /* a temporary key acts in a role of the account; NULL: the account itself */
	const char *session; /* of that role */
	const char *user;    /* whose key it is, by name; NULL: the account's own, or a role's */
	const char *user_id;
};

/* A job that this transaction made or wants to be looked at: the runner hears of it after the commit. */
struct job_ticket {
	const char *job;
	int64_t due_at; /* cloud time */
};

/* One run of a verb. Begun anew for each run of its transaction. */
struct work {
	struct core *core;
	struct txn *txn;
	struct arena *arena;
	int64_t now; /* cloud time, the same in every run */
	struct caller caller;
	struct refusal refusal;
	struct job_ticket *tickets;
	size_t n_tickets;
	const char *fault; /* the fault that the jobs it opens carry, or NULL */
	bool opened_job;
	const char **opened; /* the jobs that it opened and a client may wait for */
	size_t n_opened;
};

void work_begin(struct work *work, struct core *core, struct txn *txn, const struct caller *caller, int64_t now);

/* Records why the verb is not carried out, and returns false for the verb to return. */
bool work_refuse(struct work *work, enum refusal_reason reason, const char *subject);

/* Checks. `stands` says whether the row applies, that is: whether the verb is refused. */
enum check_about { ABOUT_NOTHING, ABOUT_INSTANCE, ABOUT_DISK, ABOUT_REGION, ABOUT_SNAPSHOT };

/* Every struct of facts begins with this. */
struct facts {
	const char *instance_id;
	const char *disk_id;
	const char *snapshot_id;
};

struct check {
	bool (*stands)(const struct work *work, const void *facts);
	enum refusal_reason reason;
	enum check_about about;
};

/* Goes through the rows in order; false with the first one that applies as the work's refusal. */
bool work_check(struct work *work, const struct check *checks, size_t n, const void *facts);

/* Rows that many verbs share; `facts` is not looked at. */
bool check_region_unknown(const struct work *work, const void *facts);

/* Of the caller; the first one for Cleat's own doings. */
const struct realm *work_realm(const struct work *work);
/* Whether two things live in the same account and region; for those who act for no caller, as jobs do. */
bool tenant_equal(const struct tenant *a, const struct tenant *b);

/* Whether what lives there is the caller's, in the caller's region if one was named. */
bool work_is_callers(const struct work *work, const struct tenant *tenant);

/* The resource of that id if it is the caller's, in the caller's region if one was named. */
bool find_instance(const struct work *work, const char *id, struct instance *ret);
bool find_disk(const struct work *work, const char *id, struct disk *ret);
bool find_snapshot(const struct work *work, const char *id, struct snapshot *ret); /* none that is being deleted */
struct account find_account(const struct work *work);

/* A new resource id in the caller's realm: "d" in cn-hangzhou gives "d-bp1" and 15 characters, or a UUID. */
const char *mint_id(const struct work *work, const char *prefix, const char *region);

#endif
