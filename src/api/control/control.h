/* Cleat's own API below /_cleat, and the health pages: JSON, one bearer token, no vendor's rules. The command line is its
 * client. */
#ifndef API_CONTROL_H
#define API_CONTROL_H

#include "api/call.h"

extern const struct dialect dialect_control;

extern const struct operation *const control_operations[]; /* ends with NULL */

#endif
