/* The journal of a running server as lines for people, for commands that show it beside other things. */
#ifndef CLI_JOURNAL_H
#define CLI_JOURNAL_H

#include "cli/client.h"

/* The last calls, up to `limit`, oldest first, on stdout. False after printing why it could not be read. */
bool journal_print_last(struct client *client, int64_t limit);

#endif
