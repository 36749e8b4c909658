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
#include "layer_result.h"
#include "load_files.h"

#define CAMIPC_NONCE_SIZE 16

/** Longest build id kept, in bytes; linkers make 20. */
#define CAMIPC_BUILD_ID_SIZE 32

/** Bytes of a worker's description of an error; longer ones are cut. */
#define CAMIPC_HANDSHAKE_TEXT_SIZE 256

/** Flags of both hellos: shared memory is sent, and used from then on. */
#define CAMIPC_HELLO_SHM (1u << 0)
/** Of a worker: the serving thread has the parent's word in its robust list. */
#define CAMIPC_HELLO_ROBUST (1u << 1)
/** Of both: the worker's memory is to be locked, and is. */
#define CAMIPC_HELLO_LOCKED (1u << 2)
/** Of a camera process: the worker is to send TRACE messages. */
#define CAMIPC_HELLO_TRACE (1u << 3)

/** The first message of a camera process. */
struct camipc_parent_hello {
	uint8_t nonce[CAMIPC_NONCE_SIZE];
	uint32_t max_message_size;
	uint32_t window; /* a power of two: counters wrap at 2^32 */
	uint32_t window_bytes; /* 0: CAMIPC_KEPT_BYTES */
	uint32_t log_level;
	uint16_t *events; /* known ids, ascending; the reader frees them */
	uint16_t n_events;
	char *argument; /* for the module; never NULL; the reader frees it */
	uint32_t flags; /* CAMIPC_HELLO_*, see control.proto */
	/** With CAMIPC_HELLO_SHM. Borrowed by the writer, who sends a duplicate;
	 *  the reader closes it. */
	int shm_fd;
	uint32_t layers; /* of the sandbox, to enter: bits */
	uint32_t memory_mib; /* of the module's private memory */
	uint32_t threads;
	uint8_t *paths; /* as control.proto has them; the reader frees them */
	uint32_t paths_size;
	uint32_t ioctls[CAMIPC_MAX_IOCTLS];
	uint32_t n_ioctls;
	uint32_t spin_us; /* to look for before it sleeps */
	/** Files that the module loads. Borrowed by the writer, who sends
	 *  duplicates; the reader closes them. */
	struct camipc_load_files loads;
};

/** The first message of a worker, sent before it loads the module. */
struct camipc_worker_hello {
	uint8_t nonce[CAMIPC_NONCE_SIZE];
	uint8_t build_id[CAMIPC_BUILD_ID_SIZE];
	uint8_t build_id_size;
	uint32_t thread; /* that serves calls, in the worker's pid namespace */
	uint32_t flags; /* CAMIPC_HELLO_*, see control.proto */
	/** How the layers of the sandbox turned out. A reader finds those that
	 *  the worker did not report as missing. */
	struct camipc_layer_result layers[CAMIPC_N_SANDBOX_LAYERS];
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

/** Bytes of the reason from camipc_check_served(); longer ones are cut. */
#define CAMIPC_SERVED_WHY_SIZE 160

/**
 * camipc_check_served() - check the methods that a module says it serves
 * @interface: of the pipeline handler
 * @fingerprint: of the module's interface
 * @ids: ascending
 * @why: CAMIPC_SERVED_WHY_SIZE bytes; on failure one line that says what is
 *       wrong with the list
 *
 * A module with the same fingerprint serves the same methods: there is nothing
 * to choose, and a worker that says something else lies. A module of another
 * version may lack methods, but not those that change the state (init, start,
 * stop): without them a proxy could not keep its promises.
 *
 * Returns 0; -EPROTO (same fingerprint, other methods); or -ESTALE (another
 * version, without such a method). Thread word: reentrant.
 */
int camipc_check_served(const struct camipc_interface *interface,
			uint64_t fingerprint, const uint16_t *ids, uint16_t n,
			char *why) CAMIPC_MUST_CHECK;

/**
 * Returns the error of camipc_proxy_create() for an error that a worker
 * reports: -ENOEXEC, -ELIBACC and -ESTALE, which describe the module, pass;
 * another one would describe this process, and becomes -EREMOTEIO. Thread word:
 * reentrant.
 */
int camipc_loaded_error(int error);

/** Returns the ids of @rows, which the caller frees; NULL without memory. */
uint16_t *camipc_list_ids(const struct camipc_method *rows, uint16_t n);

#endif /* CAMIPC_PROXY_HANDSHAKE_H */
