#include "cli/signed.h"

#include <string.h>

#include "api/aliyun/sign_v3.h"
#include "base/moment.h"
#include "base/random.h"
#include "base/text.h"

#define QUERY_MAX ((size_t)1 << 20)

static void add_parameter(struct client *client, struct sign_parameter *at, struct buf *query,
                          const char *name, const char *value)
{
	*at = (struct sign_parameter){ .name = name, .value = value };
	buf_printf(query, "%s%s=%s", query->length ? "&" : "", client_escape(client, name),
	           client_escape(client, value));
}

/* The parameters for the signature, and the query they make. */
static size_t collect(struct client *client, const struct signed_call *call,
                      struct sign_parameter *parameters, struct buf *query)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < call->n_parameters; i++) {
		const char *equals = strchrnul(call->parameters[i], '=');
		const char *name = arena_text_n(&client->arena, call->parameters[i],
		                                (size_t)(equals - call->parameters[i]));

		add_parameter(client, &parameters[n++], query, name, *equals ? equals + 1 : "");
	}
	if (call->region && !sign_parameter_value(parameters, n, "RegionId"))
		add_parameter(client, &parameters[n++], query, "RegionId", call->region);
	if (call->format && !sign_parameter_value(parameters, n, "Format"))
		add_parameter(client, &parameters[n++], query, "Format", call->format);
	return n;
}

static size_t add_headers(struct client *client, const struct signed_call *call, struct sign_header *headers)
{
	struct arena *arena = &client->arena;
	char *hash = arena_alloc(arena, SIGN_V3_HASH_SIZE);
	char *nonce = arena_alloc(arena, UUID_SIZE);
	size_t n = 0;

	sign_v3_hash("", 0, hash);
	random_uuid_upper(nonce);
	headers[n++] = (struct sign_header){ "host", client->host };
	headers[n++] = (struct sign_header){ "x-acs-action", call->action };
	headers[n++] = (struct sign_header){ "x-acs-version", text_or(call->version, "2014-05-26") };
	headers[n++] = (struct sign_header){ "x-acs-date", moment_seconds_text(arena, moment_now()) };
	headers[n++] = (struct sign_header){ "x-acs-signature-nonce", nonce };
	headers[n++] = (struct sign_header){ "x-acs-content-sha256", hash };
	if (call->token)
		headers[n++] = (struct sign_header){ "x-acs-security-token", call->token };
	return n;
}

bool signed_send(struct client *client, const struct signed_call *call, struct client_reply *ret)
{
	struct arena *arena = &client->arena;
	struct sign_parameter *parameters = arena_array(arena, struct sign_parameter, call->n_parameters + 2);
	struct sign_header headers[8];
	struct sign_v3_request request = {
		.method = "POST", .path = "/", .query = parameters, .headers = headers
	};
	struct buf BUF_CLEANUP query;
	const char *lines[10] = { NULL };
	size_t i;

	buf_init(&query, QUERY_MAX);
	request.n_query = collect(client, call, parameters, &query);
	request.n_headers = add_headers(client, call, headers);
	request.body = "";
	for (i = 0; i < request.n_headers; i++)
		lines[i] = arena_printf(arena, "%s: %s", headers[i].name, headers[i].value);
	lines[i++] = arena_printf(arena, "Authorization: %s",
	                          sign_v3_authorize(arena, &request, call->key_id, call->secret));
	return client_send(client,
	                   &(struct client_request){ .method = "POST",
	                                             .path = arena_printf(arena, "/?%s", buf_text(&query)),
	                                             .headers = lines,
	                                             .body = "" },
	                   ret);
}
