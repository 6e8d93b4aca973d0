/* The last calls that were answered, in memory: who asked for what, what came of it, and which parameters nobody read.
 * Bounded in calls and bytes, oldest first to go, lost by a restart. It is no log (base/log.h) and no audit: nothing waits
 * for it and nothing is read back from it by the server.
 *
 * A call is recorded as it came, in one piece of memory; it is taken apart, and secrets are masked, when somebody looks
 * (journal_read.c). Thread-safe: one lock, held for a few instructions. */
#ifndef API_JOURNAL_H
#define API_JOURNAL_H

#include "api/call.h"

struct journal;

/* What stands behind a parameter. */
enum journal_use {
	JOURNAL_PROTOCOL, /* the dialect itself reads it: signature, format, ... */
	JOURNAL_READ,
	JOURNAL_IGNORED, /* accepted, without effect */
	JOURNAL_UNREAD,  /* nobody knows it */
	JOURNAL_UNKNOWN, /* there is no operation that could */
};
extern const char *const journal_use_words[];

/* One call as it came. Never changes once it is in the journal; texts are never NULL but may be anything. */
struct journal_call {
	uint64_t number; /* 1 for the first call since the start, growing by 1 */
	int64_t time;       /* of the reply */
	int64_t cloud_time; /* of the call */
	int64_t duration; /* microseconds */
	const struct dialect *dialect;
	const struct operation *operation; /* NULL: none of that name */
	enum edition edition;
	const char *request_id, *action, *account, *key_id, *user, *remote, *user_agent, *code;
	const char *fault;  /* the fault that it met, "" if none */
	const char *effect; /* and what that did; a constant */
	const char *query, *body;
	const char *const *jobs;
	size_t n_jobs;
	size_t body_bytes; /* as sent; `body` may be shorter */
	enum refusal_reason reason;
	int status;
	bool json;     /* the body is JSON; otherwise a form */
	bool repeated; /* answered from the memory of client tokens */
	bool cut;      /* query or body were too long to be kept whole */
	int references; /* atomic */
	size_t size;
};

/* At most that many calls and bytes; 0 calls: NULL, and nothing is recorded. */
struct journal *journal_create(size_t max_calls, size_t max_bytes);

/* Answers all who wait, now and from now on at once. */
void journal_close(struct journal *journal);
void journal_destroy(struct journal *journal);

/* Keeps a rendered call. `journal` may be NULL. */
void journal_record(struct journal *journal, struct call *call, const char *code);

struct journal_filter {
	bool has_after;
	uint64_t after; /* calls behind this one; without, the newest */
	size_t limit;
	const char *operation, *account; /* NULL: any */
	bool failed;                     /* only those that were refused */
	bool unread;                     /* only those with a parameter that nobody read */
	bool all;                        /* those of the control API too */
};

struct journal_page {
	const struct journal_call **calls; /* oldest first, held until journal_release() */
	size_t n;
	uint64_t next; /* the filter's `after` for what comes behind */
	uint64_t lost; /* calls behind `after` that were kept no longer */
};

/* Memory of the page is of `arena`. */
void journal_read(struct journal *journal, const struct journal_filter *filter, struct arena *arena,
                  struct journal_page *ret);
void journal_release(struct journal_page *page);

/* Calls `ready` once, on a thread of the journal's own or this one: when a call that fits has come behind filter->after,
 * at `until` (monotonic milliseconds) or when the journal is closed. The filter's texts must live until then. False, and no
 * call of `ready`: too many wait already. */
#define JOURNAL_WAITERS_MAX 64
bool journal_wait(struct journal *journal, const struct journal_filter *filter, uint64_t after, int64_t until,
                  void (*ready)(void *context), void *context);

struct journal_parameter {
	const char *name;
	const char *value; /* masked where it is a secret, cut where it is long; valid UTF-8 */
	enum journal_use use;
};

/* Takes a call's query and body apart. The array is of `arena`. */
size_t journal_parameters(const struct journal_call *call, struct arena *arena, struct journal_parameter **ret);

/* A text of the call as valid UTF-8. */
const char *journal_text(struct arena *arena, const char *text);

#endif
