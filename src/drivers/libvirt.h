/* Machines and disks of libvirt: a domain of QEMU for each machine, a volume of a storage pool for each disk. A module of
 * its own, since a server without real machines shall not carry libvirt. */
#ifndef DRIVERS_LIBVIRT_H
#define DRIVERS_LIBVIRT_H

#include "contract/driver.h"

/* Its settings: a URI of libvirt, and behind commas pool=NAME, accel=tcg|kvm, no-agent=refuse-if-active|trust,
 * agent-wait=SECONDS, stop-wait=SECONDS. */
extern const struct driver driver_libvirt;

#endif
