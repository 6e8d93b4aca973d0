/* What EVS and Cinder do alike with one snapshot: their input, what they answer, and what they run. Their paths, limits and words
 * of refusal are their own. */
#ifndef API_HUAWEI_SNAPSHOT_CALLS_H
#define API_HUAWEI_SNAPSHOT_CALLS_H

#include "api/huawei/snapshot.h"

struct snapshot_in {
	const char *project, *snapshot;
};
extern const struct field snapshot_in_fields[];

struct snapshot_out {
	struct snapshot_item snapshot;
};
extern const struct field snapshot_out_fields[];

struct snapshot_new {
	const char *volume, *name, *description;
	struct opt_bool force;
	struct pairs metadata;
};

struct snapshot_create_in {
	const char *project;
	struct snapshot_new snapshot;
};

struct snapshot_change {
	const char *name, *description;
};

struct snapshot_update_in {
	const char *project, *snapshot;
	struct snapshot_change to;
};

/* `run` of operations with these inputs (struct operation); all but the last answer with snapshot_out. */
bool snapshot_create_run(struct call *call, const void *in, void *out);
bool snapshot_show_run(struct call *call, const void *in, void *out);
bool snapshot_update_run(struct call *call, const void *in, void *out);
bool snapshot_delete_run(struct call *call, const void *in, void *out); /* in: snapshot_in; out: rest_nothing */

#endif
