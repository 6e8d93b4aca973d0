#include "api/huawei/device.h"

#include <string.h>

#include "base/text.h"

#define CORE_PREFIX "/dev/xvd"
#define PCI_SLOTS   29 /* of one bus, behind those that a machine has anyway */

static const char *letters_of(const struct attachment *attachment)
{
	return text_starts(attachment->device, CORE_PREFIX) ? attachment->device + strlen(CORE_PREFIX) : "";
}

const char *device_name(struct arena *arena, const struct attachment *attachment, bool scsi)
{
	return arena_printf(arena, "%s%s", scsi ? "/dev/sd" : "/dev/vd", letters_of(attachment));
}

const char *device_wanted(struct arena *arena, const char *name)
{
	if (text_starts(name, "/dev/sd"))
		return arena_printf(arena, "/dev/xvd%s", name + strlen("/dev/sd"));
	return name;
}

bool device_is_root(const char *name)
{
	return text_equal(name, "/dev/xvda") || text_equal(name, "/dev/vda");
}

const char *device_pci_address(struct arena *arena, const struct attachment *attachment)
{
	const char *letters = letters_of(attachment);
	int slot = 0;

	for (; *letters; letters++)
		slot = slot * 26 + (*letters - 'a' + 1);
	return arena_printf(arena, "0000:%02x:%02x.0", 2 + slot / PCI_SLOTS, 1 + slot % PCI_SLOTS);
}
