/* The form of a fleet file: its tables fit the rules and the page about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/aliyun/rpc.h"
#include "api/control/fleet_file.h"
#include "api/control/fleet_member.h"
#include "base/text.h"
#include "core/fleet_module.h"

#define PAGE_MAX 65536

static char page[PAGE_MAX];

static const struct dialect *const dialects[] = { &dialect_aliyun, NULL };

static int read_page(void **state)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/../../docs/fleet.md", getenv("CLEAT_TEST_DATA"));
	file = fopen(path, "r");
	if (!file)
		return -1;
	page[fread(page, 1, sizeof page - 1, file)] = '\0';
	fclose(file);
	(void)state;
	return 0;
}

/* Calls `look` for each member of each object. */
static void each_member(const struct members *members, void (*look)(const struct members *, const struct member *))
{
	const struct member *row;

	for (row = members->rows; row->name; row++) {
		look(members, row);
		if (row->of)
			each_member(row->of, look);
	}
}

static void look_on_page(const struct members *members, const struct member *row)
{
	char name[128];

	snprintf(name, sizeof name, "\"%s\":", row->name);
	if (!strstr(page, name))
		fail_msg("docs/fleet.md does not show %s", name);
	snprintf(name, sizeof name, "`%s`", row->name);
	if (row->flags & MEMBER_SETTABLE && !strstr(page, name))
		fail_msg("docs/fleet.md does not say that %s can be changed by itself", name);
	(void)members;
}

static void page_shows_every_member(void **state)
{
	each_member(&fleet_document_members, look_on_page);
	(void)state;
}

static void look_at_row(const struct members *members, const struct member *row)
{
	const struct member *other;

	for (other = members->rows; other != row; other++)
		assert_string_not_equal(other->name, row->name);
	assert_true(row->offset < members->size);
	if ((row->type == MEMBER_INT && (!row->max || row->max < row->min)) || (row->type == MEMBER_WORD && !row->names) ||
	    ((row->type == MEMBER_LIST || row->type == MEMBER_OBJECT) && !row->of))
		fail_msg("the member %s lacks something", row->name);
	if (row->type == MEMBER_LIST)
		assert_true(row->of->size > 0);
}

static void rows_are_whole(void **state)
{
	each_member(&fleet_document_members, look_at_row);
	(void)state;
}

static const struct members *found;
static const char *wanted;

static void find_list(const struct members *members, const struct member *row)
{
	(void)members;
	if (row->type == MEMBER_LIST && strcmp(row->name, wanted) == 0)
		found = row->of;
}

static void every_module_has_a_list(void **state)
{
	size_t i;

	for (i = 0; i < FLEET_SECTION_MAX; i++) {
		assert_non_null(fleet_modules[i]);
		assert_true(fleet_modules[i]->load && fleet_modules[i]->dump && fleet_modules[i]->most > 0);
		found = NULL;
		wanted = fleet_modules[i]->name;
		each_member(&fleet_document_members, find_list);
		if (!found)
			fail_msg("the file has no list %s", wanted);
	}
	(void)state;
}

static void nothing_is_written_that_is_a_default(void **state)
{
	static const char text[] = "{\"cleat_fleet\": 1, \"accounts\": [{\"id\": \"1\", \"instances\": [{\"id\": \"i-1\"}],"
				   " \"disks\": [{\"id\": \"d-1\", \"attachments\": [{\"instance\": \"i-1\"}]}]}]}";
	struct fleet_problems problems;
	struct buf BUF_CLEANUP buf;
	struct fleet fleet;
	struct arena arena;

	arena_init(&arena);
	buf_init(&buf, 65536);
	assert_true(fleet_file_read(&arena, dialects, text, strlen(text), &fleet, &problems));
	fleet_file_write(&buf, &fleet, true);
	assert_null(strstr(buf_text(&buf), "guest\": {\n            \"mounted"));
	assert_null(strstr(buf_text(&buf), "overdue"));
	assert_null(strstr(buf_text(&buf), "created_at"));
	assert_non_null(strstr(buf_text(&buf), "\"state\": \"running\""));
	arena_finish(&arena);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_shows_every_member),
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(every_module_has_a_list),
		cmocka_unit_test(nothing_is_written_that_is_a_default),
	};

	return cmocka_run_group_tests_name("fleet file", tests, read_page, NULL);
}
