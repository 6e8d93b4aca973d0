/* Volumes of bare metal servers: each attachment is an NBD export of a qemu-storage-daemon on this host. It reaches the servers
 * by their volumes only: it neither switches them on and off nor knows what they do. docs/bare-metal.md is its manual.
 *
 * Settings: DIR[,listen=ADDRESS][,ports=FIRST-LAST]. Without `listen` exports are reached by a unix socket of each server. */
#ifndef DRIVERS_NBD_H
#define DRIVERS_NBD_H

#include "contract/driver.h"

extern const struct driver driver_nbd;

#endif
