/* SPDX-License-Identifier: MIT */
/* Keeps records in pools, and opens received ones. */
#include "record.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/fd.h>
#include <camipc/wire.h>

/*
 * What any unused record may keep, in bytes: with it, the usual message of a
 * camera allocates nothing. Memory beyond that counts as the pool's spare
 * memory.
 */
#define SMALL_MEMORY 12288u

/**
 * Last in, first out: the newest record is still in the processor's cache. One
 * thread may have a stock of its own beside the common one.
 */
struct camipc_record_pool {
	/* Used by the owner alone. */
	struct camipc_record *own_records;
	uint32_t n_own;
	uint32_t own_out; /* taken minus given back: may wrap below zero */
	atomic_size_t own_spare; /* bytes; written by the owner only */

	pthread_t owner;
	bool owned;
	uint32_t keep;
	size_t max_message_size;
	size_t max_spare; /* bytes */
	atomic_size_t spare; /* bytes; written under the lock */

	pthread_mutex_t lock; /* protects the members below */
	struct camipc_record *free_records;
	uint32_t n_free;
	uint32_t n_out;
	uint32_t references;
};

/* ---- queues ------------------------------------------------------------ */

void camipc_record_queue_push(struct camipc_record_queue *queue,
			      struct camipc_record *record)
{
	record->next = NULL;
	if (queue->tail)
		queue->tail->next = record;
	else
		queue->head = record;
	queue->tail = record;
	queue->n++;
	queue->bytes += record->weight;
}

void camipc_record_queue_push_front(struct camipc_record_queue *queue,
				    struct camipc_record *record)
{
	record->next = queue->head;
	queue->head = record;
	if (!queue->tail)
		queue->tail = record;
	queue->n++;
	queue->bytes += record->weight;
}

void camipc_record_queue_remove(struct camipc_record_queue *queue,
				struct camipc_record *before,
				struct camipc_record *record)
{
	if (before)
		before->next = record->next;
	else
		queue->head = record->next;
	if (queue->tail == record)
		queue->tail = before;
	queue->n--;
	queue->bytes -= record->weight;
	record->next = NULL;
}

struct camipc_record *camipc_record_queue_pop(struct camipc_record_queue *queue)
{
	struct camipc_record *record = queue->head;

	if (record)
		camipc_record_queue_remove(queue, NULL, record);
	return record;
}

void camipc_record_queue_clear(struct camipc_record_queue *queue)
{
	struct camipc_record *record;

	while ((record = camipc_record_queue_pop(queue)))
		camipc_record_release(record);
}

/* ---- the pool ---------------------------------------------------------- */

void camipc_record_pool_own(struct camipc_record_pool *pool)
{
	pool->owner = pthread_self();
	pool->owned = true;
}

static bool is_owner(const struct camipc_record_pool *pool)
{
	return pool->owned && pthread_equal(pool->owner, pthread_self());
}

static struct camipc_record *make_record(struct camipc_record_pool *pool)
{
	struct camipc_record *record = calloc(1, sizeof(*record));

	if (!record)
		return NULL;
	record->pool = pool;
	camipc_message_init(&record->message);
	camipc_arena_init(&record->arena, 0);
	return record;
}

static void free_record(struct camipc_record *record)
{
	camipc_message_fini(&record->message);
	camipc_arena_fini(&record->arena);
	free(record);
}

static void free_pool(struct camipc_record_pool *pool)
{
	struct camipc_record *record;

	while ((record = pool->free_records)) {
		pool->free_records = record->next;
		free_record(record);
	}
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

int camipc_record_pool_create(uint32_t keep, size_t max_message_size,
			      struct camipc_record_pool **ret_pool)
{
	struct camipc_record_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return -ENOMEM;
	pthread_mutex_init(&pool->lock, NULL);
	pool->references = 1;
	pool->keep = keep;
	pool->max_message_size = max_message_size;
	pool->max_spare = CAMIPC_SPARE_BYTES;
	for (; pool->n_free < keep; pool->n_free++) {
		struct camipc_record *record = make_record(pool);

		if (!record) {
			free_pool(pool);
			return -ENOMEM;
		}
		record->next = pool->free_records;
		pool->free_records = record;
	}
	*ret_pool = pool;
	return 0;
}

void camipc_record_pool_limit_spare(struct camipc_record_pool *pool,
				    size_t max_spare)
{
	pool->max_spare = max_spare;
}

size_t camipc_record_pool_spare(const struct camipc_record_pool *pool)
{
	return atomic_load_explicit(&pool->own_spare, memory_order_relaxed) +
	       atomic_load_explicit(&pool->spare, memory_order_relaxed);
}

/** Adds to a counter that has one writer at a time. */
static void add_spare(atomic_size_t *spare, size_t bytes)
{
	atomic_store_explicit(
		spare,
		atomic_load_explicit(spare, memory_order_relaxed) + bytes,
		memory_order_relaxed);
}

/** Moves the owner's stock into the common one. */
static void disown(struct camipc_record_pool *pool)
{
	struct camipc_record *record;

	while ((record = pool->own_records)) {
		pool->own_records = record->next;
		record->next = pool->free_records;
		pool->free_records = record;
		pool->n_free++;
	}
	pool->n_out += pool->own_out;
	add_spare(&pool->spare, atomic_load(&pool->own_spare));
	atomic_store(&pool->own_spare, 0);
	pool->owned = false;
}

struct camipc_record_pool *
camipc_record_pool_ref(struct camipc_record_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->references++;
	pthread_mutex_unlock(&pool->lock);
	return pool;
}

void camipc_record_pool_unref(struct camipc_record_pool *pool)
{
	bool last = false;

	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	if (--pool->references == 0) {
		disown(pool);
		last = pool->n_out == 0;
	}
	pthread_mutex_unlock(&pool->lock);
	if (last)
		free_pool(pool);
}

struct camipc_record *camipc_record_get(struct camipc_record_pool *pool)
{
	struct camipc_record *record;

	if (is_owner(pool) && pool->own_records) {
		record = pool->own_records;
		pool->own_records = record->next;
		pool->n_own--;
		pool->own_out++;
		add_spare(&pool->own_spare, 0 - record->kept);
		record->next = NULL;
		record->kept = 0;
		return record;
	}
	pthread_mutex_lock(&pool->lock);
	record = pool->free_records;
	if (record) {
		pool->free_records = record->next;
		pool->n_free--;
		add_spare(&pool->spare, 0 - record->kept);
	} else {
		record = make_record(pool);
	}
	if (record)
		pool->n_out++;
	pthread_mutex_unlock(&pool->lock);
	if (record) {
		record->next = NULL;
		record->kept = 0;
	}
	return record;
}

size_t camipc_record_memory(const struct camipc_record *record)
{
	return record->message.room + camipc_arena_size(&record->arena);
}

/**
 * Empties a record, but keeps memory that the next message can use, unless the
 * pool has enough of it: no record stays as large as its largest message.
 */
static void empty_record(struct camipc_record *record)
{
	const struct camipc_record_pool *pool = record->pool;
	size_t memory = camipc_record_memory(record);

	camipc_message_reset(&record->message);
	if (memory <= SMALL_MEMORY)
		memory = 0;
	if (memory > pool->max_spare ||
	    camipc_record_pool_spare(pool) > pool->max_spare - memory) {
		camipc_message_fini(&record->message);
		camipc_arena_fini(&record->arena);
		memory = 0;
	}
	camipc_arena_reset(&record->arena, 0);
	record->type = NULL;
	record->data = NULL;
	record->order = 0;
	record->weight = 0;
	record->kept = memory;
	record->row = 0;
	record->n_fds = 0;
	record->counted = false;
	record->granted = false;
}

void camipc_record_strip(struct camipc_record *record)
{
	struct camipc_message *message = &record->message;
	const struct camipc_header header = message->header;

	camipc_message_fini(message);
	message->header = header;
	camipc_arena_fini(&record->arena);
	record->type = NULL;
	record->data = NULL;
}

void camipc_record_trim(struct camipc_record *record)
{
	struct camipc_message *message = &record->message;
	const size_t size = message->header.body_size;
	uint8_t *bytes;

	if (message->room <= SMALL_MEMORY || message->room / 2 <= size)
		return;
	bytes = realloc(message->bytes,
			CAMIPC_HEADER_SIZE + size + CAMIPC_MESSAGE_SLACK);
	if (!bytes)
		return;
	message->bytes = bytes;
	message->room = size;
}

void camipc_record_release(struct camipc_record *record)
{
	struct camipc_record_pool *pool;
	bool last = false;

	if (!record || record->lent)
		return;
	pool = record->pool;
	empty_record(record);
	if (is_owner(pool) && pool->n_own < pool->keep) {
		record->next = pool->own_records;
		pool->own_records = record;
		pool->n_own++;
		pool->own_out--;
		add_spare(&pool->own_spare, record->kept);
		return;
	}
	pthread_mutex_lock(&pool->lock);
	pool->n_out--;
	if (pool->references == 0) {
		last = pool->n_out == 0;
	} else if (pool->n_free < pool->keep) {
		record->next = pool->free_records;
		pool->free_records = record;
		pool->n_free++;
		add_spare(&pool->spare, record->kept);
		record = NULL;
	}
	pthread_mutex_unlock(&pool->lock);
	if (record)
		free_record(record);
	if (last)
		free_pool(pool);
}

size_t camipc_record_max_size(const struct camipc_record *record)
{
	return record->pool->max_message_size;
}

size_t camipc_decoded_budget(const struct camipc_message_type *type,
			     size_t wire)
{
	size_t budget = CAMIPC_DECODED_FACTOR * wire + CAMIPC_DECODED_BASE;

	if (budget > CAMIPC_MAX_DECODED)
		budget = CAMIPC_MAX_DECODED;
	/* The interface's author allowed that much, however it is encoded. */
	if (type && type->max_decoded > budget &&
	    type->max_decoded <= CAMIPC_MAX_DECODED)
		budget = type->max_decoded;
	return budget;
}

/* ---- receiving --------------------------------------------------------- */

static int fault_to_error(const struct camipc_reader *reader,
			  struct camipc_open_info *info)
{
	switch (reader->fault) {
	case CAMIPC_FAULT_MEMORY:
		break;
	case CAMIPC_FAULT_FD:
		info->reason = CAMIPC_REASON_BAD_FD;
		break;
	case CAMIPC_FAULT_RANGE:
		info->reason = CAMIPC_REASON_BAD_RANGE;
		break;
	case CAMIPC_FAULT_DEPTH:
		info->reason = CAMIPC_REASON_BAD_DEPTH;
		break;
	case CAMIPC_FAULT_LIMIT:
		info->reason = CAMIPC_REASON_BAD_LIMIT;
		break;
	default:
		info->reason = CAMIPC_REASON_BAD_MESSAGE;
		break;
	}
	return reader->error;
}

/** For a message without fields: all fields received are unknown. */
static void skip_fields(struct camipc_reader *reader, const uint8_t *p)
{
	uint32_t tag;

	while (p < reader->end) {
		p = camipc_get_tag(reader, p, reader->end, &tag);
		p = camipc_skip(reader, p, reader->end, tag);
	}
}

/** Allocates the struct, with its defaults, beside the message's budget. */
static void *make_data(struct camipc_record *record,
		       const struct camipc_message_type *type, size_t budget)
{
	size_t own = type ? type->size : 1;
	void *data;

	camipc_arena_reset(&record->arena, own + CAMIPC_ARENA_ALIGN + budget);
	data = camipc_arena_alloc(&record->arena, own);
	if (!data)
		return NULL;
	record->arena.budget = budget;
	memset(data, 0, own);
	if (type && type->init)
		type->init(data);
	return data;
}

int camipc_record_open(struct camipc_record *record,
		       const struct camipc_message_type *type, void *context,
		       struct camipc_open_info *info)
{
	struct camipc_message *message = &record->message;
	size_t size = message->header.body_size;
	struct camipc_reader reader;
	const uint8_t *p;
	void *data;
	int ret;

	*info = (struct camipc_open_info){ 0 };
	if (record->data || (!type && size == 0 && message->fds.n == 0))
		return 0;
	data = make_data(record, type, camipc_decoded_budget(type, size));
	if (!data)
		return -ENOMEM;
	/* An empty body may come without bytes: any address will do. */
	p = camipc_reader_init(&reader,
			       message->bytes ? camipc_message_body(message)
					      : (const uint8_t *)data,
			       size, &record->arena, message->fds.fds,
			       message->fds.n);
	reader.context = context;
	if (type)
		type->decode(&reader, p, data);
	else
		skip_fields(&reader, p);
	ret = camipc_reader_finish(&reader);
	if (ret < 0)
		return fault_to_error(&reader, info);
	info->skipped_fields = reader.skipped_fields;
	info->unused_fds = reader.unused_fds;
	record->type = type;
	record->data = data;
	return 0;
}
