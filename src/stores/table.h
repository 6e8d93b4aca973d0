/* Rows as structs: a table lists its columns and where each lives in the struct, and one get, put, delete
 * and select serve all tables. It knows nothing of what a row means; which rows to select is said by
 * rows_*.c. */
#ifndef STORES_TABLE_H
#define STORES_TABLE_H

#include "stores/engine.h"

enum column_type {
	COLUMN_TEXT,
	COLUMN_INT64,
	COLUMN_BOOL,
	COLUMN_ENUM,     /* kept as its name: people can read the file, and enums can grow in the middle */
	COLUMN_ENUM_NOT, /* 0 where the enum has that one value, else 1: for indexes, never read back */
};

/* What indexes have to do with a column. An engine that is told to set a column rewrites every index that
 * looks at it, changed or not, so a put only sets what it must: see table_put. */
enum column_index {
	INDEX_NONE,
	INDEX_MOVES, /* some index looks at it, and it changes in a row's life */
	INDEX_STAYS, /* some index looks at it, and it hardly ever changes */
};

struct column {
	const char *name;
	enum column_type type;
	size_t offset;
	enum column_index index;
	const char *const *names; /* COLUMN_ENUM: ends with NULL */
	int value;                /* COLUMN_ENUM_NOT */
};

/* The numbers of statements whose text never changes. Each table has five in a row. */
#define TABLE_SLOTS(name) \
	SLOT_##name##_GET, SLOT_##name##_PUT, SLOT_##name##_MOVE, SLOT_##name##_REPLACE, SLOT_##name##_DELETE
enum statement_slot {
	TABLE_SLOTS(ACCOUNT),
	TABLE_SLOTS(ACCESS_KEY),
	TABLE_SLOTS(TEMPORARY_KEY),
	TABLE_SLOTS(TOKEN),
	TABLE_SLOTS(PROJECT),
	TABLE_SLOTS(CLIENT_JOB),
	TABLE_SLOTS(PRINCIPAL),
	TABLE_SLOTS(INSTANCE_TYPE),
	TABLE_SLOTS(IMAGE),
	TABLE_SLOTS(INSTANCE),
	TABLE_SLOTS(DISK),
	TABLE_SLOTS(SNAPSHOT),
	TABLE_SLOTS(ATTACHMENT),
	TABLE_SLOTS(JOB),
	TABLE_SLOTS(FAULT),
	TABLE_SLOTS(EVENT),
	TABLE_SLOTS(TAG),
	TABLE_SLOTS(CLIENT_TOKEN),
	TABLE_SLOTS(META),
	TABLE_SLOTS(VPC),
	TABLE_SLOTS(VSWITCH),
	TABLE_SLOTS(SECURITY_GROUP),
	TABLE_SLOTS(SECURITY_GROUP_RULE),
	TABLE_SLOTS(SCALING_GROUP),
	TABLE_SLOTS(SCALING_CONFIGURATION),
	TABLE_SLOTS(SCALING_DISK),
	TABLE_SLOTS(SCALING_MEMBER),
	TABLE_SLOTS(SCALING_RULE),
	TABLE_SLOTS(LIFECYCLE_HOOK),
	TABLE_SLOTS(LIFECYCLE_ACTION),
	TABLE_SLOTS(SCALING_ACTIVITY),
	TABLE_SLOTS(LOAD_BALANCER),
	TABLE_SLOTS(BACKEND),
	TABLE_SLOTS(DB_INSTANCE),
	TABLE_SLOTS(DB_WHITE_LIST),
	SLOT_ACCOUNT_LIST,
	SLOT_ACCOUNT_OF_OWN_KEY,
	SLOT_ACCESS_KEY_LIST,
	SLOT_ACCESS_KEY_LIST_OF_ACCOUNT,
	SLOT_PROJECT_LIST,
	SLOT_CLIENT_JOB_PURGE,
	SLOT_PRINCIPAL_FIND,
	SLOT_PRINCIPAL_LIST,
	SLOT_TEMPORARY_KEY_LIST,
	SLOT_TEMPORARY_KEY_FIND,
	SLOT_TEMPORARY_KEY_COUNT,
	SLOT_TEMPORARY_KEY_PURGE,
	SLOT_TOKEN_COUNT,
	SLOT_TOKEN_DELETE_OLDEST,
	SLOT_TOKEN_PURGE,
	SLOT_INSTANCE_TYPE_ROWS,
	SLOT_IMAGE_ROWS,
	SLOT_ATTACHMENT_OF_DISK_ALONE,
	SLOT_ATTACHMENT_OF_DISK_SHARED,
	SLOT_ATTACHMENT_OF_INSTANCE,
	SLOT_ATTACHMENT_SLOTS,
	SLOT_ATTACHMENT_PURGE,
	SLOT_JOB_PURGE,
	SLOT_SECURITY_GROUP_RULE_LIST,
	SLOT_SECURITY_GROUP_RULE_COUNT_PEER,
	SLOT_LOAD_BALANCER_LIST,
	SLOT_BACKEND_LIST,
	SLOT_BACKEND_COUNT,
	SLOT_BACKEND_LIST_OF_INSTANCE,
	SLOT_BACKEND_DELETE_OF_INSTANCE,
	SLOT_DB_WHITE_LIST_LIST,
	SLOT_FAULT_LIST,
	SLOT_FAULT_LIST_OF_ACCOUNT,
	SLOT_FAULT_DELETE_ALL,
	SLOT_FAULT_DELETE_OF_ACCOUNT,
	SLOT_EVENT_PURGE,
	SLOT_TAG_LIST,
	SLOT_TAG_DELETE_ALL,
	SLOT_CLIENT_TOKEN_PURGE,
	SLOT_SCALING_DISK_LIST,
	SLOT_SCALING_DISK_DELETE_ALL,
	SLOT_SCALING_ACTIVITY_PURGE,
	SLOT_LIFECYCLE_ACTION_PURGE,
	SLOT_MAX
};
_Static_assert(SLOT_MAX <= STATEMENT_SLOTS, "engine.h must offer as many slots as there are statements");

struct table {
	const char *name;
	const struct column *columns; /* the first n_key are the primary key */
	size_t n_columns;
	size_t n_key;
	size_t row_size;
	enum statement_slot slot; /* its first */
	/* Whether columns of INDEX_MOVES have just been changed, as far as the row itself tells; NULL: no idea. */
	bool (*has_moved)(const void *row);
};

/* Offsets that only compile if the member has the type that the column says. */
#define MEMBER_AT(T, m, ctype) \
	(offsetof(struct T, m) + 0 * sizeof(_Generic(&((struct T *)0)->m, ctype *: 1)))
#define MEMBER_ENUM_AT(T, m) \
	(offsetof(struct T, m) + 0 * sizeof(char[sizeof(((struct T *)0)->m) == sizeof(int) ? 1 : -1]))

#define TEXT(T, m, ...) \
	{ .name = #m, .type = COLUMN_TEXT, .offset = MEMBER_AT(T, m, const char *), __VA_ARGS__ }
#define INT64(T, m, ...) \
	{ .name = #m, .type = COLUMN_INT64, .offset = MEMBER_AT(T, m, int64_t), __VA_ARGS__ }
#define BOOL(T, m, ...) \
	{ .name = #m, .type = COLUMN_BOOL, .offset = MEMBER_AT(T, m, bool), __VA_ARGS__ }
#define ENUM(T, m, values, ...) \
	{ .name = #m, .type = COLUMN_ENUM, .offset = MEMBER_ENUM_AT(T, m), .names = (values), __VA_ARGS__ }
#define ENUM_NOT(T, column, m, v, ...) \
	{ .name = #column, .type = COLUMN_ENUM_NOT, .offset = MEMBER_ENUM_AT(T, m), .value = (v), __VA_ARGS__ }
#define MOVES .index = INDEX_MOVES
#define STAYS .index = INDEX_STAYS

#define TENANT_TEXT(T, m, ...) \
	{ .name = #m, .type = COLUMN_TEXT, .offset = MEMBER_AT(T, tenant.m, const char *), __VA_ARGS__ }
#define TENANT(T, ...)                                                                            \
	TENANT_TEXT(T, realm, __VA_ARGS__), TENANT_TEXT(T, account, __VA_ARGS__),                 \
	TENANT_TEXT(T, scope, __VA_ARGS__), TENANT_TEXT(T, region, __VA_ARGS__)

/* A value for a parameter: the number counts where text is NULL. */
struct param {
	const char *text;
	int64_t number;
};
#define PARAM_TEXT(v)   ((struct param){ .text = (v) ? (v) : "" })
#define PARAM_NUMBER(v) ((struct param){ .number = (v) })

/* Which rows, in which order: what follows FROM. */
struct selection {
	int slot; /* or STATEMENT_NO_SLOT */
	const char *rest;
	const struct param *params; /* $1, $2, ... */
	size_t n_params;
	size_t expected; /* about how many rows; 0: no idea */
};

/* `key` has as many texts as the table's primary key has columns. */
bool table_get(struct txn *txn, const struct table *table, const char *const *key, void *ret);
void table_put(struct txn *txn, const struct table *table, const void *row);
void table_delete(struct txn *txn, const struct table *table, const char *const *key);

/* The rows as an array in the arena, and their number. */
void *table_select(struct txn *txn, const struct table *table, const struct selection *selection,
                   size_t *ret_n);

/* Runs a statement that returns no rows, or one with one number: returns that, or how many rows it
 * changed. */
int64_t table_run(struct txn *txn, int slot, const char *sql, const struct param *params, size_t n_params);

#endif
