#include "drivers/libvirt_xml.h"

#include <ctype.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Disks of an instance (its system disk and DATA_DISKS_MAX others), the agent's channel, and those that were cut off and
 * are there until the next power off. A disk cannot be plugged into a running machine without a free port. */
#define PCI_PORTS 24

const char *lv_alias(struct arena *arena, const char *attachment)
{
	char *alias = arena_printf(arena, "ua-%s", attachment);
	char *at;

	for (at = alias; *at; at++) {
		if (*at == '.')
			*at = '_';
		else if (!isalnum((unsigned char)*at) && *at != '-')
			return NULL;
	}
	return alias;
}

static const char *escape(struct arena *arena, const char *text)
{
	struct buf BUF_CLEANUP buf;

	buf_init(&buf, SIZE_MAX);
	for (; *text; text++) {
		switch (*text) {
		case '<':
			buf_add_text(&buf, "&lt;");
			break;
		case '>':
			buf_add_text(&buf, "&gt;");
			break;
		case '&':
			buf_add_text(&buf, "&amp;");
			break;
		case '\'':
			buf_add_text(&buf, "&apos;");
			break;
		case '"':
			buf_add_text(&buf, "&quot;");
			break;
		default:
			buf_add(&buf, text, 1);
		}
	}
	return arena_text_n(arena, buf_text(&buf), buf.length);
}

/* ---- reading ---- */

static const xmlNode *child(const xmlNode *node, const char *name)
{
	const xmlNode *at;

	for (at = node ? node->children : NULL; at; at = at->next) {
		if (at->type == XML_ELEMENT_NODE && strcmp((const char *)at->name, name) == 0)
			return at;
	}
	return NULL;
}

/* "" where the node or the attribute is missing. */
static const char *attribute(struct arena *arena, const xmlNode *node, const char *name)
{
	xmlChar *value = node ? xmlGetProp((xmlNode *)node, (const xmlChar *)name) : NULL;
	const char *result = arena_text(arena, value ? (const char *)value : "");

	xmlFree(value);
	return result;
}

static const char *content(struct arena *arena, const xmlNode *node)
{
	xmlChar *value = node ? xmlNodeGetContent(node) : NULL;
	const char *result = arena_text(arena, value ? (const char *)value : "");

	xmlFree(value);
	return result;
}

static void read_disk(struct arena *arena, const xmlNode *node, struct lv_disk *ret)
{
	const xmlNode *source = child(node, "source");
	const char *alias = attribute(arena, child(node, "alias"), "name");
	const char *device = attribute(arena, source, "dev");

	*ret = (struct lv_disk){
		.alias = text_starts(alias, "ua-") ? alias : "",
		.device = alias,
		.target = attribute(arena, child(node, "target"), "dev"),
		.bus = attribute(arena, child(node, "target"), "bus"),
		.serial = content(arena, child(node, "serial")),
		.file = attribute(arena, source, "file"),
		.pool = attribute(arena, source, "pool"),
		.volume = attribute(arena, source, "volume"),
		.format = attribute(arena, child(node, "driver"), "type"),
		.index = strtol(attribute(arena, source, "index"), NULL, 10),
		.is_cdrom = !text_equal(attribute(arena, node, "device"), "disk"),
	};
	if (*device)
		ret->file = device;
}

static bool is_agent(struct arena *arena, const xmlNode *channel)
{
	return text_equal(attribute(arena, child(channel, "target"), "name"), "org.qemu.guest_agent.0");
}

static void read_device(struct arena *arena, const xmlNode *node, struct lv_domain *ret)
{
	if (node->type != XML_ELEMENT_NODE)
		return;
	if (strcmp((const char *)node->name, "disk") == 0)
		read_disk(arena, node, &ret->disks[ret->n_disks++]);
	if (strcmp((const char *)node->name, "channel") == 0 && is_agent(arena, node))
		ret->agent = text_equal(attribute(arena, child(node, "target"), "state"), "connected") ? LV_AGENT_CONNECTED :
		                                                                                   LV_AGENT_DISCONNECTED;
}

static void read_metadata(struct arena *arena, const xmlNode *metadata, struct lv_domain *ret)
{
	const xmlNode *at;

	for (at = metadata ? metadata->children : NULL; at; at = at->next) {
		if (at->type != XML_ELEMENT_NODE || !at->ns || strcmp((const char *)at->ns->href, LV_METADATA_URI) != 0)
			continue;
		ret->machine = attribute(arena, at, "id");
	}
}

bool lv_domain_read(struct arena *arena, const char *xml, struct lv_domain *ret)
{
	xmlDoc *document = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR);
	const xmlNode *root = document ? xmlDocGetRootElement(document) : NULL;
	const xmlNode *devices = child(root, "devices");
	const xmlNode *at;
	size_t n = 0;

	*ret = (struct lv_domain){ .machine = "" };
	if (root && strcmp((const char *)root->name, "domain") == 0) {
		for (at = devices ? devices->children : NULL; at; at = at->next)
			n++;
		ret->disks = arena_array(arena, struct lv_disk, n);
		for (at = devices ? devices->children : NULL; at; at = at->next)
			read_device(arena, at, ret);
		read_metadata(arena, child(root, "metadata"), ret);
	} else {
		root = NULL;
	}
	xmlFreeDoc(document);
	return root != NULL;
}

const struct lv_disk *lv_domain_disk(const struct lv_domain *domain, const char *alias)
{
	size_t i;

	for (i = 0; i < domain->n_disks; i++) {
		if (text_equal(domain->disks[i].alias, alias))
			return &domain->disks[i];
	}
	return NULL;
}

const char *lv_native_of(struct arena *arena, const struct lv_disk *disk)
{
	if (*disk->file)
		return arena_printf(arena, "%s:%s", disk->format, disk->file);
	if (*disk->volume)
		return arena_printf(arena, "%s:pool=%s/%s", disk->format, disk->pool, disk->volume);
	return "";
}

const struct lv_disk *lv_domain_find(struct arena *arena, const struct lv_domain *domain, const char *alias,
                                     const char *native)
{
	const struct lv_disk *found = lv_domain_disk(domain, alias);
	size_t i;

	for (i = 0; !found && *native && i < domain->n_disks; i++) {
		if (!text_starts(domain->disks[i].alias, "ua-") && text_equal(lv_native_of(arena, &domain->disks[i]), native))
			found = &domain->disks[i];
	}
	return found;
}

static bool target_taken(const struct lv_domain *domain, const char *target)
{
	size_t i;

	for (i = 0; i < domain->n_disks; i++) {
		if (text_equal(domain->disks[i].target, target))
			return true;
	}
	return false;
}

const char *lv_free_target(struct arena *arena, const struct lv_domain *a, const struct lv_domain *b, const char *wanted)
{
	size_t length = strlen(wanted);
	char target[] = "vda";
	char *letter = target + 2;

	if (length) {
		*letter = wanted[length - 1];
		if (*letter >= 'a' && *letter <= 'z' && !target_taken(a, target) && !target_taken(b, target))
			return arena_text(arena, target);
	}
	for (*letter = 'b'; *letter <= 'z'; (*letter)++) {
		if (!target_taken(a, target) && !target_taken(b, target))
			return arena_text(arena, target);
	}
	return NULL;
}

/* ---- writing ---- */

/* Errors go to the guest: a machine that QEMU stops at the first one could not even be told what happened. */
const char *lv_disk_xml(struct arena *arena, const struct lv_disk *disk, bool shared)
{
	return arena_printf(arena,
	                    "<disk type='volume' device='disk'>"
	                    "<driver name='qemu' type='raw' cache='none' discard='unmap' error_policy='report' "
	                    "rerror_policy='report'/>"
	                    "<source pool='%s' volume='%s'/><target dev='%s' bus='virtio'/>%s%s%s%s<alias name='%s'/></disk>",
	                    escape(arena, disk->pool), escape(arena, disk->volume), disk->target,
	                    shared ? "<shareable/>" : "", *disk->serial ? "<serial>" : "", escape(arena, disk->serial),
	                    *disk->serial ? "</serial>" : "", disk->alias);
}

static const char *source_xml(struct arena *arena, const char *where)
{
	const char *pool = text_starts(where, "pool=") ? where + strlen("pool=") : NULL;
	const char *slash = pool ? strrchr(pool, '/') : NULL;

	if (slash)
		return arena_printf(arena, "<source pool='%s' volume='%s'/>",
		                    escape(arena, arena_text_n(arena, pool, (size_t)(slash - pool))), escape(arena, slash + 1));
	return arena_printf(arena, text_starts(where, "/dev/") ? "<source dev='%s'/>" : "<source file='%s'/>",
	                    escape(arena, where));
}

const char *lv_native_xml(struct arena *arena, const char *native, const struct lv_disk *disk, bool shared)
{
	const char *where = strchr(native, ':');
	const char *type;

	if (!where)
		return NULL;
	where++;
	type = text_starts(where, "pool=") ? "volume" : text_starts(where, "/dev/") ? "block" : "file";
	return arena_printf(arena,
	                    "<disk type='%s' device='disk'><driver name='qemu' type='%s' cache='none' error_policy='report' "
	                    "rerror_policy='report'/>%s<target dev='%s' bus='virtio'/>%s%s%s%s<alias name='%s'/></disk>",
	                    type, escape(arena, arena_text_n(arena, native, (size_t)(where - 1 - native))),
	                    source_xml(arena, where), disk->target, shared ? "<shareable/>" : "",
	                    *disk->serial ? "<serial>" : "", escape(arena, disk->serial), *disk->serial ? "</serial>" : "",
	                    disk->alias);
}

static const char *ports_xml(struct arena *arena)
{
	const char *xml = "";
	int i;

	for (i = 0; i < PCI_PORTS; i++)
		xml = arena_printf(arena, "%s<controller type='pci' model='pcie-root-port'/>", xml);
	return xml;
}

static const char *boot_xml(struct arena *arena, const struct driver_build *build)
{
	if (text_empty(build->kernel))
		return "<boot dev='hd'/>";
	return arena_printf(arena, "<kernel>%s</kernel>%s%s%s<cmdline>%s</cmdline>", escape(arena, build->kernel),
	                    text_empty(build->initrd) ? "" : "<initrd>",
	                    text_empty(build->initrd) ? "" : escape(arena, build->initrd),
	                    text_empty(build->initrd) ? "" : "</initrd>", escape(arena, text_or(build->cmdline, "")));
}

const char *lv_machine_xml(struct arena *arena, const char *machine, const char *uuid, const char *type,
                           const struct driver_build *build)
{
	return arena_printf(arena,
	                    "<domain type='%s'><name>%s</name><uuid>%s</uuid><metadata>%s</metadata>"
	                    "<memory unit='MiB'>%lld</memory><vcpu>%lld</vcpu>"
	                    "<os><type arch='x86_64' machine='q35'>hvm</type>%s</os>"
	                    "<features><acpi/><apic/></features>%s"
	                    "<on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>restart</on_crash>"
	                    "<devices><controller type='pci' index='0' model='pcie-root'/>%s"
	                    "<controller type='usb' model='none'/><memballoon model='none'/>"
	                    "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"
	                    "<serial type='pty'/></devices></domain>",
	                    type, escape(arena, machine), escape(arena, uuid), lv_metadata_xml(arena, machine),
	                    (long long)build->memory_mib, (long long)build->cpus, boot_xml(arena, build),
	                    text_equal(type, "kvm") ? "<cpu mode='host-passthrough'/>" : "", ports_xml(arena));
}

const char *lv_volume_xml(struct arena *arena, const char *name, int64_t size_gib)
{
	return arena_printf(arena,
	                    "<volume><name>%s</name><allocation>0</allocation><capacity unit='GiB'>%lld</capacity>"
	                    "<target><format type='raw'/></target></volume>",
	                    escape(arena, name), (long long)size_gib);
}

const char *lv_metadata_xml(struct arena *arena, const char *machine)
{
	return arena_printf(arena, "<" LV_METADATA_KEY ":machine xmlns:" LV_METADATA_KEY "='" LV_METADATA_URI "' id='%s'/>",
	                    escape(arena, machine));
}
