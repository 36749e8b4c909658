/* SPDX-License-Identifier: MIT */
/* Cap'n Proto: builds in scratch memory, then writes a flat message. */
#include <cstring>

#include <capnp/message.h>
#include <capnp/serialize.h>

#include "bench.capnp.h"
#include "bench_ipa_types.h"
#include "peers.h"

namespace {

using namespace bench_capnp;

/* The builder clears its memory when it is destroyed. */
capnp::word scratch[128 * 1024 / sizeof(capnp::word)];

void build(Size::Builder to, const cam_size &from)
{
	to.setWidth(from.width);
	to.setHeight(from.height);
}

void build(Rectangle::Builder to, const cam_rectangle &from)
{
	to.setX(from.x);
	to.setY(from.y);
	to.setWidth(from.width);
	to.setHeight(from.height);
}

void build(SensorInfo::Builder to, const cam_camera_sensor_info &from)
{
	to.setModel(from.model);
	to.setBitsPerPixel(from.bits_per_pixel);
	to.setCfaPattern(from.cfa_pattern);
	build(to.initActiveAreaSize(), from.active_area_size);
	build(to.initAnalogCrop(), from.analog_crop);
	build(to.initOutputSize(), from.output_size);
	to.setPixelRate(from.pixel_rate);
	to.setMinLineLength(from.min_line_length);
	to.setMaxLineLength(from.max_line_length);
	to.setMinFrameLength(from.min_frame_length);
	to.setMaxFrameLength(from.max_frame_length);
}

void build(ControlValue::Builder to, const cam_control_value &from)
{
	switch (from.tag) {
	case CAM_CONTROL_VALUE_BOOLEAN:
		return to.setBoolean(from.boolean);
	case CAM_CONTROL_VALUE_INTEGER32:
		return to.setInteger32(from.integer32);
	case CAM_CONTROL_VALUE_INTEGER64:
		return to.setInteger64(from.integer64);
	case CAM_CONTROL_VALUE_FLOAT32:
		return to.setFloat32(from.float32);
	case CAM_CONTROL_VALUE_STRING:
		return to.setString(from.string);
	case CAM_CONTROL_VALUE_RECTANGLE:
		return build(to.initRectangle(), from.rectangle);
	case CAM_CONTROL_VALUE_INTEGER32_ARRAY:
		return to.setInteger32Array(
			kj::arrayPtr(from.integer32_array.items,
				     from.integer32_array.n_items));
	case CAM_CONTROL_VALUE_FLOAT32_ARRAY:
		return to.setFloat32Array(
			kj::arrayPtr(from.float32_array.items,
				     from.float32_array.n_items));
	default:
		return to.setNone();
	}
}

void build(ControlList::Builder to, const cam_control_list &from)
{
	auto controls = to.initControls((unsigned int)from.n_controls);

	for (unsigned int i = 0; i < from.n_controls; i++) {
		controls[i].setIdSpace(from.controls[i].id_space);
		controls[i].setId(from.controls[i].id);
		build(controls[i].initValue(), from.controls[i].value);
	}
}

void build(PrepareParams::Builder to, const ipa_bench_prepare_params &from)
{
	to.setFrame(from.frame);
	to.setStatsBuffer(from.stats_buffer);
	to.setParamsBuffer(from.params_buffer);
	build(to.initSensorControls(), from.sensor_controls);
	build(to.initRequestControls(), from.request_controls);
}

void build(ControlInfoMap::Builder to, const cam_control_info_map &from)
{
	auto infos = to.initInfos((unsigned int)from.n_infos);

	to.setIdSpace(from.id_space);
	for (unsigned int i = 0; i < from.n_infos; i++) {
		const cam_control_info &info = from.infos[i].value;

		infos[i].setKey(from.infos[i].key);
		build(infos[i].initMin(), info.min);
		build(infos[i].initMax(), info.max);
		build(infos[i].initDef(), info.def);
		infos[i].setDirection(info.direction);
		infos[i].setName(info.name);
		infos[i].setType(info.type);
		infos[i].setSize(info.size);
	}
}

void build(Buffers::Builder to, const ipa_bench_buffers &from)
{
	auto buffers = to.initBuffers((unsigned int)from.n_buffers);
	uint32_t place = 0;

	for (unsigned int i = 0; i < from.n_buffers; i++) {
		const cam_buffer &buffer = from.buffers[i];
		auto planes = buffers[i].initPlanes(
			(unsigned int)buffer.n_planes);

		buffers[i].setId(buffer.id);
		for (unsigned int j = 0; j < buffer.n_planes; j++) {
			planes[j].setFd(++place);
			planes[j].setOffset(buffer.planes[j].offset);
			planes[j].setLength(buffer.planes[j].length);
		}
	}
}

void build(Table::Builder to, const ipa_bench_table &from)
{
	to.setValues(kj::arrayPtr(from.values, from.n_values));
}

void build(Configuration::Builder to, const ipa_bench_configuration &from)
{
	auto streams = to.initStreams((unsigned int)from.n_streams);

	build(to.initSensor(), from.sensor);
	for (unsigned int i = 0; i < from.n_streams; i++) {
		streams[i].setKey(from.streams[i].key);
		streams[i].setPixelFormat(from.streams[i].value.pixel_format);
		build(streams[i].initSize(), from.streams[i].value.size);
	}
}

uint64_t walk(Size::Reader size)
{
	return (uint64_t)size.getWidth() + size.getHeight();
}

uint64_t walk(Rectangle::Reader rectangle)
{
	return (uint64_t)rectangle.getX() + (uint64_t)rectangle.getY() +
	       rectangle.getWidth() + rectangle.getHeight();
}

uint64_t walk(capnp::Text::Reader text)
{
	return codec_sum_text(text.begin(), text.size());
}

/* The elements have a stride, so the compiler cannot vectorise the sum. */
template <class T>
uint64_t walk(typename capnp::List<T>::Reader items)
{
	uint64_t sum = 0;

	for (T item : items)
		sum += (uint64_t)item;
	return sum;
}

uint64_t walk(SensorInfo::Reader msg)
{
	return walk(msg.getModel()) + msg.getBitsPerPixel() +
	       msg.getCfaPattern() + walk(msg.getActiveAreaSize()) +
	       walk(msg.getAnalogCrop()) + walk(msg.getOutputSize()) +
	       msg.getPixelRate() + msg.getMinLineLength() +
	       msg.getMaxLineLength() + msg.getMinFrameLength() +
	       msg.getMaxFrameLength();
}

uint64_t walk(ControlValue::Reader value)
{
	switch (value.which()) {
	case ControlValue::BOOLEAN:
		return value.getBoolean();
	case ControlValue::INTEGER32:
		return (uint64_t)value.getInteger32();
	case ControlValue::INTEGER64:
		return (uint64_t)value.getInteger64();
	case ControlValue::FLOAT32:
		return (uint64_t)value.getFloat32();
	case ControlValue::STRING:
		return walk(value.getString());
	case ControlValue::RECTANGLE:
		return walk(value.getRectangle());
	case ControlValue::INTEGER32_ARRAY:
		return walk<int32_t>(value.getInteger32Array());
	case ControlValue::FLOAT32_ARRAY:
		return walk<float>(value.getFloat32Array());
	default:
		return 0;
	}
}

uint64_t walk(ControlList::Reader msg)
{
	uint64_t sum = 0;

	for (Control::Reader control : msg.getControls())
		sum += (uint64_t)control.getIdSpace() + control.getId() + walk(control.getValue());
	return sum;
}

uint64_t walk(PrepareParams::Reader msg)
{
	return (uint64_t)msg.getFrame() + msg.getStatsBuffer() +
	       msg.getParamsBuffer() + walk(msg.getSensorControls()) +
	       walk(msg.getRequestControls());
}

uint64_t walk(ControlInfoMap::Reader msg)
{
	uint64_t sum = (uint64_t)msg.getIdSpace();

	for (ControlInfo::Reader info : msg.getInfos())
		sum += info.getKey() + walk(info.getMin()) +
		       walk(info.getMax()) + walk(info.getDef()) +
		       info.getValues().size() + info.getDirection() +
		       info.getName().size() + (uint64_t)info.getType() +
		       info.getSize();
	return sum;
}

uint64_t walk(Buffers::Reader msg)
{
	uint64_t sum = 0;

	for (Buffer::Reader buffer : msg.getBuffers()) {
		sum += buffer.getId();
		for (Plane::Reader plane : buffer.getPlanes())
			sum += (uint64_t)plane.getOffset() +
			       plane.getLength() + (plane.getFd() > 0);
	}
	return sum;
}

uint64_t walk(Table::Reader msg)
{
	auto values = msg.getValues();

	return (uint64_t)values[values.size() - 1];
}

uint64_t walk(Configuration::Reader msg)
{
	uint64_t sum = walk(msg.getSensor());

	for (Stream::Reader stream : msg.getStreams())
		sum += (uint64_t)stream.getKey() + stream.getPixelFormat() +
		       walk(stream.getSize());
	return sum;
}

template <class Theirs, class Ours>
size_t encode(const void *msg, uint8_t *buffer, size_t size)
{
	capnp::MallocMessageBuilder message(
		kj::arrayPtr(scratch, sizeof(scratch) / sizeof(*scratch)));
	kj::ArrayOutputStream out(kj::arrayPtr(buffer, size));

	build(message.initRoot<Theirs>(), *static_cast<const Ours *>(msg));
	capnp::writeMessage(out, message);
	return out.getArray().size();
}

template <class Theirs>
uint64_t decode(const uint8_t *bytes, size_t size)
{
	capnp::FlatArrayMessageReader message(kj::arrayPtr(
		reinterpret_cast<const capnp::word *>(bytes),
		size / sizeof(capnp::word)));

	return walk(message.getRoot<Theirs>());
}

} /* namespace */

extern "C" const struct codec_peer codec_capnp[] = {
	{ encode<SensorInfo, cam_camera_sensor_info>, decode<SensorInfo> },
	{ encode<ControlList, cam_control_list>, decode<ControlList> },
	{ encode<PrepareParams, ipa_bench_prepare_params>,
	  decode<PrepareParams> },
	{ encode<ControlInfoMap, cam_control_info_map>,
	  decode<ControlInfoMap> },
	{ encode<Buffers, ipa_bench_buffers>, decode<Buffers> },
	{ encode<Table, ipa_bench_table>, decode<Table> },
	{ encode<Configuration, ipa_bench_configuration>,
	  decode<Configuration> },
};
