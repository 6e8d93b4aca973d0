#include "core/tagging.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/network.h"
#include "core/scaling.h"
#include "core/security_group.h"

struct tagging_facts {
	struct facts facts;
	bool unknown, too_many;
};

static bool tagging_unknown(const struct work *work, const void *facts_)
{
	const struct tagging_facts *f = facts_;

	(void)work;
	return f->unknown;
}

static bool tagging_too_many(const struct work *work, const void *facts_)
{
	const struct tagging_facts *f = facts_;

	(void)work;
	return f->too_many;
}

static const struct check tagging_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ tagging_unknown, REFUSE_RESOURCE_UNKNOWN, ABOUT_NOTHING },
	{ tagging_too_many, REFUSE_TAG_LIMIT, ABOUT_NOTHING },
};

bool tagging_found(const struct work *work, enum tagged kind, const char *id)
{
	union {
		struct instance instance;
		struct disk disk;
		struct snapshot snapshot;
		struct security_group group;
		struct vpc vpc;
		struct vswitch vswitch;
		struct scaling_group scaling_group;
	} any;

	switch (kind) {
	case TAGGED_INSTANCE:
		return find_instance(work, id, &any.instance);
	case TAGGED_DISK:
		return find_disk(work, id, &any.disk);
	case TAGGED_SNAPSHOT:
		return find_snapshot(work, id, &any.snapshot);
	case TAGGED_SECURITY_GROUP:
		return find_security_group(work, id, &any.group);
	case TAGGED_VPC:
		return find_vpc(work, id, &any.vpc);
	case TAGGED_VSWITCH:
		return find_vswitch(work, id, &any.vswitch);
	case TAGGED_SCALING_GROUP:
		return find_scaling_group(work, id, &any.scaling_group);
	case TAGGED_MAX:
		break;
	}
	return false;
}

static bool has_key(const struct tag *tags, size_t n, const char *key)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_equal(tags[i].key, key))
			return true;
	}
	return false;
}

/* Those it has, and those of the new ones whose keys it has not. */
static size_t count_after(struct work *work, const char *resource, const struct tagging_args *args)
{
	struct tag *there;
	size_t n = tag_list(work->txn, resource, &there);
	size_t after = n;
	size_t i;

	for (i = 0; i < args->n_tags; i++)
		after += !has_key(there, n, args->tags[i].key);
	return after;
}

static struct tagging_facts look(struct work *work, const struct tagging_args *args, bool sets)
{
	struct tagging_facts f = { 0 };
	size_t i;

	for (i = 0; i < args->n_resources; i++) {
		if (!tagging_found(work, args->kind, args->resources[i]))
			f.unknown = true;
		else if (sets && count_after(work, args->resources[i], args) > TAGS_MAX)
			f.too_many = true;
	}
	return f;
}

bool tagging_set(struct work *work, const struct tagging_args *args)
{
	struct tagging_facts f = look(work, args, true);
	size_t i;
	size_t j;

	if (!work_check(work, tagging_checks, COUNT_OF(tagging_checks), &f))
		return false;
	for (i = 0; i < args->n_resources; i++) {
		for (j = 0; j < args->n_tags; j++) {
			struct tag tag = args->tags[j];

			tag.resource = args->resources[i];
			tag.account = work->caller.tenant.account;
			tag_put(work->txn, &tag);
		}
	}
	return true;
}

static void take_off_alike(struct work *work, const char *resource, const struct tagging_args *args)
{
	struct tag *there;
	size_t n = tag_list(work->txn, resource, &there);
	size_t i;
	size_t j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < args->n_tags; j++) {
			if (text_equal(there[i].key, args->tags[j].key) && text_equal(there[i].value, args->tags[j].value))
				tag_delete(work->txn, resource, there[i].key);
		}
	}
}

bool tagging_unset(struct work *work, const struct tagging_args *args)
{
	struct tagging_facts f = look(work, args, false);
	size_t i;
	size_t j;

	if (!work_check(work, tagging_checks, COUNT_OF(tagging_checks), &f))
		return false;
	for (i = 0; i < args->n_resources; i++) {
		if (args->all)
			tag_delete_all(work->txn, args->resources[i]);
		for (j = 0; j < args->n_keys; j++)
			tag_delete(work->txn, args->resources[i], args->keys[j]);
		if (args->n_tags)
			take_off_alike(work, args->resources[i], args);
	}
	return true;
}

static int compare_counts(const void *a_, const void *b_)
{
	const struct tag_count *a = a_;
	const struct tag_count *b = b_;
	int by_key = strcmp(a->key, b->key);

	return by_key ? by_key : strcmp(a->value, b->value);
}

size_t tagging_count(struct work *work, const struct tag_search *search, int kind, struct tag_count **ret)
{
	struct tag *rows[TAGGED_MAX];
	size_t n_rows[TAGGED_MAX] = { 0 };
	struct tag_count *all;
	size_t n = 0;
	size_t n_out = 0;
	size_t i;
	int k;

	for (k = 0; k < TAGGED_MAX; k++) {
		struct tag_search one = *search;

		one.kind = (enum tagged)k;
		n_rows[k] = kind == -1 || kind == k ? tag_search(work->txn, &one, &rows[k]) : 0;
		n += n_rows[k];
	}
	all = arena_array(work->arena, struct tag_count, n);
	n = 0;
	for (k = 0; k < TAGGED_MAX; k++) {
		for (i = 0; i < n_rows[k]; i++) {
			all[n] = (struct tag_count){ .key = rows[k][i].key, .value = rows[k][i].value };
			all[n++].things[k] = 1;
		}
	}
	qsort(all, n, sizeof *all, compare_counts);
	for (i = 0; i < n; i++) {
		if (n_out && compare_counts(&all[n_out - 1], &all[i]) == 0) {
			for (k = 0; k < TAGGED_MAX; k++)
				all[n_out - 1].things[k] += all[i].things[k];
		} else {
			all[n_out++] = all[i];
		}
	}
	*ret = all;
	return n_out;
}
