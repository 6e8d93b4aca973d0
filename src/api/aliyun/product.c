#include "api/aliyun/product.h"

#include "api/aliyun/ecs.h"
#include "api/aliyun/location.h"
#include "api/aliyun/vpc.h"
#include "base/text.h"

const struct product *const products[] = {
	&product_ecs,
	&product_location,
	&product_vpc,
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
