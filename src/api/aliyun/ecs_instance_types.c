/* DescribeInstanceTypes. */
#include <stdlib.h>
#include <string.h>

#include "api/aliyun/ecs.h"
#include "base/text.h"
#include "core/catalogue.h"

#define TYPES_PAGE_MAX 1600
#define SYSTEM_DISKS   1 /* that DiskQuantity counts as well */

struct types_in {
	struct texts types, families, categories, architectures;
	const char *family, *category, *level, *architecture, *nvme, *gpu_spec;
	const char *min_memory, *max_memory; /* GiB, may have decimals */
	struct opt_int min_cpus, max_cpus, min_disks, min_gpus, max_gpus, min_local_disks;
	struct opt_int max_results;
	const char *next_token;
};

struct type_item {
	const char *id, *family, *level, *category, *architecture, *nvme, *none;
	int64_t cpus, disks, zero;
	double memory;
};

struct types_out {
	struct items types;
	const char *next_token;
};

/* ---- words ---- */

static const char *const categories[] = { "General-purpose", "Compute-optimized", "Memory-optimized", "Big Data", "Local SSDs",
	                                  "High Clock Speed", "Enhanced", "Shared", "Compute-optimized with GPU",
	                                  "Visual Compute-optimized", "Heterogeneous Service",
	                                  "Compute-optimized with FPGA", "Compute-optimized with NPU", "ECS Bare Metal",
	                                  "High Performance Compute", NULL };
static const char *const levels[] = { "EntryLevel", "EnterpriseLevel", "CreditEntryLevel", NULL };
static const char *const architectures[] = { "X86", "ARM", NULL };
static const char *const nvmes[] = { "required", "supported", "unsupported", NULL };

/* What the vendor says of a family, by how its name begins; the first that fits. */
static const struct {
	const char *begins, *level, *category;
} kinds[] = {
	{ "ecs.t5", "CreditEntryLevel", "Shared" },
	{ "ecs.t6", "CreditEntryLevel", "Shared" },
	{ "ecs.n", "EntryLevel", "Shared" },
	{ "ecs.s", "EntryLevel", "Shared" },
	{ "ecs.t", "EntryLevel", "Shared" },
	{ "ecs.c", "EnterpriseLevel", "Compute-optimized" },
	{ "ecs.r", "EnterpriseLevel", "Memory-optimized" },
	{ "", "EnterpriseLevel", "General-purpose" },
};

static void fill_kind(const char *family, struct type_item *item)
{
	size_t i = 0;

	while (!text_starts(family, kinds[i].begins))
		i++;
	item->level = kinds[i].level;
	item->category = kinds[i].category;
}

/* ---- tables ---- */

static const struct field in_fields[] = {
	TEXTS(struct types_in, types, "InstanceTypes", .max = 100),
	TEXT(struct types_in, family, "InstanceTypeFamily", .doc = "Does not count beside InstanceTypeFamilies.N."),
	TEXTS(struct types_in, families, "InstanceTypeFamilies", .max = 100),
	TEXT(struct types_in, level, "InstanceFamilyLevel", .values = levels),
	TEXT(struct types_in, category, "InstanceCategory", .values = categories,
	     .doc = "Does not count beside InstanceCategories.N."),
	TEXTS(struct types_in, categories, "InstanceCategories", .max = 100),
	TEXT(struct types_in, architecture, "CpuArchitecture", .values = architectures, .doc = "ARM finds none."),
	TEXTS(struct types_in, architectures, "CpuArchitectures", .max = 100),
	OPT_INT(struct types_in, min_cpus, "MinimumCpuCoreCount", .min = 0, .max = 100000),
	OPT_INT(struct types_in, max_cpus, "MaximumCpuCoreCount", .min = 0, .max = 100000),
	TEXT(struct types_in, min_memory, "MinimumMemorySize", .max = 16, .doc = "GiB, may have decimals."),
	TEXT(struct types_in, max_memory, "MaximumMemorySize", .max = 16, .doc = "GiB, may have decimals."),
	OPT_INT(struct types_in, min_disks, "MinimumDiskQuantity", .min = 0, .max = 100000, .doc = "System disk included."),
	TEXT(struct types_in, nvme, "NvmeSupport", .values = nvmes, .doc = "supported: types that take multi-attach disks."),
	TEXT(struct types_in, gpu_spec, "GPUSpec", .doc = "No type has one: any finds none."),
	OPT_INT(struct types_in, min_gpus, "MinimumGPUAmount", .min = 0, .max = 100000),
	OPT_INT(struct types_in, max_gpus, "MaximumGPUAmount", .min = 0, .max = 100000),
	OPT_INT(struct types_in, min_local_disks, "MinimumLocalStorageAmount", .min = 0, .max = 100000),
	OPT_INT(struct types_in, max_results, "MaxResults", .doc = "1 to 1600, which is the default; what is too small or too "
	                                                           "large is moved to the nearest of them."),
	TEXT(struct types_in, next_token, "NextToken"),
	FIELDS_END,
};

static const struct field type_fields[] = {
	TEXT(struct type_item, id, "InstanceTypeId"),
	TEXT(struct type_item, family, "InstanceTypeFamily"),
	TEXT(struct type_item, level, "InstanceFamilyLevel"),
	TEXT(struct type_item, category, "InstanceCategory"),
	TEXT(struct type_item, architecture, "CpuArchitecture"),
	INT(struct type_item, cpus, "CpuCoreCount"),
	DECIMAL(struct type_item, memory, "MemorySize"),
	INT(struct type_item, disks, "DiskQuantity"),
	INT(struct type_item, zero, "GPUAmount"),
	TEXT(struct type_item, none, "GPUSpec"),
	INT(struct type_item, zero, "LocalStorageAmount"),
	INT(struct type_item, zero, "LocalStorageCapacity"),
	TEXT(struct type_item, none, "LocalStorageCategory"),
	TEXT(struct type_item, nvme, "NvmeSupport"),
	FIELDS_END,
};
static const struct shape type_shape = { sizeof(struct type_item), type_fields };

static const struct field out_fields[] = {
	ITEMS(struct types_out, types, "InstanceTypes", .item = "InstanceType", .of = &type_shape),
	TEXT(struct types_out, next_token, "NextToken", .flags = FIELD_OMIT_EMPTY),
	FIELDS_END,
};

/* ---- filters ---- */

static bool gib_parse(struct call *call, const char *text, const char *name, double otherwise, double *ret)
{
	char *end;

	*ret = otherwise;
	if (!ecs_given(text))
		return true;
	*ret = strtod(text, &end);
	/* Digits and one point, nothing else that strtod knows. */
	return (!*end && strspn(text, "0123456789.") == strlen(text)) || call_refuse(call, REFUSE_PARAMETER_INVALID, name);
}

static bool names(const struct texts *texts, const char *one, const char *word)
{
	size_t i;

	for (i = 0; i < texts->n; i++) {
		if (text_equal(texts->items[i], word))
			return true;
	}
	return texts->n == 0 && (!ecs_given(one) || text_equal(one, word));
}

static bool is_least(struct opt_int least, int64_t value)
{
	return least.is != GIVEN || value >= least.value;
}

static bool is_most(struct opt_int most, int64_t value)
{
	return most.is != GIVEN || value <= most.value;
}

static bool matches(const struct types_in *in, const struct type_item *item, double min_memory, double max_memory)
{
	return names(&in->types, NULL, item->id) && names(&in->families, in->family, item->family) &&
	       names(&in->categories, in->category, item->category) &&
	       names(&in->architectures, in->architecture, item->architecture) &&
	       (!ecs_given(in->level) || text_equal(in->level, item->level)) &&
	       (!ecs_given(in->nvme) || text_equal(in->nvme, item->nvme)) && !ecs_given(in->gpu_spec) &&
	       is_least(in->min_cpus, item->cpus) && is_most(in->max_cpus, item->cpus) && item->memory >= min_memory &&
	       item->memory <= max_memory && is_least(in->min_disks, item->disks) && is_least(in->min_gpus, item->zero) &&
	       is_most(in->max_gpus, item->zero) && is_least(in->min_local_disks, item->zero);
}

/* ---- the reply ---- */

static struct type_item make_item(const struct instance_type *type)
{
	struct type_item item = {
		.id = type->id,
		.family = type->family,
		.architecture = "X86",
		.nvme = type->multi_attach ? "supported" : "unsupported",
		.none = "",
		.cpus = type->cpus,
		.disks = type->max_data_disks + SYSTEM_DISKS,
		.memory = (double)type->memory_mib / 1024,
	};

	fill_kind(type->family, &item);
	return item;
}

static size_t page_size(const struct types_in *in)
{
	int64_t wanted = in->max_results.is == GIVEN ? in->max_results.value : TYPES_PAGE_MAX;

	return wanted < 1 ? 1 : wanted > TYPES_PAGE_MAX ? TYPES_PAGE_MAX : (size_t)wanted;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct type_item *)a)->id, ((const struct type_item *)b)->id);
}

/* In the order of their ids; the token is the last id of the page before. */
static bool run(struct call *call, const void *in_, void *out_)
{
	const struct types_in *in = in_;
	struct types_out *out = out_;
	const struct instance_type *types;
	struct type_item *items;
	double min_memory;
	double max_memory;
	size_t most = page_size(in);
	size_t found = 0;
	size_t n = instance_type_list(&call->work, &types);
	size_t i;

	if (!gib_parse(call, in->min_memory, "MinimumMemorySize", 0, &min_memory) ||
	    !gib_parse(call, in->max_memory, "MaximumMemorySize", 1e9, &max_memory))
		return false;
	if (ecs_given(in->next_token) && !instance_type_find(&call->work, in->next_token))
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "NextToken");
	items = arena_array(call_work_arena(call), struct type_item, n);
	for (i = 0; i < n; i++) {
		struct type_item item = make_item(&types[i]);

		if (matches(in, &item, min_memory, max_memory) &&
		    (text_empty(in->next_token) || strcmp(item.id, in->next_token) > 0))
			items[found++] = item;
	}
	qsort(items, found, sizeof *items, by_id);
	if (found > most) {
		found = most;
		out->next_token = items[found - 1].id;
	}
	out->types = (struct items){ items, found };
	return true;
}

const struct operation ecs_describe_instance_types = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeInstanceTypes",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeInstanceTypes",
	.resource = "*",
	.in = { sizeof(struct types_in), in_fields },
	.out = { sizeof(struct types_out), out_fields },
	.run = run,
	.doc = "Lists the types that an instance can be of.",
};
