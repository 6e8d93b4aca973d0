#include "api/huawei/catalog.h"
#include "api/huawei/iam_tokens.h"
#include "base/text.h"

static const struct field project_fields[] = {
	OBJECT(struct iam_token_project, domain, "domain", .of = &iam_name_shape),
	TEXT(struct iam_token_project, id, "id"),
	TEXT(struct iam_token_project, name, "name"),
	FIELDS_END,
};
static const struct shape project_shape = { sizeof(struct iam_token_project), project_fields };

static const struct field user_fields[] = {
	OBJECT(struct iam_token_user, domain, "domain", .of = &iam_name_shape),
	TEXT(struct iam_token_user, id, "id"),
	TEXT(struct iam_token_user, name, "name"),
	TEXT(struct iam_token_user, none, "password_expires_at"),
	FIELDS_END,
};
static const struct shape user_shape = { sizeof(struct iam_token_user), user_fields };

#define T struct iam_token_item
#define TOKEN_FIELDS                                                                            \
	TEXT(T, expires_at, "expires_at"), TEXT(T, issued_at, "issued_at"), TEXTS(T, methods, "methods"), \
		OBJECT(T, project, "project", .of = &project_shape, .flags = FIELD_OMIT_EMPTY),         \
		OBJECT(T, domain, "domain", .of = &iam_name_shape, .flags = FIELD_OMIT_EMPTY),          \
		ITEMS(T, roles, "roles", .of = &iam_name_shape), OBJECT(T, user, "user", .of = &user_shape)

static const struct field token_fields[] = {
	ITEMS(T, catalog, "catalog", .of = &catalog_service_shape),
	TOKEN_FIELDS,
	FIELDS_END,
};
const struct shape iam_token_shape = { sizeof(T), token_fields };

static const struct field bare_fields[] = { TOKEN_FIELDS, FIELDS_END };
const struct shape iam_token_bare_shape = { sizeof(T), bare_fields };
#undef T

static struct texts methods_of(struct arena *arena, const char *list)
{
	struct texts methods = { arena_array(arena, const char *, text_list_count(list)), 0 };
	const char *method;

	while ((method = text_list_next(arena, &list)))
		methods.items[methods.n++] = method;
	return methods;
}

/* An account may do everything, as who registered with the cloud. What users may do is in their policies, not in roles. */
static struct items roles_of(struct arena *arena, const struct token *token)
{
	static const char *const all[] = { "te_admin", "secu_admin" };
	struct iam_name *roles = arena_array(arena, struct iam_name, COUNT_OF(all));
	size_t n = 0;

	while (n < COUNT_OF(all) && text_empty(token->holder) && text_empty(token->role)) {
		roles[n] = (struct iam_name){ "0", all[n] };
		n++;
	}
	return (struct items){ roles, n };
}

struct iam_token_item iam_token_show(struct call *call, const struct rest_token *token)
{
	struct arena *arena = call_work_arena(call);
	const struct iam_name domain = { token->account.id, token->account.name };
	struct iam_token_item item = {
		.expires_at = iam_moment(arena, token->row.expires_at),
		.issued_at = iam_moment(arena, token->row.issued_at),
		.methods = methods_of(arena, token->row.methods),
		.roles = roles_of(arena, &token->row),
		.user = { .id = token->user.id, .name = token->user.name, .domain = domain },
	};

	if (token->project.id)
		item.project = (struct iam_token_project){ token->project.id, token->project.name, domain };
	if (token->row.whole)
		item.domain = domain;
	if (token->project.id || token->row.whole)
		item.catalog = catalog_list(call, &token->project);
	return item;
}
