/* The driver of libvirt is a driver like any other: run by tests/real/with_libvirtd, which says where libvirt and the guest
 * are. */
#include "driver_contract.h"

#include <libvirt/libvirt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/libvirt.h"

static const char *uri;

/* The libvirt is the test's own: all that it has is what the test made. */
static void wipe(void)
{
	virConnectPtr connection = virConnectOpen(uri);
	virStoragePoolPtr pool = connection ? virStoragePoolLookupByName(connection, "cleat") : NULL;
	virStorageVolPtr *volumes = NULL;
	virDomainPtr *domains = NULL;
	int n = connection ? virConnectListAllDomains(connection, &domains, 0) : 0;

	while (n > 0) {
		n--;
		virDomainDestroy(domains[n]);
		virDomainUndefine(domains[n]);
		virDomainFree(domains[n]);
	}
	free(domains);
	n = pool ? virStoragePoolListAllVolumes(pool, &volumes, 0) : 0;
	while (n > 0) {
		n--;
		virStorageVolDelete(volumes[n], 0);
		virStorageVolFree(volumes[n]);
	}
	free(volumes);
	if (pool)
		virStoragePoolFree(pool);
	if (connection)
		virConnectClose(connection);
}

static int takes_no_unknown_setting(void)
{
	char error[512] = "";
	void *self = NULL;

	if (driver_libvirt.open("test:///default,speed=9", &self, error, sizeof error) || !strstr(error, "speed=9")) {
		fprintf(stderr, "the driver took a setting that there is not: %s\n", error);
		driver_libvirt.close(self);
		return 1;
	}
	return 0;
}

int main(void)
{
	const char *guest = getenv("CLEAT_TEST_GUEST");
	struct driver_build build = { .uuid = "", .cpus = 1, .memory_mib = 128, .cmdline = "console=ttyS0 quiet rdinit=/init" };
	const struct driver_contract_real real = { .build = &build, .wipe = wipe, .rounds = 5 };
	char kernel[512];
	char initrd[512];

	uri = getenv("CLEAT_TEST_LIBVIRT");
	if (!uri || !guest) {
		fprintf(stderr, "run me by tests/real/with_libvirtd\n");
		return 1;
	}
	snprintf(kernel, sizeof kernel, "%s/vmlinuz", guest);
	snprintf(initrd, sizeof initrd, "%s/initrd", guest);
	build.kernel = kernel;
	build.initrd = initrd;
	return driver_contract_run_real(&driver_libvirt, uri, &real) + takes_no_unknown_setting();
}
