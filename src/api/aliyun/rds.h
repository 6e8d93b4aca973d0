/* RDS 2014-08-15: what a user needs to see database instances and who may reach them. They come with a fleet file; no
 * database runs, and no call makes or changes one. */
#ifndef API_ALIYUN_RDS_H
#define API_ALIYUN_RDS_H

#include "api/aliyun/product.h"

#define RDS_VERSION "2014-08-15"

extern const struct product product_rds;

#endif
