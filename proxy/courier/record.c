/* SPDX-License-Identifier: MIT */
/* Keeps records in pools, packs messages into them, and opens received ones. */
#include "record.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/fd.h>
#include <camipc/wire.h>

/* A record frees larger buffers: large messages are rare. */
#define MAX_KEPT_BYTES (8u * CAMIPC_MAX_INLINE_SIZE)

/**
 * Last in, first out: the newest record is still in the processor's cache. One
 * thread may have a stock of its own beside the common one.
 */
struct camipc_record_pool {
	/* Used by the owner alone. */
	struct camipc_record *own_records;
	uint32_t n_own;
	uint32_t own_out; /* taken minus given back: may wrap below zero */

	pthread_t owner;
	bool owned;
	uint32_t keep;
	size_t max_message_size;

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
}

struct camipc_record *camipc_record_queue_pop(struct camipc_record_queue *queue)
{
	struct camipc_record *record = queue->head;

	if (!record)
		return NULL;
	queue->head = record->next;
	if (!queue->head)
		queue->tail = NULL;
	queue->n--;
	record->next = NULL;
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
		record->next = NULL;
		return record;
	}
	pthread_mutex_lock(&pool->lock);
	record = pool->free_records;
	if (record) {
		pool->free_records = record->next;
		pool->n_free--;
	} else {
		record = make_record(pool);
	}
	if (record)
		pool->n_out++;
	pthread_mutex_unlock(&pool->lock);
	if (record)
		record->next = NULL;
	return record;
}

/** Empties a record, but keeps memory that the next message can use. */
static void empty_record(struct camipc_record *record)
{
	camipc_message_reset(&record->message);
	if (record->message.room > MAX_KEPT_BYTES)
		camipc_message_fini(&record->message);
	camipc_arena_reset(&record->arena, 0);
	record->type = NULL;
	record->data = NULL;
	record->order = 0;
	record->row = 0;
	record->n_fds = 0;
	record->counted = false;
	record->granted = false;
}

void camipc_record_release(struct camipc_record *record)
{
	struct camipc_record_pool *pool;
	bool last = false;

	if (!record)
		return;
	pool = record->pool;
	empty_record(record);
	if (is_owner(pool) && pool->n_own < pool->keep) {
		record->next = pool->own_records;
		pool->own_records = record;
		pool->n_own++;
		pool->own_out--;
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
		record = NULL;
	}
	pthread_mutex_unlock(&pool->lock);
	if (record)
		free_record(record);
	if (last)
		free_pool(pool);
}

/* ---- sending ----------------------------------------------------------- */

int camipc_check_message(const struct camipc_message_type *type,
			 const void *data, uint32_t max_fds,
			 struct camipc_check_result *result)
{
	struct camipc_check check = { .max_fds = CAMIPC_MAX_FDS };

	result->field = NULL;
	result->wire = 0;
	result->decoded = 0;
	result->n_fds = 0;
	if (!type)
		return 0;
	if (!data)
		return -EINVAL;
	if (!type->check) {
		result->wire = type->max_wire;
		return 0;
	}
	check.fds = result->fds;
	type->check(&check, data);
	result->field = check.field;
	result->wire = check.wire;
	result->decoded = check.decoded;
	result->n_fds = check.n_fds < CAMIPC_MAX_FDS ? check.n_fds
						     : CAMIPC_MAX_FDS;
	if (check.error)
		return check.error;
	return check.n_fds > max_fds ? -EMSGSIZE : 0;
}

/** Bytes of its arena that a receiver spends at most on @wire bytes. */
static size_t decoded_budget(size_t wire)
{
	return CAMIPC_DECODED_FACTOR * wire + CAMIPC_DECODED_BASE;
}

/** Writes the body into @record's bytes, and checks limits by exact sizes. */
static int encode_body(struct camipc_record *record,
		       const struct camipc_message_type *type, const void *data,
		       const struct camipc_check_result *checked,
		       size_t *ret_size)
{
	size_t max = record->pool->max_message_size;
	size_t bound = checked->wire < max ? checked->wire : max;
	struct camipc_writer writer;
	int fds[CAMIPC_MAX_FDS];
	size_t size = 0;
	int ret;

	bound += CAMIPC_WRITE_ROOM;
	ret = camipc_message_reserve(&record->message, bound);
	if (ret < 0)
		return ret;
	camipc_writer_init(&writer, camipc_message_body(&record->message),
			   bound, fds, CAMIPC_MAX_FDS);
	type->encode(&writer, data);
	ret = camipc_writer_finish(&writer, &size);
	if (ret < 0)
		return ret;
	if (size > max || checked->decoded > decoded_budget(size))
		return -EMSGSIZE;
	*ret_size = size;
	return 0;
}

static int dup_fds(struct camipc_record *record,
		   const struct camipc_check_result *checked)
{
	for (uint32_t i = 0; i < checked->n_fds; i++) {
		int fd = camipc_fd_dup(checked->fds[i]);
		int ret;

		if (fd < 0)
			return fd;
		ret = camipc_message_take_fd(&record->message, fd);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int copy_body(struct camipc_record *record,
		     const struct camipc_message_type *type, const void *data)
{
	struct camipc_arena *arena = &record->arena;
	void *copy;

	/* The check has bounded the size: no second budget is needed. */
	camipc_arena_reset(arena, SIZE_MAX / 2);
	arena->fd_mode = CAMIPC_FD_DUP_TO_TABLE;
	arena->table = &record->message.fds;
	copy = camipc_arena_alloc(arena, type->size);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, data, type->size);
	if (type->copy)
		type->copy(arena, copy);
	if (arena->error)
		return arena->error;
	record->type = type;
	record->data = copy;
	return 0;
}

int camipc_record_pack(struct camipc_record *record,
		       const struct camipc_message_type *type, const void *data,
		       const struct camipc_check_result *checked, bool encode)
{
	struct camipc_header *header = &record->message.header;
	size_t size = 0;
	int ret;

	header->body_size = 0;
	header->n_fds = 0;
	if (!type)
		return 0;
	/* Where the bounds do not suffice, only encoding yields exact sizes. */
	if (encode || checked->wire > record->pool->max_message_size ||
	    checked->decoded > CAMIPC_DECODED_BASE) {
		ret = encode_body(record, type, data, checked, &size);
		if (ret < 0)
			return ret;
	}
	if (encode)
		ret = dup_fds(record, checked);
	else
		ret = copy_body(record, type, data);
	if (ret < 0)
		return ret;
	header->body_size = encode ? (uint32_t)size : 0;
	header->n_fds = (uint16_t)record->message.fds.n;
	return 0;
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
	case CAMIPC_FAULT_DEPTH:
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
		       const struct camipc_message_type *type,
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
	data = make_data(record, type, decoded_budget(size));
	if (!data)
		return -ENOMEM;
	/* An empty body may come without bytes: any address will do. */
	p = camipc_reader_init(&reader,
			       message->bytes ? camipc_message_body(message)
					      : (const uint8_t *)data,
			       size, &record->arena, message->fds.fds,
			       message->fds.n);
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
