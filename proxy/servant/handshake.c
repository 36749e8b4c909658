/* SPDX-License-Identifier: MIT */
/* Packs and checks the control messages that begin and end a link. */
#include "handshake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/fd.h>

#include "control_message.h"
#include "fd_table.h"
#include "text.h"

/* The lowest error code a system call can have. */
#define MIN_ERROR (-4095)

uint16_t *camipc_list_ids(const struct camipc_method *rows, uint16_t n)
{
	uint16_t *ids = malloc(n ? n * sizeof(*ids) : 1);

	for (uint16_t i = 0; ids && i < n; i++)
		ids[i] = rows[i].id;
	return ids;
}

/* A duplicate, which the message owns. */
static int add_fd(struct camipc_message *message, int original)
{
	int fd = camipc_fd_dup(original);
	int ret = fd < 0 ? fd : camipc_fd_table_add(&message->fds, fd);

	if (ret < 0 && fd >= 0)
		close(fd);
	return ret;
}

/* First the files of the module, then the shared memory. */
static int add_fds(struct camipc_message *message,
		   const struct camipc_parent_hello *hello)
{
	int ret = 0;

	for (uint32_t i = 0; hello && i < hello->loads.n && ret == 0; i++)
		ret = add_fd(message, hello->loads.files[i].fd);
	if (ret == 0 && hello && (hello->flags & CAMIPC_HELLO_SHM))
		ret = add_fd(message, hello->shm_fd);
	return ret;
}

/* @hello: whose files go along; NULL: none. */
static int write_message(const struct camipc_channel *channel,
			 enum camipc_message_kind kind,
			 const ProtobufCMessage *body,
			 const struct camipc_parent_hello *hello)
{
	struct camipc_message message;
	int ret;

	camipc_message_init(&message);
	ret = camipc_message_reserve(&message, CAMIPC_MAX_CONTROL_SIZE);
	if (ret == 0)
		ret = add_fds(&message, hello);
	if (ret < 0)
		goto fini;
	ret = camipc_control_pack(body, camipc_message_body(&message));
	if (ret < 0)
		goto fini;
	message.header.kind = (uint8_t)kind;
	message.header.body_size = (uint32_t)ret;
	ret = camipc_channel_send(channel, &message);
fini:
	camipc_message_fini(&message);
	return ret;
}

static int read_message(struct camipc_message *message,
			const ProtobufCMessageDescriptor *type,
			struct camipc_control_memory *memory,
			ProtobufCMessage **ret_body)
{
	int ret;

	memset(memory, 0, sizeof(*memory));
	ret = camipc_control_unpack(type, camipc_message_body(message),
				    message->header.body_size, memory,
				    ret_body);
	/* Only a peer that breaks the protocol sends more. */
	return ret == -EMSGSIZE ? -EPROTO : ret;
}

/* The caller frees the pairs. Returns 0 or -ENOMEM. */
static int pack_ids(const uint16_t *ids, uint16_t n, uint32_t **ret_pairs,
		    size_t *ret_n)
{
	uint32_t *pairs = malloc(n ? 2u * n * sizeof(*pairs) : 1);

	if (!pairs)
		return -ENOMEM;
	*ret_pairs = pairs;
	*ret_n = camipc_control_pack_ids(ids, n, pairs);
	return 0;
}

static int unpack_ids(const uint32_t *pairs, size_t n, uint16_t **ret_ids,
		      uint16_t *ret_n)
{
	int count = camipc_control_unpack_ids(pairs, n, NULL);
	uint16_t *ids;

	if (count < 0)
		return count;
	ids = malloc(count ? (size_t)count * sizeof(*ids) : 1);
	if (!ids)
		return -ENOMEM;
	*ret_n = (uint16_t)camipc_control_unpack_ids(pairs, n, ids);
	*ret_ids = ids;
	return 0;
}

static ProtobufCBinaryData as_bytes(const uint8_t *data, size_t size)
{
	ProtobufCBinaryData bytes = { size, (uint8_t *)(uintptr_t)data };

	return bytes;
}

/* Refuses invalid error codes: a positive one would mean success here. */
static int check_error(int32_t error)
{
	return error <= 0 && error >= MIN_ERROR ? 0 : -EPROTO;
}

static void copy_text(char text[CAMIPC_HANDSHAKE_TEXT_SIZE], const char *from)
{
	camipc_sanitise(text, CAMIPC_HANDSHAKE_TEXT_SIZE, from, strlen(from));
}

/* Counters wrap at 2^32, which only a power of two divides. */
static bool is_window(uint32_t window)
{
	return window > 0 && window <= CAMIPC_MAX_WINDOW &&
	       (window & (window - 1)) == 0;
}

/* Whether these are absolute paths, each with its kind, each with its NUL. */
static bool are_paths(const uint8_t *paths, size_t size)
{
	if (size > CAMIPC_MAX_GRANTED_PATHS_SIZE)
		return false;
	for (size_t i = 0; i < size;) {
		const uint8_t *end = memchr(paths + i, '\0', size - i);

		if (!end || (paths[i] != 'r' && paths[i] != 'd') ||
		    paths[i + 1] != '/')
			return false;
		i = (size_t)(end - paths) + 1;
	}
	return true;
}

/* Returns a copy that the caller frees, or NULL without memory. */
static uint8_t *copy_paths(const ProtobufCBinaryData *bytes)
{
	uint8_t *paths = malloc(bytes->len + 1);

	if (paths && bytes->len)
		memcpy(paths, bytes->data, bytes->len);
	return paths;
}

/* Returns a string that the caller frees, or NULL without memory. */
static char *copy_argument(const ProtobufCBinaryData *bytes)
{
	char *argument = malloc(bytes->len + 1);

	if (!argument)
		return NULL;
	if (bytes->len)
		memcpy(argument, bytes->data, bytes->len);
	argument[bytes->len] = '\0';
	return argument;
}

static bool is_served(uint16_t id, const uint16_t *ids, uint16_t n)
{
	for (uint16_t i = 0; i < n; i++) {
		if (ids[i] == id)
			return true;
	}
	return false;
}

static bool changes_state(const struct camipc_method *row)
{
	return row->role == CAMIPC_ROLE_INIT ||
	       row->role == CAMIPC_ROLE_START || row->role == CAMIPC_ROLE_STOP;
}

int camipc_check_served(const struct camipc_interface *interface,
			uint64_t fingerprint, const uint16_t *ids, uint16_t n,
			char *why)
{
	const bool is_same = fingerprint == interface->wire_fingerprint;

	for (uint16_t i = 0; i < interface->n_methods; i++) {
		const struct camipc_method *row = &interface->methods[i];

		if (is_served(row->id, ids, n) ||
		    (!is_same && !changes_state(row)))
			continue;
		snprintf(why, CAMIPC_SERVED_WHY_SIZE,
			 is_same ? "does not serve \"%.64s\", though it has "
				   "the same version of the interface" :
				   "does not serve \"%.64s\", without which "
				   "the state cannot change",
			 row->name);
		return is_same ? -EPROTO : -ESTALE;
	}
	if (!is_same || n == interface->n_methods)
		return 0;
	snprintf(why, CAMIPC_SERVED_WHY_SIZE,
		 "serves %u methods, though its version of the interface has "
		 "%u", n, interface->n_methods);
	return -EPROTO;
}

int camipc_loaded_error(int error)
{
	switch (error) {
	case -ENOEXEC:
	case -ELIBACC:
	case -ESTALE:
		return error;
	default:
		return -EREMOTEIO;
	}
}

/* The caller frees the text. Returns 0 or -ENOMEM. */
static int pack_loads(const struct camipc_load_files *loads,
		      uint8_t **ret_text, size_t *ret_size)
{
	size_t size = 0;
	char *at;

	for (uint32_t i = 0; i < loads->n; i++)
		size += strlen(loads->files[i].path) + 2;
	at = malloc(size + 1);
	if (!at)
		return -ENOMEM;
	*ret_text = (uint8_t *)at;
	*ret_size = size;
	for (uint32_t i = 0; i < loads->n; i++) {
		const struct camipc_load_file *file = &loads->files[i];

		*at++ = file->is_pinned ? 'p' : 'o';
		strcpy(at, file->path);
		at += strlen(at) + 1;
	}
	return 0;
}

/*
 * Takes the descriptors of @message for the paths in @bytes. Returns 0, -EPROTO,
 * -ENOMEM or -EMSGSIZE; the caller closes what was taken.
 */
static int unpack_loads(struct camipc_message *message,
			const ProtobufCBinaryData *bytes,
			struct camipc_load_files *loads)
{
	struct camipc_fd_table *table = &message->fds;
	const char *at = (const char *)bytes->data;
	size_t left = bytes->len;
	uint32_t n = 0;
	int ret = 0;

	while (left && ret == 0) {
		const char *end = memchr(at, '\0', left);

		if (!end || (*at != 'p' && *at != 'o') || n == table->n) {
			ret = -EPROTO;
			break;
		}
		ret = camipc_load_files_add(loads, table->fds[n++], at + 1,
					    *at == 'p');
		left -= (size_t)(end - at) + 1;
		at = end + 1;
	}
	if (ret == 0 && n != table->n)
		ret = -EPROTO;
	/* The message keeps, and closes, only what was not taken. */
	table->n -= n;
	if (table->n)
		memmove(table->fds, table->fds + n,
			table->n * sizeof(*table->fds));
	return ret;
}

int camipc_parent_hello_write(const struct camipc_channel *channel,
			      const struct camipc_parent_hello *hello)
{
	Camipc__Control__ParentHello body = CAMIPC__CONTROL__PARENT_HELLO__INIT;
	size_t argument_size = strlen(hello->argument);
	uint8_t *loads = NULL;
	size_t loads_size = 0;
	int ret;

	if (!is_window(hello->window) ||
	    hello->window_bytes > CAMIPC_MAX_KEPT_BYTES ||
	    argument_size > CAMIPC_MAX_ARGUMENT_SIZE ||
	    hello->n_ioctls > CAMIPC_MAX_IOCTLS ||
	    !are_paths(hello->paths, hello->paths_size))
		return -EINVAL;
	ret = pack_ids(hello->events, hello->n_events, &body.events,
		       &body.n_events);
	if (ret == 0)
		ret = pack_loads(&hello->loads, &loads, &loads_size);
	if (ret < 0)
		goto out;
	body.nonce = as_bytes(hello->nonce, CAMIPC_NONCE_SIZE);
	body.max_message_size = hello->max_message_size;
	body.window = hello->window;
	body.window_bytes = hello->window_bytes;
	body.spin_us = hello->spin_us;
	body.log_level = hello->log_level;
	body.argument = as_bytes((const uint8_t *)hello->argument,
				 argument_size);
	body.flags = hello->flags;
	body.layers = hello->layers;
	body.memory_mib = hello->memory_mib;
	body.threads = hello->threads;
	body.paths = as_bytes(hello->paths, hello->paths_size);
	body.loads = as_bytes(loads, loads_size);
	body.ioctls = (uint32_t *)(uintptr_t)hello->ioctls;
	body.n_ioctls = hello->n_ioctls;
	ret = write_message(channel, CAMIPC_MESSAGE_HELLO, &body.base, hello);
out:
	free(body.events);
	free(loads);
	return ret;
}

static bool is_parent_hello(const Camipc__Control__ParentHello *body)
{
	return body->nonce.len == CAMIPC_NONCE_SIZE &&
	       is_window(body->window) &&
	       body->window_bytes <= CAMIPC_MAX_KEPT_BYTES &&
	       body->spin_us <= CAMIPC_MAX_SPIN_US &&
	       body->max_message_size <= CAMIPC_MAX_MESSAGE_SIZE_CEILING &&
	       body->argument.len <= CAMIPC_MAX_ARGUMENT_SIZE &&
	       (body->argument.len == 0 ||
		!memchr(body->argument.data, '\0', body->argument.len)) &&
	       body->n_ioctls <= CAMIPC_MAX_IOCTLS &&
	       are_paths(body->paths.data, body->paths.len);
}

/* The last descriptor, if the hello says so. */
static int take_shm_fd(struct camipc_message *message, uint32_t flags,
		       int *ret_fd)
{
	struct camipc_fd_table *table = &message->fds;

	*ret_fd = -1;
	if (!(flags & CAMIPC_HELLO_SHM))
		return 0;
	if (table->n == 0)
		return -EPROTO;
	*ret_fd = table->fds[--table->n];
	return 0;
}

int camipc_parent_hello_read(struct camipc_message *message,
			     struct camipc_parent_hello *ret_hello)
{
	struct camipc_control_memory memory;
	ProtobufCMessage *base;
	const Camipc__Control__ParentHello *body;
	int ret = read_message(message,
			       &camipc__control__parent_hello__descriptor,
			       &memory, &base);

	if (ret < 0)
		return ret;
	body = (const Camipc__Control__ParentHello *)(const void *)base;
	ret = -EPROTO;
	if (!is_parent_hello(body))
		goto fini;
	ret = unpack_ids(body->events, body->n_events, &ret_hello->events,
			 &ret_hello->n_events);
	if (ret < 0)
		goto fini;
	ret_hello->argument = copy_argument(&body->argument);
	ret_hello->paths = copy_paths(&body->paths);
	ret = -ENOMEM;
	if (!ret_hello->argument || !ret_hello->paths)
		goto fini;
	ret_hello->paths_size = (uint32_t)body->paths.len;
	if (body->n_ioctls)
		memcpy(ret_hello->ioctls, body->ioctls,
		       body->n_ioctls * sizeof(body->ioctls[0]));
	ret_hello->n_ioctls = (uint32_t)body->n_ioctls;
	ret_hello->layers = body->layers;
	ret_hello->memory_mib = body->memory_mib;
	ret_hello->threads = body->threads;
	memcpy(ret_hello->nonce, body->nonce.data, CAMIPC_NONCE_SIZE);
	ret_hello->max_message_size = body->max_message_size;
	ret_hello->window = body->window;
	ret_hello->window_bytes = body->window_bytes;
	ret_hello->spin_us = body->spin_us;
	ret_hello->log_level = body->log_level;
	ret_hello->flags = body->flags;
	ret = take_shm_fd(message, body->flags, &ret_hello->shm_fd);
	if (ret == 0)
		ret = unpack_loads(message, &body->loads, &ret_hello->loads);
fini:
	camipc_control_memory_fini(&memory);
	return ret;
}

int camipc_worker_hello_write(const struct camipc_channel *channel,
			      const struct camipc_worker_hello *hello)
{
	Camipc__Control__WorkerHello body = CAMIPC__CONTROL__WORKER_HELLO__INIT;
	uint32_t layers[CAMIPC_N_SANDBOX_LAYERS];

	body.nonce = as_bytes(hello->nonce, CAMIPC_NONCE_SIZE);
	body.build_id = as_bytes(hello->build_id, hello->build_id_size);
	body.thread = hello->thread;
	body.flags = hello->flags;
	for (size_t i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++)
		layers[i] = camipc_layer_result_pack(&hello->layers[i]);
	body.layers = layers;
	body.n_layers = CAMIPC_N_SANDBOX_LAYERS;
	return write_message(channel, CAMIPC_MESSAGE_HELLO, &body.base, NULL);
}

int camipc_worker_hello_read(struct camipc_message *message,
			     struct camipc_worker_hello *ret_hello)
{
	struct camipc_control_memory memory;
	ProtobufCMessage *base;
	const Camipc__Control__WorkerHello *body;
	int ret = read_message(message,
			       &camipc__control__worker_hello__descriptor,
			       &memory, &base);

	if (ret < 0)
		return ret;
	/* Only the camera process has files to hand over. */
	if (message->header.n_fds) {
		ret = -EPROTO;
		goto fini;
	}
	body = (const Camipc__Control__WorkerHello *)(const void *)base;
	if (body->nonce.len != CAMIPC_NONCE_SIZE ||
	    body->build_id.len > CAMIPC_BUILD_ID_SIZE ||
	    body->thread > INT32_MAX) {
		ret = -EPROTO;
		goto fini;
	}
	memcpy(ret_hello->nonce, body->nonce.data, CAMIPC_NONCE_SIZE);
	ret_hello->build_id_size = (uint8_t)body->build_id.len;
	ret_hello->thread = body->thread;
	ret_hello->flags = body->flags;
	for (size_t i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++)
		ret_hello->layers[i] = camipc_layer_result_unpack(
			i < body->n_layers ? body->layers[i] : UINT32_MAX);
	if (body->build_id.len)
		memcpy(ret_hello->build_id, body->build_id.data,
		       body->build_id.len);
fini:
	camipc_control_memory_fini(&memory);
	return ret;
}

int camipc_loaded_write(const struct camipc_channel *channel,
			const struct camipc_loaded *loaded)
{
	Camipc__Control__Loaded body = CAMIPC__CONTROL__LOADED__INIT;
	int ret = pack_ids(loaded->methods, loaded->n_methods, &body.methods,
			   &body.n_methods);

	if (ret < 0)
		return ret;
	body.error = loaded->error;
	body.text = (char *)(uintptr_t)loaded->text;
	body.wire_fingerprint = loaded->wire_fingerprint;
	ret = write_message(channel, CAMIPC_MESSAGE_LOADED, &body.base, NULL);
	free(body.methods);
	return ret;
}

int camipc_loaded_read(struct camipc_message *message,
		       struct camipc_loaded *ret_loaded)
{
	struct camipc_control_memory memory;
	ProtobufCMessage *base;
	const Camipc__Control__Loaded *body;
	int ret = read_message(message, &camipc__control__loaded__descriptor,
			       &memory, &base);

	if (ret < 0)
		return ret;
	body = (const Camipc__Control__Loaded *)(const void *)base;
	ret = check_error(body->error);
	if (ret < 0)
		goto fini;
	ret = unpack_ids(body->methods, body->n_methods, &ret_loaded->methods,
			 &ret_loaded->n_methods);
	if (ret < 0)
		goto fini;
	ret_loaded->error = body->error;
	ret_loaded->wire_fingerprint = body->wire_fingerprint;
	copy_text(ret_loaded->text, body->text);
fini:
	camipc_control_memory_fini(&memory);
	return ret;
}

int camipc_bye_write(const struct camipc_channel *channel,
		     const struct camipc_bye *bye)
{
	Camipc__Control__Bye body = CAMIPC__CONTROL__BYE__INIT;

	body.calls = bye->calls;
	body.events = bye->events;
	body.log_lines_lost = bye->log_lines_lost;
	body.error = bye->error;
	body.text = (char *)(uintptr_t)bye->text;
	return write_message(channel, CAMIPC_MESSAGE_BYE, &body.base, NULL);
}

int camipc_bye_read(struct camipc_message *message, struct camipc_bye *ret_bye)
{
	struct camipc_control_memory memory;
	ProtobufCMessage *base;
	const Camipc__Control__Bye *body;
	int ret = read_message(message, &camipc__control__bye__descriptor,
			       &memory, &base);

	if (ret < 0)
		return ret;
	body = (const Camipc__Control__Bye *)(const void *)base;
	ret = check_error(body->error);
	if (ret < 0)
		goto fini;
	ret_bye->calls = body->calls;
	ret_bye->events = body->events;
	ret_bye->log_lines_lost = body->log_lines_lost;
	ret_bye->error = body->error;
	copy_text(ret_bye->text, body->text);
fini:
	camipc_control_memory_fini(&memory);
	return ret;
}
