/* SPDX-License-Identifier: MIT */
/*
 * One direction of a shm channel: a ring of records, with one producer and one
 * consumer. Each half keeps its own position in private memory, never reads it
 * back from the shared memory, and checks the other's position on each use.
 */
#ifndef CAMIPC_TRANSPORT_SHM_RING_H
#define CAMIPC_TRANSPORT_SHM_RING_H

#include <stddef.h>

#include "shm_layout.h"

/** What producer and consumer have in common. Thread word: bound. */
struct camipc_shm_ring {
	struct camipc_shm_ring_words *words; /* shared */
	uint8_t *bytes; /* shared; CAMIPC_SHM_RING_SIZE of them */
	uint32_t at; /* own position: the producer's head, the consumer's tail */
	uint32_t seen; /* the other's position, as it was seen last */
	uint32_t number; /* of the latest record */
};

/** Begins at the start of an empty ring. */
void camipc_shm_ring_init(struct camipc_shm_ring *ring,
			  struct camipc_shm_ring_words *words, uint8_t *bytes);

/** Returns the bytes that a message takes: record, message, padding. */
static inline uint32_t camipc_shm_ring_cost(uint32_t size)
{
	if (size == CAMIPC_SHM_ON_SOCKET)
		return CAMIPC_SHM_RECORD_SIZE;
	return (CAMIPC_SHM_RECORD_SIZE + size + CAMIPC_SHM_ALIGN - 1) &
	       ~(CAMIPC_SHM_ALIGN - 1);
}

/**
 * camipc_shm_ring_check_room() - look for room, as the producer
 * @cost: of the record, as camipc_shm_ring_cost() returns it
 *
 * Returns 0, -EAGAIN (not enough room) or -EPROTO (the consumer's position is
 * impossible).
 */
int camipc_shm_ring_check_room(struct camipc_shm_ring *ring,
			       uint32_t cost) CAMIPC_MUST_CHECK;

/**
 * Writes a record, and the @size bytes of a message unless @size is
 * CAMIPC_SHM_ON_SOCKET, and publishes both. There must be room.
 */
void camipc_shm_ring_put(struct camipc_shm_ring *ring, const uint8_t *message,
			 uint32_t size);

/**
 * camipc_shm_ring_peek() - look for a record, as the consumer
 * @ret_size: as struct camipc_shm_record has it, checked
 *
 * Returns 0, -EAGAIN (the ring is empty) or -EPROTO (the producer's position or
 * the record is impossible).
 */
int camipc_shm_ring_peek(struct camipc_shm_ring *ring, uint32_t *ret_size)
	CAMIPC_MUST_CHECK;

/** Copies @size bytes, which begin @offset bytes into the peeked message. */
void camipc_shm_ring_copy(const struct camipc_shm_ring *ring, uint32_t offset,
			  uint8_t *message, uint32_t size);

/** Gives the room of the peeked record back. */
void camipc_shm_ring_take(struct camipc_shm_ring *ring, uint32_t size);

/** Returns true if the producer has moved on; a peek checks how far. */
static inline bool camipc_shm_ring_has_news(const struct camipc_shm_ring *ring)
{
	return atomic_load(&ring->words->head) != ring->at;
}

#endif /* CAMIPC_TRANSPORT_SHM_RING_H */
