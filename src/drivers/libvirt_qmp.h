/* What libvirt has no word for, and QEMU has: a disk is cut off from the machine that uses it, and its image set free. */
#ifndef DRIVERS_LIBVIRT_QMP_H
#define DRIVERS_LIBVIRT_QMP_H

#include "drivers/libvirt_driver.h"

/* Puts a node that fails all I/O beneath the running machine's disk and closes the image, so that its lock is free; true
 * also if that is done already. False with the answer. The disk must be raw. */
bool lv_qmp_cut_off(struct lv_act *act, const struct lv_disk *disk);

#endif
