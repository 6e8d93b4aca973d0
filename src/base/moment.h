/* Moments in time as milliseconds since 1970 UTC, and the texts the clouds write them as.
 * Reading the machine's clock is here too; which clock an object lives by is decided in core/clock.h. */
#ifndef BASE_MOMENT_H
#define BASE_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define SECOND ((int64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* Wall clock and monotonic clock of this machine, in milliseconds; the third in microseconds. */
int64_t moment_now(void);
int64_t moment_monotonic(void);
int64_t moment_monotonic_us(void);

/* "2026-11-21T00:27:43Z", "2026-11-21T00:27Z" and "2026-11-21T00:27:43.125Z"; "" for 0, which means never. */
char *moment_seconds_text(struct arena *arena, int64_t moment);
char *moment_minutes_text(struct arena *arena, int64_t moment);
char *moment_millis_text(struct arena *arena, int64_t moment);

/* The last one without an arena, and without "never". */
#define MOMENT_TEXT_SIZE 48
void moment_millis_print(char ret[MOMENT_TEXT_SIZE], int64_t moment);

/* Accepts exactly the forms with seconds or with minutes above; the second also that with milliseconds. */
bool moment_parse(const char *text, int64_t *ret);
bool moment_parse_millis(const char *text, int64_t *ret);

#endif
