#include "http/server.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/moment.h"
#include "base/text.h"
#include "http/framing.h"
#include "http/lane.h"
#include "http/listener.h"
#include "http/peer.h"
#include "http/tls.h"

#define BODIES_MAX        ((size_t)64 << 20) /* room for all bodies under way together, and for one at least */
#define BODIES_SHARES     4                  /* of which an address has one */
#define CONNECTION_MEMORY ((size_t)64 << 10) /* request line and headers of one request */
#define CONNECTIONS_SPARE 16                 /* for each thread: the library counts those it has not cleared away yet */
#define BODY_LARGE        ((size_t)64 << 10) /* from here on a body is read elsewhere: a mebibyte takes five milliseconds */
#define LAST_REPLIES_MS   5000               /* clients that read slowly have this long for their replies at the end */
#define TLS_PRIORITIES    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct http_server {
	struct api *api;
	struct http_settings settings;
	struct MHD_Daemon *daemon; /* for plain HTTP */
	struct tls *tls;
	struct listener *listener;
	struct lane *lane; /* for large bodies */
	struct peers *peers;
	pthread_mutex_t lock;
	pthread_cond_t idle;
	size_t active; /* calls handed over and not yet taken back by an HTTP thread; under the lock */
	size_t replies; /* that clients have not read whole; under the lock */
	bool draining; /* under the lock */
	size_t trusted_bytes; /* atomic: of bodies that came with the control token, which strangers leave no less room */
};

/* One request, from its headers to its reply. */
struct exchange {
	struct http_server *server;
	struct MHD_Connection *connection;
	struct peer *peer;
	char *path;
	struct header headers[HEADERS_MAX + 1]; /* one more than allowed, so that it shows */
	size_t n_headers;
	struct buf body;
	struct body_limit limit;
	bool chunked; /* its body */
	size_t body_room; /* taken of the server's */
	enum refusal_reason refused; /* before there is a call: the request itself cannot be taken */
	struct call *call;
	bool active; /* counted in the server's active */
	struct lane_work work;
	bool replied; /* counted in the server's replies */
};

/* ---- requests ---- */

static enum MHD_Result keep_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct exchange *exchange = context;

	(void)kind;
	exchange->headers[exchange->n_headers++] = (struct header){ name, value ? value : "" };
	return exchange->n_headers < COUNT_OF(exchange->headers) ? MHD_YES : MHD_NO;
}

static size_t bodies_max(size_t largest)
{
	return BODIES_MAX > largest ? BODIES_MAX : largest;
}

static bool take_trusted(struct http_server *server, size_t bytes)
{
	if (__atomic_add_fetch(&server->trusted_bytes, bytes, __ATOMIC_RELAXED) <=
	    bodies_max(server->api->settings.max_fleet_bytes))
		return true;
	__atomic_sub_fetch(&server->trusted_bytes, bytes, __ATOMIC_RELAXED);
	return false;
}

static bool take_room(struct exchange *exchange, size_t bytes)
{
	struct http_server *server = exchange->server;

	if (exchange->limit.trusted ? !take_trusted(server, bytes) : !peer_keep(server->peers, exchange->peer, bytes))
		return false;
	exchange->body_room += bytes;
	return true;
}

static void give_room_back(struct exchange *exchange, size_t bytes)
{
	struct http_server *server = exchange->server;

	if (exchange->limit.trusted)
		__atomic_sub_fetch(&server->trusted_bytes, bytes, __ATOMIC_RELAXED);
	else if (bytes)
		peer_drop(server->peers, exchange->peer, bytes);
	exchange->body_room -= bytes;
}

/* Bodies are kept until they are whole, before anybody is authenticated: together they have a limit, and those of an address
 * theirs. Only what has come counts, since to announce a body costs a stranger nothing. */
static void take_body(struct exchange *exchange, const char *data, size_t size)
{
	if (exchange->refused != REFUSE_NONE)
		return;
	if (size > exchange->limit.max - exchange->body.length)
		exchange->refused = REFUSE_BODY_TOO_LARGE; /* a chunked one: it has no length to refuse it by */
	else if (!take_room(exchange, size))
		exchange->refused = REFUSE_BUSY;
	else
		buf_add(&exchange->body, data, size);
	if (exchange->body.failed)
		exchange->refused = REFUSE_BUSY;
	if (exchange->refused == REFUSE_NONE)
		return;
	/* The rest is read and dropped: the library takes no answer in the middle. */
	buf_finish(&exchange->body);
	give_room_back(exchange, exchange->body_room);
}

static void check_framing(struct exchange *exchange, const char *method, const char *version)
{
	struct framing framing = {
		.method = method,
		.target = exchange->path,
		.version = version,
		.headers = exchange->headers,
		.n_headers = exchange->n_headers,
		.max_body = exchange->limit.max,
	};
	struct framing_body body;

	exchange->refused = framing_check(&framing, &body);
	if (exchange->refused != REFUSE_NONE)
		return;
	exchange->chunked = body.chunked;
	/* What has no room now is told so before it is sent. */
	if (take_room(exchange, body.length))
		give_room_back(exchange, body.length);
	else
		exchange->refused = REFUSE_BUSY;
}

static struct exchange *exchange_create(struct http_server *server, struct MHD_Connection *connection, const char *method,
                                        const char *version)
{
	struct exchange *exchange = calloc(1, sizeof *exchange);
	struct peer *peer = peer_of(connection);

	if (!exchange || !peer || !peer->target || !(exchange->path = strdup(peer->target))) {
		free(exchange);
		return NULL;
	}
	exchange->server = server;
	exchange->connection = connection;
	exchange->peer = peer;
	MHD_get_connection_values(connection, MHD_HEADER_KIND, keep_header, exchange);
	exchange->limit = call_body_limit(server->api, exchange->path, exchange->headers, exchange->n_headers);
	buf_init(&exchange->body, exchange->limit.max);
	check_framing(exchange, method, version);
	return exchange;
}

/* Whether a call may be handed over: not once the server is draining, so that then their number only falls. One that is
 * handed over again is counted already. */
static bool enter(struct exchange *exchange)
{
	struct http_server *server = exchange->server;

	pthread_mutex_lock(&server->lock);
	if (!exchange->active && !server->draining) {
		exchange->active = true;
		server->active++;
	}
	pthread_mutex_unlock(&server->lock);
	return exchange->active;
}

static void leave(struct exchange *exchange)
{
	struct http_server *server = exchange->server;

	if (!exchange->active)
		return;
	exchange->active = false;
	pthread_mutex_lock(&server->lock);
	if (--server->active == 0)
		pthread_cond_broadcast(&server->idle);
	pthread_mutex_unlock(&server->lock);
}

static void reply_begins(struct exchange *exchange)
{
	struct http_server *server = exchange->server;

	exchange->replied = true;
	pthread_mutex_lock(&server->lock);
	server->replies++;
	pthread_mutex_unlock(&server->lock);
}

static void reply_ended(struct http_server *server)
{
	pthread_mutex_lock(&server->lock);
	if (--server->replies == 0)
		pthread_cond_broadcast(&server->idle);
	pthread_mutex_unlock(&server->lock);
}

static bool is_draining(struct http_server *server)
{
	bool draining;

	pthread_mutex_lock(&server->lock);
	draining = server->draining;
	pthread_mutex_unlock(&server->lock);
	return draining;
}

static void request_completed(void *context, struct MHD_Connection *connection, void **request_context,
                              enum MHD_RequestTerminationCode code)
{
	struct exchange *exchange = *request_context;
	struct http_server *server = context;

	(void)code;
	peer_awaits(server->peers, peer_of(connection));
	if (!exchange)
		return;
	leave(exchange);
	if (exchange->replied)
		reply_ended(server);
	give_room_back(exchange, exchange->body_room);
	call_destroy(exchange->call);
	buf_finish(&exchange->body);
	free(exchange->path);
	free(exchange);
	*request_context = NULL;
}

/* ---- replies ---- */

static struct MHD_Response *response_create(struct reply *reply)
{
	size_t length;
	char *data;
	struct stat status;

	if (reply->file >= 0 && fstat(reply->file, &status) == 0)
		return MHD_create_response_from_fd64((uint64_t)status.st_size, reply->file);
	data = buf_steal(&reply->body, &length);
	return MHD_create_response_from_buffer(length, data, MHD_RESPMEM_MUST_FREE);
}

static enum MHD_Result send_reply(struct exchange *exchange)
{
	struct reply *reply = &exchange->call->reply;
	struct MHD_Response *response;
	enum MHD_Result result;
	size_t i;

	call_render(exchange->call);
	if (call_is_lost(exchange->call))
		return MHD_NO;
	response = response_create(reply);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
	for (i = 0; i < reply->n_headers; i++)
		MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
	/* The library takes a bare LF for the end of a chunk's line, which others on the way may not: nothing is read behind. */
	if (exchange->refused != REFUSE_NONE || exchange->chunked || is_draining(exchange->server))
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	reply_begins(exchange);
	result = MHD_queue_response(exchange->connection, (unsigned)reply->status, response);
	MHD_destroy_response(response);
	return result;
}

/* The call is its HTTP thread's again; nothing of the store or the runner looks at it any more. It stays counted until
 * that thread has it, and so until its reply is counted. */
static void resume(void *context)
{
	struct exchange *exchange = context;

	MHD_resume_connection(exchange->connection);
}

/* Clients that were told that this server is their proxy put the whole URL on the request line (RFC 9112, 3.2.2). Whom
 * they meant is in the Host header as well; what counts here is the path. */
static char *path_of(char *target)
{
	static const char scheme[] = "http://";
	char *path;

	if (strncasecmp(target, scheme, strlen(scheme)) != 0)
		return target;
	path = target + strlen(scheme) + strcspn(target + strlen(scheme), "/?");
	if (*path == '/')
		return path;
	*--path = '/'; /* over the end of the host: "http://host?query" */
	return path;
}

static void make_call(struct exchange *exchange, const char *method)
{
	struct peer *peer = peer_of(exchange->connection);
	char *path = path_of(exchange->path);
	char *query = strchr(path, '?');
	struct request request = {
		.method = method,
		.path = path,
		.query = "",
		.headers = exchange->headers,
		.n_headers = exchange->n_headers,
		.body = buf_text(&exchange->body),
		.body_length = exchange->body.length,
		.remote = peer ? peer->address : "",
		.secure = MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION) != NULL,
	};

	if (query) {
		*query = '\0';
		request.query = query + 1;
	}
	exchange->call = call_create(exchange->server->api, &request);
}

static enum MHD_Result refuse(struct exchange *exchange, const char *method)
{
	char limit[24];

	make_call(exchange, method);
	call_reject(exchange->call, exchange->refused,
	            framing_limit(exchange->refused, exchange->limit.max, limit));
	return send_reply(exchange);
}

static void prepare_elsewhere(void *context)
{
	struct exchange *exchange = context;

	if (call_prepare(exchange->call) == CALL_RENDER)
		resume(exchange);
	else
		call_submit(exchange->call, resume, exchange);
}

/* A stranger's large bodies must not keep this thread from its other connections. */
static enum MHD_Result serve_elsewhere(struct exchange *exchange)
{
	exchange->work = (struct lane_work){ .run = prepare_elsewhere, .context = exchange };
	if (enter(exchange)) {
		MHD_suspend_connection(exchange->connection);
		if (lane_submit(exchange->server->lane, &exchange->work))
			return MHD_YES;
		call_reject(exchange->call, REFUSE_BUSY, NULL);
		resume(exchange);
		return MHD_YES;
	}
	call_reject(exchange->call, REFUSE_BUSY, NULL);
	return send_reply(exchange);
}

static enum MHD_Result go_on(struct exchange *exchange, enum call_next next)
{
	enum MHD_Result sent;

	if (next == CALL_RENDER) {
		sent = send_reply(exchange);
		leave(exchange);
		return sent;
	}
	if (!enter(exchange)) {
		call_refuse(exchange->call, REFUSE_BUSY, NULL);
		return send_reply(exchange);
	}
	/* Suspended first: the answer may be there before call_submit returns. */
	MHD_suspend_connection(exchange->connection);
	call_submit(exchange->call, resume, exchange);
	return MHD_YES;
}

static enum MHD_Result serve(struct exchange *exchange, const char *method)
{
	peer_arrived(peer_of(exchange->connection));
	make_call(exchange, method);
	if (exchange->body.length > BODY_LARGE)
		return serve_elsewhere(exchange);
	return go_on(exchange, call_prepare(exchange->call));
}

/* Called with the headers, with each piece of the body, with its end, and after a resume. */
static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *data, size_t *size, void **request_context)
{
	struct exchange *exchange = *request_context;

	(void)url;
	if (!exchange) {
		exchange = exchange_create(context, connection, method, version);
		*request_context = exchange;
		if (!exchange)
			return MHD_NO;
		return exchange->refused == REFUSE_NONE ? MHD_YES : refuse(exchange, method);
	}
	if (exchange->call)
		return go_on(exchange, call_continue(exchange->call));
	if (*size) {
		take_body(exchange, data, *size);
		*size = 0;
		return MHD_YES;
	}
	return exchange->refused == REFUSE_NONE ? serve(exchange, method) : refuse(exchange, method);
}

/* ---- the server ---- */

static void log_library(void *context, const char *format, va_list args)
{
	char text[512];

	(void)context;
	vsnprintf(text, sizeof text, format, args);
	text[strcspn(text, "\n")] = '\0';
	log_event(LOG_DEBUG, "http", LOG_TEXT_PAIR("message", text));
}

/* With an identity it speaks TLS. Connections are counted and accepted by the listener. */
static struct MHD_Daemon *daemon_start(struct http_server *server, const struct identity *identity)
{
	const struct http_settings *settings = &server->settings;
	size_t connections = settings->max_connections + settings->threads * CONNECTIONS_SPARE;
	struct MHD_OptionItem options[] = {
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)request_completed, server },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)peer_connection_changed, server->peers },
		{ MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)peer_keep_target, server->peers },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)CONNECTION_MEMORY, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT, (intptr_t)connections, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)settings->idle_timeout, NULL },
		{ MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
		{ settings->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)settings->threads, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem secure[] = {
		{ identity ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0, identity ? identity->certificate : NULL },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, identity ? identity->key : NULL },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
	                 MHD_USE_ERROR_LOG | (identity ? MHD_USE_TLS : 0);

	return MHD_start_daemon(flags, 0, NULL, NULL, handle, server, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
	                        MHD_OPTION_ARRAY, secure, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static struct MHD_Daemon *start_tls(void *context)
{
	struct http_server *server = context;
	struct identity identity = { 0 };
	char error[512] = "the TLS server could not be started";
	struct MHD_Daemon *daemon = NULL;

	if (server->settings.identify(server->settings.identify_context, &identity, error, sizeof error))
		daemon = daemon_start(server, &identity);
	if (!daemon)
		log_event(LOG_ERROR, "tls", LOG_TEXT_PAIR("problem", error));
	identity_finish(&identity);
	return daemon;
}

static void take(void *context, struct peer *peer, bool tls)
{
	struct http_server *server = context;

	if (tls)
		tls_take(server->tls, peer);
	else
		peer_hand_over(server->peers, peer, server->daemon);
}

static bool begin(struct http_server *server, char *error, size_t error_size)
{
	const struct http_settings *settings = &server->settings;
	size_t bodies = bodies_max(server->api->settings.max_body);
	size_t share = bodies / BODIES_SHARES;
	struct peer_limits limits = {
		.request_timeout = settings->request_timeout * SECOND,
		.idle_timeout = settings->idle_timeout * SECOND,
		.crowd = {
			.connections = settings->max_connections,
			.connections_per_address = settings->max_connections_per_address,
			.bytes = bodies,
			.bytes_per_address = share > server->api->settings.max_body ? share : server->api->settings.max_body,
		},
	};
	struct listener_settings listener = {
		.host = settings->host,
		.port = settings->port,
		.tls = settings->identify != NULL,
		.first_byte = limits.idle_timeout < limits.request_timeout ? limits.idle_timeout : limits.request_timeout,
		.take = take,
		.context = server,
	};

	server->peers = listener.peers = peers_create(&limits);
	server->lane = lane_create();
	server->tls = tls_create(server->peers, start_tls, server);
	server->daemon = daemon_start(server, NULL);
	if (server->daemon) {
		server->listener = listener_create(&listener, error, error_size);
		return server->listener != NULL;
	}
	snprintf(error, error_size, "the HTTP server could not be started (limits: %u connections, %u threads)",
	         settings->max_connections, settings->threads);
	return false;
}

struct http_server *http_start(struct api *api, const struct http_settings *settings, char *error, size_t error_size)
{
	struct http_server *server = calloc(1, sizeof *server);
	pthread_condattr_t attributes;

	if (!server)
		abort();
	server->api = api;
	server->settings = *settings;
	pthread_mutex_init(&server->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&server->idle, &attributes);
	pthread_condattr_destroy(&attributes);
	if (begin(server, error, error_size))
		return server;
	http_stop(server);
	return NULL;
}

int http_port(const struct http_server *server)
{
	return listener_port(server->listener);
}

static struct timespec deadline_in(int64_t ms)
{
	int64_t until = moment_monotonic() + ms;

	return (struct timespec){ .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000 };
}

bool http_drain(struct http_server *server, int64_t timeout_ms)
{
	struct timespec deadline = deadline_in(timeout_ms);
	bool idle;

	listener_close(server->listener);
	tls_close(server->tls);
	pthread_mutex_lock(&server->lock);
	server->draining = true;
	while (server->active && pthread_cond_timedwait(&server->idle, &server->lock, &deadline) == 0)
		continue;
	idle = server->active == 0;
	pthread_mutex_unlock(&server->lock);
	return idle;
}

static void finish_replies(struct http_server *server)
{
	struct timespec deadline = deadline_in(LAST_REPLIES_MS);

	pthread_mutex_lock(&server->lock);
	while (server->replies && pthread_cond_timedwait(&server->idle, &server->lock, &deadline) == 0)
		continue;
	pthread_mutex_unlock(&server->lock);
}

void http_stop(struct http_server *server)
{
	if (!server)
		return;
	listener_destroy(server->listener);
	lane_destroy(server->lane);
	if (server->daemon) {
		finish_replies(server);
		MHD_stop_daemon(server->daemon);
	}
	tls_destroy(server->tls);
	peers_destroy(server->peers);
	pthread_mutex_destroy(&server->lock);
	pthread_cond_destroy(&server->idle);
	free(server);
}
