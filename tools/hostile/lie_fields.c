/* SPDX-License-Identifier: MIT */
/* Lies that are other values of a field of the header, or broken bodies. */
#include "lie_fields.h"

#include <signal.h>
#include <string.h>

#include <camipc/log.h>

#include "crash_record.h"

/* A message as an honest worker would send it, of the kind of the lie. */
static void make_honest(struct scene *scene, const struct lie *lie)
{
	static const uint8_t span[CAMIPC_TRACE_SPAN_SIZE] = { 1 };
	struct camipc_crash_record record;
	struct camipc_header header = scene->message->header;

	if (lie->kind == lie->at) {
		raw_frame_copy(&scene->frame, scene->message);
		return;
	}
	header.kind = lie->kind;
	header.id = lie->kind == CAMIPC_MESSAGE_LOG ? CAMIPC_LOG_WARNING : 0;
	header.cookie = 0;
	header.flags = 0;
	header.status = 0;
	header.n_fds = 0;
	memset(&record, 0, sizeof(record));
	record.signal = SIGSEGV;
	if (lie->kind == CAMIPC_MESSAGE_CRASH)
		raw_frame_make(&scene->frame, header, &record, sizeof(record));
	else if (lie->kind == CAMIPC_MESSAGE_TRACE)
		raw_frame_make(&scene->frame, header, span, sizeof(span));
	else if (lie->kind == CAMIPC_MESSAGE_LOG)
		raw_frame_make(&scene->frame, header, "a line", 6);
	else
		raw_frame_make(&scene->frame, header, NULL, 0);
}

static uint64_t other_value(enum lie_value value, uint64_t honest, size_t size)
{
	switch (value) {
	case LIE_ONE:
		return 1;
	case LIE_LESS:
		return honest - 1;
	case LIE_MORE:
		return honest + 1;
	case LIE_TOP:
		return UINT64_C(1) << (8 * size - 1);
	case LIE_MAX:
		return UINT64_MAX;
	default:
		return 0;
	}
}

/* Returns false if the value is the honest one: then there is no lie. */
static bool falsify_header(struct raw_frame *frame, const struct lie *lie)
{
	const struct lie_field *field = &lie_fields[lie->field];
	const uint64_t honest =
		raw_frame_get(frame, field->offset, field->size);

	raw_frame_put(frame, field->offset, field->size,
		      other_value((enum lie_value)lie->value, honest,
				  field->size));
	return raw_frame_get(frame, field->offset, field->size) != honest;
}

static void append(struct raw_frame *frame, const void *bytes, size_t size)
{
	memcpy(frame->bytes + frame->size, bytes, size);
	frame->size += size;
}

/* Field 1000 in field 1000, a thousand times; each has two bytes of length. */
static void append_nested(struct raw_frame *frame)
{
	const size_t levels = 1000;

	for (size_t i = 0; i < levels; i++) {
		const size_t inside = 4 * (levels - 1 - i);
		const uint8_t bytes[] = { 0xc2, 0x3e,
					  (uint8_t)(inside | 0x80),
					  (uint8_t)(inside >> 7) };

		append(frame, bytes, sizeof(bytes));
	}
}

static void append_unknown(struct raw_frame *frame)
{
	static const uint8_t head[] = { 0xc2, 0x3e, 0xa0, 0x9c, 1 };
	static const uint8_t zeros[20000];

	append(frame, head, sizeof(head));
	append(frame, zeros, sizeof(zeros));
}

static void append_broken(struct raw_frame *frame, enum lie_body body)
{
	static const struct {
		uint8_t size;
		uint8_t bytes[12];
	} ends[LIE_N_BODIES] = {
		[LIE_TAG_ZERO] = { 2, { 0x00, 0x00 } },
		[LIE_TAG_LARGE] = { 6, { 0x80, 0x80, 0x80, 0x80, 0x10, 0 } },
		[LIE_TAG_LONG] = { 7, { 0x88, 0x80, 0x80, 0x80, 0x80, 0, 0 } },
		[LIE_WIRE_TYPE_6] = { 2, { 0x0e, 0 } },
		[LIE_WIRE_TYPE_7] = { 2, { 0x0f, 0 } },
		[LIE_GROUP] = { 1, { 0x0b } },
		[LIE_GROUP_END] = { 1, { 0x0c } },
		[LIE_LONG_NUMBER] = { 12, { 0x08, 0xff, 0xff, 0xff, 0xff, 0xff,
					    0xff, 0xff, 0xff, 0xff, 0xff, 1 } },
		[LIE_CUT_NUMBER] = { 2, { 0x08, 0xff } },
		[LIE_LONG_FIELD] = { 6, { 0x0a, 0xff, 0xff, 0xff, 0xff, 7 } },
		[LIE_ENDLESS_FIELD] = { 11, { 0x0a, 0xff, 0xff, 0xff, 0xff,
					      0xff, 0xff, 0xff, 0xff, 0xff,
					      1 } },
	};

	append(frame, ends[body].bytes, ends[body].size);
}

/* As falsify_header(). */
static bool falsify_body(struct raw_frame *frame, enum lie_body body)
{
	const size_t before = frame->size;

	if (body == LIE_EMPTY) {
		frame->size = CAMIPC_HEADER_SIZE;
	} else if (body == LIE_CUT) {
		frame->size -= before > CAMIPC_HEADER_SIZE;
	} else if (body == LIE_GARBAGE) {
		memset(frame->bytes + CAMIPC_HEADER_SIZE, 0xff,
		       before - CAMIPC_HEADER_SIZE);
	} else if (body == LIE_UNKNOWN_FIELD) {
		append_unknown(frame);
	} else if (body == LIE_NESTED) {
		append_nested(frame);
	} else {
		append_broken(frame, body);
	}
	raw_frame_put(frame, 16, 4, frame->size - CAMIPC_HEADER_SIZE);
	return frame->size != before ||
	       (body == LIE_GARBAGE && before > CAMIPC_HEADER_SIZE);
}

bool lie_make(struct scene *scene, const struct lie *lie)
{
	make_honest(scene, lie);
	if (lie->act == LIE_HEADER)
		return falsify_header(&scene->frame, lie);
	return falsify_body(&scene->frame, (enum lie_body)lie->value);
}

int lie_send(struct scene *scene, const struct lie *lie)
{
	int ret = raw_frame_send(&scene->frame);

	return ret < 0 || lie->kind == lie->at ? ret : scene_be_honest(scene);
}
