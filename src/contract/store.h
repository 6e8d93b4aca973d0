/* What a store promises: rows that survive, changed by functions that run inside one transaction. It knows the rows of
 * contract/model.h and nothing of why they change.
 *
 * Transactions are functions. The store decides when, on which thread and how often to run one: a writing function may
 * run twice (its first run undone), so it has no effect but its rows and what it puts into its context. Before each
 * run the arena it was submitted with is reset.
 *
 * Errors are sticky: once a row function of a transaction has failed, the others of it do nothing and read nothing,
 * and the transaction is undone whatever the function returns. So verbs read rows without asking each time. */
#ifndef CONTRACT_STORE_H
#define CONTRACT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "contract/fault.h"
#include "contract/model.h"

struct store;
struct txn;

enum store_outcome {
	STORE_DONE,     /* committed and on disk (a read: done) */
	STORE_REFUSED,  /* the function returned false: undone */
	STORE_BUSY,     /* the queue of writes is full, or the store is closing: nothing ran */
	STORE_FULL,     /* no room on the disk or over max_bytes: undone */
	STORE_TIMEOUT,  /* a read that took too long was cut */
	STORE_BROKEN,   /* the database failed; undone */
};

/* Returns whether its changes are wanted. */
typedef bool (*store_fn)(struct txn *txn, void *context);

/* Called once when the outcome of a submitted function is on disk, on a thread of the store: only hands it on. */
typedef void (*store_done)(void *context, enum store_outcome outcome);

struct store_config {
	const char *directory;  /* exists; holds cleat.db and the lock */
	bool ephemeral;         /* no fsync: for directories that are removed at the end */
	bool run_twice;         /* every writing function runs twice, its first run undone (tests) */
	size_t queue_max;       /* writes waiting; more are STORE_BUSY */
	int64_t max_bytes;      /* size of the database file; 0: as large as the disk allows */
	int64_t min_free_bytes; /* writes are refused as STORE_FULL while the file system has less free; 0: no check */
	int read_timeout_ms;    /* a read is cut after that long; 0: never */
};

/* Opens (and if need be creates or upgrades) the database. NULL with a message in `error` that says what to do: another
 * server holds the directory, the file was written by a newer Cleat, ... */
struct store *store_open(const struct store_config *config, char *error, size_t error_size);

/* Refuses new writes, finishes those that wait, checkpoints and closes. */
void store_close(struct store *store);

/* Queues a writing function. `done` is called exactly once, also when nothing ran. Functions run in the order they were
 * submitted. The reply waits for `done`: what it acknowledges is on disk then. `arena` may be NULL if the function
 * reads no rows. */
void store_submit(struct store *store, store_fn fn, void *context, struct arena *arena, store_done done);

/* The same, and waits. For start-up and tests; never on a thread that must not wait. */
enum store_outcome store_write(struct store *store, store_fn fn, void *context, struct arena *arena);

/* Runs a reading function at once on the calling thread, on one snapshot. Reads after a write's `done` see it. */
enum store_outcome store_read(struct store *store, store_fn fn, void *context, struct arena *arena);

struct store_health {
	bool writable;          /* false: the last write found no room, and there is none yet */
	char reason[160];       /* why not, for people */
	int64_t transactions;   /* committed since start (groups, not functions) */
	int64_t functions;      /* run and committed since start */
	int64_t queue_length;
	int64_t database_bytes;
	int64_t wal_bytes;
};
void store_health_read(struct store *store, struct store_health *ret);

/* Writes a consistent copy of the database to a new file (mode 0600). Blocks; runs beside readers and writers.
 * False with a message in `error`. */
bool store_backup(struct store *store, const char *path, char *error, size_t error_size);

/* The arena of this run: rows that are read live in it. */
struct arena *txn_arena(struct txn *txn);

/* Whether a row function of this transaction failed. */
bool txn_failed(const struct txn *txn);

/* ---- rows --------------------------------------------------------------------------------------------------------
 * X_get: false if there is none (ret untouched). X_put: inserts, or replaces the row of that id. X_delete: no error
 * if there is none. X_list: fills *ret with an array in the arena and returns its length.
 * In filters NULL, 0 and -1 (for enums and booleans) mean "any". Lists are ordered newest first by (created_at, id),
 * and `after` continues behind a row (keyset paging); limit 0 is "all". */

struct page {
	int64_t limit;
	int64_t offset;           /* rows to skip; for page numbers */
	int64_t after_created_at; /* with after_id: continue behind this row */
	const char *after_id;
};

bool account_get(struct txn *txn, const char *id, struct account *ret);
void account_put(struct txn *txn, const struct account *account);
size_t account_list(struct txn *txn, struct account **ret); /* oldest first, those with a key of their own last */
bool account_of_own_key(struct txn *txn, const char *key, struct account *ret);

bool access_key_get(struct txn *txn, const char *id, struct access_key *ret);
void access_key_put(struct txn *txn, const struct access_key *key);
void access_key_delete(struct txn *txn, const char *id);
size_t access_key_list(struct txn *txn, const char *account, struct access_key **ret); /* oldest first; NULL: all */

bool principal_get(struct txn *txn, const char *id, struct principal *ret);
bool principal_find(struct txn *txn, const char *account, enum principal_kind kind, const char *name,
                    struct principal *ret);
void principal_put(struct txn *txn, const struct principal *principal);
void principal_delete(struct txn *txn, const char *id);
size_t principal_list(struct txn *txn, const char *account, struct principal **ret); /* oldest first; NULL: all */
/* Oldest first. */
bool project_get(struct txn *txn, const char *id, struct project *ret);
void project_put(struct txn *txn, const struct project *project);
void project_delete(struct txn *txn, const char *id);
size_t project_list(struct txn *txn, const char *account, struct project **ret);

bool client_job_get(struct txn *txn, const char *id, struct client_job *ret);
void client_job_put(struct txn *txn, const struct client_job *job);
/* Deletes up to `limit` that were made before `before` and whose jobs are all gone; returns how many. */
size_t client_job_purge(struct txn *txn, int64_t before, int64_t limit);

/* Those that expire behind a moment, the last to expire first; account NULL: all. Purge deletes up to `limit` that expired
 * before `before` and returns how many. */
bool temporary_key_get(struct txn *txn, const char *id, struct temporary_key *ret);
void temporary_key_put(struct txn *txn, const struct temporary_key *key);
size_t temporary_key_list(struct txn *txn, const char *account, int64_t expires_after, struct temporary_key **ret);
/* The last to expire of the account, role, session and maker of `like`, if it expires behind that moment. */
bool temporary_key_find(struct txn *txn, const struct temporary_key *like, int64_t expires_after,
                        struct temporary_key *ret);
int64_t temporary_key_count(struct txn *txn, const char *account, int64_t expires_after);
size_t temporary_key_purge(struct txn *txn, int64_t before, int64_t limit);

/* By digest. Count and delete_oldest are about those of a user, or of the account itself and its roles (holder ""); purge as
 * above. */
bool token_get(struct txn *txn, const char *id, struct token *ret);
void token_put(struct txn *txn, const struct token *token);
void token_delete(struct txn *txn, const char *id);
int64_t token_count(struct txn *txn, const char *account, const char *holder);
size_t token_delete_oldest(struct txn *txn, const char *account, const char *holder, int64_t limit);
size_t token_purge(struct txn *txn, int64_t before, int64_t limit);

/* Deletes everything that the account has but itself, its keys, users, roles and projects: instances, disks, attachments, jobs, tags; also what of
 * it has ended, and the answers that are remembered for its ClientTokens. */
void account_delete(struct txn *txn, const char *account); /* with all that it has, and its keys */
void account_clear(struct txn *txn, const char *account);

/* What was added to the built-in catalogue, or stands for a row of it of the same id; by id. */
bool instance_type_get(struct txn *txn, const char *id, struct instance_type *ret);
void instance_type_put(struct txn *txn, const struct instance_type *type);
void instance_type_delete(struct txn *txn, const char *id);
size_t instance_type_rows(struct txn *txn, struct instance_type **ret);

bool image_get(struct txn *txn, const char *id, struct image *ret);
void image_put(struct txn *txn, const struct image *image);
void image_delete(struct txn *txn, const char *id);
size_t image_rows(struct txn *txn, struct image **ret);

struct tag_filter {
	const char *key;
	const char *value; /* NULL: any value */
};

struct instance_filter {
	const char *realm;
	const char *account;
	const char *scope;
	const char *region;
	const char *const *ids;
	size_t n_ids; /* 0 with ids != NULL: none match */
	const char *zone;
	const char *name_pattern; /* '*' stands for any run of characters */
	int state;                /* enum instance_state or -1 */
	bool going_down;          /* instead of a state: stopping or releasing */
	const char *type;
	const char *type_family;
	const char *image;
	int kind; /* enum machine_kind or -1 */
	int charge_type;
	const char *key_pair;
	const char *vpc;
	const char *vswitch;
	const char *security_group;
	const char *resource_group;
	const char *lock;
	const char *private_ip;
	int64_t created_from; /* inclusive */
	int64_t created_to;
	const struct tag_filter *tags; /* all must match */
	size_t n_tags;
};
#define INSTANCE_FILTER_ANY ((struct instance_filter){ .state = -1, .kind = -1, .charge_type = -1 })

bool instance_get(struct txn *txn, const char *id, struct instance *ret);
void instance_put(struct txn *txn, const struct instance *instance);
void instance_delete(struct txn *txn, const char *id);
size_t instance_list(struct txn *txn, const struct instance_filter *filter, const struct page *page,
                     struct instance **ret);
int64_t instance_count(struct txn *txn, const struct instance_filter *filter);

struct disk_filter {
	const char *realm;
	const char *account;
	const char *scope;
	const char *region;
	const char *const *ids;
	size_t n_ids; /* 0 with ids != NULL: none match */
	const char *zone;
	const char *name_pattern; /* '*' stands for any run of characters */
	int status;               /* enum disk_status or -1 */
	int not_status;           /* a status to leave out, or -1 */
	int type;                 /* enum disk_type or -1 */
	const char *category;
	const char *instance; /* is attached to it, or still detaching from it */
	const char *origin_instance;
	const char *source_snapshot;
	int charge_type;
	int portable; /* 0, 1, or -1 */
	int delete_with_instance;
	int delete_auto_snapshot;
	int enable_auto_snapshot;
	int multi_attach;
	int encrypted;
	const char *kms_key;
	const char *resource_group;
	int64_t created_from; /* inclusive */
	int64_t created_to;
	const struct tag_filter *tags; /* all must match */
	size_t n_tags;
};
#define DISK_FILTER_ANY                                                                                          \
	((struct disk_filter){ .status = -1, .not_status = -1, .type = -1, .charge_type = -1, .portable = -1,    \
	                       .delete_with_instance = -1, .delete_auto_snapshot = -1, .enable_auto_snapshot = -1, \
	                       .multi_attach = -1, .encrypted = -1 })

bool disk_get(struct txn *txn, const char *id, struct disk *ret);
void disk_put(struct txn *txn, const struct disk *disk);
void disk_delete(struct txn *txn, const char *id);
size_t disk_list(struct txn *txn, const struct disk_filter *filter, const struct page *page, struct disk **ret);
int64_t disk_count(struct txn *txn, const struct disk_filter *filter);

struct snapshot_filter {
	const char *realm;
	const char *account;
	const char *scope;
	const char *region;
	const char *const *ids;
	size_t n_ids; /* 0 with ids != NULL: none match */
	const char *disk;
	const char *const *disks; /* and one of these */
	size_t n_disks;           /* 0: no condition */
	const char *instance; /* of the disks that are attached to it */
	const char *name;
	int state;     /* enum snapshot_state or -1 */
	int not_state; /* a state to leave out, or -1 */
	int disk_type; /* enum disk_type or -1 */
	const char *category;
	int encrypted; /* 0, 1, or -1 */
	int has_disks; /* disks were made of it: 0, 1, or -1 */
	const char *kms_key;
	const char *resource_group;
	int64_t created_from; /* inclusive */
	int64_t created_to;
	const struct tag_filter *tags; /* all must match */
	size_t n_tags;
};
#define SNAPSHOT_FILTER_ANY                                                                                   \
	((struct snapshot_filter){ .state = -1, .not_state = -1, .disk_type = -1, .encrypted = -1, .has_disks = -1 })

bool snapshot_get(struct txn *txn, const char *id, struct snapshot *ret);
void snapshot_put(struct txn *txn, const struct snapshot *snapshot);
void snapshot_delete(struct txn *txn, const char *id);
size_t snapshot_list(struct txn *txn, const struct snapshot_filter *filter, const struct page *page,
                     struct snapshot **ret);
int64_t snapshot_count(struct txn *txn, const struct snapshot_filter *filter);

/* Live attachments, oldest first: those that ended are reached by their id only. The store keeps, as unique indexes: one live attachment
 * of a disk unless all are shared; one live attachment of a disk to one instance; one holder of a device name of an
 * instance. Breaking one fails the transaction: it is a bug of the core. */
bool attachment_get(struct txn *txn, const char *id, struct attachment *ret);
void attachment_put(struct txn *txn, const struct attachment *attachment);
size_t attachment_list_of_disk(struct txn *txn, const char *disk, struct attachment **ret);
size_t attachment_list_of_instance(struct txn *txn, const char *instance, struct attachment **ret);
/* Attachments that hold a device name of the instance, live or ended. */
size_t attachment_list_slots(struct txn *txn, const char *instance, struct attachment **ret);
/* Deletes up to `limit` rows that ended before `before` and hold no slot; returns how many. */
size_t attachment_purge(struct txn *txn, int64_t before, int64_t limit);

struct job_filter {
	const char *account;
	const char *scope;
	const char *region;
	const char *const *ids;
	size_t n_ids; /* 0 with ids != NULL: none match */
	const char *instance;
	const char *disk;
	const char *const *disks; /* any of these */
	size_t n_disks;
	const char *attachment;
	const char *snapshot;
	const char *lock;
	int state; /* enum job_state or -1 */
	int kind;  /* enum job_kind or -1 */
	const bool *kinds; /* JOB_KIND_MAX of them, true for those that are wanted */
	int64_t created_from; /* inclusive */
	int64_t created_to;
};
#define JOB_FILTER_ANY ((struct job_filter){ .state = -1, .kind = -1 })

bool job_get(struct txn *txn, const char *id, struct job *ret);
void job_put(struct txn *txn, const struct job *job);
size_t job_list(struct txn *txn, const struct job_filter *filter, const struct page *page, struct job **ret);
int64_t job_count(struct txn *txn, const struct job_filter *filter);
/* Deletes up to `limit` ended jobs that ended before `before`; returns how many. */
size_t job_purge(struct txn *txn, int64_t before, int64_t limit);

/* Faults in the order they were added. Accounts of lists and deletes: NULL is every fault, "" those for any account. */
bool fault_get(struct txn *txn, const char *id, struct fault_rule *ret);
void fault_put(struct txn *txn, const struct fault_rule *rule);
void fault_delete(struct txn *txn, const char *id);
size_t fault_list(struct txn *txn, const char *account, struct fault_rule **ret);
void fault_delete_all(struct txn *txn, const char *account);
struct event_filter {
	const char *realm;
	const char *account;
	const char *scope;
	const char *region;
	const char *const *ids;
	size_t n_ids;      /* 0 with ids != NULL: none match */
	const bool *kinds; /* JOB_KIND_MAX of them, true for those that are wanted */
	const bool *outcomes; /* EVENT_OUTCOME_MAX of them, likewise; NULL: any */
	const char *job;      /* only those that this one made */
	bool of_instances; /* only those that are about an instance */
	bool of_disks;
	const char *const *instances; /* any of these */
	size_t n_instances;
	const char *const *disks;
	size_t n_disks;
	int64_t not_before_from; /* inclusive */
	int64_t not_before_to;
	int64_t created_from;
	int64_t created_to;
};
#define EVENT_FILTER_ANY ((struct event_filter){ 0 })

bool event_get(struct txn *txn, const char *id, struct event *ret);
void event_put(struct txn *txn, const struct event *event);
size_t event_list(struct txn *txn, const struct event_filter *filter, const struct page *page, struct event **ret);
int64_t event_count(struct txn *txn, const struct event_filter *filter);
/* Deletes up to `limit` rows that were made before `before`; returns how many. */
size_t event_purge(struct txn *txn, int64_t before, int64_t limit);

void tag_put(struct txn *txn, const struct tag *tag);
void tag_delete_all(struct txn *txn, const char *resource);
size_t tag_list(struct txn *txn, const char *resource, struct tag **ret); /* by key */

/* An answer remembered for a ClientToken. `id` is made by the caller of everything the token is unique in. */
struct client_token {
	const char *id;
	const char *account; /* it is forgotten with what the account has */
	const char *input_hash;
	const char *result; /* JSON */
	int64_t created_at;
};
bool client_token_get(struct txn *txn, const char *id, struct client_token *ret);
void client_token_put(struct txn *txn, const struct client_token *token);
size_t client_token_purge(struct txn *txn, int64_t before, int64_t limit);

/* Facts about the whole store: the clock's offset, ... NULL if there is none. */
const char *meta_get(struct txn *txn, const char *key);
void meta_put(struct txn *txn, const char *key, const char *value);

#endif
