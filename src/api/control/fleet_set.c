/* The operation that changes single conditions. */
#include "api/control/control.h"
#include "api/control/fleet_file.h"
#include "base/text.h"
#include "base/tree.h"

struct set_out {
	const char *kind, *id;
};

struct nothing {
	char unused;
};
static const struct field no_fields[] = { FIELDS_END };

static const struct field set_out_fields[] = {
	TEXT(struct set_out, kind, "kind"),
	TEXT(struct set_out, id, "id"),
	FIELDS_END,
};

static const struct error_row set_errors[] = {
	{ REFUSE_FLEET_WRONG, 400, "fleet-wrong", "%s%s", NULL },
	{ REFUSE_FLEET_THING_UNKNOWN, 404, "unknown-id", "There is no account, instance, disk, load balancer or database instance %s.", NULL },
	{ REFUSE_NONE, 0, NULL, NULL, NULL },
};

static bool wrong(struct call *call, const char *message)
{
	return call_refuse_detail(call, REFUSE_FLEET_WRONG, NULL, message);
}

static bool set_run(struct call *call, const void *in, void *out_)
{
	const struct request *request = &call->request;
	struct arena *arena = call_work_arena(call);
	struct set_out *out = out_;
	struct fleet_problems problems = { .arena = arena };
	struct fleet_thing thing;
	const struct tree *values;
	const struct tree *id;
	const char *error;
	struct tree *tree;

	(void)in;
	tree = tree_from_json(arena, request->body, request->body_length, TREE_DEPTH_MAX, &error);
	if (!tree)
		return wrong(call, arena_printf(arena, "this is no JSON: %s", error));
	id = tree_find(tree, "id");
	values = tree_find(tree, "set");
	if (!id || id->kind != TREE_TEXT || !values || values->kind != TREE_OBJECT || tree->n_children != 2)
		return wrong(call, "this must be {\"id\": \"...\", \"set\": {...}}");
	if (!call_verb(call, fleet_thing_find(&call->work, id->value, &thing)))
		return false;
	if (!fleet_file_set(arena, values, &thing, &problems))
		return wrong(call, fleet_file_explain(arena, &problems, NULL, 0));
	fleet_thing_put(&call->work, &thing);
	*out = (struct set_out){ fleet_kind_names[thing.kind], id->value };
	return true;
}

const struct operation control_fleet_set = {
	.name = "POST /_cleat/fleet/set",
	.mode = OPERATION_WRITE,
	.in = { sizeof(struct nothing), no_fields },
	.out = { sizeof(struct set_out), set_out_fields },
	.errors = set_errors,
	.own_body = true,
	.run = set_run,
	.doc = "Changes conditions of one account, instance, disk, load balancer or database instance, also while work is under way: "
	       "`{\"id\": \"d-1\", \"set\": {\"overdue\": true}}`. The members are those of a fleet file; which may be changed so is "
	       "said in docs/fleet.md.",
};
