#include "api/aliyun/product.h"

#include "api/aliyun/bss.h"
#include "api/aliyun/ecs.h"
#include "api/aliyun/ess.h"
#include "api/aliyun/location.h"
#include "api/aliyun/rds.h"
#include "api/aliyun/slb.h"
#include "api/aliyun/sts.h"
#include "api/aliyun/vpc.h"
#include "base/text.h"

const struct product *const products[] = {
	&product_ecs,
	&product_bss,
	&product_ess,
	&product_ess_later,
	&product_location,
	&product_rds,
	&product_slb,
	&product_sts,
	&product_vpc,
	NULL,
};

#define OPERATION(name) extern const struct operation ecs_##name;
#include "api/aliyun/operations.def"
#undef OPERATION
#define OPERATION(name) extern const struct operation bss_##name;
#include "api/aliyun/bss_operations.def"
#undef OPERATION
#define OPERATION(name) extern const struct operation ess_##name;
#include "api/aliyun/ess_operations.def"
#undef OPERATION
#define OPERATION(name) extern const struct operation location_##name;
#include "api/aliyun/location_operations.def"
#undef OPERATION
#define OPERATION(name) extern const struct operation rds_##name;
#include "api/aliyun/rds_operations.def"
#undef OPERATION
#define OPERATION(name) extern const struct operation slb_##name;
#include "api/aliyun/slb_operations.def"
#undef OPERATION
#define OPERATION(name) extern const struct operation sts_##name;
#include "api/aliyun/sts_operations.def"
#undef OPERATION
#define OPERATION(name) extern const struct operation vpc_##name;
#include "api/aliyun/vpc_operations.def"
#undef OPERATION

const struct operation *const product_operations[] = {
#define OPERATION(name) &ecs_##name,
#include "api/aliyun/operations.def"
#undef OPERATION
#define OPERATION(name) &bss_##name,
#include "api/aliyun/bss_operations.def"
#undef OPERATION
#define OPERATION(name) &ess_##name,
#include "api/aliyun/ess_operations.def"
#undef OPERATION
#define OPERATION(name) &location_##name,
#include "api/aliyun/location_operations.def"
#undef OPERATION
#define OPERATION(name) &rds_##name,
#include "api/aliyun/rds_operations.def"
#undef OPERATION
#define OPERATION(name) &slb_##name,
#include "api/aliyun/slb_operations.def"
#undef OPERATION
#define OPERATION(name) &sts_##name,
#include "api/aliyun/sts_operations.def"
#undef OPERATION
#define OPERATION(name) &vpc_##name,
#include "api/aliyun/vpc_operations.def"
#undef OPERATION
	NULL,
};

const struct product *product_find(const char *version)
{
	const struct product *const *at;

	for (at = products; *at; at++) {
		if (text_equal((*at)->version, version))
			return *at;
	}
	return NULL;
}

const struct operation *product_operation(const struct product *product, const char *name)
{
	const struct operation *const *at;

	for (at = product->operations; *at; at++) {
		if (text_equal((*at)->name, name))
			return *at;
	}
	return NULL;
}

bool product_vendor_has(const struct product *product, const char *name)
{
	const char *const *at;

	for (at = product->vendor; at && *at; at++) {
		if (text_equal(*at, name))
			return true;
	}
	return false;
}
