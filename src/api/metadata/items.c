/* What can be read of an instance: its items by path, the identity document, user data. */
#include <nettle/base64.h>
#include <stdio.h>
#include <string.h>

#include "api/metadata/metadata.h"
#include "api/network_card.h"
#include "base/text.h"

#define LISTING_MAX ((size_t)65536)

const char *metadata_mac(struct call *call, const struct instance *instance)
{
	return network_card_mac(call_work_arena(call), instance->id);
}

/* ---- items ---- */

/* "{mac}" and "{role}" in a path stand for the instance's own. An empty value is no item. */
struct item {
	const char *path;
	size_t offset;      /* of the text in struct instance */
	const char *value;  /* instead of it */
};

#define ITEM(p, member)  { .path = p, .offset = offsetof(struct instance, member) }
#define CARD             "network/interfaces/macs/{mac}/"

static const struct item items[] = {
	ITEM("hostname", host_name),
	ITEM("image-id", image),
	ITEM("instance-id", id),
	ITEM("instance/instance-name", name),
	ITEM("instance/instance-type", type),
	{ .path = "mac", .value = "{mac}" },
	{ .path = "network-type", .value = "vpc" },
	ITEM(CARD "primary-ip-address", private_ip),
	ITEM(CARD "vpc-id", vpc),
	ITEM(CARD "vswitch-id", vswitch),
	ITEM("owner-account-id", tenant.account),
	ITEM("private-ipv4", private_ip),
	{ .path = "ram/security-credentials/{role}", .value = "{role}" },
	ITEM("region-id", tenant.region),
	ITEM("serial-number", serial),
	ITEM("vpc-id", vpc),
	ITEM("vswitch-id", vswitch),
	ITEM("zone-id", zone),
};

static const char *fill(struct call *call, const struct instance *instance, const char *pattern)
{
	const char *mac = strstr(pattern, "{mac}");
	const char *role = strstr(pattern, "{role}");
	const char *place = mac ? mac : role;

	if (!place)
		return pattern;
	return arena_printf(call_work_arena(call), "%.*s%s%s", (int)(place - pattern), pattern,
	                    mac ? metadata_mac(call, instance) : call->api->settings.metadata_role, strchr(place, '}') + 1);
}

static const char *value_of(struct call *call, const struct instance *instance, const struct item *item)
{
	if (item->value)
		return fill(call, instance, item->value);
	return *(const char *const *)((const char *)instance + item->offset);
}

/* The names that begin with `prefix`, up to their next slash, a line each. Items are in their order, so that what has
 * the same beginning stands together. */
static const char *list(struct call *call, const struct instance *instance, const char *prefix)
{
	struct buf BUF_CLEANUP lines;
	const char *last = "";
	size_t i;

	buf_init(&lines, LISTING_MAX);
	for (i = 0; i < COUNT_OF(items); i++) {
		const char *path = fill(call, instance, items[i].path);
		const char *name = path + strlen(prefix);
		size_t length;

		if (!text_starts(path, prefix) || text_empty(value_of(call, instance, &items[i])))
			continue;
		length = strcspn(name, "/");
		name = arena_text_n(call_work_arena(call), name, length + (name[length] == '/'));
		if (!text_equal(name, last))
			buf_printf(&lines, "%s%s", lines.length ? "\n" : "", name);
		last = name;
	}
	return arena_text(call_work_arena(call), buf_text(&lines));
}

static bool item_run(struct call *call, const void *in_, void *out_)
{
	const struct metadata_in *in = in_;
	struct metadata_text *out = out_;
	const char *wanted = text_or(in->item, "");
	struct instance instance;
	size_t length = strlen(wanted);
	size_t i;

	if (!metadata_instance(call, in, &instance))
		return false;
	for (i = 0; i < COUNT_OF(items) && !out->text; i++) {
		if (text_equal(fill(call, &instance, items[i].path), wanted))
			out->text = value_of(call, &instance, &items[i]);
	}
	if (!out->text)
		out->text = list(call, &instance, length && wanted[length - 1] != '/' ?
		                 arena_printf(call_work_arena(call), "%s/", wanted) : wanted);
	return !text_empty(out->text) || call_refuse(call, REFUSE_UNKNOWN_OPERATION, wanted);
}

const struct operation metadata_item = {
	.name = "GET /latest/meta-data/{item}",
	.mode = OPERATION_READ,
	.in = { sizeof(struct metadata_in), metadata_in_fields },
	.out = { sizeof(struct metadata_text), metadata_text_fields },
	.run = item_run,
	.doc = "An item of an instance, or the names below a path, each on a line.",
};

/* ---- the identity document ---- */

struct document_out {
	const char *account, *instance, *mac, *region, *serial, *zone, *type, *image, *private_ip;
};

static const struct field document_fields[] = {
	TEXT(struct document_out, zone, "zone-id"),
	TEXT(struct document_out, serial, "serial-number"),
	TEXT(struct document_out, instance, "instance-id"),
	TEXT(struct document_out, region, "region-id"),
	TEXT(struct document_out, private_ip, "private-ipv4"),
	TEXT(struct document_out, account, "owner-account-id"),
	TEXT(struct document_out, mac, "mac"),
	TEXT(struct document_out, image, "image-id"),
	TEXT(struct document_out, type, "instance-type"),
	FIELDS_END,
};

static bool document_run(struct call *call, const void *in, void *out_)
{
	struct document_out *out = out_;
	struct instance instance;

	if (!metadata_instance(call, in, &instance))
		return false;
	*out = (struct document_out){
		.account = instance.tenant.account,
		.instance = instance.id,
		.mac = metadata_mac(call, &instance),
		.region = instance.tenant.region,
		.serial = instance.serial,
		.zone = instance.zone,
		.type = instance.type,
		.image = instance.image,
		.private_ip = instance.private_ip,
	};
	return true;
}

const struct operation metadata_document = {
	.name = "GET /latest/dynamic/instance-identity/document",
	.mode = OPERATION_READ,
	.in = { sizeof(struct metadata_in), metadata_in_fields },
	.out = { sizeof(struct document_out), document_fields },
	.run = document_run,
	.doc = "Who the instance is, as JSON. It has no signature.",
};

/* ---- user data ---- */

const char *metadata_decode(struct call *call, const char *base64)
{
	struct base64_decode_ctx context;
	size_t length = BASE64_DECODE_LENGTH(strlen(base64));
	char *decoded = arena_alloc(&call->arena, length + 1);

	base64_decode_init(&context);
	if (!base64_decode_update(&context, &length, (uint8_t *)decoded, strlen(base64), base64) ||
	    !base64_decode_final(&context))
		return NULL;
	decoded[length] = '\0';
	return strlen(decoded) == length ? decoded : NULL;
}

static bool user_data_run(struct call *call, const void *in, void *out_)
{
	struct metadata_text *out = out_;
	struct instance instance;

	if (!metadata_instance(call, in, &instance))
		return false;
	out->text = metadata_decode(call, instance.user_data);
	return !text_empty(out->text) || call_refuse(call, REFUSE_UNKNOWN_OPERATION, "user-data");
}

const struct operation metadata_user_data = {
	.name = "GET /latest/user-data",
	.mode = OPERATION_READ,
	.in = { sizeof(struct metadata_in), metadata_in_fields },
	.out = { sizeof(struct metadata_text), metadata_text_fields },
	.run = user_data_run,
	.doc = "The UserData the instance was made with, out of its base64. Only text.",
};
