/* SPDX-License-Identifier: MIT */
/* The out-of-line part of the writer: long varints, lengths, descriptors. */
#include <camipc/wire.h>

/* Writes a varint of up to four bytes at once. */
static uint8_t *write_four(uint8_t *p, uint32_t x)
{
	unsigned int top; /* where the highest byte begins */

	x += (x & 0x0fffc000) * 3;
	x += x & 0x3f803f80;
	top = ((unsigned int)__builtin_clz(x | 1) ^ 31u) & 24u;
	camipc_write_fixed32(p, x | UINT32_C(0x808080) >> (24u - top));
	return p + top / 8 + 1;
}

/*
 * Writes up to eight bytes at once. Longer varints, usually of negative
 * numbers, have one or two bytes more.
 */
uint8_t *camipc_write_long_varint(uint8_t *p, uint64_t value)
{
	const uint64_t more = UINT64_C(0x8080808080808080);
	uint64_t x = value & (UINT64_MAX >> 8);
	unsigned int top;

	if (CAMIPC_LIKELY(value < UINT32_C(1) << 28))
		return write_four(p, (uint32_t)value);
	x += (x & UINT64_C(0x00fffffff0000000)) * 15;
	x += (x & UINT64_C(0x0fffc0000fffc000)) * 3;
	x += x & UINT64_C(0x3f803f803f803f80);
	if (CAMIPC_UNLIKELY(value >> 56)) {
		p = camipc_write_fixed64(p, x | more);
		return camipc_write_short_varint(p, value >> 56);
	}
	top = ((unsigned int)__builtin_clzll(x | 1) ^ 63u) & 56u;
	camipc_write_fixed64(p, x | more >> 8 >> (56u - top));
	return p + top / 8 + 1;
}

uint8_t *camipc_close_long(struct camipc_writer *w, uint8_t *body, uint8_t *p)
{
	size_t len = (size_t)(p - body);
	uint8_t length[10];
	size_t n;

	/* The room after end suffices for the bytes of the length. */
	if (!camipc_has_room(w, p))
		return p;
	n = (size_t)(camipc_write_long_varint(length, len) - length);
	memmove(body - 1 + n, body, len);
	memcpy(body - 1, length, n);
	return p + n - 1;
}

uint8_t *camipc_put_present_fd(struct camipc_writer *w, uint8_t *p,
			       uint32_t field, int fd)
{
	if (fd < 0)
		return camipc_put_present_uint32(w, p, field, 0);
	if (w->n_fds >= w->max_fds)
		return camipc_writer_fail(w);
	w->fds[w->n_fds++] = fd;
	return camipc_put_present_uint32(w, p, field, w->n_fds);
}
