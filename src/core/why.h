/* Explains in sentences why a disk is as it is: what holds it, what works on it, what that waits for. Reads only. */
#ifndef CORE_WHY_H
#define CORE_WHY_H

#include "core/core.h"

#define WHY_SENTENCES_MAX 64

struct why {
	struct disk disk;
	struct attachment *live;
	size_t n_live;
	struct job *jobs; /* of the disk, newest first, ended ones too */
	size_t n_jobs;
	const char *sentences[WHY_SENTENCES_MAX];
	size_t n_sentences;
};

/* Any account's disk. Refuses an id that nobody has. */
bool disk_why(struct work *work, const char *disk, struct why *ret);

#endif
