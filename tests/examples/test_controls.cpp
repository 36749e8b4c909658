/* SPDX-License-Identifier: MIT */
/*
 * Tests how the adapters of examples/libcamera-ipa convert controls: by name,
 * with types, in both directions; and what they leave out.
 */
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include <linux/v4l2-controls.h>

#include <libcamera/control_ids.h>
#include <libcamera/property_ids.h>

#include "cam_controls.h"
#include "controls.h"
#include "controls_ipa_types.h"

/* Last: it defines fail() as a macro. */
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

using namespace libcamera;

namespace {

std::vector<std::string> logged;

void log(camipc_host *, camipc_log_level, const char *text)
{
	logged.push_back(text);
}

camipc_host makeHost()
{
	camipc_host host{};

	host.size = sizeof(host);
	host.log = log;
	host.argument = "";
	logged.clear();
	return host;
}

unsigned int countLogged(const char *text)
{
	unsigned int n = 0;

	for (const std::string &line : logged)
		n += line.find(text) != std::string::npos;
	return n;
}

cam_control makeControl(int32_t space, uint32_t id, cam_control_value_tag tag)
{
	cam_control control{};

	control.id_space = space;
	control.id = id;
	control.value.tag = tag;
	return control;
}

cam_control makeInt(uint32_t id, int32_t value)
{
	cam_control control = makeControl(CAM_CONTROL_ID_SPACE_V4L2, id,
					  CAM_CONTROL_VALUE_INTEGER32);

	control.value.integer32 = value;
	return control;
}

cam_uint32_control_info_entry makeInfo(uint32_t id, int32_t max,
				       const char *name)
{
	cam_uint32_control_info_entry entry{};

	entry.key = id;
	cam_control_info_init(&entry.value);
	entry.value.min.tag = CAM_CONTROL_VALUE_INTEGER32;
	entry.value.max.tag = CAM_CONTROL_VALUE_INTEGER32;
	entry.value.max.integer32 = max;
	entry.value.name = name;
	return entry;
}

/* Each control of controls.mojom is the one of this name in libcamera. */
void test_names(void **)
{
	camipc_host host = makeHost();
	adapter::Controls controls(&host);
	unsigned int known = 0;

	for (const auto &[number, id] : controls::controls) {
		const camipc_control_type *type =
			cam_control_by_name(id->name().c_str());
		adapter::EventMemory memory;
		cam_control_list list{};
		ControlList theirs(controls::controls);
		ControlValue value;

		if (!type)
			continue;
		known++;
		value.reserve(id->type(), type->size > 0,
			      type->size ? type->size : 1);
		memset(value.data().data(), 0, value.data().size());
		theirs.set(number, value);
		controls.out(theirs, &list, memory);
		assert_int_equal(list.n_controls, 1);
		assert_int_equal(list.controls[0].id, type->id);
		assert_int_equal(list.controls[0].id_space,
				 CAM_CONTROL_ID_SPACE_CONTROLS);

		const ControlList back = controls.in(list);

		assert_true(back.contains(number));
		assert_true(back.get(number) == value);
	}
	assert_true(known >= 20);
	assert_int_equal(logged.size(), 0);
}

/* Numbers differ: a list by number would mean something else. */
void test_numbers_are_not_copied(void **)
{
	assert_int_not_equal(controls::EXPOSURE_TIME,
			     CAM_CONTROL_ID_EXPOSURE_TIME);
}

void assertSame(adapter::Controls &controls, const ControlValue &value)
{
	adapter::EventMemory memory;
	cam_control_list list{};
	ControlList theirs(properties::properties);

	theirs.set(properties::LOCATION, value);
	controls.out(theirs, &list, memory);
	assert_int_equal(list.n_controls, 1);
	assert_int_equal(list.controls[0].id_space,
			 CAM_CONTROL_ID_SPACE_PROPERTIES);
	/* As a control of the kernel, which no type is known of. */
	cam_control copy = list.controls[0];
	copy.id_space = CAM_CONTROL_ID_SPACE_V4L2;
	copy.id = V4L2_CID_USER_MEYE_BASE;
	const cam_control_list again = { &copy, 1 };
	const ControlList back = controls.in(again);

	assert_true(back.get(V4L2_CID_USER_MEYE_BASE) == value);
}

void test_types(void **)
{
	const bool bools[] = { true, false, true };
	const uint8_t bytes[] = { 0, 255, 7 };
	const int32_t ints[] = { INT32_MIN, 0, INT32_MAX };
	const int64_t longs[] = { INT64_MIN, 0, INT64_MAX };
	const float floats[] = { -1.5f, 0.0f, 1e30f };
	const Rectangle rectangles[] = { { -1, 2, 3, 4 }, { 5, 6, 7, 8 } };
	const Size sizes[] = { { 1, 2 }, { 3, 4 } };
	const ControlValue values[] = {
		true, uint8_t(200), int32_t(-3), int64_t(-4), 2.5f,
		Rectangle(-1, 2, 3, 4), Size(5, 6), std::string("a \xc3\xa4"),
		std::string(), Span<const bool>(bools),
		Span<const uint8_t>(bytes), Span<const int32_t>(ints),
		Span<const int64_t>(longs), Span<const float>(floats),
		Span<const Rectangle>(rectangles), Span<const Size>(sizes),
	};
	std::set<int> kinds;

	for (const ControlValue &value : values) {
		camipc_host host = makeHost();
		adapter::Controls controls(&host);

		assertSame(controls, value);
		kinds.insert(value.type());
	}
	/* Every type of libcamera's but "none". */
	assert_int_equal(kinds.size(), ControlTypeSize);
}

/* What would end an IPA in an assertion, and what libcamera does not have. */
void test_left_out(void **)
{
	camipc_host host = makeHost();
	adapter::Controls controls(&host);
	const float gains[] = { 1, 2, 3 };
	std::vector<cam_control> all = {
		makeControl(CAM_CONTROL_ID_SPACE_CONTROLS,
			    CAM_CONTROL_ID_EXPOSURE_TIME,
			    CAM_CONTROL_VALUE_FLOAT32),
		makeControl(CAM_CONTROL_ID_SPACE_CONTROLS,
			    CAM_CONTROL_ID_GAMMA, CAM_CONTROL_VALUE_FLOAT32),
		makeControl(CAM_CONTROL_ID_SPACE_CONTROLS,
			    CAM_CONTROL_ID_COLOUR_GAINS,
			    CAM_CONTROL_VALUE_FLOAT32_ARRAY),
		makeControl(CAM_CONTROL_ID_SPACE_CONTROLS,
			    CAM_CONTROL_ID_COLOUR_GAINS,
			    CAM_CONTROL_VALUE_FLOAT32),
		makeControl(CAM_CONTROL_ID_SPACE_V4L2, V4L2_CID_EXPOSURE,
			    CAM_CONTROL_VALUE_UNSIGNED32),
		makeControl(CAM_CONTROL_ID_SPACE_V4L2, V4L2_CID_GAIN,
			    CAM_CONTROL_VALUE_POINT),
		makeControl(CAM_CONTROL_ID_SPACE_V4L2, V4L2_CID_GAIN,
			    CAM_CONTROL_VALUE_NONE),
	};
	all[2].value.float32_array.items = gains;
	all[2].value.float32_array.n_items = 3;
	const cam_control_list list = { all.data(), all.size() };

	assert_true(controls.in(list).empty());
	assert_int_equal(countLogged("ExposureTime left out: its value has "
				     "another type"), 1);
	assert_int_equal(countLogged("Gamma left out: libcamera has no "
				     "control of this name"), 1);
	assert_int_equal(countLogged("ColourGains left out: its value has "
				     "another number of elements"), 1);
	assert_true(countLogged("libcamera has no values of its type") >= 2);

	/* Each is said once. */
	const size_t before = logged.size();
	assert_true(controls.in(list).empty());
	assert_int_equal(logged.size(), before);
}

/* What controls.mojom does not have. */
void test_unknown_from_libcamera(void **)
{
	camipc_host host = makeHost();
	adapter::Controls controls(&host);
	adapter::EventMemory memory;
	cam_control_list list{};
	ControlList theirs(controls::controls);

	theirs.set(controls::FocusFoM, 5);
	theirs.set(controls::draft::SceneFlicker,
		   controls::draft::SceneFickerOff);
	controls.out(theirs, &list, memory);
	assert_int_equal(list.n_controls, 1);
	assert_int_equal(list.controls[0].id, CAM_CONTROL_ID_FOCUS_FO_M);
	assert_int_equal(countLogged("SceneFlicker left out"), 1);
}

/* The kernel's controls and one of the stack's own, in one list. */
void test_mixed_list(void **)
{
	camipc_host host = makeHost();
	adapter::Controls controls(&host);
	cam_uint32_control_info_entry infos[] = {
		makeInfo(V4L2_CID_EXPOSURE, 100, "Exposure"),
	};
	const cam_control_info_map map = { CAM_CONTROL_ID_SPACE_V4L2, infos,
					   1 };
	const ControlInfoMap sensor = controls.in(map);
	cam_control all[] = {
		makeInt(V4L2_CID_EXPOSURE, 42),
		makeControl(CAM_CONTROL_ID_SPACE_CONTROLS,
			    CAM_CONTROL_ID_SENSOR_TIMESTAMP,
			    CAM_CONTROL_VALUE_INTEGER64),
	};
	all[1].value.integer64 = 77;
	const cam_control_list list = { all, 2 };
	const ControlList theirs = controls.in(list);
	adapter::EventMemory memory;
	cam_control_list back{};

	assert_ptr_equal(theirs.idMap(), &sensor.idmap());
	assert_int_equal(theirs.get(V4L2_CID_EXPOSURE).get<int32_t>(), 42);
	assert_int_equal(*theirs.get(controls::SensorTimestamp), 77);
	controls.out(theirs, &back, memory);
	assert_int_equal(back.n_controls, 2);
	for (size_t i = 0; i < 2; i++) {
		const cam_control &control = back.controls[i];
		const bool isOwn =
			control.id_space == CAM_CONTROL_ID_SPACE_CONTROLS;

		assert_int_equal(control.id,
				 isOwn ? uint32_t(CAM_CONTROL_ID_SENSOR_TIMESTAMP)
				       : uint32_t(V4L2_CID_EXPOSURE));
	}
}

/* Two devices have an id map each; a list gets the one that has its ids. */
void test_id_maps(void **)
{
	camipc_host host = makeHost();
	adapter::Controls controls(&host);
	cam_uint32_control_info_entry sensor[] = {
		makeInfo(V4L2_CID_EXPOSURE, 100, "Exposure"),
	};
	cam_uint32_control_info_entry isp[] = {
		makeInfo(V4L2_CID_RED_BALANCE, 100, "Red Balance"),
	};
	const cam_control_info_map maps[] = {
		{ CAM_CONTROL_ID_SPACE_V4L2, sensor, 1 },
		{ CAM_CONTROL_ID_SPACE_V4L2, isp, 1 },
	};
	const ControlInfoMap first = controls.in(maps[0]);
	const ControlInfoMap second = controls.in(maps[1]);
	const cam_control exposure = makeInt(V4L2_CID_EXPOSURE, 1);
	const cam_control red = makeInt(V4L2_CID_RED_BALANCE, 1);
	const cam_control other = makeInt(V4L2_CID_FOCUS_ABSOLUTE, 1);
	const cam_control_list lists[] = { { &exposure, 1 }, { &red, 1 },
					   { &other, 1 } };

	assert_ptr_not_equal(&first.idmap(), &second.idmap());
	assert_string_equal(first.begin()->first->name().c_str(), "Exposure");
	assert_ptr_equal(controls.in(lists[0]).idMap(), &first.idmap());
	assert_ptr_equal(controls.in(lists[1]).idMap(), &second.idmap());
	assert_int_equal(controls.in(lists[2])
				 .get(V4L2_CID_FOCUS_ABSOLUTE)
				 .get<int32_t>(),
			 1);
	/* Another configure with the same controls needs no other objects. */
	assert_ptr_equal(&controls.in(maps[0]).idmap(), &first.idmap());
	assert_ptr_equal(controls.in(maps[0]).begin()->first,
			 first.begin()->first);
}

/* Controls that an IPA announces: names, types, sizes, ranges, values. */
void test_infos_from_libcamera(void **)
{
	camipc_host host = makeHost();
	adapter::Controls controls(&host);
	adapter::EventMemory memory;
	const ControlValue modes[] = { int32_t(0), int32_t(2) };
	const ControlInfoMap theirs(
		{ { &controls::ExposureTime, ControlInfo(10, 20, 15) },
		  { &controls::AeMeteringMode,
		    ControlInfo(Span<const ControlValue>(modes),
				int32_t(2)) },
		  { &controls::FrameDurationLimits,
		    ControlInfo(int64_t(1), int64_t(9)) },
		  { &controls::draft::SceneFlicker, ControlInfo(0, 1) } },
		controls::controls);
	cam_control_info_map map{};

	controls.out(theirs, &map, memory);
	assert_int_equal(map.id_space, CAM_CONTROL_ID_SPACE_CONTROLS);
	assert_int_equal(map.n_infos, 3);

	const cam_control_info *info = cam_uint32_control_info_find(
		map.infos, map.n_infos, CAM_CONTROL_ID_EXPOSURE_TIME);
	assert_non_null(info);
	assert_string_equal(info->name, "ExposureTime");
	assert_int_equal(info->type, CAM_CONTROL_TYPE_INTEGER32);
	assert_int_equal(info->min.integer32, 10);
	assert_int_equal(info->max.integer32, 20);
	assert_int_equal(info->def.integer32, 15);
	info = cam_uint32_control_info_find(map.infos, map.n_infos,
					    CAM_CONTROL_ID_AE_METERING_MODE);
	assert_non_null(info);
	assert_int_equal(info->n_values, 2);
	assert_int_equal(info->values[1].integer32, 2);
	info = cam_uint32_control_info_find(
		map.infos, map.n_infos, CAM_CONTROL_ID_FRAME_DURATION_LIMITS);
	assert_non_null(info);
	assert_int_equal(info->size, 2);
	assert_int_equal(info->type, CAM_CONTROL_TYPE_INTEGER64);
}

} // namespace

int main()
{
	const CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_numbers_are_not_copied),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_unknown_from_libcamera),
		cmocka_unit_test(test_mixed_list),
		cmocka_unit_test(test_id_maps),
		cmocka_unit_test(test_infos_from_libcamera),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
