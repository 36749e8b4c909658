/* SPDX-License-Identifier: MIT */
/* Messages of each frame: sensor info, control lists, parameters, a table. */
#include "codec_messages.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.pb-c.h"
#include "bench_ipa_serializer.h"
#include "core.pb-c.h"
#include "core_ipa_serializer.h"

#define N_CONTROLS 20

/** Length of codec_float_table: 32 KiB. */
#define N_FLOATS 8192

uint32_t codec_random(uint64_t *random)
{
	*random = *random * UINT64_C(6364136223846793005) +
		  UINT64_C(1442695040888963407);
	return (uint32_t)(*random >> 33);
}

void *codec_memory(struct camipc_arena *arena, size_t size)
{
	void *memory = camipc_arena_alloc(arena, size);

	if (!memory)
		abort();
	return memory;
}

int codec_fd(uint32_t i)
{
	static int fds[CODEC_N_FDS];

	if (!fds[i])
		fds[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fds[i] < 0)
		abort();
	return fds[i];
}

/* ---- sums --------------------------------------------------------------- */

uint64_t codec_sum_text(const char *text, size_t len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += (uint8_t)text[i];
	return sum;
}

uint64_t codec_sum_integers(const int32_t *items, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (uint64_t)items[i];
	return sum;
}

uint64_t codec_sum_floats(const float *items, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (uint64_t)items[i];
	return sum;
}

static uint64_t walk_rectangle(const struct cam_rectangle *rectangle)
{
	return (uint64_t)rectangle->x + (uint64_t)rectangle->y +
	       rectangle->width + rectangle->height;
}

static uint64_t walk_rectangle_pb(const Cam__Rectangle *rectangle)
{
	return (uint64_t)rectangle->x + (uint64_t)rectangle->y +
	       rectangle->width + rectangle->height;
}

/* ---- sensor info --------------------------------------------------------- */

static void fill_sensor_info(uint64_t *random, struct camipc_arena *arena,
			     void *data)
{
	struct cam_camera_sensor_info *msg = data;
	char *model = codec_memory(arena, 16);

	snprintf(model, 16, "imx%u", 200 + codec_random(random) % 500);
	msg->model = model;
	msg->bits_per_pixel = 8 + codec_random(random) % 9;
	msg->cfa_pattern = codec_random(random) % 5;
	msg->active_area_size = (struct cam_size){
		3000 + codec_random(random) % 2000,
		2000 + codec_random(random) % 1000
	};
	msg->analog_crop = (struct cam_rectangle){
		(int32_t)(codec_random(random) % 64),
		(int32_t)(codec_random(random) % 64),
		msg->active_area_size.width - 128,
		msg->active_area_size.height - 128
	};
	msg->output_size = (struct cam_size){
		640u << codec_random(random) % 3,
		480u << codec_random(random) % 3
	};
	msg->pixel_rate = 100000000u + codec_random(random) % 400000000u;
	msg->min_line_length = 3000 + codec_random(random) % 2000;
	msg->max_line_length = 30000 + codec_random(random) % 35000;
	msg->min_frame_length = 2000 + codec_random(random) % 1000;
	msg->max_frame_length = 50000 + codec_random(random) % 15000;
}

static void init_sensor_info(void *msg)
{
	cam_camera_sensor_info_init(msg);
}

static void check_sensor_info(struct camipc_check *check, const void *msg)
{
	cam_camera_sensor_info_check(check, msg);
}

static void encode_sensor_info(struct camipc_writer *w, const void *msg)
{
	w->pos = cam_camera_sensor_info_put_fields(w, w->pos, msg);
}

static void decode_sensor_info(struct camipc_reader *r, const uint8_t *p,
			       void *msg)
{
	cam_camera_sensor_info_get_fields(r, p, r->end, msg);
}

static uint64_t walk_sensor_info(const void *data)
{
	const struct cam_camera_sensor_info *msg = data;

	return codec_sum_text(msg->model, strlen(msg->model)) +
	       msg->bits_per_pixel +
	       msg->cfa_pattern + msg->active_area_size.width +
	       msg->active_area_size.height +
	       walk_rectangle(&msg->analog_crop) +
	       msg->output_size.width + msg->output_size.height +
	       msg->pixel_rate + msg->min_line_length + msg->max_line_length +
	       msg->min_frame_length + msg->max_frame_length;
}

static uint64_t walk_sensor_info_pb(const ProtobufCMessage *message)
{
	const Cam__IPACameraSensorInfo *msg =
		(const Cam__IPACameraSensorInfo *)message;

	return codec_sum_text(msg->model, strlen(msg->model)) +
	       msg->bits_per_pixel +
	       msg->cfa_pattern + msg->active_area_size->width +
	       msg->active_area_size->height +
	       walk_rectangle_pb(msg->analog_crop) +
	       msg->output_size->width + msg->output_size->height +
	       msg->pixel_rate + msg->min_line_length + msg->max_line_length +
	       msg->min_frame_length + msg->max_frame_length;
}

/* ---- control lists: eight kinds ------------------------------------------ */

static void fill_arrays(uint64_t *random, struct camipc_arena *arena,
			struct cam_control_value *value, bool real)
{
	size_t n = 2 + codec_random(random) % 8;
	float *reals;
	int32_t *numbers;

	if (real) {
		reals = codec_memory(arena, n * sizeof(*reals));
		for (size_t i = 0; i < n; i++)
			reals[i] = (float)(codec_random(random) % 1000) /
				   100.0f;
		value->tag = CAM_CONTROL_VALUE_FLOAT32_ARRAY;
		value->float32_array.items = reals;
		value->float32_array.n_items = n;
		return;
	}
	numbers = codec_memory(arena, n * sizeof(*numbers));
	for (size_t i = 0; i < n; i++)
		numbers[i] = (int32_t)(codec_random(random) % 100000);
	value->tag = CAM_CONTROL_VALUE_INTEGER32_ARRAY;
	value->integer32_array.items = numbers;
	value->integer32_array.n_items = n;
}

void codec_fill_value(uint64_t *random, struct camipc_arena *arena,
		      struct cam_control_value *value)
{
	char *text;

	switch (codec_random(random) % 8) {
	case 0:
		value->tag = CAM_CONTROL_VALUE_BOOLEAN;
		value->boolean = codec_random(random) & 1;
		break;
	case 1:
		value->tag = CAM_CONTROL_VALUE_INTEGER32;
		value->integer32 =
			(int32_t)(codec_random(random) % 200000) - 1000;
		break;
	case 2:
		value->tag = CAM_CONTROL_VALUE_INTEGER64;
		value->integer64 = (int64_t)codec_random(random) * 1000;
		break;
	case 3:
		value->tag = CAM_CONTROL_VALUE_FLOAT32;
		value->float32 = (float)(codec_random(random) % 1000) / 16.0f;
		break;
	case 4:
		text = codec_memory(arena, 16);
		snprintf(text, 16, "mode-%u", codec_random(random) % 100000);
		value->tag = CAM_CONTROL_VALUE_STRING;
		value->string = text;
		break;
	case 5:
		value->tag = CAM_CONTROL_VALUE_RECTANGLE;
		value->rectangle = (struct cam_rectangle){
			(int32_t)(codec_random(random) % 100), 20,
			100 + codec_random(random) % 4000,
			100 + codec_random(random) % 3000
		};
		break;
	case 6:
		fill_arrays(random, arena, value, false);
		break;
	default:
		fill_arrays(random, arena, value, true);
	}
}

static void fill_list(uint64_t *random, struct camipc_arena *arena,
		      struct cam_control_list *list, size_t n)
{
	struct cam_control *controls =
		codec_memory(arena, n * sizeof(*controls));

	memset(controls, 0, n * sizeof(*controls));
	for (size_t i = 0; i < n; i++) {
		controls[i].id_space = i % 2 ? CAM_CONTROL_ID_SPACE_V4L2
					     : CAM_CONTROL_ID_SPACE_CONTROLS;
		controls[i].id = 1 + codec_random(random) % 300;
		codec_fill_value(random, arena, &controls[i].value);
	}
	list->controls = controls;
	list->n_controls = n;
}

static void fill_control_list(uint64_t *random, struct camipc_arena *arena,
			      void *msg)
{
	fill_list(random, arena, msg, N_CONTROLS);
}

static void init_control_list(void *msg)
{
	memset(msg, 0, sizeof(struct cam_control_list));
}

static void check_control_list(struct camipc_check *check, const void *msg)
{
	cam_control_list_check(check, msg);
}

static void encode_control_list(struct camipc_writer *w, const void *msg)
{
	w->pos = cam_control_list_put_fields(w, w->pos, msg);
}

static void decode_control_list(struct camipc_reader *r, const uint8_t *p,
				void *msg)
{
	cam_control_list_get_fields(r, p, r->end, msg);
}

uint64_t codec_walk_value(const struct cam_control_value *value)
{
	switch (value->tag) {
	case CAM_CONTROL_VALUE_BOOLEAN:
		return value->boolean;
	case CAM_CONTROL_VALUE_INTEGER32:
		return (uint64_t)value->integer32;
	case CAM_CONTROL_VALUE_INTEGER64:
		return (uint64_t)value->integer64;
	case CAM_CONTROL_VALUE_FLOAT32:
		return (uint64_t)value->float32;
	case CAM_CONTROL_VALUE_STRING:
		return codec_sum_text(value->string, strlen(value->string));
	case CAM_CONTROL_VALUE_RECTANGLE:
		return walk_rectangle(&value->rectangle);
	case CAM_CONTROL_VALUE_INTEGER32_ARRAY:
		return codec_sum_integers(value->integer32_array.items,
					  value->integer32_array.n_items);
	case CAM_CONTROL_VALUE_FLOAT32_ARRAY:
		return codec_sum_floats(value->float32_array.items,
					value->float32_array.n_items);
	default:
		return 0;
	}
}

static uint64_t walk_control_list(const void *data)
{
	const struct cam_control_list *msg = data;
	uint64_t sum = 0;

	for (size_t i = 0; i < msg->n_controls; i++)
		sum += (uint64_t)msg->controls[i].id_space +
		       msg->controls[i].id +
		       codec_walk_value(&msg->controls[i].value);
	return sum;
}

uint64_t codec_walk_value_pb(const Cam__ControlValue *value)
{
	switch ((int)value->value_case) {
	case CAM_CONTROL_VALUE_BOOLEAN:
		return (uint64_t)value->boolean;
	case CAM_CONTROL_VALUE_INTEGER32:
		return (uint64_t)value->integer32;
	case CAM_CONTROL_VALUE_INTEGER64:
		return (uint64_t)value->integer64;
	case CAM_CONTROL_VALUE_FLOAT32:
		return (uint64_t)value->float32;
	case CAM_CONTROL_VALUE_STRING:
		return codec_sum_text(value->string, strlen(value->string));
	case CAM_CONTROL_VALUE_RECTANGLE:
		return walk_rectangle_pb(value->rectangle);
	case CAM_CONTROL_VALUE_INTEGER32_ARRAY:
		return codec_sum_integers(value->integer32_array->items,
					  value->integer32_array->n_items);
	case CAM_CONTROL_VALUE_FLOAT32_ARRAY:
		return codec_sum_floats(value->float32_array->items,
					value->float32_array->n_items);
	default:
		return 0;
	}
}

static uint64_t walk_list_pb(const Cam__ControlList *msg)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < msg->n_controls; i++)
		sum += (uint64_t)msg->controls[i]->id_space +
		       msg->controls[i]->id +
		       codec_walk_value_pb(msg->controls[i]->value);
	return sum;
}

static uint64_t walk_control_list_pb(const ProtobufCMessage *message)
{
	return walk_list_pb((const Cam__ControlList *)message);
}

/* ---- two lists and three ids --------------------------------------------- */

static void fill_prepare_params(uint64_t *random, struct camipc_arena *arena,
				void *data)
{
	struct ipa_bench_prepare_params *msg = data;

	msg->frame = codec_random(random) % 100000;
	msg->stats_buffer = 1 + codec_random(random) % 8;
	msg->params_buffer = 1 + codec_random(random) % 8;
	fill_list(random, arena, &msg->sensor_controls, N_CONTROLS / 2);
	fill_list(random, arena, &msg->request_controls, N_CONTROLS / 2);
}

static void init_prepare_params(void *msg)
{
	memset(msg, 0, sizeof(struct ipa_bench_prepare_params));
}

static void check_prepare_params(struct camipc_check *check, const void *msg)
{
	ipa_bench_prepare_params_check(check, msg);
}

static void encode_prepare_params(struct camipc_writer *w, const void *msg)
{
	w->pos = ipa_bench_prepare_params_put_fields(w, w->pos, msg);
}

static void decode_prepare_params(struct camipc_reader *r, const uint8_t *p,
				  void *msg)
{
	ipa_bench_prepare_params_get_fields(r, p, r->end, msg);
}

static uint64_t walk_prepare_params(const void *data)
{
	const struct ipa_bench_prepare_params *msg = data;

	return msg->frame + msg->stats_buffer + msg->params_buffer +
	       walk_control_list(&msg->sensor_controls) +
	       walk_control_list(&msg->request_controls);
}

static uint64_t walk_prepare_params_pb(const ProtobufCMessage *message)
{
	const Ipa__Bench__PrepareParams *msg =
		(const Ipa__Bench__PrepareParams *)message;

	return msg->frame + msg->stats_buffer + msg->params_buffer +
	       walk_list_pb(msg->sensor_controls) +
	       walk_list_pb(msg->request_controls);
}

/* ---- floats, in bulk ----------------------------------------------------- */

static void fill_float_table(uint64_t *random, struct camipc_arena *arena,
			     void *data)
{
	struct ipa_bench_table *msg = data;
	float *values = codec_memory(arena, N_FLOATS * sizeof(*values));

	for (size_t i = 0; i < N_FLOATS; i++)
		values[i] = (float)codec_random(random) / 1024.0f;
	msg->values = values;
	msg->n_values = N_FLOATS;
}

static void init_float_table(void *msg)
{
	memset(msg, 0, sizeof(struct ipa_bench_table));
}

static void check_float_table(struct camipc_check *check, const void *msg)
{
	ipa_bench_table_check(check, msg);
}

static void encode_float_table(struct camipc_writer *w, const void *msg)
{
	w->pos = ipa_bench_table_put_fields(w, w->pos, msg);
}

static void decode_float_table(struct camipc_reader *r, const uint8_t *p,
			       void *msg)
{
	ipa_bench_table_get_fields(r, p, r->end, msg);
}

static uint64_t walk_float_table(const void *data)
{
	const struct ipa_bench_table *msg = data;

	return (uint64_t)msg->values[msg->n_values - 1];
}

static uint64_t walk_float_table_pb(const ProtobufCMessage *message)
{
	const Ipa__Bench__Table *msg = (const Ipa__Bench__Table *)message;

	return (uint64_t)msg->values[msg->n_values - 1];
}

CODEC_KIND(sensor_info, cam_camera_sensor_info,
	   cam__ipacamera_sensor_info__descriptor);
CODEC_KIND(control_list, cam_control_list, cam__control_list__descriptor);
CODEC_KIND(prepare_params, ipa_bench_prepare_params,
	   ipa__bench__prepare_params__descriptor);
CODEC_KIND(float_table, ipa_bench_table, ipa__bench__table__descriptor);
