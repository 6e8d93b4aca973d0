#include "instances_fixture.h"

#include "base/text.h"

void must(enum refusal_reason reason)
{
	assert_string_equal(refusal_words[reason], "");
}

void refused(enum refusal_reason got, enum refusal_reason expected)
{
	assert_string_equal(refusal_words[got], refusal_words[expected]);
}

void fail_next(struct world *world, enum driver_act act)
{
	fake_will(world, act, DRIVER_FAILED, "room", "no room");
}

/* Running, with a system disk and a data disk d-1 attached. */
void put_whole_instance(struct world *world, const char *id)
{
	struct arena *arena = world_arena(world);
	struct disk system = world_disk(arena_printf(arena, "%s-system", id));
	struct disk data = world_disk(arena_printf(arena, "%s-data", id));
	struct attachment boot = world_attachment(arena_printf(arena, "%s.1", system.id), system.id, id);
	struct attachment more = world_attachment(arena_printf(arena, "%s.1", data.id), data.id, id);

	boot.boot = true;
	boot.device = "/dev/xvda";
	system.type = DISK_SYSTEM;
	system.origin_instance = id;
	put_instance(world, world_instance(id));
	put_disk(world, system);
	put_disk(world, data);
	put_attachment(world, boot);
	put_attachment(world, more);
}

void set_instance_state(struct world *world, const char *id, enum instance_state state)
{
	struct instance instance = get_instance(world, id);

	instance.state = state;
	put_instance(world, instance);
}

void set_instance_locks(struct world *world, const char *id, const char *locks)
{
	struct instance instance = get_instance(world, id);

	instance.locks = locks;
	put_instance(world, instance);
}

/* ---- events ---- */

struct events {
	struct event_filter filter;
	struct event *rows;
	size_t n;
};

static bool list_events(struct work *work, void *args)
{
	struct events *events = args;

	events->n = event_list(work->txn, &events->filter, &(struct page){ 0 }, &events->rows);
	return true;
}

size_t events_of(struct world *world, const char *instance, struct event **ret)
{
	const char *instances[] = { instance };
	struct events events = { .filter = EVENT_FILTER_ANY };

	events.filter.instances = instances;
	events.filter.n_instances = 1;
	world_look(world, list_events, &events);
	*ret = events.rows;
	return events.n;
}

struct event only_event(struct world *world, const char *instance)
{
	struct event *events;

	assert_int_equal(events_of(world, instance, &events), 1);
	return events[0];
}

void expect_event(struct event event, enum job_kind kind, enum event_outcome outcome, const char *reason,
                         const char *message)
{
	assert_string_equal(job_kind_names[event.kind], job_kind_names[kind]);
	assert_int_equal(event.outcome, outcome);
	assert_string_equal(event.reason, reason);
	assert_string_equal(event.message, message);
	assert_true(text_starts(event.id, "e-bp"));
	assert_string_equal(event.tenant.account, "1000");
	assert_string_equal(event.tenant.region, WORLD_REGION);
}

struct create_instance with_a_disk(bool stays_off)
{
	static const struct instance_disk_args data = { .category = "cloud_essd", .size_given = true, .size_gib = 20 };

	return (struct create_instance){
		.args = { .zone = WORLD_ZONE, .data_disks = &data, .n_data_disks = 1, .stays_off = stays_off }
	};
}
