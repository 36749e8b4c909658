/* SPDX-License-Identifier: MIT */
/* Converts controls: values, lists, and maps of what they accept. */
#include "controls.h"

#include <cstring>
#include <utility>

#include <libcamera/control_ids.h>
#include <libcamera/property_ids.h>

#include <linux/v4l2-controls.h>

#include "cam_controls.h"

using namespace libcamera;

namespace adapter {

namespace {

// Types that both stacks have: libcamera's, tag, member, element.
#define TYPES(X)                                                            \
	X(ControlTypeBool, BOOLEAN, boolean, bool)                          \
	X(ControlTypeByte, BYTE, byte, uint8_t)                             \
	X(ControlTypeInteger32, INTEGER32, integer32, int32_t)              \
	X(ControlTypeInteger64, INTEGER64, integer64, int64_t)              \
	X(ControlTypeFloat, FLOAT32, float32, float)                        \
	X(ControlTypeRectangle, RECTANGLE, rectangle, cam_rectangle)        \
	X(ControlTypeSize, SIZE, size, cam_size)

// Rectangles and sizes are copied as bytes, also in arrays.
static_assert(sizeof(Rectangle) == sizeof(cam_rectangle) &&
	      sizeof(Size) == sizeof(cam_size));

void outValue(const ControlValue &value, cam_control_value *ret_value,
	      Memory &memory)
{
	const Span<const uint8_t> data = value.data();

	memset(ret_value, 0, sizeof(*ret_value));
	switch (value.type()) {
#define X(type, TAG, member, element)                                        \
	case type:                                                           \
		if (value.isArray()) {                                       \
			auto *items = memory.array<element>(                 \
				value.numElements());                        \
			memcpy(items, data.data(), data.size());             \
			ret_value->tag = CAM_CONTROL_VALUE_##TAG##_ARRAY;    \
			ret_value->member##_array.items = items;             \
			ret_value->member##_array.n_items =                  \
				value.numElements();                         \
		} else {                                                     \
			ret_value->tag = CAM_CONTROL_VALUE_##TAG;            \
			memcpy(&ret_value->member, data.data(),              \
			       sizeof(ret_value->member));                   \
		}                                                            \
		break;
		TYPES(X)
#undef X
	case ControlTypeString:
		ret_value->tag = CAM_CONTROL_VALUE_STRING;
		ret_value->string = memory.text(value.get<std::string>());
		break;
	case ControlTypeNone:
		break;
	}
}

// None for types that libcamera does not have.
ControlValue inValue(const cam_control_value &value)
{
	ControlValue result;

	switch (value.tag) {
#define X(type, TAG, member, element)                                        \
	case CAM_CONTROL_VALUE_##TAG:                                        \
		result.reserve(type);                                        \
		memcpy(result.data().data(), &value.member,                  \
		       sizeof(value.member));                                \
		break;                                                       \
	case CAM_CONTROL_VALUE_##TAG##_ARRAY:                                \
		result.reserve(type, true, value.member##_array.n_items);    \
		if (value.member##_array.n_items)                            \
			memcpy(result.data().data(),                         \
			       value.member##_array.items,                   \
			       value.member##_array.n_items *                \
				       sizeof(element));                     \
		break;
		TYPES(X)
#undef X
	case CAM_CONTROL_VALUE_STRING:
		result.set(std::string(value.string));
		break;
	default:
		break;
	}
	return result;
}

ControlType typeOf(const cam_control_info &info)
{
	switch (info.type) {
	case CAM_CONTROL_TYPE_BOOLEAN:
		return ControlTypeBool;
	case CAM_CONTROL_TYPE_BYTE:
		return ControlTypeByte;
	case CAM_CONTROL_TYPE_INTEGER32:
		return ControlTypeInteger32;
	case CAM_CONTROL_TYPE_INTEGER64:
		return ControlTypeInteger64;
	case CAM_CONTROL_TYPE_FLOAT32:
		return ControlTypeFloat;
	case CAM_CONTROL_TYPE_STRING:
		return ControlTypeString;
	case CAM_CONTROL_TYPE_RECTANGLE:
		return ControlTypeRectangle;
	case CAM_CONTROL_TYPE_SIZE:
		return ControlTypeSize;
	default:
		break;
	}
	for (const cam_control_value *value : { &info.def, &info.min })
		if (value->tag != CAM_CONTROL_VALUE_NONE)
			return inValue(*value).type();
	return ControlTypeNone;
}

// libcamera's id of a control of controls.mojom; nullptr if it has none.
const ControlId *idByName(const char *name)
{
	static const auto names = [] {
		std::map<std::string, const ControlId *> found;

		for (const auto &[number, id] : controls::controls)
			found.emplace(id->name(), id);
		return found;
	}();
	const auto found = names.find(name);

	return found == names.end() ? nullptr : found->second;
}

const ControlId *ownId(const cam_control &control)
{
	const camipc_control_type *type = cam_control_by_id(control.id);

	return type ? idByName(type->name) : nullptr;
}

} // namespace

// ---- memory ----------------------------------------------------------------

const char *Memory::text(const std::string &text)
{
	char *copy = array<char>(text.size() + 1);

	memcpy(copy, text.c_str(), text.size() + 1);
	return copy;
}

void *OpMemory::get(size_t n, size_t size)
{
	void *memory = camipc_host_alloc(host_, n, size);

	if (!memory)
		throw std::bad_alloc();
	return memory;
}

void *EventMemory::get(size_t n, size_t size)
{
	blocks_.emplace_back(new uint8_t[n * size]());
	return blocks_.back().get();
}

// ---- ids -------------------------------------------------------------------

// Says it once for each control.
void Controls::complain(const std::string &name, const char *problem)
{
	if (complaints_.insert(name + problem).second)
		camipc_host_log(host_, CAMIPC_LOG_WARNING,
				"control %s left out: %s", name.c_str(),
				problem);
}

const ControlId *Controls::id(uint32_t number, const std::string &name,
			      ControlType type)
{
	auto &id = ids_[{ number, name, type }];

	if (!id)
		id = std::make_unique<ControlId>(number, name, type);
	return id.get();
}

// One object for all maps of equal contents: sessions that configure again and
// again need no more memory each time.
const ControlIdMap *Controls::keep(IdMap map)
{
	for (const auto &known : maps_)
		if (*known == map)
			return known.get();
	maps_.push_back(std::make_unique<IdMap>(std::move(map)));
	return maps_.back().get();
}

// The id map of a list: the newest one that has all of its kernel controls, or
// one that is made of them. A list of libcamera's own controls has theirs.
const ControlIdMap *Controls::mapOf(const cam_control_list &list)
{
	const ControlIdMap *own = &controls::controls;
	IdMap made;

	for (size_t i = 0; i < list.n_controls; i++) {
		const cam_control &control = list.controls[i];

		if (control.id_space == CAM_CONTROL_ID_SPACE_PROPERTIES)
			own = &properties::properties;
		else if (control.id_space != CAM_CONTROL_ID_SPACE_CONTROLS)
			made[control.id] = id(control.id, "",
					      inValue(control.value).type());
	}
	if (made.empty())
		return own;
	for (auto map = maps_.rbegin(); map != maps_.rend(); ++map) {
		bool all = true;

		for (const auto &[number, unused] : made)
			all = all && (*map)->count(number);
		if (all)
			return map->get();
	}
	return keep(std::move(made));
}

// ---- to libcamera ----------------------------------------------------------

bool Controls::acceptable(const ControlId *id, const cam_control &control,
			  const ControlValue &value)
{
	const camipc_control_type *type =
		control.id_space == CAM_CONTROL_ID_SPACE_CONTROLS
			? cam_control_by_id(control.id)
			: nullptr;
	const std::string name =
		type ? type->name
		     : id && !id->name().empty() ? id->name()
						 : std::to_string(control.id);

	if (type && !id)
		complain(name, "libcamera has no control of this name");
	else if (value.isNone())
		complain(name, "libcamera has no values of its type");
	else if (id && id->type() != ControlTypeNone &&
		 id->type() != value.type())
		complain(name, "its value has another type");
	else if (type && value.type() != ControlTypeString &&
		 (value.isArray() != (type->size > 0) ||
		  (type->size && value.numElements() != type->size)))
		complain(name, "its value has another number of elements");
	else
		return true;
	return false;
}

ControlList Controls::in(const cam_control_list &list)
{
	const ControlIdMap *map = mapOf(list);
	ControlList result(*map);

	for (size_t i = 0; i < list.n_controls; i++) {
		const cam_control &control = list.controls[i];
		const ControlValue value = inValue(control.value);
		const ControlId *id = nullptr;

		if (control.id_space == CAM_CONTROL_ID_SPACE_CONTROLS) {
			id = ownId(control);
		} else {
			const auto found = map->find(control.id);

			id = found == map->end() ? nullptr : found->second;
		}
		if (acceptable(id, control, value))
			result.set(id ? id->id() : control.id, value);
	}
	return result;
}

ControlInfoMap Controls::in(const cam_control_info_map &map)
{
	const bool isOwn = map.id_space == CAM_CONTROL_ID_SPACE_CONTROLS;
	ControlInfoMap::Map infos;
	IdMap ids;

	for (size_t i = 0; i < map.n_infos; i++) {
		const cam_control_info &info = map.infos[i].value;
		const uint32_t number = map.infos[i].key;
		const cam_control named = { map.id_space, number, {} };
		const ControlId *known = isOwn ? ownId(named)
					       : id(number, info.name,
						    typeOf(info));
		std::vector<ControlValue> values;

		if (!known)
			continue;
		ids[known->id()] = known;
		for (size_t k = 0; k < info.n_values; k++)
			values.push_back(inValue(info.values[k]));
		infos.emplace(known,
			      values.empty()
				      ? ControlInfo(inValue(info.min),
						    inValue(info.max),
						    inValue(info.def))
				      : ControlInfo(
						Span<const ControlValue>(
							values.data(),
							values.size()),
						inValue(info.def)));
	}
	return ControlInfoMap(std::move(infos), isOwn ? controls::controls
						      : *keep(std::move(ids)));
}

// ---- from libcamera --------------------------------------------------------

// Finds what an id of libcamera is called here. A list with the id map of a
// device may hold controls of libcamera's own, too: the kernel's have numbers
// above all of them.
bool Controls::translate(const IdMap *map, unsigned int id,
			 int32_t *ret_space, uint32_t *ret_id)
{
	*ret_id = id;
	*ret_space = CAM_CONTROL_ID_SPACE_PROPERTIES;
	if (map == &properties::properties)
		return true;
	*ret_space = CAM_CONTROL_ID_SPACE_V4L2;
	if (map != &controls::controls && id >= V4L2_CID_BASE)
		return true;
	const auto found = controls::controls.find(id);
	const camipc_control_type *type =
		found == controls::controls.end()
			? nullptr
			: cam_control_by_name(found->second->name().c_str());
	if (!type) {
		complain(found == controls::controls.end()
				 ? std::to_string(id)
				 : found->second->name(),
			 "controls.mojom has no control of this name");
		return false;
	}
	*ret_space = CAM_CONTROL_ID_SPACE_CONTROLS;
	*ret_id = type->id;
	return true;
}

// In the order of numbers: libcamera's own order is that of a hash table.
void Controls::out(const ControlList &list, cam_control_list *ret_list,
		   Memory &memory)
{
	auto *controls = memory.array<cam_control>(list.size());
	std::map<unsigned int, const ControlValue *> sorted;
	size_t n = 0;

	for (const auto &[id, value] : list)
		sorted.emplace(id, &value);
	for (const auto &[id, value] : sorted) {
		cam_control &control = controls[n];

		if (!translate(list.idMap(), id, &control.id_space,
			       &control.id))
			continue;
		outValue(*value, &control.value, memory);
		n++;
	}
	*ret_list = { controls, n };
}

void Controls::out(const ControlInfoMap &map, cam_control_info_map *ret_map,
		   Memory &memory)
{
	auto *infos = memory.array<cam_uint32_control_info_entry>(map.size());
	const IdMap *idMap = map.empty() ? nullptr : &map.idmap();
	int32_t space = CAM_CONTROL_ID_SPACE_CONTROLS;
	size_t n = 0;

	for (const auto &[id, info] : map) {
		cam_uint32_control_info_entry &entry = infos[n];
		auto *values = memory.array<cam_control_value>(
			info.values().size());

		if (!translate(idMap, id->id(), &space, &entry.key))
			continue;
		n++;
		cam_control_info_init(&entry.value);
		for (size_t i = 0; i < info.values().size(); i++)
			outValue(info.values()[i], &values[i], memory);
		outValue(info.min(), &entry.value.min, memory);
		outValue(info.max(), &entry.value.max, memory);
		outValue(info.def(), &entry.value.def, memory);
		entry.value.values = values;
		entry.value.n_values = info.values().size();
		if (space == CAM_CONTROL_ID_SPACE_CONTROLS) {
			entry.value.direction = CAM_CONTROL_DIRECTION_IN;
			cam_control_info_describe(&entry.value, entry.key);
		} else {
			entry.value.name = memory.text(id->name());
		}
	}
	cam_uint32_control_info_sort(infos, n);
	*ret_map = { idMap ? space : CAM_CONTROL_ID_SPACE_CONTROLS, infos, n };
}

} // namespace adapter
