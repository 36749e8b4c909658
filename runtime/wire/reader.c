/* SPDX-License-Identifier: MIT */
/* The out-of-line part of the reader: what is long, rare or a loop. */
#include "reader-internal.h"

/* The position of an empty body: NULL + 0 is undefined in C. */
static const uint8_t no_body[1];

static const int errors[] = {
	[CAMIPC_FAULT_NONE] = 0,
	[CAMIPC_FAULT_BYTES] = -EPROTO,
	[CAMIPC_FAULT_RANGE] = -EPROTO,
	[CAMIPC_FAULT_FD] = -EPROTO,
	[CAMIPC_FAULT_DEPTH] = -EMSGSIZE,
	[CAMIPC_FAULT_LIMIT] = -EMSGSIZE,
	[CAMIPC_FAULT_MEMORY] = -ENOMEM,
};
CAMIPC_STATIC_ASSERT(sizeof(errors) / sizeof(errors[0]) ==
			     CAMIPC_FAULT_MEMORY + 1,
		     "every fault has an error");

const uint8_t *camipc_reader_init(struct camipc_reader *r, const void *data,
				  size_t size, struct camipc_arena *arena,
				  const int *fds, uint32_t n_fds)
{
	const uint8_t *p = size > 0 ? data : no_body;

	*r = (struct camipc_reader){
		.end = p + size,
		.arena = arena,
		.fds = fds,
		.n_fds = n_fds,
	};
	return p;
}

const uint8_t *camipc_fail(struct camipc_reader *r,
			   enum camipc_wire_fault fault)
{
	if (!r->error) {
		/* A fault without an error must not pass for success. */
		r->error = errors[fault] ? errors[fault] : -EPROTO;
		r->fault = fault;
	}
	return r->end;
}

/* Fails with the fault that belongs to the arena's error. */
static const uint8_t *fail_arena(struct camipc_reader *r)
{
	return camipc_fail(r, r->arena->error == -ENOMEM ?
				      CAMIPC_FAULT_MEMORY :
				      CAMIPC_FAULT_LIMIT);
}

int camipc_reader_finish(struct camipc_reader *r)
{
	uint32_t left = r->n_fds - r->next_fd;

	if (r->error || left == 0)
		return r->error;
	if (r->skipped_fields == 0)
		camipc_fail(r, CAMIPC_FAULT_FD);
	r->unused_fds += left;
	r->next_fd = r->n_fds;
	return r->error;
}

/*
 * Reads a varint of up to ten bytes. Accepts overlong forms, as protobuf
 * demands, and drops bits beyond the 64th, as every other implementation does.
 */
static const uint8_t *get_varint_bytewise(struct camipc_reader *r,
					  const uint8_t *p, const uint8_t *end,
					  uint64_t *value)
{
	uint64_t sum = 0;
	unsigned int shift = 0;

	while (p < end && shift < 70) {
		uint8_t byte = *p++;

		sum |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*value = sum;
			return p;
		}
		shift += 7;
	}
	*value = 0;
	return camipc_fail(r, CAMIPC_FAULT_BYTES);
}

/*
 * Reads eight bytes at once, without a branch on the length of the varint. The
 * load may go past the end of the current message, but not of the body.
 */
const uint8_t *camipc_get_long_varint(struct camipc_reader *r, const uint8_t *p,
				      const uint8_t *end, uint64_t *value)
{
	uint64_t bits;
	uint64_t ends;
	unsigned int n;

	if (r->end - p < 8)
		return get_varint_bytewise(r, p, end, value);
	memcpy(&bits, p, sizeof(bits));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	bits = __builtin_bswap64(bits);
#endif
	ends = ~bits & UINT64_C(0x8080808080808080);
	if (CAMIPC_UNLIKELY(!ends))
		return get_varint_bytewise(r, p, end, value);
	n = (unsigned int)__builtin_ctzll(ends) / 8 + 1;
	if (CAMIPC_UNLIKELY(end - p < (ptrdiff_t)n)) {
		*value = 0;
		return camipc_fail(r, CAMIPC_FAULT_BYTES);
	}
	bits &= ends ^ (ends - 1); /* up to the last byte's top bit */
	bits &= UINT64_C(0x7f7f7f7f7f7f7f7f);
	/* x - (x & high) / 2 shifts the bits under the mask right by one. */
	bits -= (bits & UINT64_C(0x7f007f007f007f00)) >> 1;
	bits -= ((bits & UINT64_C(0x3fff00003fff0000)) >> 2) * 3;
	*value = (uint32_t)bits + (bits >> 32 << 28);
	return p + n;
}

/* Returns the position after the field whose tag ends at @p. */
static const uint8_t *after_field(struct camipc_reader *r, const uint8_t *p,
				  const uint8_t *end, uint32_t tag)
{
	uint64_t value;
	uint32_t fixed;
	size_t len;

	switch (tag & 7) {
	case 0:
		return camipc_get_uint64(r, p, end, &value);
	case 1:
		return camipc_get_fixed64(r, p, end, &value);
	case 2:
		p = camipc_get_len(r, p, end, &len);
		return p + len;
	case 5:
		return camipc_get_fixed32(r, p, end, &fixed);
	default:
		return camipc_fail(r, CAMIPC_FAULT_BYTES);
	}
}

const uint8_t *camipc_skip(struct camipc_reader *r, const uint8_t *p,
			   const uint8_t *end, uint32_t tag)
{
	if (tag >> 3 == 0)
		return camipc_fail(r, CAMIPC_FAULT_BYTES);
	r->skipped_fields++;
	return after_field(r, p, end, tag);
}

size_t camipc_count_run(const uint8_t *p, const uint8_t *end, uint32_t tag)
{
	/* Its faults are ignored: reading the elements finds them again. */
	struct camipc_reader look = { .end = end };
	size_t n = 0;

	/* Most elements are short, and so is their tag. */
	if ((tag & 7) == 2 && tag < 0x80) {
		while (end - p > 1 && *p < 0x80 && *p < end - p - 1 &&
		       p[*p + 1] == tag) {
			p += *p + 2;
			n++;
		}
	}
	do {
		n++;
		p = after_field(&look, p, end, tag);
	} while (!look.error && camipc_again(&p, end, tag));
	return n;
}

/* Makes room for @extra elements, all of which the caller writes. */
void *camipc_extend_raw(struct camipc_reader *r, const void *array, size_t n,
			size_t *room, size_t extra, size_t size)
{
	size_t wanted;
	size_t bytes;
	void *bigger;

	if (r->error)
		return NULL;
	if (array && extra <= *room - n)
		return (void *)(uintptr_t)array;
	if (__builtin_add_overflow(n, extra, &wanted)) {
		camipc_fail(r, CAMIPC_FAULT_LIMIT);
		return NULL;
	}
	if (*room > 0 && wanted / 2 < *room && *room <= SIZE_MAX / 2)
		wanted = *room * 2;
	if (__builtin_mul_overflow(wanted, size, &bytes)) {
		camipc_fail(r, CAMIPC_FAULT_LIMIT);
		return NULL;
	}
	bigger = camipc_arena_alloc(r->arena, bytes);
	if (!bigger) {
		fail_arena(r);
		return NULL;
	}
	if (n > 0)
		memcpy(bigger, array, n * size);
	*room = wanted;
	return bigger;
}

void *camipc_extend(struct camipc_reader *r, const void *array, size_t n,
		    size_t *room, size_t extra, size_t size)
{
	uint8_t *list = camipc_extend_raw(r, array, n, room, extra, size);

	if (list)
		memset(list + n * size, 0, extra * size);
	return list;
}

void *camipc_new(struct camipc_reader *r, size_t size)
{
	void *piece;

	if (r->error)
		return NULL;
	piece = camipc_arena_alloc(r->arena, size);
	if (piece)
		memset(piece, 0, size);
	else
		fail_arena(r);
	return piece;
}

const uint8_t *camipc_get_string(struct camipc_reader *r, const uint8_t *p,
				 const uint8_t *end, const char **text)
{
	size_t len;
	char *copy;

	/* After a fault, too, the field must be a string. */
	*text = camipc_empty_string;
	p = camipc_get_len(r, p, end, &len);
	if (len == 0)
		return p;
	if (!camipc_text_is_valid(p, len))
		return camipc_fail(r, CAMIPC_FAULT_RANGE);
	copy = camipc_arena_alloc(r->arena, len + 1);
	if (!copy)
		return fail_arena(r);
	camipc_copy_short((uint8_t *)copy, p, len);
	copy[len] = '\0';
	*text = copy;
	return p + len;
}

const uint8_t *camipc_get_bytes(struct camipc_reader *r, const uint8_t *p,
				const uint8_t *end, const uint8_t **data,
				size_t *n)
{
	p = camipc_get_len(r, p, end, n);
	*data = *n > 0 ? p : NULL;
	return p + *n;
}

const uint8_t *camipc_get_bytes_exact(struct camipc_reader *r,
				      const uint8_t *p, const uint8_t *end,
				      void *data, size_t count)
{
	size_t len;

	p = camipc_get_len(r, p, end, &len);
	if (r->error || len != count)
		return camipc_fail(r, CAMIPC_FAULT_RANGE);
	if (len > 0)
		memcpy(data, p, len);
	return p + len;
}

/*
 * Descriptors come in the order of their fields, each once. Some may be
 * missing, but only if they can belong to a field that was skipped.
 */
const uint8_t *camipc_get_fd(struct camipc_reader *r, const uint8_t *p,
			     const uint8_t *end, int *fd)
{
	uint64_t place;

	*fd = -1;
	p = camipc_get_uint64(r, p, end, &place);
	if (r->error || place == 0)
		return p;
	if (place > r->n_fds || place <= r->next_fd)
		return camipc_fail(r, CAMIPC_FAULT_FD);
	if (place != r->next_fd + 1 && r->skipped_fields == 0)
		return camipc_fail(r, CAMIPC_FAULT_FD);
	r->unused_fds += (uint32_t)place - 1 - r->next_fd;
	r->next_fd = (uint32_t)place;
	*fd = r->fds[place - 1];
	return p;
}

const uint8_t *camipc_require_fd_kind(struct camipc_reader *r, const uint8_t *p,
				      int fd, enum camipc_fd_kind kind,
				      enum camipc_fd_access access, bool sealed,
				      uint64_t min_size)
{
	bool fits = fd >= 0 && camipc_fd_check_kind(fd, kind, access, sealed,
						    min_size) == 0;

	return camipc_require_fd(r, p, fits);
}
