/* Addresses and blocks: what is read, what is refused, and the arithmetic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cidr.h"
#include "base/text.h"

static struct cidr block(const char *text)
{
	struct cidr ret = { 0 };

	if (!cidr_parse(text, &ret))
		fail_msg("%s is a block", text);
	return ret;
}

static void addresses_are_read_strictly(void **state)
{
	static const char *const bad[] = { "",          "1",          "1.2.3",     "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04",
		                           "1..3.4",    "1.2.3.",     ".1.2.3.4",  "1.2.3.4 ",  " 1.2.3.4",  "1.2.3.-4", "1.2.3.1000",
		                           "a.b.c.d",   "1.2.3.4/32", "0x1.2.3.4", "::1" };
	uint32_t address = 7;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(bad); i++) {
		if (address_parse(bad[i], &address))
			fail_msg("%s is no address", bad[i]);
	}
	assert_false(address_parse(NULL, &address));
	assert_int_equal(address, 7);
	assert_true(address_parse("0.0.0.0", &address));
	assert_int_equal(address, 0);
	assert_true(address_parse("255.255.255.255", &address));
	assert_int_equal(address, UINT32_MAX);
	assert_true(address_parse("10.20.30.40", &address));
	assert_int_equal(address, 10u << 24 | 20 << 16 | 30 << 8 | 40);
}

static void addresses_are_written_as_they_are_read(void **state)
{
	struct arena arena;
	uint32_t address;

	(void)state;
	arena_init(&arena);
	assert_true(address_parse("172.16.254.1", &address));
	assert_string_equal(address_text(&arena, address), "172.16.254.1");
	assert_string_equal(address_text(&arena, UINT32_MAX), "255.255.255.255");
	arena_finish(&arena);
}

static void blocks_are_read_strictly(void **state)
{
	static const char *const bad[] = { "10.0.0.0",    "10.0.0.0/",   "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.1/8",
		                           "10.0.0.0/8 ", "10.0.0.0/8x", "/8",          "0.0.0.1/0",   "1.2.3.4/31x", "1.2.3.5/31" };
	struct cidr ret;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(bad); i++) {
		if (cidr_parse(bad[i], &ret))
			fail_msg("%s is no block", bad[i]);
	}
	assert_false(cidr_parse(NULL, &ret));
}

static void blocks_have_ends_and_sizes(void **state)
{
	(void)state;
	assert_true(cidr_size(block("0.0.0.0/0")) == (int64_t)1 << 32);
	assert_int_equal(cidr_last(block("0.0.0.0/0")), UINT32_MAX);
	assert_int_equal(cidr_size(block("10.0.0.0/24")), 256);
	assert_int_equal(cidr_last(block("10.0.0.0/24")) & 255, 255);
	assert_int_equal(cidr_size(block("1.2.3.4/32")), 1);
	assert_int_equal(cidr_last(block("1.2.3.4/32")), block("1.2.3.4/32").base);
}

static void blocks_hold_and_overlap(void **state)
{
	(void)state;
	assert_true(cidr_contains(block("10.0.0.0/8"), block("10.255.0.0/16")));
	assert_true(cidr_contains(block("10.0.0.0/8"), block("10.0.0.0/8")));
	assert_false(cidr_contains(block("10.0.0.0/16"), block("10.0.0.0/8")));
	assert_false(cidr_contains(block("10.0.0.0/8"), block("11.0.0.0/16")));
	assert_true(cidr_overlaps(block("10.0.0.0/25"), block("10.0.0.0/24")));
	assert_true(cidr_overlaps(block("10.0.0.0/24"), block("10.0.0.128/25")));
	assert_false(cidr_overlaps(block("10.0.0.0/25"), block("10.0.0.128/25")));
	assert_true(cidr_has(block("0.0.0.0/0"), 12345));
	assert_false(cidr_has(block("10.0.0.0/24"), block("10.0.1.0/32").base));
}

static void ipv6_is_told_from_the_rest(void **state)
{
	(void)state;
	assert_true(ipv6_is_block("::/0"));
	assert_true(ipv6_is_block("2001:db8::1"));
	assert_true(ipv6_is_block("2001:db8::/128"));
	assert_false(ipv6_is_block("2001:db8::/129"));
	assert_false(ipv6_is_block("2001:db8::/"));
	assert_false(ipv6_is_block("10.0.0.0/8"));
	assert_false(ipv6_is_block(""));
	assert_false(ipv6_is_block("1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16:17:18:19:20:21:22:23:24:25"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_strictly),
		cmocka_unit_test(addresses_are_written_as_they_are_read),
		cmocka_unit_test(blocks_are_read_strictly),
		cmocka_unit_test(blocks_have_ends_and_sizes),
		cmocka_unit_test(blocks_hold_and_overlap),
		cmocka_unit_test(ipv6_is_told_from_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
