/* The connection to libvirt: made again when it is lost, and what libvirt tells of its own accord. It asks nothing of
 * machines. */
#ifndef DRIVERS_LIBVIRT_LINK_H
#define DRIVERS_LIBVIRT_LINK_H

#include <libvirt/libvirt.h>
#include <stdbool.h>
#include <stddef.h>

struct lv_link;

/* Something changed about the machine of that uuid; NULL: the connection was lost or is there again, and so anything may
 * have. Called on the thread of libvirt's event loop or one that connects, which must only be told to look. */
typedef void (*lv_changed)(void *context, const char *uuid);

/* Connects. NULL with a message. */
struct lv_link *lv_link_create(const char *uri, lv_changed changed, void *context, char *error, size_t error_size);

/* `changed` is not called any more once this returns. NULL is allowed, here and below. */
void lv_link_silence(struct lv_link *link);

/* Nobody may ask for the connection any more. */
void lv_link_destroy(struct lv_link *link);

#define LV_PROBLEM_SIZE 256

/* The connection, to be given back with virConnectClose; NULL while there is none, and then why. Waits some seconds for one
 * that is being made. */
virConnectPtr lv_link_get(struct lv_link *link, char problem[static LV_PROBLEM_SIZE]);

#endif
