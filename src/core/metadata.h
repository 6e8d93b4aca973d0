/* What clients write onto disks and snapshots for themselves: names and values that mean nothing here, kept as one JSON object
 * of texts ("" for none). Not tags, which things are found by, nor what a service shows beside them. */
#ifndef CORE_METADATA_H
#define CORE_METADATA_H

#include "core/core.h"

#define METADATA_PAIRS_MAX 32
#define METADATA_TEXT_MAX  255 /* characters of a name or value (Cinder: "Metadata property key greater than 255 characters") */

/* The pairs in the arena, of which only key and value are filled in; how many. What is no such object has none. */
size_t metadata_read(struct arena *arena, const char *text, struct tag **ret);

/* Whether a thing may have these: not too many, none without a name, none too long. */
bool metadata_fits(const struct tag *pairs, size_t n);

/* As it is kept. */
const char *metadata_text(struct arena *arena, const struct tag *pairs, size_t n);

/* Whether it reads as an object of texts that fits; "" does. */
bool metadata_well_formed(struct arena *arena, const char *text);

/* Of a fleet file. */
#define METADATA_WRONG "this must be the JSON of an object of at most %d texts, names and values of at most %d characters"

struct metadata_change {
	const char *id;
	const struct tag *pairs; /* are set; of names that are there the value is another then */
	size_t n_pairs;
	bool replace;        /* what is there goes first */
	const char *without; /* NULL, or the name of the one that goes */
};

/* Of the caller's disk or snapshot, which must be there and not deleted or made at the moment (disk). Refuses DISK_UNKNOWN,
 * SNAPSHOT_UNKNOWN, DISK_STATE, METADATA_UNKNOWN, METADATA_LIMIT. */
bool disk_metadata_change(struct work *work, const struct metadata_change *change);
bool snapshot_metadata_change(struct work *work, const struct metadata_change *change);

#endif
