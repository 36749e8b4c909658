/* SPDX-License-Identifier: MIT */
/* How the structs of lens.h are written, read, copied and compared. */
#include "lens_ipc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void put_u32(uint8_t *to, uint32_t value)
{
	for (unsigned int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get_u32(const uint8_t *from)
{
	return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
	       (uint32_t)from[3] << 24;
}

static size_t padded(size_t size)
{
	return (size + CAMIPC_ARENA_ALIGN - 1) / CAMIPC_ARENA_ALIGN *
	       CAMIPC_ARENA_ALIGN;
}

/* ---- struct lens_id: a mount's number in the context, a serial number --- */

#define ID_SIZE 8u

/* Returns the number of a mount, from 1; 0 for none; -1 if it is not there. */
static int64_t mount_number(const struct lens_mounts *mounts,
			    const struct lens_mount *mount)
{
	if (!mount)
		return 0;
	for (size_t i = 0; mounts && i < mounts->n; i++)
		if (mounts->mounts[i] == mount)
			return (int64_t)i + 1;
	return -1;
}

static int id_check(const void *value, void *context,
		    struct camipc_external_need *ret_need)
{
	const struct lens_id *id = value;

	/* Without a context, nothing is sent. */
	if (context && mount_number(context, id->mount) < 0)
		return -EINVAL;
	ret_need->encoded = ID_SIZE;
	return 0;
}

static int id_encode(const void *value, void *context, uint8_t *bytes,
		     size_t room)
{
	const struct lens_id *id = value;
	const int64_t number = mount_number(context, id->mount);

	if (number < 0)
		return -EINVAL;
	if (room < ID_SIZE)
		return -EMSGSIZE;
	put_u32(bytes, (uint32_t)number);
	put_u32(bytes + 4, id->serial);
	return ID_SIZE;
}

static int id_decode(void *value, void *context, const uint8_t *bytes, size_t n,
		     uint32_t version, struct camipc_arena *arena)
{
	const struct lens_mounts *mounts = context;
	struct lens_id *id = value;
	uint32_t number;

	(void)version;
	(void)arena;
	if (n != ID_SIZE)
		return -EPROTO;
	number = get_u32(bytes);
	if (number > 0 && (!mounts || number > mounts->n))
		return -EPROTO;
	id->mount = number > 0 ? mounts->mounts[number - 1] : NULL;
	id->serial = get_u32(bytes + 4);
	return 0;
}

static bool id_equal(const void *a, const void *b)
{
	const struct lens_id *x = a;
	const struct lens_id *y = b;

	return x->mount == y->mount && x->serial == y->serial;
}

static int id_print(const void *value, char *text, size_t size)
{
	const struct lens_id *id = value;

	return snprintf(text, size, "lens %u (%s)", id->serial,
			id->mount ? id->mount->name : "fixed");
}

/* An address means nothing on the other side: values are always encoded. */
const struct camipc_external lens_id_ipc = {
	.size = sizeof(lens_id_ipc),
	.flags = CAMIPC_EXTERNAL_TRANSLATES,
	.check = id_check,
	.encode = id_encode,
	.decode = id_decode,
	.equal = id_equal,
	.print = id_print,
};

/* ---- struct lens_curve: a count, the knots, the text of the note --------- */

static int curve_check(const void *value, void *context,
		       struct camipc_external_need *ret_need)
{
	const struct lens_curve *curve = value;
	size_t note = curve->note ? strlen(curve->note) : 0;

	(void)context;
	if (curve->n_knots > 0 && !curve->knots)
		return -EINVAL;
	if (curve->n_knots > UINT16_MAX || note > UINT16_MAX)
		return -EMSGSIZE;
	ret_need->encoded = 4 + 8 * curve->n_knots + note;
	ret_need->decoded = 8 * curve->n_knots + (note ? padded(note + 1) : 0);
	return 0;
}

static int curve_encode(const void *value, void *context, uint8_t *bytes,
			size_t room)
{
	const struct lens_curve *curve = value;
	size_t note = curve->note ? strlen(curve->note) : 0;
	size_t n = 4 + 8 * curve->n_knots + note;

	(void)context;
	if (n > room)
		return -EMSGSIZE;
	put_u32(bytes, (uint32_t)curve->n_knots);
	bytes += 4;
	for (size_t i = 0; i < curve->n_knots; i++, bytes += 8) {
		uint64_t bits;

		memcpy(&bits, &curve->knots[i], sizeof(bits));
		put_u32(bytes, (uint32_t)bits);
		put_u32(bytes + 4, (uint32_t)(bits >> 32));
	}
	if (note)
		memcpy(bytes, curve->note, note);
	return (int)n;
}

static int curve_decode(void *value, void *context, const uint8_t *bytes,
			size_t n, uint32_t version, struct camipc_arena *arena)
{
	struct lens_curve *curve = value;
	uint32_t n_knots;

	(void)context;
	(void)version;
	if (n < 4)
		return -EPROTO;
	n_knots = get_u32(bytes);
	bytes += 4;
	n -= 4;
	if (n_knots > n / 8)
		return -EPROTO;
	n -= 8 * (size_t)n_knots;
	if (memchr(bytes + 8 * (size_t)n_knots, '\0', n))
		return -EPROTO;
	if (n_knots > 0)
		curve->knots = camipc_arena_alloc(arena, 8 * (size_t)n_knots);
	if (n > 0)
		curve->note = camipc_arena_alloc(arena, n + 1);
	if ((n_knots > 0 && !curve->knots) || (n > 0 && !curve->note))
		return -ENOMEM;
	curve->n_knots = n_knots;
	for (size_t i = 0; i < n_knots; i++, bytes += 8) {
		uint64_t bits = get_u32(bytes) |
				(uint64_t)get_u32(bytes + 4) << 32;

		memcpy(&curve->knots[i], &bits, sizeof(bits));
	}
	if (n > 0) {
		memcpy(curve->note, bytes, n);
		curve->note[n] = '\0';
	}
	return 0;
}

static void curve_copy(struct camipc_arena *arena, void *value)
{
	struct lens_curve *curve = value;

	curve->knots = camipc_copy_array(arena, curve->knots, curve->n_knots,
					 sizeof(*curve->knots));
	if (!curve->knots)
		curve->n_knots = 0;
	if (curve->note)
		curve->note = camipc_copy_array(arena, curve->note,
						strlen(curve->note) + 1, 1);
}

static void curve_clear(void *value)
{
	struct lens_curve *curve = value;

	camipc_clear_array(curve->knots);
	camipc_clear_array(curve->note);
}

static bool curve_equal(const void *a, const void *b)
{
	return lens_curve_equal(a, b);
}

static int curve_print(const void *value, char *text, size_t size)
{
	const struct lens_curve *curve = value;

	return snprintf(text, size, "curve of %zu knots, \"%s\"",
			curve->n_knots, curve->note ? curve->note : "");
}

const struct camipc_external lens_curve_ipc = {
	.size = sizeof(lens_curve_ipc),
	.check = curve_check,
	.encode = curve_encode,
	.decode = curve_decode,
	.copy = curve_copy,
	.clear = curve_clear,
	.equal = curve_equal,
	.print = curve_print,
};
