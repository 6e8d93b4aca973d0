/* The sections of an account in a fleet: its access keys and its instances. */
#include <string.h>

#include "base/moment.h"
#include "base/random.h"
#include "base/text.h"
#include "core/attachment.h"
#include "core/catalogue.h"
#include "core/fleet_module.h"
#include "core/guard.h"
#include "core/instance.h"

#define KEYS_MOST      1000
#define KEY_BYTES_MAX  128 /* what the cache of keys holds */
#define INSTANCES_MOST 100000
#define PAID_DAYS      30 /* of what is paid before, where no end is given */

/* ---- access keys ---- */

/* Those of users are theirs to replace. */
static void delete_unlisted(struct fleet_load *load)
{
	struct access_key *keys;
	size_t n = access_key_list(load->work->txn, load->account.id, &keys);
	size_t i;

	for (i = 0; i < n; i++) {
		if (!*keys[i].holder && !fleet_key_is_listed(load->from, keys[i].id, SIZE_MAX, 0))
			access_key_delete(load->work->txn, keys[i].id);
	}
}

static bool is_listed_before(const struct fleet_access_key *items, size_t i)
{
	size_t j;

	for (j = 0; j < i && !text_equal(items[j].row.id, items[i].row.id); j++)
		continue;
	return j < i;
}

void fleet_key_put(struct fleet_load *load, const struct fleet_access_key *item, const char *path, const char *holder)
{
	struct access_key key = item->row;
	struct access_key known;
	struct account owner;
	bool is_known = access_key_get(load->work->txn, key.id, &known);

	if (strlen(key.id) > KEY_BYTES_MAX || strlen(text_or(key.secret, "")) > KEY_BYTES_MAX) {
		fleet_wrong(load, path, NULL, "id and secret of an access key have at most %d bytes each", KEY_BYTES_MAX);
		return;
	}
	if (is_known && !text_equal(known.account, load->account.id)) {
		fleet_wrong(load, path, "id", "the access key %s is that of the account %s", key.id, known.account);
		return;
	}
	if (account_of_own_key(load->work->txn, key.id, &owner)) {
		fleet_wrong(load, path, "id", "%s is the key of the account %s", key.id, owner.id);
		return;
	}
	if (text_empty(key.secret) && !is_known) {
		fleet_wrong(load, path, NULL,
		            "the access key %s has no secret, and there is none to keep; 'cleat fleet dump --secrets' writes them",
		            key.id);
		return;
	}
	key.account = load->account.id;
	key.holder = holder;
	key.secret = text_empty(key.secret) ? known.secret : key.secret;
	if (!key.created_at)
		key.created_at = is_known ? known.created_at : load->work->now;
	access_key_put(load->work->txn, &key);
}

/* Keys are replaced only if the account's are given: who loads a fleet without a word about keys keeps theirs. */
static void keys_load(struct fleet_load *load, const struct fleet_list *list, const char *path)
{
	const struct fleet_access_key *items = list->items;
	size_t i;

	if (!list->given)
		return;
	for (i = 0; i < list->n; i++) {
		const char *item_path = fleet_item_path(load, path, i);

		if (is_listed_before(items, i))
			fleet_wrong(load, item_path, "id", "\"%s\" is there twice", items[i].row.id);
		else
			fleet_key_put(load, &items[i], item_path, "");
	}
	delete_unlisted(load);
}

static void keys_dump(struct work *work, const struct account *account, struct fleet_list *ret)
{
	struct access_key *rows;
	size_t n = access_key_list(work->txn, account->id, &rows);
	struct fleet_access_key *items = arena_array(work->arena, struct fleet_access_key, n);
	size_t n_own = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!*rows[i].holder)
			items[n_own++].row = rows[i];
	}
	*ret = (struct fleet_list){ items, n_own, true };
}

const struct fleet_module fleet_access_keys = {
	.name = "access_keys",
	.part = FLEET_OF_ACCOUNT,
	.most = KEYS_MOST,
	.load = keys_load,
	.dump = keys_dump,
};

/* ---- instances ---- */

static const char *address_of(struct arena *arena)
{
	unsigned char bytes[2];

	random_bytes(bytes, sizeof bytes);
	return arena_printf(arena, "172.16.%d.%d", bytes[0], bytes[1] % 253 + 2);
}

static const char *serial_of(struct arena *arena)
{
	char serial[UUID_SIZE];

	random_uuid_upper(serial);
	return arena_text(arena, serial);
}

/* What the instance is made of must be in the catalogue; an image may be deleted. */
static void complete_kind(struct fleet_load *load, struct instance *instance, const char *path)
{
	const struct instance_type *type;
	const struct image *image;

	if (text_empty(instance->type))
		instance->type = instance_type_default(load->work);
	type = instance_type_find(load->work, instance->type);
	if (!type)
		fleet_wrong(load, path, "type", "there is no instance type \"%s\"", instance->type);
	else
		instance->kind = type->kind;
	if (text_empty(instance->image))
		instance->image = image_default(load->work);
	image = image_find(load->work, instance->image);
	if (!image)
		fleet_wrong(load, path, "image", "there is no image \"%s\"", instance->image);
	else if (text_empty(instance->guest_os))
		instance->guest_os = image->os_type;
}

/* Disks of an instance that was never started are neither kept in snapshots nor put back, so that it must be said. */
static void complete_start(struct fleet_load *load, const struct fleet_instance *item, struct instance *instance,
                           const char *path)
{
	if (!item->never_started && !instance->started_at)
		instance->started_at = instance->state == INSTANCE_RUNNING ? load->work->now : instance->created_at;
	else if (item->never_started && instance->state == INSTANCE_RUNNING)
		fleet_wrong(load, path, "never_started", "a running instance was started");
	else if (item->never_started && instance->started_at)
		fleet_wrong(load, path, "never_started", "it has a \"started_at\"");
}

static void complete_times(struct fleet_load *load, const struct fleet_instance *item, struct instance *instance,
                           const char *path)
{
	int64_t now = load->work->now;

	if (!instance->created_at)
		instance->created_at = now;
	complete_start(load, item, instance, path);
	if (instance->auto_release_at && instance->auto_release_at <= now)
		fleet_wrong(load, path, "auto_release_at", "this time is past");
	if (!instance->expires_at && instance->charge_type == CHARGE_PRE_PAID)
		instance->expires_at = now + PAID_DAYS * DAY;
}

static struct instance instance_complete(struct fleet_load *load, const struct fleet_instance *item, const char *path)
{
	struct arena *arena = load->work->arena;
	struct instance instance = item->row;
	const struct tenant given = instance.tenant;

	instance.tenant = load->tenant;
	instance.tenant.region = given.region;
	instance.tenant.scope = given.scope;
	instance.driver = guard_driver_of(load->work->core, instance.kind);
	fleet_place(load, path, &instance.tenant, &instance.zone);
	complete_kind(load, &instance, path);
	complete_times(load, item, &instance, path);
	if (text_empty(instance.id))
		instance.id = mint_id(load->work, "i", text_or(instance.tenant.region, ""));
	instance.name = text_or(instance.name, instance.id);
	instance.host_name = text_or(instance.host_name, instance.id);
	instance.private_ip = text_or(instance.private_ip, address_of(arena));
	instance.serial = text_or(instance.serial, serial_of(arena));
	if (text_empty(instance.stopped_mode))
		instance.stopped_mode = instance.state == INSTANCE_RUNNING ? "Not-applicable" : "KeepCharging";
	return instance;
}

static void instance_load(struct fleet_load *load, const struct fleet_instance *item, const char *path)
{
	struct instance instance = instance_complete(load, item, path);

	if (!fleet_id_is_free(load, path, TAGGED_INSTANCE, instance.id))
		return;
	instance_put(load->work->txn, &instance);
	fleet_tags_put(load, path, instance.id, &item->tags);
	if (instance.auto_release_at)
		instance_arm_auto_release(load->work, &instance);
	if (!item->no_system_disk)
		load->bootless[load->n_bootless++] = instance;
	load->counts->instances++;
}

static void instances_load(struct fleet_load *load, const struct fleet_list *list, const char *path)
{
	const struct fleet_instance *items = list->items;
	size_t i;

	load->bootless = arena_array(load->work->arena, struct instance, list->n);
	load->n_bootless = 0;
	for (i = 0; i < list->n; i++)
		instance_load(load, &items[i], fleet_item_path(load, path, i));
}

static bool has_boot_disk(struct work *work, const char *instance)
{
	struct attachment *slots;
	size_t n = attachment_list_slots(work->txn, instance, &slots);
	size_t i;

	for (i = 0; i < n; i++) {
		if (slots[i].boot)
			return true;
	}
	return false;
}

/* The disks of the fleet are there now: who has no system disk among them gets one, unless it is to have none. */
static void instances_finish(struct fleet_load *load, const struct fleet_list *list, const char *path)
{
	size_t i;

	(void)list;
	(void)path;
	for (i = 0; i < load->n_bootless && load->problems->n == 0; i++) {
		if (!has_boot_disk(load->work, load->bootless[i].id))
			fleet_system_disk_put(load, &load->bootless[i]);
	}
}

static void instances_dump(struct work *work, const struct account *account, struct fleet_list *ret)
{
	struct instance_filter filter = INSTANCE_FILTER_ANY;
	struct fleet_instance *items;
	struct instance *rows;
	size_t n;
	size_t i;

	filter.account = account->id;
	n = instance_list(work->txn, &filter, &(struct page){ 0 }, &rows);
	items = arena_array(work->arena, struct fleet_instance, n);
	for (i = 0; i < n; i++) {
		struct fleet_instance *item = &items[n - 1 - i]; /* the list is newest first */

		item->row = rows[i];
		item->row.tenant.scope = fleet_scope_shown(&rows[i].tenant);
		item->never_started = !rows[i].started_at;
		/* What was to be released and was not, such as a protected one, is not to be tried again. */
		if (item->row.auto_release_at <= work->now)
			item->row.auto_release_at = 0;
		item->no_system_disk = !has_boot_disk(work, rows[i].id);
		fleet_tags_dump(work, rows[i].id, &item->tags);
	}
	*ret = (struct fleet_list){ items, n, true };
}

const struct fleet_module fleet_instances = {
	.name = "instances",
	.part = FLEET_OF_ACCOUNT,
	.most = INSTANCES_MOST,
	.load = instances_load,
	.finish = instances_finish,
	.dump = instances_dump,
};
