/* SPDX-License-Identifier: MIT */
/* Counts the memory and the descriptors of what a proxy keeps for dispatch. */
#include "kept.h"

#include <errno.h>
#include <string.h>

#include <camipc/limits.h>

static void set_default(uint32_t *member, uint32_t value)
{
	if (*member == 0)
		*member = value;
}

int camipc_kept_init(struct camipc_kept *kept,
		     const struct camipc_budget *budget,
		     uint32_t max_message_size)
{
	struct camipc_budget *own = &kept->budget;
	uint32_t size;

	memset(own, 0, sizeof(*own));
	if (budget) {
		size = budget->size < sizeof(*own) ? budget->size
						   : (uint32_t)sizeof(*own);
		if (size < sizeof(own->size))
			return -EINVAL;
		memcpy(own, budget, size);
	}
	own->size = sizeof(*own);
	set_default(&own->kept_bytes, CAMIPC_KEPT_BYTES);
	set_default(&own->spare_bytes, CAMIPC_SPARE_BYTES);
	set_default(&own->dispatch_messages, CAMIPC_DISPATCH_BATCH);
	set_default(&own->dispatch_bytes, CAMIPC_DISPATCH_BYTES);
	set_default(&own->dispatch_ms, CAMIPC_DISPATCH_MS);
	set_default(&own->max_message_size, max_message_size);
	if (own->max_message_size < CAMIPC_MIN_MESSAGE_SIZE ||
	    own->max_message_size > CAMIPC_MAX_MESSAGE_SIZE_CEILING)
		return -EINVAL;
	return own->kept_bytes > CAMIPC_MAX_KEPT_BYTES ? -EINVAL : 0;
}

static uint64_t load_kept(const atomic_ullong *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static uint32_t count_fds(const struct camipc_kept *kept)
{
	return atomic_load_explicit(&kept->fds, memory_order_relaxed);
}

static void store_kept(atomic_ullong *counter, uint64_t value)
{
	atomic_store_explicit(counter, value, memory_order_relaxed);
}

void camipc_kept_add(struct camipc_kept *kept, struct camipc_record *record)
{
	uint64_t bytes;

	record->kept = camipc_record_memory(record);
	bytes = load_kept(&kept->bytes) + record->kept;
	store_kept(&kept->bytes, bytes);
	if (bytes > load_kept(&kept->most_bytes))
		store_kept(&kept->most_bytes, bytes);
	atomic_store_explicit(&kept->fds,
			      count_fds(kept) + record->message.fds.n,
			      memory_order_relaxed);
}

void camipc_kept_remove(struct camipc_kept *kept, struct camipc_record *record)
{
	store_kept(&kept->bytes, load_kept(&kept->bytes) - record->kept);
	record->kept = 0;
	atomic_store_explicit(&kept->fds,
			      count_fds(kept) - record->message.fds.n,
			      memory_order_relaxed);
}

bool camipc_kept_is_full(const struct camipc_kept *kept)
{
	return load_kept(&kept->bytes) >= kept->budget.kept_bytes ||
	       count_fds(kept) >= CAMIPC_MAX_FDS_IN_FLIGHT;
}

bool camipc_kept_fits(const struct camipc_kept *kept,
		      const struct camipc_record *record)
{
	const uint32_t n_fds = record->message.fds.n;
	const uint32_t n_kept = count_fds(kept);

	return load_kept(&kept->bytes) < kept->budget.kept_bytes &&
	       (n_fds == 0 || n_kept == 0 ||
		n_kept + n_fds <= CAMIPC_MAX_FDS_IN_FLIGHT);
}
