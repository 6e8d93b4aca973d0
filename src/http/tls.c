#include "http/tls.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/moment.h"

#define TRY_AGAIN_MS 1000

enum tls_state { TLS_OFF, TLS_STARTING, TLS_ON, TLS_CLOSED };

struct tls {
	struct peers *peers;
	struct MHD_Daemon *(*start)(void *context);
	void *context;
	struct MHD_Daemon *daemon;
	pthread_t thread;
	pthread_mutex_t lock;
	enum tls_state state; /* below: under the lock */
	bool thread_to_join;
	int64_t try_again; /* monotonic milliseconds: not before, after it could not be started */
	struct peer *waiting;
};

struct tls *tls_create(struct peers *peers, struct MHD_Daemon *(*start)(void *context), void *context)
{
	struct tls *tls = calloc(1, sizeof *tls);

	if (!tls)
		abort();
	tls->peers = peers;
	tls->start = start;
	tls->context = context;
	pthread_mutex_init(&tls->lock, NULL);
	return tls;
}

static void let_go(struct tls *tls, struct peer *waiting)
{
	while (waiting) {
		struct peer *peer = waiting;

		waiting = peer->next;
		peer->next = NULL;
		if (tls->daemon)
			peer_hand_over(tls->peers, peer, tls->daemon);
		else
			peer_dismiss(tls->peers, peer);
	}
}

static void *run(void *context)
{
	struct tls *tls = context;
	struct MHD_Daemon *daemon = tls->start(tls->context);
	struct peer *waiting;

	pthread_mutex_lock(&tls->lock);
	tls->daemon = daemon;
	tls->state = daemon ? TLS_ON : TLS_OFF;
	tls->try_again = moment_monotonic() + TRY_AGAIN_MS;
	waiting = tls->waiting;
	tls->waiting = NULL;
	pthread_mutex_unlock(&tls->lock);
	let_go(tls, waiting);
	return NULL;
}

static bool begin(struct tls *tls)
{
	if (moment_monotonic() < tls->try_again)
		return false;
	if (tls->thread_to_join)
		pthread_join(tls->thread, NULL);
	tls->thread_to_join = pthread_create(&tls->thread, NULL, run, tls) == 0;
	if (tls->thread_to_join)
		tls->state = TLS_STARTING;
	return tls->thread_to_join;
}

/* Whether it waits: otherwise it is to be handed over, or dismissed. Under the lock. */
static bool waits(struct tls *tls, struct peer *peer)
{
	if (tls->state == TLS_ON || tls->state == TLS_CLOSED || (tls->state == TLS_OFF && !begin(tls)))
		return false;
	peer->next = tls->waiting;
	tls->waiting = peer;
	return true;
}

void tls_take(struct tls *tls, struct peer *peer)
{
	bool waiting;
	bool on;

	pthread_mutex_lock(&tls->lock);
	waiting = waits(tls, peer);
	on = tls->state == TLS_ON;
	pthread_mutex_unlock(&tls->lock);
	if (waiting)
		return;
	if (on)
		peer_hand_over(tls->peers, peer, tls->daemon);
	else
		peer_dismiss(tls->peers, peer);
}

void tls_close(struct tls *tls)
{
	bool join;

	pthread_mutex_lock(&tls->lock);
	join = tls->thread_to_join;
	tls->thread_to_join = false;
	pthread_mutex_unlock(&tls->lock);
	if (join)
		pthread_join(tls->thread, NULL);
	pthread_mutex_lock(&tls->lock);
	tls->state = TLS_CLOSED;
	pthread_mutex_unlock(&tls->lock);
}

void tls_destroy(struct tls *tls)
{
	if (!tls)
		return;
	tls_close(tls);
	if (tls->daemon)
		MHD_stop_daemon(tls->daemon);
	pthread_mutex_destroy(&tls->lock);
	free(tls);
}
