/* libcurl, loaded when a subcommand first speaks HTTP. It is not linked: the server never calls it, and linking it would
 * cost every `cleat serve` the time to load some thirty libraries and the memory they hold. */
#ifndef CLI_CURL_H
#define CLI_CURL_H

#include <curl/curl.h>

/* The functions that are used, under their own names. */
struct curl_library {
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_reset) *easy_reset;
	__typeof__(curl_easy_setopt) *easy_setopt;
	__typeof__(curl_easy_perform) *easy_perform;
	__typeof__(curl_easy_getinfo) *easy_getinfo;
	__typeof__(curl_easy_strerror) *easy_strerror;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
};

/* NULL if there is no libcurl on this machine. The same pointer each time; one thread. */
const struct curl_library *curl_library_load(void);

#endif
