/* What libvirt tells and is told, as XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <string.h>

#include "drivers/libvirt_xml.h"

static const char running[] =
	"<domain type='qemu' id='3'><name>m</name>"
	"<metadata><o:other xmlns:o='urn:other' id='no'/><cleat:machine xmlns:cleat='" LV_METADATA_URI "' id='i-1'/></metadata>"
	"<devices>"
	"<disk type='volume' device='disk'><driver name='qemu' type='raw'/><source pool='cleat' volume='d-1' index='2'/>"
	"<target dev='vda' bus='virtio'/><serial>s&amp;1</serial><alias name='ua-d-1_1'/></disk>"
	"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/x/y.qcow2' index='1'/>"
	"<target dev='vdc' bus='virtio'/><alias name='virtio-disk2'/></disk>"
	"<disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>"
	"<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>"
	"</devices></domain>";

static void a_domain_is_read(void **state)
{
	struct lv_domain domain;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_true(lv_domain_read(&arena, running, &domain));
	assert_string_equal(domain.machine, "i-1");
	assert_int_equal(domain.agent, LV_AGENT_CONNECTED);
	assert_int_equal(domain.n_disks, 3);
	assert_string_equal(domain.disks[0].serial, "s&1");
	assert_string_equal(domain.disks[0].volume, "d-1");
	assert_int_equal(domain.disks[0].index, 2);
	assert_string_equal(domain.disks[1].alias, "");
	assert_string_equal(domain.disks[1].device, "virtio-disk2");
	assert_true(domain.disks[2].is_cdrom && !domain.disks[1].is_cdrom);
	assert_ptr_equal(lv_domain_disk(&domain, "ua-d-1_1"), &domain.disks[0]);
	assert_null(lv_domain_disk(&domain, "ua-d-1_2"));
	assert_false(lv_domain_read(&arena, "<network/>", &domain));
	assert_false(lv_domain_read(&arena, "<domain><devices>", &domain));
	arena_finish(&arena);
}

static void a_disk_that_was_there_before_is_found_by_what_it_is_called(void **state)
{
	struct lv_domain domain;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_true(lv_domain_read(&arena, running, &domain));
	assert_string_equal(lv_native_of(&arena, &domain.disks[0]), "raw:pool=cleat/d-1");
	assert_string_equal(lv_native_of(&arena, &domain.disks[1]), "qcow2:/x/y.qcow2");
	assert_ptr_equal(lv_domain_find(&arena, &domain, "ua-d-9_1", "qcow2:/x/y.qcow2"), &domain.disks[1]);
	/* One with an alias of Cleat's is that attachment's, and no other's. */
	assert_null(lv_domain_find(&arena, &domain, "ua-d-9_1", "raw:pool=cleat/d-1"));
	assert_null(lv_domain_find(&arena, &domain, "ua-d-9_1", ""));
	arena_finish(&arena);
}

static void a_free_target_is_the_wanted_one_or_the_next(void **state)
{
	struct lv_domain domain;
	const struct lv_domain none = { .machine = "" };
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_true(lv_domain_read(&arena, running, &domain));
	assert_string_equal(lv_free_target(&arena, &domain, &none, "/dev/xvdd"), "vdd");
	assert_string_equal(lv_free_target(&arena, &domain, &none, "/dev/xvdc"), "vdb");
	assert_string_equal(lv_free_target(&arena, &none, &domain, "/dev/xvda"), "vdb");
	arena_finish(&arena);
}

static void texts_are_escaped(void **state)
{
	const struct driver_build build = { .cpus = 1, .memory_mib = 64, .kernel = "/a<b", .initrd = "", .cmdline = "x='1' & \"2\"" };
	struct lv_domain domain;
	struct arena arena;
	const char *xml;

	(void)state;
	arena_init(&arena);
	xml = lv_machine_xml(&arena, "i'<1>", "u", "qemu", &build);
	assert_true(lv_domain_read(&arena, xml, &domain));
	assert_string_equal(domain.machine, "i'<1>");
	assert_non_null(strstr(xml, "/a&lt;b"));
	assert_non_null(strstr(xml, "x=&apos;1&apos; &amp; &quot;2&quot;"));
	arena_finish(&arena);
}

static void an_alias_has_only_what_libvirt_takes(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_string_equal(lv_alias(&arena, "d-bp1.12"), "ua-d-bp1_12");
	assert_null(lv_alias(&arena, "d*1.1"));
	assert_null(lv_alias(&arena, "d_1.1")); /* it could be taken for another */
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_domain_is_read),
		cmocka_unit_test(a_disk_that_was_there_before_is_found_by_what_it_is_called),
		cmocka_unit_test(a_free_target_is_the_wanted_one_or_the_next),
		cmocka_unit_test(texts_are_escaped),
		cmocka_unit_test(an_alias_has_only_what_libvirt_takes),
	};

	return cmocka_run_group_tests_name("libvirt_xml", tests, NULL, NULL);
}
