/* SPDX-License-Identifier: MIT */
/* External types: everything around the functions of another library. */
#include <camipc/external.h>

#include <errno.h>
#include <string.h>

#include <camipc/wire.h>

/** Most bytes of a tag, a length and a version. */
#define MAX_EXTERNAL_PREFIX 15u

/* The members of the first version: a table has them all. */
static bool is_complete(const struct camipc_external *external)
{
	return external && external->check && external->encode &&
	       external->decode && !external->copy == !external->clear;
}

void camipc_init_external(const struct camipc_type_info *type, void *value)
{
	memset(value, 0, type->size);
	if (type->external->init)
		type->external->init(value);
}

void camipc_check_external(struct camipc_check *check,
			   const struct camipc_type_info *type,
			   const void *value, const char *field)
{
	struct camipc_external_need need = { 0 };
	int ret = -EINVAL;

	if (is_complete(type->external))
		ret = type->external->check(value, check->context, &need);
	if (ret == 0 && need.encoded > type->external_max_len)
		ret = -EINVAL;
	if (ret < 0) {
		camipc_check_fail(check, ret == -EMSGSIZE ? ret : -EINVAL,
				  field);
		return;
	}
	camipc_check_wire(check, MAX_EXTERNAL_PREFIX + need.encoded);
	camipc_check_add(&check->decoded, need.decoded);
}

uint8_t *camipc_put_external(struct camipc_writer *w, uint8_t *p,
			     uint32_t field,
			     const struct camipc_type_info *type,
			     const void *value)
{
	uint8_t *body = camipc_open(w, p, field);
	size_t room;
	int n;

	if (!camipc_has_room(w, body))
		return body;
	p = camipc_write_short_varint(body, type->external_version);
	if (!camipc_has_room(w, p))
		return p;
	room = (size_t)(w->end - p);
	if (room > type->external_max_len)
		room = type->external_max_len;
	n = type->external->encode(value, w->context, p, room);
	if (n < 0 || (size_t)n > room) {
		if (n != -EMSGSIZE)
			w->error = -EINVAL;
		return camipc_writer_fail(w);
	}
	return camipc_close(w, body, p + n);
}

/* An error of the arena is the reason, whatever decode() returned. */
static enum camipc_wire_fault fault_of(const struct camipc_arena *arena, int ret)
{
	if (arena->error)
		ret = arena->error;
	if (ret == -ENOMEM)
		return CAMIPC_FAULT_MEMORY;
	return ret == -EMSGSIZE ? CAMIPC_FAULT_LIMIT : CAMIPC_FAULT_RANGE;
}

const uint8_t *camipc_get_external(struct camipc_reader *r, const uint8_t *p,
				   const uint8_t *end,
				   const struct camipc_type_info *type,
				   void *value)
{
	const uint8_t *stop;
	uint64_t version;
	size_t len;
	int ret;

	camipc_init_external(type, value);
	p = camipc_get_len(r, p, end, &len);
	if (r->error)
		return p;
	stop = p + len;
	p = camipc_get_uint64(r, p, stop, &version);
	if (r->error)
		return p;
	len = (size_t)(stop - p);
	if (version == 0 || version > type->external_version ||
	    len > type->external_max_len || !is_complete(type->external))
		return camipc_fail(r, CAMIPC_FAULT_RANGE);
	ret = type->external->decode(value, r->context, p, len,
				     (uint32_t)version, r->arena);
	if (ret == 0 && r->arena->error == 0)
		return stop;
	/* Nothing of a value that was read halfway remains. */
	camipc_init_external(type, value);
	return camipc_fail(r, fault_of(r->arena, ret));
}

void camipc_copy_external(struct camipc_arena *arena,
			  const struct camipc_type_info *type, void *value)
{
	/* After an error, too: no pointer to the source may stay. */
	if (type->external->copy)
		type->external->copy(arena, value);
}

void camipc_clear_external(const struct camipc_type_info *type, void *value)
{
	if (type->external->clear)
		type->external->clear(value);
	camipc_init_external(type, value);
}
