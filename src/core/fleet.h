/* The whole state of accounts at once: put in place of what they had, and given out again. The fleet file is its form on
 * paper (api/control/fleet_file.h); nothing here knows how that is written.
 *
 * A fleet holds settled states only: nothing is under way in it. Each of its sections is a row of fleet_modules, with the
 * functions that check, put, give out; the order of the rows is that of the file. */
#ifndef CORE_FLEET_H
#define CORE_FLEET_H

#include "contract/balancer.h"
#include "contract/database.h"
#include "core/core.h"

#define FLEET_ACCOUNTS_MAX 1000
#define FLEET_PROBLEMS_MAX 10 /* told at a time */

/* What a section is a list in. */
enum fleet_part { FLEET_OF_CATALOGUE, FLEET_OF_ACCOUNT, FLEET_OF_ALL };

enum fleet_section {
	/* of the catalogue */
	FLEET_INSTANCE_TYPES,
	FLEET_IMAGES,
	/* of an account */
	FLEET_PROJECTS,
	FLEET_ACCESS_KEYS,
	FLEET_USERS,
	FLEET_ROLES,
	FLEET_INSTANCES,
	FLEET_DISKS,
	FLEET_SNAPSHOTS,
	FLEET_LOAD_BALANCERS,
	FLEET_DB_INSTANCES,
	/* of the fleet as a whole */
	FLEET_FAULTS,
	FLEET_SECTION_MAX
};

/* The items of a section, or of a list inside an item. */
struct fleet_list {
	void *items;
	size_t n;
	bool given; /* an empty one counts too */
};

/* What was given, where a default depends on something else; every item begins with a mask of these. */
enum fleet_given {
	FLEET_GIVEN_HOT_UNPLUG = 1,
	FLEET_GIVEN_MULTI_ATTACH = 2,
	FLEET_GIVEN_PORTABLE = 4,
	FLEET_GIVEN_DELETE_WITH_INSTANCE = 8,
	FLEET_GIVEN_SECRET = 16,
	FLEET_GIVEN_ENCRYPTED = 32,
	FLEET_GIVEN_DISK_TYPE = 64,
	FLEET_GIVEN_TIMES = 128,
	FLEET_GIVEN_WEIGHT = 256,
	FLEET_GIVEN_SAFE_DETACH = 512,
};

struct fleet_instance_type {
	uint64_t given;
	struct instance_type row;
};

struct fleet_image {
	uint64_t given;
	struct image row;
};

struct fleet_project {
	uint64_t given;
	struct project row;
};

struct fleet_access_key {
	uint64_t given;
	struct access_key row;
};

/* Its policies can be read (core/policy.h): what they say is not looked at here. */
struct fleet_principal {
	uint64_t given;
	struct principal row;
	const char *password; /* in plain text, of which row.password was made; NULL. Never dumped */
	struct fleet_list access_keys; /* struct fleet_access_key; of a user */
};

struct fleet_instance {
	uint64_t given;
	struct instance row;
	bool never_started;     /* otherwise it was when it was made, if the row does not say when */
	bool no_system_disk;    /* otherwise it gets one where no disk of the fleet is its own */
	struct fleet_list tags; /* struct fleet_tag */
};

struct fleet_tag {
	const char *key, *value;
};

struct fleet_attachment {
	uint64_t given;
	struct attachment row;
};

struct fleet_disk {
	uint64_t given;
	struct disk row;
	struct fleet_list tags;
	struct fleet_list attachments;
};

struct fleet_snapshot {
	uint64_t given;
	struct snapshot row;
	struct fleet_list tags;
};

struct fleet_load_balancer {
	uint64_t given;
	struct load_balancer row;
	struct fleet_list backends; /* struct fleet_backend */
};

struct fleet_backend {
	uint64_t given;
	struct backend row;
};

struct fleet_db_instance {
	uint64_t given;
	struct db_instance row;
	struct fleet_list white_lists; /* struct fleet_white_list */
};

struct fleet_white_list {
	uint64_t given;
	struct db_white_list row;
};

/* Its operation, code and effect are known to exist (api/fault.h): only whom it is for is a matter of rows. */
struct fleet_fault {
	uint64_t given;
	const char *effect; /* its word */
	struct fault_rule row;
};

struct fleet_account {
	uint64_t given;
	struct account row; /* id NULL: the oldest account there is, or a new one */
	struct fleet_list lists[FLEET_SECTION_MAX];
};

struct fleet {
	bool catalogue_given;
	struct fleet_list catalogue[FLEET_SECTION_MAX];
	struct fleet_list all[FLEET_SECTION_MAX]; /* FLEET_OF_ALL */
	struct fleet_account *accounts;
	size_t n_accounts;
};

/* What is wrong with a fleet, and where: "accounts[0].disks[3].size_gib". */
struct fleet_problems {
	struct arena *arena;
	struct {
		const char *path;
		const char *message;
	} items[FLEET_PROBLEMS_MAX];
	size_t n; /* all of them; the first FLEET_PROBLEMS_MAX are in items */
};

void fleet_problem(struct fleet_problems *problems, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

struct fleet_counts {
	int64_t accounts, instances, disks, attachments, snapshots, faults;
	const char *first_account;
};

/* Puts the fleet in place of what its accounts have, and of the catalogue's additions and all faults if it has some. Refuses
 * with FLEET_WRONG (see *problems), FLEET_JOBS_IN_FLIGHT or FLEET_NOT_SIMULATED. The drivers are to be told by a restore
 * afterwards, before any job runs. */
bool fleet_load(struct work *work, const struct fleet *fleet, struct fleet_problems *problems, struct fleet_counts *ret);

/* Removes all that the account has, and the faults for it (NULL: every account, the catalogue's additions, all faults); not
 * itself and its keys, unless it was made for a key of its own. `account` may be that key, as in fleet_dump. */
bool fleet_reset(struct work *work, const char *account, struct fleet_counts *ret);

/* The state of the account (NULL: of every account, with the catalogue and faults). Reads only. Refuses as above, and
 * ACCOUNT_UNKNOWN. */
bool fleet_dump(struct work *work, const char *account, struct fleet *ret);

#endif
