/* Policies as tables: a document, a request, an answer; and documents that are refused, with where and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "core/policy.h"

/* A language of no cloud: the words are its own. */
enum { FROM, AT, SAFE, AGENT, N_KEYS };
static const struct policy_key keys[N_KEYS + 1] = {
	[FROM] = { "x:From", POLICY_KEY_ADDRESS },
	[AT] = { "x:At", POLICY_KEY_MOMENT },
	[SAFE] = { "x:Safe", POLICY_KEY_TRUTH },
	[AGENT] = { "x:Agent", POLICY_KEY_TEXT },
};
static const char *const versions[] = { "7", "8", NULL };
static const struct policy_language language = { .versions = versions, .keys = keys, .resource_prefix = "crn:" };
static const struct policy_language lax = { .versions = versions, .keys = keys, .resource_prefix = "",
	                                    .resource_optional = true };

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_finish(&arena);
	return 0;
}

static const struct policy *read_in(const struct policy_language *in, const char *text)
{
	struct policy_problem problem = { "", "" };
	const struct policy *policy = policy_read(&arena, in, text, &problem);

	if (!policy)
		fail_msg("%s: %s: %s", text, problem.path, problem.message);
	return policy;
}

static int64_t moment(const char *text)
{
	int64_t at;

	assert_true(moment_parse(text, &at));
	return at;
}

static enum policy_answer ask(const struct policy *policy, const char *action, const char *resource)
{
	const struct policy_value values[N_KEYS] = {
		[FROM] = { .given = true, .text = "10.1.2.3" },
		[AT] = { .given = true, .moment = moment("2026-06-01T12:00:00Z") },
		[SAFE] = { .given = true, .truth = false },
		[AGENT] = { .given = true, .text = "Tester/1.0" },
	};

	return policy_evaluate(policy, &(struct policy_request){ action, resource, values });
}

/* ---- actions and resources ---- */

#define ALLOW(action, resource) "{\"Effect\":\"Allow\",\"Action\":" action ",\"Resource\":" resource "}"
#define DENY(action, resource)  "{\"Effect\":\"Deny\",\"Action\":" action ",\"Resource\":" resource "}"
#define POLICY(statements)      "{\"Version\":\"7\",\"Statement\":[" statements "]}"

static void statement_allows_what_it_names(void **state)
{
	static const struct {
		const char *statements, *action, *resource;
		enum policy_answer answer;
	} rows[] = {
		{ ALLOW("\"*\"", "\"*\""), "ecs:DetachDisk", "crn:d-1", POLICY_ALLOWS },
		{ ALLOW("\"ecs:*\"", "\"*\""), "ecs:DetachDisk", "crn:d-1", POLICY_ALLOWS },
		{ ALLOW("\"ecs:*\"", "\"*\""), "vpc:DeleteVpc", "crn:d-1", POLICY_SILENT },
		{ ALLOW("\"ecs:DetachDisk\"", "\"*\""), "ecs:DetachDisk", "crn:d-1", POLICY_ALLOWS },
		{ ALLOW("\"ecs:DetachDisk\"", "\"*\""), "ecs:DetachDisks", "crn:d-1", POLICY_SILENT },
		{ ALLOW("\"ecs:DetachDisk\"", "\"*\""), "ecs:Detach", "crn:d-1", POLICY_SILENT },
		{ ALLOW("\"ECS:detachdisk\"", "\"*\""), "ecs:DetachDisk", "crn:d-1", POLICY_ALLOWS },
		{ ALLOW("\"ecs:De*Disk\"", "\"*\""), "ecs:DetachDisk", "crn:d-1", POLICY_ALLOWS },
		{ ALLOW("\"ecs:?etachDisk\"", "\"*\""), "ecs:DetachDisk", "crn:d-1", POLICY_ALLOWS },
		{ ALLOW("\"ecs:?DetachDisk\"", "\"*\""), "ecs:DetachDisk", "crn:d-1", POLICY_SILENT },
		{ ALLOW("[\"vpc:*\",\"ecs:Detach*\"]", "\"*\""), "ecs:DetachDisk", "crn:d-1", POLICY_ALLOWS },
		{ ALLOW("\"ecs:cloudServers:*\"", "\"*\""), "ecs:cloudServers:detachVolume", "crn:d-1", POLICY_ALLOWS },
		{ ALLOW("\"*\"", "\"crn:d-1\""), "ecs:DetachDisk", "crn:d-1", POLICY_ALLOWS },
		{ ALLOW("\"*\"", "\"crn:d-1\""), "ecs:DetachDisk", "crn:d-2", POLICY_SILENT },
		{ ALLOW("\"*\"", "\"crn:d-1\""), "ecs:DetachDisk", "crn:d-11", POLICY_SILENT },
		{ ALLOW("\"*\"", "\"crn:d-1\""), "ecs:DetachDisk", "crn:*", POLICY_SILENT },
		{ ALLOW("\"*\"", "\"crn:D-1\""), "ecs:DetachDisk", "crn:d-1", POLICY_SILENT },
		{ ALLOW("\"*\"", "[\"crn:i-*\",\"crn:d-?\"]"), "ecs:DetachDisk", "crn:d-1", POLICY_ALLOWS },
		{ ALLOW("\"*\"", "\"crn:*/disk/*\""), "ecs:DetachDisk", "crn:a/b/disk/d-1", POLICY_ALLOWS },
		{ ALLOW("\"*\"", "\"crn:*/disk/*\""), "ecs:DetachDisk", "crn:a/b/disk", POLICY_SILENT },
		{ "{\"Effect\":\"Allow\",\"NotAction\":\"ecs:Delete*\",\"Resource\":\"*\"}", "ecs:DetachDisk", "crn:d-1",
		  POLICY_ALLOWS },
		{ "{\"Effect\":\"Allow\",\"NotAction\":\"ecs:Delete*\",\"Resource\":\"*\"}", "ecs:DeleteDisk", "crn:d-1",
		  POLICY_SILENT },
		{ "{\"Effect\":\"Deny\",\"Action\":\"*\",\"NotResource\":[\"crn:d-1\"]}", "ecs:DetachDisk", "crn:d-2", POLICY_DENIES },
		{ "{\"Effect\":\"Deny\",\"Action\":\"*\",\"NotResource\":[\"crn:d-1\"]}", "ecs:DetachDisk", "crn:d-1", POLICY_SILENT },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		const struct policy *policy = read_in(&language, arena_printf(&arena, POLICY("%s"), rows[i].statements));

		if (ask(policy, rows[i].action, rows[i].resource) != rows[i].answer)
			fail_msg("%s of %s on %s", rows[i].statements, rows[i].action, rows[i].resource);
	}
	(void)state;
}

static void denial_wins_wherever_it_stands(void **state)
{
	static const char *const statements[] = {
		ALLOW("\"*\"", "\"*\"") "," DENY("\"ecs:Detach*\"", "\"crn:d-1\""),
		DENY("\"ecs:Detach*\"", "\"crn:d-1\"") "," ALLOW("\"*\"", "\"*\""),
	};
	size_t i;

	for (i = 0; i < COUNT_OF(statements); i++) {
		const struct policy *policy = read_in(&language, arena_printf(&arena, POLICY("%s"), statements[i]));

		assert_int_equal(ask(policy, "ecs:DetachDisk", "crn:d-1"), POLICY_DENIES);
		assert_int_equal(ask(policy, "ecs:DetachDisk", "crn:d-2"), POLICY_ALLOWS);
		assert_int_equal(ask(policy, "ecs:AttachDisk", "crn:d-1"), POLICY_ALLOWS);
	}
	(void)state;
}

/* One statement may stand without a list, and a version may be any of the language's. */
static void forms_that_mean_the_same(void **state)
{
	assert_int_equal(ask(read_in(&language, "{\"Version\":\"8\",\"Statement\":" ALLOW("\"ecs:*\"", "\"*\"") "}"), "ecs:A",
	                     "crn:d-1"),
	                 POLICY_ALLOWS);
	assert_int_equal(ask(read_in(&lax, "{\"Version\":\"7\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"ecs:*\"}]}"),
	                     "ecs:A", "anything"),
	                 POLICY_ALLOWS);
	(void)state;
}

/* ---- conditions ---- */

static void condition_holds_or_not(void **state)
{
	static const struct {
		const char *condition;
		bool holds;
	} rows[] = {
		{ "{}", true },
		{ "{\"IpAddress\":{\"x:From\":\"10.1.2.3\"}}", true },
		{ "{\"IpAddress\":{\"X:FROM\":\"10.1.2.3\"}}", true },
		{ "{\"IpAddress\":{\"x:From\":\"10.1.2.4\"}}", false },
		{ "{\"IpAddress\":{\"x:From\":\"10.0.0.0/8\"}}", true },
		{ "{\"IpAddress\":{\"x:From\":\"10.9.9.9/8\"}}", true },
		{ "{\"IpAddress\":{\"x:From\":\"10.1.2.0/30\"}}", true },
		{ "{\"IpAddress\":{\"x:From\":\"10.1.2.4/30\"}}", false },
		{ "{\"IpAddress\":{\"x:From\":\"0.0.0.0/0\"}}", true },
		{ "{\"IpAddress\":{\"x:From\":[\"192.168.0.0/16\",\"10.1.0.0/16\"]}}", true },
		{ "{\"IpAddress\":{\"x:From\":\"fe80::/10\"}}", false },
		{ "{\"IpAddress\":{\"x:From\":\"::ffff:10.0.0.0/104\"}}", true },
		{ "{\"NotIpAddress\":{\"x:From\":\"10.0.0.0/8\"}}", false },
		{ "{\"NotIpAddress\":{\"x:From\":\"192.168.0.0/16\"}}", true },
		{ "{\"NotIpAddress\":{\"x:From\":[\"192.168.0.0/16\",\"10.0.0.0/8\"]}}", false },
		{ "{\"DateLessThan\":{\"x:At\":\"2026-06-01T12:00:01Z\"}}", true },
		{ "{\"DateLessThan\":{\"x:At\":\"2026-06-01T12:00:00Z\"}}", false },
		{ "{\"DateLessThanEquals\":{\"x:At\":\"2026-06-01T12:00:00Z\"}}", true },
		{ "{\"DateGreaterThan\":{\"x:At\":\"2026-06-01T12:00:00Z\"}}", false },
		{ "{\"DateGreaterThan\":{\"x:At\":\"2026-06-01T11:59:59.999Z\"}}", true },
		{ "{\"DateGreaterThanEquals\":{\"x:At\":\"2026-06-01T12:00:00Z\"}}", true },
		{ "{\"DateEquals\":{\"x:At\":\"2026-06-01T20:00:00+08:00\"}}", true },
		{ "{\"DateEquals\":{\"x:At\":\"2026-06-01T06:30:00-05:30\"}}", true },
		{ "{\"DateNotEquals\":{\"x:At\":\"2026-06-01T20:00:00+08:00\"}}", false },
		{ "{\"Bool\":{\"x:Safe\":\"false\"}}", true },
		{ "{\"Bool\":{\"x:Safe\":false}}", true },
		{ "{\"Bool\":{\"x:Safe\":\"true\"}}", false },
		{ "{\"StringEquals\":{\"x:Agent\":\"Tester/1.0\"}}", true },
		{ "{\"StringEquals\":{\"x:Agent\":\"Tester/*\"}}", false },
		{ "{\"StringNotEquals\":{\"x:Agent\":\"Tester/1.0\"}}", false },
		{ "{\"StringEqualsIgnoreCase\":{\"x:Agent\":\"TESTER/1.0\"}}", true },
		{ "{\"StringNotEqualsIgnoreCase\":{\"x:Agent\":\"TESTER/1.0\"}}", false },
		{ "{\"StringLike\":{\"x:Agent\":[\"curl*\",\"Tester/?.?\"]}}", true },
		{ "{\"StringNotLike\":{\"x:Agent\":\"Tester*\"}}", false },
		{ "{\"StringNotLike\":{\"x:Agent\":\"curl*\"}}", true },
		/* all operators and all keys of each */
		{ "{\"IpAddress\":{\"x:From\":\"10.0.0.0/8\"},\"Bool\":{\"x:Safe\":\"true\"}}", false },
		{ "{\"IpAddress\":{\"x:From\":\"10.0.0.0/8\"},\"Bool\":{\"x:Safe\":\"false\"}}", true },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		const struct policy *policy = read_in(
			&language, arena_printf(&arena, POLICY("{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":%s}"),
		                                rows[i].condition));

		if ((ask(policy, "ecs:A", "crn:d") == POLICY_ALLOWS) != rows[i].holds)
			fail_msg("%s", rows[i].condition);
	}
	(void)state;
}

/* What is not known is no reason to allow: only operators with Not hold. */
static void condition_on_what_is_not_there(void **state)
{
	static const struct policy_value nothing[N_KEYS];
	const struct policy_request request = { "ecs:A", "crn:d", nothing };

	assert_int_equal(policy_evaluate(read_in(&language, POLICY("{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\","
	                                                           "\"Condition\":{\"IpAddress\":{\"x:From\":\"0.0.0.0/0\"}}}")),
	                                 &request),
	                 POLICY_SILENT);
	assert_int_equal(policy_evaluate(read_in(&language, POLICY("{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\","
	                                                           "\"Condition\":{\"NotIpAddress\":{\"x:From\":\"10.0.0.0/8\"}}}")),
	                                 &request),
	                 POLICY_DENIES);
	(void)state;
}

/* ---- mistakes ---- */

#define WITH(condition) POLICY("{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":" condition "}")

static void mistakes_are_told_with_their_place(void **state)
{
	static const struct {
		const char *text, *path, *message; /* the message has this in it */
	} rows[] = {
		{ "", "", "no JSON" },
		{ "[]", "", "a policy is an object" },
		{ "{\"Statement\":[]}", "", "\"Version\" is missing" },
		{ "{\"Version\":\"1\",\"Statement\":[]}", "Version", "the text \"7\"" },
		{ "{\"Version\":7,\"Statement\":[]}", "Version", "the text \"7\"" },
		{ "{\"Version\":\"7\"}", "", "\"Statement\" is missing" },
		{ "{\"Version\":\"7\",\"Statement\":[]}", "Statement", "1 to 100 statements" },
		{ "{\"Version\":\"7\",\"Statement\":[],\"Id\":\"x\"}", "Id", "no such member" },
		{ POLICY("1"), "Statement[0]", "an object" },
		{ POLICY(ALLOW("\"*\"", "\"*\"") ",{\"Effect\":\"Allow\"}"), "Statement[1]", "\"Action\" is missing" },
		{ POLICY("{\"Action\":\"*\",\"Resource\":\"*\"}"), "Statement[0]", "\"Effect\" is missing" },
		{ POLICY("{\"Effect\":\"allow\",\"Action\":\"*\",\"Resource\":\"*\"}"), "Statement[0].Effect", "\"Allow\" or \"Deny\"" },
		{ POLICY("{\"Effect\":\"Allow\",\"Action\":\"*\"}"), "Statement[0]", "\"Resource\" is missing" },
		{ POLICY("{\"Effect\":\"Allow\",\"Action\":\"*\",\"NotAction\":\"*\",\"Resource\":\"*\"}"), "Statement[0].NotAction",
		  "not both" },
		{ POLICY("{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Principal\":\"*\"}"), "Statement[0].Principal",
		  "no such member" },
		{ POLICY(ALLOW("\"DetachDisk\"", "\"*\"")), "Statement[0].Action", "a service and a name" },
		{ POLICY(ALLOW("[]", "\"*\"")), "Statement[0].Action", "1 to 100 texts" },
		{ POLICY(ALLOW("[\"*\",1]", "\"*\"")), "Statement[0].Action[1]", "a text" },
		{ POLICY(ALLOW("\"ecs:Detach Disk\"", "\"*\"")), "Statement[0].Action", "no blanks" },
		{ POLICY(ALLOW("\"*\"", "\"d-1\"")), "Statement[0].Resource", "begins with \"crn:\"" },
		{ POLICY(ALLOW("\"*\"", "\"\"")), "Statement[0].Resource", "begins with \"crn:\"" },
		{ WITH("[]"), "Statement[0].Condition", "an object" },
		{ WITH("{\"NumericEquals\":{\"x:At\":\"1\"}}"), "Statement[0].Condition.NumericEquals", "there are: StringEquals" },
		{ WITH("{\"IpAddressIfExists\":{\"x:From\":\"1.1.1.1\"}}"), "Statement[0].Condition.IpAddressIfExists",
		  "no such operator" },
		{ WITH("{\"Bool\":\"true\"}"), "Statement[0].Condition.Bool", "keys and their values" },
		{ WITH("{\"Bool\":{\"x:Tag\":\"true\"}}"), "Statement[0].Condition.Bool.x:Tag", "only for: x:From, x:At, x:Safe, x:Agent" },
		{ WITH("{\"Bool\":{\"x:From\":\"true\"}}"), "Statement[0].Condition.Bool.x:From", "but with: x:Safe" },
		{ WITH("{\"Bool\":{\"x:Safe\":\"maybe\"}}"), "Statement[0].Condition.Bool.x:Safe", "\"true\" or \"false\"" },
		{ WITH("{\"Bool\":{\"x:Safe\":[]}}"), "Statement[0].Condition.Bool.x:Safe", "1 to 100 values" },
		{ WITH("{\"IpAddress\":{\"x:From\":\"10.0.0.0/33\"}}"), "Statement[0].Condition.IpAddress.x:From", "an address or a block" },
		{ WITH("{\"IpAddress\":{\"x:From\":\"10.0.0\"}}"), "Statement[0].Condition.IpAddress.x:From", "an address or a block" },
		{ WITH("{\"IpAddress\":{\"x:From\":[\"10.0.0.1\",true]}}"), "Statement[0].Condition.IpAddress.x:From", "an address" },
		{ WITH("{\"DateEquals\":{\"x:At\":\"today\"}}"), "Statement[0].Condition.DateEquals.x:At", "a time" },
		{ WITH("{\"DateEquals\":{\"x:At\":\"2026-06-01T12:00:00+8\"}}"), "Statement[0].Condition.DateEquals.x:At", "a time" },
	};
	struct policy_problem problem;
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		assert_null(policy_read(&arena, &language, rows[i].text, &problem));
		if (!text_equal(problem.path, rows[i].path) || !strstr(problem.message, rows[i].message))
			fail_msg("%s: %s: %s", rows[i].text, problem.path, problem.message);
	}
	(void)state;
}

static const char *repeated(const char *item, int n)
{
	const char *all = "";

	while (n--)
		all = arena_printf(&arena, "%s%s%s", all, *all ? "," : "", item);
	return all;
}

static void expect(const char *text, const char *message)
{
	struct policy_problem problem = { "", "" };
	const struct policy *policy = policy_read(&arena, &language, text, &problem);

	if (message ? policy || !strstr(problem.message, message) : !policy)
		fail_msg("%.200s: %s: %s", text, problem.path, problem.message);
}

static void limits_hold(void **state)
{
	const char *const within = "{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}";
	char *long_name = arena_alloc(&arena, POLICY_CHARACTERS_MAX + 1);
	int room = POLICY_CHARACTERS_MAX - (int)strlen(POLICY(ALLOW("\"*\"", "\"crn:\"")));

	expect(arena_printf(&arena, POLICY("%s"), repeated(within, POLICY_STATEMENTS_MAX)), NULL);
	expect(arena_printf(&arena, POLICY("%s"), repeated(within, POLICY_STATEMENTS_MAX + 1)), "1 to 100 statements");
	expect(arena_printf(&arena, POLICY(ALLOW("[%s]", "\"*\"")), repeated("\"a:b\"", POLICY_NAMES_MAX)), NULL);
	expect(arena_printf(&arena, POLICY(ALLOW("[%s]", "\"*\"")), repeated("\"a:b\"", POLICY_NAMES_MAX + 1)), "1 to 100 texts");
	expect(arena_printf(&arena, WITH("{\"IpAddress\":{\"x:From\":[%s]}}"), repeated("\"1.1.1.1\"", POLICY_VALUES_MAX)), NULL);
	expect(arena_printf(&arena, WITH("{\"IpAddress\":{\"x:From\":[%s]}}"), repeated("\"1.1.1.1\"", POLICY_VALUES_MAX + 1)),
	       "1 to 100 values");
	memset(long_name, 'x', POLICY_CHARACTERS_MAX);
	expect(arena_printf(&arena, POLICY(ALLOW("\"*\"", "\"crn:%.*s\"")), room, long_name), NULL);
	expect(arena_printf(&arena, POLICY(ALLOW("\"*\"", "\"crn:%.*s\"")), room + 1, long_name), "6145 characters");
	/* Blanks between the parts do not count. */
	expect(arena_printf(&arena, "{ \"Version\" : \"7\",%*s \"Statement\":[" ALLOW("\"*\"", "\"*\"") "]}", 7000, ""), NULL);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(statement_allows_what_it_names, setup, teardown),
		cmocka_unit_test_setup_teardown(denial_wins_wherever_it_stands, setup, teardown),
		cmocka_unit_test_setup_teardown(forms_that_mean_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(condition_holds_or_not, setup, teardown),
		cmocka_unit_test_setup_teardown(condition_on_what_is_not_there, setup, teardown),
		cmocka_unit_test_setup_teardown(mistakes_are_told_with_their_place, setup, teardown),
		cmocka_unit_test_setup_teardown(limits_hold, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
