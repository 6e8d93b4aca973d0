/* What libvirt has no word for, and QEMU has: a disk is cut off from the machine that uses it, and its image set free. */
#ifndef DRIVERS_LIBVIRT_QMP_H
#define DRIVERS_LIBVIRT_QMP_H

#include "drivers/libvirt_driver.h"

/* Puts a node that fails all I/O beneath the running machine's disk and closes the image, so that its lock is free; true
 * also if that is done already. False with the answer. The disk must be raw. */
bool lv_qmp_cut_off(struct lv_act *act, const struct lv_disk *disk);

/* QEMU has a node or a device already that libvirt was about to make, and libvirt does not show it: it is what is left of an attach
 * that was cut off. Has it removed, if `error` says so; false if it says something else. */
bool lv_qmp_sweep(struct lv_act *act, const char *alias, const char *error);

#endif
