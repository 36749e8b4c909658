/* SPDX-License-Identifier: MIT */
/* Builds protobuf-c messages from our values, by reflection. */
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

struct walk {
	struct oracle_random *random;
	uint32_t n_fds; /* so far: their numbers on the wire are their places */
};

static void *new_memory(size_t n, size_t size)
{
	void *memory = calloc(n ? n : 1, size);

	if (!memory)
		abort();
	return memory;
}

static ProtobufCMessage *
build_message(struct walk *walk, const struct camipc_type_info *info,
	      const ProtobufCMessageDescriptor *descriptor, const uint8_t *msg);

static void build_bytes(const uint8_t *items, size_t n, uint8_t *member)
{
	ProtobufCBinaryData data = { n, NULL };

	if (n > 0) {
		data.data = new_memory(n, 1);
		memcpy(data.data, items, n);
	}
	memcpy(member, &data, sizeof(data));
}

static void build_number(const ProtobufCFieldDescriptor *pf, uint64_t value,
			 uint8_t *member)
{
	protobuf_c_boolean truth = value != 0;
	uint32_t narrow = (uint32_t)value;

	if (pf->type == PROTOBUF_C_TYPE_BOOL)
		memcpy(member, &truth, sizeof(truth));
	else if (oracle_member_size(pf) == 4)
		memcpy(member, &narrow, sizeof(narrow));
	else
		memcpy(member, &value, sizeof(value));
}

static void build_item(struct walk *walk, const struct camipc_field_info *field,
		       const uint8_t *item, const ProtobufCFieldDescriptor *pf,
		       uint8_t *member)
{
	ProtobufCMessage *message;
	const char *text;
	char *copy;
	int fd;

	if (oracle_is_bytes_box(field)) {
		struct oracle_values inner =
			oracle_look(field->type, &field->type->fields[0], item);

		build_bytes(inner.items, inner.n, member);
		return;
	}
	switch (field->kind) {
	case CAMIPC_KIND_STRUCT:
	case CAMIPC_KIND_UNION:
		message = build_message(walk, field->type, pf->descriptor,
					item);
		memcpy(member, &message, sizeof(message));
		return;
	case CAMIPC_KIND_STRING:
		memcpy(&text, item, sizeof(text));
		copy = strdup(text ? text : "");
		memcpy(member, &copy, sizeof(copy));
		return;
	case CAMIPC_KIND_FD:
		memcpy(&fd, item, sizeof(fd));
		build_number(pf, fd >= 0 ? ++walk->n_fds : 0, member);
		return;
	default:
		build_number(pf, oracle_number(field, item), member);
	}
}

static bool holds_fds(const struct camipc_type_info *info, unsigned int depth)
{
	if (depth > 8) /* one that contains itself: better be sure */
		return true;
	for (uint32_t i = 0; i < info->n_fields; i++) {
		const struct camipc_field_info *field = &info->fields[i];

		if (field->kind == CAMIPC_KIND_FD)
			return true;
		if ((field->kind == CAMIPC_KIND_STRUCT ||
		     field->kind == CAMIPC_KIND_UNION) &&
		    holds_fds(field->type, depth + 1))
			return true;
	}
	return false;
}

/* Any order of entries is legal; where descriptors are, theirs has to be. */
static void shuffle(struct oracle_random *random, size_t *order, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t other = oracle_below(random, (uint32_t)i);
		size_t kept = order[i - 1];

		order[i - 1] = order[other];
		order[other] = kept;
	}
}

/*
 * For a map an older value of the first key comes before all: another entry's
 * value under it, which the last one with that key replaces.
 */
static void build_repeated(struct walk *walk,
			   const struct camipc_field_info *field,
			   const struct oracle_values *values,
			   const ProtobufCFieldDescriptor *pf, uint8_t *base)
{
	bool shuffled = field->shape == CAMIPC_SHAPE_MAP && values->n > 1 &&
			!holds_fds(field->type, 0);
	size_t n = values->n + shuffled;
	uint8_t *list = n ? new_memory(n, oracle_member_size(pf)) : NULL;
	size_t *order = new_memory(values->n, sizeof(*order));

	for (size_t i = 0; i < values->n; i++)
		order[i] = i;
	if (shuffled) {
		uint8_t *old = new_memory(1, values->size);
		const struct camipc_field_info *key = &field->type->fields[0];

		memcpy(old, values->items + values->size, values->size);
		memcpy(old + key->offset, values->items + key->offset,
		       oracle_value_size(key));
		build_item(walk, field, old, pf, list);
		free(old);
		shuffle(walk->random, order, values->n);
	}
	for (size_t i = 0; i < values->n; i++)
		build_item(walk, field, values->items + order[i] * values->size,
			   pf, list + (i + shuffled) * oracle_member_size(pf));
	memcpy(base + pf->quantifier_offset, &n, sizeof(n));
	memcpy(base + pf->offset, &list, sizeof(list));
	free(order);
}

/* A struct that says nothing may be absent. */
static bool may_drop(struct walk *walk, const struct camipc_field_info *field,
		     const uint8_t *item)
{
	uint8_t *fresh;
	bool same;

	if (field->kind != CAMIPC_KIND_STRUCT || oracle_is_bytes_box(field) ||
	    field->shape != CAMIPC_SHAPE_SINGLE ||
	    field->flags & CAMIPC_FIELD_REQUIRED ||
	    oracle_below(walk->random, 2))
		return false;
	fresh = new_memory(1, field->type->size);
	if (field->type->init)
		field->type->init(fresh);
	/* Bytes, not values: that spares the words about what differs. */
	same = memcmp(fresh, item, field->type->size) == 0;
	free(fresh);
	return same;
}

static void build_field(struct walk *walk, const struct camipc_type_info *info,
			const struct camipc_field_info *field,
			const uint8_t *msg, ProtobufCMessage *message)
{
	const ProtobufCFieldDescriptor *pf =
		protobuf_c_message_descriptor_get_field(message->descriptor,
							field->number);
	struct oracle_values values = oracle_look(info, field, msg);
	uint8_t *base = (uint8_t *)message;

	if (!pf)
		abort(); /* oracle_matches() told already */
	if (pf->label == PROTOBUF_C_LABEL_REPEATED) {
		build_repeated(walk, field, &values, pf, base);
		return;
	}
	if (values.n == 0)
		return;
	if (pf->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
		memcpy(base + pf->quantifier_offset, &pf->id, sizeof(pf->id));
	else if (info->kind == CAMIPC_KIND_STRUCT &&
		 may_drop(walk, field, values.items))
		return;
	if (values.is_bytes)
		build_bytes(values.items, values.n, base + pf->offset);
	else
		build_item(walk, field, values.items, pf, base + pf->offset);
}

static void build_unknown(struct oracle_values ours, ProtobufCMessage *message)
{
	struct camipc_reader r;
	const uint8_t *p =
		camipc_reader_init(&r, ours.items, ours.n, NULL, NULL, 0);

	/* No more fields than bytes. */
	message->unknown_fields =
		new_memory(ours.n, sizeof(*message->unknown_fields));
	while (p < r.end) {
		ProtobufCMessageUnknownField *field =
			&message->unknown_fields[message->n_unknown_fields++];
		const uint8_t *data;
		uint32_t tag;

		data = camipc_get_tag(&r, p, r.end, &tag);
		p = camipc_skip(&r, data, r.end, tag);
		field->tag = tag >> 3;
		field->wire_type = (ProtobufCWireType)(tag & 7);
		field->len = (size_t)(p - data);
		field->data = new_memory(field->len, 1);
		memcpy(field->data, data, field->len);
	}
}

static ProtobufCMessage *
build_message(struct walk *walk, const struct camipc_type_info *info,
	      const ProtobufCMessageDescriptor *descriptor, const uint8_t *msg)
{
	ProtobufCMessage *message =
		new_memory(1, descriptor->sizeof_message);
	struct oracle_place at;

	protobuf_c_message_init(descriptor, message);
	for (at = oracle_next_field(info, 0); at.field;
	     at = oracle_next_field(info, at.field->number))
		build_field(walk, at.info, at.field, msg + at.offset, message);
	build_unknown(oracle_unknown(info, msg), message);
	return message;
}

ProtobufCMessage *
oracle_to_protobuf(struct oracle_random *random,
		   const struct camipc_type_info *info,
		   const ProtobufCMessageDescriptor *descriptor,
		   const void *msg)
{
	struct walk walk = { random, 0 };

	return build_message(&walk, info, descriptor, msg);
}
