/* VPC 2016-04-28: the list of its operations and the few words they share. Each operation is a row in a file of its kind
 * (vpc_*.c); vpc_operations.def is the one other place that names it. */
#ifndef API_ALIYUN_VPC_H
#define API_ALIYUN_VPC_H

#include "api/aliyun/product.h"
#include "api/aliyun/rpc.h"
#include "contract/network.h"
#include "core/network.h"

#define VPC_VERSION "2016-04-28"

extern const struct product product_vpc;

#define VPC_NAME_MAX         128
#define VPC_DESCRIPTION_MAX  256
#define VPC_CLIENT_TOKEN_MAX 64

/* Names and descriptions may not look like an address of the web (CreateVpc page, VpcName). Refuses with `bad` and
 * returns false where one does. */
bool vpc_text_check(struct call *call, const char *text, const struct error_row *bad);

/* Tags as this product spells them in requests and replies: Key and Value. */
extern const struct shape vpc_tag_in_shape;
extern const struct shape vpc_tag_shape;

#define VPC_ROW_REGION \
	{ REFUSE_REGION_UNKNOWN, 404, "InvalidRegionId.NotFound", "Specified value of \"regionId\" is not supported.", NULL }
#define VPC_ROW_UNKNOWN { REFUSE_VPC_UNKNOWN, 404, "InvalidVpcId.NotFound", "Specified VPC does not exist.", NULL }
#define VPC_ROW_STATE \
	{ REFUSE_VPC_STATE, 400, "IncorrectVpcStatus", "Current VPC status does not support this operation.", NULL }
#define VPC_ROW_IPV6                                                                                                  \
	{ REFUSE_IPV6_UNSUPPORTED, 400, "OperationUnsupported.Ipv6Feature",                                           \
	  "The IPv6 feature is not supported in the region.", NULL }
#define VPC_ROW_VSWITCH_UNKNOWN \
	{ REFUSE_VSWITCH_UNKNOWN, 404, "InvalidVSwitchId.NotFound", "The specified virtual switch does not exists.", NULL }
#define VPC_ROW_EMPTY { REFUSE_PARAMETER_EMPTY, 400, "MissingParameter", "Miss mandatory parameter.", NULL }
#define VPC_ROWS_TAGS                                                                                                 \
	{ REFUSE_TAG_DUPLICATE, 400, "Forbidden.TagKey.Duplicated", "The specified tag key already exists.", NULL },  \
	{ REFUSE_TAG_KEY, 400, "InvalidTagKey", "The specified tag key is invalid.", NULL },                          \
	{ REFUSE_TAG_VALUE, 400, "InvalidTagValue", "The specified tag value is invalid.", NULL }

/* Replies whose lists are numbered and nothing else. */
#define VPC_PAGING_FIELDS(T, m)                                            \
	OPT_INT(T, m.page_number, "PageNumber", .min = 1, .max = 1000000), \
	OPT_INT(T, m.page_size, "PageSize", .min = 1, .max = 50, .doc = "Default 10.")
#define VPC_PAGES_FIELDS(T, m)                   \
	OPT_INT(T, m.total, "TotalCount"),       \
	OPT_INT(T, m.page_number, "PageNumber"), \
	OPT_INT(T, m.page_size, "PageSize")

/* The ids named in one text, comma separated, as a filter takes them; *ret_n is 0 and NULL comes back where the text is
 * absent or empty. */
const char **vpc_ids(struct call *call, const char *list, size_t *ret_n);

/* The account's id, which this product shows as a number. */
int64_t vpc_owner(const char *account);

const char *vpc_state(const struct call *call, int64_t ready_at);

#endif
