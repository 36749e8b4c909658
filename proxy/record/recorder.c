/* SPDX-License-Identifier: MIT */
/* A recorder: its output, the queue before it, and the thread between them. */
#include "recorder.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "access_list.h"
#include "clock.h"
#include "buffer_hash.h"
#include "redact.h"
#include "struct_size.h"
#include "write_items.h"

#define TOPIC "record"

/** Writes the oldest buffer of items. Returns false if there was none. */
static bool write_one(struct camipc_recorder *recorder,
		      enum camipc_item_queue_wait wait)
{
	struct camipc_item_buffer *buffer =
		camipc_item_queue_take(&recorder->queue, wait);

	if (!buffer)
		return false;
	camipc_recorder_write(recorder, buffer);
	camipc_item_queue_give(&recorder->queue);
	return true;
}

/**
 * Saves the ring if it was asked to; with all that was recorded before that,
 * which is in the queue.
 */
static void save_if_asked(struct camipc_recorder *recorder)
{
	if (!camipc_record_output_takes_request(&recorder->output))
		return;
	for (unsigned int i = 0; i < CAMIPC_ITEM_BUFFERS; i++)
		if (!write_one(recorder, CAMIPC_TAKE_NOW))
			break;
	camipc_record_output_save(&recorder->output);
}

static void *run_writer(void *argument)
{
	struct camipc_recorder *recorder = argument;
	/* A request to save cannot wake the writer: it may be a signal's. */
	const enum camipc_item_queue_wait wait =
		recorder->output.is_ring ? CAMIPC_TAKE_SOON
					 : CAMIPC_TAKE_ALWAYS;
	bool is_closed = false;

	while (!is_closed) {
		if (!write_one(recorder, wait))
			is_closed = camipc_item_queue_is_closed(
				&recorder->queue);
		save_if_asked(recorder);
	}
	return NULL;
}

/** The host's signals go to the host's threads. */
static int start_writer(struct camipc_recorder *recorder)
{
	sigset_t all;
	sigset_t before;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = -pthread_create(&recorder->writer, NULL, run_writer, recorder);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ret;
}

static void free_names(char **names)
{
	for (char **name = names; name && *name; name++)
		free(*name);
	free(names);
}

static int copy_names(const char *const *names, char ***ret_copy)
{
	size_t n = 0;
	char **copy;

	while (names && names[n])
		n++;
	if (n == 0)
		return 0;
	copy = calloc(n + 1, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		copy[i] = strdup(names[i]);
		if (!copy[i]) {
			free_names(copy);
			return -ENOMEM;
		}
	}
	*ret_copy = copy;
	return 0;
}

static int check_options(const struct camipc_record_options *options)
{
	static const struct camipc_struct_rule rule =
		CAMIPC_STRUCT_RULE("camipc_recorder_create",
				   struct camipc_record_options, save_signal);
	int ret = camipc_struct_check(&rule, options);

	if (ret == 0 && (!options->path || !options->path[0])) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "camipc_recorder_create(): the options have no path");
		return -EINVAL;
	}
	return ret;
}

int camipc_recorder_create(const struct camipc_record_options *options,
			   struct camipc_recorder **ret_recorder)
{
	struct camipc_recorder *recorder;
	int ret = check_options(options);

	if (ret < 0)
		return ret;
	recorder = calloc(1, sizeof(*recorder));
	if (!recorder)
		return -ENOMEM;
	atomic_init(&recorder->references, 1);
	recorder->no_buffers = options->no_buffers ||
			       !camipc_buffer_hash_is_available();
	if (recorder->no_buffers && !options->no_buffers)
		camipc_log(CAMIPC_LOG_WARNING, TOPIC,
			   "%s: contents of buffers are not recorded, because "
			   "camipc was built without libcrypto",
			   options->path);
	pthread_mutex_init(&recorder->lock, NULL);
	ret = copy_names(options->redact, &recorder->redact);
	if (ret < 0)
		goto free_recorder;
	ret = camipc_item_queue_init(&recorder->queue);
	if (ret < 0)
		goto free_recorder;
	ret = camipc_record_output_open(&recorder->output, options);
	if (ret < 0)
		goto free_queue;
	ret = start_writer(recorder);
	if (ret < 0)
		goto close_output;
	camipc_access_list_add(recorder);
	*ret_recorder = recorder;
	return 0;

close_output:
	(void)!camipc_record_output_close(&recorder->output);
free_queue:
	camipc_item_queue_fini(&recorder->queue);
free_recorder:
	free_names(recorder->redact);
	pthread_mutex_destroy(&recorder->lock);
	free(recorder);
	return ret;
}

void camipc_recorder_ref(struct camipc_recorder *recorder)
{
	atomic_fetch_add(&recorder->references, 1);
}

void camipc_recorder_unref(struct camipc_recorder *recorder)
{
	if (atomic_fetch_sub(&recorder->references, 1) > 1)
		return;
	camipc_item_queue_fini(&recorder->queue);
	for (uint32_t i = 0; i < recorder->n_interfaces; i++)
		camipc_schema_destroy(recorder->schemas[i]);
	free_names(recorder->redact);
	free(recorder->hashes);
	pthread_mutex_destroy(&recorder->lock);
	free(recorder);
}

int camipc_recorder_get_error(const struct camipc_recorder *recorder)
{
	const int error = camipc_record_output_error(&recorder->output);

	return error ? error : atomic_load(&recorder->refused);
}

void camipc_recorder_save(struct camipc_recorder *recorder)
{
	atomic_store(&recorder->output.is_asked, true);
}

int camipc_recorder_destroy(struct camipc_recorder *recorder)
{
	int ret;

	if (!recorder)
		return 0;
	camipc_access_list_remove(recorder);
	camipc_item_queue_close(&recorder->queue);
	pthread_join(recorder->writer, NULL);
	/* No proxy is added any more, and nothing is put into the file. */
	pthread_mutex_lock(&recorder->lock);
	atomic_store(&recorder->is_closed, true);
	ret = camipc_record_output_close(&recorder->output);
	pthread_mutex_unlock(&recorder->lock);
	camipc_recorder_unref(recorder);
	return ret;
}

/* ---- interfaces and proxies --------------------------------------------- */

static int check_redacted(const struct camipc_recorder *recorder,
			  const struct camipc_schema *schema)
{
	char *const *name = recorder->redact;

	for (; name && *name; name++) {
		if (camipc_redact_knows(schema, *name))
			continue;
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: %s is not recorded: the interface has no field "
			   "'%s' to redact",
			   recorder->output.path, schema->name, *name);
		return -EINVAL;
	}
	return 0;
}

/** Writes a part of an interface chunk; all parts together fit in a chunk. */
static void add_part(struct camipc_bytes *chunk, enum camipc_interface_part kind,
		     const struct camipc_bytes *part)
{
	uint8_t *at;

	if (part->error || chunk->size + part->size + 8 > CAMIPC_CHUNK_MAX)
		return;
	at = camipc_bytes_add(chunk, part->size + 8);
	if (!at)
		return;
	camipc_put_le(at, kind, 4);
	camipc_put_le(at + 4, part->size, 4);
	memcpy(at + 8, part->data, part->size);
}

static int write_interface(struct camipc_recorder *recorder,
			   const struct camipc_bytes *table,
			   const struct camipc_schema *schema)
{
	struct camipc_bytes chunk = { .error = 0 };
	struct camipc_bytes proto = { .error = 0 };
	struct camipc_bytes idl = { .error = 0 };
	struct camipc_chunk_part part;
	int ret;

	if (table->size + 8 > CAMIPC_CHUNK_MAX)
		return -ENOSPC;
	camipc_schema_print_proto(schema, &proto);
	camipc_schema_print_idl(schema, &idl);
	add_part(&chunk, CAMIPC_PART_TABLE, table);
	add_part(&chunk, CAMIPC_PART_PROTO, &proto);
	add_part(&chunk, CAMIPC_PART_IDL, &idl);
	ret = chunk.error;
	part = (struct camipc_chunk_part){ chunk.data, chunk.size };
	if (ret == 0)
		camipc_record_output_put(&recorder->output,
					 CAMIPC_CHUNK_INTERFACE,
					 camipc_now_ns(), &part, 1, 0);
	camipc_bytes_fini(&idl);
	camipc_bytes_fini(&proto);
	camipc_bytes_fini(&chunk);
	return ret;
}

/** Returns the number of an interface, from 0, which is in the file then. */
static int add_interface(struct camipc_recorder *recorder,
			 const struct camipc_interface *interface)
{
	struct camipc_bytes table = { .error = 0 };
	struct camipc_schema *schema = NULL;
	uint32_t n = recorder->n_interfaces;
	int ret;

	for (uint32_t i = 0; i < n; i++)
		if (recorder->interfaces[i] == interface)
			return (int)i;
	if (n == CAMIPC_RECORDING_MAX_INTERFACES)
		return -ENOSPC;
	ret = camipc_schema_write(interface, &table);
	if (ret == 0)
		ret = camipc_schema_read(table.data, table.size, &schema);
	if (ret == 0)
		ret = check_redacted(recorder, schema);
	if (ret == 0)
		ret = write_interface(recorder, &table, schema);
	camipc_bytes_fini(&table);
	if (ret < 0) {
		camipc_schema_destroy(schema);
		return ret;
	}
	recorder->interfaces[n] = interface;
	recorder->schemas[n] = schema;
	recorder->n_interfaces++;
	return (int)n;
}

static void write_state(struct camipc_recorder *recorder, uint32_t proxy,
			uint32_t interface, enum camipc_state state,
			const char *const texts[CAMIPC_STATE_TEXTS])
{
	uint8_t chunk[CAMIPC_STATE_FIXED_SIZE + CAMIPC_STATE_TEXTS * 258];
	struct camipc_chunk_part part = { chunk, CAMIPC_STATE_FIXED_SIZE };
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	camipc_put_le(chunk, proxy, 4);
	camipc_put_le(chunk + 4, interface + 1, 4);
	camipc_put_le(chunk + 8, (uint32_t)getpid(), 4);
	camipc_put_le(chunk + 12, state, 4);
	camipc_put_le(chunk + 16,
		      (uint64_t)now.tv_sec * 1000000000u +
			      (uint64_t)now.tv_nsec,
		      8);
	for (unsigned int i = 0; i < CAMIPC_STATE_TEXTS; i++) {
		const size_t n = texts[i] ? strnlen(texts[i], 255) : 0;

		camipc_put_le(chunk + part.size, n, 2);
		if (n)
			memcpy(chunk + part.size + 2, texts[i], n);
		part.size += n + 2;
	}
	camipc_record_output_put(&recorder->output, CAMIPC_CHUNK_STATE,
				 camipc_now_ns(), &part, 1, 0);
}

int camipc_recorder_add_proxy(struct camipc_recorder *recorder,
			      const struct camipc_interface *interface,
			      enum camipc_state state,
			      const char *const texts[CAMIPC_STATE_TEXTS])
{
	int ret = -ENOSPC;

	pthread_mutex_lock(&recorder->lock);
	if (recorder->n_proxies < CAMIPC_RECORDING_MAX_PROXIES &&
	    !atomic_load(&recorder->is_closed))
		ret = add_interface(recorder, interface);
	if (ret >= 0) {
		const uint32_t number = recorder->n_proxies++;

		recorder->of_proxy[number] = recorder->schemas[ret];
		write_state(recorder, number, (uint32_t)ret, state, texts);
		ret = (int)number;
	}
	pthread_mutex_unlock(&recorder->lock);
	return ret;
}
