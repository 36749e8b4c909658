/* SPDX-License-Identifier: MIT */
/* Packs and checks the control messages that begin and end a link. */
#include "handshake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control_message.h"
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

static int write_message(const struct camipc_channel *channel,
			 enum camipc_message_kind kind,
			 const ProtobufCMessage *body)
{
	struct camipc_message message;
	int ret;

	camipc_message_init(&message);
	ret = camipc_message_reserve(&message, CAMIPC_MAX_CONTROL_SIZE);
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

int camipc_parent_hello_write(const struct camipc_channel *channel,
			      const struct camipc_parent_hello *hello)
{
	Camipc__Control__ParentHello body = CAMIPC__CONTROL__PARENT_HELLO__INIT;
	size_t argument_size = strlen(hello->argument);
	int ret;

	if (!is_window(hello->window) ||
	    argument_size > CAMIPC_MAX_ARGUMENT_SIZE)
		return -EINVAL;
	ret = pack_ids(hello->events, hello->n_events, &body.events,
		       &body.n_events);
	if (ret < 0)
		return ret;
	body.nonce = as_bytes(hello->nonce, CAMIPC_NONCE_SIZE);
	body.max_message_size = hello->max_message_size;
	body.window = hello->window;
	body.log_level = hello->log_level;
	body.argument = as_bytes((const uint8_t *)hello->argument,
				 argument_size);
	body.flags = hello->flags;
	ret = write_message(channel, CAMIPC_MESSAGE_HELLO, &body.base);
	free(body.events);
	return ret;
}

static bool is_parent_hello(const Camipc__Control__ParentHello *body)
{
	return body->nonce.len == CAMIPC_NONCE_SIZE &&
	       is_window(body->window) &&
	       body->max_message_size <= CAMIPC_MAX_MESSAGE_SIZE_CEILING &&
	       body->argument.len <= CAMIPC_MAX_ARGUMENT_SIZE &&
	       (body->argument.len == 0 ||
		!memchr(body->argument.data, '\0', body->argument.len));
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
	ret = -ENOMEM;
	if (!ret_hello->argument)
		goto fini;
	memcpy(ret_hello->nonce, body->nonce.data, CAMIPC_NONCE_SIZE);
	ret_hello->max_message_size = body->max_message_size;
	ret_hello->window = body->window;
	ret_hello->log_level = body->log_level;
	ret_hello->flags = body->flags;
	ret = 0;
fini:
	camipc_control_memory_fini(&memory);
	return ret;
}

int camipc_worker_hello_write(const struct camipc_channel *channel,
			      const struct camipc_worker_hello *hello)
{
	Camipc__Control__WorkerHello body = CAMIPC__CONTROL__WORKER_HELLO__INIT;

	body.nonce = as_bytes(hello->nonce, CAMIPC_NONCE_SIZE);
	body.build_id = as_bytes(hello->build_id, hello->build_id_size);
	body.thread = hello->thread;
	body.flags = hello->flags;
	return write_message(channel, CAMIPC_MESSAGE_HELLO, &body.base);
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
	ret = write_message(channel, CAMIPC_MESSAGE_LOADED, &body.base);
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
	return write_message(channel, CAMIPC_MESSAGE_BYE, &body.base);
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
