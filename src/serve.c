#include "serve.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/aliyun/nonce.h"
#include "api/aliyun/rpc.h"
#include "api/control/control.h"
#include "api/delay.h"
#include "api/fault.h"
#include "api/journal.h"
#include "api/huawei/rest.h"
#include "api/keys.h"
#include "api/metadata/metadata.h"
#include "base/log.h"
#include "base/moment.h"
#include "base/place.h"
#include "base/random.h"
#include "base/text.h"
#include "config.h"
#include "core/account.h"
#include "core/guard.h"
#include "core/jobs.h"
#include "core/realm.h"
#include "driver_load.h"
#include "files.h"
#include "fleet_start.h"
#include "http/server.h"
#include "notify.h"
#include "tls_identity.h"

#define DRAIN_MS     5000 /* requests that wait for jobs get this long to end by themselves */
#define TOKEN_LENGTH 40
#define LARGE_BYTES  (128 * 1024)
#define TOKEN_MIN    16
#define TOKEN_MAX    255
#define ACCOUNT_NAME "default"

#define FIRST_KEY_PREFIX    "LTAI5t"
#define FIRST_KEY_TAIL      18
#define FIRST_SECRET_LENGTH 30

#define FILES_OF_THREAD 4 /* what the HTTP library needs for each, for plain HTTP and for TLS */
#define FILES_RESERVE   64 /* open files beside connections: the store, its readers, the log, a backup */

static const struct dialect *const dialects[] = { &dialect_control, &dialect_aliyun, &dialect_huawei, NULL };
static const struct dialect *const dialects_and_metadata[] = { &dialect_control, &dialect_metadata, &dialect_aliyun, &dialect_huawei,
	                                                       NULL };

struct server {
	const struct config *config;
	char directory[PATH_MAX]; /* real path, no longer than PATH_MAX - 1 */
	char token[TOKEN_MAX + 2]; /* one more than allowed, so that a longer one shows */
	struct core core;
	struct api api;
	struct http_server *http;
	struct tls_identity *tls;
	/* What the first start made; "" on every other. */
	char first_key[64];
	char first_secret[64];
	struct fleet_start fleet; /* path NULL: none is to be loaded */
	bool makes_key;           /* a first start with a fleet that brings keys makes none */
	char error[512];
};

static bool path_in(const struct server *server, const char *name, char *ret, size_t size)
{
	return snprintf(ret, size, "%s/%s", server->directory, name) < (int)size;
}

/* ---- directory and store ---- */

static bool directory_open(struct server *server)
{
	const char *temporary = getenv("TMPDIR");

	if (!server->config->ephemeral) {
		if (!directory_make(server->config->data, server->error, sizeof server->error))
			return false;
		if (!realpath(server->config->data, server->directory)) {
			snprintf(server->error, sizeof server->error, "cannot use the data directory %s: %s", server->config->data,
			         strerror(errno));
			return false;
		}
		return true;
	}
	snprintf(server->directory, sizeof server->directory, "%s/cleat-XXXXXX",
	         temporary && *temporary ? temporary : P_tmpdir);
	if (mkdtemp(server->directory))
		return true;
	snprintf(server->error, sizeof server->error, "cannot make a temporary directory: %s",
	         strerror(errno));
	return false;
}

static bool store_begin(struct server *server)
{
	const struct config *config = server->config;
	struct store_config store = {
		.directory = server->directory,
		.ephemeral = config->ephemeral,
		.run_twice = config->store_run_twice,
		.queue_max = (size_t)config->max_queue,
		.max_bytes = config->max_store_bytes,
		.min_free_bytes = config->min_free_bytes,
		.read_timeout_ms = (int)(config->request_timeout * SECOND),
	};

	server->core.store = store_open(&store, server->error, sizeof server->error);
	if (!server->core.store)
		return false;
	/* The lock is ours: what a backup left that was cut off is nobody's. */
	directory_clean(server->directory, PLACE_BACKUP);
	return true;
}

/* ---- first start, keys ---- */

/* Makes the account that every store has, or those of the fleet, and a key whose secret was written to its file before. */
static bool bootstrap(struct txn *txn, void *context)
{
	struct server *server = context;
	struct caller caller = { .key_id = "cleat" };
	struct access_key key;
	struct work work;
	const char *account = NULL;

	work_begin(&work, &server->core, txn, &caller, clock_now(&server->core.clock));
	if (server->fleet.path && !fleet_start_put(&server->fleet, &work, &account))
		return false;
	if (!server->fleet.path || text_equal(account, ""))
		account = account_create(&work, realms[0]->name, ACCOUNT_NAME).id;
	server->makes_key = account != NULL;
	return !account || access_key_create(&work, account, server->first_key, server->first_secret,
	                                     "made at the first start", &key);
}

struct first_look {
	struct server *server;
	bool has_account;
	bool has_dev_key; /* a key of its own with the id of the development key */
	char fleet[65]; /* hash of the fleet it was begun with */
};

static bool look(struct txn *txn, void *context)
{
	struct first_look *first = context;
	const struct config *config = first->server->config;
	struct access_key *keys;
	struct account *accounts;
	size_t n = config->dev_key ? access_key_list(txn, NULL, &keys) : 0;

	first->has_dev_key = false;
	while (n)
		first->has_dev_key |= text_equal(keys[--n].id, config->access_key_id);
	clock_restore(&first->server->core.clock, txn);
	first->has_account = account_list(txn, &accounts) > 0;
	snprintf(first->fleet, sizeof first->fleet, "%s", text_or(meta_get(txn, FLEET_META), ""));
	return true;
}

/* The file comes before the commit: a key that nobody was told cannot be left behind. If it ends in between, the next
 * start is the first again and writes another. */
static bool first_start(struct server *server, struct arena *arena)
{
	char path[PATH_MAX + 64];
	char text[512];

	snprintf(server->first_key, sizeof server->first_key, FIRST_KEY_PREFIX);
	random_alphanumeric(server->first_key + strlen(FIRST_KEY_PREFIX), FIRST_KEY_TAIL);
	random_alphanumeric(server->first_secret, FIRST_SECRET_LENGTH);
	path_in(server, PLACE_ACCESS_KEY, path, sizeof path);
	snprintf(text, sizeof text, "access_key_id=%s\naccess_key_secret=%s\n", server->first_key, server->first_secret);
	if (!file_replace(path, text, 0600, server->error, sizeof server->error))
		return false;
	if (store_write(server->core.store, bootstrap, server, arena) != STORE_DONE) {
		if (server->fleet.path && (server->fleet.problems.n || server->fleet.refused))
			fleet_start_explain(&server->fleet, server->error, sizeof server->error);
		return false;
	}
	if (!server->makes_key) {
		unlink(path);
		return true;
	}
	log_event(LOG_INFO, "first-start", LOG_TEXT_PAIR("access_key_id", server->first_key),
	          LOG_TEXT_PAIR("secret_file", path));
	return true;
}

/* A fleet is loaded once, into a store that is new. */
static bool fleet_begin(struct server *server, const struct first_look *first)
{
	const struct config *config = server->config;
	size_t max = (size_t)config->max_fleet_bytes;

	if (!config->fleet)
		return true;
	if (!first->has_account)
		return fleet_start_read(&server->fleet, dialects, config->dev_key ? config->access_key_id : NULL, config->fleet, max,
		                        server->error, sizeof server->error);
	fleet_start_kept(config->fleet, max, *first->fleet ? first->fleet : NULL);
	return true;
}

static bool check_dev_key(struct server *server, const struct first_look *first)
{
	if (first->has_dev_key)
		snprintf(server->error, sizeof server->error,
		         "the store has an access key %.128s of its own, which the development key would hide; start without "
		         "--dev-key, or give another --access-key-id",
		         server->config->access_key_id);
	return !first->has_dev_key;
}

/* Who brings no fleet and uses the development key finds every cloud served, each with an account. */
static bool add_realms(struct txn *txn, void *context)
{
	struct server *server = context;
	struct caller caller = { .key_id = "cleat" };
	struct account known;
	struct work work;
	size_t i;

	work_begin(&work, &server->core, txn, &caller, clock_now(&server->core.clock));
	for (i = 0; realms[i]; i++) {
		if (!account_oldest(&work, realms[i]->name, &known))
			account_create(&work, realms[i]->name, ACCOUNT_NAME);
		work.now++; /* the order of accounts is that of their moments */
	}
	return true;
}

static bool realms_begin(struct server *server, struct arena *arena)
{
	const struct config *config = server->config;

	return !config->dev_key || config->fleet || store_write(server->core.store, add_realms, server, arena) == STORE_DONE;
}

static bool keys_begin(struct server *server)
{
	const struct config *config = server->config;
	struct first_look first = { .server = server };
	struct arena arena;
	bool begun;

	snprintf(server->error, sizeof server->error, "the store cannot be read or written");
	arena_init(&arena);
	begun = store_read(server->core.store, look, &first, &arena) == STORE_DONE && check_dev_key(server, &first) &&
	        fleet_begin(server, &first) &&
	        (first.has_account || first_start(server, &arena)) && realms_begin(server, &arena);
	arena_finish(&arena);
	fleet_start_finish(&server->fleet);
	if (server->core.clock.last > moment_now() + SECOND && !server->core.clock.manual)
		log_event(LOG_WARNING, "clock", LOG_TEXT_PAIR("problem", "this store lived by a manual clock that is ahead: cloud "
		                                                         "time stands until the machine's clock is there"));
	server->api.keys = key_cache_create();
	key_cache_speak(server->api.keys, server->api.dialects);
	/* The development key is in no store: it is valid while the server that was given it runs. */
	if (config->dev_key)
		key_cache_fix(server->api.keys, config->access_key_id, config->access_key_secret);
	if (config->accounts == CONFIG_ACCOUNTS_AUTO)
		key_cache_own_secret(server->api.keys, config->accounts_secret);
	server->api.faults = fault_cache_create();
	return begun && key_cache_load(server->api.keys, server->core.store) &&
	       fault_cache_load(server->api.faults, server->core.store);
}

/* ---- drivers and jobs ---- */

static bool restore(struct txn *txn, void *context)
{
	struct server *server = context;

	return guard_restore(&server->core, txn, server->error, sizeof server->error);
}

/* One that is there already is the same one. */
static bool driver_begin(struct server *server, const char *name, const char **ret_name)
{
	const struct driver *driver = driver_load(name, server->error, sizeof server->error);

	if (!driver)
		return false;
	*ret_name = driver->name;
	if (server->core.n_drivers && server->core.drivers[0].driver == driver) {
		if (text_equal(name, server->config->driver))
			return true;
		snprintf(server->error, sizeof server->error, "--driver and --bare-metal give the driver %s other settings",
		         driver->name);
		return false;
	}
	return guard_open(&server->core, driver, driver_settings(name), server->error, sizeof server->error);
}

static bool drivers_begin(struct server *server)
{
	struct core_settings *settings = &server->core.settings;

	return driver_begin(server, server->config->driver, &settings->driver) &&
	       (!server->config->bare_metal || driver_begin(server, server->config->bare_metal, &settings->bare_metal_driver));
}

static bool core_begin(struct server *server)
{
	struct arena arena;
	enum store_outcome outcome;

	snprintf(server->error, sizeof server->error, "the store cannot be read");
	arena_init(&arena);
	outcome = store_read(server->core.store, restore, server, &arena);
	arena_finish(&arena);
	if (outcome != STORE_DONE)
		return false;
	server->core.jobs = jobs_create(&server->core);
	guard_listen(&server->core, jobs_wake, server->core.jobs);
	return jobs_start(server->core.jobs, server->error, sizeof server->error);
}

/* ---- files for clients on this machine ---- */

static bool token_begin(struct server *server)
{
	char path[PATH_MAX + 64];

	if (server->config->control_token_file)
		snprintf(path, sizeof path, "%s", server->config->control_token_file);
	else
		path_in(server, PLACE_CONTROL_TOKEN, path, sizeof path);
	if (file_first_line(path, server->token, sizeof server->token)) {
		if (strlen(server->token) >= TOKEN_MIN && strlen(server->token) <= TOKEN_MAX)
			return true;
		snprintf(server->error, sizeof server->error,
		         "the control token must have %d to %d characters; remove its file to get a new one", TOKEN_MIN, TOKEN_MAX);
		return false;
	}
	random_alphanumeric(server->token, TOKEN_LENGTH);
	return file_replace(path, server->token, 0600, server->error, sizeof server->error);
}

static bool write_files(struct server *server, const char *url)
{
	char path[PATH_MAX + 64];
	char text[512];

	path_in(server, PLACE_ENDPOINT, path, sizeof path);
	snprintf(text, sizeof text, "%s\n", url);
	if (!file_replace(path, text, 0644, server->error, sizeof server->error))
		return false;
	if (!server->config->port_file)
		return true;
	snprintf(text, sizeof text, "%d\n", http_port(server->http));
	return file_replace(server->config->port_file, text, 0644, server->error, sizeof server->error);
}

/* ---- life ---- */

/* Each connection is an open file; beyond what the system allows none would be accepted at all, and the store could not
 * open its own. */
static unsigned connections_possible(const struct config *config)
{
	struct rlimit files;
	rlim_t reserve = FILES_RESERVE + FILES_OF_THREAD * (rlim_t)config->threads;
	rlim_t wanted = (rlim_t)config->max_connections + reserve;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return (unsigned)config->max_connections;
	if (files.rlim_cur < wanted) {
		files.rlim_cur = files.rlim_max < wanted ? files.rlim_max : wanted;
		setrlimit(RLIMIT_NOFILE, &files);
		getrlimit(RLIMIT_NOFILE, &files);
	}
	if (files.rlim_cur >= wanted)
		return (unsigned)config->max_connections;
	log_event(LOG_WARNING, "limits", LOG_TEXT_PAIR("problem", "the system allows fewer open files than --max-connections needs"),
	          LOG_NUMBER_PAIR("open_files", (int64_t)files.rlim_cur));
	return files.rlim_cur > 2 * reserve ? (unsigned)(files.rlim_cur - reserve) : FILES_RESERVE;
}

static bool tls_begin(struct server *server)
{
	const struct config *config = server->config;

	server->tls = tls_identity_create(config, server->directory, server->error, sizeof server->error);
	server->api.authority = tls_identity_authority;
	server->api.authority_context = server->tls;
	return server->tls != NULL;
}

/* Signatures keep strangers from calling, not from reading along. */
static void warn_of_plain(const struct config *config)
{
	if (config->listen_loopback)
		return;
	log_event(LOG_WARNING, "plain-http",
	          LOG_TEXT_PAIR("problem", config->tls == CONFIG_TLS_ON ?
	                        "others on the network can read what is sent to this address over http, secrets of new keys and "
	                        "the control token too; use https on the same port ('cleat ca' prints what to trust)" :
	                        "others on the network can read what is sent to this address, secrets of new keys and the control "
	                        "token too; serve https with --tls on"),
	          LOG_TEXT_PAIR("listen", config->listen));
}

/* Also where the log is off: who starts this without knowing it is to see it. */
static void warn_of_accounts(const struct config *config)
{
	static const char text[] = "every access key id test-... that signs with the secret of --accounts auto is let in and gets an "
				   "account of its own; this is for tests";

	if (config->accounts != CONFIG_ACCOUNTS_AUTO)
		return;
	fprintf(stderr, "cleat serve: %s\n", text);
	log_event(LOG_WARNING, "accounts-auto", LOG_TEXT_PAIR("problem", text), LOG_TEXT_PAIR("listen", config->listen),
	          LOG_NUMBER_PAIR("max_accounts", config->max_accounts));
}

static bool http_begin(struct server *server)
{
	const struct config *config = server->config;
	struct http_settings settings = {
		.host = config->listen_host,
		.port = config->listen_port,
		.threads = (unsigned)config->threads,
		.max_connections = connections_possible(config),
		.max_connections_per_address = (unsigned)config->max_connections_per_address,
		.idle_timeout = (unsigned)config->idle_timeout,
		.request_timeout = (unsigned)config->request_timeout,
		.identify = config->tls == CONFIG_TLS_ON ? tls_identity_get : NULL,
		.identify_context = server->tls,
	};
	char url[128];

	server->http = http_start(&server->api, &settings, server->error, sizeof server->error);
	if (!server->http)
		return false;
	snprintf(url, sizeof url, strchr(config->listen_host, ':') ? "http://[%s]:%d" : "http://%s:%d",
	         config->listen_host, http_port(server->http));
	if (!write_files(server, url))
		return false;
	log_event(LOG_INFO, "serving", LOG_TEXT_PAIR("url", url), LOG_TEXT_PAIR("data", server->directory),
	          LOG_TEXT_PAIR("version", CLEAT_VERSION),
	          LOG_TEXT_PAIR("access_key_id", config->dev_key ? config->access_key_id : ""));
	if (config->ephemeral && config->log == LOG_TEXT)
		log_event(LOG_INFO, "ephemeral", LOG_TEXT_PAIR("message", "other commands reach this server with --data"),
		          LOG_TEXT_PAIR("data", server->directory));
	warn_of_plain(config);
	warn_of_accounts(config);
	return true;
}

static void configure(struct server *server)
{
	static const enum pace paces[] = { PACE_INSTANT, PACE_QUICK, PACE_REAL };
	const struct config *config = server->config;

	server->core.settings = (struct core_settings){
		.pace = paces[config->pace],
		.max_detaching = config->max_detaching,
		.retention = config->retention_days * DAY,
	};
	server->core.clock.manual = config->clock == CONFIG_CLOCK_MANUAL;
	random_alphanumeric(server->core.boot, sizeof server->core.boot - 1);
	server->api = (struct api){
		.core = &server->core,
		.nonces = nonce_memory_create((size_t)config->nonce_bytes),
		.delays = delays_create(),
		.journal = journal_create((size_t)config->journal_calls, (size_t)config->journal_bytes),
		.dialects = config->metadata ? dialects_and_metadata : dialects,
		.control_token = server->token,
		.settings = {
			.max_params = (size_t)config->max_params,
			.max_body = (size_t)config->max_body,
			.max_fleet_bytes = (size_t)config->max_fleet_bytes,
			.version = CLEAT_VERSION,
			.data_directory = server->directory,
			.https = config->tls == CONFIG_TLS_ON,
			.own_accounts = config->accounts == CONFIG_ACCOUNTS_AUTO,
			.max_accounts = config->max_accounts,
			.metadata_instance = config->metadata_instance,
			.metadata_role = config->metadata_role,
		},
	};
	random_alphanumeric(server->api.settings.metadata_secret, sizeof server->api.settings.metadata_secret - 1);
}

/* Each step needs those before it; server_end takes back what there is. */
static bool server_begin(struct server *server)
{
	configure(server);
	return directory_open(server) && store_begin(server) && token_begin(server) && drivers_begin(server) &&
	       keys_begin(server) && core_begin(server) && tls_begin(server) && http_begin(server);
}

/* Stop listening, let requests end, let jobs rest, close the store: in this order nothing that was acknowledged is
 * lost and nobody waits for ever. */
static void server_end(struct server *server)
{
	char path[PATH_MAX + 64];
	bool cut_off;

	notify("STOPPING=1");
	delays_stop(server->api.delays);
	/* Who waits for news of it would only be waited for. */
	journal_close(server->api.journal);
	if (server->http && !http_drain(server->http, DRAIN_MS))
		log_event(LOG_INFO, "stopping", LOG_TEXT_PAIR("message", "requests wait for jobs; they are answered now"));
	if (server->core.jobs)
		jobs_stop(server->core.jobs);
	cut_off = server->http && !http_drain(server->http, DRAIN_MS);
	if (*server->directory && path_in(server, PLACE_ENDPOINT, path, sizeof path) && server->http)
		unlink(path);
	if (cut_off) {
		/* Something slow, a backup, is still in somebody's hands. Everything acknowledged is on disk: the end of the
		 * process is as good an end as any. */
		log_event(LOG_WARNING, "stopped", LOG_TEXT_PAIR("message", "a slow request was cut off"));
		if (server->config->ephemeral)
			directory_remove(server->directory);
		_exit(0);
	}
	http_stop(server->http);
	tls_identity_destroy(server->tls);
	if (server->core.store)
		store_close(server->core.store);
	/* Drivers wake jobs for as long as they are open. */
	guard_close(&server->core);
	jobs_destroy(server->core.jobs);
	key_cache_destroy(server->api.keys);
	fault_cache_destroy(server->api.faults);
	delays_destroy(server->api.delays);
	nonce_memory_destroy(server->api.nonces);
	journal_destroy(server->api.journal);
	if (server->config->ephemeral && *server->directory)
		directory_remove(server->directory);
}

int serve_run(const struct config *config)
{
	struct server *server = calloc(1, sizeof *server);
	sigset_t signals;
	bool started;
	int number = 0;

	if (!server)
		abort();
	server->config = config;
	log_setup(config->log, config->log_level);
	/* Blocked before any thread starts, so that this one alone takes them. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is met as a failed write, which the store knows how to meet */
	/* Large tables come from the kernel and go back to it; left alone, the library raises this limit with each of them
	 * and keeps what they leave behind. */
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
	started = server_begin(server);
	if (started) {
		notify("READY=1");
		sigwait(&signals, &number);
		log_event(LOG_INFO, "stopping", LOG_TEXT_PAIR("signal", strsignal(number)));
	} else {
		log_event(LOG_ERROR, "not-started", LOG_TEXT_PAIR("message", server->error));
		fprintf(stderr, "cleat serve: %s\n", server->error);
	}
	server_end(server);
	log_event(LOG_INFO, "stopped", LOG_NUMBER_PAIR("status", started ? 0 : 1));
	free(server);
	return started ? 0 : 1;
}
