/* The cache of keys: which temporary key comes with which token, and until when. Time is a number here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "api/keys.h"
#include "base/moment.h"
#include "core/role.h"

#define NOW ((int64_t)1795220863000)

static struct key_cache *cache;

static int setup(void **state)
{
	(void)state;
	cache = key_cache_create();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	key_cache_destroy(cache);
	return 0;
}

static void add(const char *id, const char *token, int64_t expires_at, int64_t now)
{
	key_cache_add(cache,
	              &(struct temporary_key){ .id = id, .account = "1000", .secret = "secret", .token = token,
	                                       .role = "worker", .session = "alice", .expires_at = expires_at },
	              "aliyun", now);
}

static enum refusal_reason check(const char *id, const char *token, int64_t now)
{
	struct cached_key key;

	assert_true(key_cache_find(cache, id, &key));
	return key_cache_check_token(cache, &key, token, now);
}

static void temporary_key_is_found_with_all_it_has(void **state)
{
	struct cached_key key;

	(void)state;
	add("STS.one", "token-1", NOW + HOUR, NOW);
	assert_true(key_cache_find(cache, "STS.one", &key));
	assert_string_equal(key.secret, "secret");
	assert_string_equal(key.account, "1000");
	assert_string_equal(key.realm, "aliyun");
	assert_string_equal(key.role, "worker");
	assert_string_equal(key.session, "alice");
	assert_true(key.active);
	assert_false(key_cache_find(cache, "STS.two", &key));
}

static void token_is_good_until_the_very_moment(void **state)
{
	(void)state;
	add("STS.one", "token-1", NOW + HOUR, NOW);
	assert_int_equal(check("STS.one", "token-1", NOW), REFUSE_NONE);
	assert_int_equal(check("STS.one", "token-1", NOW + HOUR - 1), REFUSE_NONE);
	assert_int_equal(check("STS.one", "token-1", NOW + HOUR), REFUSE_TOKEN_EXPIRED);
	assert_int_equal(check("STS.one", "token-1", NOW + DAY), REFUSE_TOKEN_EXPIRED);
}

static void each_wrong_token_has_its_reason(void **state)
{
	(void)state;
	add("STS.one", "token-1", NOW + HOUR, NOW);
	add("STS.two", "token-2", NOW + HOUR, NOW);
	assert_int_equal(check("STS.one", NULL, NOW), REFUSE_TOKEN_MISSING);
	assert_int_equal(check("STS.one", "", NOW + DAY), REFUSE_TOKEN_MISSING);
	assert_int_equal(check("STS.one", "token-2", NOW), REFUSE_TOKEN_OF_ANOTHER_KEY);
	assert_int_equal(check("STS.one", "token-3", NOW), REFUSE_TOKEN_MALFORMED);
	assert_int_equal(check("STS.one", "token-", NOW), REFUSE_TOKEN_MALFORMED);
}

static void lasting_key_comes_without_a_token(void **state)
{
	struct cached_key key = { .id = "LTAI", .active = true };

	(void)state;
	add("STS.one", "token-1", NOW + HOUR, NOW);
	assert_int_equal(key_cache_check_token(cache, &key, NULL, NOW), REFUSE_NONE);
	assert_int_equal(key_cache_check_token(cache, &key, "", NOW), REFUSE_NONE);
	assert_int_equal(key_cache_check_token(cache, &key, "token-1", NOW), REFUSE_TOKEN_OF_ANOTHER_KEY);
	assert_int_equal(key_cache_check_token(cache, &key, "token", NOW), REFUSE_TOKEN_MALFORMED);
}

/* Late callers are told that they are late for a while; then the key is forgotten, so that memory has an end. */
static void expired_keys_are_forgotten_in_time(void **state)
{
	struct cached_key key;
	char id[32];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		snprintf(id, sizeof id, "STS.%d", i);
		add(id, id, NOW + HOUR, NOW);
	}
	add("STS.late", "late", NOW + 2 * HOUR, NOW + HOUR + TEMPORARY_KEYS_KEPT);
	assert_int_equal(check("STS.999", "STS.999", NOW + HOUR + TEMPORARY_KEYS_KEPT), REFUSE_TOKEN_EXPIRED);
	add("STS.later", "later", NOW + 4 * HOUR, NOW + 2 * HOUR + TEMPORARY_KEYS_KEPT);
	for (i = 0; i < 1000; i++) {
		snprintf(id, sizeof id, "STS.%d", i);
		assert_false(key_cache_find(cache, id, &key));
	}
	assert_int_equal(check("STS.later", "STS.1", NOW), REFUSE_TOKEN_MALFORMED);
	assert_int_equal(check("STS.late", "late", NOW), REFUSE_NONE);
}

static void roles_have_one_number_each(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_string_equal(role_id(&arena, "1000", "worker"), role_id(&arena, "1000", "worker"));
	assert_string_not_equal(role_id(&arena, "1000", "worker"), role_id(&arena, "1001", "worker"));
	assert_string_not_equal(role_id(&arena, "1000", "worker"), role_id(&arena, "1000", "Worker"));
	assert_int_equal(strlen(role_id(&arena, "1000", "worker")), 18);
	arena_finish(&arena);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(temporary_key_is_found_with_all_it_has),
		TEST(token_is_good_until_the_very_moment),
		TEST(each_wrong_token_has_its_reason),
		TEST(lasting_key_comes_without_a_token),
		TEST(expired_keys_are_forgotten_in_time),
		TEST(roles_have_one_number_each),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
