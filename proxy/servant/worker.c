/* SPDX-License-Identifier: MIT */
/* The worker's main loop: hello, load the module, serve calls, bye. */
#include "worker.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "build_id.h"
#include "child_process.h"
#include "crash_handler.h"
#include "handshake.h"
#include "life_line.h"
#include "module_loader.h"
#include "servant.h"
#include "socket_channel.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#define TOPIC "worker"

/* Bytes of a log line; longer lines are cut. */
#define LOG_LINE_SIZE 512u

/* How long a crash handler waits for room for its record. */
#define CRASH_ROOM_MS 50

/* Records in stock beside those of a window: replies, credits, one to read. */
#define SPARE_RECORDS 8

struct worker {
	struct camipc_channel *channel;
	struct camipc_record_pool *pool;
	struct camipc_module *module;
	struct camipc_servant *servant;
	struct camipc_parent_hello hello;
	atomic_bool behind; /* the servant has records that found no room */
	atomic_uint log_level;
	atomic_ullong log_lines_lost;
	char error_text[CAMIPC_HANDSHAKE_TEXT_SIZE]; /* while loading */
	uint64_t calls;
	uint64_t events; /* under the servant's lock */
};

bool camipc_worker_is_child(void)
{
	return camipc_socket_channel_accepts(CAMIPC_WORKER_CHANNEL_FD);
}

/* ---- messages to the camera process ------------------------------------ */

/* Called in any thread of the module: no lock, no allocation, no waiting. */
static void send_log(void *user, enum camipc_log_level level, const char *text)
{
	struct worker *worker = user;
	uint8_t bytes[CAMIPC_HEADER_SIZE + LOG_LINE_SIZE];
	size_t size = strnlen(text, LOG_LINE_SIZE);
	struct camipc_message message;

	if ((unsigned int)level > atomic_load(&worker->log_level))
		return;
	camipc_message_init(&message);
	message.bytes = bytes;
	message.room = LOG_LINE_SIZE;
	message.header.kind = CAMIPC_MESSAGE_LOG;
	message.header.id = (uint32_t)level;
	message.header.body_size = (uint32_t)size;
	memcpy(camipc_message_body(&message), text, size);
	if (camipc_channel_send(worker->channel, &message) < 0)
		atomic_fetch_add(&worker->log_lines_lost, 1);
}

/* The log of this library in the worker. */
static void send_own_log(void *user, enum camipc_log_level level,
			 const char *topic, const char *text)
{
	char line[LOG_LINE_SIZE];

	snprintf(line, sizeof(line), "%s: %s", topic, text);
	send_log(user, level, line);
}

/* While loading, an error becomes part of the camera process's log line. */
static void keep_error(void *user, enum camipc_log_level level,
		       const char *topic, const char *text)
{
	struct worker *worker = user;

	if (level == CAMIPC_LOG_ERROR)
		snprintf(worker->error_text, sizeof(worker->error_text), "%s",
			 text);
	else
		send_own_log(user, level, topic, text);
}

/* Called in a signal handler: system calls only. */
static void send_crash(void *user, const struct camipc_crash_record *record)
{
	struct worker *worker = user;
	uint8_t bytes[CAMIPC_HEADER_SIZE + sizeof(*record)];
	struct camipc_message message;

	camipc_message_init(&message);
	message.bytes = bytes;
	message.room = sizeof(*record);
	message.header.kind = CAMIPC_MESSAGE_CRASH;
	message.header.body_size = sizeof(*record);
	memcpy(camipc_message_body(&message), record, sizeof(*record));
	if (camipc_channel_send(worker->channel, &message) == -EAGAIN &&
	    camipc_channel_wait_room(worker->channel, false, CRASH_ROOM_MS) ==
		    0 &&
	    camipc_channel_send(worker->channel, &message) < 0)
		return; /* the camera process still sees the signal */
}

static int send_record(void *user, struct camipc_record *record)
{
	struct worker *worker = user;
	int ret = camipc_channel_send(worker->channel, &record->message);

	if (ret == -EAGAIN)
		atomic_store(&worker->behind, true);
	if (ret < 0)
		return ret;
	if (record->message.header.kind == CAMIPC_MESSAGE_EVENT)
		worker->events++;
	camipc_record_release(record);
	return 0;
}

/* ---- start ------------------------------------------------------------- */

/* Before any code of the module runs; nothing after it can be trusted. */
static int set_up(struct worker *worker)
{
	/* Until the parent's hello says what it allows. */
	const struct camipc_channel_limits limits = {
		CAMIPC_MAX_MESSAGE_SIZE_CEILING, CAMIPC_MAX_FDS
	};
	int ret;

	/* Once more, for kernels that could not do it at spawn. */
	syscall(SYS_close_range, CAMIPC_WORKER_CHANNEL_FD + 1, UINT32_MAX, 0);
	ret = camipc_socket_channel_create(CAMIPC_WORKER_CHANNEL_FD, &limits,
					   &worker->channel);
	if (ret < 0)
		return ret;
	camipc_crash_handler_install(send_crash, worker);
	return camipc_life_line_attach(CAMIPC_CHILD_LIFE_LINE_FD);
}

static int read_hello(struct worker *worker, struct camipc_message *message)
{
	enum camipc_reason reason;
	int ret = camipc_channel_receive(worker->channel, message, true,
					 &reason);

	if (ret < 0)
		return ret;
	if (message->header.kind != CAMIPC_MESSAGE_HELLO)
		return -EPROTO;
	return camipc_parent_hello_read(message, &worker->hello);
}

static int exchange_hello(struct worker *worker)
{
	struct camipc_worker_hello answer = { .build_id_size = 0 };
	struct camipc_message message;
	int ret;

	camipc_message_init(&message);
	ret = read_hello(worker, &message);
	camipc_message_fini(&message);
	if (ret < 0)
		return ret;
	memcpy(answer.nonce, worker->hello.nonce, sizeof(answer.nonce));
	answer.build_id_size = (uint8_t)camipc_build_id(answer.build_id,
							CAMIPC_BUILD_ID_SIZE);
	/* This thread: it goes on to serve. */
	answer.thread = (uint32_t)syscall(SYS_gettid);
	ret = camipc_channel_set_limit(worker->channel,
				       worker->hello.max_message_size);
	if (ret < 0)
		return ret;
	atomic_store(&worker->log_level, worker->hello.log_level);
	return camipc_worker_hello_write(worker->channel, &answer);
}

static int make_servant(struct worker *worker)
{
	const struct camipc_servant_params params = {
		.entry = camipc_module_entry(worker->module),
		.pool = worker->pool,
		.max_message_size = worker->hello.max_message_size,
		.window = worker->hello.window,
		.encode = true,
		.events = worker->hello.events,
		.n_events = worker->hello.n_events,
		.argument = worker->hello.argument,
		.send = send_record,
		.log = send_log,
		.user = worker,
	};

	return camipc_servant_create(&params, &worker->servant);
}

static int load_module(struct worker *worker, const char *path,
		       struct camipc_loaded *loaded)
{
	const struct camipc_interface *interface;
	int ret = camipc_record_pool_create(
		worker->hello.window + SPARE_RECORDS,
		worker->hello.max_message_size, &worker->pool);

	if (ret < 0)
		return ret;
	camipc_record_pool_own(worker->pool);
	ret = camipc_module_load(path, &worker->module);
	if (ret < 0)
		return ret;
	camipc_crash_handler_note_modules();
	interface = camipc_module_entry(worker->module)->descriptor;
	loaded->wire_fingerprint = interface->wire_fingerprint;
	loaded->n_methods = interface->n_methods;
	loaded->methods =
		camipc_list_ids(interface->methods, interface->n_methods);
	if (!loaded->methods)
		return -ENOMEM;
	ret = make_servant(worker);
	if (ret < 0)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: the module could not create an IPA instance",
			   path);
	return ret;
}

static enum camipc_log_level log_level(const struct worker *worker)
{
	return worker->hello.log_level < CAMIPC_LOG_DEBUG ?
		       (enum camipc_log_level)worker->hello.log_level :
		       CAMIPC_LOG_DEBUG;
}

static int load_and_report(struct worker *worker, const char *path)
{
	struct camipc_loaded loaded = { .error = 0 };
	int ret;

	camipc_log_set(keep_error, worker, log_level(worker));
	loaded.error = load_module(worker, path, &loaded);
	/* Once this returns, no call of keep_error() is running any more. */
	camipc_log_set(send_own_log, worker, log_level(worker));
	if (loaded.error < 0)
		memcpy(loaded.text, worker->error_text, sizeof(loaded.text));
	ret = camipc_loaded_write(worker->channel, &loaded);
	free(loaded.methods);
	return loaded.error < 0 ? loaded.error : ret;
}

/* ---- serving ----------------------------------------------------------- */

/*
 * Sends the records that waited for room. Afterwards, with no record left or
 * only records that wait for credit, the worker waits for nothing but the next
 * message from the camera process, and recvmsg() does that without poll().
 */
static int flush(struct worker *worker)
{
	while (atomic_load(&worker->behind)) {
		int ret;

		atomic_store(&worker->behind, false);
		ret = camipc_servant_flush(worker->servant);
		if (ret != -EAGAIN)
			return ret;
		ret = camipc_channel_wait_room(worker->channel, true, -1);
		if (ret == 1)
			return 0;
		if (ret < 0 && ret != -EINTR)
			return ret;
	}
	return 0;
}

/* Takes @record. Returns 1 if the camera process asks the worker to end. */
static int handle(struct worker *worker, struct camipc_record *record)
{
	const uint8_t kind = record->message.header.kind;

	if (kind == CAMIPC_MESSAGE_CALL)
		worker->calls++;
	if (kind == CAMIPC_MESSAGE_CALL || kind == CAMIPC_MESSAGE_CREDIT)
		return camipc_servant_handle(worker->servant, record);
	camipc_record_release(record);
	return kind == CAMIPC_MESSAGE_BYE ? 1 : -EPROTO;
}

static int serve_one(struct worker *worker)
{
	struct camipc_record *record = camipc_record_get(worker->pool);
	enum camipc_reason reason;
	int ret;

	if (!record)
		return -ENOMEM;
	ret = camipc_channel_receive(worker->channel, &record->message, true,
				     &reason);
	if (ret < 0) {
		camipc_record_release(record);
		return ret;
	}
	return handle(worker, record);
}

static int serve(struct worker *worker)
{
	/* The first flush lets go the events that create() raised. */
	int ret = camipc_servant_flush(worker->servant);

	if (ret < 0 && ret != -EAGAIN)
		return ret;
	do {
		ret = flush(worker);
		if (ret < 0)
			return ret;
		ret = serve_one(worker);
	} while (ret == 0);
	return ret;
}

/* ---- end --------------------------------------------------------------- */

static void say_bye(struct worker *worker, int error)
{
	struct camipc_bye bye = {
		.calls = worker->calls,
		.events = worker->events,
		.log_lines_lost = atomic_load(&worker->log_lines_lost),
		.error = error,
	};

	if (error < 0)
		snprintf(bye.text, sizeof(bye.text),
			 "the worker must end: %s",
			 camipc_errno_to_string(error));
	if (camipc_bye_write(worker->channel, &bye) < 0)
		return; /* the camera process is gone */
}

static void tear_down(struct worker *worker)
{
	camipc_servant_destroy(worker->servant);
	camipc_log_set(NULL, NULL, CAMIPC_LOG_WARNING);
	camipc_module_unload(worker->module);
	camipc_record_pool_unref(worker->pool);
	camipc_channel_destroy(worker->channel);
	free(worker->hello.events);
	free(worker->hello.argument);
}

static int start(struct worker *worker)
{
	int ret = set_up(worker);

	return ret < 0 ? ret : exchange_hello(worker);
}

static int run(struct worker *worker, const char *module)
{
	int ret = start(worker);

	if (ret < 0) {
		fprintf(stderr, "camipc-worker: cannot exchange hello with "
				"the camera process: %s\n",
			camipc_errno_to_string(ret));
		return CAMIPC_WORKER_EXIT_SETUP;
	}
	if (load_and_report(worker, module) < 0)
		return CAMIPC_WORKER_EXIT_MODULE;
	ret = serve(worker);
	/* The module may still log while it is destroyed; bye comes last. */
	camipc_servant_destroy(worker->servant);
	worker->servant = NULL;
	if (ret == -EPIPE)
		return CAMIPC_WORKER_EXIT_OK;
	say_bye(worker, ret < 0 ? ret : 0);
	return ret < 0 ? CAMIPC_WORKER_EXIT_PROTOCOL : CAMIPC_WORKER_EXIT_OK;
}

int camipc_worker_run(const char *module)
{
	struct worker worker = { .calls = 0 };
	int ret = run(&worker, module);

	tear_down(&worker);
	return ret;
}
