/* One API call from its bytes to its reply, and the API that serves it. A dialect finds the operation, authenticates and
 * reads; dispatch.c binds, authorises and runs; the dialect writes.
 *
 * A call is prepared and rendered on a thread of the HTTP server. Between the two a writing call is in the hands of the
 * store and of the job runner, which only set its outcome and hand it back. */
#ifndef API_CALL_H
#define API_CALL_H

#include "api/operation.h"
#include "api/request.h"
#include "base/random.h"
#include "base/tree.h"
#include "core/core.h"
#include "core/policy.h"

struct api;
struct call;
struct call_fault;
struct dialect;
struct delays;
struct fault_cache;
struct journal;
struct newcomer;
struct nonce_memory;
struct rights;

/* What a cloud's policies are written in, and how a call looks to them. */
struct dialect_rights {
	const char *realm; /* whose accounts' */
	const struct policy_language *language;
	size_t n_values; /* keys of the language */
	/* One for each key of the language; memory of the call's work arena. */
	void (*read_values)(struct call *call, struct policy_value *values);
	/* The name of a resource of the call's account; region and id "*" stand for all. `kind` "": those of all kinds. */
	const char *(*name)(struct call *call, const char *region, const char *kind, const char *id);
};

/* That of the accounts of a realm; NULL: its users and roles may do nothing. */
const struct dialect_rights *dialect_rights_of(const struct dialect *const *dialects, const char *realm);

/* Why a call was refused as NOT_AUTHORISED. */
struct denial {
	const char *action;
	const char *resource;
	bool explicitly;  /* a statement denies it; otherwise none allows it */
	bool by_session;  /* the policy that was given to the role's session; otherwise those of the user or role */
};

struct fault {
	int http;
	const char *code;
	const char *message;
};

struct body_limit {
	size_t max;   /* bytes */
	bool trusted; /* it comes with a proof of who sends it */
};

struct dialect {
	const char *name;
	const struct operation *const *operations; /* ends with NULL */
	const struct error_row *errors;            /* the words where an operation has none; ends with REFUSE_NONE */
	const struct error_row *faults;            /* rows that only a fault answers; NULL: its calls meet no faults */
	const struct dialect_rights *rights; /* NULL: it is for no accounts */
	/* NULL, or: words of a product for a reason; between those of the operation and `errors`. NULL if it has none. */
	const struct error_row *(*words)(const struct call *call, enum refusal_reason reason);
	const struct field *common; /* parameters of every operation that the dialect reads; may be NULL */
	bool json;                  /* its bodies are JSON, whatever their type says */
	bool own;                   /* no cloud's API but Cleat's: the journal shows its calls only when asked to */
	bool (*claims)(const struct request *request);
	/* Finds the operation, authenticates, reads the input tree and says who calls. False after call_refuse(). */
	bool (*receive)(struct call *call);
	/* NULL, or: at the begin of each run of an operation in a transaction, finds what the caller named of its place. False
	 * after call_refuse(). */
	bool (*place)(struct call *call);
	void (*write_done)(struct call *call);
	void (*write_fault)(struct call *call, const struct fault *fault);
	/* NULL, or changes what holds for the body of any request, of which only target and headers have come (the path has its
	 * query yet). */
	void (*body_limit)(const struct api *api, const struct request *head, struct body_limit *limit);
};

struct api_settings {
	size_t max_params;
	size_t max_body;
	size_t max_fleet_bytes; /* of a fleet file */
	const char *version; /* of Cleat */
	const char *data_directory;
	const char *metadata_instance; /* whose metadata is served where none is named; NULL: the oldest */
	const char *metadata_role;     /* of every instance */
	char metadata_secret[33];      /* of this run of the server: seals its tokens */
	bool https; /* the port speaks it as well */
	bool own_accounts; /* keys get accounts of their own by their first call, while there are less than: */
	int64_t max_accounts;
};

struct api {
	struct core *core;
	struct key_cache *keys;
	struct nonce_memory *nonces;
	struct fault_cache *faults;
	struct delays *delays;
	struct journal *journal; /* NULL: off */
	const struct dialect *const *dialects; /* ends with NULL; the first that claims a request serves it */
	const char *control_token;
	/* The certificate that clients have to trust (PEM, from malloc), made if there is none; NULL with a message. */
	char *(*authority)(void *context, char *error, size_t error_size);
	void *authority_context;
	struct api_settings settings;
	bool backup_running; /* atomic */
};

struct call {
	struct api *api;
	struct request request;
	struct arena arena;      /* until the reply is sent */
	struct arena work_arena; /* of the transaction, reset before each of its runs */
	const struct dialect *dialect;
	const struct operation *operation;
	const void *of_dialect; /* what the dialect found out in receive, for its own later use */
	enum edition edition; /* of the API, that the client speaks */
	bool rights_first; /* its permission is asked for before what is wrong with its parameters is told */
	const char *action; /* as asked for, for the log; may name nothing */
	char request_id[UUID_SIZE];
	struct caller caller;
	struct rights *rights; /* of its key, held until the call ends; NULL: it may do everything in its account */
	const struct denial *denial; /* with REFUSE_NOT_AUTHORISED */
	struct tree *input;
	bool xml;
	bool repeated; /* a client token was known: `out` is what it got before */
	void *in;
	void *out;
	struct newcomer *newcomer; /* it is verified, and its key gets an account first (api/newcomer.h); NULL: no */
	struct call_fault *fault; /* that it met or waits for (api/fault.h); NULL: none */
	const struct token *token; /* that it came with; NULL: it is signed */
	bool begun; /* it is past its fault */
	int64_t now; /* cloud time of the call */
	struct work work;
	struct refusal refusal;
	struct reply reply;
	int64_t began_us;
	/* Set by run: called after the commit instead of handing the call back; it ends with call_resume(). */
	void (*then)(struct call *call);
	void (*resume)(void *context);
	void *resume_context;
};

/* The request cannot be taken as it is (its length, its headers): a call that is only rendered. `limit` is the one that
 * was reached, copied; NULL if there is none to name. */
void call_reject(struct call *call, enum refusal_reason reason, const char *limit);

enum call_next { CALL_RENDER, CALL_SUBMIT };

/* What holds for the body of a request of which target and headers have come. */
struct body_limit call_body_limit(const struct api *api, const char *target, const struct header *headers,
                                  size_t n_headers);

/* The request's texts must outlive the call. */
struct call *call_create(struct api *api, const struct request *request);
void call_destroy(struct call *call);

/* Everything up to and including reading operations. CALL_SUBMIT: it writes, blocks or meets a fault, hand it to
 * call_submit. */
enum call_next call_prepare(struct call *call);

/* After each resume: what is to be done now. CALL_SUBMIT may come once more. */
enum call_next call_continue(struct call *call);

/* Runs the call elsewhere; `resume` is called once, on another thread or this one, when it may be rendered. */
void call_submit(struct call *call, void (*resume)(void *context), void *context);

/* For OPERATION_WAIT: runs the operation now. */
void call_run(struct call *call);

/* Hands a submitted call back to whoever waits for it. */
void call_resume(struct call *call);

/* Fills call->reply, writes the log line and keeps the call in the journal. */
void call_render(struct call *call);

/* Once it is rendered: a fault wants that nothing of the reply is sent and the connection is closed. */
bool call_is_lost(const struct call *call);

/* The fault that the call met, or NULL. */
const struct fault_rule *call_fault(const struct call *call);

/* What the store says becomes a refusal, unless it is STORE_DONE. */
void call_take_outcome(struct call *call, enum store_outcome outcome);

/* Records a refusal and returns false. */
bool call_refuse(struct call *call, enum refusal_reason reason, const char *subject);
bool call_refuse_detail(struct call *call, enum refusal_reason reason, const char *subject, const char *detail);

/* For run functions: a verb's answer; takes over its refusal where it refused. */
bool call_verb(struct call *call, bool verb);

/* For run functions: memory that lives until the reply is rendered and starts anew with each run. */
struct arena *call_work_arena(struct call *call);

/* For run functions that call the store themselves: records a refusal for every outcome but DONE; what refused inside
 * the transaction is in call->refusal already. */
void call_take_outcome(struct call *call, enum store_outcome outcome);

/* Text with "%s" filled in by the first and second argument; NULL is "". */
const char *fault_text(struct arena *arena, const char *format, const char *first, const char *second);

#endif
