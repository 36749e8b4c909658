/* SPDX-License-Identifier: MIT */
/*
 * The camera process of a session: an honest one, which says hello, calls one
 * method after the other, gives credit and says bye, except for the one lie of
 * the input. It plays whenever the worker would sleep.
 */
#ifndef CAMIPC_TEST_FUZZ_FAKE_HOST_H
#define CAMIPC_TEST_FUZZ_FAKE_HOST_H

#include "port.h"

/* The first byte of an input. */
#define FAKE_HOST_NOT_STARTED 1u /* init and start are not called */
#define FAKE_HOST_LEAVES 2u /* it closes the channel instead of saying bye */
#define FAKE_HOST_SLOW_CREDIT 4u /* consumes events only now and then */
#define FAKE_HOST_KNOWS_NO_EVENTS 8u
#define FAKE_HOST_TRACES 16u /* it asks how long calls took */

enum fake_host_op {
	FAKE_HOST_CALL, /* id, with arguments: step's body, or drawn */
	FAKE_HOST_CREDIT,
	FAKE_HOST_PAUSE, /* 10 ms times pick */
	N_FAKE_HOST_OPS,
};

/** Flags of a call: its arguments are drawn from pick. */
#define ARGS_DRAWN 1u

void fake_host_set_up(int fd, const struct lie *lie, uint8_t mode,
		      const uint8_t *steps, size_t size);

/** The worker has ended. */
void fake_host_tear_down(void);

bool fake_host_has_lied(void);

#endif /* CAMIPC_TEST_FUZZ_FAKE_HOST_H */
