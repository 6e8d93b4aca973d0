/* BssOpenApi 2017-12-14, the vendor's billing: the little of it that clients ask at their start. There are no prices and
 * no orders in Cleat; what is paid for in advance is known by its instances and disks. */
#ifndef API_ALIYUN_BSS_H
#define API_ALIYUN_BSS_H

#include "api/aliyun/product.h"

#define BSS_VERSION "2017-12-14"

extern const struct product product_bss;

#endif
