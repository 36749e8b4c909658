/* SPDX-License-Identifier: MIT */
/*
 * Eight whole numbers in one operation, with the compiler's vector extensions.
 * Every machine can do it, and computes the same; one with AVX2 does it in one
 * instruction. A function that uses it is written once, as a WIDE_BODY, and
 * compiled twice: as it is, and as WIDE_FAST.
 */
#ifndef VIRTUAL_WIDE_H
#define VIRTUAL_WIDE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/** Numbers in a wide one. */
#define WIDE_LANES 8

/** Rounds a number of elements up to whole wide ones. */
#define WIDE_ROUND_UP(n) (((n) + WIDE_LANES - 1) / WIDE_LANES * WIDE_LANES)

typedef int32_t wide_int __attribute__((vector_size(4 * WIDE_LANES)));
typedef uint32_t wide_uint __attribute__((vector_size(4 * WIDE_LANES)));

/** Before a function that becomes a part of each of its callers. */
#define WIDE_BODY static inline __attribute__((always_inline))

#if defined(__x86_64__)
/** Before a function that only runs where wide_is_fast() returns true. */
#define WIDE_FAST __attribute__((target("avx2")))
#else
#define WIDE_FAST
#endif

/** Returns true if this machine can run functions that are WIDE_FAST. Thread
 *  word: safe. */
static inline bool wide_is_fast(void)
{
#if defined(__x86_64__)
	return __builtin_cpu_supports("avx2");
#else
	return true;
#endif
}

/** Reads eight numbers, from any address. */
WIDE_BODY void wide_load(wide_int *ret_wide, const int32_t *from)
{
	memcpy(ret_wide, from, sizeof(*ret_wide));
}

/** Writes eight numbers, to any address. */
WIDE_BODY void wide_store(int32_t *to, const wide_int *wide)
{
	memcpy(to, wide, sizeof(*wide));
}

/** Reads eight pairs of 16 bits: @ret_even gets the first of each. */
WIDE_BODY void wide_load_pairs(wide_uint *ret_even, wide_uint *ret_odd,
			       const uint16_t *from)
{
	wide_uint pairs;

	memcpy(&pairs, from, sizeof(pairs));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	*ret_even = pairs & 0xffff;
	*ret_odd = pairs >> 16;
#else
	*ret_even = pairs >> 16;
	*ret_odd = pairs & 0xffff;
#endif
}

/** Brings each number into the range from 0 to @most. */
WIDE_BODY void wide_clip(wide_int *wide, int32_t most)
{
	wide_int above;

	*wide &= *wide > 0;
	above = *wide > most;
	*wide = (*wide & ~above) | (above & most);
}

#endif /* VIRTUAL_WIDE_H */
