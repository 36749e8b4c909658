/* SPDX-License-Identifier: MIT */
/* Checks messages that are to be sent, and packs them into records. */
#include "record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/wire.h>

#include "fd_table.h"

static int exceed(struct camipc_excess *excess, enum camipc_excess_of what,
		  size_t needed, size_t limit)
{
	*excess = (struct camipc_excess){
		.what = what,
		.needed = needed,
		.limit = limit,
	};
	return -EMSGSIZE;
}

int camipc_check_message(const struct camipc_message_type *type,
			 const void *data, uint32_t max_fds, void *context,
			 struct camipc_check_result *result)
{
	struct camipc_check check = {
		.max_fds = CAMIPC_MAX_FDS,
		.context = context,
	};

	result->field = NULL;
	result->wire = 0;
	result->decoded = 0;
	result->n_fds = 0;
	result->context = context;
	result->excess = (struct camipc_excess){ .what = CAMIPC_EXCESS_NONE };
	if (!type)
		return 0;
	if (!data)
		return -EINVAL;
	if (!type->check) {
		result->wire = type->max_wire;
		return 0;
	}
	check.fds = result->fds;
	type->check(&check, data);
	result->field = check.field;
	result->wire = check.wire;
	result->decoded = check.decoded;
	result->n_fds = check.n_fds < CAMIPC_MAX_FDS ? check.n_fds
						     : CAMIPC_MAX_FDS;
	if (check.error)
		return check.error;
	if (check.n_fds > max_fds)
		return exceed(&result->excess, CAMIPC_EXCESS_OF_FDS,
			      check.n_fds, max_fds);
	return 0;
}

/**
 * Returns the size of a message whose encoding did not fit, by encoding it into
 * memory that is large enough; or its upper bound, if there is no such memory.
 */
static size_t measure(const struct camipc_message_type *type, const void *data,
		      const struct camipc_check_result *checked)
{
	size_t size = checked->wire;
	struct camipc_writer writer;
	int fds[CAMIPC_MAX_FDS];
	uint8_t *bytes;

	if (size > SIZE_MAX / 2)
		return size;
	bytes = malloc(size + CAMIPC_WRITE_ROOM);
	if (!bytes)
		return size;
	camipc_writer_init(&writer, bytes, size + CAMIPC_WRITE_ROOM, fds,
			   CAMIPC_MAX_FDS);
	writer.context = checked->context;
	type->encode(&writer, data);
	if (camipc_writer_finish(&writer, &size) < 0)
		size = checked->wire;
	free(bytes);
	return size;
}

/** Writes the body into @record's bytes, and checks limits by exact sizes. */
static int encode_body(struct camipc_record *record,
		       const struct camipc_message_type *type, const void *data,
		       const struct camipc_check_result *checked,
		       size_t *ret_size)
{
	const size_t max = camipc_record_max_size(record);
	size_t bound = checked->wire < max ? checked->wire : max;
	struct camipc_writer writer;
	int fds[CAMIPC_MAX_FDS];
	size_t size = 0;
	size_t budget;
	int ret;

	bound += CAMIPC_WRITE_ROOM;
	ret = camipc_message_reserve(&record->message, bound);
	if (ret < 0)
		return ret;
	camipc_writer_init(&writer, camipc_message_body(&record->message),
			   bound, fds, CAMIPC_MAX_FDS);
	writer.context = checked->context;
	type->encode(&writer, data);
	ret = camipc_writer_finish(&writer, &size);
	if (ret == -EMSGSIZE)
		size = measure(type, data, checked);
	else if (ret < 0)
		return ret;
	if (ret < 0 || size > max)
		return exceed(&record->excess, CAMIPC_EXCESS_OF_SIZE, size,
			      max);
	budget = camipc_decoded_budget(type, size);
	if (checked->decoded > budget)
		return exceed(&record->excess, CAMIPC_EXCESS_OF_MEMORY,
			      checked->decoded, budget);
	*ret_size = size;
	return 0;
}

static int lend_fds(struct camipc_message *message,
		    const struct camipc_check_result *checked)
{
	if (checked->n_fds == 0)
		return 0;
	message->is_lent = true;
	for (uint32_t i = 0; i < checked->n_fds; i++) {
		int ret = camipc_fd_table_add(&message->fds, checked->fds[i]);

		if (ret < 0)
			return ret;
	}
	return 0;
}

static int copy_body(struct camipc_record *record,
		     const struct camipc_message_type *type, const void *data)
{
	struct camipc_arena *arena = &record->arena;
	void *copy;

	/* The check has bounded the size: no second budget is needed. */
	camipc_arena_reset(arena, SIZE_MAX / 2);
	arena->fd_mode = CAMIPC_FD_DUP_TO_TABLE;
	arena->table = &record->message.fds;
	copy = camipc_arena_alloc(arena, type->size);
	if (!copy)
		return -ENOMEM;
	if (type->build) {
		memset(copy, 0, type->size);
		type->build(arena, data, copy);
	} else {
		memcpy(copy, data, type->size);
		if (type->copy)
			type->copy(arena, copy);
	}
	if (arena->error)
		return arena->error;
	record->type = type;
	record->data = copy;
	return 0;
}

/** A copy is counted by bounds that are the same for both ends. */
static uint32_t weigh_copy(const struct camipc_check_result *checked)
{
	size_t weight = checked->wire > checked->decoded ? checked->wire
							 : checked->decoded;

	return weight < UINT32_MAX ? (uint32_t)weight : UINT32_MAX;
}

int camipc_record_pack(struct camipc_record *record,
		       const struct camipc_message_type *type, const void *data,
		       const struct camipc_check_result *checked,
		       enum camipc_packing packing)
{
	struct camipc_header *header = &record->message.header;
	const bool encode = packing != CAMIPC_PACK_COPY;
	size_t size = 0;
	int ret;

	header->body_size = 0;
	header->n_fds = 0;
	record->weight = 0;
	if (!type)
		return 0;
	/* Where the bounds do not suffice, only encoding yields exact sizes. */
	if (encode || checked->wire > camipc_record_max_size(record) ||
	    checked->decoded > CAMIPC_DECODED_BASE) {
		ret = encode_body(record, type, data, checked, &size);
		if (ret < 0)
			return ret;
	}
	if (encode)
		ret = lend_fds(&record->message, checked);
	else
		ret = copy_body(record, type, data);
	if (ret == 0 && packing == CAMIPC_PACK_BYTES)
		ret = camipc_message_own_fds(&record->message);
	if (ret < 0)
		return ret;
	header->body_size = encode ? (uint32_t)size : 0;
	record->weight = encode ? (uint32_t)size : weigh_copy(checked);
	header->n_fds = (uint16_t)record->message.fds.n;
	return 0;
}
