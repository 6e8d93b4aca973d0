/* Names of disks on instances: which there are for each kind of machine, and that they are given out in their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/attachment.h"

static void names_that_are_well_formed(void **state)
{
	static const struct {
		const char *device;
		bool boot, virtual, bare_metal;
	} rows[] = {
		{ "/dev/xvda", true, true, true },     { "/dev/vda", true, true, true },       { "/dev/xvdb", true, false, false },
		{ "/dev/xvda", false, false, false },  { "/dev/vdb", false, true, true },      { "/dev/xvdz", false, true, true },
		{ "/dev/xvdaa", false, false, true },  { "/dev/vdbh", false, false, true },    { "/dev/xvdbi", false, false, false },
		{ "/dev/xvdaaa", false, false, false }, { "/dev/xvd", false, false, false },   { "/dev/xvd1", false, false, false },
		{ "/dev/xvdB", false, false, false },  { "/dev/sdb", false, false, false },    { "", false, false, false },
		{ "/dev/xvdaa", true, false, false },  { "/dev/xvda1", false, false, false },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		if (attachment_device_well_formed(rows[i].device, rows[i].boot, MACHINE_VIRTUAL) != rows[i].virtual ||
		    attachment_device_well_formed(rows[i].device, rows[i].boot, MACHINE_BARE_METAL) != rows[i].bare_metal)
			fail_msg("\"%s\" is taken for what it is not", rows[i].device);
	}
	(void)state;
}

static void one_spelling_for_each(void **state)
{
	struct arena arena;

	arena_init(&arena);
	assert_string_equal(attachment_device_normal(&arena, "/dev/vdb"), "/dev/xvdb");
	assert_string_equal(attachment_device_normal(&arena, "/dev/xvdz"), "/dev/xvdz");
	assert_string_equal(attachment_device_normal(&arena, "/dev/vdaa"), "/dev/xvdaa");
	assert_string_equal(attachment_device_normal(&arena, "/dev/xvdbh"), "/dev/xvdbh");
	arena_finish(&arena);
	(void)state;
}

static void fill(struct arena *arena, enum machine_kind kind, size_t most, const char *last)
{
	struct attachment slots[64] = { { .device = "/dev/xvda" } };
	size_t n = 1;
	const char *device;

	while ((device = attachment_device_free(arena, slots, n, false, kind))) {
		assert_true(attachment_device_well_formed(device, false, kind));
		assert_false(attachment_device_taken(slots, n, device));
		slots[n++].device = device;
	}
	assert_int_equal(n, most);
	assert_int_equal(n, attachment_slots_of(kind));
	assert_string_equal(slots[1].device, "/dev/xvdb");
	assert_string_equal(slots[n - 1].device, last);
	assert_null(attachment_device_free(arena, slots, n, true, kind));
	/* What one leaves is the next one's. */
	slots[7] = slots[--n];
	assert_string_equal(attachment_device_free(arena, slots, n, false, kind), "/dev/xvdh");
}

static void all_names_and_no_more(void **state)
{
	struct arena arena;

	arena_init(&arena);
	fill(&arena, MACHINE_VIRTUAL, 26, "/dev/xvdz");
	fill(&arena, MACHINE_BARE_METAL, 60, "/dev/xvdbh");
	arena_finish(&arena);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_are_well_formed),
		cmocka_unit_test(one_spelling_for_each),
		cmocka_unit_test(all_names_and_no_more),
	};

	return cmocka_run_group_tests_name("devices", tests, NULL, NULL);
}
