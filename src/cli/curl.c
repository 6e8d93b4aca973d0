#include "cli/curl.h"

#include <dlfcn.h>
#include <stdbool.h>

/* Debian's build with GnuTLS first: Cleat's own packages already need it. Both have the same interface. */
static const char *const library_names[] = { "libcurl-gnutls.so.4", "libcurl.so.4" };

static bool find(void *handle, const char *name, void *ret)
{
	*(void **)ret = dlsym(handle, name);
	return *(void **)ret != NULL;
}

static bool find_all(void *handle, struct curl_library *ret)
{
	__typeof__(curl_global_init) *global_init;

	return find(handle, "curl_global_init", &global_init) &&
	       find(handle, "curl_easy_init", &ret->easy_init) &&
	       find(handle, "curl_easy_reset", &ret->easy_reset) &&
	       find(handle, "curl_easy_setopt", &ret->easy_setopt) &&
	       find(handle, "curl_easy_perform", &ret->easy_perform) &&
	       find(handle, "curl_easy_getinfo", &ret->easy_getinfo) &&
	       find(handle, "curl_easy_strerror", &ret->easy_strerror) &&
	       find(handle, "curl_easy_cleanup", &ret->easy_cleanup) &&
	       find(handle, "curl_slist_append", &ret->slist_append) &&
	       find(handle, "curl_slist_free_all", &ret->slist_free_all) &&
	       global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

const struct curl_library *curl_library_load(void)
{
	static struct curl_library library;
	static bool loaded;
	size_t i;

	for (i = 0; !loaded && i < sizeof(library_names) / sizeof(library_names[0]); i++) {
		/* Never closed: libcurl's own libraries do not all bear being unloaded. */
		void *handle = dlopen(library_names[i], RTLD_NOW | RTLD_LOCAL);

		loaded = handle && find_all(handle, &library);
	}
	return loaded ? &library : NULL;
}
