/* SPDX-License-Identifier: MIT */
/* The noise of a sensor, and the conversion to raw values. */
#ifndef VIRTUAL_SENSOR_NOISE_H
#define VIRTUAL_SENSOR_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bits of each part of an exposed pixel. */
#define VIRTUAL_EXPOSED_LEVEL_BITS 18
#define VIRTUAL_EXPOSED_SIGMA_BITS 14

/** Returns a pixel before its noise: the raw value and the deviation of its
 *  noise, both in 1/64. Larger ones are clipped; that of the deviation belongs to
 *  a gain of 26. */
static inline uint32_t virtual_exposed(uint32_t level, uint32_t sigma)
{
	const uint32_t max_level = (1u << VIRTUAL_EXPOSED_LEVEL_BITS) - 1;
	const uint32_t max_sigma = (1u << VIRTUAL_EXPOSED_SIGMA_BITS) - 1;

	if (level > max_level)
		level = max_level;
	if (sigma > max_sigma)
		sigma = max_sigma;
	return level << VIRTUAL_EXPOSED_SIGMA_BITS | sigma;
}

/** Returns a random number without state: it depends on @key and @counter only.
 *  Thread word: safe. */
uint64_t virtual_noise_hash(uint64_t key, uint64_t counter);

/**
 * virtual_noise_add() - make raw values of a line
 * @key: of the line; equal keys make equal noise
 * @exposed: of virtual_exposed(); @n of them, an even number
 * @max: the largest raw value
 * @raw: receives @n values
 * @is_fast: the machine can run the fast code, see wide.h; the result is the
 *           same
 *
 * Thread word: reentrant.
 */
void virtual_noise_add(uint64_t key, const uint32_t *exposed, size_t n,
		       uint16_t max, uint16_t *raw, bool is_fast);

#endif /* VIRTUAL_SENSOR_NOISE_H */
