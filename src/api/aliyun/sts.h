/* STS 2015-04-01: who a caller is, and temporary keys for a role. Which keys there are is core/role.h's; that requests
 * are signed with them is seen to in rpc_auth.c. */
#ifndef API_ALIYUN_STS_H
#define API_ALIYUN_STS_H

#include "api/aliyun/product.h"

#define STS_VERSION "2015-04-01"

extern const struct product product_sts;

#endif
