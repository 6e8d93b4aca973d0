/* The RPC dialect of Alibaba Cloud: parameters in query, form or both; XML or JSON; wrappers around lists; its error
 * bodies. The operations are rows of their own (ecs_*.c). */
#ifndef API_ALIYUN_RPC_H
#define API_ALIYUN_RPC_H

#include "api/aliyun/sign_v1.h"
#include "api/call.h"
#include "base/writer.h"

extern const struct dialect dialect_aliyun;

/* What a request brought, before anybody believed it. */
struct rpc {
	struct sign_parameter *query; /* decoded, as sent */
	size_t n_query;
	struct sign_parameter *all; /* query, then form: the last of a name wins */
	size_t n_all;
	bool v3; /* signed in headers */
	const char *version;
};

/* The parameter of that name, the last one where there are several; NULL if absent. */
const char *rpc_parameter(const struct rpc *rpc, const char *name);

/* Checks the signature and fills call->caller. In the order of the vendor's gateway: what is missing, key, time, nonce,
 * signature, security token (aliyun: "API error center", common errors). */
bool rpc_authenticate(struct call *call, const struct rpc *rpc);

extern const struct dialect_rights rpc_rights;

/* "AccessDeniedDetail" of a call that was refused as NOT_AUTHORISED. */
void rpc_write_denial(struct call *call, struct writer *writer);

/* Rows that many operations share. */
#define ROW_INTERNAL { REFUSE_INTERNAL, 500, "InternalError", "The request processing has failed due to some unknown error, exception or failure.", NULL }
/* What the pages of many operations have beside the dialect's ROW_INTERNAL; nothing but a fault answers it. */
#define ROW_FAULT_INTERNAL { REFUSE_FAULT, 500, "InternalError", "The request processing has failed due to some unknown error.", NULL }
extern const struct error_row rpc_fault_internal[];
#define ROW_REGION_MALFORMED { REFUSE_REGION_UNKNOWN, 400, "InvalidRegionId.MalFormed", "The specified RegionId is not valid.", NULL }
#define ROW_REGION_NOT_FOUND { REFUSE_REGION_UNKNOWN, 404, "InvalidRegionId.NotFound", "The specified RegionId does not exist.", NULL }
#define ROW_REGION_MALFORMED_BARE { REFUSE_REGION_UNKNOWN, 400, "InvalidRegionId.MalFormed", "The specified RegionId is not valid", NULL }
#define ROW_INSTANCE_NOT_FOUND { REFUSE_INSTANCE_UNKNOWN, 404, "InvalidInstanceId.NotFound", "The specified InstanceId does not exist.", NULL }
#define ROW_DISK_NOT_FOUND { REFUSE_DISK_UNKNOWN, 404, "InvalidDiskId.NotFound", "The specified disk does not exist.", NULL }
#define ROW_NOT_WHITE_LISTED { REFUSE_NOT_IN_WHITE_LIST, 403, "UserNotInTheWhiteList", "The user is not in disk white list.", NULL }
#define ROW_EMPTY { REFUSE_PARAMETER_EMPTY, 400, "InvalidParameter", "The input parameter is mandatory for processing this request is empty.", NULL }
#define ROW_DRY_RUN { REFUSE_DRY_RUN_PASSED, 400, "DryRunOperation", "Request validation has been passed with DryRun flag set.", NULL }
#define ROW_TOKEN_MISMATCH { REFUSE_TOKEN_MISMATCH, 400, "IdempotentParameterMismatch", "The request is retried with updated parameters.", NULL }
#define ROWS_END { REFUSE_NONE, 0, NULL, NULL, NULL }

/* A resource tag in requests and replies. */
struct rpc_tag {
	const char *key;
	const char *value;
	struct opt_bool propagate; /* where a product has it */
};
extern const struct shape rpc_tag_in_shape;  /* Tag.N.Key, Tag.N.Value; lower case is accepted too */
extern const struct shape rpc_tag_out_shape; /* TagKey, TagValue, and Key, Value */
#define RPC_TAGS_MAX 20

struct tag;
/* Copies tags of a request into the model's; the caller of the verb adds resource and account. */
struct tag *rpc_tags(struct call *call, const struct items *items);
struct items rpc_tags_of(struct call *call, const char *resource);

/* Tags that are to be set: no key twice, and none that the vendor keeps for itself (CreateVpc page, Tag). */
bool rpc_tags_check(struct call *call, const struct items *items);
#define ROWS_TAGS                                                                                                     \
	{ REFUSE_TAG_DUPLICATE, 400, "Duplicate.TagKey", "The Tag.N.Key contain duplicate key.", NULL },              \
	{ REFUSE_TAG_KEY, 400, "InvalidTagKey.Malformed", "The specified Tag.n.Key is not valid.", NULL },            \
	{ REFUSE_TAG_VALUE, 400, "InvalidTagValue.Malformed", "The specified Tag.n.Value is not valid.", NULL }

/* For lists, which call no verb: false, refused, for a RegionId that is none of this server's. */
bool rpc_region_known(struct call *call);

/* Tag.N of a list operation: all must match. */
struct tag_filter *rpc_tag_filters(struct call *call, const struct items *items);

/* Filter.N.Key and Value, bound already: the keys are CreationStartTime and CreationEndTime, the values moments. */
struct rpc_filter {
	const char *key;
	const char *value;
};

/* The rows of the operation for a key and for a value that does not do. */
struct rpc_filter_rows {
	const struct error_row *key, *value;
};

/* False, refused: a key without a value, a value without a key, or a key that came before. A filter with neither says
 * nothing. What no filter names stays as it is. */
bool rpc_creation_times(struct call *call, const struct items *filters, const struct rpc_filter_rows *rows, int64_t *ret_from,
                        int64_t *ret_to);

/* Paging by number (PageNumber, PageSize) or by token (MaxResults, NextToken); with a token the numbers do not count
 * and no total is told. */
struct rpc_paging {
	struct opt_int page_number;
	struct opt_int page_size;
	struct opt_int max_results;
	const char *next_token;
};

#define RPC_PAGING_FIELDS(T, m)                                                       \
	OPT_INT(T, m.page_number, "PageNumber", .min = 1, .max = 1000000),            \
	OPT_INT(T, m.page_size, "PageSize", .min = 1, .max = 100, .doc = "Default 10."), \
	OPT_INT(T, m.max_results, "MaxResults", .doc = "Pages by NextToken; what is too small or too large is moved to " \
	                                               "the nearest size allowed."),      \
	TEXT(T, m.next_token, "NextToken")

struct rpc_pages {
	struct opt_int total, page_number, page_size;
	const char *next_token;
};

#define RPC_PAGES_FIELDS(T, m)                    \
	OPT_INT(T, m.total, "TotalCount"),        \
	OPT_INT(T, m.page_number, "PageNumber"),  \
	OPT_INT(T, m.page_size, "PageSize"),      \
	TEXT(T, m.next_token, "NextToken", .flags = FIELD_OMIT_EMPTY)

/* A list on its way: which rows to ask the store for. */
struct rpc_list {
	struct page page;
	int64_t number; /* of the page */
	bool by_token;  /* one row more than wanted is asked for, to know whether there is a next page */
};

/* False, refused: a token that was not ours. */
bool rpc_list_begin(struct call *call, const struct rpc_paging *paging, int64_t token_min, int64_t token_max,
                    struct rpc_list *ret);

/* By token: takes the row too many off *n and says whether there is a next page, behind row *n - 1. */
bool rpc_list_more(const struct rpc_list *list, size_t *n);

/* By number: whether the total has to be counted; a first page that is not full tells it by itself. */
bool rpc_list_needs_count(const struct rpc_list *list, size_t n);

/* By number: fills in the page and the total. */
void rpc_list_end(const struct rpc_list *list, int64_t total, struct rpc_pages *ret);

/* The token that continues behind a row. */
const char *rpc_next_token(struct call *call, int64_t created_at, const char *id);

#endif
