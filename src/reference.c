#include "reference.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "api/aliyun/product.h"
#include "api/aliyun/rpc.h"
#include "api/control/control.h"
#include "api/metadata/metadata.h"
#include "base/text.h"

const char *reference_type(const struct field *field)
{
	switch (field->type) {
	case FIELD_TEXT:
		return "text";
	case FIELD_TIME:
		return "time";
	case FIELD_OPT_BOOL:
	case FIELD_BOOL:
		return "boolean";
	case FIELD_OPT_INT:
	case FIELD_INT:
	case FIELD_DECIMAL:
		return "number";
	case FIELD_TEXTS:
		return "list of texts";
	case FIELD_INTS:
		return "list of numbers";
	case FIELD_JSON_TEXTS:
		return "JSON list of texts";
	case FIELD_ITEMS:
		return "list";
	case FIELD_OBJECT:
	case FIELD_PAIRS:
	case FIELD_NAMED_ITEMS:
		return "object";
	}
	return "";
}

void reference_name(const struct field *field, enum edition edition, const char *prefix, bool input, char *ret, size_t size)
{
	bool list = field->type == FIELD_ITEMS || field->type == FIELD_TEXTS || field->type == FIELD_INTS;
	const char *name = field_name(field, edition);

	if (field->type == FIELD_NAMED_ITEMS)
		snprintf(ret, size, "%s%s.{name}[]", prefix, name);
	else if (input)
		snprintf(ret, size, "%s%s%s", prefix, name, list ? ".N" : "");
	else if (list && field->item && edition == EDITION_FIRST)
		snprintf(ret, size, "%s%s.%s[]", prefix, name, field->item);
	else
		snprintf(ret, size, "%s%s%s", prefix, name, list ? "[]" : "");
}

/* Whether the path has a part {name}. */
static bool is_in_path(const char *path, const char *name)
{
	const char *at = path;
	size_t length = strlen(name);

	while ((at = strchr(at, '{')) != NULL) {
		at++;
		if (strncmp(at, name, length) == 0 && at[length] == '}')
			return true;
	}
	return false;
}

const char *reference_place(const struct operation *operation, const struct field *field)
{
	const struct field *at;

	if (!operation->method)
		return NULL;
	for (at = operation->in.fields; at->name && at != field; at++)
		;
	if (!at->name) /* inside another */
		return "body";
	if (is_in_path(operation->path, field->name))
		return "path";
	if (field->flags & FIELD_HEADER)
		return "header";
	return field->flags & FIELD_QUERY || text_equal(operation->method, "GET") || text_equal(operation->method, "DELETE") ?
	               "query" : "body";
}

/* What is printed: the first edition, and what the later one calls otherwise, if the API has one. */
struct printing {
	const struct operation *operation;
	const char *later; /* its version; NULL: none */
	bool input;
};

struct prefixes {
	const char *of[EDITION_LATER + 1];
};

static void print_values(const struct field *field)
{
	const char *const *value;

	for (value = field->values; value && *value; value++)
		printf("%s`%s`", value == field->values ? " " : ", ", *value);
	if (field->values)
		printf(".");
}

/* What a field takes, beside its type. */
static void print_limits(const struct field *field)
{
	bool number = field->type == FIELD_OPT_INT || field->type == FIELD_INT;
	bool list = field->type == FIELD_ITEMS || field->type == FIELD_TEXTS || field->type == FIELD_JSON_TEXTS;

	if (number && (field->min || field->max))
		printf(" %lld to %lld.", (long long)field->min, (long long)field->max);
	else if (list)
		printf(" At most %lld.", (long long)(field->max ? field->max : FIELD_ITEMS_MAX));
	else if (field->type == FIELD_TEXT && field->max && !field->values)
		printf(" %s%lld characters.", field->min ? "" : "At most ", (long long)field->max);
	if (field->bad)
		printf(" Else %d %s.", field->bad->http, field->bad->code);
	if (field->flags & FIELD_ACCEPTED)
		printf(" Accepted, without effect.");
	if (field->flags & FIELD_SECRET)
		printf(" Secret: the journal masks it.");
	if (field->flags & FIELD_DRY_RUN)
		printf(" `true`: all checks, no change.");
}

/* Both names, where they differ, and in which edition the field is not there. */
static void print_name(const struct printing *page, const struct field *field, const struct prefixes *prefixes)
{
	char names[EDITION_LATER + 1][256] = { "", "" };
	int e;

	for (e = 0; e <= EDITION_LATER; e++) {
		if (field_name(field, (enum edition)e))
			reference_name(field, (enum edition)e, prefixes->of[e], page->input, names[e], sizeof names[e]);
	}
	if (!page->later || text_equal(names[EDITION_FIRST], names[EDITION_LATER]))
		printf("| `%s` | ", names[EDITION_FIRST]);
	else if (!*names[EDITION_LATER])
		printf("| `%s` (not in %s) | ", names[EDITION_FIRST], page->later);
	else if (!*names[EDITION_FIRST])
		printf("| `%s` (only in %s) | ", names[EDITION_LATER], page->later);
	else
		printf("| `%s` (%s: `%s`) | ", names[EDITION_FIRST], page->later, names[EDITION_LATER]);
}

static void print_fields(const struct printing *page, const struct field *fields, const struct prefixes *prefixes);

static void print_inner(const struct printing *page, const struct field *field, const struct prefixes *prefixes)
{
	char names[EDITION_LATER + 1][260] = { "", "" };
	struct prefixes inner = { { names[EDITION_FIRST], names[EDITION_LATER] } };
	char name[256];
	int e;

	for (e = 0; e <= EDITION_LATER; e++) {
		if (!field_name(field, (enum edition)e))
			continue;
		reference_name(field, (enum edition)e, prefixes->of[e], page->input, name, sizeof name);
		snprintf(names[e], sizeof names[e], "%s.", name);
	}
	print_fields(page, field->of->fields, &inner);
}

static void print_fields(const struct printing *page, const struct field *fields, const struct prefixes *prefixes)
{
	const struct field *field;

	for (field = fields; field->name; field++) {
		print_name(page, field, prefixes);
		if (page->input && page->operation->method)
			printf("%s | ", reference_place(page->operation, field));
		printf("%s | ", reference_type(field));
		if (page->input)
			printf("%s | ", field->flags & FIELD_REQUIRED ? "yes" : "");
		printf("%s", field->doc ? field->doc : "");
		print_values(field);
		if (page->input)
			print_limits(field);
		printf(" |\n");
		if (field->of)
			print_inner(page, field, prefixes);
	}
}

static void print_rows(const struct error_row *rows)
{
	for (; rows && rows->reason != REFUSE_NONE; rows++)
		printf("| %d | `%s` | %s | %s | %s |\n", rows->http, rows->code, rows->message, refusal_words[rows->reason],
		       rows->source ? rows->source : "");
}

static bool has_rows(const struct error_row *rows)
{
	return rows && rows->reason != REFUSE_NONE;
}

/* "POST /v1/{project_id}/cloudservers/action#os-start": of those that share a path the one whose member the body has. */
static void print_place(const struct operation *operation)
{
	size_t length = strcspn(operation->path, "#");

	printf("`%s %.*s`", operation->method, (int)length, operation->path);
	if (operation->path[length])
		printf(" with `%s` in the body", operation->path + length + 1);
	printf(", which answers %d.\n\n", operation->success ? operation->success : 200);
}

static void print_operation(const struct operation *operation, const char *later)
{
	const struct prefixes none = { { "", "" } };

	printf("\n## %s\n\n", operation->name);
	if (operation->method)
		print_place(operation);
	printf("%s\n", operation->doc);
	if (operation->open_to_all)
		printf("\nNo permission is asked for.\n");
	else if (operation->permission)
		printf("\nPermission `%s` on `%s`.\n", operation->permission, operation->resource);
	if (operation->in.fields->name) {
		printf(operation->method ? "\n| parameter | in | type | needed | meaning |\n|---|---|---|---|---|\n" :
		                           "\n| parameter | type | needed | meaning |\n|---|---|---|---|\n");
		print_fields(&(struct printing){ operation, later, true }, operation->in.fields, &none);
	}
	if (operation->out.fields->name) {
		printf("\n| reply | type | |\n|---|---|---|\n");
		print_fields(&(struct printing){ operation, later, false }, operation->out.fields, &none);
	}
	if (has_rows(operation->errors) || has_rows(operation->faults)) {
		printf("\n| HTTP | code | message | reason | source, if not the vendor's page |\n|---|---|---|---|---|\n");
		print_rows(operation->errors);
		print_rows(operation->faults);
	}
}

void reference_print(const struct dialect *dialect, const char *title, const char *introduction, const char *later)
{
	const struct operation *const *at;
	size_t n = 0;

	for (at = dialect->operations; *at; at++)
		n++;
	printf("# %s\n\nMade from the server's own tables by `cleat reference`; do not edit.\n\n%s\n\n%zu operations%s", title,
	       introduction, n, n ? ":" : "");
	for (at = dialect->operations; *at; at++)
		printf("%s %s", at == dialect->operations ? "" : ",", (*at)->name);
	printf(".\n");
	for (at = dialect->operations; *at; at++)
		print_operation(*at, later);
	printf("\n## Errors of every operation\n\n| HTTP | code | message | reason | source, if not the vendor's gateway |\n"
	       "|---|---|---|---|---|\n");
	print_rows(dialect->errors);
	print_rows(dialect->faults);
}

static const struct product *product_named(const char *name, enum edition edition)
{
	const struct product *const *at;

	for (at = products; *at; at++) {
		if (text_equal((*at)->name, name) && (*at)->edition == edition)
			return *at;
	}
	return NULL;
}

#define ROWS_MAX 128

/* The words of a product, and the dialect's for all reasons that it has none for. */
static const struct error_row *rows_of(const struct product *product)
{
	static struct error_row rows[ROWS_MAX];
	const struct error_row *row;
	size_t n = 0;

	for (row = product->errors; has_rows(row); row++)
		rows[n++] = *row;
	for (row = dialect_aliyun.errors; has_rows(row); row++) {
		assert(n + 1 < ROWS_MAX);
		if (!product->errors || !error_row_find(product->errors, row->reason))
			rows[n++] = *row;
	}
	rows[n] = (struct error_row){ .reason = REFUSE_NONE };
	return rows;
}

/* A product is its dialect with operations and words of its own. */
static void print_product(const struct product *product, bool json)
{
	const struct product *later = product_named(product->name, EDITION_LATER);
	struct dialect dialect = dialect_aliyun;
	char title[64];

	dialect.operations = product->operations;
	dialect.errors = rows_of(product);
	snprintf(title, sizeof title, "%s %s%s%s", text_equal(product->name, "ecs") ? "ECS" : product->title, product->version,
	         later ? " and " : "", later ? later->version : "");
	if (json)
		reference_json(&dialect, later != NULL);
	else
		reference_print(&dialect, title,
		              "Parameters come in the query, in a form body or in both. Texts have at most 1024 characters and lists "
		              "at most 100 items unless said otherwise. `%s` in a message stands for what the error is about. "
		              "Rows with the reason `fault` are for calls that meet one ([faults](../faults.md)).",
		              later ? later->version : NULL);
}

struct reference_choice {
	bool json;
};

const struct option reference_options[] = {
	{ "json", NULL, AS_BOOL(struct reference_choice, json), .doc = "the same as JSON, for tools" },
	OPTIONS_END
};

static bool print(const char *name, bool json)
{
	const struct product *product = product_named(name, EDITION_FIRST);
	bool metadata = text_equal(name, "metadata");

	if (reference_huawei(name, json))
		return true;
	if (!product && !metadata && !text_equal(name, "control"))
		return false;
	if (product)
		print_product(product, json);
	else if (json)
		reference_json(metadata ? &dialect_metadata : &dialect_control, false);
	else if (metadata)
		reference_print(&dialect_metadata, "Instance metadata",
		              "Served with `--metadata`. Before `/latest/` may stand an instance: `/i-.../latest/`; `2016-01-01` is "
		              "the same as `latest`. Paths are the input; replies are texts or JSON.", NULL);
	else
		reference_print(&dialect_control, "Control API",
		              "JSON over HTTP, with the header `Authorization: Bearer TOKEN`; the token is in the file "
		              "`control_token` of the data directory. Input is the query or a JSON object as body.", NULL);
	return true;
}

int reference_main(int argc, char **argv)
{
	struct reference_choice choice;
	struct option_words words;
	struct arena arena;
	char error[512];
	bool printed;

	arena_init(&arena);
	snprintf(error, sizeof error, "which one? There are " REFERENCE_APIS);
	printed = options_read(reference_options, &arena, argc, argv, &choice, &words, error, sizeof error) &&
	          words.n == 1 && print(words.items[0], choice.json);
	arena_finish(&arena);
	if (printed)
		return 0;
	fprintf(stderr, "cleat reference: %s\n", error);
	return 2;
}
