#include "base/moment.h"

#include <string.h>
#include <time.h>

static int64_t clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t moment_now(void)
{
	return clock_us(CLOCK_REALTIME) / 1000;
}

int64_t moment_monotonic(void)
{
	return clock_us(CLOCK_MONOTONIC) / 1000;
}

int64_t moment_monotonic_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

/* ---- dates ----
 * Each reply prints several moments and each request brings one. The C library's functions look at the time zone of the
 * machine for it, under a lock; these know the Gregorian calendar in UTC and nothing else. A year is counted from March
 * here, so that the day a leap year adds is its last. */

#define DAYS_OF_400_YEARS 146097
#define DAYS_TO_1970      719468 /* from 1 March of the year 0 */

struct date {
	int64_t year;
	int month, day;
};

static int64_t floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t days_of(struct date date)
{
	int64_t year = date.month <= 2 ? date.year - 1 : date.year;
	int64_t era = floor_divide(year, 400);
	int64_t in_era = year - era * 400;
	int64_t in_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;

	return era * DAYS_OF_400_YEARS + in_era * 365 + in_era / 4 - in_era / 100 + in_year - DAYS_TO_1970;
}

static struct date date_of(int64_t days)
{
	int64_t from_zero = days + DAYS_TO_1970;
	int64_t era = floor_divide(from_zero, DAYS_OF_400_YEARS);
	int64_t in_era = from_zero - era * DAYS_OF_400_YEARS;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / (DAYS_OF_400_YEARS - 1)) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int month = (int)((5 * in_year + 2) / 153);
	struct date date = {
		.year = year + era * 400,
		.month = month < 10 ? month + 3 : month - 9,
		.day = (int)(in_year - (153 * month + 2) / 5) + 1,
	};

	date.year += date.month <= 2;
	return date;
}

/* ---- printing ---- */

enum precision { MINUTES, SECONDS, MILLIS };

/* At least `width` digits; returns behind them. */
static char *print_number(char *at, int64_t number, int width)
{
	char digits[24];
	int n = 0;

	for (; number || n < width; number /= 10)
		digits[n++] = (char)('0' + number % 10);
	while (n)
		*at++ = digits[--n];
	return at;
}

static char *print_after(char *at, char separator, int64_t number, int width)
{
	*at++ = separator;
	return print_number(at, number, width);
}

static void moment_print(char ret[MOMENT_TEXT_SIZE], int64_t moment, enum precision precision)
{
	int64_t seconds = floor_divide(moment, SECOND);
	int64_t days = floor_divide(seconds, DAY / SECOND);
	int64_t of_day = seconds - days * (DAY / SECOND);
	struct date date = date_of(days);
	char *at = ret;

	if (date.year < 0) {
		*at++ = '-';
		date.year = -date.year;
	}
	at = print_number(at, date.year, 4);
	at = print_after(at, '-', date.month, 2);
	at = print_after(at, '-', date.day, 2);
	at = print_after(at, 'T', of_day / 3600, 2);
	at = print_after(at, ':', of_day / 60 % 60, 2);
	if (precision >= SECONDS)
		at = print_after(at, ':', of_day % 60, 2);
	if (precision >= MILLIS)
		at = print_after(at, '.', moment - seconds * SECOND, 3);
	*at++ = 'Z';
	*at = '\0';
}

static char *moment_text(struct arena *arena, int64_t moment, enum precision precision)
{
	char text[MOMENT_TEXT_SIZE] = "";

	if (moment)
		moment_print(text, moment, precision);
	return arena_text(arena, text);
}

char *moment_seconds_text(struct arena *arena, int64_t moment)
{
	return moment_text(arena, moment, SECONDS);
}

char *moment_minutes_text(struct arena *arena, int64_t moment)
{
	return moment_text(arena, moment, MINUTES);
}

char *moment_millis_text(struct arena *arena, int64_t moment)
{
	return moment_text(arena, moment, MILLIS);
}

void moment_millis_print(char ret[MOMENT_TEXT_SIZE], int64_t moment)
{
	moment_print(ret, moment, MILLIS);
}

/* ---- reading ---- */

static bool is_shape(const char *text, const char *shape)
{
	for (; *shape; text++, shape++) {
		bool digit = *text >= '0' && *text <= '9';

		if (*shape == '0' ? !digit : *text != *shape)
			return false;
	}
	return !*text;
}

static int two_digits(const char *text)
{
	return (text[0] - '0') * 10 + text[1] - '0';
}

bool moment_parse(const char *text, int64_t *ret)
{
	bool seconds = text && is_shape(text, "0000-00-00T00:00:00Z");
	struct date date;
	struct date same;
	int64_t days;
	int hour;
	int minute;
	int second;

	if (!seconds && (!text || !is_shape(text, "0000-00-00T00:00Z")))
		return false;
	date = (struct date){ two_digits(text) * 100 + two_digits(text + 2), two_digits(text + 5), two_digits(text + 8) };
	hour = two_digits(text + 11);
	minute = two_digits(text + 14);
	second = seconds ? two_digits(text + 17) : 0;
	if (date.month < 1 || date.month > 12 || hour > 23 || minute > 59 || second > 59)
		return false;
	days = days_of(date);
	same = date_of(days);
	/* 30 February is a day of March: such a date was none. */
	if (same.month != date.month || same.day != date.day)
		return false;
	*ret = days * DAY + ((hour * 60 + minute) * 60 + second) * SECOND;
	return true;
}

bool moment_parse_millis(const char *text, int64_t *ret)
{
	char seconds[] = "0000-00-00T00:00:00Z";
	size_t length = sizeof seconds - 2; /* up to the Z */
	int64_t moment;

	if (!text || !is_shape(text, "0000-00-00T00:00:00.000Z"))
		return moment_parse(text, ret);
	memcpy(seconds, text, length);
	if (!moment_parse(seconds, &moment))
		return false;
	*ret = moment + (text[length + 1] - '0') * 100 + two_digits(text + length + 2);
	return true;
}
