/* SPDX-License-Identifier: MIT */
/*
 * A record: one message on its way, with everything that belongs to it. Calls
 * and events stay in their record while they are waiting, being carried out or
 * delivered, so nobody else's memory is ever needed.
 */
#ifndef CAMIPC_PROXY_RECORD_H
#define CAMIPC_PROXY_RECORD_H

#include <camipc/interface.h>
#include <camipc/proxy.h>

#include "message.h"

/**
 * Thread word: bound to whoever holds it; handing it over is the only way
 * between threads.
 */
struct camipc_record {
	struct camipc_record *next; /* in a queue, or in the pool */
	struct camipc_record_pool *pool;
	struct camipc_message message; /* header, bytes, fds */
	const struct camipc_message_type *type; /* of @data; NULL: none yet */
	void *data; /* decoded or copied, in @arena */
	struct camipc_arena arena;

	/* For whoever queues it; see outbox.h and dispatch.h. */
	uint64_t order; /* of arrival */
	uint16_t row; /* of the method or event in its table */
	uint16_t n_fds; /* that count as in flight */
	bool counted; /* an async call or an event: needs credit */
	bool granted; /* may be sent as soon as there is room */
};

/** First in, first out. All zero is empty. Thread word: bound. */
struct camipc_record_queue {
	struct camipc_record *head;
	struct camipc_record *tail;
	uint32_t n;
};

void camipc_record_queue_push(struct camipc_record_queue *queue,
			      struct camipc_record *record);
/** The first one, or NULL. */
struct camipc_record *
camipc_record_queue_pop(struct camipc_record_queue *queue);
/** Releases them all. */
void camipc_record_queue_clear(struct camipc_record_queue *queue);

struct camipc_record_pool;

/**
 * Creates a pool with one reference and @keep records, and keeps as many for
 * use again. Returns 0 or -ENOMEM. Thread word: safe.
 */
int camipc_record_pool_create(uint32_t keep, size_t max_message_size,
			      struct camipc_record_pool **ret_pool);

/** Adds a reference and returns @pool. Thread word: safe. */
struct camipc_record_pool *
camipc_record_pool_ref(struct camipc_record_pool *pool);

/**
 * Drops a reference; NULL is fine. Without references the pool is freed as soon
 * as the last record is released. Thread word: safe.
 */
void camipc_record_pool_unref(struct camipc_record_pool *pool);

/**
 * Gives the calling thread, which uses the pool more than others do, a stock of
 * its own that needs no lock. Must be called before the first record is taken;
 * the last reference must be dropped by this thread, or after its last use of
 * the pool.
 */
void camipc_record_pool_own(struct camipc_record_pool *pool);

/** An empty record, or NULL (no memory). Thread word: safe. */
struct camipc_record *camipc_record_get(struct camipc_record_pool *pool);

/** Closes its fds and gives it back; NULL is fine. Thread word: safe. */
void camipc_record_release(struct camipc_record *record);

/** What camipc_check_message() found. */
struct camipc_check_result {
	const char *field; /* at fault, or NULL */
	size_t wire; /* upper bound of the encoded size, in bytes */
	size_t decoded; /* bytes of the receiver's arena */
	uint32_t n_fds; /* more than fit in @fds is an error */
	int fds[CAMIPC_MAX_FDS]; /* borrowed; the first n_fds are set */
};

/**
 * The sender's check, the same for each backend: what the interface allows,
 * and the number of fds. What @result->wire leaves open about sizes,
 * camipc_record_pack() settles. @type may be NULL: an empty body. Returns 0,
 * -EINVAL or -EMSGSIZE.
 */
int camipc_check_message(const struct camipc_message_type *type,
			 const void *data, uint32_t max_fds,
			 struct camipc_check_result *result);

/**
 * camipc_record_pack() - put a checked message into an empty record
 * @checked: what camipc_check_message() said of @data
 * @encode: as bytes; else as a deep copy with duplicated descriptors
 *
 * @type and @data may be NULL: an empty body. Refuses in both forms what is
 * larger than the pool's messages, or would take more memory decoded than a
 * receiver allows. Sets body_size and n_fds of the header. Returns 0,
 * -EMSGSIZE, -EMFILE, -EBADF or -ENOMEM.
 */
int camipc_record_pack(struct camipc_record *record,
		       const struct camipc_message_type *type, const void *data,
		       const struct camipc_check_result *checked, bool encode);

/** What camipc_record_open() met. */
struct camipc_open_info {
	enum camipc_reason reason; /* why the peer is to blame, or NONE */
	uint32_t skipped_fields; /* unknown here */
	uint32_t unused_fds; /* in such fields */
};

/**
 * camipc_record_open() - make sure @record->data is there, decoding if need be
 * @type: NULL: an empty body is expected, and anything else skipped
 *
 * Returns 0; -EPROTO or -EMSGSIZE (the peer's fault: reason set); or -ENOMEM.
 */
int camipc_record_open(struct camipc_record *record,
		       const struct camipc_message_type *type,
		       struct camipc_open_info *info);

#endif /* CAMIPC_PROXY_RECORD_H */
