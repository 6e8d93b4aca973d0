/* Device names as this cloud writes them: /dev/vdb of a plain block device, /dev/sdb of a SCSI one. The core has one
 * spelling for a slot. */
#ifndef API_HUAWEI_DEVICE_H
#define API_HUAWEI_DEVICE_H

#include "api/call.h"

/* Of an attachment of that disk. */
const char *device_name(struct arena *arena, const struct attachment *attachment, bool scsi);

/* What a client asked for, in the core's spelling; whichever of /dev/vdb and /dev/sdb it wrote. NULL and "" stay; what is
 * neither stays as it is, for the core to refuse. */
const char *device_wanted(struct arena *arena, const char *name);

/* Whether that, in the core's spelling, is the place of the system disk. */
bool device_is_root(const char *name);

/* "0000:02:02.0": the same for the same slot. */
const char *device_pci_address(struct arena *arena, const struct attachment *attachment);

#endif
