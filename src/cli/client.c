#include "cli/client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/place.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/curl.h"

#define REPLY_MAX        ((size_t)256 << 20)
#define SMALL_FILE_MAX   4096
#define DEFAULT_ENDPOINT "http://127.0.0.1:7480"

void client_init(struct client *client, const char *command)
{
	*client = (struct client){ .command = command };
	arena_init(&client->arena);
}

void client_finish(struct client *client)
{
	const struct curl_library *curl = client->curl ? curl_library_load() : NULL;

	if (curl)
		curl->easy_cleanup(client->curl);
	arena_finish(&client->arena);
}

bool client_fail(const struct client *client, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "cleat %s: ", client->command);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return false;
}

bool client_read(struct client *client, const struct option *options, int argc, char **argv, void *target,
                 struct option_words *ret_words, size_t least, size_t most)
{
	char error[512];

	if (!options_read(options, &client->arena, argc, argv, target, ret_words, error, sizeof(error)))
		return client_fail(client, "%s", error);
	if (ret_words->n < least)
		return client_fail(client, "something is missing; see 'cleat %s --help'", client->command);
	if (ret_words->n > most)
		return client_fail(client, "'%s' is one word too many; see 'cleat %s --help'",
		                   ret_words->items[most], client->command);
	return true;
}

/* The first line of a small file, or NULL with errno. */
static char *read_line(struct arena *arena, const char *path)
{
	char text[SMALL_FILE_MAX];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return NULL;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (length < 0)
		return NULL;
	text[length] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	return arena_text(arena, text);
}

/* "127.0.0.1:7480" is an endpoint as well as "http://127.0.0.1:7480/". */
static void set_url(struct client *client, const char *endpoint)
{
	const char *scheme = strstr(endpoint, "://");
	size_t length = strlen(endpoint);

	while (length && endpoint[length - 1] == '/')
		length--;
	client->url = arena_printf(&client->arena, "%s%.*s", scheme ? "" : "http://", (int)length, endpoint);
	client->host = strstr(client->url, "://") + 3;
}

bool client_locate(struct client *client, const struct client_options *options)
{
	const char *data = options->data ? options->data : place_data(&client->arena);
	const char *endpoint = options->endpoint;
	char *path;

	client->token_file = options->token_file;
	if (!client->token_file && data)
		client->token_file = arena_printf(&client->arena, "%s/%s", data, PLACE_CONTROL_TOKEN);
	if (!endpoint && data) {
		path = arena_printf(&client->arena, "%s/%s", data, PLACE_ENDPOINT);
		endpoint = read_line(&client->arena, path);
		if (!endpoint && (options->data || errno != ENOENT))
			return client_fail(
				client,
				"cannot tell where the server is: %s: %s. Start one with 'cleat serve%s%s', or name "
				"it with --endpoint URL",
				path, strerror(errno), options->data ? " --data " : "",
				text_or(options->data, ""));
	}
	set_url(client, text_or(endpoint, DEFAULT_ENDPOINT));
	return true;
}

struct receiving {
	struct client *client;
	const struct curl_library *curl;
	struct client_reply *reply;
	int to_fd;
	int write_error;
};

static size_t receive(char *data, size_t one, size_t n, void *context)
{
	struct receiving *r = context;
	size_t done = 0;

	r->curl->easy_getinfo(r->client->curl, CURLINFO_RESPONSE_CODE, &r->reply->status);
	if (r->to_fd <= 0 || r->reply->status != 200) {
		buf_add(&r->reply->body, data, one * n);
		return r->reply->body.failed ? 0 : n;
	}
	while (done < n) {
		ssize_t written = write(r->to_fd, data + done, n - done);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0) {
			r->write_error = errno;
			return 0;
		}
		done += (size_t)written;
	}
	return n;
}

/* Settings that every request has; the connection of the one before is used again. */
static void prepare(struct receiving *r, const struct client_request *request, char *error)
{
	const struct curl_library *curl = r->curl;
	CURL *easy = r->client->curl;

	curl->easy_reset(easy);
	curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
	curl->easy_setopt(easy, CURLOPT_URL,
	                  arena_printf(&r->client->arena, "%s%s", r->client->url, request->path));
	curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* http_proxy is meant for the world outside; it knows no server on this machine's loopback. */
	curl->easy_setopt(easy, CURLOPT_PROXY, "");
	curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 5000L);
	/* Other programs are told by it what to trust; libcurl does not look at it. */
	if (!text_empty(getenv("SSL_CERT_FILE")))
		curl->easy_setopt(easy, CURLOPT_CAINFO, getenv("SSL_CERT_FILE"));
	if (request->to_fd > 0) {
		curl->easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
		curl->easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, 300L);
	} else {
		curl->easy_setopt(easy, CURLOPT_TIMEOUT_MS, request->timeout_ms ? (long)request->timeout_ms : 60000L);
	}
	curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
	curl->easy_setopt(easy, CURLOPT_WRITEDATA, r);
	if (request->body) {
		curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(request->body));
		curl->easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
	}
}

static struct curl_slist *add_headers(const struct curl_library *curl, const struct client_request *request)
{
	/* Without these libcurl adds a content type of its own, which no signature covers, and waits a second for
	 * "100 Continue". */
	struct curl_slist *list = curl->slist_append(curl->slist_append(NULL, "Expect:"), "User-Agent: cleat");
	const char *const *header;
	bool typed = false;

	for (header = request->headers; header && *header; header++) {
		list = curl->slist_append(list, *header);
		typed = typed || text_starts(*header, "Content-Type:");
	}
	return typed ? list : curl->slist_append(list, "Content-Type:");
}

static bool no_answer(const struct client *client, CURLcode code, const char *why)
{
	if (code == CURLE_COULDNT_CONNECT)
		return client_fail(
			client,
			"no server answers at %s. Start one with 'cleat serve', or name another with "
			"--endpoint URL",
			client->url);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return client_fail(client, "the server at %s did not answer in time (%s)", client->url, why);
	return client_fail(client, "%s: %s", client->url, why);
}

bool client_can_send(struct client *client)
{
	const struct curl_library *curl = curl_library_load();

	if (!curl)
		return client_fail(client,
		                   "this command needs libcurl, which is not installed: apt-get install "
		                   "libcurl3-gnutls");
	if (!client->curl)
		client->curl = curl->easy_init();
	return client->curl || client_fail(client, "libcurl could not be started");
}

bool client_send(struct client *client, const struct client_request *request, struct client_reply *ret)
{
	struct receiving r = { client, curl_library_load(), ret, request->to_fd, 0 };
	char error[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers;
	CURLcode code;

	*ret = (struct client_reply){ 0 };
	buf_init(&ret->body, REPLY_MAX);
	if (!client_can_send(client))
		return false;
	prepare(&r, request, error);
	headers = add_headers(r.curl, request);
	r.curl->easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
	code = r.curl->easy_perform(client->curl);
	r.curl->slist_free_all(headers);
	if (code == CURLE_OK) {
		r.curl->easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &ret->status);
		return true;
	}
	if (request->quiet)
		return false;
	if (r.write_error)
		return client_fail(client, "cannot write: %s", strerror(r.write_error));
	return no_answer(client, code, *error ? error : r.curl->easy_strerror(code));
}

void client_reply_finish(struct client_reply *reply)
{
	buf_finish(&reply->body);
}

bool client_token(struct client *client)
{
	if (client->token)
		return true;
	if (!client->token_file)
		return client_fail(
			client, "no token for the control API: name its file with --control-token-file FILE");
	client->token = read_line(&client->arena, client->token_file);
	if (client->token)
		return true;
	if (errno == ENOENT)
		return client_fail(
			client,
			"no server has used this data directory (%s is not there). Start one with 'cleat serve', or "
			"name the right one with --data DIR",
			client->token_file);
	return client_fail(
		client,
		"cannot read the token of the control API: %s: %s. Run this as the user that runs the server",
		client->token_file, strerror(errno));
}

bool client_refused(struct client *client, const struct client_reply *reply)
{
	json_auto_t *json = json_loadb(buf_text(&reply->body), reply->body.length, 0, NULL);
	const json_t *error = json_object_get(json, "error");
	const char *message = json_string_value(json_object_get(error, "message"));

	if (reply->status == 401)
		return client_fail(
			client,
			"the server at %s does not accept the token of %s; is that its data directory?",
			client->url, client->token_file);
	if (message)
		return client_fail(client, "%s", client_clean(client, message));
	return client_fail(client, "%s answered with status %ld: %.200s", client->url, reply->status,
	                   client_clean(client, buf_text(&reply->body)));
}

json_t *client_control(struct client *client, const char *method, const char *path, const json_t *body)
{
	struct client_reply REPLY_CLEANUP reply = { 0 };
	struct client_request request = { .method = method, .path = path, .quiet = client->quiet };
	const char *headers[3] = { NULL };
	char *text;
	json_t *json;
	bool sent;

	if (!client_token(client))
		return NULL;
	headers[0] = arena_printf(&client->arena, "Authorization: Bearer %s", client->token);
	headers[1] = body ? "Content-Type: application/json" : NULL;
	request.headers = headers;
	text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	request.body = text;
	sent = client_send(client, &request, &reply);
	free(text);
	client->status = sent ? reply.status : 0;
	if (!sent)
		return NULL;
	if (reply.status < 200 || reply.status > 299) {
		if (!client->quiet || reply.status != 503)
			client_refused(client, &reply);
		return NULL;
	}
	json = json_loadb(buf_text(&reply.body), reply.body.length, 0, NULL);
	if (!json)
		client_fail(client, "%s answered with something that is no JSON; is it a Cleat server?",
		            client->url);
	return json;
}

const char *client_escape(struct client *client, const char *text)
{
	struct buf BUF_CLEANUP buf;

	buf_init(&buf, 1 << 20);
	text_percent_encode(&buf, text, strlen(text));
	return arena_text(&client->arena, buf_text(&buf));
}
