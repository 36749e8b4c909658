/* SPDX-License-Identifier: MIT */
/* The codec of C++ protobuf, on an arena whose first block is reused. */
#include "peers.h"

#include "bench.pb.h"
#include "bench_ipa_types.h"
#include "core.pb.h"

namespace {

using google::protobuf::Arena;

alignas(16) char block[1024 * 1024];

void build(cam::Size *to, const cam_size &from)
{
	to->set_width(from.width);
	to->set_height(from.height);
}

void build(cam::Rectangle *to, const cam_rectangle &from)
{
	to->set_x(from.x);
	to->set_y(from.y);
	to->set_width(from.width);
	to->set_height(from.height);
}

void build(cam::IPACameraSensorInfo *to, const cam_camera_sensor_info &from)
{
	to->set_model(from.model);
	to->set_bits_per_pixel(from.bits_per_pixel);
	to->set_cfa_pattern(from.cfa_pattern);
	build(to->mutable_active_area_size(), from.active_area_size);
	build(to->mutable_analog_crop(), from.analog_crop);
	build(to->mutable_output_size(), from.output_size);
	to->set_pixel_rate(from.pixel_rate);
	to->set_min_line_length(from.min_line_length);
	to->set_max_line_length(from.max_line_length);
	to->set_min_frame_length(from.min_frame_length);
	to->set_max_frame_length(from.max_frame_length);
}

void build(cam::ControlValue *to, const cam_control_value &from)
{
	switch (from.tag) {
	case CAM_CONTROL_VALUE_BOOLEAN:
		return to->set_boolean(from.boolean);
	case CAM_CONTROL_VALUE_INTEGER32:
		return to->set_integer32(from.integer32);
	case CAM_CONTROL_VALUE_INTEGER64:
		return to->set_integer64(from.integer64);
	case CAM_CONTROL_VALUE_FLOAT32:
		return to->set_float32(from.float32);
	case CAM_CONTROL_VALUE_STRING:
		return to->set_string(from.string);
	case CAM_CONTROL_VALUE_RECTANGLE:
		return build(to->mutable_rectangle(), from.rectangle);
	case CAM_CONTROL_VALUE_INTEGER32_ARRAY: {
		const cam_int32_array &array = from.integer32_array;

		to->mutable_integer32_array()->mutable_items()->Add(
			array.items, array.items + array.n_items);
		return;
	}
	case CAM_CONTROL_VALUE_FLOAT32_ARRAY: {
		const cam_float_array &array = from.float32_array;

		to->mutable_float32_array()->mutable_items()->Add(
			array.items, array.items + array.n_items);
		return;
	}
	default:
		return;
	}
}

void build(cam::ControlList *to, const cam_control_list &from)
{
	to->mutable_controls()->Reserve((int)from.n_controls);
	for (size_t i = 0; i < from.n_controls; i++) {
		cam::Control *control = to->add_controls();

		control->set_id_space(
			(cam::ControlIdSpace)from.controls[i].id_space);
		control->set_id(from.controls[i].id);
		build(control->mutable_value(), from.controls[i].value);
	}
}

void build(ipa::bench::PrepareParams *to, const ipa_bench_prepare_params &from)
{
	to->set_frame(from.frame);
	to->set_stats_buffer(from.stats_buffer);
	to->set_params_buffer(from.params_buffer);
	build(to->mutable_sensor_controls(), from.sensor_controls);
	build(to->mutable_request_controls(), from.request_controls);
}

void build(cam::ControlInfoMap *to, const cam_control_info_map &from)
{
	to->set_id_space((cam::ControlIdSpace)from.id_space);
	for (size_t i = 0; i < from.n_infos; i++) {
		const cam_control_info &value = from.infos[i].value;
		cam::ControlInfo &info = (*to->mutable_infos())[from.infos[i].key];

		build(info.mutable_min(), value.min);
		build(info.mutable_max(), value.max);
		build(info.mutable_def(), value.def);
		info.set_direction(value.direction);
		info.set_name(value.name);
		info.set_type((cam::ControlType)value.type);
		info.set_size(value.size);
	}
}

void build(ipa::bench::Buffers *to, const ipa_bench_buffers &from)
{
	uint32_t place = 0;

	for (size_t i = 0; i < from.n_buffers; i++) {
		cam::Buffer *buffer = to->add_buffers();

		buffer->set_id(from.buffers[i].id);
		for (size_t j = 0; j < from.buffers[i].n_planes; j++) {
			cam::FrameBufferPlane *plane = buffer->add_planes();

			plane->set_fd(++place);
			plane->set_offset(from.buffers[i].planes[j].offset);
			plane->set_length(from.buffers[i].planes[j].length);
		}
	}
}

void build(ipa::bench::Table *to, const ipa_bench_table &from)
{
	to->mutable_values()->Add(from.values, from.values + from.n_values);
}

void build(ipa::bench::Configuration *to, const ipa_bench_configuration &from)
{
	build(to->mutable_sensor(), from.sensor);
	for (size_t i = 0; i < from.n_streams; i++) {
		cam::Stream &stream =
			(*to->mutable_streams())[from.streams[i].key];

		stream.set_pixel_format(from.streams[i].value.pixel_format);
		build(stream.mutable_size(), from.streams[i].value.size);
	}
}

uint64_t walk(const std::string &text)
{
	return codec_sum_text(text.data(), text.size());
}

uint64_t walk(const cam::Rectangle &rectangle)
{
	return (uint64_t)rectangle.x() + (uint64_t)rectangle.y() +
	       rectangle.width() + rectangle.height();
}

uint64_t walk(const cam::IPACameraSensorInfo &msg)
{
	return walk(msg.model()) + msg.bits_per_pixel() +
	       msg.cfa_pattern() + msg.active_area_size().width() +
	       msg.active_area_size().height() + walk(msg.analog_crop()) +
	       msg.output_size().width() + msg.output_size().height() +
	       msg.pixel_rate() + msg.min_line_length() +
	       msg.max_line_length() + msg.min_frame_length() +
	       msg.max_frame_length();
}

uint64_t walk(const cam::ControlValue &value)
{
	switch (value.value_case()) {
	case cam::ControlValue::kBoolean:
		return value.boolean();
	case cam::ControlValue::kInteger32:
		return (uint64_t)value.integer32();
	case cam::ControlValue::kInteger64:
		return (uint64_t)value.integer64();
	case cam::ControlValue::kFloat32:
		return (uint64_t)value.float32();
	case cam::ControlValue::kString:
		return walk(value.string());
	case cam::ControlValue::kRectangle:
		return walk(value.rectangle());
	case cam::ControlValue::kInteger32Array:
		return codec_sum_integers(
			value.integer32_array().items().data(),
			(size_t)value.integer32_array().items_size());
	case cam::ControlValue::kFloat32Array:
		return codec_sum_floats(
			value.float32_array().items().data(),
			(size_t)value.float32_array().items_size());
	default:
		return 0;
	}
}

uint64_t walk(const cam::ControlList &msg)
{
	uint64_t sum = 0;

	for (const cam::Control &control : msg.controls())
		sum += (uint64_t)control.id_space() + control.id() + walk(control.value());
	return sum;
}

uint64_t walk(const ipa::bench::PrepareParams &msg)
{
	return msg.frame() + msg.stats_buffer() + msg.params_buffer() +
	       walk(msg.sensor_controls()) + walk(msg.request_controls());
}

uint64_t walk(const cam::ControlInfoMap &msg)
{
	uint64_t sum = msg.id_space();

	for (const auto &entry : msg.infos()) {
		const cam::ControlInfo &info = entry.second;

		sum += entry.first + walk(info.min()) + walk(info.max()) +
		       walk(info.def()) + (uint64_t)info.values_size() +
		       info.direction() + info.name().size() +
		       (uint64_t)info.type() + info.size();
	}
	return sum;
}

uint64_t walk(const ipa::bench::Buffers &msg)
{
	uint64_t sum = 0;

	for (const cam::Buffer &buffer : msg.buffers()) {
		sum += buffer.id();
		for (const cam::FrameBufferPlane &plane : buffer.planes())
			sum += plane.offset() + plane.length() +
			       (plane.fd() > 0);
	}
	return sum;
}

uint64_t walk(const ipa::bench::Table &msg)
{
	return (uint64_t)msg.values(msg.values_size() - 1);
}

uint64_t walk(const ipa::bench::Configuration &msg)
{
	uint64_t sum = walk(msg.sensor());

	for (const auto &entry : msg.streams())
		sum += entry.first + entry.second.pixel_format() +
		       entry.second.size().width() +
		       entry.second.size().height();
	return sum;
}

template <class Theirs, class Ours>
size_t encode(const void *msg, uint8_t *buffer, size_t size)
{
	Arena arena(block, sizeof(block));
	Theirs *message = Arena::CreateMessage<Theirs>(&arena);
	size_t needed;

	build(message, *static_cast<const Ours *>(msg));
	needed = message->ByteSizeLong();
	if (needed > size)
		return 0;
	message->SerializeWithCachedSizesToArray(buffer);
	return needed;
}

template <class Theirs>
uint64_t decode(const uint8_t *bytes, size_t size)
{
	Arena arena(block, sizeof(block));
	Theirs *message = Arena::CreateMessage<Theirs>(&arena);

	if (!message->ParseFromArray(bytes, (int)size))
		return 0;
	return walk(*message);
}

} /* namespace */

extern "C" const struct codec_peer codec_protobuf_cpp[] = {
	{ encode<cam::IPACameraSensorInfo, cam_camera_sensor_info>,
	  decode<cam::IPACameraSensorInfo>, true },
	{ encode<cam::ControlList, cam_control_list>, decode<cam::ControlList>,
	  true },
	{ encode<ipa::bench::PrepareParams, ipa_bench_prepare_params>,
	  decode<ipa::bench::PrepareParams>, true },
	{ encode<cam::ControlInfoMap, cam_control_info_map>,
	  decode<cam::ControlInfoMap>, true },
	{ encode<ipa::bench::Buffers, ipa_bench_buffers>,
	  decode<ipa::bench::Buffers>, true },
	{ encode<ipa::bench::Table, ipa_bench_table>, decode<ipa::bench::Table>,
	  true },
	{ encode<ipa::bench::Configuration, ipa_bench_configuration>,
	  decode<ipa::bench::Configuration>, true },
};
