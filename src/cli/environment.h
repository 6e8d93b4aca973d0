/* The environment variables that point clients at a server: one table, from which `cleat env` prints what a client needs
 * and `cleat exec` sets all. It knows names and values; it starts nothing and asks nobody. */
#ifndef CLI_ENVIRONMENT_H
#define CLI_ENVIRONMENT_H

#include <stddef.h>

#include "base/arena.h"

/* Who reads a variable. */
enum environment_client {
	ENVIRONMENT_CLEAT = 1 << 0,
	ENVIRONMENT_ALIYUN_CLI = 1 << 1,
	ENVIRONMENT_TERRAFORM_ALICLOUD = 1 << 2,
	ENVIRONMENT_PYTHON = 1 << 3,
	ENVIRONMENT_NODE = 1 << 4,
	ENVIRONMENT_GO = 1 << 5,
	ENVIRONMENT_CSI_ALIBABA = 1 << 6,
	ENVIRONMENT_CLUSTER_AUTOSCALER = 1 << 7,
	ENVIRONMENT_TERRAFORM_HUAWEICLOUD = 1 << 8,
	ENVIRONMENT_PYTHON_HUAWEI = 1 << 9,
	ENVIRONMENT_OPENSTACK = 1 << 10,
	ENVIRONMENT_CSI_HUAWEI = 1 << 11,
	ENVIRONMENT_ALL = (1 << 12) - 1,
	ENVIRONMENT_HUAWEI = ENVIRONMENT_ALL & ~((1 << 8) - 1), /* whose cloud is Huawei Cloud */
};

#define ENVIRONMENT_HUAWEI_REGION "cn-north-4" /* unless asked otherwise */

/* What the values are made of. */
struct environment {
	const char *url;  /* "http://127.0.0.1:7480" */
	const char *host; /* "127.0.0.1:7480" */
	const char *key_id;
	const char *secret;
	const char *region;
	const char *huawei_key_id, *huawei_secret, *huawei_region; /* for clients of Huawei Cloud */
	const char *ca_file;    /* the server's CA in PEM; NULL: no TLS, and nothing is said about trust */
	const char *ca_bundle;  /* the system's CAs and this one; NULL with ca_file */
	const char *token_file; /* of the control API; NULL: unknown */
};

struct environment_variable {
	const char *name;
	const char *value;
};

/* The variables of these clients (a mask) in the order of the table; those whose value is unknown are left out. NO_PROXY
 * keeps what this process has in it. In the arena; the last one has a NULL name. */
const struct environment_variable *environment_variables(struct arena *arena, const struct environment *environment,
                                                         unsigned clients);

#endif
