/* SPDX-License-Identifier: MIT */
/* Tests the codes and names of pixel formats. */
#include <errno.h>
#include <linux/videodev2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cam_fourcc.h"

static void agrees_with_the_kernel(void **state)
{
	static const struct {
		uint32_t fourcc;
		const char *name;
	} known[] = {
		{ V4L2_PIX_FMT_SRGGB10, "SRGGB10" },
		{ V4L2_PIX_FMT_SBGGR8, "SBGGR8" },
		{ V4L2_PIX_FMT_SGBRG10P, "SGBRG10P" },
		{ V4L2_PIX_FMT_SGRBG12, "SGRBG12" },
		{ V4L2_PIX_FMT_RGB24, "RGB888" },
		{ V4L2_PIX_FMT_BGR24, "BGR888" },
		{ V4L2_PIX_FMT_YUYV, "YUYV" },
		{ V4L2_PIX_FMT_NV12, "NV12" },
		{ V4L2_PIX_FMT_YUV420, "YUV420" },
		{ V4L2_PIX_FMT_GREY, "GREY" },
		{ V4L2_PIX_FMT_MJPEG, "MJPEG" },
	};
	char text[CAM_FOURCC_STRING_SIZE];
	uint32_t back;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_string_equal(cam_fourcc_to_string(known[i].fourcc, text),
				    known[i].name);
		assert_int_equal(cam_fourcc_from_string(known[i].name, &back),
				 0);
		assert_int_equal(back, known[i].fourcc);
	}
}

static void prints_unknown_ones(void **state)
{
	char text[CAM_FOURCC_STRING_SIZE];
	uint32_t back = 5;

	(void)state;
	assert_string_equal(cam_fourcc_to_string(CAM_FOURCC('x', 'y', 'z', '!'),
						 text),
			    "xyz!");
	assert_string_equal(cam_fourcc_to_string(0x01020304, text),
			    "0x01020304");
	assert_int_equal(cam_fourcc_from_string("xyz!", &back), 0);
	assert_int_equal(back, CAM_FOURCC('x', 'y', 'z', '!'));
	assert_int_equal(cam_fourcc_from_string("xyz", &back), -EINVAL);
	assert_int_equal(cam_fourcc_from_string("", &back), -EINVAL);
	assert_int_equal(cam_fourcc_from_string("a\nbc", &back), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_kernel),
		cmocka_unit_test(prints_unknown_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
