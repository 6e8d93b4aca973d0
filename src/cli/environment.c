#include "cli/environment.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define LOOPBACK "127.0.0.1,localhost,::1"

enum value {
	VALUE_URL,
	VALUE_HOST,
	VALUE_KEY_ID,
	VALUE_SECRET,
	VALUE_REGION,
	VALUE_CA_FILE,
	VALUE_CA_BUNDLE,
	VALUE_TOKEN_FILE,
	VALUE_NO_PROXY,
	VALUE_TEXT,
	VALUE_HUAWEI_KEY_ID,
	VALUE_HUAWEI_SECRET,
	VALUE_HUAWEI_REGION,
	VALUE_AUTH_URL, /* of IAM, with its version */
};

#define CLI       ENVIRONMENT_ALIYUN_CLI
#define TERRAFORM ENVIRONMENT_TERRAFORM_ALICLOUD
#define SDKS      (ENVIRONMENT_PYTHON | ENVIRONMENT_NODE | ENVIRONMENT_GO)
#define CSI       ENVIRONMENT_CSI_ALIBABA
#define SCALER    ENVIRONMENT_CLUSTER_AUTOSCALER
#define HW_TF     ENVIRONMENT_TERRAFORM_HUAWEICLOUD
#define HW_PYTHON ENVIRONMENT_PYTHON_HUAWEI
#define OPENSTACK ENVIRONMENT_OPENSTACK
#define HW_CSI    ENVIRONMENT_CSI_HUAWEI
#define VENDORS   (CLI | TERRAFORM | SDKS | CSI | SCALER | ENVIRONMENT_HUAWEI)
#define REGION_PLACE "{REGION}" /* in a name: CN_NORTH_4 */

/* Terraform's provider looks for an endpoint of each product under one of two names, by the age of the resource. */
#define PRODUCT(product)                                                      \
	{ "ALIBABA_CLOUD_ENDPOINT_" product, VALUE_HOST, NULL, TERRAFORM },   \
	{ product "_ENDPOINT", VALUE_HOST, NULL, TERRAFORM | CSI }

static const struct {
	const char *name;
	enum value value;
	const char *text; /* VALUE_TEXT */
	unsigned clients;
} table[] = {
	{ "CLEAT_ENDPOINT", VALUE_URL, NULL, ENVIRONMENT_CLEAT },
	{ "CLEAT_CONTROL_TOKEN_FILE", VALUE_TOKEN_FILE, NULL, ENVIRONMENT_CLEAT },
	{ "CLEAT_ACCESS_KEY_ID", VALUE_KEY_ID, NULL, ENVIRONMENT_CLEAT },
	{ "CLEAT_ACCESS_KEY_SECRET", VALUE_SECRET, NULL, ENVIRONMENT_CLEAT },
	{ "CLEAT_REGION", VALUE_REGION, NULL, ENVIRONMENT_CLEAT },
	{ "CLEAT_CA_FILE", VALUE_CA_FILE, NULL, ENVIRONMENT_CLEAT },
	{ "ALIBABA_CLOUD_ACCESS_KEY_ID", VALUE_KEY_ID, NULL, CLI | TERRAFORM | SDKS },
	{ "ALIBABA_CLOUD_ACCESS_KEY_SECRET", VALUE_SECRET, NULL, CLI | TERRAFORM | SDKS },
	{ "ALIBABA_CLOUD_REGION_ID", VALUE_REGION, NULL, CLI | SDKS },
	{ "ALIBABA_CLOUD_ENDPOINT", VALUE_HOST, NULL, CLI },
	{ "ALIBABA_CLOUD_REGION", VALUE_REGION, NULL, TERRAFORM },
	{ "ALICLOUD_ACCESS_KEY", VALUE_KEY_ID, NULL, TERRAFORM },
	{ "ALICLOUD_SECRET_KEY", VALUE_SECRET, NULL, TERRAFORM },
	{ "ALICLOUD_REGION", VALUE_REGION, NULL, TERRAFORM },
	{ "ALICLOUD_SKIP_REGION_VALIDATION", VALUE_TEXT, "true", TERRAFORM },
	/* Without it the provider asks the billing API at every start which kind the account is of. */
	{ "ALIBABA_CLOUD_ACCOUNT_TYPE", VALUE_TEXT, "Domestic", TERRAFORM },
	PRODUCT("ECS"),
	PRODUCT("ESS"),
	PRODUCT("VPC"),
	PRODUCT("STS"),
	PRODUCT("LOCATION"),
	PRODUCT("BSSOPENAPI"),
	PRODUCT("SLB"),
	PRODUCT("RDS"),
	{ "ACCESS_KEY_ID", VALUE_KEY_ID, NULL, CSI | SCALER },
	{ "ACCESS_KEY_SECRET", VALUE_SECRET, NULL, CSI | SCALER },
	{ "REGION_ID", VALUE_REGION, NULL, CSI | SCALER },
	/* It is in no instance, and asks for one otherwise; without the scheme it speaks https, which it does for events anyway. */
	{ "ALIBABA_CLOUD_NO_ECS_METADATA", VALUE_TEXT, "true", CSI },
	{ "ALICLOUD_CLIENT_SCHEME", VALUE_TEXT, "http", CSI },
	{ "HW_ACCESS_KEY", VALUE_HUAWEI_KEY_ID, NULL, HW_TF | HW_CSI },
	{ "HW_SECRET_KEY", VALUE_HUAWEI_SECRET, NULL, HW_TF | HW_CSI },
	{ "HW_REGION_NAME", VALUE_HUAWEI_REGION, NULL, HW_TF | HW_CSI | HW_PYTHON },
	{ "HW_AUTH_URL", VALUE_AUTH_URL, NULL, HW_TF | HW_CSI },
	/* Its endpoints are no variables of the provider: its block (--code) takes them from this one. */
	{ "TF_VAR_cleat_url", VALUE_URL, NULL, HW_TF },
	{ "HUAWEICLOUD_SDK_AK", VALUE_HUAWEI_KEY_ID, NULL, HW_PYTHON },
	{ "HUAWEICLOUD_SDK_SK", VALUE_HUAWEI_SECRET, NULL, HW_PYTHON },
	{ "HUAWEICLOUD_SDK_IAM_ENDPOINT", VALUE_URL, NULL, HW_PYTHON },
	{ "HUAWEICLOUD_SDK_REGION_BMS_" REGION_PLACE, VALUE_URL, NULL, HW_PYTHON },
	{ "HUAWEICLOUD_SDK_REGION_ECS_" REGION_PLACE, VALUE_URL, NULL, HW_PYTHON },
	{ "HUAWEICLOUD_SDK_REGION_EVS_" REGION_PLACE, VALUE_URL, NULL, HW_PYTHON },
	{ "HUAWEICLOUD_SDK_REGION_IAM_" REGION_PLACE, VALUE_URL, NULL, HW_PYTHON },
	{ "OS_AUTH_URL", VALUE_AUTH_URL, NULL, OPENSTACK },
	{ "OS_IDENTITY_API_VERSION", VALUE_TEXT, "3", OPENSTACK },
	/* The development key is a user of the account that is called default. */
	{ "OS_USERNAME", VALUE_HUAWEI_KEY_ID, NULL, OPENSTACK },
	{ "OS_PASSWORD", VALUE_HUAWEI_SECRET, NULL, OPENSTACK },
	{ "OS_USER_DOMAIN_NAME", VALUE_TEXT, "default", OPENSTACK },
	{ "OS_PROJECT_NAME", VALUE_HUAWEI_REGION, NULL, OPENSTACK },
	{ "OS_PROJECT_DOMAIN_NAME", VALUE_TEXT, "default", OPENSTACK },
	{ "OS_REGION_NAME", VALUE_HUAWEI_REGION, NULL, OPENSTACK },
	{ "OS_CACERT", VALUE_CA_BUNDLE, NULL, OPENSTACK },
	/* Libraries of Go, Python, Node.js and curl each have a name of their own for whom they trust. */
	{ "SSL_CERT_FILE", VALUE_CA_BUNDLE, NULL, CLI | TERRAFORM | ENVIRONMENT_PYTHON | ENVIRONMENT_GO | CSI | SCALER | HW_TF | HW_CSI },
	{ "REQUESTS_CA_BUNDLE", VALUE_CA_BUNDLE, NULL, ENVIRONMENT_PYTHON | HW_PYTHON | OPENSTACK },
	{ "ALIBABA_CLOUD_CA_BUNDLE", VALUE_CA_BUNDLE, NULL, ENVIRONMENT_PYTHON },
	{ "CURL_CA_BUNDLE", VALUE_CA_BUNDLE, NULL, ENVIRONMENT_PYTHON | ENVIRONMENT_CLEAT },
	{ "NODE_EXTRA_CA_CERTS", VALUE_CA_FILE, NULL, ENVIRONMENT_NODE },
	{ "NO_PROXY", VALUE_NO_PROXY, NULL, ENVIRONMENT_CLEAT | VENDORS },
	{ "no_proxy", VALUE_NO_PROXY, NULL, ENVIRONMENT_CLEAT | VENDORS },
};

static const char *no_proxy(struct arena *arena, const char *name)
{
	const char *before = getenv(name);

	if (text_empty(before))
		return LOOPBACK;
	return strstr(before, LOOPBACK) ? before : arena_printf(arena, "%s,%s", before, LOOPBACK);
}

static const char *value_of(struct arena *arena, const struct environment *environment, size_t i)
{
	switch (table[i].value) {
	case VALUE_URL:
		return environment->url;
	case VALUE_HOST:
		return environment->host;
	case VALUE_KEY_ID:
		return environment->key_id;
	case VALUE_SECRET:
		return environment->secret;
	case VALUE_REGION:
		return environment->region;
	case VALUE_CA_FILE:
		return environment->ca_file;
	case VALUE_CA_BUNDLE:
		return environment->ca_bundle;
	case VALUE_TOKEN_FILE:
		return environment->token_file;
	case VALUE_NO_PROXY:
		return no_proxy(arena, table[i].name);
	case VALUE_HUAWEI_KEY_ID:
		return environment->huawei_key_id;
	case VALUE_HUAWEI_SECRET:
		return environment->huawei_secret;
	case VALUE_HUAWEI_REGION:
		return environment->huawei_region;
	case VALUE_AUTH_URL:
		return environment->url ? arena_printf(arena, "%s/v3", environment->url) : NULL;
	case VALUE_TEXT:
		break;
	}
	return table[i].text;
}

/* A variable for one region: the region's name stands in it in capitals. */
static const char *name_of(struct arena *arena, const struct environment *environment, const char *name)
{
	const char *place = strstr(name, REGION_PLACE);
	char *region;
	char *c;

	if (!place)
		return name;
	region = arena_text(arena, environment->huawei_region);
	for (c = region; *c; c++)
		*c = (char)(*c == '-' ? '_' : toupper((unsigned char)*c));
	return arena_printf(arena, "%.*s%s", (int)(place - name), name, region);
}

const struct environment_variable *environment_variables(struct arena *arena, const struct environment *environment,
                                                         unsigned clients)
{
	struct environment_variable *variables = arena_array(arena, struct environment_variable, COUNT_OF(table) + 1);
	size_t n = 0;
	size_t i;

	for (i = 0; i < COUNT_OF(table); i++) {
		const char *value = table[i].clients & clients ? value_of(arena, environment, i) : NULL;

		if (value)
			variables[n++] = (struct environment_variable){ name_of(arena, environment, table[i].name), value };
	}
	return variables;
}
