/* SPDX-License-Identifier: MIT */
/* The codec of nanopb, with structs as large as nanopb.options says. */
#include <stdlib.h>
#include <string.h>

#include <pb_decode.h>
#include <pb_encode.h>

#include "bench.npb.h"
#include "bench_ipa_types.h"
#include "core.npb.h"
#include "peers.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* A struct that is too small is an error in nanopb.options. */
static pb_size_t fitting(size_t n, size_t room)
{
	if (n > room)
		abort();
	return (pb_size_t)n;
}

static void build_text(char *to, size_t room, const char *from)
{
	size_t size = strlen(from) + 1;

	memcpy(to, from, fitting(size, room));
}

static void build_rectangle(cam_Rectangle *to, const struct cam_rectangle *from)
{
	to->x = from->x;
	to->y = from->y;
	to->width = from->width;
	to->height = from->height;
}

static void build_size(cam_Size *to, const struct cam_size *from)
{
	to->width = from->width;
	to->height = from->height;
}

static void build_sensor_info(void *data, const void *ours)
{
	const struct cam_camera_sensor_info *from = ours;
	cam_IPACameraSensorInfo *to = data;

	build_text(to->model, sizeof(to->model), from->model);
	to->bits_per_pixel = from->bits_per_pixel;
	to->cfa_pattern = from->cfa_pattern;
	to->has_active_area_size = true;
	build_size(&to->active_area_size, &from->active_area_size);
	to->has_analog_crop = true;
	build_rectangle(&to->analog_crop, &from->analog_crop);
	to->has_output_size = true;
	build_size(&to->output_size, &from->output_size);
	to->pixel_rate = from->pixel_rate;
	to->min_line_length = from->min_line_length;
	to->max_line_length = from->max_line_length;
	to->min_frame_length = from->min_frame_length;
	to->max_frame_length = from->max_frame_length;
}

static void build_integers(cam_Int32Array *to,
			   const struct cam_int32_array *from)
{
	to->items_count = fitting(from->n_items, LENGTH(to->items));
	memcpy(to->items, from->items, from->n_items * sizeof(*to->items));
}

static void build_floats(cam_FloatArray *to, const struct cam_float_array *from)
{
	to->items_count = fitting(from->n_items, LENGTH(to->items));
	memcpy(to->items, from->items, from->n_items * sizeof(*to->items));
}

static void build_value(cam_ControlValue *to,
			const struct cam_control_value *from)
{
	to->which_value = (pb_size_t)from->tag;
	switch (from->tag) {
	case CAM_CONTROL_VALUE_BOOLEAN:
		to->value.boolean = from->boolean;
		break;
	case CAM_CONTROL_VALUE_INTEGER32:
		to->value.integer32 = from->integer32;
		break;
	case CAM_CONTROL_VALUE_INTEGER64:
		to->value.integer64 = from->integer64;
		break;
	case CAM_CONTROL_VALUE_FLOAT32:
		to->value.float32 = from->float32;
		break;
	case CAM_CONTROL_VALUE_STRING:
		build_text(to->value.string, sizeof(to->value.string),
			   from->string);
		break;
	case CAM_CONTROL_VALUE_RECTANGLE:
		build_rectangle(&to->value.rectangle, &from->rectangle);
		break;
	case CAM_CONTROL_VALUE_INTEGER32_ARRAY:
		build_integers(&to->value.integer32_array,
			       &from->integer32_array);
		break;
	case CAM_CONTROL_VALUE_FLOAT32_ARRAY:
		build_floats(&to->value.float32_array, &from->float32_array);
		break;
	default:
		to->which_value = 0;
	}
}

static void build_control_list(void *data, const void *ours)
{
	const struct cam_control_list *from = ours;
	cam_ControlList *to = data;

	to->controls_count = fitting(from->n_controls, LENGTH(to->controls));
	for (size_t i = 0; i < from->n_controls; i++) {
		to->controls[i].id_space =
			(cam_ControlIdSpace)from->controls[i].id_space;
		to->controls[i].id = from->controls[i].id;
		to->controls[i].has_value = true;
		build_value(&to->controls[i].value, &from->controls[i].value);
	}
}

static void build_prepare_params(void *data, const void *ours)
{
	const struct ipa_bench_prepare_params *from = ours;
	ipa_bench_PrepareParams *to = data;

	to->frame = from->frame;
	to->stats_buffer = from->stats_buffer;
	to->params_buffer = from->params_buffer;
	to->has_sensor_controls = true;
	build_control_list(&to->sensor_controls, &from->sensor_controls);
	to->has_request_controls = true;
	build_control_list(&to->request_controls, &from->request_controls);
}

static void build_info_map(void *data, const void *ours)
{
	const struct cam_control_info_map *from = ours;
	cam_ControlInfoMap *to = data;

	to->id_space = (cam_ControlIdSpace)from->id_space;
	to->infos_count = fitting(from->n_infos, LENGTH(to->infos));
	for (size_t i = 0; i < from->n_infos; i++) {
		const struct cam_control_info *info = &from->infos[i].value;
		cam_ControlInfo *value = &to->infos[i].value;

		to->infos[i].key = from->infos[i].key;
		to->infos[i].has_value = true;
		value->has_min = true;
		build_value(&value->min, &info->min);
		value->has_max = true;
		build_value(&value->max, &info->max);
		value->has_def = true;
		build_value(&value->def, &info->def);
		value->values_count = 0;
		value->direction = info->direction;
		build_text(value->name, sizeof(value->name), info->name);
		value->type = (cam_ControlType)info->type;
		value->size = info->size;
	}
}

static void build_buffers(void *data, const void *ours)
{
	const struct ipa_bench_buffers *from = ours;
	ipa_bench_Buffers *to = data;
	uint32_t place = 0;

	to->buffers_count = fitting(from->n_buffers, LENGTH(to->buffers));
	for (size_t i = 0; i < from->n_buffers; i++) {
		const struct cam_buffer *buffer = &from->buffers[i];
		cam_Buffer *theirs = &to->buffers[i];

		theirs->id = buffer->id;
		theirs->planes_count =
			fitting(buffer->n_planes, LENGTH(theirs->planes));
		for (size_t j = 0; j < buffer->n_planes; j++) {
			theirs->planes[j].fd = ++place;
			theirs->planes[j].offset = buffer->planes[j].offset;
			theirs->planes[j].length = buffer->planes[j].length;
		}
	}
}

static void build_float_table(void *data, const void *ours)
{
	const struct ipa_bench_table *from = ours;
	ipa_bench_Table *to = data;

	to->values_count = fitting(from->n_values, LENGTH(to->values));
	memcpy(to->values, from->values, from->n_values * sizeof(*to->values));
}

static void build_configuration(void *data, const void *ours)
{
	const struct ipa_bench_configuration *from = ours;
	ipa_bench_Configuration *to = data;

	to->has_sensor = true;
	build_sensor_info(&to->sensor, &from->sensor);
	to->streams_count = fitting(from->n_streams, LENGTH(to->streams));
	for (size_t i = 0; i < from->n_streams; i++) {
		cam_Stream *stream = &to->streams[i].value;

		to->streams[i].key = from->streams[i].key;
		to->streams[i].has_value = true;
		stream->pixel_format = from->streams[i].value.pixel_format;
		stream->has_size = true;
		build_size(&stream->size, &from->streams[i].value.size);
	}
}

static uint64_t walk_rectangle(const cam_Rectangle *rectangle)
{
	return (uint64_t)rectangle->x + (uint64_t)rectangle->y +
	       rectangle->width + rectangle->height;
}

static uint64_t walk_sensor_info(const void *data)
{
	const cam_IPACameraSensorInfo *msg = data;

	return codec_sum_text(msg->model, strlen(msg->model)) +
	       msg->bits_per_pixel + msg->cfa_pattern +
	       msg->active_area_size.width + msg->active_area_size.height +
	       walk_rectangle(&msg->analog_crop) + msg->output_size.width +
	       msg->output_size.height + msg->pixel_rate +
	       msg->min_line_length + msg->max_line_length +
	       msg->min_frame_length + msg->max_frame_length;
}

static uint64_t walk_value(const cam_ControlValue *value)
{
	switch (value->which_value) {
	case cam_ControlValue_boolean_tag:
		return value->value.boolean;
	case cam_ControlValue_integer32_tag:
		return (uint64_t)value->value.integer32;
	case cam_ControlValue_integer64_tag:
		return (uint64_t)value->value.integer64;
	case cam_ControlValue_float32_tag:
		return (uint64_t)value->value.float32;
	case cam_ControlValue_string_tag:
		return codec_sum_text(value->value.string,
				      strlen(value->value.string));
	case cam_ControlValue_rectangle_tag:
		return walk_rectangle(&value->value.rectangle);
	case cam_ControlValue_integer32_array_tag:
		return codec_sum_integers(
			value->value.integer32_array.items,
			value->value.integer32_array.items_count);
	case cam_ControlValue_float32_array_tag:
		return codec_sum_floats(value->value.float32_array.items,
					value->value.float32_array.items_count);
	default:
		return 0;
	}
}

static uint64_t walk_control_list(const void *data)
{
	const cam_ControlList *msg = data;
	uint64_t sum = 0;

	for (size_t i = 0; i < msg->controls_count; i++)
		sum += (uint64_t)msg->controls[i].id_space +
		       msg->controls[i].id +
		       walk_value(&msg->controls[i].value);
	return sum;
}

static uint64_t walk_prepare_params(const void *data)
{
	const ipa_bench_PrepareParams *msg = data;

	return msg->frame + msg->stats_buffer + msg->params_buffer +
	       walk_control_list(&msg->sensor_controls) +
	       walk_control_list(&msg->request_controls);
}

static uint64_t walk_info_map(const void *data)
{
	const cam_ControlInfoMap *msg = data;
	uint64_t sum = (uint64_t)msg->id_space;

	for (size_t i = 0; i < msg->infos_count; i++) {
		const cam_ControlInfo *info = &msg->infos[i].value;

		sum += msg->infos[i].key + walk_value(&info->min) +
		       walk_value(&info->max) + walk_value(&info->def) +
		       info->values_count + info->direction +
		       strlen(info->name) + (uint64_t)info->type + info->size;
	}
	return sum;
}

static uint64_t walk_buffers(const void *data)
{
	const ipa_bench_Buffers *msg = data;
	uint64_t sum = 0;

	for (size_t i = 0; i < msg->buffers_count; i++) {
		const cam_Buffer *buffer = &msg->buffers[i];

		sum += buffer->id;
		for (size_t j = 0; j < buffer->planes_count; j++)
			sum += buffer->planes[j].offset +
			       buffer->planes[j].length +
			       (buffer->planes[j].fd > 0);
	}
	return sum;
}

static uint64_t walk_float_table(const void *data)
{
	const ipa_bench_Table *msg = data;

	return (uint64_t)msg->values[msg->values_count - 1];
}

static uint64_t walk_configuration(const void *data)
{
	const ipa_bench_Configuration *msg = data;
	uint64_t sum = walk_sensor_info(&msg->sensor);

	for (size_t i = 0; i < msg->streams_count; i++)
		sum += msg->streams[i].key +
		       msg->streams[i].value.pixel_format +
		       msg->streams[i].value.size.width +
		       msg->streams[i].value.size.height;
	return sum;
}

static size_t encode(const pb_msgdesc_t *fields, const void *message,
		     uint8_t *buffer, size_t size)
{
	pb_ostream_t stream = pb_ostream_from_buffer(buffer, size);

	return pb_encode(&stream, fields, message) ? stream.bytes_written : 0;
}

static bool decode(const pb_msgdesc_t *fields, void *message,
		   const uint8_t *bytes, size_t size)
{
	pb_istream_t stream = pb_istream_from_buffer(bytes, size);

	return pb_decode(&stream, fields, message);
}

/*
 * Defines encode_NAME() and decode_NAME() of a kind of message. Its struct is
 * reused for each message, as in programs without a heap, and not shared with other
 * kinds: what no message sets stays zero.
 */
#define CODEC(name, type)                                                \
	static type the_##name;                                          \
	static size_t encode_##name(const void *msg, uint8_t *buffer,    \
				    size_t size)                         \
	{                                                                \
		build_##name(&the_##name, msg);                          \
		return encode(&type##_msg, &the_##name, buffer, size);   \
	}                                                                \
	static uint64_t decode_##name(const uint8_t *bytes, size_t size) \
	{                                                                \
		if (!decode(&type##_msg, &the_##name, bytes, size))      \
			return 0;                                        \
		return walk_##name(&the_##name);                         \
	}

CODEC(sensor_info, cam_IPACameraSensorInfo)
CODEC(control_list, cam_ControlList)
CODEC(prepare_params, ipa_bench_PrepareParams)
CODEC(info_map, cam_ControlInfoMap)
CODEC(buffers, ipa_bench_Buffers)
CODEC(float_table, ipa_bench_Table)
CODEC(configuration, ipa_bench_Configuration)

const struct codec_peer codec_nanopb[CODEC_PEER_N_KINDS] = {
	[CODEC_PEER_SENSOR_INFO] =
		{ encode_sensor_info, decode_sensor_info, true },
	[CODEC_PEER_CONTROL_LIST] =
		{ encode_control_list, decode_control_list, true },
	[CODEC_PEER_PREPARE_PARAMS] =
		{ encode_prepare_params, decode_prepare_params, true },
	[CODEC_PEER_INFO_MAP] =
		{ encode_info_map, decode_info_map, true },
	[CODEC_PEER_BUFFERS] =
		{ encode_buffers, decode_buffers, true },
	[CODEC_PEER_FLOAT_TABLE] =
		{ encode_float_table, decode_float_table, true },
	[CODEC_PEER_CONFIGURATION] =
		{ encode_configuration, decode_configuration, true },
};
