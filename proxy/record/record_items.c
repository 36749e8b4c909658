/* SPDX-License-Identifier: MIT */
/* Puts items of any kind into the queue of a recorder. */
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "recorder.h"

static _Thread_local uint32_t thread_id;

void camipc_recorder_put_header(uint8_t *item, size_t size,
				enum camipc_item_kind kind, unsigned int flags,
				uint32_t proxy, uint64_t time, uint32_t value)
{
	if (!thread_id)
		thread_id = (uint32_t)gettid();
	camipc_put_le(item, size, 4);
	item[4] = (uint8_t)kind;
	item[5] = (uint8_t)flags;
	camipc_put_le(item + 6, proxy, 2);
	camipc_put_le(item + 8, time, 8);
	camipc_put_le(item + 16, thread_id, 4);
	camipc_put_le(item + 20, value, 4);
}

/** Appends a text with its length. Returns the place after it. */
static uint8_t *put_text(uint8_t *to, const char *text, size_t n)
{
	camipc_put_le(to, n, 2);
	memcpy(to + 2, text, n);
	return to + 2 + n;
}

void camipc_recorder_put_log(struct camipc_recorder *recorder,
			     enum camipc_log_level level, const char *topic,
			     const char *text)
{
	const size_t n_topic = strnlen(topic, CAMIPC_ITEM_MAX_TOPIC);
	const size_t n_text = strnlen(text, CAMIPC_ITEM_MAX_TEXT);
	const size_t size = CAMIPC_ITEM_HEADER_SIZE + 4 + n_topic + n_text;
	const uint64_t now = camipc_now_ns();
	uint8_t *item;

	/* A line may contain the values of redacted fields. */
	if (!camipc_recorder_is_open(recorder) || recorder->redact)
		return;
	item = camipc_item_queue_begin(&recorder->queue, size, now, false);
	if (!item)
		return;
	camipc_recorder_put_header(item, size, CAMIPC_ITEM_LOG, 0, 0, now,
				   level);
	put_text(put_text(item + CAMIPC_ITEM_HEADER_SIZE, topic, n_topic), text,
		 n_text);
	camipc_item_queue_end(&recorder->queue, size);
}

static void put_piece(struct camipc_recorder *recorder, uint64_t object,
		      uint64_t offset, const void *data, size_t size,
		      bool wrote, bool wait)
{
	const size_t header = CAMIPC_ITEM_HEADER_SIZE + CAMIPC_ITEM_ACCESS_SIZE;
	const size_t bytes = recorder->no_buffers ? 0 : size;
	const uint64_t now = camipc_now_ns();
	uint8_t *item = camipc_item_queue_begin(&recorder->queue,
						  header + bytes, now, wait);
	uint8_t *at = item ? item + CAMIPC_ITEM_HEADER_SIZE : NULL;

	if (!item)
		return;
	camipc_recorder_put_header(item, header + bytes, CAMIPC_ITEM_ACCESS,
				   wrote ? CAMIPC_ITEM_WROTE : 0, 0, now, 0);
	camipc_put_le(at, object, 8);
	camipc_put_le(at + 8, offset, 8);
	camipc_put_le(at + 16, size, 4);
	memset(at + 20, 0, CAMIPC_ITEM_ACCESS_SIZE - 20);
	if (bytes > 0)
		memcpy(item + header, data, bytes);
	camipc_item_queue_end(&recorder->queue, header + bytes);
}

void camipc_recorder_put_access(struct camipc_recorder *recorder,
				uint64_t object, uint64_t offset,
				const void *data, size_t size, bool wrote,
				bool wait)
{
	const uint8_t *bytes = data;

	while (size > 0 && camipc_recorder_is_open(recorder)) {
		const size_t n = size < CAMIPC_ACCESS_MAX ? size
							  : CAMIPC_ACCESS_MAX;

		put_piece(recorder, object, offset, bytes, n, wrote, wait);
		bytes += n;
		offset += n;
		size -= n;
	}
}

static bool knows(const struct camipc_recorder *recorder, uint64_t object)
{
	for (uint32_t i = 0; i < recorder->n_objects; i++)
		if (recorder->objects[i] == object)
			return true;
	return false;
}

bool camipc_recorder_note(struct camipc_recorder *recorder, uint64_t object)
{
	bool is_new;

	pthread_mutex_lock(&recorder->lock);
	is_new = !knows(recorder, object);
	if (is_new && recorder->n_objects < CAMIPC_RECORDER_OBJECTS)
		recorder->objects[recorder->n_objects++] = object;
	pthread_mutex_unlock(&recorder->lock);
	return is_new;
}

bool camipc_recorder_knows(struct camipc_recorder *recorder, uint64_t object)
{
	bool is_known;

	pthread_mutex_lock(&recorder->lock);
	is_known = recorder->n_objects == CAMIPC_RECORDER_OBJECTS ||
		   knows(recorder, object);
	pthread_mutex_unlock(&recorder->lock);
	return is_known;
}
