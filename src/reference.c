#include "reference.h"

#include <stdio.h>

#include "api/aliyun/product.h"
#include "api/aliyun/rpc.h"
#include "api/control/control.h"
#include "api/metadata/metadata.h"
#include "base/text.h"

static const char *type_name(const struct field *field)
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
		return "number";
	case FIELD_TEXTS:
		return "list of texts";
	case FIELD_JSON_TEXTS:
		return "JSON list of texts";
	case FIELD_ITEMS:
		return "list";
	case FIELD_OBJECT:
		return "object";
	}
	return "";
}

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

static void print_fields(const struct field *fields, const char *prefix, bool input)
{
	const struct field *field;
	char name[256];

	for (field = fields; field->name; field++) {
		bool list = field->type == FIELD_ITEMS;
		bool texts = field->type == FIELD_TEXTS;

		snprintf(name, sizeof name, input ? "%s%s%s" : "%s%s%s%s%s", prefix, field->name,
		         list || texts ? (input ? ".N" : field->item ? "." : "[]") : "", field->item && !input ? field->item : "",
		         field->item && !input ? "[]" : "");
		printf("| `%s` | %s | ", name, type_name(field));
		if (input)
			printf("%s | ", field->flags & FIELD_REQUIRED ? "yes" : "");
		printf("%s", field->doc ? field->doc : "");
		print_values(field);
		if (input)
			print_limits(field);
		printf(" |\n");
		if (field->of) {
			char inner[260];

			snprintf(inner, sizeof inner, "%s.", name);
			print_fields(field->of->fields, inner, input);
		}
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

static void print_operation(const struct operation *operation)
{
	printf("\n## %s\n\n%s\n", operation->name, operation->doc);
	if (operation->permission)
		printf("\nPermission `%s` on `%s`.\n", operation->permission, operation->resource);
	if (operation->in.fields->name) {
		printf("\n| parameter | type | needed | meaning |\n|---|---|---|---|\n");
		print_fields(operation->in.fields, "", true);
	}
	if (operation->out.fields->name) {
		printf("\n| reply | type | |\n|---|---|---|\n");
		print_fields(operation->out.fields, "", false);
	}
	if (has_rows(operation->errors) || has_rows(operation->faults)) {
		printf("\n| HTTP | code | message | reason | source, if not the vendor's page |\n|---|---|---|---|---|\n");
		print_rows(operation->errors);
		print_rows(operation->faults);
	}
}

static void print_dialect(const struct dialect *dialect, const char *title, const char *introduction)
{
	const struct operation *const *at;
	size_t n = 0;

	for (at = dialect->operations; *at; at++)
		n++;
	printf("# %s\n\nMade from the server's own tables by `cleat reference`; do not edit.\n\n%s\n\n%zu operations:", title,
	       introduction, n);
	for (at = dialect->operations; *at; at++)
		printf("%s %s", at == dialect->operations ? "" : ",", (*at)->name);
	printf(".\n");
	for (at = dialect->operations; *at; at++)
		print_operation(*at);
	printf("\n## Errors of every operation\n\n| HTTP | code | message | reason | source, if not the vendor's gateway |\n"
	       "|---|---|---|---|---|\n");
	print_rows(dialect->errors);
	print_rows(dialect->faults);
}

static const struct product *product_named(const char *name)
{
	const struct product *const *at;

	for (at = products; *at; at++) {
		if (text_equal((*at)->name, name))
			return *at;
	}
	return NULL;
}

/* A product is its dialect with operations of its own. */
static void print_product(const struct product *product)
{
	struct dialect dialect = dialect_aliyun;
	char title[64];

	dialect.operations = product->operations;
	snprintf(title, sizeof title, "%s %s", text_equal(product->name, "ecs") ? "ECS" : product->title, product->version);
	print_dialect(&dialect, title,
	              "Parameters come in the query, in a form body or in both. Texts have at most 1024 characters and lists "
	              "at most 100 items unless said otherwise. `%s` in a message stands for what the error is about. "
	              "Rows with the reason `fault` are for calls that meet one ([faults](../faults.md)).");
}

int reference_main(int argc, char **argv)
{
	const struct product *product = argc == 2 ? product_named(argv[1]) : NULL;

	if (product) {
		print_product(product);
		return 0;
	}
	if (argc == 2 && text_equal(argv[1], "metadata")) {
		print_dialect(&dialect_metadata, "Instance metadata",
		              "Served with `--metadata`. Before `/latest/` may stand an instance: `/i-.../latest/`; `2016-01-01` is "
		              "the same as `latest`. Paths are the input; replies are texts or JSON.");
		return 0;
	}
	if (argc == 2 && text_equal(argv[1], "control")) {
		print_dialect(&dialect_control, "Control API",
		              "JSON over HTTP, with the header `Authorization: Bearer TOKEN`; the token is in the file "
		              "`control_token` of the data directory. Input is the query or a JSON object as body.");
		return 0;
	}
	fprintf(stderr, "cleat reference: which one? bssapi, control, ecs, location, metadata or sts\n");
	return 2;
}
