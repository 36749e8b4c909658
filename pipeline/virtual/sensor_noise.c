/* SPDX-License-Identifier: MIT */
/*
 * Noise from a hash of line and pixel, eight pixels at once: it needs no state,
 * so that a frame does not depend on those before it.
 */
#include "sensor_noise.h"

#include "wide.h"

#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

/* Four hashes; each is the noise of two pixels. */
typedef uint64_t wide_hash __attribute__((vector_size(32)));
typedef uint16_t narrow_uint __attribute__((vector_size(2 * WIDE_LANES)));

uint64_t virtual_noise_hash(uint64_t key, uint64_t counter)
{
	uint64_t x = key + counter * GOLDEN;

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* Sums up the four random bytes of each pixel: nearly normal, from 0 to 1020.
 * The low half of a hash belongs to an even pixel. */
WIDE_BODY void sum_bytes(const wide_hash *start, wide_int *ret_sums)
{
	wide_hash x = *start;

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	x = x ^ x >> 31;
	x = (x & UINT64_C(0x00ff00ff00ff00ff)) +
	    (x >> 8 & UINT64_C(0x00ff00ff00ff00ff));
	x = (x + (x >> 16)) & UINT64_C(0x0000ffff0000ffff);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	x = x << 32 | x >> 32;
#endif
	memcpy(ret_sums, &x, sizeof(*ret_sums));
}

/* The sum of four bytes has a deviation of 147.8: 65536 / 443.4. */
WIDE_BODY void convert(const wide_int *sums, const uint32_t *exposed,
		       uint16_t max, uint16_t *raw)
{
	const wide_int sum = *sums - 510;
	const wide_int sign = sum >> 31;
	narrow_uint narrow;
	wide_uint pixels;
	wide_uint sigma;
	wide_int value;

	memcpy(&pixels, exposed, sizeof(pixels));
	sigma = pixels & ((1u << VIRTUAL_EXPOSED_SIGMA_BITS) - 1);
	value = (wide_int)((wide_uint)((sum ^ sign) - sign) * sigma * 443 >> 16);
	value = (value ^ sign) - sign;
	value += (wide_int)(pixels >> VIRTUAL_EXPOSED_SIGMA_BITS);
	value >>= 6;
	wide_clip(&value, max);
	narrow = __builtin_convertvector(value, narrow_uint);
	memcpy(raw, &narrow, sizeof(narrow));
}

WIDE_BODY void add(uint64_t key, const uint32_t *exposed, size_t n,
		   uint16_t max, uint16_t *raw)
{
	wide_hash start = { key, key + 2 * GOLDEN, key + 4 * GOLDEN,
			    key + 6 * GOLDEN };
	uint32_t last[WIDE_LANES] = { 0 };
	uint16_t last_raw[WIDE_LANES];
	wide_int sums;
	size_t i;

	for (i = 0; i + WIDE_LANES <= n; i += WIDE_LANES) {
		sum_bytes(&start, &sums);
		convert(&sums, exposed + i, max, raw + i);
		start += WIDE_LANES * GOLDEN;
	}
	if (i == n)
		return;
	memcpy(last, exposed + i, (n - i) * sizeof(*exposed));
	sum_bytes(&start, &sums);
	convert(&sums, last, max, last_raw);
	memcpy(raw + i, last_raw, (n - i) * sizeof(*raw));
}

WIDE_FAST static void add_fast(uint64_t key, const uint32_t *exposed, size_t n,
			       uint16_t max, uint16_t *raw)
{
	add(key, exposed, n, max, raw);
}

void virtual_noise_add(uint64_t key, const uint32_t *exposed, size_t n,
		       uint16_t max, uint16_t *raw, bool is_fast)
{
	if (is_fast)
		add_fast(key, exposed, n, max, raw);
	else
		add(key, exposed, n, max, raw);
}
