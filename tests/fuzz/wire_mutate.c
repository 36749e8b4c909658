/* SPDX-License-Identifier: MIT */
/* Mutates a message: applies one random change of wire_edit.h. */
#include <string.h>

#include "wire_edit.h"

/* One mutation: what is changed, and where. */
struct edit {
	struct oracle_random *random;
	struct wire_message message;
	struct wire_tree tree;
	const struct camipc_type_info *info; /* of the outermost message */
	const struct wire_donor *donor;
};

static uint8_t scratch[FUZZ_MAX_INPUT];

static uint32_t below(const struct edit *edit, size_t n)
{
	return oracle_below(edit->random, (uint32_t)n);
}

/* A message in it: a field that holds one, or -1 for the outermost. */
static int any_message(const struct edit *edit)
{
	int found = -1;
	uint32_t n = 1;

	for (size_t i = 0; i < edit->tree.n; i++) {
		const struct wire_field *field = &edit->tree.fields[i];

		if (field->wire == 2 && wire_inner(field->info) &&
		    below(edit, ++n) == 0)
			found = (int)i;
	}
	return found;
}

static const struct camipc_type_info *info_of(const struct edit *edit,
					      int message)
{
	return message < 0 ? edit->info
			   : wire_inner(edit->tree.fields[message].info);
}

/* Between two fields of @message, its beginning or its end. */
static size_t any_gap(const struct edit *edit, int message)
{
	size_t at = message < 0 ? 0 : edit->tree.fields[message].body;
	uint32_t n = 1;

	for (size_t i = 0; i < edit->tree.n; i++) {
		if (edit->tree.fields[i].parent == message &&
		    below(edit, ++n) == 0)
			at = edit->tree.fields[i].end;
	}
	return at;
}

static bool insert(struct edit *edit, int message, const uint8_t *bytes,
		   size_t n)
{
	return wire_splice(&edit->message, &edit->tree, message,
			   any_gap(edit, message), 0, bytes, n);
}

/* Numbers at the edges of everything; longer than need be at times. */
static size_t write_number(const struct edit *edit, uint8_t *to)
{
	static const uint64_t edges[] = { 0,	      1,
					  2,	      127,
					  128,	      255,
					  256,	      32768,
					  65535,      65536,
					  INT32_MAX,  UINT64_C(1) << 31,
					  UINT32_MAX, UINT64_C(1) << 32,
					  INT64_MAX,  UINT64_C(1) << 63,
					  UINT64_MAX };
	uint64_t value = below(edit, 3)
				 ? edges[below(edit, 17)]
				 : oracle_next(edit->random) >> below(edit, 64);
	uint8_t *end = camipc_write_varint(to, value);
	size_t n = (size_t)(end - to);
	size_t longer = below(edit, 6) ? n : n + below(edit, 4);

	while (n < longer) {
		to[n - 1] |= 0x80;
		to[n++] = 0;
	}
	return n;
}

/* ---- changes; each returns false if there was nothing to change ---------- */

static bool change_number(struct edit *edit, const struct wire_field *field)
{
	uint8_t bytes[32];
	size_t n = field->wire == 1 ? 8 : 4;

	if (field->wire == 0) {
		n = write_number(edit, bytes);
	} else {
		for (size_t i = 0; i < n; i++)
			bytes[i] = below(edit, 2) ? 0xff
						  : (uint8_t)below(edit, 256);
	}
	return wire_splice(&edit->message, &edit->tree, field->parent,
			   field->body, field->end - field->body, bytes, n);
}

/* What has a length: other bytes of any length. */
static bool change_bytes(struct edit *edit, const struct wire_field *field)
{
	size_t old = field->end - field->body;
	size_t n;

	if (old > sizeof(scratch) / 2)
		return false;
	memcpy(scratch, edit->message.data + field->body, old);
	n = fuzz_mutate_bytes(edit->random, scratch, old, old + 16);
	return wire_splice(&edit->message, &edit->tree, field->parent,
			   field->body, old, scratch, n);
}

static bool change_value(struct edit *edit, const struct wire_field *field)
{
	return field->wire == 2 ? change_bytes(edit, field)
				: change_number(edit, field);
}

/* Once more, here or in another place of its message; or many times. */
static bool double_field(struct edit *edit, const struct wire_field *field)
{
	size_t n = field->end - field->start;
	uint32_t times = below(edit, 16) ? 1 : 1 + below(edit, 64);
	size_t used = 0;

	while (times-- > 0 && n <= sizeof(scratch) - used) {
		memcpy(scratch + used, edit->message.data + field->start, n);
		used += n;
	}
	return used > 0 && insert(edit, field->parent, scratch, used);
}

static bool remove_field(struct edit *edit, const struct wire_field *field)
{
	return wire_splice(&edit->message, &edit->tree, field->parent,
			   field->start, field->end - field->start, NULL, 0);
}

/* The same contents under another number, or as another wire type. */
static bool change_tag(struct edit *edit, const struct wire_field *field)
{
	const struct camipc_type_info *owner = field->owner;
	uint32_t number = field->number;
	uint32_t wire = field->wire;
	uint8_t bytes[32];
	size_t n;

	if (below(edit, 2) && owner && owner->n_fields > 0)
		number = owner->fields[below(edit, owner->n_fields)].number;
	else if (below(edit, 4) == 0)
		number = (uint32_t)oracle_next(edit->random) >> below(edit, 32);
	else
		wire = below(edit, 8);
	n = (size_t)(camipc_write_varint(bytes, (uint64_t)number << 3 | wire) -
		     bytes);
	return wire_splice(&edit->message, &edit->tree, field->parent,
			   field->start, field->len_at - field->start, bytes,
			   n);
}

/* A length that is wrong, and stays it. */
static bool break_length(struct edit *edit, const struct wire_field *field)
{
	uint8_t bytes[32];
	size_t len = field->end - field->body;
	size_t n;

	if (field->wire != 2)
		return false;
	if (below(edit, 2))
		n = write_number(edit, bytes);
	else
		n = (size_t)(camipc_write_varint(bytes,
						 len + below(edit, 9) - 4) -
			     bytes);
	return wire_splice(&edit->message, &edit->tree, field->parent,
			   field->len_at, field->body - field->len_at, bytes,
			   n);
}

/* An array of numbers in two pieces; or its elements one by one. */
static bool split_packed(struct edit *edit, const struct wire_field *field)
{
	size_t old = field->end - field->start;
	size_t tag = field->len_at - field->start;
	size_t len = field->end - field->body;
	size_t first = below(edit, len + 1);
	uint8_t *to = scratch;

	if (field->wire != 2 || wire_inner(field->info) ||
	    old > sizeof(scratch) / 2)
		return false;
	for (int half = 0; half < 2; half++) {
		size_t n = half ? len - first : first;
		const uint8_t *from =
			edit->message.data + field->body + (half ? first : 0);

		memcpy(to, edit->message.data + field->start, tag);
		to = camipc_write_varint(to + tag, n);
		memcpy(to, from, n);
		to += n;
	}
	return wire_splice(&edit->message, &edit->tree, field->parent,
			   field->start, old, scratch, (size_t)(to - scratch));
}

/* A message inside of itself, where its type allows it or not. */
static bool nest_deeper(struct edit *edit, const struct wire_field *field)
{
	uint32_t times = 1 + below(edit, CAMIPC_MAX_DEPTH + 4);
	size_t size = 0;
	size_t tag = field->len_at - field->start;

	if (field->wire != 2)
		return false;
	while (times-- > 0 && size < 512) {
		uint8_t head[32];
		size_t n = tag;

		memcpy(head, edit->message.data + field->start, tag);
		n = (size_t)(camipc_write_varint(head + tag, size) - head);
		memmove(scratch + n, scratch, size);
		memcpy(scratch, head, n);
		size += n;
	}
	return wire_splice(&edit->message, &edit->tree, field->parent,
			   field->end, 0, scratch, size);
}

/* A field out of a message with good values of the same kind. */
static bool insert_drawn(struct edit *edit)
{
	int message = any_message(edit);
	const struct camipc_type_info *info = info_of(edit, message);
	const struct camipc_message_type *type = fuzz_find_type(info);
	static struct wire_tree drawn;
	static uint8_t bytes[FUZZ_MAX_INPUT];
	const struct wire_field *field;
	uint32_t n_fds;
	size_t size;

	if (!type)
		return false;
	size = fuzz_draw_bytes(edit->random, type, bytes, sizeof(bytes),
			       &n_fds);
	wire_parse(&drawn, info, bytes, size);
	if (drawn.n == 0)
		return false;
	do
		field = &drawn.fields[below(edit, drawn.n)];
	while (field->parent >= 0);
	return insert(edit, message, bytes + field->start,
		      field->end - field->start);
}

/* A whole message of good values in the place of another one. */
static bool replace_drawn(struct edit *edit)
{
	int message = any_message(edit);
	const struct camipc_message_type *type =
		fuzz_find_type(info_of(edit, message));
	size_t from = 0;
	size_t to = edit->message.size;
	uint32_t n_fds;
	size_t size;

	if (!type)
		return false;
	if (message >= 0) {
		from = edit->tree.fields[message].body;
		to = edit->tree.fields[message].end;
	}
	size = fuzz_draw_bytes(edit->random, type, scratch, sizeof(scratch),
			       &n_fds);
	return wire_splice(&edit->message, &edit->tree, message, from,
			   to - from, scratch, size);
}

static bool insert_unknown(struct edit *edit)
{
	static const uint8_t fields[][8] = {
		{ 0xf8, 0x07, 0x01 }, /* 127: varint */
		{ 0xfa, 0x07, 0x02, 0x08, 0x01 }, /* 127: two bytes */
		{ 0xfd, 0x07, 1, 2, 3, 4 }, /* 127: four bytes */
		{ 0xf8, 0xff, 0xff, 0xff, 0x0f, 0x00 }, /* the largest one */
		{ 0x00, 0x00 }, /* number 0 */
		{ 0xfb, 0x07, 0xfc, 0x07 }, /* a group */
	};
	static const size_t sizes[] = { 3, 5, 6, 6, 2, 4 };
	uint32_t which = below(edit, 6);

	return insert(edit, any_message(edit), fields[which], sizes[which]);
}

/* A field of another input, into a message that it may belong to. */
static bool insert_donated(struct edit *edit)
{
	static struct wire_tree tree;
	int message = any_message(edit);
	const struct camipc_type_info *info = info_of(edit, message);
	const struct wire_field *found = NULL;
	uint32_t n = 0;

	if (!edit->donor->bytes)
		return false;
	wire_parse(&tree, edit->donor->info, edit->donor->bytes,
		   edit->donor->size);
	for (size_t i = 0; i < tree.n; i++) {
		if ((tree.fields[i].owner == info || below(edit, 8) == 0) &&
		    below(edit, ++n) == 0)
			found = &tree.fields[i];
	}
	return found && insert(edit, message, edit->donor->bytes + found->start,
			       found->end - found->start);
}

static bool cut_or_change(struct edit *edit)
{
	struct wire_message *message = &edit->message;

	if (below(edit, 4) == 0)
		message->size = below(edit, message->size + 1);
	else
		message->size = fuzz_mutate_bytes(edit->random, message->data,
						  message->size, message->room);
	return true;
}

static bool (*const field_edits[])(struct edit *edit,
				   const struct wire_field *field) = {
	change_value, change_value, change_value, change_value, double_field,
	remove_field, change_tag,   break_length, split_packed, nest_deeper,
};

static bool (*const message_edits[])(struct edit *edit) = {
	insert_drawn,	insert_drawn,	replace_drawn,
	insert_unknown, insert_donated, cut_or_change,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void mutate_once(struct edit *edit)
{
	for (int tries = 0; tries < 8; tries++) {
		wire_parse(&edit->tree, edit->info, edit->message.data,
			   edit->message.size);
		if (edit->tree.n > 0 && below(edit, 8) < 5) {
			const struct wire_field *field =
				&edit->tree.fields[below(edit, edit->tree.n)];

			if (field_edits[below(edit, COUNT(field_edits))](edit,
									 field))
				return;
		} else if (message_edits[below(edit, COUNT(message_edits))](
				   edit)) {
			return;
		}
	}
}

size_t wire_mutate(struct oracle_random *random,
		   const struct camipc_type_info *info, uint8_t *data,
		   size_t size, size_t room, const struct wire_donor *donor)
{
	static struct edit edit;
	uint32_t times = 1 + oracle_below(random, 4);

	edit.random = random;
	edit.message = (struct wire_message){ data, size, room };
	edit.info = info;
	edit.donor = donor;
	while (times-- > 0)
		mutate_once(&edit);
	return edit.message.size;
}
