/* cleat env: what one client needs to find a running server, as lines for a shell and as code. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/dev_key.h"
#include "base/place.h"
#include "base/text.h"
#include "cli/bundle.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/environment.h"

struct env_options {
	struct client_options client;
	const char *key_id;
	const char *secret;
	const char *region;
	bool code;
};

const struct option cli_env_options[] = {
	{ "code", NULL, AS_BOOL(struct env_options, code),
	  .doc = "print a program or a configuration for that client instead, which uses these variables" },
	{ "access-key-id", "CLEAT_ACCESS_KEY_ID", AS_TEXT(struct env_options, key_id), .value = "ID",
	  .doc = "the access key; otherwise the one of the first start, or that of 'cleat serve --dev-key'" },
	{ "access-key-secret", "CLEAT_ACCESS_KEY_SECRET", AS_TEXT(struct env_options, secret), .value = "SECRET",
	  .flags = OPTION_SECRET, .doc = "its secret; that of a key test-... is cleat-secret, as for 'cleat serve --accounts auto'" },
	{ "region", "CLEAT_REGION", AS_TEXT(struct env_options, region), .otherwise = "cn-hangzhou", .value = "REGION",
	  .doc = "the region; of Huawei Cloud cn-north-4 unless it has a number at its end" },
	CLIENT_ENDPOINT_ROWS(struct env_options),
	OPTIONS_END
};

/* Clients by name. `code` is a whole program or file; it reads the variables, so nothing has to be filled in. */
static const struct {
	const char *name;
	unsigned clients;
	const char *note; /* for the shell lines */
	const char *code;
} clients[] = {
	{ "shell", ENVIRONMENT_ALL, "every variable that any client reads", NULL },
	{ "aliyun-cli", ENVIRONMENT_ALIYUN_CLI, "aliyun ecs DescribeDisks --region $ALIBABA_CLOUD_REGION_ID",
	  "aliyun ecs DescribeDisks --region \"$ALIBABA_CLOUD_REGION_ID\" --endpoint \"$ALIBABA_CLOUD_ENDPOINT\" \\\n"
	  "    --access-key-id \"$ALIBABA_CLOUD_ACCESS_KEY_ID\" --access-key-secret \"$ALIBABA_CLOUD_ACCESS_KEY_SECRET\"\n" },
	{ "terraform-alicloud", ENVIRONMENT_TERRAFORM_ALICLOUD,
	  "provider \"alicloud\" {} needs nothing more: it speaks https with the endpoints below",
	  "terraform {\n"
	  "  required_providers {\n"
	  "    alicloud = { source = \"aliyun/alicloud\" }\n"
	  "  }\n"
	  "}\n\n"
	  "# Region, key and endpoints come from the environment.\n"
	  "provider \"alicloud\" {}\n\n"
	  "resource \"alicloud_ecs_disk\" \"data\" {\n"
	  "  zone_id  = \"cn-hangzhou-h\"\n"
	  "  category = \"cloud_essd\"\n"
	  "  size     = 20\n"
	  "}\n" },
	{ "python", ENVIRONMENT_PYTHON | ENVIRONMENT_CLEAT, "alibabacloud_ecs20140526",
	  "import os\n"
	  "from alibabacloud_ecs20140526.client import Client\n"
	  "from alibabacloud_ecs20140526.models import DescribeDisksRequest\n"
	  "from alibabacloud_tea_openapi.models import Config\n\n"
	  "client = Client(Config(\n"
	  "    access_key_id=os.environ[\"ALIBABA_CLOUD_ACCESS_KEY_ID\"],\n"
	  "    access_key_secret=os.environ[\"ALIBABA_CLOUD_ACCESS_KEY_SECRET\"],\n"
	  "    endpoint=os.environ[\"CLEAT_ENDPOINT\"].split(\"//\")[1], protocol=\"http\",\n"
	  "    region_id=os.environ[\"ALIBABA_CLOUD_REGION_ID\"]))\n"
	  "reply = client.describe_disks(DescribeDisksRequest(region_id=os.environ[\"ALIBABA_CLOUD_REGION_ID\"]))\n"
	  "print(reply.body.total_count, \"disks\")\n" },
	{ "node", ENVIRONMENT_NODE | ENVIRONMENT_CLEAT, "@alicloud/pop-core",
	  "const { RPCClient } = require('@alicloud/pop-core');\n\n"
	  "const client = new RPCClient({\n"
	  "  accessKeyId: process.env.ALIBABA_CLOUD_ACCESS_KEY_ID,\n"
	  "  accessKeySecret: process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,\n"
	  "  endpoint: process.env.CLEAT_ENDPOINT,\n"
	  "  apiVersion: '2014-05-26',\n"
	  "});\n"
	  "client.request('DescribeDisks', { RegionId: process.env.ALIBABA_CLOUD_REGION_ID })\n"
	  "  .then((reply) => console.log(reply.TotalCount, 'disks'));\n" },
	{ "go", ENVIRONMENT_GO | ENVIRONMENT_CLEAT, "github.com/aliyun/alibaba-cloud-sdk-go",
	  "package main\n\n"
	  "import (\n"
	  "\t\"fmt\"\n"
	  "\t\"os\"\n"
	  "\t\"strings\"\n\n"
	  "\t\"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs\"\n"
	  ")\n\n"
	  "func main() {\n"
	  "\tclient, err := ecs.NewClientWithAccessKey(os.Getenv(\"ALIBABA_CLOUD_REGION_ID\"),\n"
	  "\t\tos.Getenv(\"ALIBABA_CLOUD_ACCESS_KEY_ID\"), os.Getenv(\"ALIBABA_CLOUD_ACCESS_KEY_SECRET\"))\n"
	  "\tif err != nil {\n"
	  "\t\tpanic(err)\n"
	  "\t}\n"
	  "\tclient.Domain = strings.TrimPrefix(os.Getenv(\"CLEAT_ENDPOINT\"), \"http://\")\n"
	  "\trequest := ecs.CreateDescribeDisksRequest()\n"
	  "\trequest.Scheme = \"http\"\n"
	  "\treply, err := client.DescribeDisks(request)\n"
	  "\tif err != nil {\n"
	  "\t\tpanic(err)\n"
	  "\t}\n"
	  "\tfmt.Println(reply.TotalCount, \"disks\")\n"
	  "}\n" },
	{ "terraform-huaweicloud", ENVIRONMENT_TERRAFORM_HUAWEICLOUD,
	  "provider \"huaweicloud\" takes its endpoints from its block alone: see --code",
	  "terraform {\n"
	  "  required_providers {\n"
	  "    huaweicloud = { source = \"huaweicloud/huaweicloud\" }\n"
	  "  }\n"
	  "}\n\n"
	  "variable \"cleat_url\" {}\n\n"
	  "# Region, key and where to log in come from the environment.\n"
	  "provider \"huaweicloud\" {\n"
	  "  endpoints = {\n"
	  "    bms = \"${var.cleat_url}/\"\n"
	  "    ecs = \"${var.cleat_url}/\"\n"
	  "    evs = \"${var.cleat_url}/\"\n"
	  "    iam = \"${var.cleat_url}/\"\n"
	  "    ims = \"${var.cleat_url}/\"\n"
	  "  }\n"
	  "}\n\n"
	  "resource \"huaweicloud_evs_volume\" \"data\" {\n"
	  "  availability_zone = \"cn-north-4a\"\n"
	  "  volume_type       = \"SSD\"\n"
	  "  size              = 20\n"
	  "}\n" },
	{ "python-huawei", ENVIRONMENT_PYTHON_HUAWEI | ENVIRONMENT_CLEAT, "huaweicloudsdkecs, and those of bms, evs and iam",
	  "import os\n"
	  "from huaweicloudsdkecs.v2 import EcsClient, ListServersDetailsRequest\n"
	  "from huaweicloudsdkecs.v2.region.ecs_region import EcsRegion\n\n"
	  "# Key and addresses come from the environment.\n"
	  "client = EcsClient.new_builder().with_region(EcsRegion.value_of(os.environ[\"HW_REGION_NAME\"])).build()\n"
	  "print(client.list_servers_details(ListServersDetailsRequest()).count, \"servers\")\n" },
	{ "openstack", ENVIRONMENT_OPENSTACK, "openstack token issue; openstack server list",
	  "openstack server list\n" },
	{ "csi-huawei", ENVIRONMENT_CSI_HUAWEI,
	  "its file cloud-config is what --code prints, through sh; it has no setting for other endpoints than IAM's: lead "
	  "ecs.REGION and evs.REGION.myhuaweicloud.com here by DNS or /etc/hosts, and serve on port 443 (docs/clients.md)",
	  "cat <<END\n"
	  "[Global]\n"
	  "cloud=myhuaweicloud.com\n"
	  "auth-url=$HW_AUTH_URL\n"
	  "region=$HW_REGION_NAME\n"
	  "access-key=$HW_ACCESS_KEY\n"
	  "secret-key=$HW_SECRET_KEY\n"
	  "END\n" },
	{ "csi-alibaba", ENVIRONMENT_CSI_ALIBABA, "environment of the driver's containers; the CA must be mounted there", NULL },
	{ "cluster-autoscaler", ENVIRONMENT_CLUSTER_AUTOSCALER,
	  "it has no setting for endpoints: lead location, ess.REGION and ecs.REGION.aliyuncs.com here by DNS or /etc/hosts, and serve "
	  "on port 443 (docs/clients.md)", NULL },
};

/* The pair of the first start, from its file. */
static void read_first_key(struct client *client, const char *data, struct env_options *options)
{
	char line[512];
	FILE *file = fopen(arena_printf(&client->arena, "%s/%s", data, PLACE_ACCESS_KEY), "re");

	while (file && fgets(line, sizeof line, file)) {
		line[strcspn(line, "\n")] = '\0';
		if (text_starts(line, "access_key_id="))
			options->key_id = arena_text(&client->arena, strchr(line, '=') + 1);
		else if (text_starts(line, "access_key_secret="))
			options->secret = arena_text(&client->arena, strchr(line, '=') + 1);
	}
	if (file)
		fclose(file);
}

/* Of Huawei Cloud's regions each has a number at its end; of those of Alibaba Cloud in China none has. */
static const char *huawei_region(const char *region)
{
	size_t length = strlen(region);

	return length > 2 && region[length - 2] == '-' && region[length - 1] >= '1' && region[length - 1] <= '9' ? region :
	                                                                                              ENVIRONMENT_HUAWEI_REGION;
}

static void choose_key(struct client *client, struct env_options *options, const char *data)
{
	if (options->key_id && !options->secret && text_starts(options->key_id, OWN_KEY_PREFIX))
		options->secret = DEV_KEY_SECRET;
	if (options->key_id && options->secret)
		return;
	options->key_id = options->secret = NULL;
	if (data)
		read_first_key(client, data, options);
	if (!options->key_id || !options->secret) {
		options->key_id = DEV_KEY_ID;
		options->secret = DEV_KEY_SECRET;
	}
}

/* A value between quotes that no shell looks into. */
static void print_quoted(const char *text)
{
	putchar('\'');
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*text);
	}
	putchar('\'');
}

static void print_lines(struct client *client, const struct environment *environment, size_t i)
{
	const struct environment_variable *variable =
		environment_variables(&client->arena, environment, clients[i].clients);

	printf("# %s: %s\n", clients[i].name, clients[i].note);
	for (; variable->name; variable++) {
		printf("export %s=", variable->name);
		print_quoted(variable->value);
		putchar('\n');
	}
}

static bool find_client(struct client *client, const char *name, size_t *ret)
{
	const char *names[COUNT_OF(clients)];
	const char *near;
	size_t i;

	for (i = 0; i < COUNT_OF(clients); i++) {
		names[i] = clients[i].name;
		*ret = i;
		if (text_equal(names[i], name))
			return true;
	}
	near = option_nearest(name, names, COUNT_OF(clients));
	client_fail(client, "there is no client '%s'%s%s%s; these are known:", name, near ? ", did you mean '" : "",
	            text_or(near, ""), near ? "'?" : "");
	for (i = 0; i < COUNT_OF(clients); i++)
		fprintf(stderr, "  %s\n", names[i]);
	return false;
}

static int print_code(struct client *client, size_t i)
{
	if (clients[i].code)
		return fputs(clients[i].code, stdout) < 0 ? COMMAND_FAILED : COMMAND_DONE;
	client_fail(client, "there is no code for %s: it is set up by variables alone", clients[i].name);
	return COMMAND_USAGE;
}

int cli_env(int argc, char **argv)
{
	struct client CLIENT_CLEANUP client;
	struct env_options options;
	struct env_options given;
	struct option_words words;
	struct environment environment = { 0 };
	const char *data;
	size_t i;

	client_init(&client, argv[0]);
	if (!client_read(&client, cli_env_options, argc, argv, &options, &words, 1, 1) ||
	    !find_client(&client, words.items[0], &i))
		return COMMAND_USAGE;
	if (options.code)
		return print_code(&client, i);
	if (!client_locate(&client, &options.client))
		return COMMAND_FAILED;
	data = options.client.endpoint ? options.client.data : text_or(options.client.data, place_data(&client.arena));
	/* The pair of the first start is of the other cloud's account. */
	given = options;
	choose_key(&client, &given, NULL);
	choose_key(&client, &options, data);
	environment = (struct environment){
		.huawei_key_id = given.key_id,
		.huawei_secret = given.secret,
		.huawei_region = huawei_region(options.region),
		.url = client.url,
		.host = client.host,
		.key_id = options.key_id,
		.secret = options.secret,
		.region = options.region,
		.token_file = data ? client.token_file : NULL,
	};
	/* Without a place for it nothing is said about trust: plain http needs none. */
	if (data && !bundle_keep(&client, data, &environment.ca_file, &environment.ca_bundle))
		return COMMAND_FAILED;
	print_lines(&client, &environment, i);
	return ferror(stdout) ? COMMAND_FAILED : COMMAND_DONE;
}
