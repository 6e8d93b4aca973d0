/* An operation of an API as a row: what it takes, what it gives, what it may refuse and with which words, who may call
 * it, and the function that calls one verb of the core. Everything else about a request (signature, format, paging of
 * bytes, transactions) happens around it, in api/dispatch.c and the dialect. */
#ifndef API_OPERATION_H
#define API_OPERATION_H

#include "api/shape.h"
#include "contract/refusal.h"

struct call;

/* The words for a reason. "%s" in code and message stands for the subject (a parameter's name, an id); where there is a
 * second one in the message it is the detail. */
struct error_row {
	enum refusal_reason reason;
	int http;
	const char *code;
	const char *message;
	const char *source; /* page or rule it was taken from, for the reference; NULL: the vendor's page of the operation */
};

enum operation_mode {
	OPERATION_READ,  /* runs on one snapshot, at once */
	OPERATION_WRITE, /* runs inside one transaction; the reply leaves after the commit */
	OPERATION_PLAIN, /* needs no store */
	OPERATION_SLOW,  /* blocks: runs on a thread of its own */
	OPERATION_WAIT,  /* needs no store, and may wait: `wait` is called instead of `run` */
};

struct operation {
	const char *product; /* "ecs" */
	const char *version; /* "2014-05-26" */
	const char *name;    /* "DetachDisk"; for paths "POST /_cleat/keys", where {x} is a text named x */
	enum operation_mode mode;
	/* Dialects that find operations by path: "DELETE", "/v1/{project_id}/jobs/{job_id}"; {x} is a text named x. Several
	 * may share both: ".../action#os-start" is meant when the body has a member os-start. */
	const char *method;
	const char *path;
	const char *also; /* a second path to the same, of another version; NULL: none */
	int success; /* status of a reply that did it; 0: 200 */
	bool open;   /* for those who have not said who they are as well */
	const char *permission; /* "ecs:DetachDisk" */
	/* What the permission is asked on: "disk/{DiskId|DiskIds},snapshot/{SnapshotId?}", "instance/{os-start.servers.id}". In
	 * braces the values of a parameter, which may stand inside others, or of several, each of them; absent it is '*', with '?' nothing. "{Name/}" is what stands behind the last '/' of a value.
	 * Every one must be allowed. */
	const char *resource;
	bool open_to_all; /* whoever has a key may call it, whatever the permission says */
	struct shape in, out;
	bool own_body;  /* the body is no parameters: run reads it itself */
	bool own_reply; /* run writes the body of the reply itself */
	const struct error_row *errors; /* rows of this operation, ends with REFUSE_NONE; they win over the dialect's */
	const struct error_row *common; /* rows that it shares with its like, after its own; NULL: none */
	const struct error_row *faults; /* rows of it that only a fault answers, all REFUSE_FAULT; may be NULL */
	bool opens_jobs; /* it may set work going that goes on after its reply */
	/* Calls one verb of the core and fills `out` (zeroed). May run twice (contract/store.h). Returns false after
	 * call_refuse() or a verb that refused. */
	bool (*run)(struct call *call, const void *in, void *out);
	/* OPERATION_WAIT: sees to it that call_run() and call_resume() are called in their time, on any thread. */
	void (*wait)(struct call *call);
	bool unrecorded; /* the journal does not keep it: looking leaves no trace */
	const char *doc;
};

/* The row for a reason among `rows` (ends with REFUSE_NONE), or NULL. */
const struct error_row *error_row_find(const struct error_row *rows, enum refusal_reason reason);

#endif
