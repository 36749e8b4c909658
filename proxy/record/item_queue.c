/* SPDX-License-Identifier: MIT */
/* The memory between the threads that are recorded and the one that writes. */
#include "item_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <camipc/record.h>

/* What a caller that may wait for the writer waits for it. */
#define ROOM_WAIT_MS 1000

int camipc_item_queue_init(struct camipc_item_queue *queue)
{
	pthread_condattr_t attributes;

	memset(queue, 0, sizeof(*queue));
	for (unsigned int i = 0; i < CAMIPC_ITEM_BUFFERS; i++) {
		queue->buffers[i].bytes = malloc(CAMIPC_CHUNK_MAX);
		if (!queue->buffers[i].bytes) {
			while (i > 0)
				free(queue->buffers[--i].bytes);
			return -ENOMEM;
		}
	}
	pthread_mutex_init(&queue->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&queue->filled, &attributes);
	pthread_cond_init(&queue->emptied, &attributes);
	pthread_condattr_destroy(&attributes);
	return 0;
}

void camipc_item_queue_fini(struct camipc_item_queue *queue)
{
	for (unsigned int i = 0; i < CAMIPC_ITEM_BUFFERS; i++)
		free(queue->buffers[i].bytes);
	pthread_cond_destroy(&queue->filled);
	pthread_cond_destroy(&queue->emptied);
	pthread_mutex_destroy(&queue->lock);
}

static struct timespec after_ms(unsigned int ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec += ms / 1000;
	ts.tv_nsec += (long)(ms % 1000) * 1000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_nsec -= 1000000000;
		ts.tv_sec++;
	}
	return ts;
}

static struct camipc_item_buffer *at(struct camipc_item_queue *queue,
				       unsigned int index)
{
	return &queue->buffers[(queue->first + index) % CAMIPC_ITEM_BUFFERS];
}

/** Returns the buffer that has room for @size bytes, or NULL. */
static struct camipc_item_buffer *find_room(struct camipc_item_queue *queue,
					      size_t size)
{
	const bool only_taken = queue->n == 1 && queue->is_writing;
	struct camipc_item_buffer *last;

	if (queue->n > 0 && !only_taken) {
		last = at(queue, queue->n - 1);
		if (CAMIPC_CHUNK_MAX - last->used >= size)
			return last;
	}
	if (queue->n == CAMIPC_ITEM_BUFFERS)
		return NULL;
	last = at(queue, queue->n++);
	last->used = 0;
	pthread_cond_signal(&queue->filled);
	return last;
}

/** Tells the reader how much is missing before the next item. */
static void put_lost(struct camipc_item_queue *queue,
		     struct camipc_item_buffer *buffer, uint64_t time)
{
	uint8_t *item = buffer->bytes + buffer->used;

	memset(item, 0, CAMIPC_ITEM_HEADER_SIZE);
	camipc_put_le(item, CAMIPC_ITEM_HEADER_SIZE, 4);
	item[4] = CAMIPC_ITEM_LOST;
	camipc_put_le(item + 8, time, 8);
	camipc_put_le(item + 20, queue->lost, 4);
	buffer->used += CAMIPC_ITEM_HEADER_SIZE;
	queue->lost = 0;
}

static struct camipc_item_buffer *wait_for_room(
	struct camipc_item_queue *queue, size_t size)
{
	const struct timespec until = after_ms(ROOM_WAIT_MS);
	struct camipc_item_buffer *buffer = NULL;
	int ret = 0;

	while (!buffer && ret == 0 && !queue->is_closed) {
		ret = pthread_cond_timedwait(&queue->emptied, &queue->lock,
					     &until);
		buffer = queue->is_closed ? NULL : find_room(queue, size);
	}
	return buffer;
}

static _Thread_local bool is_mine;

bool camipc_item_queue_is_mine(void)
{
	return is_mine;
}

uint8_t *camipc_item_queue_begin(struct camipc_item_queue *queue,
				   size_t size, uint64_t time, bool wait)
{
	struct camipc_item_buffer *buffer = NULL;

	size += CAMIPC_ITEM_HEADER_SIZE; /* for what put_lost() adds */
	pthread_mutex_lock(&queue->lock);
	if (!queue->is_closed && size <= CAMIPC_CHUNK_MAX)
		buffer = find_room(queue, size);
	if (!buffer && wait && size <= CAMIPC_CHUNK_MAX)
		buffer = wait_for_room(queue, size);
	if (!buffer) {
		queue->lost++;
		pthread_mutex_unlock(&queue->lock);
		return NULL;
	}
	if (buffer->used == 0)
		buffer->first_time = time;
	if (queue->lost)
		put_lost(queue, buffer, time);
	is_mine = true;
	return buffer->bytes + buffer->used;
}

void camipc_item_queue_end(struct camipc_item_queue *queue, size_t size)
{
	at(queue, queue->n - 1)->used += size;
	is_mine = false;
	pthread_mutex_unlock(&queue->lock);
}

void camipc_item_queue_close(struct camipc_item_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->is_closed = true;
	pthread_cond_broadcast(&queue->filled);
	pthread_cond_broadcast(&queue->emptied);
	pthread_mutex_unlock(&queue->lock);
}

/** Waits for the first item of a buffer. */
static void wait_for_item(struct camipc_item_queue *queue, bool without_end)
{
	const struct timespec until = after_ms(CAMIPC_RECORD_DELAY_MS);
	int ret = 0;

	while (queue->n == 0 && !queue->is_closed && ret == 0)
		ret = without_end
			      ? pthread_cond_wait(&queue->filled, &queue->lock)
			      : pthread_cond_timedwait(&queue->filled,
						       &queue->lock, &until);
}

/** Waits until a buffer is full, which is when a second one is begun. */
static void wait_for_more_items(struct camipc_item_queue *queue)
{
	const struct timespec until = after_ms(CAMIPC_RECORD_DELAY_MS);
	int ret = 0;

	while (queue->n == 1 && !queue->is_closed && ret == 0)
		ret = pthread_cond_timedwait(&queue->filled, &queue->lock,
					     &until);
}

struct camipc_item_buffer *
camipc_item_queue_take(struct camipc_item_queue *queue,
		       enum camipc_item_queue_wait wait)
{
	struct camipc_item_buffer *buffer = NULL;

	pthread_mutex_lock(&queue->lock);
	if (wait != CAMIPC_TAKE_NOW) {
		wait_for_item(queue, wait == CAMIPC_TAKE_ALWAYS);
		wait_for_more_items(queue);
	}
	if (queue->n > 0) {
		queue->is_writing = true;
		buffer = at(queue, 0);
	}
	pthread_mutex_unlock(&queue->lock);
	return buffer;
}

bool camipc_item_queue_is_closed(struct camipc_item_queue *queue)
{
	bool is_closed;

	pthread_mutex_lock(&queue->lock);
	is_closed = queue->is_closed;
	pthread_mutex_unlock(&queue->lock);
	return is_closed;
}

void camipc_item_queue_give(struct camipc_item_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->is_writing = false;
	queue->first = (queue->first + 1) % CAMIPC_ITEM_BUFFERS;
	queue->n--;
	pthread_cond_broadcast(&queue->emptied);
	pthread_mutex_unlock(&queue->lock);
}
