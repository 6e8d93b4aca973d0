#include "api/authorise.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "api/rights.h"
#include "base/text.h"
#include "core/realm.h"
#include "core/thing.h"

/* An authorisation under way. */
struct asking {
	struct call *call;
	const struct dialect_rights *rights;
	struct policy_request request;
};

const struct dialect_rights *dialect_rights_of(const struct dialect *const *dialects, const char *realm)
{
	for (; *dialects; dialects++) {
		if ((*dialects)->rights && text_equal((*dialects)->rights->realm, realm))
			return (*dialects)->rights;
	}
	return NULL;
}

/* ---- one resource ---- */

static bool ask(struct asking *a, const char *region, const char *kind, const char *id)
{
	struct arena *arena = call_work_arena(a->call);
	struct rights_answer answer;
	struct denial *denial;

	a->request.resource = a->rights->name(a->call, region, kind, id);
	answer = rights_ask(a->call->rights, &a->request);
	if (answer.allowed)
		return true;
	denial = arena_new(arena, struct denial);
	*denial = (struct denial){ a->request.action, a->request.resource, answer.explicitly, answer.by_session };
	a->call->denial = denial;
	return call_refuse(a->call, REFUSE_NOT_AUTHORISED, denial->action);
}

/* Where a thing of the caller's is; NULL for what is not there or another's, which look alike. */
static const char *region_of(struct asking *a, const char *id)
{
	struct call *call = a->call;
	struct tenant tenant;

	if (call->operation->mode == OPERATION_PLAIN || text_equal(id, "*") ||
	    thing_find(call->work.txn, id, &tenant) == THING_MAX || !text_equal(tenant.realm, call->caller.tenant.realm) ||
	    !text_equal(tenant.account, call->caller.tenant.account))
		return NULL;
	return tenant.region;
}

/* A call that names no region is about all of them, unless it is about something that is in one. */
static bool ask_regions(struct asking *a, const char *kind, const char *id)
{
	const char *region = a->call->caller.tenant.region;
	const struct realm *realm = realm_find(a->call->caller.tenant.realm);
	size_t i;

	if (!region)
		region = region_of(a, id);
	if (region)
		return ask(a, region, kind, id);
	for (i = 0; i < realm->n_regions; i++) {
		if (!ask(a, realm->regions[i].id, kind, id))
			return false;
	}
	return true;
}

/* ---- the resources that a call names ---- */

static const struct field *field_named(const struct shape *shape, const char *name, size_t length)
{
	const struct field *field;

	for (field = shape->fields; field->name; field++) {
		if (strncmp(field->name, name, length) == 0 && !field->name[length])
			return field;
	}
	return NULL;
}

/* The words of a list with commas. */
static struct texts words_of(struct asking *a, const char *text)
{
	struct texts words = { arena_array(call_work_arena(a->call), const char *, strlen(text) + 1), 0 };

	while (*text) {
		size_t length = strcspn(text, ",");

		if (length)
			words.items[words.n++] = arena_text_n(call_work_arena(a->call), text, length);
		text += length + (text[length] == ',');
	}
	return words;
}

static struct texts values_in(struct asking *a, const struct shape *shape, const void *in, const char *name, size_t length);

/* Those of each item of a list. */
static struct texts values_of_items(struct asking *a, const struct field *field, const struct items *items, const char *name,
                                    size_t length)
{
	struct texts all = { arena_array(call_work_arena(a->call), const char *, items->n), 0 };
	size_t i;

	for (i = 0; i < items->n; i++) {
		struct texts of_one = values_in(a, field->of, (const char *)items->items + i * field->of->size, name, length);

		if (of_one.n)
			all.items[all.n++] = of_one.items[0];
	}
	return all;
}

/* What a parameter was given: nothing, one text, the words of a list, or several texts. "servers.id" is a member of an object, or
 * of each item of a list. */
static struct texts values_in(struct asking *a, const struct shape *shape, const void *in, const char *name, size_t length)
{
	const char *dot = memchr(name, '.', length);
	size_t own = dot ? (size_t)(dot - name) : length;
	const struct field *field = field_named(shape, name, own);
	const void *at = field ? (const char *)in + field->offset : NULL;

	if (field && dot && field->type == FIELD_OBJECT)
		return values_in(a, field->of, at, dot + 1, length - own - 1);
	if (field && dot && field->type == FIELD_ITEMS)
		return values_of_items(a, field, at, dot + 1, length - own - 1);

	if (field && field->type == FIELD_TEXTS)
		return *(const struct texts *)at;
	if (field && field->type == FIELD_JSON_TEXTS)
		return (struct texts){ ((const struct opt_texts *)at)->items, ((const struct opt_texts *)at)->n };
	if (field && field->type == FIELD_TEXT)
		return words_of(a, text_or(*(const char *const *)at, ""));
	return (struct texts){ NULL, 0 };
}

static struct texts values_of(struct asking *a, const char *name, size_t length)
{
	return values_in(a, &a->call->operation->in, a->call->in, name, length);
}

static struct texts joined(struct asking *a, struct texts first, struct texts second)
{
	struct texts both = { arena_array(call_work_arena(a->call), const char *, first.n + second.n + 1), 0 };
	size_t i;

	for (i = 0; i < first.n; i++)
		both.items[both.n++] = first.items[i];
	for (i = 0; i < second.n; i++)
		both.items[both.n++] = second.items[i];
	return both;
}

/* The id at the end of a whole name: "ari:.../asr-1" is "asr-1". */
static struct texts last_parts(struct asking *a, struct texts names)
{
	struct texts parts = { arena_array(call_work_arena(a->call), const char *, names.n + 1), names.n };
	size_t i;

	for (i = 0; i < names.n; i++) {
		const char *slash = strrchr(names.items[i], '/');

		parts.items[i] = slash ? slash + 1 : names.items[i];
	}
	return parts;
}

/* "{Name}" is what the parameter was given, "{One|Other}" what both were, "{Name/}" the last part of each of them; "*" if
 * nothing was, or with '?' at the end nothing. All else is meant as it is. */
static struct texts expand(struct asking *a, const char *text, size_t length)
{
	static const char *all[] = { "*" };
	struct texts values = { NULL, 0 };
	const char *end = text + length - 1;
	const char *name = text + 1;
	bool optional;
	bool last_part;

	if (length < 3 || *text != '{') {
		values = (struct texts){ arena_array(call_work_arena(a->call), const char *, 1), 1 };
		values.items[0] = arena_text_n(call_work_arena(a->call), text, length);
		return values;
	}
	optional = end[-1] == '?';
	end -= optional;
	last_part = end[-1] == '/';
	end -= last_part;
	while (name < end) {
		size_t n = strcspn(name, "|?/}");

		values = joined(a, values, values_of(a, name, n));
		name += n + 1;
	}
	if (!values.n)
		return optional ? values : (struct texts){ all, 1 };
	return last_part ? last_parts(a, values) : values;
}

static const char *lower(struct asking *a, const char *text)
{
	char *copy = arena_text(call_work_arena(a->call), text);
	char *at;

	for (at = copy; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

/* "disk/{DiskId}", "{ResourceType}/{ResourceId}", "{RoleArn}", "*" */
static bool ask_template(struct asking *a, const char *text, size_t length)
{
	const char *slash = memchr(text, '/', length);
	size_t kind_length = slash ? (size_t)(slash - text) : 0;
	struct texts kinds = expand(a, text, kind_length);
	const char *id = slash ? slash + 1 : text;
	struct texts ids = expand(a, id, length - (size_t)(id - text));
	size_t i;

	for (i = 0; i < ids.n; i++) {
		if (!ask_regions(a, lower(a, kinds.items[0]), ids.items[i]))
			return false;
	}
	return true;
}

bool authorise_action(struct call *call, const char *permission, const char *resource)
{
	struct asking asking = { .call = call, .rights = call->dialect->rights };
	struct policy_value *values;
	const char *at = resource;

	if (!call->rights)
		return true;
	assert(asking.rights); /* a dialect takes keys of its own realm only, and these have their language */
	values = arena_array(call_work_arena(call), struct policy_value, asking.rights->n_values);
	asking.rights->read_values(call, values);
	asking.request = (struct policy_request){ .action = permission, .values = values };
	while (*at) {
		size_t length = strcspn(at, ",");

		if (!ask_template(&asking, at, length))
			return false;
		at += length;
		at += strspn(at, ", ");
	}
	return true;
}

bool authorise(struct call *call)
{
	const struct operation *operation = call->operation;

	return !operation->permission || operation->open_to_all ||
	       authorise_action(call, operation->permission, operation->resource);
}
