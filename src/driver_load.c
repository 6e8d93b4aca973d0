#include "driver_load.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "drivers/nbd.h"
#include "drivers/sim.h"

#define MODULE_PREFIX "cleat_"
#define SYMBOL_PREFIX "driver_"

static const struct {
	const char *name;
	const struct driver *driver; /* NULL: a module */
	const char *needs;
} known[] = {
	{ "sim", &driver_sim, NULL },
	{ "nbd", &driver_nbd, NULL },
	{ "libvirt", NULL, "libvirt0, libxml2, and at build time libvirt-dev, libxml2-dev and pkg-config" },
};

static size_t find(const char *driver)
{
	size_t length = strcspn(driver, "=");
	size_t i;

	for (i = 0; i < COUNT_OF(known); i++) {
		if (strlen(known[i].name) == length && strncmp(known[i].name, driver, length) == 0)
			break;
	}
	return i;
}

const char *driver_settings(const char *driver)
{
	const char *settings = strchr(driver, '=');

	return settings ? settings + 1 : "";
}

/* Beside a program that was built and not installed, then where `make install` puts it. */
static void *open_module(const char *name, char *error, size_t error_size)
{
	char program[PATH_MAX] = "";
	char path[PATH_MAX + 64];
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	char *end = length > 0 ? strrchr(program, '/') : NULL;
	void *module = NULL;

	if (end) {
		*end = '\0';
		snprintf(path, sizeof path, "%s/src/" MODULE_PREFIX "%s.so", program, name);
		if (access(path, R_OK) == 0)
			module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
		else
			end = NULL;
	}
	if (!end) {
		snprintf(path, sizeof path, CLEAT_MODULE_DIR "/" MODULE_PREFIX "%s.so", name);
		module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	}
	if (!module)
		snprintf(error, error_size, "%s", dlerror());
	return module;
}

const struct driver *driver_load(const char *driver, char *error, size_t error_size)
{
	size_t i = find(driver);
	const struct driver *loaded;
	char symbol[64];
	char why[256];
	void *module;

	if (i == COUNT_OF(known)) {
		snprintf(error, error_size, "there is no driver \"%s\"", driver);
		return NULL;
	}
	if (known[i].driver)
		return known[i].driver;
	snprintf(symbol, sizeof symbol, SYMBOL_PREFIX "%s", known[i].name);
	module = open_module(known[i].name, why, sizeof why);
	loaded = module ? dlsym(module, symbol) : NULL;
	if (!loaded)
		snprintf(error, error_size, "the driver %s cannot be loaded: %s; it needs %s", known[i].name,
		         module ? "the module is of another version" : why, known[i].needs);
	return loaded;
}
