/* SPDX-License-Identifier: MIT */
/* The test bed of the restart suite: a phoenix, its book and what its callbacks got. */
#ifndef CAMIPC_TEST_RESTART_BED_H
#define CAMIPC_TEST_RESTART_BED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fd_leak.h"
#include "log_capture.h"
#include "phoenix_book.h"
#include "phoenix_ipa_proxy.h"

/** What a callback reports. */
enum told {
	TOLD_DONE = 1,
	TOLD_BURST,
	TOLD_STARTED,
	TOLD_COMPLETED,
	TOLD_LOST_FRAME,
	TOLD_LOST_KEPT,
	TOLD_LOST_RAISE,
	TOLD_LOST_TUNE,
	TOLD_REPLAYED,
	TOLD_RESTARTED,
	TOLD_CLOSED,
};

struct telling {
	enum told what;
	uint32_t number; /* of an event or a call; a result, as it is */
};

#define BED_TELLINGS 65536

struct bed {
	struct camipc_manager *manager;
	struct test_phoenix *ipa;
	struct camipc_proxy *proxy;
	struct phoenix_book *book;
	int book_fd;
	struct telling told[BED_TELLINGS];
	size_t n;
	size_t n_restarted;
	size_t n_closed;
	size_t n_done;
	size_t n_lost; /* of frames */
	struct camipc_restart_info restarted; /* without its pointers */
	struct camipc_closed_info cause; /* the same */
	struct camipc_closed_info closed;
	char text[1024]; /* of the cause, or of the end */
	struct fd_leak before;

	/** Called in each callback, if set. */
	void (*on_told)(struct bed *bed, enum told what);
	void *context;
};

/** One test with a proxy in state Created, a policy, and nothing left. */
#define BED_TEST(name) \
	cmocka_unit_test_setup_teardown(name, bed_set_up, bed_tear_down)
int bed_set_up(void **state);
int bed_tear_down(void **state);

/** Of the proxies that are created; NULL: the usual one. */
extern const struct camipc_budget *bed_budget;

/* The variable CAMIPC_TEST_BACKEND chooses the transport: backend.h. */

/** The same for beds of which a test needs many, without a count of leaks. */
struct bed *bed_create(struct camipc_manager *manager);
struct bed *bed_create_of(struct camipc_manager *manager, const char *module);

/** Without a restart policy of its own; @isolation as in camipc_match. */
struct bed *bed_create_plain(struct camipc_manager *manager, const char *module,
			     const char *isolation);
void bed_destroy(struct bed *bed);
struct camipc_manager *bed_make_manager(void);

/** Sets a policy of @max in a minute; 0: the default one. */
void bed_allow(struct bed *bed, uint32_t max);

/** Sets a policy of 50 in a minute, with so many workers that stand by (0, 1). */
void bed_want_spare(struct bed *bed, uint32_t spare);

/* From Created to where a test begins; init, configure, start in order. */
void bed_init(struct bed *bed);
void bed_ready(struct bed *bed);
void bed_running(struct bed *bed);
void bed_expect_state(struct bed *bed, enum camipc_state state);

/** The worker ends in call number @nth of @op from now on. */
void bed_plan(struct bed *bed, enum phoenix_op op, uint32_t nth,
	      enum phoenix_act act);

/** Kills the worker with @number from outside. */
void bed_kill(struct bed *bed, int number);

/** Waits for the descriptor and dispatches once. Fails after 20 s. Returns what
 *  dispatch returned. */
int bed_step(struct bed *bed);

/** Dispatches until @count has reached @n. */
void bed_until(struct bed *bed, const size_t *count, size_t n);

/** Dispatches until the proxy is in @state. */
void bed_until_state(struct bed *bed, enum camipc_state state);

/** Dispatches as long as the descriptor is readable. */
void bed_dispatch_all(struct bed *bed);

/** Kills the worker, and dispatches until the restart is reported. */
void bed_restart(struct bed *bed);

/** Completion: tells its result. @user: the bed. */
void bed_completed(void *user, int ret);

/** How often @what was reported. */
size_t bed_count(const struct bed *bed, enum told what);

/** Where @what was reported first; fails the test if it was not. */
size_t bed_find(const struct bed *bed, enum told what);

/** The numbers that @op got from worker number @worker, into @numbers. Returns
 *  how many. */
size_t bed_notes(const struct bed *bed, enum phoenix_op op, uint32_t worker,
		 uint32_t *numbers, size_t max);

/** A memfd with the words 0, 1, 2, …. */
int bed_words(void);

struct camipc_proxy_stats bed_stats(struct bed *bed);

#endif /* CAMIPC_TEST_RESTART_BED_H */
