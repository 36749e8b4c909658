/* SPDX-License-Identifier: MIT */
/*
 * Encodes and decodes arrays of numbers. Numbers of 32 and 64 bits have the
 * same form in a message and in memory, except on big-endian hosts, and are
 * copied in bulk.
 */
#include "reader-internal.h"

/* Reads one element, of an unpacked or of a packed field. */
typedef const uint8_t *(*read_fn)(struct camipc_reader *r, const uint8_t *p,
				  const uint8_t *end, void *item);

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
static void swap_all(void *items, size_t n, size_t size)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t *item = (uint8_t *)items + i * size;

		for (size_t low = 0; low < size / 2; low++) {
			uint8_t byte = item[low];

			item[low] = item[size - 1 - low];
			item[size - 1 - low] = byte;
		}
	}
}
#else
static void swap_all(void *items, size_t n, size_t size)
{
	(void)items;
	(void)n;
	(void)size;
}
#endif

/* ---- writing ------------------------------------------------------------ */

static uint8_t *put_fixed(struct camipc_writer *w, uint8_t *p, uint32_t field,
			  const void *items, size_t n, size_t size)
{
	size_t bytes;

	if (n == 0)
		return p;
	if (__builtin_mul_overflow(n, size, &bytes))
		return camipc_writer_fail(w);
	p = camipc_put_present_bytes(w, p, field, items, bytes);
	if (camipc_has_room(w, p))
		swap_all(p - bytes, n, size);
	return p;
}

/* Writes packed varints; @expression is the value of items[i]. */
#define PUT_VARINTS(w, p, field, n, expression)                              \
	do {                                                                 \
		uint8_t *body_;                                              \
		if ((n) == 0)                                                \
			break;                                               \
		body_ = camipc_open(w, p, field);                            \
		(p) = body_;                                                 \
		for (size_t i = 0; i < (n) && camipc_has_room(w, p); i++)    \
			(p) = camipc_write_varint(p, expression);            \
		(p) = camipc_close(w, body_, p);                             \
	} while (0)

/* ---- reading ------------------------------------------------------------ */

/* Counts the elements of the field, or run of fields, whose tag ends at @p. */
static size_t count_elements(struct camipc_reader *r, const uint8_t *p,
			     const uint8_t *end, uint32_t tag,
			     size_t wire_size)
{
	size_t len;
	size_t n = 0;

	if ((tag & 7) != 2)
		return camipc_count_run(p, end, tag);
	p = camipc_get_len(r, p, end, &len);
	if (wire_size > 0) {
		if (len % wire_size != 0)
			camipc_fail(r, CAMIPC_FAULT_BYTES);
		return len / wire_size;
	}
	/* Each varint has one byte without the continuation bit. */
	for (size_t i = 0; i < len; i++)
		n += p[i] < 0x80;
	return n;
}

/* Reads the elements that count_elements() found into @items. */
static const uint8_t *read_elements(struct camipc_reader *r, const uint8_t *p,
				    const uint8_t *end, uint32_t tag,
				    uint8_t *items, size_t n, size_t size,
				    read_fn read)
{
	size_t len;

	if ((tag & 7) != 2) {
		for (;;) {
			p = read(r, p, end, items);
			if (--n == 0 || !camipc_again(&p, end, tag))
				return p;
			items += size;
		}
	}
	p = camipc_get_len(r, p, end, &len);
	end = p + len;
	while (n > 0 && p < end) {
		p = read(r, p, end, items);
		items += size;
		n--;
	}
	/* A varint that is not complete was not counted. */
	return p < end ? camipc_fail(r, CAMIPC_FAULT_BYTES) : p;
}

/* Copies packed elements that have the same form in memory. */
static const uint8_t *read_bulk(struct camipc_reader *r, const uint8_t *p,
				const uint8_t *end, void *items, size_t n,
				size_t size)
{
	size_t len;

	p = camipc_get_len(r, p, end, &len);
	if (len > 0)
		memcpy(items, p, len);
	swap_all(items, n, size);
	return p + len;
}

/*
 * @wire_size: of an element, 0 for varints. Bulk copies need elements that
 * have the same size in memory.
 */
struct element {
	size_t size;
	size_t wire_size;
	read_fn read;
};

/* For a field whose length count_elements() has read and checked. */
static const uint8_t *get_elements(struct camipc_reader *r, const uint8_t *p,
				   const uint8_t *end, uint32_t tag,
				   const struct element *element, void *items,
				   size_t n)
{
	if ((tag & 7) == 2 && element->size == element->wire_size)
		return read_bulk(r, p, end, items, n, element->size);
	return read_elements(r, p, end, tag, items, n, element->size,
			     element->read);
}

/* Appends packed elements of @size bytes, a power of two, in the same form. */
static const uint8_t *get_bulk(struct camipc_reader *r, const uint8_t *p,
			       const uint8_t *end, size_t size,
			       const void **items, size_t *n, size_t *room)
{
	size_t len;
	size_t extra;
	uint8_t *list;

	p = camipc_get_len(r, p, end, &len);
	extra = len >> (size == 8 ? 3 : 2);
	if (CAMIPC_UNLIKELY(extra * size != len))
		return camipc_fail(r, CAMIPC_FAULT_BYTES);
	if (len == 0)
		return p;
	list = camipc_extend_raw(r, *items, *n, room, extra, size);
	if (!list)
		return r->end;
	camipc_copy_short(list + *n * size, p, len);
	swap_all(list + *n * size, extra, size);
	*items = list;
	*n += extra;
	return p + len;
}

/* Appends to an array; stores its new place in @items. */
static const uint8_t *get_array(struct camipc_reader *r, const uint8_t *p,
				const uint8_t *end, uint32_t tag,
				const struct element *element,
				const void **items, size_t *n, size_t *room)
{
	size_t extra;
	uint8_t *list;

	if ((tag & 7) == 2 && element->size == element->wire_size)
		return get_bulk(r, p, end, element->size, items, n, room);
	extra = count_elements(r, p, end, tag, element->wire_size);
	if (extra == 0 && !r->error)
		return get_elements(r, p, end, tag, element, NULL, 0);
	list = camipc_extend_raw(r, *items, *n, room, extra, element->size);
	if (!list)
		return r->end;
	p = get_elements(r, p, end, tag, element, list + *n * element->size,
			 extra);
	if (r->error)
		return r->end;
	*items = list;
	*n += extra;
	return p;
}

static const uint8_t *get_exact(struct camipc_reader *r, const uint8_t *p,
				const uint8_t *end, uint32_t tag,
				const struct element *element, void *items,
				size_t count, size_t *seen)
{
	size_t extra = count_elements(r, p, end, tag, element->wire_size);

	if (r->error)
		return r->end;
	if (extra > count - *seen)
		return camipc_fail(r, CAMIPC_FAULT_RANGE);
	p = get_elements(r, p, end, tag, element,
			 (uint8_t *)items + *seen * element->size, extra);
	*seen += extra;
	return p;
}

/*
 * Defines the functions of one kind of array. @scalar names the function that
 * reads an element; @put is the statement that writes all elements.
 */
#define DEFINE_ARRAY(name, type, scalar, wire, put)                          \
	static const uint8_t *read_##name(struct camipc_reader *r,           \
					  const uint8_t *p,                  \
					  const uint8_t *end, void *item)    \
	{                                                                    \
		type value;                                                  \
		p = camipc_get_##scalar(r, p, end, &value);                  \
		memcpy(item, &value, sizeof(value));                         \
		return p;                                                    \
	}                                                                    \
	static const struct element name##_element = { sizeof(type), wire,   \
						       read_##name };        \
	uint8_t *camipc_put_##name##_array(struct camipc_writer *w,          \
					   uint8_t *p, uint32_t field,       \
					   const type *items, size_t n)      \
	{                                                                    \
		put;                                                         \
		return p;                                                    \
	}                                                                    \
	const uint8_t *camipc_get_##name##_array(                            \
		struct camipc_reader *r, const uint8_t *p,                   \
		const uint8_t *end, uint32_t tag, const type **items,        \
		size_t *n, size_t *room)                                     \
	{                                                                    \
		const void *list = *items;                                   \
		p = get_array(r, p, end, tag, &name##_element, &list, n,     \
			      room);                                         \
		*items = list;                                               \
		return p;                                                    \
	}                                                                    \
	const uint8_t *camipc_get_##name##_array_exact(                      \
		struct camipc_reader *r, const uint8_t *p,                   \
		const uint8_t *end, uint32_t tag, type *items, size_t count, \
		size_t *seen)                                                \
	{                                                                    \
		return get_exact(r, p, end, tag, &name##_element, items,     \
				 count, seen);                               \
	}

#define DEFINE_VARINTS(name, type, scalar, expression) \
	DEFINE_ARRAY(name, type, scalar, 0,            \
		     PUT_VARINTS(w, p, field, n, expression))

#define DEFINE_FIXED(name, type, scalar)         \
	DEFINE_ARRAY(name, type, scalar, sizeof(type), \
		     p = put_fixed(w, p, field, items, n, sizeof(type)))

/* Without the macro: bool is a macro itself, which would be expanded. */
DEFINE_ARRAY(bool, bool, bool, 0, PUT_VARINTS(w, p, field, n, items[i]))
DEFINE_VARINTS(int16, int16_t, int16, (uint64_t)items[i])
DEFINE_VARINTS(uint16, uint16_t, uint16, items[i])
DEFINE_VARINTS(int32_varint, int32_t, int32, (uint64_t)items[i])
DEFINE_VARINTS(uint32_varint, uint32_t, uint32, items[i])
DEFINE_VARINTS(int64_varint, int64_t, int64, (uint64_t)items[i])
DEFINE_VARINTS(uint64_varint, uint64_t, uint64, items[i])
DEFINE_VARINTS(int16_zigzag, int16_t, sint16, camipc_zigzag(items[i]))
DEFINE_VARINTS(int32_zigzag, int32_t, sint32, camipc_zigzag(items[i]))
DEFINE_VARINTS(int64_zigzag, int64_t, sint64, camipc_zigzag(items[i]))

DEFINE_FIXED(int32, int32_t, sfixed32)
DEFINE_FIXED(uint32, uint32_t, fixed32)
DEFINE_FIXED(int64, int64_t, sfixed64)
DEFINE_FIXED(uint64, uint64_t, fixed64)
DEFINE_FIXED(float, float, float)
DEFINE_FIXED(double, double, double)

/* Numbers of 16 bits in four bytes each: written one by one. */
static uint8_t *put_widened(struct camipc_writer *w, uint8_t *p,
			    uint32_t field, size_t n,
			    uint32_t (*widen)(const void *items, size_t i),
			    const void *items)
{
	uint8_t *body;

	if (n == 0)
		return p;
	body = camipc_open(w, p, field);
	p = body;
	for (size_t i = 0; i < n && camipc_has_room(w, p); i++)
		p = camipc_write_fixed32(p, widen(items, i));
	return camipc_close(w, body, p);
}

static uint32_t widen_int16(const void *items, size_t i)
{
	return (uint32_t)((const int16_t *)items)[i];
}

static uint32_t widen_uint16(const void *items, size_t i)
{
	return ((const uint16_t *)items)[i];
}

DEFINE_ARRAY(int16_fixed, int16_t, sfixed16, 4,
	     p = put_widened(w, p, field, n, widen_int16, items))
DEFINE_ARRAY(uint16_fixed, uint16_t, fixed16, 4,
	     p = put_widened(w, p, field, n, widen_uint16, items))

/* ---- descriptors: varints that are their places, 0 for none ------------- */

static const uint8_t *read_fd(struct camipc_reader *r, const uint8_t *p,
			      const uint8_t *end, void *item)
{
	int fd;

	p = camipc_get_fd(r, p, end, &fd);
	memcpy(item, &fd, sizeof(fd));
	return p;
}

static const struct element fd_element = { sizeof(int), 0, read_fd };

uint8_t *camipc_put_fd_array(struct camipc_writer *w, uint8_t *p,
			     uint32_t field, const int *items, size_t n)
{
	uint8_t *body;

	if (n == 0)
		return p;
	body = camipc_open(w, p, field);
	p = body;
	for (size_t i = 0; i < n && camipc_has_room(w, p); i++) {
		uint32_t place = 0;

		if (items[i] >= 0) {
			if (w->n_fds >= w->max_fds)
				return camipc_writer_fail(w);
			w->fds[w->n_fds++] = items[i];
			place = w->n_fds;
		}
		p = camipc_write_varint(p, place);
	}
	return camipc_close(w, body, p);
}

const uint8_t *camipc_get_fd_array(struct camipc_reader *r, const uint8_t *p,
				   const uint8_t *end, uint32_t tag,
				   const int **items, size_t *n, size_t *room)
{
	const void *list = *items;

	p = get_array(r, p, end, tag, &fd_element, &list, n, room);
	*items = list;
	return p;
}

const uint8_t *camipc_get_fd_array_exact(struct camipc_reader *r,
					 const uint8_t *p, const uint8_t *end,
					 uint32_t tag, int *items, size_t count,
					 size_t *seen)
{
	return get_exact(r, p, end, tag, &fd_element, items, count, seen);
}

/* ---- enums: as int32_t, whichever integer the compiler took ------------- */

uint8_t *camipc_put_enum_array(struct camipc_writer *w, uint8_t *p,
			       uint32_t field, const void *items, size_t n)
{
	return camipc_put_int32_varint_array(w, p, field, items, n);
}

const uint8_t *camipc_get_enum_array(struct camipc_reader *r, const uint8_t *p,
				     const uint8_t *end, uint32_t tag,
				     const void **items, size_t *n,
				     size_t *room)
{
	return get_array(r, p, end, tag, &int32_varint_element, items, n, room);
}

const uint8_t *camipc_get_enum_array_exact(struct camipc_reader *r,
					   const uint8_t *p,
					   const uint8_t *end, uint32_t tag,
					   void *items, size_t count,
					   size_t *seen)
{
	return get_exact(r, p, end, tag, &int32_varint_element, items, count,
			 seen);
}
