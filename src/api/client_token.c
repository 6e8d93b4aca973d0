#include "api/client_token.h"

#include <nettle/sha2.h>
#include <string.h>

#include "api/bind.h"
#include "api/write.h"
#include "base/moment.h"
#include "base/text.h"

#define CLIENT_TOKEN_LIFE (24 * HOUR)
#define RESULT_MAX ((size_t)1 << 20)

static const char *hash_text(struct arena *arena, const char *text, size_t length)
{
	struct sha256_ctx sha;
	uint8_t digest[SHA256_DIGEST_SIZE];
	char *hex = arena_alloc(arena, 2 * SHA256_DIGEST_SIZE + 1);

	sha256_init(&sha);
	sha256_update(&sha, length, (const uint8_t *)text);
	sha256_digest(&sha, sizeof digest, digest);
	text_hex(digest, sizeof digest, hex);
	return hex;
}

static const char *token_id(struct call *call, const char *token)
{
	const struct tenant *tenant = &call->caller.tenant;
	const struct operation *operation = call->operation;
	const char *all = arena_printf(&call->work_arena, "%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s", tenant->realm, tenant->account,
	                               tenant->scope, text_or(tenant->region, ""), operation->product, operation->version,
	                               operation->name, token);

	return hash_text(&call->work_arena, all, strlen(all));
}

/* Of the bound input, so that order, format and signature of the repeat do not matter. */
static const char *write_json(struct call *call, const struct shape *shape, const void *source)
{
	struct buf BUF_CLEANUP buf;
	struct writer writer;

	buf_init(&buf, RESULT_MAX);
	writer_init(&writer, &writer_json, &buf);
	writer_json.object_begin(&writer, NULL);
	write_fields(&writer, shape, source);
	writer_json.object_end(&writer, NULL);
	return buf.failed ? NULL : arena_text_n(&call->work_arena, buf_text(&buf), buf.length);
}

static const char *input_hash(struct call *call)
{
	const char *json = text_or(write_json(call, &call->operation->in, call->in), "");

	return hash_text(&call->work_arena, json, strlen(json));
}

enum client_token_answer client_token_look(struct call *call, const char *token)
{
	struct client_token known;
	struct tree *tree;
	const char *error;

	/* Old ones are removed now and then; they count no longer than their time all the same. */
	if (!client_token_get(call->work.txn, token_id(call, token), &known) ||
	    known.created_at + CLIENT_TOKEN_LIFE <= call->now)
		return CLIENT_TOKEN_NEW;
	if (!text_equal(known.input_hash, input_hash(call))) {
		call_refuse(call, REFUSE_TOKEN_MISMATCH, token);
		return CLIENT_TOKEN_REFUSED;
	}
	tree = tree_from_json(&call->work_arena, known.result, strlen(known.result), TREE_DEPTH_MAX, &error);
	if (!tree || !bind_input(&call->work_arena, &call->operation->out, tree, call->out, &call->refusal)) {
		call_refuse(call, REFUSE_INTERNAL, NULL);
		return CLIENT_TOKEN_REFUSED;
	}
	return CLIENT_TOKEN_REPEATED;
}

void client_token_keep(struct call *call, const char *token)
{
	struct client_token keep = {
		.id = token_id(call, token),
		.account = call->caller.tenant.account,
		.input_hash = input_hash(call),
		.result = write_json(call, &call->operation->out, call->out),
		.created_at = call->now,
	};

	if (keep.result)
		client_token_put(call->work.txn, &keep);
}
