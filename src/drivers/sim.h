/* The simulated fleet: machines and disks that exist in memory only, and hold the driver contract like real ones. What
 * it had is told to it after a restart (driver.h, restore). */
#ifndef DRIVERS_SIM_H
#define DRIVERS_SIM_H

#include "contract/driver.h"

extern const struct driver driver_sim;

#endif
