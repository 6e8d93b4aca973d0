#include "cli/environment.h"

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
};

#define CLI       ENVIRONMENT_ALIYUN_CLI
#define TERRAFORM ENVIRONMENT_TERRAFORM_ALICLOUD
#define SDKS      (ENVIRONMENT_PYTHON | ENVIRONMENT_NODE | ENVIRONMENT_GO)
#define CSI       ENVIRONMENT_CSI_ALIBABA
#define SCALER    ENVIRONMENT_CLUSTER_AUTOSCALER
#define VENDORS   (CLI | TERRAFORM | SDKS | CSI | SCALER)

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
	/* Libraries of Go, Python, Node.js and curl each have a name of their own for whom they trust. */
	{ "SSL_CERT_FILE", VALUE_CA_BUNDLE, NULL, CLI | TERRAFORM | ENVIRONMENT_PYTHON | ENVIRONMENT_GO | CSI | SCALER },
	{ "REQUESTS_CA_BUNDLE", VALUE_CA_BUNDLE, NULL, ENVIRONMENT_PYTHON },
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
	case VALUE_TEXT:
		break;
	}
	return table[i].text;
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
			variables[n++] = (struct environment_variable){ table[i].name, value };
	}
	return variables;
}
