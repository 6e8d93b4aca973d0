/* Tables of the members that the objects of a fleet file have. Only for api/control/fleet_*.c. */
#ifndef API_CONTROL_FLEET_MEMBER_H
#define API_CONTROL_FLEET_MEMBER_H

#include "core/fleet.h"
#include "core/fleet_set.h"

enum member_type {
	MEMBER_TEXT,   /* const char * */
	MEMBER_BOOL,   /* bool */
	MEMBER_INT,    /* int64_t */
	MEMBER_MOMENT, /* int64_t: "2026-11-21T00:27:43.125Z" */
	MEMBER_WORD,   /* an enum: one of `names` */
	MEMBER_WORDS,  /* const char *: a list of texts, kept comma separated */
	MEMBER_TAGS,   /* struct fleet_list of struct fleet_tag: {"key": "value"} */
	MEMBER_OBJECT, /* members of the same struct, one level deeper in the file */
	MEMBER_DOCUMENTS, /* const char *: a list of JSON objects, kept as its text without blanks; "[]" is as not given */
	MEMBER_LIST,   /* struct fleet_list */
};

enum member_flags {
	MEMBER_REQUIRED = 1,
	MEMBER_ALWAYS = 2,   /* written also where it is empty, false or 0 */
	MEMBER_TRUE = 4,     /* a boolean that is true if it is not given */
	MEMBER_INVERTED = 8, /* a boolean that is kept the other way round; null is false */
	MEMBER_SECRET = 16,  /* written only on demand */
	MEMBER_SETTABLE = 32, /* may be changed by itself, also while work is under way */
};

struct members;

struct member {
	const char *name;
	enum member_type type;
	size_t offset;
	unsigned flags;
	/* Of numbers; the length in characters of texts; how many documents, or items of MEMBER_WORDS. 0, 0: any number, up to
	 * 1024 characters, 16 items. */
	int64_t min, max;
	const char *const *names; /* MEMBER_WORD: of the enum's values */
	const char *const *only;  /* the texts or words that are taken, ends with NULL; NULL: all */
	const char *otherwise;    /* what a text or word is if it is not given */
	uint64_t given;           /* what is noted in the item's mask if it is given */
	const struct members *of; /* MEMBER_OBJECT, MEMBER_LIST */
};

struct members {
	size_t size;               /* of an item; it begins with its mask of enum fleet_given */
	const struct member *rows; /* ends with a NULL name */
};

/* The document as a whole. */
struct fleet_document {
	uint64_t given;
	int64_t version;
	struct fleet_list catalogue[FLEET_SECTION_MAX];
	struct fleet_list all[FLEET_SECTION_MAX];
	struct fleet_list accounts;
};

#define FLEET_GIVEN_CATALOGUE ((uint64_t)1 << 32)

extern const struct members fleet_document_members;
extern const struct members *const fleet_thing_members[FLEET_KIND_MAX];

#endif
