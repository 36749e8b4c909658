/* SPDX-License-Identifier: MIT */
/* Messages of a camera's start: control infos, buffers, streams. */
#include <stdio.h>
#include <string.h>

#include "bench.pb-c.h"
#include "bench_ipa_serializer.h"
#include "codec_messages.h"
#include "core.pb-c.h"
#include "core_ipa_serializer.h"

#define N_INFOS 30
#define N_BUFFERS 4
#define N_PLANES 3
#define N_STREAMS 16

/* ---- control infos ------------------------------------------------------- */

static const char *fill_name(struct camipc_arena *arena, uint32_t id)
{
	char *name = codec_memory(arena, 24);

	snprintf(name, 24, "Control%u", id);
	return name;
}

static void fill_info_map(uint64_t *random, struct camipc_arena *arena,
			  void *data)
{
	struct cam_control_info_map *msg = data;
	struct cam_uint32_control_info_entry *infos =
		codec_memory(arena, N_INFOS * sizeof(*infos));

	memset(infos, 0, N_INFOS * sizeof(*infos));
	for (uint32_t i = 0; i < N_INFOS; i++) {
		struct cam_control_info *info = &infos[i].value;

		infos[i].key = 1 + 10 * i + codec_random(random) % 10;
		/* Minimum, maximum and default are of one kind. */
		codec_fill_value(random, arena, &info->min);
		info->max = info->min;
		info->def = info->min;
		info->direction = codec_random(random) % 4;
		info->name = fill_name(arena, infos[i].key);
		info->type = (enum cam_control_type)(info->min.tag % 12);
		info->size = infos[i].key % 4;
	}
	msg->infos = infos;
	msg->n_infos = N_INFOS;
}

static void init_info_map(void *msg)
{
	cam_control_info_map_init(msg);
}

static void check_info_map(struct camipc_check *check, const void *msg)
{
	cam_control_info_map_check(check, msg);
}

static void encode_info_map(struct camipc_writer *w, const void *msg)
{
	w->pos = cam_control_info_map_put_fields(w, w->pos, msg);
}

static void decode_info_map(struct camipc_reader *r, const uint8_t *p,
			    void *msg)
{
	cam_control_info_map_get_fields(r, p, r->end, msg);
}

static uint64_t walk_info_map(const void *data)
{
	const struct cam_control_info_map *msg = data;
	uint64_t sum = (uint64_t)msg->id_space;

	for (size_t i = 0; i < msg->n_infos; i++) {
		const struct cam_control_info *info = &msg->infos[i].value;

		sum += msg->infos[i].key + codec_walk_value(&info->min) +
		       codec_walk_value(&info->max) +
		       codec_walk_value(&info->def) + info->n_values +
		       info->direction + strlen(info->name) + info->type +
		       info->size;
	}
	return sum;
}

static uint64_t walk_info_map_pb(const ProtobufCMessage *message)
{
	const Cam__ControlInfoMap *msg = (const Cam__ControlInfoMap *)message;
	uint64_t sum = (uint64_t)msg->id_space;

	for (size_t i = 0; i < msg->n_infos; i++) {
		const Cam__ControlInfo *info = msg->infos[i]->value;

		sum += msg->infos[i]->key + codec_walk_value_pb(info->min) +
		       codec_walk_value_pb(info->max) +
		       codec_walk_value_pb(info->def) + info->n_values +
		       info->direction + strlen(info->name) +
		       (uint64_t)info->type + info->size;
	}
	return sum;
}

CODEC_KIND(info_map, cam_control_info_map, cam__control_info_map__descriptor);

/* ---- buffers, with one descriptor for the planes of each ----------------- */

static void fill_buffers(uint64_t *random, struct camipc_arena *arena,
			 void *data)
{
	struct ipa_bench_buffers *msg = data;
	struct cam_buffer *buffers =
		codec_memory(arena, N_BUFFERS * sizeof(*buffers));

	for (uint32_t i = 0; i < N_BUFFERS; i++) {
		struct cam_frame_buffer_plane *planes =
			codec_memory(arena, N_PLANES * sizeof(*planes));

		for (uint32_t j = 0; j < N_PLANES; j++) {
			planes[j].fd = codec_fd(i % CODEC_N_FDS);
			planes[j].offset = j * (codec_random(random) & 0xfff00);
			planes[j].length = codec_random(random) % 4000000;
		}
		buffers[i].id = 1 + i + codec_random(random) % 100 * 8;
		buffers[i].planes = planes;
		buffers[i].n_planes = N_PLANES;
	}
	msg->buffers = buffers;
	msg->n_buffers = N_BUFFERS;
}

static void init_buffers(void *msg)
{
	ipa_bench_buffers_init(msg);
}

static void check_buffers(struct camipc_check *check, const void *msg)
{
	ipa_bench_buffers_check(check, msg);
}

static void encode_buffers(struct camipc_writer *w, const void *msg)
{
	w->pos = ipa_bench_buffers_put_fields(w, w->pos, msg);
}

static void decode_buffers(struct camipc_reader *r, const uint8_t *p, void *msg)
{
	ipa_bench_buffers_get_fields(r, p, r->end, msg);
}

static uint64_t walk_buffers(const void *data)
{
	const struct ipa_bench_buffers *msg = data;
	uint64_t sum = 0;

	for (size_t i = 0; i < msg->n_buffers; i++) {
		const struct cam_buffer *buffer = &msg->buffers[i];

		sum += buffer->id;
		for (size_t j = 0; j < buffer->n_planes; j++)
			sum += buffer->planes[j].offset +
			       buffer->planes[j].length +
			       (buffer->planes[j].fd >= 0);
	}
	return sum;
}

static uint64_t walk_buffers_pb(const ProtobufCMessage *message)
{
	const Ipa__Bench__Buffers *msg = (const Ipa__Bench__Buffers *)message;
	uint64_t sum = 0;

	for (size_t i = 0; i < msg->n_buffers; i++) {
		const Cam__Buffer *buffer = msg->buffers[i];

		sum += buffer->id;
		for (size_t j = 0; j < buffer->n_planes; j++)
			sum += buffer->planes[j]->offset +
			       buffer->planes[j]->length +
			       (buffer->planes[j]->fd > 0);
	}
	return sum;
}

CODEC_KIND(buffers, ipa_bench_buffers, ipa__bench__buffers__descriptor);

/* ---- the sensor and its streams ------------------------------------------ */

static void fill_configuration(uint64_t *random, struct camipc_arena *arena,
			       void *data)
{
	struct ipa_bench_configuration *msg = data;
	struct ipa_bench_uint32_stream_entry *streams =
		codec_memory(arena, N_STREAMS * sizeof(*streams));

	codec_sensor_info.fill(random, arena, &msg->sensor);
	for (uint32_t i = 0; i < N_STREAMS; i++) {
		streams[i].key = i;
		streams[i].value.pixel_format = codec_random(random);
		streams[i].value.size = (struct cam_size){
			160 + codec_random(random) % 4000,
			120 + codec_random(random) % 3000
		};
	}
	msg->streams = streams;
	msg->n_streams = N_STREAMS;
}

static void init_configuration(void *msg)
{
	ipa_bench_configuration_init(msg);
}

static void check_configuration(struct camipc_check *check, const void *msg)
{
	ipa_bench_configuration_check(check, msg);
}

static void encode_configuration(struct camipc_writer *w, const void *msg)
{
	w->pos = ipa_bench_configuration_put_fields(w, w->pos, msg);
}

static void decode_configuration(struct camipc_reader *r, const uint8_t *p,
				 void *msg)
{
	ipa_bench_configuration_get_fields(r, p, r->end, msg);
}

static uint64_t walk_configuration(const void *data)
{
	const struct ipa_bench_configuration *msg = data;
	uint64_t sum = codec_sensor_info.walk(&msg->sensor);

	for (size_t i = 0; i < msg->n_streams; i++)
		sum += msg->streams[i].key +
		       msg->streams[i].value.pixel_format +
		       msg->streams[i].value.size.width +
		       msg->streams[i].value.size.height;
	return sum;
}

static uint64_t walk_configuration_pb(const ProtobufCMessage *message)
{
	const Ipa__Bench__Configuration *msg =
		(const Ipa__Bench__Configuration *)message;
	uint64_t sum = codec_sensor_info.walk_protobuf(
		(const ProtobufCMessage *)msg->sensor);

	for (size_t i = 0; i < msg->n_streams; i++)
		sum += msg->streams[i]->key +
		       msg->streams[i]->value->pixel_format +
		       msg->streams[i]->value->size->width +
		       msg->streams[i]->value->size->height;
	return sum;
}

CODEC_KIND(configuration, ipa_bench_configuration,
	   ipa__bench__configuration__descriptor);
