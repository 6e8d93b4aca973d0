/* What the tables of scaling share: conditions and the functions of contract/scaling.h, made for each table once. It knows no
 * table. */
#ifndef STORES_ROWS_SCALING_H
#define STORES_ROWS_SCALING_H

#include "contract/scaling.h"
#include "stores/where.h"

/* False: nothing can match. */
bool scaling_where_place(struct where *where, const struct scaling_filter *filter);

/* get, put, delete, list and count of a table whose rows are found by `name`_where. */
#define ROWS(name)                                                                                           \
	bool name##_get(struct txn *txn, const char *id, struct name *ret)                                   \
	{                                                                                                    \
		return table_get(txn, &name##_table, &id, ret);                                              \
	}                                                                                                    \
	void name##_put(struct txn *txn, const struct name *row)                                             \
	{                                                                                                    \
		table_put(txn, &name##_table, row);                                                          \
	}                                                                                                    \
	void name##_row_delete(struct txn *txn, const char *id)                                              \
	{                                                                                                    \
		table_delete(txn, &name##_table, &id);                                                       \
	}                                                                                                    \
	size_t name##_list(struct txn *txn, const struct scaling_filter *filter, const struct page *page,    \
	                   struct name **ret)                                                                \
	{                                                                                                    \
		struct where WHERE_CLEANUP where;                                                            \
		size_t n = 0;                                                                                \
                                                                                                             \
		where_init(&where, txn);                                                                     \
		if (!name##_where(&where, filter)) {                                                         \
			*ret = arena_new(txn_arena(txn), struct name);                                       \
			return 0;                                                                            \
		}                                                                                            \
		where_page(&where, page);                                                                    \
		*ret = where_select(&where, &name##_table, &n);                                              \
		return n;                                                                                    \
	}                                                                                                    \
	int64_t name##_count(struct txn *txn, const struct scaling_filter *filter)                           \
	{                                                                                                    \
		struct where WHERE_CLEANUP where;                                                            \
                                                                                                             \
		where_init(&where, txn);                                                                     \
		return name##_where(&where, filter) ? where_count(&where, &name##_table) : 0;                \
	}

#endif
