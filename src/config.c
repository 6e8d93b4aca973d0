#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/dev_key.h"
#include "base/option.h"
#include "base/place.h"
#include "base/text.h"

#define THREADS_MAX      64
#define TLS_NAMES_LENGTH 1024
#define TLS_NAMES_OF     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:*, "

static const char *const pace_words[] = { "instant", "quick", "real", NULL };
static const char *const clock_words[] = { "real", "manual", NULL };
static const char *const tls_words[] = { "on", "off", NULL };
static const char *const accounts_words[] = { "known", "auto", NULL };
static const char *const log_words[] = { "json", "text", NULL };
static const char *const level_words[] = { "debug", "info", "warning", "error", "off", NULL };

#define KIB ((int64_t)1 << 10)
#define MIB ((int64_t)1 << 20)
#define GIB ((int64_t)1 << 30)

const struct option config_options[] = {
	{ "config", "CLEAT_CONFIG", AS_TEXT(struct config, file), .value = "FILE", .flags = OPTION_FILE,
	  .group = "Where",
	  .doc = "settings as lines 'name = value', the names being those of the options here; # begins a comment" },
	{ "listen", "CLEAT_LISTEN", AS_TEXT(struct config, listen), .otherwise = "127.0.0.1:7480",
	  .value = "ADDRESS:PORT", .group = "Where",
	  .doc = "the address to serve on, [::1]:7480 for IPv6; port 0 takes a free one" },
	{ "port-file", "CLEAT_PORT_FILE", AS_TEXT(struct config, port_file), .value = "FILE",
	  .group = "Where", .doc = "write the port here once requests are accepted" },
	{ "data", "CLEAT_DATA", AS_TEXT(struct config, data), .value = "DIR", .group = "Where",
	  .doc = "the directory of everything that is kept; /var/lib/cleat for root, otherwise $XDG_STATE_HOME/cleat or "
	         "~/.local/state/cleat" },
	{ "ephemeral", "CLEAT_EPHEMERAL", AS_BOOL(struct config, ephemeral), .group = "Where",
	  .doc = "keep everything in a temporary directory and remove it at the end" },

	{ "pace", "CLEAT_PACE", AS_CHOICE(struct config, pace, pace_words), .otherwise = "real",
	  .group = "Cloud",
	  .doc = "how long cloud work takes: it is done before the reply, takes about a second, or as long as on the real cloud" },
	{ "clock", "CLEAT_CLOCK", AS_CHOICE(struct config, clock, clock_words), .otherwise = "real",
	  .group = "Cloud",
	  .doc = "manual: the cloud's time stands still until 'cleat clock advance' moves it" },
	{ "driver", "CLEAT_DRIVER", AS_TEXT(struct config, driver), .otherwise = "sim",
	  .value = "NAME[=SETTINGS]", .group = "Cloud",
	  .doc = "what machines and disks are made of; sim: simulated; libvirt[=URI[,pool=NAME][,accel=tcg|kvm]"
	         "[,no-agent=refuse-if-active|trust][,agent-wait=SECONDS][,stop-wait=SECONDS]]: real ones of that libvirt" },
	{ "bare-metal", "CLEAT_BARE_METAL", AS_TEXT(struct config, bare_metal), .value = "NAME[=SETTINGS]", .group = "Cloud",
	  .doc = "what bare metal servers and their disks are made of, if not by --driver; nbd=DIR[,listen=ADDRESS]"
	         "[,ports=FIRST-LAST]: servers of your own, whose disks are exported to them from this host" },
	{ "fleet", "CLEAT_FLEET", AS_TEXT(struct config, fleet), .value = "FILE", .group = "Cloud",
	  .doc = "begin a new store with the accounts, instances, disks, snapshots and faults of this file; a store that has "
	         "begun keeps its state ('cleat fleet load' replaces it)" },
	{ "max-detaching", "CLEAT_MAX_DETACHING", AS_INT(struct config, max_detaching, 1, 1000),
	  .otherwise = "5", .value = "N", .group = "Cloud",
	  .doc = "disks that may be detaching from one instance at a time" },
	{ "retention-days", "CLEAT_RETENTION_DAYS", AS_INT(struct config, retention_days, 1, 36500),
	  .otherwise = "7", .value = "DAYS", .group = "Cloud",
	  .doc = "how long ended jobs and attachments are remembered" },

	{ "dev-key", "CLEAT_DEV_KEY", AS_BOOL(struct config, dev_key), .group = "Access",
	  .doc = "accept the access key cleat with the secret cleat-secret; on other than loopback addresses only a pair "
	         "of your own, given with the next two" },
	{ "access-key-id", "CLEAT_ACCESS_KEY_ID", AS_TEXT(struct config, access_key_id), .value = "ID",
	  .group = "Access", .doc = "the id of the --dev-key" },
	{ "access-key-secret", "CLEAT_ACCESS_KEY_SECRET", AS_TEXT(struct config, access_key_secret),
	  .value = "SECRET", .flags = OPTION_SECRET, .group = "Access",
	  .doc = "the secret of the --dev-key; better given as the variable, since others see the command line" },
	{ "accounts", "CLEAT_ACCOUNTS", AS_CHOICE(struct config, accounts, accounts_words), .otherwise = "known",
	  .group = "Access",
	  .doc = "auto: every access key id that begins with test- and signs with the secret cleat-secret gets an account of its own "
	         "by its first call, so that tests share a server; on other than loopback addresses only with a secret of your "
	         "own" },
	{ "accounts-secret", "CLEAT_ACCOUNTS_SECRET", AS_TEXT(struct config, accounts_secret), .value = "SECRET",
	  .flags = OPTION_SECRET, .group = "Access", .doc = "the secret of those keys instead; better given as the variable" },
	{ "control-token-file", "CLEAT_CONTROL_TOKEN_FILE", AS_TEXT(struct config, control_token_file),
	  .value = "FILE", .group = "Access",
	  .doc = "where the token of the control API is kept; control_token in the data directory" },
	{ "metadata", "CLEAT_METADATA", AS_BOOL(struct config, metadata), .group = "Access",
	  .doc = "serve the metadata of instances at /latest/ and /INSTANCE/latest/, to everybody and with keys of a role; "
	         "only on loopback addresses and 100.100.100.200" },
	{ "metadata-instance", "CLEAT_METADATA_INSTANCE", AS_TEXT(struct config, metadata_instance), .value = "INSTANCE",
	  .group = "Access", .doc = "whose metadata is at /latest/; the oldest instance" },
	{ "metadata-role", "CLEAT_METADATA_ROLE", AS_TEXT(struct config, metadata_role), .otherwise = "cleat",
	  .value = "NAME", .group = "Access", .doc = "the role whose keys instances find in their metadata" },

	{ "tls", "CLEAT_TLS", AS_CHOICE(struct config, tls, tls_words), .otherwise = "on", .group = "TLS",
	  .doc = "on: https as well as http, on the same port" },
	{ "tls-cert", "CLEAT_TLS_CERT", AS_TEXT(struct config, tls_cert), .value = "FILE", .group = "TLS",
	  .doc = "the certificate to show, with those between it and what clients trust (PEM); otherwise one that an authority of "
	         "Cleat's own issues, which 'cleat ca' prints" },
	{ "tls-key", "CLEAT_TLS_KEY", AS_TEXT(struct config, tls_key), .value = "FILE", .group = "TLS",
	  .doc = "the key of --tls-cert (PEM, without a password)" },
	{ "tls-ca-dir", "CLEAT_TLS_CA_DIR", AS_TEXT(struct config, tls_ca_dir), .value = "DIR", .group = "TLS",
	  .doc = "where the authority is kept, for several servers or an --ephemeral one; the data directory" },
	{ "tls-names", "CLEAT_TLS_NAMES", AS_TEXT(struct config, tls_names), .value = "NAME,...", .group = "TLS",
	  .doc = "more names and addresses that clients reach this server by, such as that of a container" },

	{ "log", "CLEAT_LOG", AS_CHOICE(struct config, log, log_words), .otherwise = "json", .group = "Log",
	  .doc = "how a line of the log on stderr is written, for machines or for people" },
	{ "log-level", "CLEAT_LOG_LEVEL", AS_CHOICE(struct config, log_level, level_words),
	  .otherwise = "info", .group = "Log", .doc = "the least that is logged" },

	{ "journal-calls", "CLEAT_JOURNAL_CALLS", AS_INT(struct config, journal_calls, 0, 1000000),
	  .otherwise = "1000", .value = "N", .group = "Log",
	  .doc = "calls kept in memory for 'cleat journal'; 0: none" },
	{ "journal-bytes", "CLEAT_JOURNAL_BYTES", AS_SIZE(struct config, journal_bytes, 64 * KIB, 16 * GIB),
	  .otherwise = "4M", .value = "BYTES", .group = "Log", .doc = "memory for them; the oldest go first" },

	{ "threads", "CLEAT_THREADS", AS_INT(struct config, threads, 0, THREADS_MAX), .otherwise = "0",
	  .value = "N", .group = "Limits",
	  .doc = "threads that serve connections; 0: one for each processor" },
	{ "max-body", "CLEAT_MAX_BODY", AS_SIZE(struct config, max_body, KIB, GIB), .otherwise = "1M",
	  .value = "BYTES", .group = "Limits", .doc = "the longest body of a request" },
	{ "max-fleet-bytes", "CLEAT_MAX_FLEET_BYTES", AS_SIZE(struct config, max_fleet_bytes, KIB, GIB),
	  .otherwise = "64M", .value = "BYTES", .group = "Limits", .doc = "the longest fleet file" },
	{ "max-params", "CLEAT_MAX_PARAMS", AS_INT(struct config, max_params, 16, 10000),
	  .otherwise = "1000", .value = "N", .group = "Limits", .doc = "parameters of a request" },
	{ "max-connections", "CLEAT_MAX_CONNECTIONS", AS_INT(struct config, max_connections, 1, 1000000),
	  .otherwise = "4096", .value = "N", .group = "Limits", .doc = "connections at a time" },
	{ "max-connections-per-address", "CLEAT_MAX_CONNECTIONS_PER_ADDRESS",
	  AS_INT(struct config, max_connections_per_address, 1, 1000000), .otherwise = "1024", .value = "N",
	  .group = "Limits", .doc = "connections at a time from one address" },
	{ "max-accounts", "CLEAT_MAX_ACCOUNTS", AS_INT(struct config, max_accounts, 1, 1000), .otherwise = "1000",
	  .value = "N", .group = "Limits", .doc = "accounts, over which --accounts auto makes no more" },
	{ "max-queue", "CLEAT_MAX_QUEUE", AS_INT(struct config, max_queue, 1, 1000000), .otherwise = "8192",
	  .value = "N", .group = "Limits", .doc = "changes that wait to be written; more are answered 503" },
	{ "max-store-bytes", "CLEAT_MAX_STORE_BYTES", AS_SIZE(struct config, max_store_bytes, 0, INT64_MAX),
	  .otherwise = "0", .value = "BYTES", .group = "Limits",
	  .doc = "size of the database, over which changes are refused; 0: as large as the disk allows" },
	{ "min-free-bytes", "CLEAT_MIN_FREE_BYTES", AS_SIZE(struct config, min_free_bytes, 0, INT64_MAX),
	  .otherwise = "16M", .value = "BYTES", .group = "Limits",
	  .doc = "free room on the disk, under which changes are refused; 0: not looked at" },
	{ "idle-timeout", "CLEAT_IDLE_TIMEOUT", AS_SECONDS(struct config, idle_timeout, 1, 86400),
	  .otherwise = "60", .value = "SECONDS", .group = "Limits",
	  .doc = "how long a connection may wait for its next request" },
	{ "request-timeout", "CLEAT_REQUEST_TIMEOUT", AS_SECONDS(struct config, request_timeout, 1, 86400),
	  .otherwise = "30", .value = "SECONDS", .group = "Limits",
	  .doc = "how long a request may take to arrive and to be answered" },
	{ "nonce-bytes", "CLEAT_NONCE_BYTES", AS_SIZE(struct config, nonce_bytes, 64 * KIB, 16 * GIB),
	  .otherwise = "16M", .value = "BYTES", .group = "Limits",
	  .doc = "memory for the nonces of the last 15 minutes" },

	{ "store-run-twice", "CLEAT_STORE_RUN_TWICE", AS_BOOL(struct config, store_run_twice),
	  .flags = OPTION_HIDDEN, .group = "Tests",
	  .doc = "run every writing transaction twice, the first run undone" },
	OPTIONS_END
};

static bool fail(char *error, size_t error_size, const char *message, const char *value)
{
	snprintf(error, error_size, message, value);
	return false;
}

static bool read_address(struct config *config, const char *host)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (inet_pton(AF_INET, host, &v4) == 1) {
		config->listen_loopback = (ntohl(v4.s_addr) >> 24) == 127;
		return true;
	}
	if (inet_pton(AF_INET6, host, &v6) == 1) {
		config->listen_loopback = IN6_IS_ADDR_LOOPBACK(&v6);
		return true;
	}
	return false;
}

/* "ADDRESS:PORT" with an IPv6 address in brackets. Names are not looked up: which of their addresses would it be? */
static bool read_listen(struct config *config, char *error, size_t error_size)
{
	const char *text = config->listen;
	const char *colon = strrchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : 0;
	bool bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';
	int64_t port;
	char *host;

	host = bracketed ? arena_text_n(&config->arena, text + 1, length - 2)
	                 : arena_text_n(&config->arena, text, length);
	if (text_equal(host, "localhost"))
		host = arena_text(&config->arena, "127.0.0.1");
	if (!colon || bracketed != (strchr(host, ':') != NULL) || !read_address(config, host) ||
	    !text_to_int64(colon + 1, &port) || port < 0 || port > 65535)
		return fail(
			error, error_size,
			"--listen: '%s' is not right; give an address and a port, such as 127.0.0.1:7480, 0.0.0.0:7480 "
			"or [::1]:7480",
			text);
	config->listen_host = host;
	config->listen_port = (int)port;
	return true;
}

#define KEY_MAX 128 /* what the cache of keys holds (api/keys.h) */

static bool fits_key(const char *text)
{
	return *text && strlen(text) <= KEY_MAX;
}

static bool choose_key(struct config *config, char *error, size_t error_size)
{
	bool pair = config->access_key_id && config->access_key_secret;

	if (!pair && (config->access_key_id || config->access_key_secret))
		return fail(error, error_size,
		            "CLEAT_ACCESS_KEY_ID and CLEAT_ACCESS_KEY_SECRET belong together: %s is missing",
		            config->access_key_id ? "CLEAT_ACCESS_KEY_SECRET" : "CLEAT_ACCESS_KEY_ID");
	if (pair && (!fits_key(config->access_key_id) || !fits_key(config->access_key_secret)))
		return fail(error, error_size,
		            "CLEAT_ACCESS_KEY_ID and CLEAT_ACCESS_KEY_SECRET must have 1 to 128 characters each%s", "");
	if (!config->dev_key || pair)
		return true;
	if (!config->listen_loopback)
		return fail(
			error, error_size,
			"--dev-key has a secret that everybody knows, so it is not served on %s; choose a pair of your own "
			"with CLEAT_ACCESS_KEY_ID and CLEAT_ACCESS_KEY_SECRET, or listen on 127.0.0.1",
			config->listen_host);
	config->access_key_id = DEV_KEY_ID;
	config->access_key_secret = DEV_KEY_SECRET;
	return true;
}

static bool choose_accounts(struct config *config, char *error, size_t error_size)
{
	if (config->accounts == CONFIG_ACCOUNTS_KNOWN)
		return !config->accounts_secret ||
		       fail(error, error_size, "--accounts-secret (or CLEAT_ACCOUNTS_SECRET) has no use without --accounts %s", "auto");
	if (config->accounts_secret && !fits_key(config->accounts_secret))
		return fail(error, error_size, "CLEAT_ACCOUNTS_SECRET must have 1 to 128 characters%s", "");
	if (!config->accounts_secret && !config->listen_loopback)
		return fail(error, error_size,
		            "--accounts auto lets everybody in who can reach this server, so it is not served on %s; choose a secret "
		            "of your own with CLEAT_ACCOUNTS_SECRET, or listen on 127.0.0.1",
		            config->listen_host);
	if (!config->accounts_secret)
		config->accounts_secret = DEV_KEY_SECRET;
	return true;
}

static bool choose_tls(struct config *config, char *error, size_t error_size)
{
	if (!config->tls_cert != !config->tls_key)
		return fail(error, error_size, "--tls-cert and --tls-key belong together: %s is missing",
		            config->tls_cert ? "--tls-key" : "--tls-cert");
	if (config->tls == CONFIG_TLS_OFF && config->tls_cert)
		return fail(error, error_size, "--tls off serves no certificate, so --tls-cert %s has no use: leave one of them out",
		            config->tls_cert);
	if (!config->tls_names)
		return true;
	if (strlen(config->tls_names) > TLS_NAMES_LENGTH)
		return fail(error, error_size, "--tls-names is longer than 1024 characters%s", "");
	if (config->tls_names[strspn(config->tls_names, TLS_NAMES_OF)])
		return fail(error, error_size,
		            "--tls-names: '%s' is not right; give host names and numeric addresses with commas between them",
		            config->tls_names);
	return true;
}

#define METADATA_ADDRESS "100.100.100.200" /* where clients look for it: no address of other networks */
#define ROLE_MAX         64

static bool check_metadata(const struct config *config, char *error, size_t error_size)
{
	const char *role = config->metadata_role;

	if (strlen(role) > ROLE_MAX ||
	    strspn(role, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") != strlen(role))
		return fail(error, error_size, "--metadata-role: '%s' is no role; give 1 to 64 letters, digits or .-_", role);
	if (config->metadata_instance && !config->metadata)
		return fail(error, error_size, "--metadata-instance %s has no use without --metadata",
		            config->metadata_instance);
	if (config->metadata && !config->listen_loopback && !text_equal(config->listen_host, METADATA_ADDRESS))
		return fail(error, error_size,
		            "--metadata gives keys to everybody who can reach it, so it is not served on %s; listen on "
		            "127.0.0.1, or on " METADATA_ADDRESS, config->listen_host);
	return true;
}

static bool choose_data(struct config *config, char *error, size_t error_size)
{
	if (config->ephemeral && config->data)
		return fail(
			error, error_size,
			"--ephemeral keeps nothing, so --data (or CLEAT_DATA) %s has no use: leave one of them out",
			config->data);
	if (!config->ephemeral && !config->data)
		config->data = place_data(&config->arena);
	if (!config->ephemeral && !config->data)
		return fail(error, error_size, "there is no home directory to keep data in: give %s",
		            "--data DIR or --ephemeral");
	return true;
}

static void choose_threads(struct config *config)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (config->threads)
		return;
	config->threads = processors < 1 ? 1 : processors;
	if (config->threads > THREADS_MAX)
		config->threads = THREADS_MAX;
}

bool config_load(int argc, char **argv, struct config *ret, char *error, size_t error_size)
{
	struct option_words words;

	*ret = (struct config){ 0 };
	arena_init(&ret->arena);
	if (!options_read(config_options, &ret->arena, argc, argv, ret, &words, error, error_size))
		return false;
	if (words.n)
		return fail(error, error_size, "'%s' is not an option; 'cleat serve --help' lists them",
		            words.items[0]);
	choose_threads(ret);
	return read_listen(ret, error, error_size) && choose_key(ret, error, error_size) &&
	       choose_accounts(ret, error, error_size) && choose_tls(ret, error, error_size) && check_metadata(ret, error, error_size) &&
	       choose_data(ret, error, error_size);
}

void config_finish(struct config *config)
{
	arena_finish(&config->arena);
}
