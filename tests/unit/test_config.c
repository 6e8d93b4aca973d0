#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "config.h"

/* One load: its settings and its error, released by test_teardown(). */
struct load {
	struct config config;
	char error[512];
	char file[64];
};

/* Settings of the person who runs the test; other variables tell cmocka what to print. */
static void unset_settings(void)
{
	const struct option *o;

	for (o = config_options; o->name; o++)
		unsetenv(o->env);
}

static int setup(void **state)
{
	struct load *load = test_calloc(1, sizeof(*load));

	snprintf(load->file, sizeof(load->file), "%s/cleat-config-XXXXXX",
	         text_or(getenv("TMPDIR"), P_tmpdir));
	close(mkstemp(load->file));
	unset_settings();
	setenv("HOME", "/home/somebody", 1);
	setenv("XDG_STATE_HOME", "/state", 1);
	*state = load;
	return 0;
}

static int teardown(void **state)
{
	struct load *load = *state;

	config_finish(&load->config);
	unlink(load->file);
	test_free(load);
	return 0;
}

#define ARGUMENTS_MAX 16

/* Loads `cleat serve WORD...`, the words ending with NULL; the settings of the load before are released. */
static bool load_words(struct load *load, const char *word, ...)
{
	char *argv[ARGUMENTS_MAX] = { (char *)"serve" };
	int argc = 1;
	va_list args;

	va_start(args, word);
	for (; word && argc < ARGUMENTS_MAX - 1; word = va_arg(args, const char *))
		argv[argc++] = (char *)word;
	va_end(args);
	config_finish(&load->config);
	load->error[0] = '\0';
	return config_load(argc, argv, &load->config, load->error, sizeof(load->error));
}

static void write_file(const struct load *load, const char *text)
{
	FILE *file = fopen(load->file, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void assert_error(const struct load *load, const char *part)
{
	if (!strstr(load->error, part))
		fail_msg("'%s' is not in '%s'", part, load->error);
}

static void test_defaults(void **state)
{
	struct load *load = *state;
	const struct config *c = &load->config;

	assert_true(load_words(load, NULL));
	assert_string_equal(c->listen_host, "127.0.0.1");
	assert_int_equal(c->listen_port, 7480);
	assert_true(c->listen_loopback);
	assert_string_equal(c->data, geteuid() == 0 ? "/var/lib/cleat" : "/state/cleat");
	assert_null(c->port_file);
	assert_int_equal(c->pace, CONFIG_PACE_REAL);
	assert_int_equal(c->clock, CONFIG_CLOCK_REAL);
	assert_int_equal(c->log, LOG_JSON);
	assert_int_equal(c->log_level, LOG_INFO);
	assert_false(c->dev_key);
	assert_null(c->access_key_id);
	assert_in_range(c->threads, 1, 64);
	assert_int_equal(c->max_body, 1 << 20);
	assert_int_equal(c->max_params, 1000);
	assert_int_equal(c->max_connections, 4096);
	assert_int_equal(c->max_connections_per_address, 1024);
	assert_int_equal(c->max_queue, 8192);
	assert_int_equal(c->max_detaching, 5);
	assert_int_equal(c->max_store_bytes, 0);
	assert_int_equal(c->min_free_bytes, 16 << 20);
	assert_int_equal(c->nonce_bytes, 16 << 20);
	assert_int_equal(c->idle_timeout, 60);
	assert_int_equal(c->request_timeout, 30);
	assert_int_equal(c->retention_days, 7);
	assert_false(c->store_run_twice);
}

static void test_flags(void **state)
{
	struct load *load = *state;
	const struct config *c = &load->config;

	assert_true(load_words(load, "--pace", "instant", "--clock=manual", "--log", "text", "--max-body=2M",
	                       "--threads", "3", "--idle-timeout", "5m", "--store-run-twice", "--data", "/d",
	                       NULL));
	assert_int_equal(c->pace, CONFIG_PACE_INSTANT);
	assert_int_equal(c->clock, CONFIG_CLOCK_MANUAL);
	assert_int_equal(c->log, LOG_TEXT);
	assert_int_equal(c->max_body, 2 << 20);
	assert_int_equal(c->threads, 3);
	assert_int_equal(c->idle_timeout, 300);
	assert_true(c->store_run_twice);
	assert_string_equal(c->data, "/d");
}

static void test_precedence(void **state)
{
	struct load *load = *state;
	const struct config *c = &load->config;

	write_file(load, "# settings\n\n  threads = 5\r\nmax-queue=7\nmax-params = 17 \ndev-key = yes\n");
	setenv("CLEAT_CONFIG", load->file, 1);
	setenv("CLEAT_MAX_QUEUE", "8", 1);
	setenv("CLEAT_MAX_PARAMS", "18", 1);
	setenv("CLEAT_MAX_CONNECTIONS", "", 1);
	assert_true(load_words(load, "--max-params", "19", "--dev-key=false", NULL));
	assert_int_equal(c->threads, 5);
	assert_int_equal(c->max_queue, 8);
	assert_int_equal(c->max_params, 19);
	assert_int_equal(c->max_connections, 4096);
	assert_false(c->dev_key);
}

static void test_file_errors(void **state)
{
	static const struct {
		const char *text;
		const char *error;
	} rows[] = {
		{ "threads = 1\n\nthread = 2\n",
		  ":3: thread is not an option of cleat serve; did you mean threads?" },
		{ "config = x\n", ":1: config is not an option" },
		{ "what is this\n", ":1: not a line 'name = value'" },
		{ "threads = 1\nthreads = 2\n", ":2: threads is set twice" },
		{ "max-body = 1X\n", ":1: max-body: '1X' is not right; give bytes" },
		{ "port-file =\n", ":1: port-file: the value is empty" },
	};
	struct load *load = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		write_file(load, rows[i].text);
		assert_false(load_words(load, "--config", load->file, NULL));
		assert_error(load, load->file);
		assert_error(load, rows[i].error);
	}
	assert_false(load_words(load, "--config", "/nowhere/cleat.conf", NULL));
	assert_error(load, "cannot read the configuration file /nowhere/cleat.conf: No such file");
}

static void test_bad_values(void **state)
{
	static const struct {
		const char *name, *value, *error;
	} rows[] = {
		{ "--threads", "65", "--threads: '65' is not right; give a whole number from 0 to 64" },
		{ "--threads", "-1", "from 0 to 64" },
		{ "--threads", "1.5", "a whole number" },
		{ "--threads", "", "a whole number" },
		{ "--max-body", "99999999999999999999", "bytes, or a number with K, M or G" },
		{ "--max-body", "9223372036854775807G", "from 1K to 1G" },
		{ "--max-body", "1023", "from 1K to 1G" },
		{ "--min-free-bytes", "-1", "0 or more" },
		{ "--idle-timeout", "500ms", "seconds, or a number with s, m, h or d" },
		{ "--pace", "slow", "one of: instant, quick, real" },
		{ "--pace", "Quick", "one of: instant, quick, real" },
		{ "--log-level", "", "one of: debug, info" },
		{ "--data", "", "--data: the value is empty" },
		{ "--nowhere", "1", "--nowhere is not an option of cleat serve" },
		{ "--thread", "1", "did you mean --threads?" },
		{ "-v", "1", "-v is not an option" },
		{ "word", "1", "'word' is not an option" },
	};
	struct load *load = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		assert_false(load_words(load, rows[i].name, rows[i].value, NULL));
		assert_error(load, rows[i].error);
	}
	assert_false(load_words(load, "--data", NULL));
	assert_error(load, "--data needs a value: --data DIR");
	setenv("CLEAT_DEV_KEY", "perhaps", 1);
	assert_false(load_words(load, NULL));
	assert_error(load, "CLEAT_DEV_KEY: 'perhaps' is not right; give true or false");
}

static void test_listen(void **state)
{
	static const struct {
		const char *text, *host;
		int port;
		bool loopback;
	} rows[] = {
		{ "127.0.0.1:0", "127.0.0.1", 0, true },
		{ "127.9.9.9:65535", "127.9.9.9", 65535, true },
		{ "0.0.0.0:7480", "0.0.0.0", 7480, false },
		{ "[::1]:0", "::1", 0, true },
		{ "[::]:80", "::", 80, false },
		{ "localhost:1", "127.0.0.1", 1, true },
		{ "[2001:db8::1]:9", "2001:db8::1", 9, false },
	};
	static const char *const bad[] = { "7480",           ":7480",           "127.0.0.1",
		                           "127.0.0.1:",     "127.0.0.1:65536", "::1:80",
		                           "[127.0.0.1]:80", "host:80",         "127.0.0.1:-1",
		                           "[]:1",           "[::1]80",         "127.0.0.1:+1" };
	struct load *load = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		assert_true(load_words(load, "--listen", rows[i].text, NULL));
		assert_string_equal(load->config.listen_host, rows[i].host);
		assert_int_equal(load->config.listen_port, rows[i].port);
		assert_int_equal(load->config.listen_loopback, rows[i].loopback);
	}
	for (i = 0; i < COUNT_OF(bad); i++) {
		assert_false(load_words(load, "--listen", bad[i], NULL));
		assert_error(load, bad[i]);
		assert_error(load, "such as 127.0.0.1:7480");
	}
}

static void test_dev_key(void **state)
{
	struct load *load = *state;

	assert_true(load_words(load, "--dev-key", NULL));
	assert_string_equal(load->config.access_key_id, "cleat");
	assert_string_equal(load->config.access_key_secret, "cleat-secret");
	assert_false(load_words(load, "--dev-key", "--listen", "0.0.0.0:7480", NULL));
	assert_error(load, "CLEAT_ACCESS_KEY_ID");
	setenv("CLEAT_ACCESS_KEY_ID", "mine", 1);
	assert_false(load_words(load, "--dev-key", NULL));
	assert_error(load, "CLEAT_ACCESS_KEY_SECRET is missing");
	setenv("CLEAT_ACCESS_KEY_SECRET", "quiet", 1);
	assert_true(load_words(load, "--dev-key", "--listen", "0.0.0.0:7480", NULL));
	assert_string_equal(load->config.access_key_id, "mine");
	assert_string_equal(load->config.access_key_secret, "quiet");
}

static void test_metadata(void **state)
{
	static const char *const good[] = { "127.0.0.1:0", "[::1]:80", "100.100.100.200:80" };
	static const char *const bad[] = { "0.0.0.0:80", "[::]:80", "100.100.100.201:80", "192.168.0.1:80" };
	static const char *const roles[] = { "a b", "a/b", "\xc3\xa9",
		                             "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr" };
	struct load *load = *state;
	size_t i;

	assert_true(load_words(load, NULL));
	assert_false(load->config.metadata);
	for (i = 0; i < COUNT_OF(good); i++) {
		assert_true(load_words(load, "--metadata", "--listen", good[i], NULL));
		assert_true(load->config.metadata);
		assert_null(load->config.metadata_instance);
		assert_string_equal(load->config.metadata_role, "cleat");
	}
	for (i = 0; i < COUNT_OF(bad); i++) {
		assert_true(load_words(load, "--listen", bad[i], NULL));
		assert_false(load_words(load, "--metadata", "--listen", bad[i], NULL));
		assert_error(load, "127.0.0.1");
	}
	for (i = 0; i < COUNT_OF(roles); i++) {
		assert_false(load_words(load, "--metadata-role", roles[i], NULL));
		assert_error(load, "1 to 64 letters");
	}
	assert_false(load_words(load, "--metadata-instance", "i-1", NULL));
	assert_error(load, "without --metadata");
	assert_true(load_words(load, "--metadata", "--metadata-instance", "i-1", "--metadata-role", "a.B-9_", NULL));
	assert_string_equal(load->config.metadata_instance, "i-1");
	assert_string_equal(load->config.metadata_role, "a.B-9_");
}

static void test_secrets_are_not_repeated(void **state)
{
	struct load *load = *state;

	assert_false(load_words(load, "--access-key-secret", "very-quiet", NULL));
	assert_null(strstr(load->error, "very-quiet"));
}

static void test_data(void **state)
{
	struct load *load = *state;

	assert_true(load_words(load, "--ephemeral", NULL));
	assert_null(load->config.data);
	assert_false(load_words(load, "--ephemeral", "--data", "/d", NULL));
	assert_error(load, "leave one of them out");
	if (geteuid() == 0)
		return;
	unsetenv("XDG_STATE_HOME");
	assert_true(load_words(load, NULL));
	assert_string_equal(load->config.data, "/home/somebody/.local/state/cleat");
	unsetenv("HOME");
	assert_false(load_words(load, NULL));
	assert_error(load, "--data DIR or --ephemeral");
}

/* The table itself: names, variables and texts hang together. */
static void test_table(void **state)
{
	const struct option *o, *other;

	(void)state;
	for (o = config_options; o->name; o++) {
		const char *c;
		size_t i = strlen("CLEAT_");

		assert_true(text_starts(o->env, "CLEAT_"));
		assert_int_equal(strlen(o->env), strlen(o->name) + i);
		for (c = o->name; *c; c++, i++)
			assert_int_equal(o->env[i], *c == '-' ? '_' : *c - 'a' + 'A');
		assert_non_null(o->doc);
		assert_non_null(o->group);
		assert_true(o->type == OPTION_BOOL || o->type == OPTION_CHOICE || o->value != NULL);
		for (other = o + 1; other->name; other++)
			assert_string_not_equal(o->name, other->name);
	}
	assert_true(o - config_options <= OPTIONS_MAX);
}

static void test_duration(void **state)
{
	int64_t ms = 0;

	(void)state;
	assert_true(option_duration("90", &ms) && ms == 90000);
	assert_true(option_duration("90s", &ms) && ms == 90000);
	assert_true(option_duration("5m", &ms) && ms == 300000);
	assert_true(option_duration("2h", &ms) && ms == 7200000);
	assert_true(option_duration("500ms", &ms) && ms == 500);
	assert_false(option_duration("", &ms) || option_duration("m", &ms) || option_duration("-1", &ms) ||
	             option_duration("1 s", &ms) || option_duration("9223372036854775807d", &ms));
	assert_int_equal(ms, 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_defaults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flags, setup, teardown),
		cmocka_unit_test_setup_teardown(test_precedence, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_listen, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dev_key, setup, teardown),
		cmocka_unit_test_setup_teardown(test_metadata, setup, teardown),
		cmocka_unit_test_setup_teardown(test_secrets_are_not_repeated, setup, teardown),
		cmocka_unit_test_setup_teardown(test_data, setup, teardown),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_duration),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
