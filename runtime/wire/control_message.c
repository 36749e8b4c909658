/* SPDX-License-Identifier: MIT */
/* Packs and unpacks control messages in a bounded block of memory. */
#include "control_message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT sizeof(max_align_t)

/* Hands out pieces of one block; a freed piece is not used again. */
static void *take(void *data, size_t size)
{
	struct camipc_control_memory *memory = data;
	size_t left = CAMIPC_CONTROL_BUDGET - memory->used;
	size_t padded;

	if (size > left)
		return NULL;
	padded = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (padded > left)
		return NULL;
	memory->used += padded;
	return memory->block + memory->used - padded;
}

static void give_back(void *data, void *pointer)
{
	(void)data;
	(void)pointer;
}

int camipc_control_pack(const ProtobufCMessage *body, uint8_t *bytes)
{
	size_t size = protobuf_c_message_get_packed_size(body);

	if (size > CAMIPC_MAX_CONTROL_SIZE)
		return -EMSGSIZE;
	return (int)protobuf_c_message_pack(body, bytes);
}

int camipc_control_unpack(const ProtobufCMessageDescriptor *type,
			  const uint8_t *bytes, size_t size,
			  struct camipc_control_memory *memory,
			  ProtobufCMessage **ret_body)
{
	ProtobufCAllocator allocator = { take, give_back, memory };
	ProtobufCMessage *body;

	if (size > CAMIPC_MAX_CONTROL_SIZE)
		return -EMSGSIZE;
	memory->block = malloc(CAMIPC_CONTROL_BUDGET);
	memory->used = 0;
	if (!memory->block)
		return -ENOMEM;
	body = protobuf_c_message_unpack(type, &allocator, size, bytes);
	if (!body) {
		camipc_control_memory_fini(memory);
		return -EPROTO;
	}
	*ret_body = body;
	return 0;
}

void camipc_control_memory_fini(struct camipc_control_memory *memory)
{
	free(memory->block);
	memset(memory, 0, sizeof(*memory));
}

size_t camipc_control_pack_ids(const uint16_t *ids, size_t n, uint32_t *pairs)
{
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		if (used && pairs[used - 1] + 1 == ids[i]) {
			pairs[used - 1] = ids[i];
		} else {
			pairs[used++] = ids[i];
			pairs[used++] = ids[i];
		}
	}
	return used;
}

int camipc_control_unpack_ids(const uint32_t *pairs, size_t n, uint16_t *ids)
{
	uint32_t previous = 0;
	int count = 0;

	if (n % 2)
		return -EPROTO;
	for (size_t i = 0; i < n; i += 2) {
		uint32_t first = pairs[i];
		uint32_t last = pairs[i + 1];

		if (first <= previous || last < first || last > UINT16_MAX)
			return -EPROTO;
		for (uint32_t id = first; ids && id <= last; id++)
			ids[(uint32_t)count + id - first] = (uint16_t)id;
		count += (int)(last - first + 1);
		previous = last;
	}
	return count;
}
