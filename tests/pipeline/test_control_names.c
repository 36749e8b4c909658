/* SPDX-License-Identifier: MIT */
/* Tests that controls of controls.mojom are found by name and number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cam_controls.h"
#include "controls_ipa_types.h"

static void finds_each_control_both_ways(void **state)
{
	const struct camipc_control_type *control;

	(void)state;
	for (control = cam_control_ids; control->name; control++) {
		assert_ptr_equal(cam_control_by_name(control->name), control);
		assert_ptr_equal(cam_control_by_id(control->id), control);
		assert_int_not_equal(cam_control_type_of(control),
				     CAM_CONTROL_TYPE_NONE);
	}
	assert_null(cam_control_by_name("AeEnabl"));
	assert_null(cam_control_by_name(""));
	assert_null(cam_control_by_id(0));
	assert_null(cam_control_by_id(UINT32_MAX));
}

/* The names that the IPAs of libcamera 0.0.3 for rkisp1 and rpi use. */
static void has_the_names_of_real_ipas(void **state)
{
	static const char *const names[] = {
		"AeConstraintMode",
		"AeEnable",
		"AeExposureMode",
		"AeLocked",
		"AeMeteringMode",
		"AnalogueGain",
		"AwbEnable",
		"AwbMode",
		"Brightness",
		"ColourCorrectionMatrix",
		"ColourGains",
		"ColourTemperature",
		"Contrast",
		"DigitalGain",
		"ExposureTime",
		"ExposureValue",
		"FocusFoM",
		"FrameDuration",
		"FrameDurationLimits",
		"Lux",
		"NoiseReductionMode",
		"Saturation",
		"ScalerCrop",
		"SensorBlackLevels",
		"SensorTemperature",
		"SensorTimestamp",
		"Sharpness",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!cam_control_by_name(names[i]))
			fail_msg("no control is called %s", names[i]);
}

static void describes_infos(void **state)
{
	struct cam_control_info info;

	(void)state;
	cam_control_info_init(&info);
	cam_control_info_describe(&info, 0);
	assert_string_equal(info.name, "");
	assert_int_equal(info.type, CAM_CONTROL_TYPE_NONE);
	cam_control_info_describe(&info, CAM_CONTROL_ID_COLOUR_GAINS);
	assert_string_equal(info.name, "ColourGains");
	assert_int_equal(info.type, CAM_CONTROL_TYPE_FLOAT32);
	assert_int_equal(info.size, 2);
	cam_control_info_describe(&info, CAM_CONTROL_ID_SCALER_CROP);
	assert_int_equal(info.type, CAM_CONTROL_TYPE_RECTANGLE);
	assert_int_equal(info.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_each_control_both_ways),
		cmocka_unit_test(has_the_names_of_real_ipas),
		cmocka_unit_test(describes_infos),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
