/* Machines that Cleat did not make: how one is, and whether anything is under way with it. Reads only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "drivers/libvirt_driver.h"

#define GIB ((unsigned long long)1 << 30)

static bool fail(char *error, size_t error_size, const char *what)
{
	snprintf(error, error_size, "%s: %s", what, virGetLastErrorMessage());
	return false;
}

static virDomainPtr find(struct lv_act *act, const char *name)
{
	virDomainPtr domain = virDomainLookupByName(act->connection, name);

	return domain ? domain : virDomainLookupByUUIDString(act->connection, name);
}

static int64_t size_of(virDomainPtr domain, const struct lv_disk *disk)
{
	virDomainBlockInfo info = { 0 };

	if (virDomainGetBlockInfo(domain, disk->target, &info, 0) < 0)
		return 1;
	return (int64_t)((info.capacity + GIB - 1) / GIB);
}

/* What a detach must not meet; "" if there is nothing. */
static const char *busy_with(struct lv_act *act, const struct lv_domain *config)
{
	virDomainJobInfo job = { 0 };
	size_t i;

	if (virDomainGetJobInfo(act->domain, &job) == 0 && job.type != VIR_DOMAIN_JOB_NONE)
		return "a backup, a migration or another job of libvirt's";
	for (i = 0; i < config->n_disks; i++) {
		virDomainBlockJobInfo info;

		if (act->active && virDomainGetBlockJobInfo(act->domain, config->disks[i].target, &info, 0) > 0)
			return arena_printf(&act->arena, "a block job on %s", config->disks[i].target);
	}
	return "";
}

static void read_disks(struct lv_act *act, struct arena *arena, const struct lv_domain *domain, struct driver_survey *ret)
{
	size_t i;

	ret->disks = arena_array(arena, struct driver_survey_disk, domain->n_disks);
	for (i = 0; i < domain->n_disks; i++) {
		const struct lv_disk *disk = &domain->disks[i];
		const char *native = lv_native_of(arena, disk);

		if (disk->is_cdrom || !*native)
			continue;
		ret->disks[ret->n_disks++] = (struct driver_survey_disk){
			.native = native,
			.target = arena_text(arena, disk->target),
			.serial = arena_text(arena, disk->serial),
			.size_gib = size_of(act->domain, disk),
			.unpluggable = text_equal(disk->bus, "virtio"),
		};
	}
}

static bool look(struct lv_act *act, struct arena *arena, struct driver_survey *ret, char *error, size_t error_size)
{
	char uuid[VIR_UUID_STRING_BUFLEN];
	struct driver_reply reply;
	virDomainInfo info;

	act->reply = &reply;
	if (virDomainIsPersistent(act->domain) != 1) {
		snprintf(error, error_size, "the machine is transient: it is gone once it is off");
		return false;
	}
	if (!lv_read_domain(act)) {
		snprintf(error, error_size, "%s", reply.message);
		return false;
	}
	if (virDomainGetUUIDString(act->domain, uuid) < 0 || virDomainGetInfo(act->domain, &info) < 0)
		return fail(error, error_size, "the machine cannot be read");
	*ret = (struct driver_survey){
		.name = arena_text(arena, virDomainGetName(act->domain)),
		.uuid = arena_text(arena, uuid),
		.powered = act->active,
		.agent = act->config.agent != LV_AGENT_NONE,
		.cpus = info.nrVirtCpu,
		.memory_mib = (int64_t)(info.maxMem / 1024),
		.busy = arena_text(arena, busy_with(act, &act->config)),
	};
	read_disks(act, arena, act->active ? &act->live : &act->config, ret);
	return true;
}

bool lv_survey(void *self, const char *name, struct arena *arena, struct driver_survey *ret, char *error, size_t error_size)
{
	const struct driver_call call = { .machine = "" };
	struct driver_reply reply;
	struct lv_act act;
	bool done = false;

	lv_act_begin(&act, self, &call, &reply);
	if (!act.connection)
		snprintf(error, error_size, "libvirt cannot be reached: %s", act.problem);
	else if (!(act.domain = find(&act, name)))
		fail(error, error_size, "there is no such machine");
	else
		done = look(&act, arena, ret, error, error_size);
	lv_act_finish(&act);
	return done;
}
