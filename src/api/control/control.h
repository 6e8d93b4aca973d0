/* Cleat's own API below /_cleat, and the health pages: JSON, one bearer token, no vendor's rules. The command line is its
 * client. */
#ifndef API_CONTROL_H
#define API_CONTROL_H

#include "api/call.h"

extern const struct dialect dialect_control;

/* It needs no token. */
#define CONTROL_AUTHORITY "GET /_cleat/ca"

extern const struct operation *const control_operations[]; /* ends with NULL */

#endif
