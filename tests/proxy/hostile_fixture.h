/* SPDX-License-Identifier: MIT */
/* Whole proxies with a worker that plays for time: fake_worker.c. */
#ifndef CAMIPC_TEST_HOSTILE_FIXTURE_H
#define CAMIPC_TEST_HOSTILE_FIXTURE_H

#include <camipc/proxy.h>

#include "create_fixture.h"
#include "deadline.h"
#include "slow_close.h"

/** The deadline of a call, and what no attack may take. */
#define HOSTILE_CALL_MS 600
#define HOSTILE_LIMIT_NS (SLOW_CLOSE_LIMIT_MS * INT64_C(1000000))

/** Where a descriptor is welcome, and where the kernel may refuse all. */
extern const struct camipc_interface hostile_with_fds;
extern const struct camipc_interface hostile_without_fds;

/** The pipeline side; its descriptor is one of the above. */
extern struct camipc_client hostile_client;

/** The latest `closed`, and how many there were of one proxy. */
extern struct camipc_closed_info hostile_closed;
extern unsigned int hostile_n_closed;

/**
 * Creates a proxy, over the transport that CAMIPC_TEST_BACKEND names, whose worker
 * is born and lives as these words say.
 */
int hostile_create(struct create_fixture *f, const char *birth,
		   const char *life, struct camipc_proxy **ret_proxy);

/** The same with a good birth; fails the test if there is no proxy. */
struct camipc_proxy *hostile_born(struct create_fixture *f, const char *life);

/** How a begun call ended. */
struct hostile_done {
	int n;
	int ret;
};

/** Begins a call that fills in @done. */
void hostile_begin(struct camipc_proxy *proxy, struct hostile_done *done);

/** Dispatches as a host does, until *flag; fails after a while. */
void hostile_dispatch_until(struct camipc_proxy *proxy,
			    const unsigned int *flag);

#endif /* CAMIPC_TEST_HOSTILE_FIXTURE_H */
