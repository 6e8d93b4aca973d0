/* Walks the tables of all operations of all dialects: what the compiler cannot see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "api/aliyun/ecs.h"
#include "api/control/control.h"
#include "api/huawei/rest.h"
#include "api/metadata/metadata.h"
#include "base/text.h"

static const struct dialect *const dialects[] = { &dialect_aliyun, &dialect_control, &dialect_metadata };

typedef void look_function(const struct dialect *dialect, const struct operation *operation);

static void look_at_all(const struct dialect *dialect, const struct operation *const *all, look_function *look)
{
	const struct operation *const *at;

	assert_non_null(all[0]);
	for (at = all; *at; at++)
		look(dialect, *at);
}

/* Calls `look` for each operation of each product and dialect. */
static void each_operation(look_function *look)
{
	const struct product *const *product;

	/* A later edition shares those of the first. */
	for (product = products; *product; product++) {
		if ((*product)->edition == EDITION_FIRST)
			look_at_all(&dialect_aliyun, (*product)->operations, look);
	}
	look_at_all(&dialect_control, dialect_control.operations, look);
	look_at_all(&dialect_metadata, dialect_metadata.operations, look);
}

/* How the tables here call an operation: ECS's are just their name, those of other products "sts AssumeRole". */
static const char *title_of(const struct operation *operation)
{
	static char title[128];

	if (!operation->product || text_equal(operation->product, "ecs"))
		return operation->name;
	snprintf(title, sizeof title, "%s %s", operation->product, operation->name);
	return title;
}

/* ---- names ---- */

static void names_are_unique(void **state)
{
	size_t d;

	for (d = 0; d < COUNT_OF(dialects); d++) {
		const struct operation *const *all = dialects[d]->operations;
		size_t i;
		size_t j;

		/* Two products may share a name; see below. */
		for (i = 0; dialects[d] != &dialect_aliyun && all[i]; i++) {
			for (j = 0; j < i; j++)
				assert_string_not_equal(all[i]->name, all[j]->name);
		}
	}
	(void)state;
}

/* And so none is there twice. */
static void operations_of_a_product_are_alphabetical(void **state)
{
	const struct product *const *product;

	for (product = products; *product; product++) {
		const struct operation *const *all = (*product)->operations;
		size_t i;

		for (i = 1; all[i]; i++) {
			if (strcmp(all[i - 1]->name, all[i]->name) >= 0)
				fail_msg("%s stands before %s", all[i - 1]->name, all[i]->name);
		}
	}
	(void)state;
}

/* The version of a request is all that tells its product. */
static void products_differ_in_version_and_name(void **state)
{
	size_t i;
	size_t j;

	for (i = 0; products[i]; i++) {
		assert_false(text_empty(products[i]->title));
		assert_ptr_equal(product_find(products[i]->version), products[i]);
		for (j = 0; j < i; j++)
			assert_string_not_equal(products[i]->version, products[j]->version);
	}
	assert_null(product_find("1999-01-01"));
	assert_null(product_find(NULL));
	(void)state;
}

static void dialect_has_the_operations_of_all_products(void **state)
{
	const struct operation *const *at = dialect_aliyun.operations;
	const struct product *const *product;
	size_t i;

	for (product = products; *product; product++) {
		/* A later edition shares those of the first. */
		for (i = 0; (*product)->edition == EDITION_FIRST && (*product)->operations[i]; i++)
			assert_ptr_equal(*at++, (*product)->operations[i]);
	}
	assert_null(*at);
	(void)state;
}

static void operation_is_found_in_its_product_only(void **state)
{
	size_t i;
	size_t j;

	for (i = 0; products[i]; i++) {
		for (j = 0; products[i]->operations[j]; j++) {
			const struct operation *operation = products[i]->operations[j];

			assert_ptr_equal(product_operation(products[i], operation->name), operation);
			if (products[i]->vendor && !product_vendor_has(products[i], operation->name))
				fail_msg("%s is not the vendor's", operation->name);
		}
		assert_null(product_operation(products[i], "NoSuchOperation"));
		assert_false(product_vendor_has(products[i], "NoSuchOperation"));
	}
	assert_true(product_vendor_has(&product_ecs, "CreateSnapshotGroup"));
	(void)state;
}

static const struct product *product_of(const struct operation *operation)
{
	const struct product *product = product_find(operation->version);

	if (!product)
		fail_msg("%s is of no product", operation->name);
	return product;
}

static bool only_looks(const char *name)
{
	return text_starts(name, "Describe") || text_starts(name, "Get") || text_starts(name, "List") ||
	       text_starts(name, "Query") || text_starts(name, "Verify");
}

static void look_at_operation(const struct dialect *dialect, const struct operation *operation)
{
	if (text_empty(operation->name) || !operation->run || text_empty(operation->doc) || !operation->in.fields ||
	    !operation->out.fields || !operation->in.size || !operation->out.size)
		fail_msg("%s lacks something", text_or(operation->name, "an operation without a name"));
	if (dialect == &dialect_metadata) {
		assert_true(text_starts(operation->name, "GET /latest/") || text_starts(operation->name, "PUT /latest/"));
		return;
	}
	if (dialect == &dialect_control) {
		assert_true(text_starts(operation->name, "GET /") || text_starts(operation->name, "POST /"));
		return;
	}
	assert_string_equal(operation->product, product_of(operation)->name);
	/* What only looks runs on a snapshot; what changes runs in a transaction. */
	if (only_looks(operation->name))
		assert_true(operation->mode == OPERATION_READ || operation->mode == OPERATION_PLAIN);
	else
		assert_int_equal(operation->mode, OPERATION_WRITE);
}

static void operations_are_whole(void **state)
{
	each_operation(look_at_operation);
	(void)state;
}

/* ---- permissions ---- */

static const struct field *field_named(const struct shape *shape, const char *name, size_t length)
{
	const struct field *field;

	for (field = shape->fields; field->name; field++) {
		if (strlen(field->name) == length && strncmp(field->name, name, length) == 0)
			return field;
	}
	return NULL;
}

static bool can_be_authorised(const struct field *field)
{
	return field && (field->type == FIELD_TEXT || field->type == FIELD_TEXTS || field->type == FIELD_JSON_TEXTS);
}

/* "{DiskId|DiskIds}": what stands in braces are parameters of the operation whose values are ids. */
static void look_at_resource(const struct operation *operation)
{
	const char *at = operation->resource;

	while ((at = strchr(at, '{'))) {
		for (at++; *at && *at != '}'; at += strspn(at, "|?/")) {
			size_t length = strcspn(at, "|?/}");

			if (!can_be_authorised(field_named(&operation->in, at, length)))
				fail_msg("%s: the resource %s names no parameter with ids", operation->name, operation->resource);
			at += length;
		}
		assert_int_equal(*at, '}');
	}
}

/* Ids of these kinds are what a policy can be about: an operation that must be given one asks for it. */
static void look_for_forgotten_ids(const struct operation *operation)
{
	static const char *const ids[] = { "DiskId",  "InstanceId", "SnapshotId",      "DiskIds",   "InstanceIds",
		                           "VpcId",   "VSwitchId",  "SecurityGroupId", "ResourceId",
		                           "ScalingGroupId" };
	/* What is done with members of a group is asked on the group. */
	bool of_group = strstr(operation->resource, "scalinggroup/") != NULL;
	size_t i;

	for (i = 0; i < COUNT_OF(ids); i++) {
		const struct field *field = field_named(&operation->in, ids[i], strlen(ids[i]));

		if (of_group && text_equal(ids[i], "InstanceId"))
			continue;
		if (field && field->flags & FIELD_REQUIRED && !strstr(operation->resource, ids[i]))
			fail_msg("%s is given a %s, which its resource %s does not name", operation->name, ids[i], operation->resource);
	}
}

/* Its name, unless the vendor's page names another. */
static const char *permission_of(const struct operation *operation)
{
	return text_equal(operation->product, "ess") && text_starts(operation->name, "Verify") ? "DescribeRegions" : operation->name;
}

static void look_at_permission(const struct dialect *dialect, const struct operation *operation)
{
	char expected[64];

	if (dialect != &dialect_aliyun)
		return;
	snprintf(expected, sizeof expected, "%s:%s", operation->product, permission_of(operation));
	assert_string_equal(operation->permission, expected);
	assert_false(text_empty(operation->resource));
	look_at_resource(operation);
	look_for_forgotten_ids(operation);
}

/* Everybody may ask who they are and where a product is served; nothing else. */
static void few_operations_are_open_to_all(void **state)
{
	const struct operation *const *at;
	size_t n = 0;

	for (at = product_operations; *at; at++)
		n += (*at)->open_to_all;
	assert_int_equal(n, 2);
	assert_true(product_operation(product_find("2015-04-01"), "GetCallerIdentity")->open_to_all);
	assert_true(product_operation(product_find("2015-06-12"), "DescribeEndpoints")->open_to_all);
	(void)state;
}

static void operations_of_products_ask_for_a_permission(void **state)
{
	each_operation(look_at_permission);
	(void)state;
}

/* ---- errors ---- */

static int count_places(const char *text)
{
	int n = 0;

	for (; *text; text++) {
		if (*text != '%')
			continue;
		if (text[1] != 's')
			return -1; /* fault_text knows no other */
		n++;
	}
	return n;
}

static void check_row(const char *where, const struct error_row *row)
{
	if (row->http < 400 || row->http > 599)
		fail_msg("%s: %s: HTTP status %d", where, refusal_words[row->reason], row->http);
	if (text_empty(row->code) || text_empty(row->message))
		fail_msg("%s: %s: no words", where, refusal_words[row->reason]);
	if (count_places(row->code) < 0 || count_places(row->code) > 1 || count_places(row->message) < 0 ||
	    count_places(row->message) > 2)
		fail_msg("%s: %s: \"%s\", \"%s\": places for more than there is", where, refusal_words[row->reason], row->code,
		         row->message);
	/* A space there may be: Location has "Illegal Parameter". */
	if (strpbrk(row->code, "\n<>&\""))
		fail_msg("%s: %s: \"%s\" is no code", where, refusal_words[row->reason], row->code);
}

static void check_rows(const char *where, const struct error_row *rows)
{
	const struct error_row *row;

	for (row = rows; row && row->reason != REFUSE_NONE; row++) {
		assert_true(row->reason < REFUSE_MAX);
		assert_int_not_equal(row->reason, REFUSE_FIELD); /* those are a field's own */
		check_row(where, row);
		if (error_row_find(rows, row->reason) != row)
			fail_msg("%s: two rows for %s", where, refusal_words[row->reason]);
	}
}

/* Rows that nothing but a fault answers; nobody fills in their places. */
static void check_fault_rows(const char *where, const struct error_row *rows)
{
	const struct error_row *row;

	for (row = rows; row && row->reason != REFUSE_NONE; row++) {
		assert_int_equal(row->reason, REFUSE_FAULT);
		check_row(where, row);
		assert_int_equal(count_places(row->code) + count_places(row->message), 0);
	}
}

static void look_at_errors(const struct dialect *dialect, const struct operation *operation)
{
	check_rows(operation->name, operation->errors);
	check_fault_rows(operation->name, operation->faults);
	if (operation->faults && !dialect->faults)
		fail_msg("%s: its dialect knows no faults", operation->name);
}

static void every_error_has_its_words(void **state)
{
	size_t d;

	each_operation(look_at_errors);
	for (d = 0; d < COUNT_OF(dialects); d++) {
		check_rows(dialects[d]->name, dialects[d]->errors);
		check_fault_rows(dialects[d]->name, dialects[d]->faults);
	}
	(void)state;
}

/* What every call can run into has words in its dialect. */
static void each_dialect_can_say_what_the_server_says(void **state)
{
	static const enum refusal_reason always[] = { REFUSE_PARAMETER_MISSING, REFUSE_PARAMETER_EMPTY,
		                                      REFUSE_PARAMETER_INVALID, REFUSE_PARAMETERS_TOO_MANY,
		                                      REFUSE_PARAMETERS_UNREADABLE, REFUSE_UNKNOWN_OPERATION, REFUSE_BUSY,
		                                      REFUSE_STORE_FULL, REFUSE_TIMEOUT, REFUSE_INTERNAL };
	size_t d;
	size_t i;

	for (d = 0; d < COUNT_OF(dialects); d++) {
		for (i = 0; i < COUNT_OF(always); i++) {
			if (!error_row_find(dialects[d]->errors, always[i]))
				fail_msg("%s has no words for %s", dialects[d]->name, refusal_words[always[i]]);
		}
	}
	(void)state;
}

/* Operations of the second dialect: named once, found by a path, with words of their family for what every call can meet. */
static void families_can_say_what_every_call_meets(void **state)
{
	static const enum refusal_reason always[] = { REFUSE_PARAMETER_MISSING, REFUSE_PARAMETER_EMPTY, REFUSE_PARAMETER_INVALID,
		                                      REFUSE_PARAMETERS_UNREADABLE, REFUSE_PARAMETERS_REPEATED,
		                                      REFUSE_NOT_AUTHORISED, REFUSE_INTERNAL };
	const struct operation *const *at;
	const struct operation *const *other;
	size_t i;

	for (at = huawei_operations; *at; at++) {
		if (!(*at)->method || !(*at)->path || !(*at)->product || !(*at)->doc)
			fail_msg("%s is not whole", (*at)->name);
		for (other = huawei_operations; other != at; other++)
			assert_string_not_equal((*other)->name, (*at)->name);
		for (i = 0; (*at)->common && i < COUNT_OF(always); i++) {
			if (!error_row_find((*at)->common, always[i]))
				fail_msg("the family of %s has no words for %s", (*at)->name, refusal_words[always[i]]);
		}
	}
	(void)state;
}

/* ---- the reasons of the verbs ---- */

#define REASONS_MAX 48
#define R(word)     REFUSE_##word

/* All that the verb behind each operation may answer, matrix of jobs included (core/matrix.c). */
static const struct {
	const char *name;
	enum refusal_reason reasons[REASONS_MAX]; /* ends with NONE */
} verbs[] = {
	{ "AttachDisk",
	  { R(REGION_UNKNOWN), R(INSTANCE_UNKNOWN), R(DISK_UNKNOWN), R(NOT_IN_WHITE_LIST), R(DEVICE_MALFORMED),
	    R(ZONE_MISMATCH), R(DISK_OVERDUE), R(DISK_NOT_PORTABLE), R(DISK_ATTACHED_HERE), R(DISK_STATE),
	    R(INSTANCE_LOCKED_SECURITY), R(INSTANCE_LOCKED_FINANCIAL), R(DISK_MULTI_ATTACH_FLAG), R(DISK_EPHEMERAL_KEEP),
	    R(DISK_OTHER_INSTANCE), R(DISK_FORCE_UNSUPPORTED), R(DISK_MULTI_ATTACH_BOOT), R(DISK_NOT_BOOTABLE),
	    R(INSTANCE_NOT_ORIGIN), R(INSTANCE_STATE), R(INSTANCE_HAS_SYSTEM_DISK), R(CREDENTIAL_MISSING),
	    R(INSTANCE_NO_HOT_PLUG), R(INSTANCE_NO_MULTI_ATTACH), R(DISK_MULTI_ATTACH_LIMIT), R(INSTANCE_DISK_LIMIT),
	    R(DEVICE_IN_USE) } },
	{ "CreateDisk",
	  { R(REGION_UNKNOWN), R(ZONE_MISSING), R(INSTANCE_UNKNOWN), R(ZONE_UNKNOWN), R(ZONE_MISMATCH),
	    R(NOT_IN_WHITE_LIST), R(SNAPSHOT_UNKNOWN), R(SNAPSHOT_NOT_READY), R(SNAPSHOT_ENCRYPTION), R(DISK_SIZE_MISSING),
	    R(DISK_CATEGORY), R(DISK_PERFORMANCE_LEVEL),
	    R(DISK_SIZE), R(DISK_MULTI_ATTACH_CATEGORY), R(DISK_MULTI_ATTACH_INSTANCE), R(INSTANCE_PRE_PAID),
	    R(INSTANCE_STATE), R(INSTANCE_DISK_LIMIT), R(TOKEN_MISMATCH), R(TAG_DUPLICATE), R(TAG_KEY), R(TAG_VALUE) } },
	{ "CreateInstance",
	  { R(REGION_UNKNOWN), R(INSTANCE_TYPE_UNKNOWN), R(IMAGE_UNKNOWN), R(ZONE_UNKNOWN), R(SYSTEM_DISK_CATEGORY),
	    R(DISK_PERFORMANCE_LEVEL), R(SYSTEM_DISK_SIZE), R(INSTANCE_DISK_LIMIT), R(SNAPSHOT_UNKNOWN), R(SNAPSHOT_NOT_READY),
	    R(SNAPSHOT_ENCRYPTION), R(DISK_CATEGORY),
	    R(DISK_SIZE_MISSING), R(DISK_SIZE), R(DEVICE_MALFORMED), R(DEVICE_IN_USE), R(TOKEN_MISMATCH),
	    R(DRY_RUN_PASSED), R(TAG_DUPLICATE), R(TAG_KEY), R(TAG_VALUE), R(VSWITCH_UNKNOWN), R(VSWITCH_STATE),
	    R(VSWITCH_ZONE), R(VSWITCH_MISSING), R(SECURITY_GROUP_UNKNOWN), R(VPC_MISMATCH), R(SECURITY_GROUP_FULL),
	    R(ADDRESS_MALFORMED), R(ADDRESS_OUTSIDE), R(ADDRESS_TAKEN),
	    R(ADDRESSES_EXHAUSTED) } },
	{ "CreateSnapshot",
	  { R(REGION_UNKNOWN), R(DISK_UNKNOWN), R(DISK_NO_SNAPSHOTS), R(DISK_OVERDUE), R(DISK_STATE), R(DISK_NEVER_ATTACHED),
	    R(INSTANCE_LOCKED_SECURITY), R(INSTANCE_STATE), R(DISK_NEVER_USED), R(SNAPSHOT_NEEDS_OFF), R(SNAPSHOT_LIMIT),
	    R(DISK_SNAPSHOTTING), R(TOKEN_MISMATCH) } },
	{ "DeleteDisk",
	  { R(REGION_UNKNOWN), R(NOT_IN_WHITE_LIST), R(DISK_STATE), R(DISK_NOT_PORTABLE), R(DISK_SNAPSHOTTING) } },
	{ "DeleteInstance",
	  { R(REGION_UNKNOWN), R(INSTANCE_UNKNOWN), R(INSTANCE_BUILDING), R(INSTANCE_PROTECTED), R(INSTANCE_PRE_PAID),
	    R(INSTANCE_STATE), R(DRY_RUN_PASSED) } },
	{ "DeleteInstances",
	  { R(REGION_UNKNOWN), R(BATCH_EMPTY), R(BATCH_TOO_LARGE), R(INSTANCE_UNKNOWN), R(INSTANCE_BUILDING), R(INSTANCE_PROTECTED),
	    R(INSTANCE_PRE_PAID), R(INSTANCE_STATE), R(TOKEN_MISMATCH), R(DRY_RUN_PASSED) } },
	{ "DeleteSnapshot", { R(REGION_UNKNOWN), R(SNAPSHOT_HAS_DISKS), R(JOB_IN_THE_WAY) } },
	{ "DescribeAvailableResource", { R(REGION_UNKNOWN), R(PARAMETER_CONFLICT) } },
	{ "DescribeDisks", { R(REGION_UNKNOWN), R(PARAMETER_CONFLICT), R(DRY_RUN_PASSED) } },
	{ "DescribeImages", { R(REGION_UNKNOWN), R(INSTANCE_TYPE_UNKNOWN), R(DRY_RUN_PASSED) } },
	{ "DescribeInstanceAttribute", { R(INSTANCE_UNKNOWN) } },
	{ "DescribeInstanceHistoryEvents", { R(PARAMETER_MISSING), R(PARAMETER_INVALID), R(PARAMETER_CONFLICT) } },
	{ "DescribeInstanceStatus", { R(REGION_UNKNOWN), R(ZONE_UNKNOWN) } },
	{ "DescribeInstanceTypes", { R(PARAMETER_INVALID) } },
	{ "DescribeInstances", { R(REGION_UNKNOWN), R(DRY_RUN_PASSED) } },
	{ "DescribeRegions", { R(NONE) } },
	{ "DescribeSnapshots", { R(REGION_UNKNOWN), R(DRY_RUN_PASSED) } },
	{ "CancelTask", { R(REGION_UNKNOWN), R(JOB_UNKNOWN), R(JOB_ENDED), R(JOB_BEGUN) } },
	{ "DescribeTaskAttribute", { R(REGION_UNKNOWN), R(JOB_UNKNOWN) } },
	{ "DescribeTasks", { R(PARAMETER_MISSING), R(REGION_UNKNOWN) } },
	{ "DescribeZones", { R(REGION_UNKNOWN) } },
	{ "DetachDisk",
	  { R(REGION_UNKNOWN), R(INSTANCE_UNKNOWN), R(DISK_UNKNOWN), R(NOT_IN_WHITE_LIST), R(DISK_BASE_IMAGE_LOST),
	    R(DISK_NOT_ATTACHED), R(DISK_ATTACHED_ELSEWHERE), R(DISK_DETACHING), R(DISK_STATE), R(INSTANCE_LOCKED_SECURITY),
	    R(DISK_LOCAL), R(DISK_EPHEMERAL_KEEP), R(DISK_SYSTEM), R(SYSTEM_DISK_ONLINE),
	    R(INSTANCE_STATE), R(INSTANCE_IMAGE_DELETED),
	    R(DISK_NOT_PORTABLE), R(DISK_MULTI_ATTACH_FLAG), R(INSTANCE_NO_HOT_UNPLUG), R(INSTANCE_DETACHING_LIMIT) } },
	{ "ModifyDiskAttribute",
	  { R(REGION_UNKNOWN), R(DISK_MISSING), R(NOTHING_TO_CHANGE), R(DISK_UNKNOWN), R(NOT_IN_WHITE_LIST), R(DISK_STATE),
	    R(DISK_MULTI_ATTACH_FLAG), R(DISK_NOT_PORTABLE) } },
	{ "ModifyDiskChargeType",
	  { R(REGION_UNKNOWN), R(INSTANCE_UNKNOWN), R(INSTANCE_POST_PAID), R(INSTANCE_STATE), R(DISK_MISSING), R(DISK_UNKNOWN),
	    R(DISK_SYSTEM), R(DISK_MULTI_ATTACH), R(DISK_NOT_ATTACHED), R(DISK_LOCAL), R(TOKEN_MISMATCH) } },
	{ "ModifyDiskSpec",
	  { R(REGION_UNKNOWN), R(NOTHING_TO_CHANGE), R(DISK_UNKNOWN), R(DISK_OVERDUE), R(DISK_MULTI_ATTACH), R(DISK_CATEGORY),
	    R(DISK_STATE), R(INSTANCE_LOCKED_FINANCIAL), R(DISK_PERFORMANCE_LEVEL), R(DISK_PROVISIONED_IOPS), R(DISK_SIZE),
	    R(DISK_SNAPSHOTTING), R(DRY_RUN_PASSED) } },
	{ "ReInitDisk",
	  { R(REGION_UNKNOWN), R(DISK_UNKNOWN), R(NOT_IN_WHITE_LIST), R(DISK_CATEGORY), R(DISK_MULTI_ATTACH),
	    R(DISK_BASE_IMAGE_LOST), R(DISK_STATE), R(INSTANCE_LOCKED_SECURITY), R(INSTANCE_LOCKED_FINANCIAL),
	    R(INSTANCE_STATE), R(IMAGE_UNKNOWN), R(SNAPSHOT_GONE), R(DISK_SNAPSHOTTING) } },
	{ "ModifyInstanceAttribute",
	  { R(REGION_UNKNOWN), R(INSTANCE_UNKNOWN), R(INSTANCE_LOCKED_SECURITY), R(INSTANCE_STATE),
	    R(SECURITY_GROUP_UNKNOWN), R(VPC_MISMATCH), R(SECURITY_GROUP_FULL), R(SECURITY_GROUPS_TOO_MANY) } },
	{ "RebootInstance",
	  { R(REGION_UNKNOWN), R(INSTANCE_UNKNOWN), R(INSTANCE_STATE), R(INSTANCE_LOCKED_SECURITY),
	    R(INSTANCE_LOCKED_FINANCIAL), R(DRY_RUN_PASSED) } },
	{ "RebootInstances",
	  { R(REGION_UNKNOWN), R(BATCH_EMPTY), R(BATCH_TOO_LARGE), R(INSTANCE_UNKNOWN), R(INSTANCE_STATE),
	    R(INSTANCE_LOCKED_SECURITY), R(INSTANCE_LOCKED_FINANCIAL), R(DRY_RUN_PASSED) } },
	{ "ReplaceSystemDisk",
	  { R(REGION_UNKNOWN), R(PARAMETER_CONFLICT), R(IMAGE_AND_DISK), R(IMAGE_MISSING), R(INSTANCE_UNKNOWN),
	    R(INSTANCE_BUILDING), R(INSTANCE_LOCKED_SECURITY), R(INSTANCE_LOCKED_FINANCIAL), R(INSTANCE_STATE),
	    R(INSTANCE_NO_SYSTEM_DISK), R(IMAGE_UNKNOWN), R(DISK_STATE), R(SYSTEM_DISK_BELOW_IMAGE),
	    R(SYSTEM_DISK_TOO_SMALL), R(SYSTEM_DISK_TOO_LARGE), R(DISK_SNAPSHOTTING), R(TOKEN_MISMATCH) } },
	{ "ResetDisk",
	  { R(REGION_UNKNOWN), R(DISK_UNKNOWN), R(NOT_IN_WHITE_LIST), R(SNAPSHOT_UNKNOWN), R(SNAPSHOT_OTHER_DISK),
	    R(SNAPSHOT_NOT_READY), R(DISK_STATE), R(INSTANCE_LOCKED_SECURITY), R(INSTANCE_LOCKED_FINANCIAL),
	    R(INSTANCE_STATE), R(JOB_IN_THE_WAY), R(DRY_RUN_PASSED) } },
	{ "ResizeDisk",
	  { R(REGION_UNKNOWN), R(DISK_UNKNOWN), R(NOT_IN_WHITE_LIST), R(DISK_OVERDUE), R(DISK_CATEGORY),
	    R(DISK_NO_ONLINE_RESIZE), R(DISK_MULTI_ATTACH_ONLINE), R(DISK_STATE), R(INSTANCE_LOCKED_SECURITY),
	    R(INSTANCE_LOCKED_FINANCIAL), R(INSTANCE_NOT_RUNNING), R(INSTANCE_STATE), R(DISK_SAME_SIZE), R(DISK_SHRINKS),
	    R(DISK_TOO_LARGE), R(DISK_SNAPSHOTTING), R(DISK_RESIZING), R(TOKEN_MISMATCH) } },
	{ "RunInstances",
	  { R(REGION_UNKNOWN), R(INSTANCE_TYPE_UNKNOWN), R(IMAGE_UNKNOWN), R(ZONE_UNKNOWN), R(SYSTEM_DISK_CATEGORY),
	    R(DISK_PERFORMANCE_LEVEL), R(SYSTEM_DISK_SIZE), R(INSTANCE_DISK_LIMIT), R(SNAPSHOT_UNKNOWN), R(SNAPSHOT_NOT_READY),
	    R(SNAPSHOT_ENCRYPTION), R(DISK_CATEGORY),
	    R(DISK_SIZE_MISSING), R(DISK_SIZE), R(DEVICE_MALFORMED), R(DEVICE_IN_USE), R(PARAMETER_CONFLICT),
	    R(TOKEN_MISMATCH), R(DRY_RUN_PASSED), R(TAG_DUPLICATE), R(TAG_KEY), R(TAG_VALUE), R(VSWITCH_UNKNOWN),
	    R(VSWITCH_STATE), R(VSWITCH_ZONE), R(VSWITCH_MISSING), R(SECURITY_GROUP_UNKNOWN), R(VPC_MISMATCH),
	    R(SECURITY_GROUP_FULL), R(SECURITY_GROUPS_TOO_MANY), R(ADDRESS_MALFORMED), R(ADDRESS_OUTSIDE),
	    R(ADDRESS_TAKEN), R(ADDRESSES_EXHAUSTED) } },
	{ "StartInstance",
	  { R(REGION_UNKNOWN), R(INSTANCE_UNKNOWN), R(INSTANCE_STATE), R(INSTANCE_LOCKED_SECURITY),
	    R(INSTANCE_LOCKED_FINANCIAL), R(INSTANCE_NO_SYSTEM_DISK), R(DRY_RUN_PASSED) } },
	{ "StartInstances",
	  { R(REGION_UNKNOWN), R(BATCH_EMPTY), R(BATCH_TOO_LARGE), R(INSTANCE_UNKNOWN), R(INSTANCE_STATE),
	    R(INSTANCE_LOCKED_SECURITY), R(INSTANCE_LOCKED_FINANCIAL), R(INSTANCE_NO_SYSTEM_DISK), R(DRY_RUN_PASSED) } },
	{ "StopInstance",
	  { R(REGION_UNKNOWN), R(INSTANCE_UNKNOWN), R(INSTANCE_STATE), R(INSTANCE_LOCKED_SECURITY),
	    R(INSTANCE_LOCKED_FINANCIAL), R(DRY_RUN_PASSED) } },
	{ "StopInstances",
	  { R(REGION_UNKNOWN), R(BATCH_EMPTY), R(BATCH_TOO_LARGE), R(INSTANCE_UNKNOWN), R(INSTANCE_STATE),
	    R(INSTANCE_LOCKED_SECURITY), R(INSTANCE_LOCKED_FINANCIAL), R(DRY_RUN_PASSED) } },
#include "operations_network.inc"
#include "operations_ess.inc"
	{ "bssapi QueryAvailableInstances", { R(PARAMETER_INVALID) } },
	{ "location DescribeEndpoints", { R(REGION_UNKNOWN), R(PRODUCT_UNKNOWN) } },
	{ "rds DescribeDBInstanceIPArrayList", { R(DB_UNKNOWN) } },
	{ "rds DescribeDBInstances", { R(REGION_UNKNOWN), R(DB_UNKNOWN) } },
	{ "slb AddBackendServers",
	  { R(BACKENDS_MALFORMED), R(BACKENDS_TOO_MANY), R(BACKEND_NAMELESS), R(BACKEND_KIND), R(BACKEND_WEIGHT),
	    R(REGION_UNKNOWN), R(BALANCER_UNKNOWN), R(BALANCER_LOCKED), R(INSTANCE_UNKNOWN), R(INSTANCE_NOT_RUNNING),
	    R(BACKEND_EXISTS), R(BALANCER_FULL) } },
	{ "slb DescribeLoadBalancerAttribute", { R(REGION_UNKNOWN), R(BALANCER_UNKNOWN) } },
	{ "slb RemoveBackendServers",
	  { R(BACKENDS_MALFORMED), R(BACKENDS_TOO_MANY), R(BACKEND_NAMELESS), R(REGION_UNKNOWN), R(BALANCER_UNKNOWN),
	    R(BALANCER_LOCKED) } },
	{ "slb SetLoadBalancerStatus", { R(REGION_UNKNOWN), R(BALANCER_UNKNOWN), R(BALANCER_LOCKED) } },
	{ "sts AssumeRole", { R(PARAMETER_INVALID), R(POLICY_MALFORMED), R(ROLE_UNKNOWN), R(ROLE_ABSENT), R(TEMPORARY_KEYS_LIMIT) } },
	{ "sts GetCallerIdentity", { R(NONE) } },
	{ "POST /_cleat/keys", { R(ACCOUNT_UNKNOWN), R(KEY_EXISTS), R(USER_UNKNOWN) } },
	{ "POST /_cleat/keys/disable", { R(KEY_UNKNOWN) } },
	{ "POST /_cleat/keys/enable", { R(KEY_UNKNOWN) } },
	{ "POST /_cleat/clock/advance", { R(CLOCK_NOT_MANUAL) } },
	{ "GET /_cleat/why", { R(DISK_UNKNOWN) } },
	{ "POST /_cleat/faults", { R(FAULT_INVALID), R(FAULT_EXISTS), R(FAULT_LIMIT), R(ACCOUNT_UNKNOWN) } },
	{ "POST /_cleat/faults/clear", { R(FAULT_INVALID), R(FAULT_UNKNOWN) } },
	{ "GET /readyz", { R(STORE_FULL) } },
};

static bool verb_can_say(size_t verb, enum refusal_reason reason)
{
	size_t i;

	for (i = 0; i < REASONS_MAX && verbs[verb].reasons[i] != REFUSE_NONE; i++) {
		if (verbs[verb].reasons[i] == reason)
			return true;
	}
	return false;
}

static size_t verb_of(const char *name)
{
	size_t verb = 0;

	while (verb < COUNT_OF(verbs) && !text_equal(verbs[verb].name, name))
		verb++;
	return verb;
}

static void check_verb(const struct dialect *dialect, const struct operation *operation)
{
	size_t verb = verb_of(title_of(operation));
	const struct error_row *row;
	size_t i;

	if (verb == COUNT_OF(verbs)) {
		if (dialect == &dialect_aliyun)
			fail_msg("%s: write down here what its verb may answer", operation->name);
		return;
	}
	for (i = 0; i < REASONS_MAX && verbs[verb].reasons[i] != REFUSE_NONE; i++) {
		enum refusal_reason reason = verbs[verb].reasons[i];

		if (!error_row_find(operation->errors, reason) && !error_row_find(dialect->errors, reason))
			fail_msg("%s has no words for %s", operation->name, refusal_words[reason]);
	}
	/* And none that nobody says. */
	for (row = operation->errors; row && row->reason != REFUSE_NONE; row++) {
		if (row->reason != REFUSE_PARAMETER_EMPTY && !verb_can_say(verb, row->reason))
			fail_msg("%s has words for %s, which it never answers", operation->name, refusal_words[row->reason]);
	}
}

static int verb_operations[COUNT_OF(verbs)];

static void count_verb(const struct dialect *dialect, const struct operation *operation)
{
	size_t verb = verb_of(title_of(operation));

	(void)dialect;
	if (verb < COUNT_OF(verbs))
		verb_operations[verb]++;
}

static void every_reason_of_a_verb_has_words(void **state)
{
	size_t i;

	each_operation(check_verb);
	each_operation(count_verb);
	for (i = 0; i < COUNT_OF(verbs); i++) {
		if (verb_operations[i] != 1)
			fail_msg("%d operations are called %s", verb_operations[i], verbs[i].name);
	}
	(void)state;
}

/* Rows that the operation and its dialect word alike are one too many. */
static void check_repeat(const struct dialect *dialect, const struct operation *operation)
{
	const struct error_row *row;

	for (row = operation->errors; row && row->reason != REFUSE_NONE; row++) {
		const struct error_row *general = error_row_find(dialect->errors, row->reason);

		if (general && row->reason != REFUSE_PARAMETER_EMPTY && general->http == row->http &&
		    text_equal(general->code, row->code) && text_equal(general->message, row->message))
			fail_msg("%s repeats its dialect's words for %s", operation->name, refusal_words[row->reason]);
	}
}

static void no_operation_repeats_its_dialect(void **state)
{
	each_operation(check_repeat);
	(void)state;
}

/* ---- fields ---- */

static size_t size_of(const struct field *field)
{
	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_TIME:
		return sizeof(const char *);
	case FIELD_OPT_BOOL:
		return sizeof(struct opt_bool);
	case FIELD_OPT_INT:
		return sizeof(struct opt_int);
	case FIELD_BOOL:
		return sizeof(bool);
	case FIELD_INT:
		return sizeof(int64_t);
	case FIELD_DECIMAL:
		return sizeof(double);
	case FIELD_TEXTS:
		return sizeof(struct texts);
	case FIELD_INTS:
		return sizeof(struct numbers);
	case FIELD_JSON_TEXTS:
		return sizeof(struct opt_texts);
	case FIELD_ITEMS:
		return sizeof(struct items);
	case FIELD_NAMED_ITEMS:
		return sizeof(struct named_items);
	case FIELD_PAIRS:
		return sizeof(struct pairs);
	case FIELD_OBJECT:
		return field->of ? field->of->size : 0;
	}
	return 0;
}

static bool is_one_of(enum field_type type, const enum field_type *types, size_t n)
{
	while (n--) {
		if (types[n] == type)
			return true;
	}
	return false;
}

#define IS(field, ...)                                                     \
	is_one_of((field)->type, (const enum field_type[]){ __VA_ARGS__ }, \
	          sizeof((const enum field_type[]){ __VA_ARGS__ }) / sizeof(enum field_type))

/* What a flag or member means something for. */
static const char *wrong_of_both(const struct field *field)
{
	bool lists = IS(field, FIELD_TEXTS, FIELD_INTS, FIELD_ITEMS);

	if (!field->of != !IS(field, FIELD_ITEMS, FIELD_OBJECT))
		return "a shape inside is for lists of structs and for objects";
	if (field->item && !lists)
		return "an item's name is for lists";
	if (field->flags & ~(unsigned)(FIELD_REQUIRED | FIELD_NOT_EMPTY | FIELD_CLIENT_TOKEN | FIELD_DRY_RUN |
	                               FIELD_OMIT_EMPTY | FIELD_ACCEPTED | FIELD_SECRET | FIELD_ONE | FIELD_EXACT))
		return "a flag that does not exist";
	return NULL;
}

static const char *wrong_in_input(const struct field *field)
{
	if (IS(field, FIELD_BOOL, FIELD_INT, FIELD_DECIMAL, FIELD_INTS))
		return "a plain number or boolean cannot tell absent from 0";
	if (field->flags & FIELD_OMIT_EMPTY)
		return "what is left out is output's";
	if (field->flags & (FIELD_ONE | FIELD_EXACT) && field->type != FIELD_TEXTS)
		return "a list of texts can be numbered and can be one";
	if (field->flags & FIELD_CLIENT_TOKEN && field->type != FIELD_TEXT)
		return "a client token is a text";
	if (field->flags & FIELD_DRY_RUN && field->type != FIELD_OPT_BOOL)
		return "a dry run is a boolean";
	if (field->flags & FIELD_NOT_EMPTY &&
	    !IS(field, FIELD_TEXT, FIELD_TIME, FIELD_OPT_BOOL, FIELD_OPT_INT, FIELD_JSON_TEXTS))
		return "only a value can be empty";
	if ((field->min || field->max) && IS(field, FIELD_OPT_BOOL, FIELD_OBJECT, FIELD_TIME))
		return "limits are for texts, numbers and lists";
	if (field->min > field->max && !(field->min && !field->max && field->type == FIELD_TEXT))
		return "the least is more than the most";
	if (field->values && (field->type != FIELD_TEXT || !field->values[0]))
		return "words are for texts";
	if (field->also && text_equal(field->also, field->name))
		return "the other spelling is the same";
	if (field->type == FIELD_TEXT && !(field->flags & FIELD_SECRET) &&
	    (strcasestr(field->name, "password") || strcasestr(field->name, "secret") || text_equal(field->name, "UserData")))
		return "the journal would show it; it lacks FIELD_SECRET";
	if (field->bad && field->bad->reason != REFUSE_FIELD)
		return "its words are for REFUSE_FIELD";
	return NULL;
}

static const char *wrong_in_output(const struct field *field)
{
	if (field->flags & ~(unsigned)FIELD_OMIT_EMPTY)
		return "a flag of input";
	if (field->flags & FIELD_OMIT_EMPTY && !IS(field, FIELD_TEXT, FIELD_TIME, FIELD_DECIMAL))
		return "only texts and decimals are left out";
	if (field->values || field->bad || field->also || field->min || field->max)
		return "nothing of output is checked";
	return NULL;
}

static void check_shape(const char *where, const struct shape *shape, bool input, enum edition edition, int depth)
{
	const struct field *field;
	const struct field *other;

	if (depth > TREE_DEPTH_MAX / 2)
		fail_msg("%s: nested too deep", where);
	for (field = shape->fields; field->name; field++) {
		const char *called = field_name(field, edition);
		const char *wrong = wrong_of_both(field);
		char name[160];

		if (!called)
			continue;
		snprintf(name, sizeof name, "%s.%s", where, called);
		if (!wrong)
			wrong = input ? wrong_in_input(field) : wrong_in_output(field);
		if (wrong)
			fail_msg("%s: %s", name, wrong);
		if (strpbrk(called, " .%<>&\"\\"))
			fail_msg("%s is no name", name);
		if (field->offset + size_of(field) > shape->size)
			fail_msg("%s is outside its struct", name);
		for (other = shape->fields; other < field; other++) {
			if (text_equal(field_name(other, edition), called) || (input && text_equal(other->also, called)))
				fail_msg("%s is there twice", name);
			/* A reply may show one member under two names; two parameters in one would hide each other. */
			if (input && other->offset < field->offset + size_of(field) &&
			    field->offset < other->offset + size_of(other))
				fail_msg("%s and %s share a member", name, other->name);
		}
		if (field->bad)
			check_row(name, field->bad);
		if (field->of)
			check_shape(name, field->of, input, edition, depth + 1);
	}
}

static int count_flag(const struct shape *shape, unsigned flag)
{
	const struct field *field;
	int n = 0;

	for (field = shape->fields; field->name; field++)
		n += (field->flags & flag) != 0;
	return n;
}

static void look_at_fields(const struct dialect *dialect, const struct operation *operation)
{
	char where[128];
	int edition;

	for (edition = 0; edition <= EDITION_LATER; edition++) {
		snprintf(where, sizeof where, "%s in", operation->name);
		check_shape(where, &operation->in, true, (enum edition)edition, 0);
		snprintf(where, sizeof where, "%s out", operation->name);
		check_shape(where, &operation->out, false, (enum edition)edition, 0);
	}
	assert_true(count_flag(&operation->in, FIELD_CLIENT_TOKEN) <= 1);
	assert_true(count_flag(&operation->in, FIELD_DRY_RUN) <= 1);
	/* A reply that is remembered must be one that can be given again. */
	if (count_flag(&operation->in, FIELD_CLIENT_TOKEN))
		assert_int_equal(operation->mode, OPERATION_WRITE);
	if (count_flag(&operation->in, FIELD_DRY_RUN) && !error_row_find(operation->errors, REFUSE_DRY_RUN_PASSED))
		fail_msg("%s of %s has no words for a dry run", operation->name, dialect->name);
}

static void fields_fit_their_structs_and_flags(void **state)
{
	each_operation(look_at_fields);
	(void)state;
}

/* ---- words for states ---- */

static void every_state_has_a_word_of_its_own(void **state)
{
	int i;

	/* Failures do not stay there: those behind are the other cloud's. */
	for (i = 0; i < DISK_STATUS_CREATE_FAILED; i++)
		assert_int_equal(ecs_disk_status_of(ecs_disk_status((enum disk_status)i)), i);
	for (i = 0; i < CHARGE_TYPE_MAX; i++)
		assert_int_equal(ecs_charge_type_of(ecs_charge_type((enum charge_type)i)), i);
	/* An instance that is being released is Stopping, in ECS's words; the word means the one that stops. */
	for (i = 0; i < INSTANCE_STATE_MAX; i++)
		assert_int_equal(ecs_instance_status_of(ecs_instance_status((enum instance_state)i)),
		                 i == INSTANCE_RELEASING ? INSTANCE_STOPPING : i);
	assert_int_equal(ecs_disk_status_of("available"), -1);
	assert_int_equal(ecs_disk_status_of(""), -1);
	assert_int_equal(ecs_disk_status_of(NULL), -1);
	(void)state;
}

static void every_enum_has_its_names(void **state)
{
	static const struct {
		const char *const *names;
		int n;
	} enums[] = {
		{ access_key_state_names, ACCESS_KEY_STATE_MAX }, { machine_kind_names, MACHINE_KIND_MAX },
		{ instance_state_names, INSTANCE_STATE_MAX },     { charge_type_names, CHARGE_TYPE_MAX },
		{ disk_state_names, DISK_STATE_MAX },             { disk_status_names, DISK_STATUS_MAX },
		{ disk_type_names, DISK_TYPE_MAX },               { attachment_state_names, ATTACHMENT_STATE_MAX },
		{ job_kind_names, JOB_KIND_MAX },                 { job_step_names, JOB_STEP_MAX },
		{ job_state_names, JOB_STATE_MAX },               { event_outcome_names, EVENT_OUTCOME_MAX },
		{ driver_act_names, DRIVER_ACT_MAX },             { driver_answer_names, DRIVER_ANSWER_MAX },
		{ refusal_words, REFUSE_MAX },
	};
	size_t e;
	int i;
	int j;

	for (e = 0; e < COUNT_OF(enums); e++) {
		assert_null(enums[e].names[enums[e].n]);
		for (i = 0; i < enums[e].n; i++) {
			assert_non_null(enums[e].names[i]);
			for (j = 0; j < i; j++)
				assert_string_not_equal(enums[e].names[i], enums[e].names[j]);
		}
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(operations_of_a_product_are_alphabetical),
		cmocka_unit_test(products_differ_in_version_and_name),
		cmocka_unit_test(dialect_has_the_operations_of_all_products),
		cmocka_unit_test(operation_is_found_in_its_product_only),
		cmocka_unit_test(operations_are_whole),
		cmocka_unit_test(operations_of_products_ask_for_a_permission),
		cmocka_unit_test(few_operations_are_open_to_all),
		cmocka_unit_test(every_error_has_its_words),
		cmocka_unit_test(each_dialect_can_say_what_the_server_says),
		cmocka_unit_test(families_can_say_what_every_call_meets),
		cmocka_unit_test(every_reason_of_a_verb_has_words),
		cmocka_unit_test(no_operation_repeats_its_dialect),
		cmocka_unit_test(fields_fit_their_structs_and_flags),
		cmocka_unit_test(every_state_has_a_word_of_its_own),
		cmocka_unit_test(every_enum_has_its_names),
	};

	return cmocka_run_group_tests_name("operations", tests, NULL, NULL);
}
