/* SPDX-License-Identifier: MIT */
/* Hashes frames and metadata. */
#include "frame_hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

uint64_t frame_hash_bytes(uint64_t hash, const void *data, size_t size)
{
	const uint8_t *p = data;
	size_t i;

	/* FNV-1a: any difference will do. */
	for (i = 0; i < size; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t hash_value(uint64_t hash, const struct cam_control_value *v)
{
	hash = frame_hash_bytes(hash, &v->tag, sizeof(v->tag));
	switch (v->tag) {
	case CAM_CONTROL_VALUE_BOOLEAN:
		return frame_hash_bytes(hash, &v->boolean,
					sizeof(v->boolean));
	case CAM_CONTROL_VALUE_INTEGER32:
		return frame_hash_bytes(hash, &v->integer32,
					sizeof(v->integer32));
	case CAM_CONTROL_VALUE_INTEGER64:
		return frame_hash_bytes(hash, &v->integer64,
					sizeof(v->integer64));
	case CAM_CONTROL_VALUE_FLOAT32:
		return frame_hash_bytes(hash, &v->float32,
					sizeof(v->float32));
	case CAM_CONTROL_VALUE_INTEGER32_ARRAY:
		return frame_hash_bytes(hash, v->integer32_array.items,
					4 * v->integer32_array.n_items);
	case CAM_CONTROL_VALUE_FLOAT32_ARRAY:
		return frame_hash_bytes(hash, v->float32_array.items,
					4 * v->float32_array.n_items);
	default:
		fail_msg("metadata of a type that nobody hashes: %d",
			 (int)v->tag);
		return 0;
	}
}

uint64_t frame_hash_list(uint64_t hash, const struct cam_control_list *list)
{
	for (size_t i = 0; i < list->n_controls; i++) {
		const struct cam_control *c = &list->controls[i];

		hash = frame_hash_bytes(hash, &c->id, sizeof(c->id));
		hash = hash_value(hash, &c->value);
	}
	return hash;
}
