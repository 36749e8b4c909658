/* SPDX-License-Identifier: MIT */
/* Compares protobuf-c messages with our values, by reflection. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

/* Descriptors so far: their numbers on the wire are their places. */
struct walk {
	uint32_t n_fds;
};

#define MAX_MET 1000

static const void *met[MAX_MET];

static void meet(const void *what)
{
	for (size_t i = 0; i < MAX_MET; i++) {
		if (met[i] == what)
			return;
		if (!met[i]) {
			met[i] = what;
			return;
		}
	}
	abort();
}

bool oracle_was_met(const void *what)
{
	for (size_t i = 0; i < MAX_MET && met[i]; i++) {
		if (met[i] == what)
			return true;
	}
	return false;
}

static bool differ(const struct camipc_type_info *info,
		   const struct camipc_field_info *field, const char *what)
{
	fprintf(stderr, "%s.%s against protobuf-c: %s\n", info->name,
		field ? field->name : "", what);
	return false;
}

size_t oracle_member_size(const ProtobufCFieldDescriptor *pf)
{
	switch (pf->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_ENUM:
		return 4;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return 8;
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(void *);
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	}
	abort();
}

static bool is_signed(const struct camipc_field_info *field)
{
	switch (field->kind) {
	case CAMIPC_KIND_INT8:
	case CAMIPC_KIND_INT16:
	case CAMIPC_KIND_INT32:
	case CAMIPC_KIND_INT64:
	case CAMIPC_KIND_ENUM:
		return true;
	default:
		return false;
	}
}

/* A number of a protobuf-c struct, as oracle_number() has ours. */
static uint64_t protobuf_number(const ProtobufCFieldDescriptor *pf,
				const struct camipc_field_info *field,
				const uint8_t *member)
{
	protobuf_c_boolean truth;
	uint32_t narrow;
	uint64_t wide;

	if (pf->type == PROTOBUF_C_TYPE_BOOL) {
		memcpy(&truth, member, sizeof(truth));
		return (uint64_t)(truth != 0);
	}
	if (oracle_member_size(pf) == 4) {
		memcpy(&narrow, member, sizeof(narrow));
		return is_signed(field) ? (uint64_t)(int32_t)narrow : narrow;
	}
	memcpy(&wide, member, sizeof(wide));
	return wide;
}

/* ---- comparing ----------------------------------------------------------- */

static bool match_message(struct walk *walk,
			  const struct camipc_type_info *info,
			  const uint8_t *msg, const ProtobufCMessage *message);

static bool match_bytes(const struct camipc_type_info *info,
			const struct camipc_field_info *field,
			const uint8_t *items, size_t n, const uint8_t *member)
{
	ProtobufCBinaryData data;

	memcpy(&data, member, sizeof(data));
	if (data.len != n || (n > 0 && memcmp(data.data, items, n) != 0))
		return differ(info, field, "bytes differ");
	return true;
}

static bool match_fd(struct walk *walk, const struct camipc_type_info *info,
		     const struct camipc_field_info *field,
		     const uint8_t *item, const uint8_t *member)
{
	uint32_t place;
	int fd;

	memcpy(&place, member, sizeof(place));
	memcpy(&fd, item, sizeof(fd));
	if (fd >= 0)
		walk->n_fds++;
	return place == (fd >= 0 ? walk->n_fds : 0) ||
	       differ(info, field, "place of a descriptor differs");
}

static bool match_item(struct walk *walk, const struct camipc_type_info *info,
		       const struct camipc_field_info *field,
		       const uint8_t *item, const ProtobufCFieldDescriptor *pf,
		       const uint8_t *member)
{
	const ProtobufCMessage *message;
	const char *text;
	const char *ours;

	if (oracle_is_bytes_box(field)) {
		struct oracle_values inner =
			oracle_look(field->type, &field->type->fields[0], item);

		return match_bytes(info, field, inner.items, inner.n, member);
	}
	switch (field->kind) {
	case CAMIPC_KIND_STRUCT:
	case CAMIPC_KIND_UNION:
		memcpy(&message, member, sizeof(message));
		if (!message)
			return differ(info, field, "message missing");
		return match_message(walk, field->type, item, message);
	case CAMIPC_KIND_STRING:
		memcpy(&text, member, sizeof(text));
		memcpy(&ours, item, sizeof(ours));
		return strcmp(text ? text : "", ours ? ours : "") == 0 ||
		       differ(info, field, "strings differ");
	case CAMIPC_KIND_FD:
		return match_fd(walk, info, field, item, member);
	default:
		return oracle_number(field, item) ==
			       protobuf_number(pf, field, member) ||
		       differ(info, field, "numbers differ");
	}
}

static bool match_field(struct walk *walk, const struct camipc_type_info *info,
			const struct camipc_field_info *field,
			const uint8_t *msg, const ProtobufCMessage *message)
{
	const ProtobufCFieldDescriptor *pf =
		protobuf_c_message_descriptor_get_field(message->descriptor,
							field->number);
	struct oracle_values values = oracle_look(info, field, msg);
	const uint8_t *base = (const uint8_t *)message;
	const ProtobufCMessage *inner;
	const uint8_t *member;
	const uint8_t *list;
	size_t n;

	if (!pf)
		return differ(info, field, "the .proto has no such number");
	member = base + pf->offset;
	if (pf->label == PROTOBUF_C_LABEL_REPEATED) {
		memcpy(&n, base + pf->quantifier_offset, sizeof(n));
		memcpy(&list, member, sizeof(list));
		if (n != values.n)
			return differ(info, field, "counts differ");
		for (size_t i = 0; i < n; i++) {
			if (!match_item(walk, info, field,
					values.items + i * values.size, pf,
					list + i * oracle_member_size(pf)))
				return false;
		}
		return true;
	}
	if (pf->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
		uint32_t set;

		memcpy(&set, base + pf->quantifier_offset, sizeof(set));
		if ((set == pf->id) != (values.n > 0))
			return differ(info, field, "presence differs");
	} else if (values.is_bytes) {
		return match_bytes(info, field, values.items, values.n, member);
	}
	if (values.n == 0 && !(pf->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)) {
		/* A nullable struct that is absent. */
		memcpy(&inner, member, sizeof(inner));
		return pf->type != PROTOBUF_C_TYPE_MESSAGE || !inner ||
		       differ(info, field, "message too many");
	}
	if (values.n == 0)
		return true;
	if (values.is_bytes)
		return match_bytes(info, field, values.items, values.n, member);
	return match_item(walk, info, field, values.items, pf, member);
}

/* Each is a tag, and what stands behind it. */
static bool match_unknown(const ProtobufCMessage *message,
			  struct oracle_values ours)
{
	size_t at = 0;

	for (unsigned int i = 0; i < message->n_unknown_fields; i++) {
		const ProtobufCMessageUnknownField *theirs =
			&message->unknown_fields[i];
		uint64_t tag = theirs->tag << 3 | theirs->wire_type;
		uint8_t bytes[10];
		size_t n = (size_t)(camipc_write_varint(bytes, tag) - bytes);

		if (n + theirs->len > ours.n - at ||
		    memcmp(ours.items + at, bytes, n) != 0 ||
		    memcmp(ours.items + at + n, theirs->data, theirs->len) != 0)
			return false;
		at += n + theirs->len;
	}
	return at == ours.n;
}

static bool match_message(struct walk *walk,
			  const struct camipc_type_info *info,
			  const uint8_t *msg, const ProtobufCMessage *message)
{
	struct oracle_place at;

	meet(info);
	meet(message->descriptor);
	/* Descriptors are counted as they are written: by number. */
	for (at = oracle_next_field(info, 0); at.field;
	     at = oracle_next_field(info, at.field->number)) {
		if (!match_field(walk, at.info, at.field, msg + at.offset,
				 message))
			return false;
	}
	return match_unknown(message, oracle_unknown(info, msg)) ||
	       differ(info, NULL, "unknown fields");
}

bool oracle_matches(const struct camipc_type_info *info, const void *msg,
		    const ProtobufCMessage *message)
{
	struct walk walk = { 0 };

	return match_message(&walk, info, msg, message);
}
