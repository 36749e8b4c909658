/* SPDX-License-Identifier: MIT */
/* How the structs of lens.h are written, read, copied and compared. */
#include "lens_ipc.h"

#include <stdio.h>

#include <camipc/external_bytes.h>

/* ---- struct lens_id: a mount's number in the context, a serial number --- */

/* Returns the number of a mount, from 1; 0 for none; -1 if it is not there. */
static int mount_number(const struct lens_mounts *mounts,
			const struct lens_mount *mount)
{
	if (!mount)
		return 0;
	for (size_t i = 0; mounts && i < mounts->n; i++)
		if (mounts->mounts[i] == mount)
			return (int)i + 1;
	return -1;
}

static int id_check(const void *value, void *context,
		    struct camipc_external_need *ret_need)
{
	const struct lens_id *id = value;

	/* Without a context, nothing is sent. */
	if (context && mount_number(context, id->mount) < 0)
		return -EINVAL;
	ret_need->encoded = 8;
	return 0;
}

static int id_encode(const void *value, void *context, uint8_t *bytes,
		     size_t room)
{
	struct camipc_pack pack = { bytes, room, 0 };
	const struct lens_id *id = value;
	const int number = mount_number(context, id->mount);

	if (number < 0)
		return -EINVAL;
	camipc_pack_u32(&pack, (uint32_t)number);
	camipc_pack_u32(&pack, id->serial);
	return camipc_pack_result(&pack);
}

static int id_decode(void *value, void *context, const uint8_t *bytes, size_t n,
		     uint32_t version, struct camipc_arena *arena)
{
	struct camipc_unpack unpack = { bytes, n, false };
	const struct lens_mounts *mounts = context;
	struct lens_id *id = value;
	const uint32_t number = camipc_unpack_u32(&unpack);

	(void)version;
	(void)arena;
	if (number > 0 && (!mounts || number > mounts->n))
		return -EPROTO;
	id->mount = number > 0 ? mounts->mounts[number - 1] : NULL;
	id->serial = camipc_unpack_u32(&unpack);
	return camipc_unpack_result(&unpack);
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

/* ---- struct lens_curve: the knots and their number, the note -------------- */

static int curve_encode(const void *value, void *context, uint8_t *bytes,
			size_t room)
{
	struct camipc_pack pack = { bytes, room, 0 };
	const struct lens_curve *curve = value;

	(void)context;
	camipc_pack_u32(&pack, (uint32_t)curve->n_knots);
	for (size_t i = 0; i < curve->n_knots; i++)
		camipc_pack_double(&pack, curve->knots[i]);
	camipc_pack_text(&pack, curve->note);
	return camipc_pack_result(&pack);
}

static int curve_check(const void *value, void *context,
		       struct camipc_external_need *ret_need)
{
	const struct lens_curve *curve = value;
	int size;

	if (curve->n_knots > 0 && !curve->knots)
		return -EINVAL;
	if (curve->n_knots > UINT16_MAX ||
	    (curve->note && !camipc_text_is_valid(curve->note,
						  strlen(curve->note))))
		return -EINVAL;
	size = curve_encode(value, context, NULL, SIZE_MAX);
	if (size < 0)
		return size;
	ret_need->encoded = (size_t)size;
	ret_need->decoded = camipc_arena_need(8 * curve->n_knots);
	if (curve->note)
		ret_need->decoded +=
			camipc_arena_need(strlen(curve->note) + 1);
	return 0;
}

static int curve_decode(void *value, void *context, const uint8_t *bytes,
			size_t n, uint32_t version, struct camipc_arena *arena)
{
	struct camipc_unpack unpack = { bytes, n, false };
	struct lens_curve *curve = value;
	const size_t n_knots = camipc_unpack_u32(&unpack);

	(void)context;
	(void)version;
	curve->knots = camipc_unpack_array(&unpack, n_knots, sizeof(double), 8,
					   arena);
	curve->n_knots = curve->knots ? n_knots : 0;
	for (size_t i = 0; i < curve->n_knots; i++)
		curve->knots[i] = camipc_unpack_double(&unpack);
	curve->note = camipc_unpack_text(&unpack, arena);
	return camipc_unpack_result(&unpack);
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
