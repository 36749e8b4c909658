/* SPDX-License-Identifier: MIT */
/* The struct of another library as an external type. */
#include "stamp.h"

#include <stdio.h>

#include <camipc/external_bytes.h>

static void stamp_init(void *value)
{
	struct stamp *stamp = value;

	stamp->number = 7;
}

static int stamp_check(const void *value, void *context,
		       struct camipc_external_need *ret_need)
{
	(void)value;
	(void)context;
	ret_need->encoded = 4;
	return 0;
}

static int stamp_encode(const void *value, void *context, uint8_t *bytes,
			size_t room)
{
	struct camipc_pack pack = { bytes, room, 0 };
	const struct stamp *stamp = value;

	(void)context;
	camipc_pack_u32(&pack, stamp->number);
	return camipc_pack_result(&pack);
}

static int stamp_decode(void *value, void *context, const uint8_t *bytes,
			size_t n, uint32_t version, struct camipc_arena *arena)
{
	struct camipc_unpack unpack = { bytes, n, false };
	struct stamp *stamp = value;

	(void)context;
	(void)arena;
	stamp->number = camipc_unpack_u32(&unpack);
	stamp->version = version;
	return camipc_unpack_result(&unpack);
}

/** The version is only how it came here. */
static bool stamp_equal(const void *a, const void *b)
{
	const struct stamp *x = a;
	const struct stamp *y = b;

	return x->number == y->number;
}

static int stamp_print(const void *value, char *text, size_t size)
{
	const struct stamp *stamp = value;

	return snprintf(text, size, "stamp %u of version %u", stamp->number,
			stamp->version);
}

/* What is written depends on the version: values are always encoded. */
const struct camipc_external stamp_ipc = {
	.size = sizeof(stamp_ipc),
	.flags = CAMIPC_EXTERNAL_TRANSLATES,
	.init = stamp_init,
	.check = stamp_check,
	.encode = stamp_encode,
	.decode = stamp_decode,
	.equal = stamp_equal,
	.print = stamp_print,
};
