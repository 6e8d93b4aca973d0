/* Where Cleat keeps its files when nobody says: one answer for the server and for its clients. It makes nothing. */
#ifndef BASE_PLACE_H
#define BASE_PLACE_H

#include "base/arena.h"

/* The data directory: /var/lib/cleat for root, otherwise $XDG_STATE_HOME/cleat or ~/.local/state/cleat. NULL if the
 * environment names no home. */
char *place_data(struct arena *arena);

/* Files in it that clients of the server on this machine read. */
#define PLACE_ENDPOINT      "endpoint"      /* "http://127.0.0.1:7480" */
#define PLACE_CONTROL_TOKEN "control_token" /* mode 0600 */
#define PLACE_ACCESS_KEY    "access_key"    /* of the first start; mode 0600 */

/* How the names of directories begin in which a backup is being made. */
#define PLACE_BACKUP "backup-"

#endif
