/* The server's certificate authority as files that clients can be told of. */
#ifndef CLI_BUNDLE_H
#define CLI_BUNDLE_H

#include "cli/client.h"

/* Asks the server for it and writes two files into the directory: ca_client.pem, it alone, and ca_bundle.pem, it beside
 * those that this system trusts anyway, because most libraries can be told of one file only. Their paths live in the
 * client's arena; both NULL if the server speaks no https with an authority of its own. False after printing why. */
bool bundle_keep(struct client *client, const char *directory, const char **ret_authority, const char **ret_bundle);

#endif
