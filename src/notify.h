/* Tells systemd how the service is doing (sd_notify(3)): one datagram to the socket that $NOTIFY_SOCKET names, nothing
 * where there is none. Written out here because the library for it would cost the server start time and memory. */
#ifndef NOTIFY_H
#define NOTIFY_H

/* "READY=1", "STOPPING=1", "STATUS=...". */
void notify(const char *state);

#endif
