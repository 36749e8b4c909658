/* SPDX-License-Identifier: MIT */
/*
 * The test bed that all files of the contract suite share. Each file is one
 * program that runs once per backend, named in its first argument (requirements
 * 20 and 22: the same module either way, chosen by name; requirement 34: all
 * kinds alike). Its assertions hold for every backend; a test that must know
 * the backend asks contract_is().
 */
#ifndef CAMIPC_TEST_CONTRACT_H
#define CAMIPC_TEST_CONTRACT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "echo_ipa_proxy.h"
#include "fd_leak.h"
#include "log_capture.h"

/* Events remembered of each kind. */
#define CONTRACT_MAX 20000

/** Numbers that a kind of event brought, in order. */
struct contract_numbers {
	uint32_t numbers[CONTRACT_MAX];
	size_t n;
};

/** One proxy and what its callbacks were told. */
struct contract {
	struct camipc_manager *manager;
	struct test_echo *ipa;
	struct camipc_proxy *proxy; /* of ipa */
	struct fd_leak before;
	int gate[2]; /* a pipe: what Block waits for */

	struct contract_numbers ticks;
	struct contract_numbers few;
	struct contract_numbers latest;
	struct contract_numbers pushed;
	struct contract_numbers kept;
	size_t n_values;
	size_t n_planes;
	size_t n_events; /* of all kinds */
	size_t n_closed;
	struct camipc_closed_info closed; /* without its pointers */
	char closed_text[1024];
	int thread; /* that the last event came in */

	/** Called in each event, if set, with what the test wants. */
	void (*on_event)(struct contract *c);
	void (*on_value)(struct contract *c,
			 const struct test_echo_everything *value);
	void (*on_plane)(struct contract *c,
			 const struct test_echo_plane *plane, const int *more,
			 size_t n_more);
	void (*on_closed)(struct contract *c);
	void *context;
};

/** The backend under test: "thread", "loopback", "process" or "shm". */
extern const char *contract_backend;
bool contract_is(const char *backend);
/** Makes contract_create() use this backend. */
void contract_use(const char *backend);

/** True if the IPA is in this process: thread and loopback. */
bool contract_is_local(void);

/** For main(): runs @tests in a group named after file and backend. */
#define CONTRACT_MAIN(tests)                                           \
	int main(int argc, char **argv)                                \
	{                                                              \
		return contract_run(argc, argv, tests,                 \
				    sizeof(tests) / sizeof(*(tests))); \
	}
int contract_run(int argc, char **argv, const struct CMUnitTest *tests,
		 size_t n);

/** One test with a proxy in state Created, and nothing left after it. */
#define CONTRACT_TEST(name)                                    \
	cmocka_unit_test_setup_teardown(name, contract_set_up, \
					contract_tear_down)
int contract_set_up(void **state);
int contract_tear_down(void **state);

/** Another proxy of the same module, telling @events. */
struct test_echo *contract_create(struct contract *c);
extern const struct test_echo_events contract_events;
/** How to ask for the echo module in this backend. */
extern struct camipc_match contract_match;

/* From Created to where a test begins. */
void contract_init(struct contract *c);
void contract_start(struct contract *c);
void contract_ready(struct contract *c); /* init */
void contract_running(struct contract *c); /* init and start */
void contract_expect_state(struct contract *c, enum camipc_state state);

/** What @op does next; Block waits for contract_open_gate(). */
void contract_plan(struct contract *c, enum test_echo_op op,
		   enum test_echo_act act, int32_t value);
/** Lets one Block through. */
void contract_open_gate(struct contract *c);

/**
 * Dispatches, waiting for the descriptor in between, until @condition holds.
 * Fails after ten seconds.
 */
void contract_dispatch_until(struct contract *c,
			     bool (*condition)(struct contract *c));
/** Dispatches as long as the descriptor is readable. */
void contract_dispatch_all(struct contract *c);
/** Dispatches until @n events of any kind came. */
void contract_dispatch_events(struct contract *c, size_t n);
/** Dispatches until closed was called. */
void contract_dispatch_closed(struct contract *c);

/** Calls the IPA and waits: what was raised and sent before has arrived. */
void contract_wait_for_ipa(struct contract *c);

struct camipc_proxy_stats contract_stats(struct contract *c);

/** A number that a begun call's completion leaves; see contract_done. */
struct contract_done {
	int n;
	int ret;
	struct contract *c;
};
void contract_done(void *user, int ret);
/** Dispatches until @done was called. */
void contract_dispatch_done(struct contract *c, struct contract_done *done);

/** Kills the worker of process backends with @number. */
void contract_kill_worker(struct contract *c, int number);

/** Milliseconds of CLOCK_MONOTONIC. */
int64_t contract_now_ms(void);

#endif /* CAMIPC_TEST_CONTRACT_H */
