/* SPDX-License-Identifier: MIT */
/* A recorder: its output, the queue before it, and the thread between them. */
#ifndef CAMIPC_RECORD_RECORDER_H
#define CAMIPC_RECORD_RECORDER_H

#include <camipc/log_level.h>
#include <camipc/record.h>

#include "item_queue.h"
#include "record_output.h"
#include "recording_format.h"
#include "schema.h"

/** Files that recorded messages carried. With more, all accesses are recorded. */
#define CAMIPC_RECORDER_OBJECTS 256

/** Contents of one descriptor that are recorded when it is passed, in bytes. */
#define CAMIPC_RECORDER_MAX_FILE (16u * 1024u * 1024u)

struct camipc_recorder {
	struct camipc_record_output output;
	struct camipc_item_queue queue;
	pthread_t writer;
	atomic_uint references; /* its creator, and each observer */
	atomic_bool is_closed;
	atomic_int refused; /* why a proxy is not recorded; 0: all are */
	bool no_buffers;
	char **redact; /* ends with NULL; NULL: nothing */

	struct camipc_recorder *next; /* in the list of access_list.h */

	pthread_mutex_t lock; /* of everything below */
	const struct camipc_interface
		*interfaces[CAMIPC_RECORDING_MAX_INTERFACES];
	struct camipc_schema *schemas[CAMIPC_RECORDING_MAX_INTERFACES];
	uint32_t n_interfaces;
	struct camipc_schema *of_proxy[CAMIPC_RECORDING_MAX_PROXIES];
	uint32_t n_proxies;
	uint64_t objects[CAMIPC_RECORDER_OBJECTS];
	uint32_t n_objects;

	/* Of the writer: hashes that are in the file, in an open table. A ring
	 * finds its own. */
	uint8_t (*hashes)[CAMIPC_HASH_SIZE];
	size_t n_hashes;
	size_t hash_room; /* a power of two, or 0 */
};

/** Returns false once nothing is recorded any more. Thread word: safe. */
static inline bool camipc_recorder_is_open(struct camipc_recorder *recorder)
{
	return !atomic_load_explicit(&recorder->is_closed,
				     memory_order_relaxed) &&
	       camipc_record_output_is_open(&recorder->output);
}

/** Takes another reference. Thread word: safe. */
void camipc_recorder_ref(struct camipc_recorder *recorder);

/** Gives a reference back. Thread word: safe. */
void camipc_recorder_unref(struct camipc_recorder *recorder);

/**
 * Writes the interface, unless it is in the file, and the state chunk of a new
 * proxy; @texts are its name, isolation, module and argument. Returns the number
 * of the proxy, -EINVAL, -ENOSPC or -ENOMEM. Thread word: safe.
 */
int camipc_recorder_add_proxy(struct camipc_recorder *recorder,
			      const struct camipc_interface *interface,
			      enum camipc_state state,
			      const char *const texts[CAMIPC_STATE_TEXTS]);

/** Records @size bytes of a file, in pieces; @wait for room. Thread word: safe. */
void camipc_recorder_put_access(struct camipc_recorder *recorder,
				uint64_t object, uint64_t offset,
				const void *data, size_t size, bool wrote,
				bool wait);

/**
 * Records a line of the log, unless fields are redacted. Not while this thread
 * puts another item. Thread word: safe.
 */
void camipc_recorder_put_log(struct camipc_recorder *recorder,
			     enum camipc_log_level level, const char *topic,
			     const char *text);

/**
 * Notes that recorded messages carry a file. Returns true the first time. Thread
 * word: safe.
 */
bool camipc_recorder_note(struct camipc_recorder *recorder, uint64_t object);

/** Returns true if recorded messages carry the file. Thread word: safe. */
bool camipc_recorder_knows(struct camipc_recorder *recorder, uint64_t object);

/** Returns the number that a recording has for a file. Reentrant. */
static inline uint64_t camipc_recorder_object(uint64_t device, uint64_t number)
{
	return number ^ device << 40 ^ device >> 24;
}

/** Writes the header of an item. Thread word: reentrant. */
void camipc_recorder_put_header(uint8_t *item, size_t size,
				enum camipc_item_kind kind, unsigned int flags,
				uint32_t proxy, uint64_t time, uint32_t value);

#endif /* CAMIPC_RECORD_RECORDER_H */
