/* Auto Scaling, 2014-08-28 and 2022-02-22: the list of its operations and the words they share. One row serves both editions:
 * what differs is in its tables (api/shape.h). Each operation is in a file of its kind (ess_*.c); ess_operations.def is the one
 * other place that names it. */
#ifndef API_ALIYUN_ESS_H
#define API_ALIYUN_ESS_H

#include "api/aliyun/product.h"
#include "api/aliyun/rpc.h"
#include "core/scaling.h"

#define ESS_VERSION       "2014-08-28"
#define ESS_VERSION_LATER "2022-02-22"

extern const struct product product_ess, product_ess_later;

#define ESS_NAME_MIN         2
#define ESS_NAME_MAX         64
#define ESS_CLIENT_TOKEN_MAX 64

/* Names: letters, digits and Chinese first, then also - _ and . (CreateScalingGroup page, ScalingGroupName). Absent ones pass.
 * False, refused as InvalidParameter with that name. */
bool ess_name_check(struct call *call, const char *name, const char *parameter);

/* ---- rows that operations share ---- */

#define ESS_ROW_REGION { REFUSE_REGION_UNKNOWN, 404, "InvalidRegionId.NotFound", "The specified region does not exist.", NULL }
#define ESS_ROW_EMPTY { REFUSE_PARAMETER_EMPTY, 400, "InvalidParameter", "The specified value of parameter %s is not valid.", NULL }
#define ESS_ROW_GROUP_UNKNOWN \
	{ REFUSE_SCALING_GROUP_UNKNOWN, 404, "InvalidScalingGroupId.NotFound", "The specified scaling group does not exist.", NULL }
#define ESS_ROW_GROUP_STATE                                                       \
	{ REFUSE_SCALING_GROUP_STATE, 400, "IncorrectScalingGroupStatus",         \
	  "The current status of the specified scaling group does not support this action.", NULL }
#define ESS_ROW_ACTIVITY_RUNS                                                                                         \
	{ REFUSE_SCALING_ACTIVITY_RUNS, 400, "ScalingActivityInProgress",                                             \
	  "You cannot delete a scaling group or launch a new scaling activity while there is a scaling activity in "  \
	  "progress for the specified scaling group.", NULL }
#define ESS_ROW_INSTANCE_UNKNOWN(reason) \
	{ reason, 404, "InvalidInstanceId.NotFound", "Instance “%s” does not exist.", NULL }
#define ESS_ROWS_SIZES                                                                                                \
	{ REFUSE_SCALING_GROUP_SIZES, 400, "InvalidParameter.Conflict",                                               \
	  "The value of parameter MinSize and parameter MaxSize are conflict.", NULL },                               \
	{ REFUSE_SCALING_DESIRED_BELOW, 400, "InvalidParameter.Conflict",                                             \
	  "The value of parameter DesiredCapacity and parameter MinSize are conflict.", NULL },                       \
	{ REFUSE_SCALING_DESIRED_ABOVE, 400, "InvalidParameter.Conflict",                                             \
	  "The value of parameter DesiredCapacity and parameter MaxSize are conflict.", NULL }
#define ESS_ROWS_OUTSIDE                                                                                              \
	{ REFUSE_BALANCER_STATE, 400, "IncorrectLoadBalancerStatus",                                                  \
	  "The current status of the specified load balancer does not support this action.", NULL },                  \
	{ REFUSE_DB_STATE, 400, "IncorrectDBInstanceStatus",                                                          \
	  "The current status of DB instance “%s” does not support this action.", NULL }
#define ESS_ROWS_ATTACH(max_text)                                                                                     \
	ESS_ROW_INSTANCE_UNKNOWN(REFUSE_INSTANCE_UNKNOWN),                                                            \
	{ REFUSE_INSTANCE_STATE, 400, "IncorrectInstanceStatus",                                                      \
	  "The current status of instance “%s” does not support this action.", NULL },                                \
	{ REFUSE_SCALING_MEMBER_TAKEN, 400, "InvalidInstanceId.InUse",                                                \
	  "Instance “%s” is already attached to another scaling group.", NULL },                                      \
	{ REFUSE_SCALING_MEMBER_VPC, 400, "InvalidInstanceId.VPCMismatch",                                            \
	  "Instance “%s” and the specified scaling group are not in the same VPC.", NULL },                           \
	ESS_ROWS_OUTSIDE,                                                                                             \
	{ REFUSE_SCALING_ABOVE_MAX, 400, "IncorrectCapacity.MaxSize", max_text, NULL }

/* ---- pieces of tables ---- */

#define ESS_PAGING_FIELDS(T, m, most)                                              \
	OPT_INT(T, m.page_number, "PageNumber", .min = 1, .max = 1000000),         \
	OPT_INT(T, m.page_size, "PageSize", .min = 1, .max = most, .doc = "Default 10.")
#define ESS_PAGES_FIELDS(T, m)                  \
	OPT_INT(T, m.total, "TotalCount"),       \
	OPT_INT(T, m.page_number, "PageNumber"), \
	OPT_INT(T, m.page_size, "PageSize")

/* Tag.N.Key, Value and Propagate, and what a list is filtered by; Tags in the later edition. */
extern const struct shape ess_tag_in_shape, ess_tag_filter_shape;

/* ---- words ---- */

/* "InService", ...; ret of unknown words is -1. */
const char *ess_member_state(enum scaling_member_state state);
int ess_member_state_of(const char *word);
const char *ess_group_state(enum scaling_group_state state);
const char *ess_creation(enum scaling_creation creation);
const char *ess_health_check(enum scaling_health_check check);
enum scaling_health_check ess_health_check_of(const char *word);
const char *ess_activity_state(enum scaling_activity_state state);
int ess_activity_state_of(const char *word);

extern const char *const ess_member_state_words[], *const ess_creation_words[], *const ess_health_words[],
	*const ess_health_check_words[], *const ess_activity_state_words[];

/* "QuantityChangeInCapacity", ... in the order of enum scaling_adjustment; -1 for another word. */
extern const char *const ess_adjustment_words[];
int ess_adjustment_of(const char *word);

/* "ari:acs:ess:cn-hangzhou:1000:scalingrule/asr-...": the name of a rule that clients execute it by. */
const char *ess_rule_ari(struct call *call, const struct scaling_rule *rule);

extern const char *const ess_multi_zone_words[], *const ess_policy_words[];

/* RemovalPolicy.N, as one text; none given: *ret stays as it is. False, refused as InvalidParameter: it is no such word. */
bool ess_policies(struct call *call, const struct texts *texts, const char **ret);

/* "2026-11-21T00:27Z", as this product writes times. */
const char *ess_time(struct call *call, int64_t moment);

/* Weights of load balancers: numbers from 0 to 100, one for each instance; NULL where none is given. False, refused as
 * InvalidParameter. */
bool ess_weights(struct call *call, const struct texts *texts, size_t n_instances, const char *parameter,
                 const int64_t **ret);

/* LifecycleHookContext, JSON: whether hooks are to be asked. False, refused as InvalidParameter: it is no such thing. Of its
 * members DisableLifecycleHook counts. */
bool ess_asks_hooks(struct call *call, const char *context, bool *ret);

/* "-12.5" in thousandths; whether it is given at all. False, refused as InvalidParameter: it is no number. */
bool ess_decimal(struct call *call, const char *text, const char *parameter, bool *ret_given, int64_t *ret);

/* A list of texts as one, comma separated; and back. */
const char *ess_join(struct call *call, const struct texts *texts);
struct texts ess_split(struct call *call, const char *list);

/* Where a word stands among those; -1 for another. */
int ess_position(const char *const *words, const char *word);

/* Fills the account's part of a filter. */
struct scaling_filter ess_filter(const struct call *call);

/* ess_X_page: the rows of a numbered page, newest first, and what the reply says of pages. False, refused: the region is none of
 * this server's. */
#define ESS_LISTS(X)             \
	X(lifecycle_hook)        \
	X(scaling_activity)      \
	X(scaling_configuration) \
	X(scaling_group)         \
	X(scaling_member)        \
	X(scaling_rule)
#define X(name)                                                                                                           \
	bool ess_##name##_page(struct call *call, const struct scaling_filter *filter, const struct rpc_paging *paging,   \
	                       struct rpc_pages *ret_pages, struct name **ret, size_t *ret_n);
ESS_LISTS(X)
#undef X

#endif
