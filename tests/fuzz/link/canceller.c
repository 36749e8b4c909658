/* SPDX-License-Identifier: MIT */
/* Cancels calls in a second thread. */
#include "canceller.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "fuzz.h"
#include "stage.h"

#if defined(__SANITIZE_THREAD__)
#define HAS_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HAS_THREAD_SANITIZER 1
#endif
#endif
#ifndef HAS_THREAD_SANITIZER
#define HAS_THREAD_SANITIZER 0
#endif

static struct {
	struct camipc_proxy *proxy; /* NULL: off */
	pthread_t thread;
	atomic_uint turns; /* of which it has taken some */
	atomic_bool ends;
} canceller;

bool canceller_is_useful(void)
{
	return HAS_THREAD_SANITIZER;
}

static void *act(void *unused)
{
	unsigned int taken = 0;

	(void)unused;
	while (!atomic_load(&canceller.ends)) {
		if (atomic_load(&canceller.turns) == taken) {
			sched_yield();
			continue;
		}
		/* Every third time it looks only. */
		if (++taken % 3)
			camipc_proxy_cancel(canceller.proxy);
		FUZZ_REQUIRE(camipc_proxy_is_valid(canceller.proxy));
		FUZZ_REQUIRE(camipc_proxy_get_fd(canceller.proxy) >= 0);
		(void)camipc_proxy_get_state(canceller.proxy);
		(void)camipc_proxy_get_isolation(canceller.proxy);
	}
	return NULL;
}

void canceller_begin(struct camipc_proxy *proxy)
{
	canceller.proxy = proxy;
	atomic_store(&canceller.turns, 0);
	atomic_store(&canceller.ends, false);
	stage_share(true);
	FUZZ_REQUIRE(pthread_create(&canceller.thread, NULL, act, NULL) == 0);
}

void canceller_go(void)
{
	if (canceller.proxy)
		atomic_fetch_add(&canceller.turns, 1);
}

void canceller_end(void)
{
	if (!canceller.proxy)
		return;
	atomic_store(&canceller.ends, true);
	FUZZ_REQUIRE(pthread_join(canceller.thread, NULL) == 0);
	stage_share(false);
	canceller.proxy = NULL;
}
