/* Feeds fleet files to their reader. What it takes is written and read again: that must give the same; of what it refuses
 * every problem must be told with a line. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/aliyun/rpc.h"
#include "api/control/fleet_file.h"
#include "base/json_line.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct dialect *const dialects[] = { &dialect_aliyun, NULL };

static void written(const struct fleet *fleet, struct buf *ret)
{
	buf_init(ret, (size_t)64 << 20);
	fleet_file_write(ret, fleet, true);
	if (ret->failed || !text_is_utf8(buf_text(ret), ret->length))
		abort();
}

static void look_at_fleet(struct arena *arena, const struct fleet *fleet)
{
	struct buf BUF_CLEANUP first;
	struct buf BUF_CLEANUP second;
	struct fleet_problems problems;
	struct fleet again;

	written(fleet, &first);
	/* A secret that was not given is written as an empty one, which is refused. */
	if (!fleet_file_read(arena, dialects, buf_text(&first), first.length, &again, &problems)) {
		if (!strstr(buf_text(&first), "\"secret\": \"\""))
			abort();
		buf_init(&second, 1);
		return;
	}
	written(&again, &second);
	if (strcmp(buf_text(&first), buf_text(&second)) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fleet_problems problems;
	struct fleet fleet;
	struct arena arena;
	const char *text;

	arena_init(&arena);
	text = arena_text_n(&arena, (const char *)data, size);
	json_line(text, size, "accounts[1].disks[0].attachments[2].guest.by");
	if (fleet_file_read(&arena, dialects, text, size, &fleet, &problems))
		look_at_fleet(&arena, &fleet);
	else if (!strstr(fleet_file_explain(&arena, &problems, text, size), "line ") &&
	         !strstr(fleet_file_explain(&arena, &problems, text, size), "nested"))
		abort();
	arena_finish(&arena);
	return 0;
}
