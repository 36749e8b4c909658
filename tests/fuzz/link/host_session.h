/* SPDX-License-Identifier: MIT */
/* A camera process under fuzz: its state and the steps of an input. */
#ifndef CAMIPC_TEST_FUZZ_HOST_SESSION_H
#define CAMIPC_TEST_FUZZ_HOST_SESSION_H

#include <camipc/proxy.h>

#include "fake_worker.h"

/* The first mode, of the pipeline handler; the second is fake_worker.h's. */
#define HOST_NOT_STARTED 1u /* init and start are not called */
#define HOST_NOT_STOPPED 2u /* stop is left to destroy */
#define HOST_CANCELLED 4u /* a second thread cancels, where canceller.h is on */

enum host_op {
	HOST_CALL, /* the method id, with arguments drawn from pick */
	HOST_BEGIN,
	HOST_DISPATCH,
	HOST_LOOP, /* an event loop, for 10 ms times pick */
	HOST_BUSY, /* it does not dispatch for 20 ms times pick */
	HOST_SUSPEND, /* the same, and the worker does nothing either */
	HOST_CANCEL,
	HOST_STOP_ALL,
	HOST_TIMEOUT, /* of calls: 10 ms times pick */
	HOST_WATCHDOG,
	WORKER_EVENT,
	WORKER_LOG,
	WORKER_DIES,
	N_HOST_OPS,
};

/** Flag of an event: its body is drawn from pick. */
#define BODY_DRAWN 1u

#define MAX_BEGUN 256u

/**
 * What anything may take beside its own deadlines: a worker's last breath, its
 * death, being asked to end.
 */
#define BOUND_MS 2000

/** Real seconds of a session, which takes milliseconds. */
#define REAL_BOUND_S 10

struct begun {
	const struct camipc_method *method; /* NULL: it has completed */
	int64_t since;
	int64_t timeout_ms;
};

struct host {
	struct camipc_proxy *proxy;
	struct camipc_arena values;
	struct begun begun[MAX_BEGUN];
	uint32_t n_begun;
	uint32_t timeout_ms;
	int64_t busy; /* ns */
	int64_t gone_since; /* since the host could see that the worker ended */
	uint32_t n_events;
	uint32_t n_closed;
	bool dispatching;
	bool destroying;
	bool stopped;
	bool spawn_fails;
	bool traces; /* it asks for spans */
	bool may_fail; /* the session asked for it */
};

/** The one there is. */
extern struct host host;

const struct camipc_interface *host_interface(void);

/* ---- host_callbacks.c -------------------------------------------------------- */

/** The pipeline side of the interface, with one function for all its events. */
void host_make_client(struct camipc_client *client);

/** The completion of a call; @user is its struct begun. */
void host_take_done(void (*done)(void), void *user, int ret, const void *outs);
void host_done(void);

/** For camipc_log_set(). */
void host_expect_clean_log(void *user, enum camipc_log_level level,
			   const char *topic, const char *text);

#endif /* CAMIPC_TEST_FUZZ_HOST_SESSION_H */
