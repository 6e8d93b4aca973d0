#include "api/fault.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/delay.h"
#include "base/text.h"

/* ---- the rules in memory ---- */

struct loaded {
	struct arena arena;
	struct fault_rule *rules;
	size_t n;
};

struct fault_cache {
	pthread_mutex_t loading; /* one load at a time: the last one to begin is the last one to end */
	pthread_rwlock_t lock;
	struct loaded *loaded; /* under the lock; NULL: none yet */
	size_t n; /* atomic: of it, so that a call without faults takes no lock */
};

struct fault_cache *fault_cache_create(void)
{
	struct fault_cache *cache = calloc(1, sizeof *cache);

	if (!cache)
		abort();
	pthread_mutex_init(&cache->loading, NULL);
	pthread_rwlock_init(&cache->lock, NULL);
	return cache;
}

static void loaded_destroy(struct loaded *loaded)
{
	if (!loaded)
		return;
	arena_finish(&loaded->arena);
	free(loaded);
}

void fault_cache_destroy(struct fault_cache *cache)
{
	if (!cache)
		return;
	loaded_destroy(cache->loaded);
	pthread_mutex_destroy(&cache->loading);
	pthread_rwlock_destroy(&cache->lock);
	free(cache);
}

/* Those that are used up meet nobody any more. */
static bool load(struct txn *txn, void *context)
{
	struct loaded *loaded = context;
	size_t n = fault_list(txn, NULL, &loaded->rules);
	size_t i;

	loaded->n = 0;
	for (i = 0; i < n; i++) {
		if (loaded->rules[i].times_left)
			loaded->rules[loaded->n++] = loaded->rules[i];
	}
	return true;
}

static struct loaded *exchange(struct fault_cache *cache, struct loaded *fresh)
{
	struct loaded *old;

	pthread_rwlock_wrlock(&cache->lock);
	old = cache->loaded;
	cache->loaded = fresh;
	__atomic_store_n(&cache->n, fresh->n, __ATOMIC_RELEASE);
	pthread_rwlock_unlock(&cache->lock);
	return old;
}

bool fault_cache_load(struct fault_cache *cache, struct store *store)
{
	struct loaded *fresh = calloc(1, sizeof *fresh);
	bool read;

	if (!fresh)
		abort();
	arena_init(&fresh->arena);
	pthread_mutex_lock(&cache->loading);
	read = store_read(store, load, fresh, &fresh->arena) == STORE_DONE;
	loaded_destroy(read ? exchange(cache, fresh) : fresh);
	pthread_mutex_unlock(&cache->loading);
	return read;
}

static bool may_match(struct fault_cache *cache, const struct fault_call *call)
{
	bool found = false;
	size_t i;

	pthread_rwlock_rdlock(&cache->lock);
	for (i = 0; cache->loaded && i < cache->loaded->n && !found; i++)
		found = fault_matches(&cache->loaded->rules[i], call);
	pthread_rwlock_unlock(&cache->lock);
	return found;
}

/* ---- a call ---- */

struct call_fault {
	struct fault_call call;
	struct fault_rule rule; /* its texts: of the transaction, then of the call */
	enum store_outcome outcome;
};

struct values {
	const char **items;
	size_t n;
};

static void value_add(struct arena *arena, struct values *values, const char *value)
{
	/* Grown in steps of a power of two; the arena forgets the old ones. */
	if ((values->n & (values->n - 1)) == 0) {
		const char **more = arena_array(arena, const char *, values->n * 2 + 1);

		if (values->n)
			memcpy(more, values->items, values->n * sizeof *more);
		values->items = more;
	}
	values->items[values->n++] = value;
}

/* Lists that come as JSON inside a text, such as DiskIds, are opened: their ids count like any other. */
static void values_add(struct arena *arena, struct values *values, const struct tree *tree)
{
	const struct tree *child;
	const struct tree *list;
	const char *error;

	for (child = tree->first; child; child = child->next) {
		if (child->value)
			value_add(arena, values, child->value);
		list = child->value && *child->value == '[' ?
		               tree_from_json(arena, child->value, strlen(child->value), TREE_DEPTH_MAX, &error) :
		               NULL;
		if (list)
			values_add(arena, values, list);
		values_add(arena, values, child);
	}
}

bool fault_awaits(struct call *call)
{
	struct fault_cache *cache = call->api->faults;
	struct values values = { 0 };
	struct call_fault *fault;

	if (!__atomic_load_n(&cache->n, __ATOMIC_ACQUIRE) || !call->dialect->faults)
		return false;
	values_add(&call->arena, &values, call->input);
	fault = arena_new(&call->arena, struct call_fault);
	fault->call = (struct fault_call){
		.account = text_or(call->caller.tenant.account, ""),
		.operation = call->operation->name,
		.values = values.items,
		.n_values = values.n,
	};
	if (!may_match(cache, &fault->call))
		return false;
	call->fault = fault;
	return true;
}

/* Where the memory was behind and nothing matches, nothing is written. */
static bool take(struct txn *txn, void *context)
{
	struct call *call = context;

	work_begin(&call->work, call->api->core, txn, &call->caller, clock_now(&call->api->core->clock));
	return fault_take(&call->work, &call->fault->call, &call->fault->rule);
}

static void hand_back(void *context)
{
	call_resume(context);
}

static void taken(void *context, enum store_outcome outcome)
{
	struct call *call = context;

	call->fault->outcome = outcome;
	if (outcome == STORE_DONE && call->fault->rule.latency)
		delays_add(call->api->delays, call->fault->rule.latency, hand_back, call);
	else
		hand_back(call);
}

void fault_submit(struct call *call)
{
	store_submit(call->api->core->store, take, call, &call->work_arena, taken);
}

/* The transaction's memory is about to be the next one's. */
static void keep_texts(struct call *call)
{
	struct fault_rule *rule = &call->fault->rule;

	rule->id = arena_text(&call->arena, rule->id);
	rule->code = arena_text(&call->arena, rule->code);
}

bool fault_apply(struct call *call)
{
	struct fault_rule *rule = &call->fault->rule;

	call->work.refusal = (struct refusal){ 0 };
	if (call->fault->outcome != STORE_DONE) {
		/* REFUSED: others were faster, and there is no time left for this one. */
		if (call->fault->outcome != STORE_REFUSED)
			call_take_outcome(call, call->fault->outcome);
		call->fault = NULL;
		return call->refusal.reason == REFUSE_NONE;
	}
	keep_texts(call);
	if (!rule->times_left)
		fault_cache_load(call->api->faults, call->api->core->store);
	if (rule->effect == FAULT_ERROR) {
		call->refusal = (struct refusal){ .reason = REFUSE_FAULT,
			                          .row = fault_row(call->dialect, call->operation, rule->code, rule->variant) };
		return false;
	}
	return rule->effect != FAULT_CONNECTION_CUT;
}

const char *fault_of_jobs(const struct call *call)
{
	const struct fault_rule *rule = call_fault(call);

	return rule && (rule->effect == FAULT_JOB_FAILS || rule->effect == FAULT_JOB_NEVER_ENDS) ? rule->id : NULL;
}

bool fault_is_cut(const struct call *call)
{
	return call->fault && call->fault->rule.effect == FAULT_CONNECTION_CUT;
}

bool call_is_lost(const struct call *call)
{
	return call->fault && (call->fault->rule.effect == FAULT_REPLY_LOST || fault_is_cut(call));
}

const struct fault_rule *call_fault(const struct call *call)
{
	return call->fault && call->fault->rule.id ? &call->fault->rule : NULL;
}
