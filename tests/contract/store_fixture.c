#include "store_fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool fixture_run_twice;

void fixture_open(struct fixture *f)
{
	char error[256] = "";

	f->store = store_open(&f->config, error, sizeof error);
	if (!f->store)
		fail_msg("%s", error);
}

void fixture_close(struct fixture *f)
{
	if (f->store)
		store_close(f->store);
	f->store = NULL;
}

void fixture_reopen(struct fixture *f)
{
	fixture_close(f);
	fixture_open(f);
}

int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	snprintf(f->directory, sizeof f->directory, P_tmpdir "/cleat-store-XXXXXX");
	if (!mkdtemp(f->directory))
		return -1;
	arena_init(&f->arena);
	f->config = (struct store_config){
		.directory = f->directory,
		.run_twice = fixture_run_twice,
		.queue_max = 10000,
	};
	fixture_open(f);
	*state = f;
	return 0;
}

static void remove_directory(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(directory);
}

int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	arena_finish(&f->arena);
	remove_directory(f->directory);
	free(f);
	return 0;
}

void fixture_write(struct fixture *f, store_fn fn, void *context)
{
	assert_int_equal(store_write(f->store, fn, context, &f->arena), STORE_DONE);
}

void fixture_read(struct fixture *f, store_fn fn, void *context)
{
	assert_int_equal(store_read(f->store, fn, context, &f->arena), STORE_DONE);
}

struct fact {
	const char *key;
	const char *value;
};

static bool put_fact(struct txn *txn, void *context)
{
	const struct fact *fact = context;

	meta_put(txn, fact->key, fact->value);
	return true;
}

enum store_outcome fact_put(struct fixture *f, const char *key, const char *value)
{
	struct fact fact = { key, value };

	return store_write(f->store, put_fact, &fact, NULL);
}

static bool get_fact(struct txn *txn, void *context)
{
	struct fact *fact = context;

	fact->value = meta_get(txn, fact->key);
	return true;
}

const char *fact(struct fixture *f, const char *key)
{
	struct fact fact = { key, NULL };

	fixture_read(f, get_fact, &fact);
	return fact.value;
}

struct tenant tenant_of(const char *account)
{
	return (struct tenant){
		.realm = "aliyun", .account = account, .scope = "default", .region = "cn-hangzhou"
	};
}

struct disk disk_of(const char *id, int64_t created_at)
{
	return (struct disk){
		.id = id,
		.tenant = tenant_of("1000"),
		.driver = "sim",
		.zone = "cn-hangzhou-b",
		.state = DISK_READY,
		.status = DISK_STATUS_AVAILABLE,
		.name = id,
		.size_gib = 20,
		.created_at = created_at,
	};
}

struct attachment attachment_of(const char *id, const char *disk, const char *instance)
{
	return (struct attachment){
		.id = id,
		.tenant = tenant_of("1000"),
		.disk = disk,
		.instance = instance,
		.state = ATTACHMENT_ATTACHED,
		.device = "",
	};
}

struct job job_of(const char *id, const char *lock)
{
	return (struct job){
		.id = id, .tenant = tenant_of("1000"), .kind = JOB_DETACH, .lock = lock, .created_at = 1
	};
}
