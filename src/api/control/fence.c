/* The operation that cuts a disk off from a guest that does not let go of it. */
#include "api/control/control.h"
#include "core/attachment.h"
#include "core/jobs.h"

struct fence_in {
	const char *disk, *instance;
};

struct fence_out {
	const char *disk, *instance;
};

static const struct field fence_in_fields[] = {
	TEXT(struct fence_in, disk, "disk", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 64),
	TEXT(struct fence_in, instance, "instance", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 64),
	FIELDS_END,
};

static const struct field fence_out_fields[] = {
	TEXT(struct fence_out, disk, "disk"),
	TEXT(struct fence_out, instance, "instance"),
	FIELDS_END,
};

static const struct error_row fence_errors[] = {
	{ REFUSE_DISK_NOT_ATTACHED, 409, "disk-not-attached", "The disk %s is not attached to the instance %s.", NULL },
	{ REFUSE_DISK_STATE, 409, "disk-state", "The disk %s is on its way to the instance; it can be cut off once it is there.",
	  NULL },
	{ REFUSE_NONE, 0, NULL, NULL, NULL },
};

static bool fence_run(struct call *call, const void *in_, void *out_)
{
	const struct fence_in *in = in_;
	struct fence_out *out = out_;

	if (!call_verb(call, disk_fence(&call->work, &(struct fence_args){ .disk = in->disk, .instance = in->instance })))
		return false;
	out->disk = in->disk;
	out->instance = in->instance;
	return true;
}

const struct operation control_fence = {
	.name = "POST /_cleat/fence",
	.opens_jobs = true,
	.mode = OPERATION_WRITE,
	.in = { sizeof(struct fence_in), fence_in_fields },
	.out = { sizeof(struct fence_out), fence_out_fields },
	.errors = fence_errors,
	.run = fence_run,
	.doc = "Cuts a disk off from an instance without asking its guest, which gets errors from then on and loses what it has not "
	       "written. A detach that waits for the guest ends by it.",
};
