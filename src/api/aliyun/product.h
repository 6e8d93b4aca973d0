/* The products of the RPC dialect: each is a version of one API with its operations. A request names its product by the
 * version alone, since all products are served at one address; nothing here says what an operation does. */
#ifndef API_ALIYUN_PRODUCT_H
#define API_ALIYUN_PRODUCT_H

#include "api/operation.h"

struct product {
	const char *name;    /* "ecs": first half of its permissions */
	const char *title;   /* "Ecs": how the vendor's gateway calls it in errors */
	const char *version; /* "2014-05-26": no other product has it */
	const struct error_row *errors; /* its words for reasons that others say otherwise; ends with REFUSE_NONE, may be NULL */
	bool rights_first; /* a permission that is missing is told before parameters that are wrong */
	enum edition edition; /* a later one shares its operations, and its name, with the first */
	const struct operation *const *operations; /* by name, ends with NULL */
	const char *const *vendor; /* the operations that the vendor has, built here or not; ends with NULL. NULL: not listed */
};

extern const struct product *const products[]; /* ends with NULL */

/* The operations of all products, one product after the other; ends with NULL. */
extern const struct operation *const product_operations[];

/* The product of that version, or NULL. */
const struct product *product_find(const char *version);

/* Its operation of that name, or NULL. */
const struct operation *product_operation(const struct product *product, const char *name);

/* Whether the vendor has an operation of that name. */
bool product_vendor_has(const struct product *product, const char *name);

#endif
