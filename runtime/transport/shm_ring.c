/* SPDX-License-Identifier: MIT */
/* A ring of records in memory that a hostile peer may write at any time. */
#include "shm_ring.h"

#include <errno.h>
#include <string.h>

#include <camipc/limits.h>

void camipc_shm_ring_init(struct camipc_shm_ring *ring,
			  struct camipc_shm_ring_words *words, uint8_t *bytes)
{
	ring->words = words;
	ring->bytes = bytes;
	ring->at = 0;
	ring->seen = 0;
	ring->number = 0;
}

/* Keeps the compiler from reading shared bytes again after they were copied. */
static inline void copied(void)
{
	__asm__ volatile("" ::: "memory");
}

/* ---- the producer ------------------------------------------------------ */

/*
 * Acquire: the consumer has finished reading what lies before its tail, so that
 * writing there cannot overtake its reads.
 */
static int look_at_tail(struct camipc_shm_ring *ring)
{
	uint32_t tail = atomic_load_explicit(&ring->words->tail,
					     memory_order_acquire);

	/* It only ever moves on, and not past what was written. */
	if (tail - ring->seen > ring->at - ring->seen ||
	    tail % CAMIPC_SHM_ALIGN)
		return -EPROTO;
	ring->seen = tail;
	return 0;
}

int camipc_shm_ring_check_room(struct camipc_shm_ring *ring, uint32_t cost)
{
	int ret;

	if (CAMIPC_SHM_RING_SIZE - (ring->at - ring->seen) >= cost)
		return 0;
	ret = look_at_tail(ring);
	if (ret < 0)
		return ret;
	return CAMIPC_SHM_RING_SIZE - (ring->at - ring->seen) >= cost ? 0 :
								       -EAGAIN;
}

static void write_bytes(struct camipc_shm_ring *ring, uint32_t at,
			const void *from, uint32_t size)
{
	const uint32_t start = at % CAMIPC_SHM_RING_SIZE;
	const uint32_t left = CAMIPC_SHM_RING_SIZE - start;
	const uint32_t first = size < left ? size : left;

	memcpy(ring->bytes + start, from, first);
	if (size > first)
		memcpy(ring->bytes, (const uint8_t *)from + first,
		       size - first);
}

void camipc_shm_ring_put(struct camipc_shm_ring *ring, const uint8_t *message,
			 uint32_t size)
{
	const struct camipc_shm_record record = { size, ++ring->number };

	/* Records are aligned: one never wraps. */
	memcpy(ring->bytes + ring->at % CAMIPC_SHM_RING_SIZE, &record,
	       sizeof(record));
	if (size != CAMIPC_SHM_ON_SOCKET)
		write_bytes(ring, ring->at + CAMIPC_SHM_RECORD_SIZE, message,
			    size);
	ring->at += camipc_shm_ring_cost(size);
	/*
	 * Sequentially consistent, as every store that is followed by a look at
	 * the other side's announcement (shm_sleep.h): either the consumer sees
	 * the record before it sleeps, or this side sees that it sleeps.
	 */
	atomic_store(&ring->words->head, ring->at);
}

/* ---- the consumer ------------------------------------------------------ */

/* Whether @used bytes of records can lie ahead; it never shrinks. */
static bool is_possible(const struct camipc_shm_ring *ring, uint32_t used)
{
	return used <= CAMIPC_SHM_RING_SIZE && used % CAMIPC_SHM_ALIGN == 0 &&
	       used >= ring->seen - ring->at;
}

static bool is_legal_size(uint32_t size)
{
	return size == CAMIPC_SHM_ON_SOCKET ||
	       (size >= CAMIPC_HEADER_SIZE && size <= CAMIPC_SHM_MAX_MESSAGE);
}

int camipc_shm_ring_peek(struct camipc_shm_ring *ring, uint32_t *ret_size)
{
	/* Acquire: the record was written before the head that covers it. */
	const uint32_t head = atomic_load_explicit(&ring->words->head,
						   memory_order_acquire);
	const uint32_t used = head - ring->at;
	struct camipc_shm_record record;

	if (!is_possible(ring, used))
		return -EPROTO;
	ring->seen = head;
	if (used == 0)
		return -EAGAIN;
	memcpy(&record, ring->bytes + ring->at % CAMIPC_SHM_RING_SIZE,
	       sizeof(record));
	copied();
	if (record.number != ring->number + 1 || !is_legal_size(record.size) ||
	    camipc_shm_ring_cost(record.size) > used)
		return -EPROTO;
	*ret_size = record.size;
	return 0;
}

void camipc_shm_ring_copy(const struct camipc_shm_ring *ring, uint32_t offset,
			  uint8_t *message, uint32_t size)
{
	const uint32_t at = ring->at + CAMIPC_SHM_RECORD_SIZE + offset;
	const uint32_t start = at % CAMIPC_SHM_RING_SIZE;
	const uint32_t left = CAMIPC_SHM_RING_SIZE - start;
	const uint32_t first = size < left ? size : left;

	memcpy(message, ring->bytes + start, first);
	if (size > first)
		memcpy(message + first, ring->bytes, size - first);
	copied();
}

void camipc_shm_ring_take(struct camipc_shm_ring *ring, uint32_t size)
{
	ring->number++;
	ring->at += camipc_shm_ring_cost(size);
	/* As the head: followed by a look at whether the producer waits. */
	atomic_store(&ring->words->tail, ring->at);
}
