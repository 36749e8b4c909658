/* SPDX-License-Identifier: MIT */
/*
 * A record holds one message on its way, with everything that belongs to it.
 * Calls and events stay in their record while they wait, run or are delivered,
 * so that they depend on no other memory.
 */
#ifndef CAMIPC_PROXY_RECORD_H
#define CAMIPC_PROXY_RECORD_H

#include <camipc/interface.h>
#include <camipc/proxy.h>

#include "excess.h"
#include "message.h"

/**
 * Thread word: bound to the thread that holds the record, until that thread
 * hands it over.
 */
struct camipc_record {
	struct camipc_record *next; /* in a queue, or in the pool */
	struct camipc_record_pool *pool;
	struct camipc_message message; /* header, bytes, fds */
	const struct camipc_message_type *type; /* of @data; NULL: empty */
	void *data; /* decoded or copied, in @arena */
	struct camipc_arena arena;

	/* Used by the queues of courier and engine. */
	uint64_t order; /* of arrival */
	uint32_t weight; /* bytes that count as in flight */
	size_t kept; /* bytes of memory, as counted by who keeps the record */
	uint16_t row; /* of the method or event in its table */
	uint16_t n_fds; /* that count as in flight */
	bool counted; /* an async call or an event: needs credit */
	bool granted; /* may be sent as soon as there is room */
	bool lent; /* its owner keeps it: release() does nothing */
	struct camipc_excess excess; /* after -EMSGSIZE of camipc_record_pack() */
};

/** First in, first out. All zero is empty. Thread word: bound. */
struct camipc_record_queue {
	struct camipc_record *head;
	struct camipc_record *tail;
	uint32_t n;
	uint64_t bytes; /* the sum of their weights */
};

void camipc_record_queue_push(struct camipc_record_queue *queue,
			      struct camipc_record *record);
/** Returns the first record, or NULL. */
struct camipc_record *
camipc_record_queue_pop(struct camipc_record_queue *queue);
/** Puts a record back that was just taken. */
void camipc_record_queue_push_front(struct camipc_record_queue *queue,
				    struct camipc_record *record);
/** Removes @record, which follows @before (NULL: which is the first). */
void camipc_record_queue_remove(struct camipc_record_queue *queue,
				struct camipc_record *before,
				struct camipc_record *record);
/** Releases all records. */
void camipc_record_queue_clear(struct camipc_record_queue *queue);

struct camipc_record_pool;

/**
 * Creates a pool with one reference and @keep records, and keeps as many for
 * use again, with at most CAMIPC_SPARE_BYTES of memory for large messages.
 * Returns 0 or -ENOMEM. Thread word: safe.
 */
int camipc_record_pool_create(uint32_t keep, size_t max_message_size,
			      struct camipc_record_pool **ret_pool);

/** Sets another limit, before the first record is taken. */
void camipc_record_pool_limit_spare(struct camipc_record_pool *pool,
				    size_t max_spare);

/**
 * Returns the bytes of memory for large messages that the pool's unused records
 * have. Thread word: safe.
 */
size_t camipc_record_pool_spare(const struct camipc_record_pool *pool);

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

/** Returns an empty record, or NULL without memory. Thread word: safe. */
struct camipc_record *camipc_record_get(struct camipc_record_pool *pool);

/**
 * Closes its fds and gives it back; NULL and a record that is lent are fine.
 * Thread word: safe.
 */
void camipc_record_release(struct camipc_record *record);

/** Returns the largest body, in bytes, that @record's pool allows. */
size_t camipc_record_max_size(const struct camipc_record *record);

/**
 * Returns the bytes of memory that decoding a body of @wire bytes may take: as
 * much as the IDL bounds, else CAMIPC_DECODED_FACTOR times @wire plus
 * CAMIPC_DECODED_BASE, and never more than CAMIPC_MAX_DECODED. @type may be
 * NULL. Thread word: reentrant.
 */
size_t camipc_decoded_budget(const struct camipc_message_type *type,
			     size_t wire);

/** Returns the bytes of memory for its message that @record has. */
size_t camipc_record_memory(const struct camipc_record *record);

/** Gives up memory that the message in @record does not need. */
void camipc_record_trim(struct camipc_record *record);

/** Empties a record that will be dropped, but not its header. */
void camipc_record_strip(struct camipc_record *record);

/** Result of camipc_check_message(). */
struct camipc_check_result {
	const char *field; /* the invalid one, or NULL */
	size_t wire; /* upper bound of the encoded size, in bytes */
	size_t decoded; /* bytes of the receiver's arena */
	uint32_t n_fds; /* of @fds */
	int fds[CAMIPC_MAX_FDS]; /* borrowed */
	struct camipc_excess excess; /* after -EMSGSIZE */
	void *context; /* the same as for the check */
};

/**
 * Checks a message before it is sent, in the same way for each backend: values
 * against the interface, and the number of fds. @result->wire is only a bound;
 * camipc_record_pack() checks the exact size. @type may be NULL for an empty
 * body; @context is that of external types, or NULL. Returns 0, -EINVAL (a
 * value is not allowed) or -EMSGSIZE.
 */
int camipc_check_message(const struct camipc_message_type *type,
			 const void *data, uint32_t max_fds, void *context,
			 struct camipc_check_result *result);

/** The forms in which a record holds a message. */
enum camipc_packing {
	CAMIPC_PACK_UNSAID = 0,
	CAMIPC_PACK_COPY, /* a deep copy, with duplicates of its descriptors */
	CAMIPC_PACK_BYTES, /* as on the wire, with duplicates */
	/* As on the wire, with the caller's own descriptors: what was not sent
	 * before the caller goes on needs camipc_message_own_fds(). */
	CAMIPC_PACK_LENT_BYTES,
};

/**
 * camipc_record_pack() - put a checked message into an empty record
 * @checked: result of camipc_check_message() for @data
 * @packing: the form
 *
 * @type and @data may be NULL for an empty body. Refuses, in both forms, a
 * message that is larger than the pool allows, or that would take more memory
 * decoded than a receiver allows. Sets body_size and n_fds of the header, and
 * the record's weight: the size of the body or, of a copy, the larger of the
 * bounds of its size and of its memory. Returns 0, -EMSGSIZE (@record's excess
 * says why), -EINVAL (an external type), -EMFILE, -EBADF or -ENOMEM.
 */
int camipc_record_pack(struct camipc_record *record,
		       const struct camipc_message_type *type, const void *data,
		       const struct camipc_check_result *checked,
		       enum camipc_packing packing);

/** Result of camipc_record_open(). */
struct camipc_open_info {
	enum camipc_reason reason; /* why the peer is to blame, or NONE */
	uint32_t skipped_fields; /* of unknown numbers */
	uint32_t unused_fds; /* in skipped fields */
};

/**
 * camipc_record_open() - decode a record unless it has been decoded
 * @type: of @record->data; NULL: expects an empty body, and skips all fields
 * @context: of external types on this side, or NULL
 *
 * Returns 0; -EPROTO or -EMSGSIZE (the peer is at fault: reason is set); or
 * -ENOMEM.
 */
int camipc_record_open(struct camipc_record *record,
		       const struct camipc_message_type *type, void *context,
		       struct camipc_open_info *info);

#endif /* CAMIPC_PROXY_RECORD_H */
