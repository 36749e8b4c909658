/* SPDX-License-Identifier: MIT */
/* Tells threads apart, and decides which of them may use a proxy. */
#include "owner.h"

#include <camipc/base.h>

/*
 * The word: how many functions the owner is in, one inside the other; whether
 * the proxy is to be destroyed; and the owner's number.
 */
#define DEPTH_MASK UINT64_C(0x7fff)
#define ENDING UINT64_C(0x8000)
#define NUMBER_SHIFT 16

uint64_t camipc_thread_number(void)
{
	static atomic_ullong last;
	static _Thread_local uint64_t number;

	if (CAMIPC_UNLIKELY(!number))
		number = atomic_fetch_add(&last, 1) + 1;
	return number;
}

static uint64_t load_word(const struct camipc_owner *owner)
{
	return atomic_load_explicit(&owner->word, memory_order_acquire);
}

/** Replaces *@old, or sets it to what is there instead. */
static bool replace(struct camipc_owner *owner, uint64_t *old, uint64_t new)
{
	unsigned long long expected = *old;

	if (CAMIPC_LIKELY(atomic_compare_exchange_weak_explicit(
		    &owner->word, &expected, new, memory_order_acq_rel,
		    memory_order_acquire)))
		return true;
	*old = expected;
	return false;
}

static bool is_mine(uint64_t word)
{
	return word >> NUMBER_SHIFT == camipc_thread_number();
}

static uint64_t mine(void)
{
	return camipc_thread_number() << NUMBER_SHIFT;
}

void camipc_owner_init(struct camipc_owner *owner)
{
	atomic_init(&owner->word, mine());
	atomic_init(&owner->told, false);
}

bool camipc_owner_enter(struct camipc_owner *owner)
{
	uint64_t word = load_word(owner);

	do {
		if (CAMIPC_UNLIKELY(!is_mine(word)))
			return false;
	} while (!replace(owner, &word, word + 1));
	return true;
}

bool camipc_owner_leave(struct camipc_owner *owner)
{
	uint64_t word = load_word(owner);

	do {
		if (CAMIPC_UNLIKELY((word & DEPTH_MASK) == 1 &&
				    (word & ENDING)))
			return true;
	} while (!replace(owner, &word, word - 1));
	return false;
}

bool camipc_owner_adopt(struct camipc_owner *owner)
{
	uint64_t word = load_word(owner);

	do {
		if (word & DEPTH_MASK)
			return false;
	} while (!replace(owner, &word, mine() + 1));
	return true;
}

bool camipc_owner_end(struct camipc_owner *owner)
{
	uint64_t word = load_word(owner);

	for (;;) {
		const bool inside = word & DEPTH_MASK;

		if (replace(owner, &word,
			    inside ? word | ENDING : (mine() | ENDING) + 1))
			return !inside;
	}
}

bool camipc_owner_is_ending(const struct camipc_owner *owner)
{
	return load_word(owner) & ENDING;
}

bool camipc_owner_is_outermost(const struct camipc_owner *owner)
{
	return (load_word(owner) & DEPTH_MASK) == 1;
}
