/* Nothing that was acknowledged is lost: a child writes and reports each `done`, is killed at a random
 * moment, and whoever opens the store next must find every reported row, and of no function only a part. */
#include "store_fixture.h"

#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS      30
#define OUTSTANDING 32

/* ---- the child ----------------------------------------------------------------------------------------- */

struct numbered {
	int number;
	int report;
	sem_t *free;
	struct arena arena;
};

static void names_of(int number, char key[32], char partner[32])
{
	snprintf(key, 32, "row-%d", number);
	snprintf(partner, 32, "partner-%d", number);
}

/* Two rows of two tables, so that half of a function could be seen. */
static bool put_numbered(struct txn *txn, void *context)
{
	const struct numbered *numbered = context;
	char key[32], partner[32];
	struct disk disk;

	names_of(numbered->number, key, partner);
	disk = disk_of(key, numbered->number);
	disk_put(txn, &disk);
	meta_put(txn, partner, key);
	return true;
}

static void report(void *context, enum store_outcome outcome)
{
	struct numbered *numbered = context;

	if (outcome != STORE_DONE || write(numbered->report, &numbered->number, sizeof numbered->number) < 0)
		_exit(1);
	sem_post(numbered->free);
}

/* Writes rows first, first + 1, ... until it is killed. */
static _Noreturn void child(const struct store_config *config, int first, int report_fd)
{
	static struct numbered slots[OUTSTANDING];
	char error[256];
	struct store *store = store_open(config, error, sizeof error);
	sem_t free_slots;

	if (!store)
		_exit(2);
	sem_init(&free_slots, 0, OUTSTANDING);
	for (int i = 0;; i++) {
		struct numbered *slot = &slots[i % OUTSTANDING];

		/* They are done in order, so a free slot is always the oldest. */
		while (sem_wait(&free_slots) != 0)
			;
		slot->number = first + i;
		slot->report = report_fd;
		slot->free = &free_slots;
		store_submit(store, put_numbered, slot, &slot->arena, report);
	}
}

/* ---- the parent ---------------------------------------------------------------------------------------- */

struct check {
	int acknowledged; /* rows below it were reported */
	int found;        /* rows below it are there, and nothing else */
	bool whole;
};

static bool look_at_numbered(struct txn *txn, void *context)
{
	struct check *check = context;
	struct disk_filter all = DISK_FILTER_ANY;
	char key[32], partner[32];
	struct disk disk;

	check->whole = true;
	for (check->found = 0;; check->found++) {
		names_of(check->found, key, partner);
		if (disk_get(txn, key, &disk) != (meta_get(txn, partner) != NULL))
			check->whole = false;
		if (!disk_get(txn, key, &disk))
			break;
	}
	return check->whole && disk_count(txn, &all) == check->found;
}

/* Returns the number behind the last one that the child reported. */
static int run_and_kill(struct fixture *f, int first)
{
	struct timespec moment = { .tv_nsec = (2 + rand() % 60) * 1000000L };
	int last = first - 1;
	int number;
	int fds[2];
	pid_t pid;
	int status;

	assert_int_equal(pipe(fds), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		child(&f->config, first, fds[1]);
	}
	close(fds[1]);
	nanosleep(&moment, NULL);
	kill(pid, SIGKILL);
	while (read(fds[0], &number, sizeof number) == sizeof number) {
		assert_int_equal(number, last + 1);
		last = number;
	}
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return last + 1;
}

static void acknowledged_rows_survive_kill(void **state)
{
	struct fixture *f = *state;
	struct check check = { 0 };
	int reported = 0;

	srand((unsigned)time(NULL));
	fixture_close(f);
	for (int round = 0; round < ROUNDS; round++) {
		check.acknowledged = run_and_kill(f, check.found);
		reported += check.acknowledged - check.found;
		fixture_open(f);
		fixture_read(f, look_at_numbered, &check);
		assert_true(check.whole);
		assert_in_range(check.found, check.acknowledged, check.acknowledged + OUTSTANDING);
		fixture_close(f);
	}
	assert_in_range(reported, 100, INT64_MAX);
}

/* A commit of which nobody knows whether it is on disk ends the process with 70, and what it had
 * acknowledged is there. A limit on the size of files makes writing to the log fail in a way that is not
 * "full". */
static _Noreturn void child_with_limit(const struct store_config *config, int report_fd)
{
	const struct rlimit limit = { 300 * 1024, 300 * 1024 };

	signal(SIGXFSZ, SIG_IGN);
	/* The line in the log about it is expected. */
	close(STDERR_FILENO);
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		_exit(3);
	child(config, 0, report_fd);
}

static void an_unknown_outcome_ends_the_process(void **state)
{
	struct fixture *f = *state;
	struct check check = { 0 };
	int number;
	int fds[2];
	int status;
	pid_t pid;

	fixture_close(f);
	assert_int_equal(pipe(fds), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		child_with_limit(&f->config, fds[1]);
	}
	close(fds[1]);
	while (read(fds[0], &number, sizeof number) == sizeof number)
		assert_int_equal(number, check.acknowledged++);
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 70);
	fixture_open(f);
	fixture_read(f, look_at_numbered, &check);
	assert_in_range(check.found, check.acknowledged, check.acknowledged + OUTSTANDING);
	assert_true(check.acknowledged > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(acknowledged_rows_survive_kill),
		FIXTURE_TEST(an_unknown_outcome_ends_the_process),
	};

	return cmocka_run_group_tests_name("store, killed", tests, NULL, NULL);
}
