/* SPDX-License-Identifier: MIT */
/* Contents of buffers that the IPA wrote, found where the host read them. */
#include "recorded_ahead.h"

#include <errno.h>
#include <string.h>

#include "chunk_item.h"

/* Forgets what the host did before the call at @place. */
static void forget_past(struct recorded_ahead *ahead, uint64_t place)
{
	uint32_t past = 0;

	while (past < ahead->n && ahead->accesses[past].place < place)
		past++;
	ahead->n -= past;
	memmove(ahead->accesses, ahead->accesses + past,
		ahead->n * sizeof(ahead->accesses[0]));
}

static void note_access(struct recorded_ahead *ahead,
			const struct camipc_recorded *item)
{
	struct recorded_access *access = &ahead->accesses[ahead->n++];

	access->place = ahead->place;
	access->object = item->object;
	access->offset = item->offset;
	access->length = item->length;
	memcpy(access->hash, item->hash, CAMIPC_HASH_SIZE);
	access->is_read = !(item->flags & CAMIPC_ITEM_WROTE);
	access->is_done = false;
}

static void look_ahead(struct recorded_ahead *ahead, uint64_t n_calls)
{
	struct camipc_recorded item;

	while (ahead->n < RECORDED_AHEAD_MAX &&
	       ahead->n_calls <= n_calls + RECORDED_AHEAD_CALLS &&
	       camipc_recording_next(ahead->recording, &item) == 1) {
		if (item.kind == CAMIPC_ITEM_ACCESS)
			note_access(ahead, &item);
		else if (item.kind == CAMIPC_ITEM_MESSAGE &&
			 item.proxy == ahead->proxy &&
			 item.message_kind == CAMIPC_WIRE_CALL)
			ahead->n_calls++;
		ahead->place++;
	}
}

/* Returns true if the host still uses the former contents of a part of it. */
static bool is_in_use(const struct recorded_ahead *ahead,
		      const struct recorded_access *access)
{
	for (const struct recorded_access *other = ahead->accesses;
	     other < access; other++)
		if (other->object == access->object &&
		    other->offset < access->offset + access->length &&
		    access->offset < other->offset + other->length)
			return true;
	return false;
}

int recorded_ahead_write(struct recorded_ahead *ahead,
			 const struct recorded_files *files, uint64_t place,
			 uint64_t n_calls)
{
	int ret = 0;

	forget_past(ahead, place);
	look_ahead(ahead, n_calls);
	forget_past(ahead, place);
	for (uint32_t i = 0; i < ahead->n && ret >= 0; i++) {
		struct recorded_access *access = &ahead->accesses[i];
		const struct camipc_recorded item = {
			.object = access->object,
			.offset = access->offset,
			.length = access->length,
			.hash = access->hash,
		};

		if (!access->is_read || access->is_done ||
		    is_in_use(ahead, access))
			continue;
		ret = recorded_files_write(files, ahead->recording, &item);
		access->is_done = ret == 1;
	}
	return ret < 0 ? ret : 0;
}
