/* Holds calls back for a length of real time without a thread for each. It knows nothing of calls: what is due is handed
 * on, and once it is stopped everything is due. */
#ifndef API_DELAY_H
#define API_DELAY_H

#include <stdint.h>

struct delays;

/* Its thread starts with the first delay. */
struct delays *delays_create(void);

/* Whoever still waits must have been handed on: after delays_stop. */
void delays_destroy(struct delays *delays);

/* `resume` is called once, after so many milliseconds, on the thread of this module or (stopped, or no thread to be had) on
 * this one. It only hands on. */
void delays_add(struct delays *delays, int64_t milliseconds, void (*resume)(void *context), void *context);

/* Hands on all that wait, and from now on everything at once. */
void delays_stop(struct delays *delays);

#endif
