/* Which pages the second dialect has: one for each family of APIs, whose rows stand before those of the gateway. */
#include <assert.h>
#include <stdio.h>

#include "api/huawei/rest.h"
#include "base/text.h"
#include "reference.h"

#define ROWS_MAX       192
#define OPERATIONS_MAX 256

static const struct {
	const char *name;
	const char *product; /* of its operations */
	const char *title;
} pages[] = {
	{ "huawei-bms", "bms", "Huawei Cloud BMS" },
	{ "huawei-cinder", "cinder", "Huawei Cloud EVS, the API of Cinder" },
	{ "huawei-ecs", "ecs", "Huawei Cloud ECS" },
	{ "huawei-evs", "evs", "Huawei Cloud EVS" },
	{ "huawei-iam", "iam", "Huawei Cloud IAM" },
	{ "huawei-ims", "ims", "Huawei Cloud IMS" },
	{ "huawei-nova", "nova", "Huawei Cloud ECS, the API of Nova" },
};

static bool has_row(const struct error_row *rows, size_t n, const struct error_row *row)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (rows[i].reason == row->reason && rows[i].http == row->http && text_equal(rows[i].code, row->code) &&
		    text_equal(rows[i].message, row->message))
			return true;
	}
	return false;
}

static size_t add_rows(struct error_row *rows, size_t n, const struct error_row *more)
{
	for (; more && more->reason != REFUSE_NONE; more++) {
		if (has_row(rows, n, more))
			continue;
		assert(n + 1 < ROWS_MAX);
		rows[n++] = *more;
	}
	return n;
}

/* The operations of a family, and the rows that they share: the family's and the gateway's. */
static void take_family(const char *product, const struct operation **operations, struct error_row *rows)
{
	const struct operation *const *at;
	size_t n_operations = 0;
	size_t n_rows = 0;

	for (at = huawei_operations; *at; at++) {
		if (!text_equal((*at)->product, product))
			continue;
		assert(n_operations + 1 < OPERATIONS_MAX);
		operations[n_operations++] = *at;
		n_rows = add_rows(rows, n_rows, (*at)->common);
	}
	operations[n_operations] = NULL;
	n_rows = add_rows(rows, n_rows, dialect_huawei.errors);
	rows[n_rows] = (struct error_row){ .reason = REFUSE_NONE };
}

bool reference_huawei(const char *name, bool json)
{
	static const struct operation *operations[OPERATIONS_MAX];
	static struct error_row rows[ROWS_MAX];
	struct dialect dialect = dialect_huawei;
	size_t i;

	for (i = 0; i < COUNT_OF(pages) && !text_equal(pages[i].name, name); i++)
		;
	if (i == COUNT_OF(pages))
		return false;
	take_family(pages[i].product, operations, rows);
	dialect.operations = operations;
	dialect.errors = rows;
	if (json)
		reference_json(&dialect, false);
	else
		reference_print(&dialect, pages[i].title,
		                "Found by method and path; what is not in path, query or headers is a member of the JSON object that is "
		                "the body. Texts have at most 1024 characters and lists at most 100 items unless said otherwise. `%s` in "
		                "a message stands for what the error is about. Rows with the reason `fault` are for calls that meet one "
		                "([faults](../faults.md)).", NULL);
	return true;
}
