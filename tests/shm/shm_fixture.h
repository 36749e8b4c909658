/* SPDX-License-Identifier: MIT */
/*
 * The test bed of shm tests: both ends of a channel over shared memory, each
 * with a mapping of its own, in one process. A test that plays a hostile worker
 * writes to the worker's mapping.
 */
#ifndef CAMIPC_TEST_SHM_FIXTURE_H
#define CAMIPC_TEST_SHM_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fd_leak.h"
#include "shm_channel.h"

#define SHM_MAX_SIZE (1024u * 1024u)
#define SHM_MAX_FDS 4

struct shm_fixture {
	struct camipc_shm_area *parent_area;
	struct camipc_shm_area *worker_area;
	struct camipc_channel *parent;
	struct camipc_channel *worker;
	struct camipc_message message; /* the last that was received */
	enum camipc_reason reason;
	struct fd_leak before;
};

/**
 * With a parent that sleeps on its word if @thread, the id of the thread that
 * plays the worker, is not 0.
 */
void shm_set_up(struct shm_fixture *f, uint32_t thread);

/** Fails unless everything is as it was before it was set up. */
void shm_tear_down(struct shm_fixture *f);

/** Sends an event with this id and a body that follows from id and size. */
int shm_send(struct camipc_channel *channel, uint32_t id, uint32_t size);

/** As camipc_channel_receive(), into the fixture. */
int shm_receive(struct shm_fixture *f, struct camipc_channel *channel);

/** Fails unless the next message is the one that shm_send() makes. */
void shm_expect(struct shm_fixture *f, struct camipc_channel *channel,
		uint32_t id, uint32_t size);

/** Fails unless the parent finds this at fault, now and ever after. */
void shm_expect_bad(struct shm_fixture *f, enum camipc_reason reason);

/** Returns true if the socket of @channel polls readable. */
bool shm_is_readable(struct camipc_channel *channel);

/** From now on the parent sleeps on its word, with the help of this thread. */
void shm_become_robust(struct shm_fixture *f, uint32_t thread);

/** Lets children of this process inherit the worker's mapping. */
void shm_let_children_have_it(struct shm_fixture *f);

/** The id of this thread. */
uint32_t shm_thread(void);

#endif /* CAMIPC_TEST_SHM_FIXTURE_H */
