/* Location 2015-06-12: tells clients which address serves a product in a region. All products of Cleat are served at the
 * one address the client called, so the answer is that address; it knows nothing of other servers. */
#ifndef API_ALIYUN_LOCATION_H
#define API_ALIYUN_LOCATION_H

#include "api/aliyun/product.h"

#define LOCATION_VERSION "2015-06-12"

extern const struct product product_location;

#endif
