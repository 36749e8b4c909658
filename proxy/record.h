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
};

struct camipc_record_pool;

/** A pool that keeps @keep records for use again. Thread word: safe. */
int camipc_record_pool_create(uint32_t keep, size_t max_message_size,
			      struct camipc_record_pool **ret_pool);
/** Records still out are freed when they come back; NULL is fine. */
void camipc_record_pool_destroy(struct camipc_record_pool *pool);

/** An empty record, or NULL (no memory). */
struct camipc_record *camipc_record_get(struct camipc_record_pool *pool);

/** Closes its fds and gives it back; NULL is fine. */
void camipc_record_release(struct camipc_record *record);

/**
 * camipc_record_pack() - put a checked message into an empty record
 * @encode: as bytes; else as a deep copy with duplicated descriptors
 *
 * @type and @data may be NULL: an empty body. Returns 0, -EMSGSIZE, -EMFILE or
 * -ENOMEM.
 */
int camipc_record_pack(struct camipc_record *record,
		       const struct camipc_message_type *type,
		       const void *data, bool encode);

/**
 * camipc_record_open() - make sure @record->data is there, decoding if need be
 *
 * Returns 0; or -EPROTO or -EMSGSIZE with the reason in *ret_reason; or
 * -ENOMEM. @ret_skipped (may be NULL): unknown fields skipped.
 */
int camipc_record_open(struct camipc_record *record,
		       const struct camipc_message_type *type,
		       enum camipc_reason *ret_reason, uint32_t *ret_skipped);

/** What camipc_check_message() found. */
struct camipc_check_result {
	const char *field; /* at fault, or NULL */
	uint32_t n_fds;
	int fds[252]; /* borrowed; the first n_fds are set */
};

/**
 * The sender's check, the same for each backend: what the interface allows,
 * encoded size, decoded size, number of fds. Returns 0, -EINVAL or -EMSGSIZE.
 */
int camipc_check_message(const struct camipc_message_type *type,
			 const void *data, size_t max_message_size,
			 uint32_t max_fds, struct camipc_check_result *result);

#endif /* CAMIPC_PROXY_RECORD_H */
