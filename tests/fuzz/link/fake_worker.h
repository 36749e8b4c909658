/* SPDX-License-Identifier: MIT */
/*
 * The worker of a session: an honest one, which says hello, loads its module,
 * answers every call, raises events within its credit and ends when asked to,
 * except for the one lie of the input.
 */
#ifndef CAMIPC_TEST_FUZZ_FAKE_WORKER_H
#define CAMIPC_TEST_FUZZ_FAKE_WORKER_H

#include "port.h"

/** What the IPA in it does. */
#define WORKER_EVENTS 1u /* raises an event for each asynchronous call */
#define WORKER_LOGS 2u /* a line for each call */
#define WORKER_FAILS 4u /* ops return errors */
#define WORKER_SPAWN_FAILS 8u /* there never is a worker */
#define WORKER_STATUS_UNKNOWN 16u
#define WORKER_TRACES 32u /* the camera process asks for spans, and gets them */

void fake_worker_set_up(const struct lie *lie, uint8_t mode);
void fake_worker_tear_down(void);

/** It raises an event with this body, if it has credit for it. */
void fake_worker_raise(uint16_t id, const void *body, size_t size,
		       uint32_t n_fds);

/** The same with a body that is drawn from @seed. */
void fake_worker_raise_drawn(uint16_t id, uint64_t seed);

void fake_worker_log(uint32_t level, const void *text, size_t size);

/** It dies now, in one of several ways. */
void fake_worker_die(uint8_t how, uint32_t value);

/** What the tests look at. */
bool fake_worker_has_lied(void);
bool fake_worker_is_gone(void); /* its process has ended */
bool fake_worker_is_noisy(void); /* it, or its child, sends without end */

#endif /* CAMIPC_TEST_FUZZ_FAKE_WORKER_H */
