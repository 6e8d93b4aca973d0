#include "fleet_start.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/control/fleet_file.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/text.h"

/* NULL with errno (EFBIG: longer than `max`). */
static char *read_file(struct arena *arena, const char *path, size_t max, size_t *ret_length)
{
	struct buf BUF_CLEANUP buf;
	FILE *file = fopen(path, "re");
	char piece[65536];
	bool failed;
	size_t n;

	buf_init(&buf, max);
	if (!file)
		return NULL;
	while ((n = fread(piece, 1, sizeof piece, file)) && !buf.failed)
		buf_add(&buf, piece, n);
	failed = ferror(file);
	fclose(file);
	if (failed || buf.failed) {
		errno = failed ? EIO : EFBIG;
		return NULL;
	}
	*ret_length = buf.length;
	return arena_text_n(arena, buf_text(&buf), buf.length);
}

static bool read_text(struct fleet_start *start, const char *path, size_t max)
{
	*start = (struct fleet_start){ .path = path };
	arena_init(&start->arena);
	start->text = read_file(&start->arena, path, max, &start->length);
	if (start->text)
		digest_sha256(start->text, start->length, start->hash);
	return start->text != NULL;
}

void fleet_start_explain(struct fleet_start *start, char *error, size_t error_size)
{
	char *text;
	size_t n = start->problems.n;
	char *line;

	if (start->refused) {
		snprintf(error, error_size,
		         "the fleet %s was not loaded: it names machines, and the driver's are real; its catalogue and accounts can "
		         "be loaded", start->path);
		return;
	}
	text = arena_text(&start->arena,
	                        fleet_file_explain(&start->arena, &start->problems, start->text, start->length));
	while ((line = strsep(&text, "\n")))
		fprintf(stderr, "cleat serve: %s: %s\n", start->path, line);
	snprintf(error, error_size, "the fleet %s was not loaded: %zu thing%s in it %s wrong", start->path, n, n == 1 ? "" : "s",
	         n == 1 ? "is" : "are");
}

bool fleet_start_read(struct fleet_start *start, const struct dialect *const *dialects, const char *held, const char *path,
                      size_t max, char *error, size_t error_size)
{
	if (!read_text(start, path, max)) {
		if (errno == EFBIG)
			snprintf(error, error_size, "the fleet %s has more than %zu bytes (--max-fleet-bytes)", path, max);
		else
			snprintf(error, error_size, "cannot read the fleet %s: %s", path, strerror(errno));
		return false;
	}
	if (fleet_file_read(&start->arena, dialects, start->text, start->length, &start->fleet, &start->problems) &&
	    fleet_file_check_keys(&start->arena, &start->fleet, held, &start->problems))
		return true;
	fleet_start_explain(start, error, error_size);
	return false;
}

void fleet_start_finish(struct fleet_start *start)
{
	arena_finish(&start->arena);
}

bool fleet_start_put(struct fleet_start *start, struct work *work, const char **ret_account)
{
	struct fleet_counts counts;
	struct access_key *keys;

	if (!fleet_load(work, &start->fleet, &start->problems, &counts)) {
		start->refused = work->refusal.reason == REFUSE_FLEET_NOT_SIMULATED;
		return false;
	}
	meta_put(work->txn, FLEET_META, start->hash);
	*ret_account = access_key_list(work->txn, NULL, &keys) ? NULL : counts.first_account;
	return true;
}

void fleet_start_kept(const char *path, size_t max, const char *recorded)
{
	struct fleet_start start;
	bool readable = read_text(&start, path, max);
	const char *what = !readable                            ? "the file cannot be read" :
	                   !recorded                            ? "the store was begun without a fleet" :
	                   text_equal(recorded, start.hash)     ? "the store was begun with this file" :
	                                                          "the file has changed since the store was begun with it";

	log_event(LOG_INFO, "fleet", LOG_TEXT_PAIR("message", "the store has a state of its own, which is kept"),
	          LOG_TEXT_PAIR("file", path), LOG_TEXT_PAIR("because", what),
	          LOG_TEXT_PAIR("to_load_it", "cleat fleet load FILE"));
	fleet_start_finish(&start);
}
