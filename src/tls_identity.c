#include "tls_identity.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/catalogue.h"
#include "files.h"

#define FILE_CERTIFICATE "ca.pem"
#define FILE_KEY         "ca_key.pem" /* mode 0600 */
#define PEM_MAX          ((size_t)256 << 10)
#define NAMES_MAX        256
#define ADDRESSES_MAX    32 /* of this machine */
#define SECONDS_OF_DAY   86400
#define ENDS_SOON_DAYS   30

/* Wildcards stand for one label, so each region needs its own. Clients without a setting for the endpoint reach Cleat
 * under these names by DNS. */
static const char *const aliyun_regions[] = {
	"cn-qingdao",     "cn-beijing",     "cn-zhangjiakou", "cn-huhehaote",   "cn-wulanchabu",  "cn-hangzhou",
	"cn-shanghai",    "cn-nanjing",     "cn-fuzhou",      "cn-wuhan-lr",    "cn-shenzhen",    "cn-heyuan",
	"cn-guangzhou",   "cn-chengdu",     "cn-hongkong",    "ap-northeast-1", "ap-northeast-2", "ap-southeast-1",
	"ap-southeast-2", "ap-southeast-3", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ap-south-1",
	"us-east-1",      "us-west-1",      "na-south-1",     "eu-west-1",      "eu-central-1",   "me-east-1",
	"me-central-1",   "cn-north-2-gov-1", "cn-hangzhou-finance", "cn-shanghai-finance-1", "cn-shenzhen-finance-1",
	"cn-beijing-finance-1",
};
static const char *const huawei_regions[] = {
	"cn-north-1",     "cn-north-2",     "cn-north-4",     "cn-north-9",     "cn-north-11",    "cn-north-12",
	"cn-east-2",      "cn-east-3",      "cn-east-4",      "cn-east-5",      "cn-south-1",     "cn-south-2",
	"cn-south-4",     "cn-southwest-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
	"ap-southeast-5", "af-south-1",     "af-north-1",     "la-north-2",     "la-south-2",     "sa-brazil-1",
	"na-mexico-1",    "tr-west-1",      "me-east-1",
};

struct tls_identity {
	const struct config *config;
	const char *directory;
	char certificate_file[PATH_MAX], key_file[PATH_MAX]; /* of the authority */
	struct identity given;                               /* empty: there is an authority */
	pthread_mutex_t lock;
	struct identity authority; /* under the lock; empty until it is needed */
};

static int64_t now_seconds(void)
{
	return moment_now() / SECOND;
}

/* A certificate that has ended, or does soon, is served all the same: it is for clients to say no. */
static void warn_of_end(const char *file, int64_t expires)
{
	int64_t left = expires - now_seconds();

	if (left >= (int64_t)ENDS_SOON_DAYS * SECONDS_OF_DAY)
		return;
	log_event(LOG_WARNING, "tls",
	          LOG_TEXT_PAIR("problem", left < 0 ? "the certificate has expired: clients will refuse it" :
	                                              "the certificate expires soon"),
	          LOG_TEXT_PAIR("file", file), LOG_NUMBER_PAIR("days_left", left / SECONDS_OF_DAY));
}

/* ---- given ---- */

static bool read_given(const char *option, const char *path, char **ret, char *error, size_t error_size)
{
	*ret = file_text(path, PEM_MAX);
	if (!*ret)
		snprintf(error, error_size, "cannot read %s %s: %s", option, path, strerror(errno));
	return *ret != NULL;
}

static bool take_given(struct tls_identity *tls, char *error, size_t error_size)
{
	const struct config *config = tls->config;
	char why[256];
	int64_t expires;

	if (!config->tls_cert)
		return true;
	if (!read_given("--tls-cert", config->tls_cert, &tls->given.certificate, error, error_size) ||
	    !read_given("--tls-key", config->tls_key, &tls->given.key, error, error_size))
		return false;
	if (!identity_check(&tls->given, false, &expires, why, sizeof why)) {
		snprintf(error, error_size, "--tls-cert %s and --tls-key %s cannot be served: %s", config->tls_cert,
		         config->tls_key, why);
		return false;
	}
	warn_of_end(config->tls_cert, expires);
	return true;
}

/* ---- the authority ---- */

/* The key comes first: when there is a certificate, somebody may trust it, and then there is its key. */
static bool make(struct tls_identity *tls, char *error, size_t error_size)
{
	bool has_key = tls->authority.key != NULL;

	if (!authority_make(&tls->authority, now_seconds(), error, error_size) ||
	    (!has_key && !file_keep(tls->key_file, tls->authority.key, 0600, error, error_size)) ||
	    !file_keep(tls->certificate_file, tls->authority.certificate, 0644, error, error_size))
		return false;
	log_event(LOG_INFO, "tls", LOG_TEXT_PAIR("message", "made a certificate authority; 'cleat ca' prints it"),
	          LOG_TEXT_PAIR("file", tls->certificate_file));
	return true;
}

static bool check_kept(struct tls_identity *tls, char *error, size_t error_size)
{
	char why[256] = "its key is missing";
	int64_t expires;

	if (tls->authority.key && identity_check(&tls->authority, true, &expires, why, sizeof why)) {
		warn_of_end(tls->certificate_file, expires);
		return true;
	}
	snprintf(error, error_size, "%s and %s cannot be used: %s; restore them, or remove both to have a new authority made",
	         tls->certificate_file, FILE_KEY, why);
	return false;
}

static bool read_kept(const char *path, char **ret, char *error, size_t error_size)
{
	*ret = file_text(path, PEM_MAX);
	if (*ret || errno == ENOENT)
		return true;
	snprintf(error, error_size, "cannot read %s: %s", path, strerror(errno));
	return false;
}

static bool read_or_make(struct tls_identity *tls, char *error, size_t error_size)
{
	if (!read_kept(tls->certificate_file, &tls->authority.certificate, error, error_size) ||
	    !read_kept(tls->key_file, &tls->authority.key, error, error_size))
		return false;
	return tls->authority.certificate ? check_kept(tls, error, error_size) : make(tls, error, error_size);
}

/* Certificates are for everybody: one that lies together with a key will be handed on with it, sooner or later. */
static bool check_apart(struct tls_identity *tls, char *error, size_t error_size)
{
	char *text = tls->config->tls_ca_dir && !tls->config->tls_cert ? file_text(tls->certificate_file, PEM_MAX) : NULL;
	bool apart = !text || !strstr(text, "PRIVATE KEY");

	if (!apart) {
		explicit_bzero(text, strlen(text));
		snprintf(error, error_size, "%s of --tls-ca-dir holds a private key; move the key to %s beside it", FILE_CERTIFICATE,
		         FILE_KEY);
	}
	free(text);
	return apart;
}

/* Several servers may have one directory of an authority: one of them makes it. */
static bool need_authority(struct tls_identity *tls, char *error, size_t error_size)
{
	bool there;
	int fd;

	if (tls->authority.certificate)
		return true;
	if (!directory_make(tls->directory, error, error_size))
		return false;
	fd = open(tls->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX) != 0) {
		snprintf(error, error_size, "cannot use the directory %s: %s", tls->directory, strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	there = read_or_make(tls, error, error_size);
	close(fd);
	if (!there)
		identity_finish(&tls->authority);
	return there;
}

char *tls_identity_authority(void *context, char *error, size_t error_size)
{
	struct tls_identity *tls = context;
	char problem[PATH_MAX + 512] = "";
	char *pem = NULL;

	pthread_mutex_lock(&tls->lock);
	if (tls->config->tls != CONFIG_TLS_ON)
		snprintf(error, error_size, "This server speaks no TLS (--tls off)");
	else if (tls->given.certificate)
		snprintf(error, error_size, "This server has a certificate it was given (--tls-cert): trust who issued that");
	else if (need_authority(tls, problem, sizeof problem))
		pem = certificate_first(tls->authority.certificate, problem, sizeof problem);
	pthread_mutex_unlock(&tls->lock);
	if (*problem && !pem) {
		log_event(LOG_ERROR, "tls", LOG_TEXT_PAIR("problem", problem));
		snprintf(error, error_size, "This server's certificate authority cannot be used; its log says why");
	}
	return pem;
}

/* ---- names ---- */

struct names {
	struct arena arena;
	const char *items[NAMES_MAX];
	size_t n;
};

static void add(struct names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->n; i++) {
		if (text_equal_nocase(names->items[i], name))
			return;
	}
	if (names->n < NAMES_MAX && *name)
		names->items[names->n++] = name;
}

static void add_regions(struct names *names, const char *const *regions, size_t n, const char *domain)
{
	size_t i;

	add(names, arena_printf(&names->arena, "*.%s", domain));
	for (i = 0; i < n; i++)
		add(names, arena_printf(&names->arena, "*.%s.%s", regions[i], domain));
}

/* Of a server that listens on every address, clients may use each of them. */
static void add_machine(struct names *names)
{
	struct ifaddrs *all = NULL;
	struct ifaddrs *at;
	size_t n = 0;

	if (getifaddrs(&all) != 0)
		return;
	for (at = all; at && n < ADDRESSES_MAX; at = at->ifa_next) {
		char text[NI_MAXHOST];
		int family = at->ifa_addr ? at->ifa_addr->sa_family : AF_UNSPEC;
		socklen_t size = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);

		if ((family != AF_INET && family != AF_INET6) ||
		    getnameinfo(at->ifa_addr, size, text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0 || strchr(text, '%'))
			continue;
		add(names, arena_text(&names->arena, text));
		n++;
	}
	freeifaddrs(all);
}

static void add_given(struct names *names, const char *list)
{
	while (list && *list) {
		size_t length = strcspn(list, ", ");

		if (length)
			add(names, arena_text_n(&names->arena, list, length));
		list += length + (list[length] != '\0');
	}
}

static void collect(struct names *names, const struct config *config)
{
	char host[HOST_NAME_MAX + 1] = "";
	size_t i;

	add(names, "localhost");
	add(names, "127.0.0.1");
	add(names, "::1");
	add_given(names, config->tls_names);
	if (text_equal(config->listen_host, "0.0.0.0") || text_equal(config->listen_host, "::"))
		add_machine(names);
	else
		add(names, config->listen_host);
	if (gethostname(host, sizeof host - 1) == 0)
		add(names, arena_text(&names->arena, host));
	add_regions(names, aliyun_regions, COUNT_OF(aliyun_regions), "aliyuncs.com");
	for (i = 0; i < realm_aliyun.n_regions; i++)
		add(names, arena_printf(&names->arena, "*.%s.aliyuncs.com", realm_aliyun.regions[i].id));
	add_regions(names, huawei_regions, COUNT_OF(huawei_regions), "myhuaweicloud.com");
}

/* ---- what the server shows ---- */

static bool issue(struct tls_identity *tls, struct identity *ret, char *error, size_t error_size)
{
	struct names *names = calloc(1, sizeof *names);
	bool issued;

	if (!names)
		abort();
	arena_init(&names->arena);
	collect(names, tls->config);
	issued = certificate_issue(&tls->authority, names->items, names->n, now_seconds(), ret, error, error_size);
	arena_finish(&names->arena);
	free(names);
	return issued;
}

/* The server's own certificate is issued anew by each server that needs one and kept nowhere: so it has today's names and
 * never ends early, and its key never lies on a disk. */
bool tls_identity_get(void *context, struct identity *ret, char *error, size_t error_size)
{
	struct tls_identity *tls = context;
	bool got;

	if (tls->given.certificate) {
		ret->certificate = strdup(tls->given.certificate);
		ret->key = strdup(tls->given.key);
		return ret->certificate && ret->key;
	}
	pthread_mutex_lock(&tls->lock);
	got = need_authority(tls, error, error_size) && issue(tls, ret, error, error_size);
	pthread_mutex_unlock(&tls->lock);
	return got;
}

struct tls_identity *tls_identity_create(const struct config *config, const char *directory, char *error,
                                         size_t error_size)
{
	struct tls_identity *tls = calloc(1, sizeof *tls);

	if (!tls)
		abort();
	tls->config = config;
	tls->directory = config->tls_ca_dir ? config->tls_ca_dir : directory;
	pthread_mutex_init(&tls->lock, NULL);
	if (snprintf(tls->certificate_file, PATH_MAX, "%s/" FILE_CERTIFICATE, tls->directory) >= PATH_MAX ||
	    snprintf(tls->key_file, PATH_MAX, "%s/" FILE_KEY, tls->directory) >= PATH_MAX)
		snprintf(error, error_size, "the path is too long: %.100s...", tls->directory);
	else if (take_given(tls, error, error_size) && check_apart(tls, error, error_size))
		return tls;
	tls_identity_destroy(tls);
	return NULL;
}

void tls_identity_destroy(struct tls_identity *tls)
{
	if (!tls)
		return;
	identity_finish(&tls->given);
	identity_finish(&tls->authority);
	pthread_mutex_destroy(&tls->lock);
	free(tls);
}
