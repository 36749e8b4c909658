/* SPDX-License-Identifier: MIT */
/*
 * Both ends of a shm channel, whose own sources are compiled with atomics that
 * stop (interleave.h), on a model of the kernel's futexes and robust lists, and of
 * the socket beside the memory.
 */
#ifndef CAMIPC_TEST_ORDERS_BED_H
#define CAMIPC_TEST_ORDERS_BED_H

#include "interleave.h"
#include "shm_channel.h"

enum { PARENT, WORKER, CANCELLER = 1 };

#define WORKER_TID 77u
#define LONG_SLEEP (INT64_C(1) << 50)

/** What a scene's tasks share: only there the order matters. */
enum {
	HEADS = 1,
	TAILS = 2, /* and what says that room is wanted */
	WORDS = 4,
	INTERRUPTS = 8,
};

/** Mistakes that are planted. */
enum mistake {
	NO_MISTAKE,
	LATE_ANNOUNCEMENT, /* the sleeper's store of its word is overtaken */
	LATE_RECORD, /* the producer's store of the head is overtaken */
	LATE_ROOM, /* the consumer's store of the tail is overtaken */
	LATE_INTERRUPT,
	NO_PENDING, /* a death between clearing the word and waking */
	NO_LIST, /* the word is in no robust list */
	N_MISTAKES,
};

struct orders_bed {
	enum mistake mistake;
	unsigned int watched;
	struct camipc_shm_words words;
	_Alignas(8) uint8_t rings[2][CAMIPC_SHM_RING_SIZE];
	struct camipc_shm_area areas[2]; /* by side */
	struct camipc_channel sockets[2];
	struct camipc_channel *channels[2];
	struct camipc_message message[2];
	uint8_t bytes[2][256];

	/* The kernel. */
	const volatile void *sleeps_on[INTERLEAVE_MAX_TASKS];
	_Atomic uint32_t *pending; /* list_op_pending of the worker */
	bool is_dead;
	bool must_notice; /* the death: the parent had announced itself */
	unsigned int bells[2]; /* on the socket, for this side */

	/* A store that is overtaken. */
	int delayer; /* the task; -1: none */
	void *delayed;
	uint32_t delayed_value;

	/* What tasks have done. */
	unsigned int n_sent;
	unsigned int n_got;
	bool is_cancelled;
	const char *wrong;
};

extern struct orders_bed bed;

/** Makes both ends anew: of empty rings, or of one that is full and has one or
 *  two messages. */
void orders_set_up(void);
void orders_fill_parents_ring(void);
void orders_fill_workers_ring(void);
void orders_fill_parents_ring_twice(void);
void orders_fill_workers_ring_twice(void);

/** The worker is dead: what the kernel does. */
void orders_die(void);

/** A store that was overtaken takes effect, if there is one. */
void orders_settle(void);
bool orders_can_settle(void);

/** Sends a small message from @side, with so many bytes of body, or none. Returns
 *  as camipc_channel_send(). */
int orders_send(int side, uint32_t body_size);
int orders_send_one(int side);

/** Frees both ends. */
void orders_tear_down(void);

#endif /* CAMIPC_TEST_ORDERS_BED_H */
