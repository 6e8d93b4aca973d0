/* The cache of keys: which temporary key comes with which token, and until when. Time is a number here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/keys.h"
#include "api/rights.h"
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

/* ---- rights ---- */

static const char *const versions[] = { "1", NULL };
static const struct policy_key policy_keys[] = { { .name = NULL } };
static const struct policy_language language = { .versions = versions, .keys = policy_keys, .resource_prefix = "acs:" };
static const struct dialect_rights dialect_rights = { .realm = "aliyun", .language = &language };
static const struct dialect dialect = { .name = "one", .rights = &dialect_rights };
static const struct dialect silent = { .name = "two" };
static const struct dialect *const dialects[] = { &silent, &dialect, NULL };

static void add_with_policy(const char *id, const char *realm, const char *policy)
{
	key_cache_add(cache,
	              &(struct temporary_key){ .id = id, .account = "1000", .secret = "secret", .token = id, .role = "worker",
	                                       .session = "alice", .policy = policy, .expires_at = NOW + HOUR },
	              realm, NOW);
}

static struct rights_answer answer(const char *id, const char *action)
{
	struct rights_answer answer = { .allowed = true };
	struct cached_key key;

	assert_true(key_cache_find(cache, id, &key));
	if (key.rights)
		answer = rights_ask(key.rights, &(struct policy_request){ action, "acs:x", NULL });
	rights_release(key.rights);
	return answer;
}

static void policy_of_a_session_limits_its_key(void **state)
{
	static const char only_a[] = "{\"Version\":\"1\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s:A\",\"Resource\":\"*\"}}";

	(void)state;
	key_cache_speak(cache, dialects);
	add_with_policy("STS.free", "aliyun", "");
	add_with_policy("STS.limited", "aliyun", only_a);
	assert_true(answer("STS.free", "s:B").allowed);
	assert_true(answer("STS.limited", "s:A").allowed);
	assert_false(answer("STS.limited", "s:B").allowed);
	assert_true(answer("STS.limited", "s:B").by_session);
}

/* What cannot be read, in a realm without a language say, allows nothing. */
static void unreadable_policy_allows_nothing(void **state)
{
	static const char all[] = "{\"Version\":\"1\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}";
	struct rights *rights;

	(void)state;
	key_cache_speak(cache, dialects);
	add_with_policy("STS.elsewhere", "nowhere", all);
	add_with_policy("STS.broken", "aliyun", "{");
	assert_false(answer("STS.elsewhere", "s:A").allowed);
	assert_false(answer("STS.broken", "s:A").allowed);
	/* One of several that cannot be read may be one that denies. */
	rights = rights_of_principal(&language, &(struct principal){ .name = "a", .policies = "[{\"Version\":\"1\",\"Statement\":"
	                                                                                    "{\"Effect\":\"Allow\",\"Action\":\"*\","
	                                                                                    "\"Resource\":\"*\"}},{}]" });
	assert_false(rights_ask(rights, &(struct policy_request){ "s:A", "acs:x", NULL }).allowed);
	rights_release(rights);
}

/* A call goes on with the rights it began with. */
static void rights_outlive_their_key(void **state)
{
	static const char none[] = "{\"Version\":\"1\",\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}}";
	struct cached_key key;

	(void)state;
	key_cache_speak(cache, dialects);
	add_with_policy("STS.one", "aliyun", none);
	assert_true(key_cache_find(cache, "STS.one", &key));
	add_with_policy("STS.one", "aliyun", "");
	assert_true(answer("STS.one", "s:A").allowed);
	assert_false(rights_ask(key.rights, &(struct policy_request){ "s:A", "acs:x", NULL }).allowed);
	rights_release(key.rights);
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
		TEST(policy_of_a_session_limits_its_key),
		TEST(unreadable_policy_allows_nothing),
		TEST(rights_outlive_their_key),
		TEST(roles_have_one_number_each),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
