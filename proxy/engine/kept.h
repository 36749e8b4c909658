/* SPDX-License-Identifier: MIT */
/*
 * What a proxy keeps of its IPA's messages until they are delivered: events and
 * replies of begun calls, counted by memory and descriptors against a budget.
 */
#ifndef CAMIPC_ENGINE_KEPT_H
#define CAMIPC_ENGINE_KEPT_H

#include <stdatomic.h>

#include <camipc/manager.h>
#include <camipc/stats.h>

#include "record.h"

/** Thread word: bound; the atomic members are read by any thread. */
struct camipc_kept {
	struct camipc_budget budget; /* complete: no member is 0 */
	atomic_ullong bytes;
	atomic_ullong most_bytes;
	atomic_uint fds;
	atomic_ullong refused; /* replies that did not fit */
	atomic_ullong full; /* times that nothing was read because of it */
};

/**
 * Sets up a struct without records. @budget: what the caller asked for; NULL,
 * and members that are 0, stand for the defaults; @max_message_size: that of
 * messages. Returns 0, or -EINVAL if @budget has no size, more kept bytes than
 * CAMIPC_MAX_KEPT_BYTES, or a size of messages that no proxy may have.
 */
int camipc_kept_init(struct camipc_kept *kept,
		     const struct camipc_budget *budget,
		     uint32_t max_message_size) CAMIPC_MUST_CHECK;

/** Counts a record that is kept from now on, until camipc_kept_remove(). */
void camipc_kept_add(struct camipc_kept *kept, struct camipc_record *record);

/** Counts a record no longer, because it is delivered or dropped. */
void camipc_kept_remove(struct camipc_kept *kept,
			struct camipc_record *record);

/** Returns true if nothing more should be read before something is delivered. */
bool camipc_kept_is_full(const struct camipc_kept *kept);

/** Returns true if one record more may be kept, in memory and descriptors. */
bool camipc_kept_fits(const struct camipc_kept *kept,
		      const struct camipc_record *record);

#endif /* CAMIPC_ENGINE_KEPT_H */
