/* Finds the driver that --driver names: in this program, or in a module that is loaded only when it is asked for. */
#ifndef DRIVER_LOAD_H
#define DRIVER_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "contract/driver.h"

/* The settings behind the '='; "" if there is none. */
const char *driver_settings(const char *driver);

/* NULL with a message, which says what to install or build. The module stays loaded for good. */
const struct driver *driver_load(const char *driver, char *error, size_t error_size);

#endif
