/* SLB 2014-05-15: what a user needs to see and change which instances stand behind a load balancer. Load balancers come with
 * a fleet file; none is made or removed by a call. */
#ifndef API_ALIYUN_SLB_H
#define API_ALIYUN_SLB_H

#include "api/aliyun/product.h"
#include "api/aliyun/rpc.h"
#include "contract/balancer.h"

#define SLB_VERSION "2014-05-15"

extern const struct product product_slb;

#define SLB_SOURCE "SLB API reference, common error codes"

#define SLB_ROW_BALANCER_UNKNOWN \
	{ REFUSE_BALANCER_UNKNOWN, 404, "InvalidLoadBalancerId.NotFound", "The specified LoadBalancerId does not exist.", \
	  "as clients saw it" }
#define SLB_ROW_LOCKED \
	{ REFUSE_BALANCER_LOCKED, 400, "ActionNotAllowed", "Locked for any Business Reason.", SLB_SOURCE }

#endif
