#include "drivers/libvirt_link.h"

#include <libvirt/virterror.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/moment.h"

#define KEEP_ALIVE_S  5 /* the daemon is asked that often whether it is there, */
#define KEEP_ALIVE_N  3 /* and is not if it was silent that many times */
#define CONNECT_AGAIN (500) /* milliseconds between two tries */
#define CONNECT_WAIT_S 5    /* for one that is under way: a daemon that hangs takes connections and says nothing */
#define EVENTS        3

struct lv_link {
	char *uri;
	pthread_mutex_t lock; /* of all below; not held while connecting */
	pthread_cond_t tried; /* a try to connect has ended */
	virConnectPtr connection;
	int events[EVENTS];
	bool connecting; /* on a thread of its own, since libvirt knows no time-out for that */
	bool destroyed;
	int64_t tried_at;    /* monotonic: the end of the last try */
	virErrorPtr problem; /* of the last try; NULL: it had none */
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
	virFreeError(link->problem);
	pthread_cond_destroy(&link->tried);
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

/* ---- the connection ---- */

static int register_event(struct lv_link *link, virConnectPtr connection, int id, virConnectDomainEventGenericCallback callback)
{
	int result = virConnectDomainEventRegisterAny(connection, NULL, id, callback, hold(link), release);

	if (result < 0)
		release(link);
	return result;
}

static void unregister(virConnectPtr connection, const int events[EVENTS])
{
	size_t i;

	for (i = 0; i < EVENTS; i++) {
		if (events[i] >= 0)
			virConnectDomainEventDeregisterAny(connection, events[i]);
	}
	virConnectUnregisterCloseCallback(connection, on_close);
	virConnectClose(connection);
}

/* Under the lock. */
static void drop(struct lv_link *link)
{
	if (link->connection)
		unregister(link->connection, link->events);
	link->connection = NULL;
}

/* May take as long as the daemon likes. */
static virConnectPtr open_connection(struct lv_link *link, int ret_events[EVENTS])
{
	virConnectPtr connection = virConnectOpen(link->uri);

	if (!connection)
		return NULL;
	/* Not every transport has them; then the daemon's end is told by the socket alone. */
	virConnectSetKeepAlive(connection, KEEP_ALIVE_S, KEEP_ALIVE_N);
	if (virConnectRegisterCloseCallback(connection, on_close, hold(link), release) < 0)
		release(link);
	ret_events[0] = register_event(link, connection, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
	                               VIR_DOMAIN_EVENT_CALLBACK(on_removed));
	ret_events[1] = register_event(link, connection, VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle));
	ret_events[2] = register_event(link, connection, VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE,
	                               VIR_DOMAIN_EVENT_CALLBACK(on_agent));
	return connection;
}

static void *connect_thread(void *context)
{
	struct lv_link *link = context;
	int events[EVENTS] = { -1, -1, -1 };
	virConnectPtr connection = open_connection(link, events);
	virErrorPtr problem = connection ? NULL : virSaveLastError();
	bool unwanted;

	pthread_mutex_lock(&link->lock);
	unwanted = link->destroyed;
	virFreeError(link->problem);
	link->problem = problem;
	if (!unwanted) {
		link->connection = connection;
		memcpy(link->events, events, sizeof events);
	}
	link->connecting = false;
	link->tried_at = moment_monotonic();
	pthread_cond_broadcast(&link->tried);
	pthread_mutex_unlock(&link->lock);
	if (connection && unwanted)
		unregister(connection, events);
	/* What happened meanwhile nobody told. */
	if (connection && !unwanted)
		tell(link, NULL);
	release(link);
	return NULL;
}

/* Under the lock, which is given up meanwhile. */
static void connect_now(struct lv_link *link)
{
	pthread_attr_t attributes;
	struct timespec until;
	pthread_t thread;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += CONNECT_WAIT_S;
	if (!link->connecting) {
		pthread_attr_init(&attributes);
		pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
		link->connecting = pthread_create(&thread, &attributes, connect_thread, hold(link)) == 0;
		pthread_attr_destroy(&attributes);
		if (!link->connecting)
			release(link);
	}
	while (link->connecting && pthread_cond_timedwait(&link->tried, &link->lock, &until) == 0)
		continue;
}

/* Under the lock: why there is no connection. */
static const char *problem_of(const struct lv_link *link)
{
	if (link->connecting || !link->problem || !link->problem->message)
		return "it does not answer";
	return link->problem->message;
}

virConnectPtr lv_link_get(struct lv_link *link, char problem[static LV_PROBLEM_SIZE])
{
	virConnectPtr result = NULL;

	pthread_mutex_lock(&link->lock);
	if (link->connection && virConnectIsAlive(link->connection) != 1)
		drop(link);
	if (!link->connection && (link->connecting || moment_monotonic() - link->tried_at >= CONNECT_AGAIN))
		connect_now(link);
	if (link->connection && virConnectRef(link->connection) == 0)
		result = link->connection;
	if (!result)
		snprintf(problem, LV_PROBLEM_SIZE, "%s", problem_of(link));
	pthread_mutex_unlock(&link->lock);
	return result;
}

static struct lv_link *link_new(const char *uri, lv_changed changed, void *context)
{
	struct lv_link *link = calloc(1, sizeof *link);
	pthread_condattr_t monotonic;

	if (!link || !(link->uri = strdup(uri)))
		abort();
	link->references = 1;
	link->changed = changed;
	link->context = context;
	pthread_mutex_init(&link->lock, NULL);
	pthread_mutex_init(&link->told, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&link->tried, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return link;
}

struct lv_link *lv_link_create(const char *uri, lv_changed changed, void *context, char *error, size_t error_size)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct lv_link *link = link_new(uri, changed, context);
	bool connected;

	pthread_once(&once, begin_events);
	pthread_mutex_lock(&link->lock);
	if (events_begun)
		connect_now(link);
	connected = link->connection != NULL;
	if (!connected)
		snprintf(error, error_size, "libvirt cannot be reached at %s: %s", *uri ? uri : "its default URI",
		         problem_of(link));
	pthread_mutex_unlock(&link->lock);
	if (connected)
		return link;
	lv_link_destroy(link);
	return NULL;
}

void lv_link_silence(struct lv_link *link)
{
	if (!link)
		return;
	pthread_mutex_lock(&link->told);
	link->changed = NULL;
	pthread_mutex_unlock(&link->told);
}

void lv_link_destroy(struct lv_link *link)
{
	if (!link)
		return;
	lv_link_silence(link);
	pthread_mutex_lock(&link->lock);
	link->destroyed = true;
	drop(link);
	pthread_mutex_unlock(&link->lock);
	release(link);
}
