/* A thread for what would keep an HTTP thread from its other connections, such as reading and verifying a large body: one
 * after the other, so that strangers who send many take each other's time. It knows no requests. */
#ifndef HTTP_LANE_H
#define HTTP_LANE_H

#include <stdbool.h>

struct lane;

/* Part of a larger struct, which its owner keeps until the work is done. */
struct lane_work {
	void (*run)(void *context);
	void *context;
	struct lane_work *next;
};

struct lane *lane_create(void);

/* Does what was handed in, then ends. NULL is allowed. */
void lane_destroy(struct lane *lane);

/* Hands work in; the first makes the thread. False if there is none to be had: nothing was handed in. */
bool lane_submit(struct lane *lane, struct lane_work *work);

#endif
