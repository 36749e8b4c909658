/* SPDX-License-Identifier: MIT */
/*
 * The shared memory of a shm channel as both processes see it. It holds only
 * integers of fixed sizes, and no locks: whatever a peer writes here, the
 * readers check it on each use.
 */
#ifndef CAMIPC_TRANSPORT_SHM_LAYOUT_H
#define CAMIPC_TRANSPORT_SHM_LAYOUT_H

#include <stdatomic.h>
#include <stdint.h>

#include <camipc/base.h>

/** Two cache lines: processors fetch them in pairs, and some have lines of
 *  this size. No two words that different processes write share one. */
#define CAMIPC_SHM_LINE 128

/** Bytes of a ring: a power of two. A window of 64 messages of 1 KiB. */
#define CAMIPC_SHM_RING_SIZE (64u * 1024u)

/** Records begin at multiples of this. */
#define CAMIPC_SHM_ALIGN 8u

/** Bytes before the header of each message: struct camipc_shm_record. */
#define CAMIPC_SHM_RECORD_SIZE 8u

/** Largest message, with its header, that travels in a ring. A quarter of the
 *  ring, so that one message cannot hold up all others. */
#define CAMIPC_SHM_MAX_MESSAGE (CAMIPC_SHM_RING_SIZE / 4)

/** In place of a size: the message is the next one on the socket. */
#define CAMIPC_SHM_ON_SOCKET UINT32_MAX

/**
 * What precedes each message. All of it is checked: zeros are never valid,
 * because the first record has the number 1.
 */
struct camipc_shm_record {
	uint32_t size; /* of header and body; or CAMIPC_SHM_ON_SOCKET */
	uint32_t number; /* of the record; the first is 1 */
};

/** One direction. Positions count bytes and wrap at 2^32. */
struct camipc_shm_ring_words {
	/* Written by the producer. */
	_Alignas(CAMIPC_SHM_LINE) _Atomic uint32_t head; /* end of the records */
	_Atomic uint32_t closed; /* not 0: no record follows */
	_Atomic uint32_t wants_room; /* not 0: wake me; the consumer clears it */
	/* Written by the consumer. */
	_Alignas(CAMIPC_SHM_LINE) _Atomic uint32_t tail; /* read up to here */
};

/**
 * Says how one side is to be woken. The sleeper stores a value, the waker
 * exchanges that for 0 first. Nothing but @word and @list may be in this
 * line: the C library of the worker writes to @list.
 */
struct camipc_shm_sleeper {
	_Alignas(CAMIPC_SHM_LINE) _Atomic uint32_t word;
	uint32_t unused;
	/** Where a node of the worker's robust list lies, 32 bytes after the
	 *  word with glibc: the pointer before the node is in it, too. */
	uint8_t list[CAMIPC_SHM_LINE - 8];
};

/** Values of a sleeper's word, besides TID | FUTEX_WAITERS. */
#define CAMIPC_SHM_AWAKE UINT32_C(0)
/** Sleeps on the socket: send a BELL message. The number is no thread's. */
#define CAMIPC_SHM_RING_SOCKET UINT32_C(0x3fffffff)
/** Sleeps on the word, without the help of a robust list. */
#define CAMIPC_SHM_ASLEEP UINT32_C(1)

/** The side of a channel. */
enum camipc_shm_side {
	CAMIPC_SHM_PARENT = 0,
	CAMIPC_SHM_WORKER = 1,
};

/** The first page. */
struct camipc_shm_words {
	/** By the side that produces. */
	struct camipc_shm_ring_words rings[2];
	/** By the side that sleeps. */
	struct camipc_shm_sleeper sleepers[2];
};

/** Bytes before the rings; a page of every size is a multiple of it or a part
 *  of the rings that follow. */
#define CAMIPC_SHM_WORDS_SIZE 4096u
CAMIPC_STATIC_ASSERT(sizeof(struct camipc_shm_words) <= CAMIPC_SHM_WORDS_SIZE,
		     "the words fit in the first page");
CAMIPC_STATIC_ASSERT(sizeof(struct camipc_shm_sleeper) == CAMIPC_SHM_LINE,
		     "a sleeper has a line of its own");
CAMIPC_STATIC_ASSERT(sizeof(_Atomic uint32_t) == sizeof(uint32_t),
		     "a futex is 32 bits");

/** All of it: words, ring of the parent's messages, ring of the worker's. */
#define CAMIPC_SHM_SIZE (CAMIPC_SHM_WORDS_SIZE + 2 * CAMIPC_SHM_RING_SIZE)

#endif /* CAMIPC_TRANSPORT_SHM_LAYOUT_H */
