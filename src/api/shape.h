/* Tables that describe a C struct once: binding fills it from what a client sent, writing turns it into XML or JSON, and
 * the reference pages are printed from it. A shape knows wire names, types and limits; it decides nothing.
 *
 * Input members know three states: absent, empty and given. For texts these are NULL, "" and the rest; the other types
 * carry `is`. Output members are plain. A macro row whose C type does not fit its member does not compile. */
#ifndef API_SHAPE_H
#define API_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum presence { ABSENT, EMPTY, GIVEN };

struct opt_bool {
	enum presence is;
	bool value;
};

struct opt_int {
	enum presence is;
	int64_t value;
};

struct texts {
	const char **items;
	size_t n;
};

struct opt_texts {
	enum presence is; /* "[]" is GIVEN with n 0 */
	const char **items;
	size_t n;
};

/* Members whose names the sender chooses: {"a": "b"}. */
struct text_pair {
	const char *name;
	const char *value;
};

struct pairs {
	enum presence is;
	struct text_pair *items;
	size_t n;
};

/* A list of structs below a name that is chosen at run time: {"a": [...]}. */
struct named_items {
	const char *name; /* NULL: an empty object */
	void *items;
	size_t n;
};

struct numbers {
	int64_t *items;
	size_t n;
};

/* A list of structs; each list field names the shape of an item. */
struct items {
	void *items;
	size_t n;
};

enum field_type {
	FIELD_TEXT,       /* const char * */
	FIELD_TIME,       /* const char *: input checked as a moment */
	FIELD_OPT_BOOL,   /* struct opt_bool, input */
	FIELD_OPT_INT,    /* struct opt_int, input */
	FIELD_BOOL,       /* bool, output */
	FIELD_INT,        /* int64_t, output */
	FIELD_DECIMAL,    /* double, output */
	FIELD_TEXTS,      /* struct texts: X.1, X.2 or a JSON list */
	FIELD_INTS,       /* struct numbers, output */
	FIELD_JSON_TEXTS, /* struct opt_texts, input: a JSON list of texts inside one text */
	FIELD_ITEMS,      /* struct items: X.1.Field, or a JSON list of objects */
	FIELD_OBJECT,     /* a struct inside: X.Field */
	FIELD_NAMED_ITEMS, /* struct named_items, output: an object with one member, a list */
	FIELD_PAIRS,      /* struct pairs: an object of any members, each a text */
};

/* An API may come in two editions, versions that say the same in other words: the first wraps its lists ("Disks": {"Disk":
 * [...]}) and names parameters in the singular, the later one has plain lists. One table serves both. */
enum edition { EDITION_FIRST, EDITION_LATER };

enum field_flags {
	FIELD_REQUIRED = 1,     /* absent: PARAMETER_MISSING */
	FIELD_NOT_EMPTY = 2,    /* given but "": PARAMETER_EMPTY */
	FIELD_CLIENT_TOKEN = 4, /* the call is remembered under this text */
	FIELD_DRY_RUN = 8,      /* true: all checks, no change */
	FIELD_OMIT_EMPTY = 16,  /* output: a text that is NULL or "", a decimal that is NAN, or an object of which nothing is
	                           set, is left out */
	FIELD_ACCEPTED = 32,    /* accepted and without effect; said so in the reference */
	FIELD_SECRET = 64,      /* input: no list of calls shows its value */
	FIELD_ONE = 256,        /* list of texts, input: a plain value is a list of one */
	FIELD_EXACT = 128,      /* list of texts, input: numbered without a gap, none of them empty, none twice; not none
	                           at all where it is required */
	FIELD_NULL = 512,       /* output: what is NULL or absent is null */
	FIELD_HEADER = 1024,    /* a text in the header of its name, not in the body */
	FIELD_QUERY = 2048,     /* in the query of a request that has a body as well, for the reference */
};

struct error_row;
struct shape;

struct field {
	const char *name;
	enum field_type type;
	size_t offset;
	unsigned flags;
	int64_t min, max;         /* length in characters of a text, value of a number, items of a list; 0, 0: the default */
	const char *const *values; /* the only texts allowed, ends with NULL */
	const struct shape *of;   /* FIELD_ITEMS, FIELD_OBJECT */
	const char *item;         /* lists: name of an item. NULL in output: a plain JSON list */
	const struct error_row *bad; /* the refusal for a value that does not fit; NULL: the dialect's PARAMETER_INVALID */
	const char *also;         /* input: another spelling that is accepted */
	const char *later;        /* its name in the later edition, where that is another. FIELD_ABSENT here or as the
	                             name: it is not there in that edition */
	const char *doc;          /* a sentence for the reference page */
};

struct shape {
	size_t size;
	const struct field *fields; /* ends with a NULL name */
};

#define FIELD_AT(T, m, ctype) (offsetof(T, m) + 0 * sizeof(_Generic(&((T *)0)->m, ctype *: 1)))

#define TEXT(T, m, wire, ...)       { .name = wire, .type = FIELD_TEXT, .offset = FIELD_AT(T, m, const char *), __VA_ARGS__ }
#define TIME(T, m, wire, ...)       { .name = wire, .type = FIELD_TIME, .offset = FIELD_AT(T, m, const char *), __VA_ARGS__ }
#define OPT_BOOL(T, m, wire, ...)   { .name = wire, .type = FIELD_OPT_BOOL, .offset = FIELD_AT(T, m, struct opt_bool), __VA_ARGS__ }
#define OPT_INT(T, m, wire, ...)    { .name = wire, .type = FIELD_OPT_INT, .offset = FIELD_AT(T, m, struct opt_int), __VA_ARGS__ }
#define BOOL(T, m, wire, ...)       { .name = wire, .type = FIELD_BOOL, .offset = FIELD_AT(T, m, bool), __VA_ARGS__ }
#define INT(T, m, wire, ...)        { .name = wire, .type = FIELD_INT, .offset = FIELD_AT(T, m, int64_t), __VA_ARGS__ }
#define DECIMAL(T, m, wire, ...)    { .name = wire, .type = FIELD_DECIMAL, .offset = FIELD_AT(T, m, double), __VA_ARGS__ }
#define TEXTS(T, m, wire, ...)      { .name = wire, .type = FIELD_TEXTS, .offset = FIELD_AT(T, m, struct texts), __VA_ARGS__ }
#define INTS(T, m, wire, ...)       { .name = wire, .type = FIELD_INTS, .offset = FIELD_AT(T, m, struct numbers), __VA_ARGS__ }
#define JSON_TEXTS(T, m, wire, ...) { .name = wire, .type = FIELD_JSON_TEXTS, .offset = FIELD_AT(T, m, struct opt_texts), __VA_ARGS__ }
#define ITEMS(T, m, wire, ...)      { .name = wire, .type = FIELD_ITEMS, .offset = FIELD_AT(T, m, struct items), __VA_ARGS__ }
#define OBJECT(T, m, wire, ...)     { .name = wire, .type = FIELD_OBJECT, .offset = offsetof(T, m), __VA_ARGS__ }
#define NAMED_ITEMS(T, m, wire, ...) { .name = wire, .type = FIELD_NAMED_ITEMS, .offset = FIELD_AT(T, m, struct named_items), __VA_ARGS__ }
#define PAIRS(T, m, wire, ...)      { .name = wire, .type = FIELD_PAIRS, .offset = FIELD_AT(T, m, struct pairs), __VA_ARGS__ }
#define FIELDS_END                  { .name = NULL }

#define FIELD_ABSENT ""

/* What the field is called in an edition; NULL: it is not there. */
const char *field_name(const struct field *field, enum edition edition);

/* Limits that hold where a field names none; printed on the limits page. */
#define FIELD_TEXT_MAX  1024  /* characters of a text */
#define FIELD_ITEMS_MAX 100   /* items of a list */
#define TREE_DEPTH_MAX  8     /* nesting of a parameter name or a JSON document */

#endif
