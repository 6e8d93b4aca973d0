/* Names of disks on their instances: slots, counted from the system disk's on, spelled as Linux does: a to z, aa to az, ... */
#include "core/attachment.h"

#include <string.h>

#include "base/text.h"

#define PREFIX   "/dev/xvd"
#define LETTERS  26
#define NO_SLOT  SIZE_MAX

/* A machine without a hypervisor sees its disks through SCSI alone, which has more names to give (BMS page of attaching: 60
 * disks, the system disk among them). */
size_t attachment_slots_of(enum machine_kind kind)
{
	return kind == MACHINE_BARE_METAL ? 60 : LETTERS;
}

static size_t slot_of(const char *device)
{
	const char *letter;
	size_t slot = 0;

	if (text_starts(device, PREFIX))
		letter = device + strlen(PREFIX);
	else if (text_starts(device, "/dev/vd"))
		letter = device + strlen("/dev/vd");
	else
		return NO_SLOT;
	if (strlen(letter) > 2)
		return NO_SLOT;
	for (; *letter; letter++) {
		if (*letter < 'a' || *letter > 'z')
			return NO_SLOT;
		slot = slot * LETTERS + (size_t)(*letter - 'a') + 1;
	}
	return slot ? slot - 1 : NO_SLOT;
}

static const char *name_of(struct arena *arena, size_t slot)
{
	if (slot < LETTERS)
		return arena_printf(arena, PREFIX "%c", (char)('a' + slot));
	return arena_printf(arena, PREFIX "%c%c", (char)('a' + slot / LETTERS - 1), (char)('a' + slot % LETTERS));
}

bool attachment_device_well_formed(const char *device, bool boot, enum machine_kind kind)
{
	size_t slot = slot_of(device);

	return boot ? slot == 0 : slot > 0 && slot < attachment_slots_of(kind);
}

const char *attachment_device_normal(struct arena *arena, const char *device)
{
	return name_of(arena, slot_of(device));
}

bool attachment_device_taken(const struct attachment *slots, size_t n, const char *device)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_equal(slots[i].device, device))
			return true;
	}
	return false;
}

const char *attachment_device_free(struct arena *arena, const struct attachment *slots, size_t n, bool boot,
                                   enum machine_kind kind)
{
	size_t last = boot ? 0 : attachment_slots_of(kind) - 1;
	size_t slot;

	for (slot = boot ? 0 : 1; slot <= last; slot++) {
		const char *device = name_of(arena, slot);

		if (!attachment_device_taken(slots, n, device))
			return device;
	}
	return NULL;
}

const char *attachment_free_device(struct work *work, const struct instance *instance, bool boot)
{
	struct attachment *slots;
	size_t n = attachment_list_slots(work->txn, instance->id, &slots);

	return attachment_device_free(work->arena, slots, n, boot, instance->kind);
}
