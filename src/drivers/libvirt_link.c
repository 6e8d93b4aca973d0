#include "drivers/libvirt_link.h"

#include <libvirt/virterror.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"

#define KEEP_ALIVE_S  5 /* the daemon is asked that often whether it is there, */
#define KEEP_ALIVE_N  3 /* and is not if it was silent that many times */
#define CONNECT_AGAIN (500) /* milliseconds between two tries */
#define EVENTS        3

struct lv_link {
	char *uri;
	pthread_mutex_t lock; /* of all below; held while connecting */
	virConnectPtr connection;
	int events[EVENTS];
	int64_t tried_at; /* monotonic */
	pthread_mutex_t told; /* held while `changed` is called */
	lv_changed changed;   /* NULL: destroyed */
	void *context;
	int references; /* atomic: of its owner and of each callback that libvirt knows */
};

/* ---- libvirt's event loop: one thread for as long as the process lives ---- */

static void *run_events(void *context)
{
	(void)context;
	for (;;)
		virEventRunDefaultImpl();
	return NULL;
}

static void keep_quiet(void *context, virErrorPtr error)
{
	(void)context; /* it would print them to stderr: each is told where it happened */
	(void)error;
}

/* The loop sleeps until something happens; with nothing to wait for it would never look again. */
static void tick(int timer, void *context)
{
	(void)timer;
	(void)context;
}

static bool events_begun;

static void begin_events(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	virSetErrorFunc(NULL, keep_quiet);
	if (virInitialize() < 0 || virEventRegisterDefaultImpl() < 0)
		return;
	virEventAddTimeout(10000, tick, NULL, NULL);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	events_begun = pthread_create(&thread, &attributes, run_events, NULL) == 0;
	pthread_attr_destroy(&attributes);
}

/* ---- what libvirt tells ---- */

static void release(void *context)
{
	struct lv_link *link = context;

	if (__atomic_sub_fetch(&link->references, 1, __ATOMIC_ACQ_REL))
		return;
	pthread_mutex_destroy(&link->lock);
	pthread_mutex_destroy(&link->told);
	free(link->uri);
	free(link);
}

static void *hold(struct lv_link *link)
{
	__atomic_add_fetch(&link->references, 1, __ATOMIC_ACQ_REL);
	return link;
}

static void tell(struct lv_link *link, virDomainPtr domain)
{
	char uuid[VIR_UUID_STRING_BUFLEN] = "";

	if (domain && virDomainGetUUIDString(domain, uuid) < 0)
		return;
	pthread_mutex_lock(&link->told);
	if (link->changed)
		link->changed(link->context, domain ? uuid : NULL);
	pthread_mutex_unlock(&link->told);
}

static void on_removed(virConnectPtr connection, virDomainPtr domain, const char *alias, void *context)
{
	(void)connection;
	(void)alias;
	tell(context, domain);
}

static int on_lifecycle(virConnectPtr connection, virDomainPtr domain, int event, int detail, void *context)
{
	(void)connection;
	(void)event;
	(void)detail;
	tell(context, domain);
	return 0;
}

static void on_agent(virConnectPtr connection, virDomainPtr domain, int state, int reason, void *context)
{
	(void)connection;
	(void)state;
	(void)reason;
	tell(context, domain);
}

static void on_close(virConnectPtr connection, int reason, void *context)
{
	(void)connection;
	(void)reason;
	tell(context, NULL);
}

/* ---- the connection; under the lock ---- */

static int register_event(struct lv_link *link, virConnectPtr connection, int id, virConnectDomainEventGenericCallback callback)
{
	int result = virConnectDomainEventRegisterAny(connection, NULL, id, callback, hold(link), release);

	if (result < 0)
		release(link);
	return result;
}

static void drop(struct lv_link *link)
{
	size_t i;

	if (!link->connection)
		return;
	for (i = 0; i < EVENTS; i++) {
		if (link->events[i] >= 0)
			virConnectDomainEventDeregisterAny(link->connection, link->events[i]);
	}
	virConnectUnregisterCloseCallback(link->connection, on_close);
	virConnectClose(link->connection);
	link->connection = NULL;
}

static void connect_now(struct lv_link *link)
{
	virConnectPtr connection = virConnectOpen(link->uri);

	link->tried_at = moment_monotonic();
	if (!connection)
		return;
	/* Not every transport has them; then the daemon's end is told by the socket alone. */
	virConnectSetKeepAlive(connection, KEEP_ALIVE_S, KEEP_ALIVE_N);
	if (virConnectRegisterCloseCallback(connection, on_close, hold(link), release) < 0)
		release(link);
	link->events[0] = register_event(link, connection, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
	                                 VIR_DOMAIN_EVENT_CALLBACK(on_removed));
	link->events[1] = register_event(link, connection, VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle));
	link->events[2] = register_event(link, connection, VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE,
	                                 VIR_DOMAIN_EVENT_CALLBACK(on_agent));
	link->connection = connection;
}

virConnectPtr lv_link_get(struct lv_link *link)
{
	virConnectPtr result = NULL;
	bool fresh = false;

	pthread_mutex_lock(&link->lock);
	if (link->connection && virConnectIsAlive(link->connection) != 1)
		drop(link);
	if (!link->connection && moment_monotonic() - link->tried_at >= CONNECT_AGAIN) {
		connect_now(link);
		fresh = link->connection != NULL;
	}
	if (link->connection && virConnectRef(link->connection) == 0)
		result = link->connection;
	pthread_mutex_unlock(&link->lock);
	/* What happened meanwhile nobody told. */
	if (fresh)
		tell(link, NULL);
	return result;
}

struct lv_link *lv_link_create(const char *uri, lv_changed changed, void *context, char *error, size_t error_size)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct lv_link *link = calloc(1, sizeof *link);

	if (!link || !(link->uri = strdup(uri)))
		abort();
	pthread_once(&once, begin_events);
	link->references = 1;
	link->changed = changed;
	link->context = context;
	pthread_mutex_init(&link->lock, NULL);
	pthread_mutex_init(&link->told, NULL);
	if (events_begun)
		connect_now(link);
	if (link->connection)
		return link;
	snprintf(error, error_size, "libvirt cannot be reached at %s: %s", *uri ? uri : "its default URI",
	         virGetLastErrorMessage());
	lv_link_destroy(link);
	return NULL;
}

void lv_link_destroy(struct lv_link *link)
{
	if (!link)
		return;
	pthread_mutex_lock(&link->told);
	link->changed = NULL;
	pthread_mutex_unlock(&link->told);
	pthread_mutex_lock(&link->lock);
	drop(link);
	pthread_mutex_unlock(&link->lock);
	release(link);
}
