/* SPDX-License-Identifier: MIT */
/*
 * The first messages between a camera process and a worker:
 *
 *     camera process                    worker
 *        HELLO (nonce, limits, ids) ->
 *                                    <- HELLO (nonce, build id)
 *                                       loads the module, creates the IPA
 *                                    <- LOADED (error, or the ids it serves)
 *
 * Both halves are in this file, so that they can be read together.
 */
#ifndef CAMIPC_PROXY_HANDSHAKE_H
#define CAMIPC_PROXY_HANDSHAKE_H

#include <camipc/interface.h>

#include "channel.h"

#define CAMIPC_NONCE_SIZE 16

/** Longest build id kept, in bytes; linkers make 20. */
#define CAMIPC_BUILD_ID_SIZE 32

/** Bytes of a worker's description of an error; longer ones are cut. */
#define CAMIPC_HANDSHAKE_TEXT_SIZE 256

/** The first message of a camera process. */
struct camipc_parent_hello {
	uint8_t nonce[CAMIPC_NONCE_SIZE];
	uint32_t max_message_size;
	uint32_t window; /* a power of two: counters wrap at 2^32 */
	uint32_t log_level;
	uint16_t *events; /* known ids, ascending; the reader frees them */
	uint16_t n_events;
	char *argument; /* for the module; never NULL; the reader frees it */
	uint32_t flags; /* none defined yet, see control.proto */
};

/** The first message of a worker, sent before it loads the module. */
struct camipc_worker_hello {
	uint8_t nonce[CAMIPC_NONCE_SIZE];
	uint8_t build_id[CAMIPC_BUILD_ID_SIZE];
	uint8_t build_id_size;
	uint32_t thread; /* that serves calls, in the worker's pid namespace */
	uint32_t flags; /* none defined yet, see control.proto */
};

/** The result of loading the module. Untrusted: module code has run. */
struct camipc_loaded {
	int error; /* 0 or a negative errno */
	char text[CAMIPC_HANDSHAKE_TEXT_SIZE]; /* sanitised; "" if none */
	uint64_t wire_fingerprint;
	uint16_t *methods; /* served ids, ascending; the reader frees them */
	uint16_t n_methods;
};

/** The last message of a worker. Untrusted. */
struct camipc_bye {
	uint64_t calls;
	uint64_t events;
	uint64_t log_lines_lost;
	int error; /* why the worker ends, if it was not asked to */
	char text[CAMIPC_HANDSHAKE_TEXT_SIZE];
};

/*
 * The write functions send one message each. They return 0, -EINVAL (a value
 * that a reader refuses), -EMSGSIZE (more ids than a control message holds) or
 * an error of camipc_channel_send().
 * Thread word: reentrant.
 *
 * The read functions decode the body of a received message of that kind. They
 * return 0; -EPROTO (malformed, too large, or a value that is not allowed); or
 * -ENOMEM. Thread word: reentrant.
 */
int camipc_parent_hello_write(const struct camipc_channel *channel,
			      const struct camipc_parent_hello *hello)
	CAMIPC_MUST_CHECK;
int camipc_parent_hello_read(struct camipc_message *message,
			     struct camipc_parent_hello *ret_hello)
	CAMIPC_MUST_CHECK;
int camipc_worker_hello_write(const struct camipc_channel *channel,
			      const struct camipc_worker_hello *hello)
	CAMIPC_MUST_CHECK;
int camipc_worker_hello_read(struct camipc_message *message,
			     struct camipc_worker_hello *ret_hello)
	CAMIPC_MUST_CHECK;
int camipc_loaded_write(const struct camipc_channel *channel,
			const struct camipc_loaded *loaded) CAMIPC_MUST_CHECK;
int camipc_loaded_read(struct camipc_message *message,
		       struct camipc_loaded *ret_loaded) CAMIPC_MUST_CHECK;
int camipc_bye_write(const struct camipc_channel *channel,
		     const struct camipc_bye *bye) CAMIPC_MUST_CHECK;
int camipc_bye_read(struct camipc_message *message,
		    struct camipc_bye *ret_bye) CAMIPC_MUST_CHECK;

/** Returns the ids of @rows, which the caller frees; NULL without memory. */
uint16_t *camipc_list_ids(const struct camipc_method *rows, uint16_t n);

#endif /* CAMIPC_PROXY_HANDSHAKE_H */
