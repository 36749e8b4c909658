/* SPDX-License-Identifier: MIT */
#include <camipc/wire.h>

void camipc_writer_init(struct camipc_writer *w, void *buffer, size_t size,
			int *fds, uint32_t max_fds)
{
	uint8_t *start = buffer;

	*w = (struct camipc_writer){
		.pos = start,
		.start = start,
		.end = start,
		.fds = fds,
		.max_fds = max_fds,
	};
	if (size >= CAMIPC_SCALAR_ROOM) {
		w->end = start + (size - CAMIPC_SCALAR_ROOM);
		return;
	}
	/*
	 * Not even one scalar: then it must look full. An end before the
	 * position needs an address that is inside, so take one of our own.
	 */
	static uint8_t full[2];

	w->pos = &full[1];
	w->start = &full[1];
	w->end = &full[0];
	w->error = -EMSGSIZE;
}

/* One write per byte, from the bottom up; @value has at least two. */
uint8_t *camipc_write_long_varint(uint8_t *pos, uint64_t value)
{
	while (value >= 0x80) {
		*pos++ = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	*pos++ = (uint8_t)value;
	return pos;
}

void camipc_close_long(struct camipc_writer *w, uint8_t *body, size_t len)
{
	uint8_t length[10];
	size_t n = (size_t)(camipc_write_long_varint(length, len) - length);

	/* The scalar room behind end holds the few bytes more. */
	if (!camipc_has_room(w, 0))
		return;
	memmove(body - 1 + n, body, len);
	memcpy(body - 1, length, n);
	w->pos += n - 1;
}

void camipc_put_present_fd(struct camipc_writer *w, uint32_t field, int fd)
{
	if (fd < 0) {
		camipc_put_present_uint32(w, field, 0);
		return;
	}
	if (w->n_fds >= w->max_fds) {
		camipc_writer_fail(w, -EMSGSIZE);
		return;
	}
	w->fds[w->n_fds++] = fd;
	camipc_put_present_uint32(w, field, w->n_fds);
}
