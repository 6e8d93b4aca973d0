/* What the operations of bare metal servers share: finding one, and words that several of them answer with. */
#ifndef API_HUAWEI_BMS_H
#define API_HUAWEI_BMS_H

#include "api/huawei/rest.h"

/* The caller's bare metal server of that id; servers of another kind are none of this service. False after INSTANCE_UNKNOWN. */
bool bms_find_server(struct call *call, const char *id, struct instance *ret);

/* Who is not served by one of its own words is told by another service of the cloud: 400 all of them (BMS page of error codes). */
#define ROW_BMS_SERVER_UNKNOWN   { REFUSE_INSTANCE_UNKNOWN, 400, "BMS.0040", "The server does not exist.", NULL }
#define ROW_BMS_LOCKED           { REFUSE_INSTANCE_LOCKED_SECURITY, 400, "BMS.0605", "the BMS is locked.", NULL }
#define ROW_BMS_LOCKED_FINANCIAL { REFUSE_INSTANCE_LOCKED_FINANCIAL, 400, "BMS.0605", "the BMS is locked.", NULL }
#define ROW_BMS_FAILED(reason)   { reason, 400, "BMS.0006", "Fail to operate baremetal server.", "Cleat" }

#endif
