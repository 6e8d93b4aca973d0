#include "api/aliyun/ecs.h"

#include "base/text.h"

#define OPERATION(name) extern const struct operation ecs_##name;
#include "api/aliyun/operations.def"
#undef OPERATION

const struct operation *const ecs_operations[] = {
#define OPERATION(name) &ecs_##name,
#include "api/aliyun/operations.def"
#undef OPERATION
	NULL,
};

static const char *const vendor[] = {
#include "api/aliyun/vendor_ecs.inc"
	NULL,
};

const struct product product_ecs = {
	.name = "ecs",
	.title = "Ecs",
	.version = ECS_VERSION,
	.operations = ecs_operations,
	.vendor = vendor,
};

const struct field ecs_nothing_fields[] = { FIELDS_END };

const char *ecs_given(const char *text)
{
	return text_empty(text) ? NULL : text;
}

int ecs_given_bool(struct opt_bool value)
{
	return value.is == GIVEN ? value.value : -1;
}

static const char *const disk_words[DISK_STATUS_MAX] = {
	[DISK_STATUS_CREATING] = "Creating",   [DISK_STATUS_AVAILABLE] = "Available", [DISK_STATUS_ATTACHING] = "Attaching",
	[DISK_STATUS_IN_USE] = "In_use",       [DISK_STATUS_DETACHING] = "Detaching", [DISK_STATUS_DELETING] = "Deleting",
	[DISK_STATUS_REINITING] = "ReIniting",
};

/* ECS has no word for an instance that is being released; until it is gone it is on its way down. */
static const char *const instance_words[INSTANCE_STATE_MAX] = {
	[INSTANCE_PENDING] = "Pending",   [INSTANCE_STARTING] = "Starting", [INSTANCE_RUNNING] = "Running",
	[INSTANCE_STOPPING] = "Stopping", [INSTANCE_STOPPED] = "Stopped",   [INSTANCE_RELEASING] = "Stopping",
};

static const char *const charge_words[CHARGE_TYPE_MAX] = {
	[CHARGE_POST_PAID] = "PostPaid",
	[CHARGE_PRE_PAID] = "PrePaid",
};

static int word_index(const char *const *words, int n, const char *word)
{
	int i;

	for (i = 0; i < n; i++) {
		if (text_equal(words[i], word))
			return i;
	}
	return -1;
}

const char *ecs_disk_status(enum disk_status status)
{
	return disk_words[status];
}

const char *ecs_instance_status(enum instance_state state)
{
	return instance_words[state];
}

const char *ecs_charge_type(enum charge_type type)
{
	return charge_words[type];
}

int ecs_disk_status_of(const char *word)
{
	return word_index(disk_words, DISK_STATUS_CREATE_FAILED, word); /* failures do not stay in this cloud */
}

int ecs_instance_status_of(const char *word)
{
	return word_index(instance_words, INSTANCE_STATE_MAX, word);
}

int ecs_charge_type_of(const char *word)
{
	return word_index(charge_words, CHARGE_TYPE_MAX, word);
}
