/* SPDX-License-Identifier: MIT */
/*
 * The memory between the threads that are recorded and the thread that writes:
 * a few buffers of one chunk each, allocated once. To append takes a lock and a
 * copy; the writer is woken once for each buffer.
 */
#ifndef CAMIPC_RECORD_ITEM_QUEUE_H
#define CAMIPC_RECORD_ITEM_QUEUE_H

#include <pthread.h>

#include <camipc/base.h>

#include "recording_format.h"

/** Two seconds of a camera with 64 KiB per frame at 30 frames per second. */
#define CAMIPC_ITEM_BUFFERS 4

/** Items of one future chunk. */
struct camipc_item_buffer {
	uint8_t *bytes; /* CAMIPC_CHUNK_MAX */
	size_t used;
	uint64_t first_time;
};

/** Thread word: safe, by @lock. */
struct camipc_item_queue {
	pthread_mutex_t lock;
	pthread_cond_t filled; /* there is something to write */
	pthread_cond_t emptied; /* a buffer was written */
	struct camipc_item_buffer buffers[CAMIPC_ITEM_BUFFERS];
	unsigned int first; /* the oldest buffer that has items */
	unsigned int n; /* buffers that have items */
	bool is_writing; /* the oldest one belongs to the writer */
	bool is_closed; /* nothing is appended any more */
	uint32_t lost; /* items since the last one that fitted */
};

/** Returns 0 or -ENOMEM. */
int camipc_item_queue_init(struct camipc_item_queue *queue);
void camipc_item_queue_fini(struct camipc_item_queue *queue);

/** Returns true between begin and end in this thread, which has the lock then. */
bool camipc_item_queue_is_mine(void);

/**
 * camipc_item_queue_begin() - begin to append an item
 * @size: most bytes that the item may take
 * @wait: wait up to a second for room; else the item is lost, and counted
 *
 * Returns where the item goes, with the lock held: call
 * camipc_item_queue_end(). Returns NULL if there is no room.
 */
uint8_t *camipc_item_queue_begin(struct camipc_item_queue *queue,
				   size_t size, uint64_t time, bool wait);

/** Ends an item of @size bytes, at most what was begun; 0: no item. */
void camipc_item_queue_end(struct camipc_item_queue *queue, size_t size);

/** Ends appending, and wakes the writer. */
void camipc_item_queue_close(struct camipc_item_queue *queue);

/** How long camipc_item_queue_take() waits. */
enum camipc_item_queue_wait {
	CAMIPC_TAKE_NOW, /* takes what there is */
	CAMIPC_TAKE_SOON, /* waits CAMIPC_RECORD_DELAY_MS for the first item */
	CAMIPC_TAKE_ALWAYS, /* waits for an item without end */
};

/**
 * Waits until a buffer is full or CAMIPC_RECORD_DELAY_MS old, and takes it.
 * Returns NULL if there is nothing to take; the queue is closed if @wait was
 * CAMIPC_TAKE_ALWAYS. For the writer.
 */
struct camipc_item_buffer *
camipc_item_queue_take(struct camipc_item_queue *queue,
		       enum camipc_item_queue_wait wait);

/** Returns true if nothing is appended any more. Thread word: safe. */
bool camipc_item_queue_is_closed(struct camipc_item_queue *queue);

/** Gives the buffer that was taken back, empty. */
void camipc_item_queue_give(struct camipc_item_queue *queue);

#endif /* CAMIPC_RECORD_ITEM_QUEUE_H */
