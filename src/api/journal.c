#include "api/journal_ring.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"

#define PART_MAX  ((size_t)16 << 10) /* bytes kept of a query, and of a body */
#define TEXT_MAX  256                /* bytes kept of an operation's name, a user agent, ... */
#define JOBS_MAX  100                /* ids kept of one call */
#define BATCH     256                /* calls that are taken under one hold of the lock */

struct journal *journal_create(size_t max_calls, size_t max_bytes)
{
	struct journal *journal;
	pthread_condattr_t attributes;

	if (!max_calls)
		return NULL;
	journal = calloc(1, sizeof *journal);
	if (!journal || !(journal->ring = calloc(max_calls, sizeof *journal->ring)))
		abort();
	journal->max_calls = max_calls;
	journal->max_bytes = max_bytes;
	pthread_mutex_init(&journal->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&journal->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	return journal;
}

static void release(const struct journal_call *call)
{
	struct journal_call *mine = (struct journal_call *)call;

	if (__atomic_sub_fetch(&mine->references, 1, __ATOMIC_ACQ_REL) == 0)
		free(mine);
}

void journal_destroy(struct journal *journal)
{
	if (!journal)
		return;
	journal_close(journal);
	if (journal->has_thread)
		pthread_join(journal->thread, NULL);
	for (; journal->n; journal->n--)
		release(journal->ring[(journal->newest - journal->n + 1) % journal->max_calls]);
	pthread_cond_destroy(&journal->wake);
	pthread_mutex_destroy(&journal->lock);
	free(journal->ring);
	free(journal);
}

/* ---- recording ---- */

/* A piece of the call's memory that a text is copied to. */
struct piece {
	const char *text;
	size_t length;
	const char **ret;
};

#define PIECES_MAX 11

struct record {
	struct journal_call call;
	struct piece pieces[PIECES_MAX];
	size_t n_pieces;
};

static void add_piece(struct record *record, const char **ret, const char *text, size_t length)
{
	assert(record->n_pieces < PIECES_MAX);
	record->pieces[record->n_pieces++] = (struct piece){ text, length, ret };
}

static void add_name(struct record *record, const char **ret, const char *text)
{
	add_piece(record, ret, text_or(text, ""), strnlen(text_or(text, ""), TEXT_MAX));
}

/* Too long a list of pairs ends behind a whole pair; other texts are kept whole or not at all. */
static void add_part(struct record *record, const char **ret, const char *text, size_t length, bool pairs)
{
	if (length > PART_MAX) {
		record->call.cut = true;
		length = pairs ? PART_MAX : 0;
		while (length && text[length - 1] != '&')
			length--;
	}
	add_piece(record, ret, text, length);
}

static void describe(struct record *record, struct call *call, const char *code)
{
	const struct request *request = &call->request;
	const char *type = request->body_length ? request_header(request, "content-type") : NULL;
	const struct fault_rule *rule = call_fault(call);
	struct journal_call *to = &record->call;

	to->time = moment_now();
	to->cloud_time = call->now ? call->now : clock_now(&call->api->core->clock);
	to->duration = moment_monotonic_us() - call->began_us;
	to->dialect = call->dialect;
	to->operation = call->operation;
	to->edition = call->edition;
	to->reason = call->refusal.reason;
	to->status = call->reply.status;
	to->repeated = call->repeated && call->refusal.reason == REFUSE_NONE;
	to->body_bytes = request->body_length;
	to->json = (type && strcasestr(type, "json")) || call->dialect->own || call->dialect->json;
	to->n_jobs = call->work.n_tickets < JOBS_MAX ? call->work.n_tickets : JOBS_MAX;
	to->references = 1;
	add_name(record, &to->request_id, call->request_id);
	add_name(record, &to->action, call->action);
	add_name(record, &to->account, call->caller.tenant.account);
	add_name(record, &to->key_id, call->caller.key_id);
	add_name(record, &to->user, call->caller.user);
	add_name(record, &to->remote, request->remote);
	add_name(record, &to->user_agent, request_header(request, "user-agent"));
	add_name(record, &to->code, code);
	add_name(record, &to->fault, rule ? rule->id : "");
	to->effect = rule ? fault_effect_names[rule->effect] : "";
	add_part(record, &to->query, request->query, strlen(request->query), true);
	add_part(record, &to->body, request->body, request->body_length, !to->json);
}

static char *copy(char *at, const char *text, size_t length)
{
	if (length)
		memcpy(at, text, length);
	at[length] = '\0';
	return at + length + 1;
}

/* The call in one piece: the struct, the pointers to jobs, all texts. The members' pointers still lead into `record`, so
 * each is set by its distance from the struct. */
static struct journal_call *settle(struct record *record, const struct work *work)
{
	size_t size = sizeof(struct journal_call) + record->call.n_jobs * sizeof(char *);
	struct journal_call *call;
	const char **jobs;
	char *at;
	size_t i;

	for (i = 0; i < record->n_pieces; i++)
		size += record->pieces[i].length + 1;
	for (i = 0; i < record->call.n_jobs; i++)
		size += strlen(work->tickets[i].job) + 1;
	call = malloc(size);
	if (!call)
		return NULL;
	record->call.size = size;
	*call = record->call;
	jobs = (const char **)(call + 1);
	call->jobs = jobs;
	at = (char *)(jobs + call->n_jobs);
	for (i = 0; i < record->n_pieces; i++) {
		size_t offset = (size_t)((char *)record->pieces[i].ret - (char *)&record->call);

		*(const char **)((char *)call + offset) = at;
		at = copy(at, record->pieces[i].text, record->pieces[i].length);
	}
	for (i = 0; i < call->n_jobs; i++) {
		jobs[i] = at;
		at = copy(at, work->tickets[i].job, strlen(work->tickets[i].job));
	}
	return call;
}

static struct journal_call *take_oldest(struct journal *journal)
{
	struct journal_call *call = journal->ring[(journal->newest - journal->n + 1) % journal->max_calls];

	journal->n--;
	journal->bytes -= call->size;
	return call;
}

#define GONE_MAX 8 /* calls that are released outside the lock */

void journal_record(struct journal *journal, struct call *call, const char *code)
{
	struct record record = { 0 };
	struct journal_call *gone[GONE_MAX];
	struct journal_call *kept;
	size_t n_gone = 0;
	size_t i;

	if (!journal || (call->operation && call->operation->unrecorded))
		return;
	describe(&record, call, code);
	kept = settle(&record, &call->work);
	if (!kept)
		return;
	pthread_mutex_lock(&journal->lock);
	while (n_gone < GONE_MAX && journal->n &&
	       (journal->n == journal->max_calls || journal->bytes + kept->size > journal->max_bytes))
		gone[n_gone++] = take_oldest(journal);
	/* A long call after many short ones: the rest of them goes here. */
	while (journal->n && journal->bytes + kept->size > journal->max_bytes)
		release(take_oldest(journal));
	kept->number = ++journal->newest;
	journal->ring[kept->number % journal->max_calls] = kept;
	journal->n++;
	journal->bytes += kept->size;
	if (journal->n_waiters) {
		journal->woken = true;
		pthread_cond_signal(&journal->wake);
	}
	pthread_mutex_unlock(&journal->lock);
	for (i = 0; i < n_gone; i++)
		release(gone[i]);
}

/* ---- reading ---- */

/* Holds up to BATCH calls from number `from` on, or from what is left. Returns how many; *ret_first is the number of the
 * first, *ret_newest that of the last there is. */
static size_t hold(struct journal *journal, uint64_t from, size_t max, const struct journal_call **ret,
                   uint64_t *ret_first, uint64_t *ret_newest)
{
	uint64_t oldest;
	size_t n = 0;

	pthread_mutex_lock(&journal->lock);
	oldest = journal->newest - journal->n + 1;
	*ret_newest = journal->newest;
	*ret_first = from < oldest ? oldest : from;
	while (n < max && *ret_first + n <= journal->newest) {
		struct journal_call *call = journal->ring[(*ret_first + n) % journal->max_calls];

		__atomic_add_fetch(&call->references, 1, __ATOMIC_RELAXED);
		ret[n++] = call;
	}
	pthread_mutex_unlock(&journal->lock);
	return n;
}

static bool has_unread(const struct journal_call *call, struct arena *scratch)
{
	struct journal_parameter *parameters;
	size_t n = journal_parameters(call, scratch, &parameters);
	size_t i;

	for (i = 0; i < n; i++) {
		if (parameters[i].use == JOURNAL_UNREAD)
			return true;
	}
	return false;
}

static bool fits(const struct journal_call *call, const struct journal_filter *filter, struct arena *scratch)
{
	if ((call->dialect->own && !filter->all) || (filter->failed && call->status < 400) ||
	    (filter->operation && !text_equal(call->action, filter->operation)) ||
	    (filter->account && !text_equal(call->account, filter->account)))
		return false;
	if (!filter->unread)
		return true;
	arena_reset(scratch);
	return has_unread(call, scratch);
}

/* The first calls behind filter->after. */
static void read_on(struct journal *journal, const struct journal_filter *filter, struct arena *scratch,
                    struct journal_page *page)
{
	const struct journal_call *batch[BATCH];
	uint64_t from = filter->after + 1;
	uint64_t first;
	uint64_t newest;
	size_t n;
	size_t i;

	page->next = filter->after;
	do {
		n = hold(journal, from, BATCH, batch, &first, &newest);
		if (first > from && n)
			page->lost += first - from;
		for (i = 0; i < n && page->n < filter->limit; i++) {
			page->next = batch[i]->number;
			if (fits(batch[i], filter, scratch))
				page->calls[page->n++] = batch[i];
			else
				release(batch[i]);
		}
		for (; i < n; i++)
			release(batch[i]);
		from = page->next + 1;
	} while (n == BATCH && page->n < filter->limit);
	/* A number from before a restart. */
	if (page->next > newest)
		page->next = newest;
}

/* The last calls, found from the newest backwards. */
static void read_last(struct journal *journal, const struct journal_filter *filter, struct arena *scratch,
                      struct journal_page *page)
{
	const struct journal_call *batch[BATCH];
	uint64_t first;
	uint64_t newest;
	uint64_t upper; /* the last number that was not looked at */
	size_t at = filter->limit;

	hold(journal, UINT64_MAX, 0, batch, &first, &upper);
	page->next = upper;
	while (upper && at) {
		uint64_t from = upper > BATCH ? upper - BATCH + 1 : 1;
		size_t n = hold(journal, from, (size_t)(upper - from + 1), batch, &first, &newest);

		while (n) {
			const struct journal_call *call = batch[--n];

			/* Where the oldest were dropped, the batch reaches into the one before it. */
			if (call->number <= upper && at && fits(call, filter, scratch))
				page->calls[--at] = call;
			else
				release(call);
		}
		upper = first > from ? 0 : from - 1;
	}
	page->calls += at;
	page->n = filter->limit - at;
}

void journal_read(struct journal *journal, const struct journal_filter *filter, struct arena *arena,
                  struct journal_page *ret)
{
	struct arena scratch;

	*ret = (struct journal_page){ .calls = arena_array(arena, const struct journal_call *, filter->limit) };
	arena_init(&scratch);
	if (filter->has_after)
		read_on(journal, filter, &scratch, ret);
	else
		read_last(journal, filter, &scratch, ret);
	arena_finish(&scratch);
}

void journal_release(struct journal_page *page)
{
	size_t i;

	for (i = 0; i < page->n; i++)
		release(page->calls[i]);
	page->n = 0;
}
