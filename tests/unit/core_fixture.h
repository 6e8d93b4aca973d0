/* A core on a real store without a server: rows are put as a test wants them, verbs run as a request would run them,
 * and jobs are answered by the test itself (or by a runner, see jobs_fixture.h).
 *
 * Functions of a transaction run on a thread of the store, where cmocka's asserts must not be used. */
#ifndef TESTS_CORE_FIXTURE_H
#define TESTS_CORE_FIXTURE_H

#include "contract/store_fixture.h"
#include "core/account.h"
#include "core/attachment.h"
#include "core/instance.h"
#include "core/job.h"
#include "core/jobs.h"

#define WORLD_NOW    ((int64_t)1795220863000) /* 2026-11-21T00:27:43Z */
#define WORLD_REGION "cn-hangzhou"
#define WORLD_ZONE   "cn-hangzhou-b"

struct world_arena;

struct world {
	struct fixture *f;
	struct core core;
	struct caller caller;
	int64_t now;            /* cloud time of the next change; the runner's clock where there is one */
	struct refusal refusal; /* of the last change */
	struct job_ticket *tickets;
	size_t n_tickets;
	struct world_arena *arenas; /* all that was read lives until the end of the test */
	jobs_waited waited; /* handed in with the tickets of each change; NULL: nobody waits */
	void *waited_context;
	void *more; /* of other fixtures */
};

/* With one account, "1000". */
int world_setup(void **state);
int world_teardown(void **state);
#define WORLD_TEST(function) cmocka_unit_test_setup_teardown(function, world_setup, world_teardown)

/* Runs `group` with stores that run each function once, then with stores that run each twice; for main. */
int world_run_twice(int (*group)(const char *name), const char *name);

struct arena *world_arena(struct world *world);

/* A verb or a change of rows; args is its own. */
typedef bool (*world_fn)(struct work *work, void *args);

/* In one transaction. Returns the reason of its refusal, REFUSE_NONE if it was done. Where there is a runner it hears
 * of what it is to do. */
enum refusal_reason world_change(struct world *world, world_fn fn, void *args);

/* In a read. */
void world_look(struct world *world, world_fn fn, void *args);

/* ---- rows ---- */

/* Running, of a type that can all; a data disk that is Available; both of the account. */
struct account world_account(const char *id);
struct instance world_instance(const char *id);
struct disk world_disk(const char *id);
/* Live, ATTACHED, first generation, on /dev/xvdb. */
struct attachment world_attachment(const char *id, const char *disk, const char *instance);

void put_account(struct world *world, struct account account);
void put_instance(struct world *world, struct instance instance);
/* The status is derived from the attachments, as the core does it. */
void put_disk(struct world *world, struct disk disk);
/* And derives the disk's status anew. */
void put_attachment(struct world *world, struct attachment attachment);

/* They fail the test if there is none. */
struct instance get_instance(struct world *world, const char *id);
struct disk get_disk(struct world *world, const char *id);
struct attachment get_attachment(struct world *world, const char *id);
struct job get_job(struct world *world, const char *id);

bool has_instance(struct world *world, const char *id);
bool has_disk(struct world *world, const char *id);
size_t live_of_disk(struct world *world, const char *id, struct attachment **ret);
size_t live_of_instance(struct world *world, const char *id, struct attachment **ret);

/* Open jobs, newest first: of an instance, of a disk (the other NULL), or all. */
size_t open_jobs(struct world *world, const char *instance, const char *disk, struct job **ret);
/* The only one of that disk or instance. */
struct job open_job(struct world *world, const char *instance, const char *disk);
/* The job of that kind about the disk or instance (the other NULL), open or not; the newest, by cloud time. */
struct job last_job(struct world *world, enum job_kind kind, const char *instance, const char *disk);

/* ---- verbs, with their everyday arguments ---- */

enum refusal_reason do_attach(struct world *world, const char *disk, const char *instance);
enum refusal_reason do_detach(struct world *world, const char *disk, const char *instance);
enum refusal_reason do_attach_args(struct world *world, struct attach_args args);
enum refusal_reason do_detach_args(struct world *world, struct detach_args args);
enum refusal_reason do_delete_disk(struct world *world, const char *disk);
enum refusal_reason do_start(struct world *world, const char *instance);
enum refusal_reason do_stop(struct world *world, const char *instance);
enum refusal_reason do_reboot(struct world *world, const char *instance);
enum refusal_reason do_release(struct world *world, const char *instance, bool force);

struct create_disk {
	struct disk_create_args args;
	char id[64]; /* of the new disk */
};
enum refusal_reason do_create_disk(struct world *world, struct create_disk *create);

struct create_instance {
	struct instance_create_args args;
	char id[64];
};
/* What is not given is filled in: an image, a type and the first zone. */
enum refusal_reason do_create_instance(struct world *world, struct create_instance *create);

/* ---- jobs, answered by the test ---- */

/* The job that the last change began. */
const char *begun_job(struct world *world);

/* Carries a driver's answer into the rows; whether it counted. */
bool answer_job(struct world *world, const char *id, int64_t fence, enum driver_answer answer, const char *reason,
                const char *message);

/* What the job would ask of its driver now. */
struct plan {
	struct driver_call *calls;
	size_t n;
};
struct plan plan_of(struct world *world, const char *id);

/* Whether one of the calls is that act on the disk (NULL: any). */
bool plan_has(struct plan plan, enum driver_act act, const char *disk);

/* Answers DONE to all open jobs that are due, until none is left. */
void finish_jobs(struct world *world);

#endif
