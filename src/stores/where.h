/* Builds the WHERE, ORDER BY and LIMIT of a list from a filter, with a parameter for each value. The text
 * depends only on which conditions are asked for, so that few different statements are ever prepared. It
 * does not run them. */
#ifndef STORES_WHERE_H
#define STORES_WHERE_H

#include "base/buf.h"
#include "stores/table.h"

struct where {
	struct txn *txn;
	struct buf text;
	struct param *params; /* in the arena */
	size_t n_params;
	size_t room;
	size_t n_conditions;
	bool by_key;   /* few rows are picked by their id: no other index is to be used */
	size_t n_ids;  /* that they are picked from, 0: not by ids */
	int64_t limit; /* 0: all */
};

#define WHERE_CLEANUP __attribute__((cleanup(where_finish)))
void where_init(struct where *where, struct txn *txn);
void where_finish(struct where *where);

/* Any of the ids, whatever other index might seem cheaper to the engine; call it first. False: none can
 * match. */
bool where_ids(struct where *where, const char *const *ids, size_t n);
/* The ids that `select`, completed by the value, yields; the same about other indexes. */
void where_ids_selected(struct where *where, const char *select, const char *value);

void where_literal(struct where *where, const char *condition);

/* A condition around a value: `before` $N `after`. NULL is no condition. */
void where_around(struct where *where, const char *before, const char *value, const char *after);

/* The pair of columns stands behind this pair of values. NULL is no condition. */
void where_behind(struct where *where, const char *columns, const char *first, const char *second);

/* For rows of tag: what they belong to has these tags too. */
void where_other_tags(struct where *where, const struct tag_filter *tags, size_t n);

/* NULL, -1 and 0 (for moments) are no condition. */
void where_text(struct where *where, const char *column, const char *value);
void where_any(struct where *where, const char *column, const char *const *values, size_t n); /* one of them; 0: no
                                                                                                 condition */
void where_indexed(struct where *where, const char *column,
                   const char *value); /* a column that some index starts with */
void where_enum(struct where *where, const char *column, const char *operator, int value,
                const char *const *names);
/* Those of the names that are wanted, one flag for each; NULL is no condition. */
void where_enums(struct where *where, const char *column, const bool *wanted, const char *const *names);
void where_bool(struct where *where, const char *column, int value);
void where_moments(struct where *where, const char *column, int64_t from, int64_t to); /* both inclusive */
void where_pattern(struct where *where, const char *column, const char *pattern);      /* '*': any run */
void where_starts(struct where *where, const char *column, const char *prefix, const char *then);
void where_list_has(struct where *where, const char *column, const char *item); /* comma separated */
void where_tags(struct where *where, const char *table, const struct tag_filter *tags, size_t n);

/* Newest first by (created_at, id), with the page's part of it. `page` may be NULL. */
void where_page(struct where *where, const struct page *page);

void *where_select(struct where *where, const struct table *table, size_t *ret_n);
int64_t where_count(struct where *where, const struct table *table);

#endif
