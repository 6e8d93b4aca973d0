/* The settings of `cleat serve`, from its flags, CLEAT_* variables, configuration file and defaults. Every value is
 * checked when this is loaded, so nothing behind it asks again; nothing is opened or made. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/option.h"

enum config_pace { CONFIG_PACE_INSTANT, CONFIG_PACE_QUICK, CONFIG_PACE_REAL };
enum config_tls { CONFIG_TLS_ON, CONFIG_TLS_OFF };
enum config_clock { CONFIG_CLOCK_REAL, CONFIG_CLOCK_MANUAL };
enum config_accounts { CONFIG_ACCOUNTS_KNOWN, CONFIG_ACCOUNTS_AUTO };

struct config {
	struct arena arena; /* texts that belong to nobody else */
	const char *file;   /* the configuration file, or NULL */

	const char *listen;      /* as given: "127.0.0.1:7480", "[::1]:0" */
	const char *listen_host; /* of it, without brackets: a numeric address */
	int listen_port;         /* 0: any free one */
	bool listen_loopback;
	const char *port_file; /* NULL: none */
	const char *data;      /* NULL only with `ephemeral` */
	bool ephemeral;

	const char *fleet; /* file of the state that a new store begins with; NULL: none */
	enum config_pace pace;
	enum config_clock clock;
	const char *driver; /* "sim", or "NAME=SETTINGS" */
	const char *bare_metal; /* likewise, of bare metal servers; NULL: the same driver */

	bool dev_key;
	const char *access_key_id; /* with dev_key never NULL */
	const char *access_key_secret;
	enum config_accounts accounts;
	const char *accounts_secret; /* of keys that get accounts of their own; with "auto" never NULL */
	int64_t max_accounts;
	const char *control_token_file; /* NULL: in the data directory */
	bool metadata;
	const char *metadata_instance; /* NULL: the oldest */
	const char *metadata_role;

	enum config_tls tls;
	const char *tls_cert, *tls_key; /* both or none */
	const char *tls_ca_dir;         /* NULL: the data directory */
	const char *tls_names;          /* "a,b"; NULL: none */

	enum log_format log;
	enum log_level log_level;

	int64_t threads; /* at least 1 */
	int64_t max_body;
	int64_t max_fleet_bytes;
	int64_t max_params;
	int64_t max_connections;
	int64_t max_connections_per_address;
	int64_t max_queue;
	int64_t max_detaching;
	int64_t max_store_bytes; /* 0: no limit */
	int64_t min_free_bytes;
	int64_t nonce_bytes;
	int64_t idle_timeout;    /* seconds */
	int64_t request_timeout; /* seconds */
	int64_t retention_days;
	int64_t journal_calls; /* 0: none */
	int64_t journal_bytes;

	bool store_run_twice;
};

/* The rows behind the members, for help texts and the man page. */
extern const struct option config_options[];

/* Reads the arguments behind argv[0], which is the subcommand. False with a message in `error` that says what to do;
 * config_finish() is right in both cases. */
bool config_load(int argc, char **argv, struct config *ret, char *error, size_t error_size);

void config_finish(struct config *config);

#endif
