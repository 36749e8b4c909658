/* SPDX-License-Identifier: MIT */
/* The worker's main loop: hello, load the module, serve calls, bye. */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "build_id.h"
#include "child_process.h"
#include "crash_handler.h"
#include "enter_sandbox.h"
#include "handshake.h"
#include "life_line.h"
#include "module_info.h"
#include "module_loader.h"
#include "refusal.h"
#include "servant.h"
#include "shm_channel.h"
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
	const char *program; /* its path */
	const char *path; /* of the module */
	struct camipc_channel *channel;
	struct camipc_shm_area *area; /* NULL: the channel is a socket */
	struct camipc_record_pool *pool;
	struct camipc_module *module;
	struct camipc_servant *servant;
	struct camipc_parent_hello hello;
	bool is_robust; /* this thread is to end_robust() */
	atomic_bool behind; /* the servant has records that found no room */
	atomic_uint log_level;
	atomic_ullong log_lines_lost;
	char error_text[CAMIPC_HANDSHAKE_TEXT_SIZE]; /* while loading */
	bool needs_watch; /* of the life-line, by a thread */
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

/* What the module needs of its sandbox. Called in signal handlers, as above. */
static void send_need(void *user, const char *text)
{
	send_log(user, CAMIPC_LOG_WARNING, text);
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
		.max_message_size = CAMIPC_MAX_MESSAGE_SIZE_CEILING,
		.max_fds = CAMIPC_MAX_FDS,
	};
	int ret;

	/* Once more, for kernels that could not do it at spawn. */
	syscall(SYS_close_range, CAMIPC_WORKER_MODULE_FD + 1, UINT32_MAX, 0);
	fcntl(CAMIPC_WORKER_MODULE_FD, F_SETFD, FD_CLOEXEC);
	ret = camipc_socket_channel_create(CAMIPC_WORKER_CHANNEL_FD, &limits,
					   &worker->channel);
	if (ret < 0)
		return ret;
	camipc_crash_handler_install(send_crash, worker);
	ret = camipc_life_line_attach(CAMIPC_CHILD_LIFE_LINE_FD);
	worker->needs_watch = ret == 1;
	return ret < 0 ? ret : 0;
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

/* ---- the shared memory -------------------------------------------------- */

/* Before the sandbox, and before any code of the module: what fails here leaves
 * the worker with its socket. Returns flags for the worker's hello. */
static uint32_t map_shm(struct worker *worker)
{
	int ret;

	if (!(worker->hello.flags & CAMIPC_HELLO_SHM))
		return 0;
	ret = camipc_shm_area_map(worker->hello.shm_fd, &worker->area);
	close(worker->hello.shm_fd);
	if (ret < 0)
		return 0;
	if (camipc_shm_channel_make_robust(worker->area) < 0)
		return CAMIPC_HELLO_SHM;
	worker->is_robust = true;
	return CAMIPC_HELLO_SHM | CAMIPC_HELLO_ROBUST;
}

/* Locks what is mapped, and all that will be. Returns flags, as above. */
static uint32_t lock_memory(const struct worker *worker)
{
	if (!(worker->hello.flags & CAMIPC_HELLO_LOCKED) ||
	    mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
		return 0;
	return CAMIPC_HELLO_LOCKED;
}

/* After the worker's hello, which was the socket's last message of its own. */
static int use_shm(struct worker *worker)
{
	const struct camipc_shm_options options = {
		.side = CAMIPC_SHM_WORKER,
		.limits = {
			.max_message_size = worker->hello.max_message_size,
			.max_fds = CAMIPC_MAX_FDS,
		},
		/* The life-line ends this process with its parent. */
		.sleeps_alone = true,
		.spin_us = worker->hello.spin_us,
	};
	struct camipc_channel *channel;
	int ret;

	if (!worker->area)
		return 0;
	ret = camipc_shm_channel_create(worker->channel, worker->area, &options,
					&channel);
	if (ret == 0)
		worker->channel = channel;
	return ret;
}

/* ---- loading ------------------------------------------------------------ */

static int exchange_hello(struct worker *worker)
{
	const struct camipc_worker_place place = {
		.program = worker->program,
		.module = worker->path,
		.note = send_need,
		.user = worker,
	};
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
	/* This thread, the first of the process: it goes on to serve. */
	answer.thread = (uint32_t)getpid();
	ret = camipc_channel_set_limit(worker->channel,
				       worker->hello.max_message_size);
	if (ret < 0)
		return ret;
	atomic_store(&worker->log_level, worker->hello.log_level);
	answer.flags = map_shm(worker) | lock_memory(worker);
	camipc_worker_enter_sandbox(&place, &worker->hello, &answer);
	/* A thread that was there before would have escaped a part of it. */
	if (worker->needs_watch)
		ret = camipc_life_line_watch(CAMIPC_CHILD_LIFE_LINE_FD);
	if (ret < 0)
		return ret;
	ret = camipc_worker_hello_write(worker->channel, &answer);
	return ret < 0 ? ret : use_shm(worker);
}

static int make_servant(struct worker *worker, int *create_result)
{
	const struct camipc_servant_params params = {
		.entry = camipc_module_entry(worker->module),
		.pool = worker->pool,
		.max_message_size = worker->hello.max_message_size,
		.window = worker->hello.window,
		.window_bytes = worker->hello.window_bytes,
		.packing = CAMIPC_PACK_BYTES,
		.trace = worker->hello.flags & CAMIPC_HELLO_TRACE,
		.events = worker->hello.events,
		.n_events = worker->hello.n_events,
		.argument = worker->hello.argument,
		.loads = &worker->hello.loads,
		.send = send_record,
		.log = send_log,
		.initialised = camipc_worker_seal,
		.user = worker,
		.create_result = create_result,
	};

	return camipc_servant_create(&params, &worker->servant);
}

/* Loads the file that the camera process has opened and inspected. */
static int map_module(struct worker *worker)
{
	const char *path = worker->path;
	char why[CAMIPC_MODULE_WHY_SIZE];
	struct camipc_module_file file;
	int ret;

	camipc_crash_handler_name_file(CAMIPC_WORKER_MODULE_FD, path);
	for (uint32_t i = 0; i < worker->hello.loads.n; i++)
		camipc_crash_handler_name_file(
			worker->hello.loads.files[i].fd,
			worker->hello.loads.files[i].path);
	ret = camipc_module_file_take(CAMIPC_WORKER_MODULE_FD, path, &file,
				      why);
	if (ret < 0) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s", path, why);
		return ret;
	}
	ret = camipc_module_load(&file, CAMIPC_LOAD_OPENED, &worker->module);
	camipc_module_file_close(&file);
	return ret;
}

static int load_module(struct worker *worker, struct camipc_loaded *loaded)
{
	const struct camipc_interface *interface;
	int create_result = 0;
	int ret = camipc_record_pool_create(
		worker->hello.window + SPARE_RECORDS,
		worker->hello.max_message_size, &worker->pool);

	if (ret < 0)
		return ret;
	camipc_record_pool_own(worker->pool);
	ret = map_module(worker);
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
	ret = make_servant(worker, &create_result);
	if (ret == -EREMOTEIO)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "the module's create() returned %s",
			   camipc_result_to_string(create_result));
	return ret;
}

static enum camipc_log_level log_level(const struct worker *worker)
{
	return worker->hello.log_level < CAMIPC_LOG_DEBUG ?
		       (enum camipc_log_level)worker->hello.log_level :
		       CAMIPC_LOG_DEBUG;
}

static int load_and_report(struct worker *worker)
{
	struct camipc_loaded loaded = { .error = 0 };
	int ret;

	camipc_log_set(keep_error, worker, log_level(worker));
	loaded.error = load_module(worker, &loaded);
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
		/* The camera process reads replies whatever it does: it makes
		 * room before it has sent more calls than this one can keep. */
		ret = camipc_channel_wait_room(
			worker->channel,
			!camipc_servant_is_full(worker->servant), -1);
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

static int serve_one(struct worker *worker, bool wait)
{
	struct camipc_record *record = camipc_record_get(worker->pool);
	enum camipc_reason reason;
	int ret;

	if (!record)
		return -ENOMEM;
	ret = camipc_channel_receive(worker->channel, &record->message, wait,
				     &reason);
	if (ret < 0) {
		camipc_record_release(record);
		return ret == -EAGAIN ? 0 : ret;
	}
	return handle(worker, record);
}

/*
 * Waits for a message, or for a source of the module, and receives the message.
 * Without sources, receiving waits by itself, which takes no poll().
 */
static int wait_and_serve(struct worker *worker)
{
	struct pollfd calls = { .fd = -1 };
	int ret;

	if (!camipc_servant_needs_poll(worker->servant))
		return serve_one(worker, true);
	/* A channel in shared memory must be asked to wake up through its
	 * descriptor, unless something has come already. */
	if (!camipc_channel_announce(worker->channel))
		camipc_channel_get_poll(worker->channel, &calls);
	ret = camipc_servant_poll(worker->servant, calls.fd, calls.events);
	camipc_channel_attend(worker->channel);
	if (ret != 1)
		return ret;
	/* What woke up may be no message, and sources must not wait for one. */
	camipc_channel_look(worker->channel);
	return serve_one(worker, false);
}

/* Without it, create() has done what init would do. */
static bool has_init(const struct camipc_interface *interface)
{
	for (uint16_t i = 0; i < interface->n_methods; i++) {
		if (interface->methods[i].role == CAMIPC_ROLE_INIT)
			return true;
	}
	return false;
}

static int serve(struct worker *worker)
{
	int ret;

	if (!has_init(camipc_module_entry(worker->module)->descriptor))
		camipc_worker_seal(NULL);
	/* The first flush lets go the events that create() raised. */
	ret = camipc_servant_flush(worker->servant);
	if (ret < 0 && ret != -EAGAIN)
		return ret;
	do {
		ret = flush(worker);
		if (ret < 0)
			return ret;
		ret = wait_and_serve(worker);
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
	if (worker->is_robust)
		camipc_shm_channel_end_robust(worker->area);
	camipc_shm_area_unref(worker->area);
	free(worker->hello.events);
	free(worker->hello.argument);
	free(worker->hello.paths);
	camipc_load_files_close(&worker->hello.loads);
}

static int run(struct worker *worker)
{
	int ret = set_up(worker);

	if (ret == 0)
		ret = exchange_hello(worker);
	if (ret < 0) {
		fprintf(stderr, "camipc-worker: cannot exchange hello with "
				"the camera process: %s\n",
			camipc_errno_to_string(ret));
		return camipc_is_refusal(-ret) ? CAMIPC_WORKER_EXIT_REFUSED :
						 CAMIPC_WORKER_EXIT_SETUP;
	}
	if (load_and_report(worker) < 0)
		return CAMIPC_WORKER_EXIT_MODULE;
	camipc_servant_thread_started(worker->servant);
	ret = serve(worker);
	camipc_servant_thread_ending(worker->servant);
	/* The module may still log while it is destroyed; bye comes last. */
	camipc_servant_destroy(worker->servant);
	worker->servant = NULL;
	if (ret == -EPIPE)
		return CAMIPC_WORKER_EXIT_OK;
	say_bye(worker, ret < 0 ? ret : 0);
	return ret < 0 ? CAMIPC_WORKER_EXIT_PROTOCOL : CAMIPC_WORKER_EXIT_OK;
}

/**
 * A function of the module has called pthread_exit() or was cancelled: without
 * this thread the process would live on and serve nobody. It is the destructor
 * of a key, not a cleanup: the worker has an unwinder of its own, which must not
 * meet the one that ends threads.
 */
static void end_with_thread(void *worker)
{
	(void)worker;
	camipc_log(CAMIPC_LOG_ERROR, TOPIC,
		   "a function of the module has ended the worker's main "
		   "thread; it must return");
	_exit(CAMIPC_WORKER_EXIT_UNWOUND);
}

int camipc_worker_run(const char *program, const char *module)
{
	struct worker worker = { .program = program, .path = module };
	pthread_key_t key;
	int ret;

	/* No code here could continue after a cancellation. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	if (pthread_key_create(&key, end_with_thread) != 0)
		return CAMIPC_WORKER_EXIT_SETUP;
	pthread_setspecific(key, &worker);
	ret = run(&worker);
	tear_down(&worker);
	pthread_key_delete(key);
	return ret;
}
