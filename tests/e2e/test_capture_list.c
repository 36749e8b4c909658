/* SPDX-License-Identifier: MIT */
/* Tests what --list-controls and --list-formats print, with controls and formats
 * that the IPAs and cameras of this tree do not have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cam_fourcc.h"
#include "camera_handler.h"
#include "capture_list.h"
#include "controls_ipa_types.h"

/* ---- a camera that is made up --------------------------------------------- */

static const struct camera_interval several[] = { { 1, 30 }, { 2, 25 } };
static const struct camera_interval range[] = { { 1, 60 }, { 1, 1 } };

static const struct camera_format known_formats[] = {
	{
		.fourcc = CAM_FOURCC_SRGGB10,
		.is_default = true,
		.min_width = 640,
		.min_height = 480,
		.max_width = 640,
		.max_height = 480,
		.step_width = 2,
		.step_height = 2,
		.intervals = several,
		.n_intervals = 2,
	},
	{
		.fourcc = CAM_FOURCC('Q', '1', '2', '3'),
		.min_width = 64,
		.min_height = 66,
		.max_width = 1280,
		.max_height = 720,
		.step_width = 2,
		.step_height = 8,
		.intervals = range,
		.n_intervals = 2,
		.is_range = true,
	},
	{ .fourcc = 1 },
};
static size_t n_formats;
static int fails; /* a negative errno; 0: no */

static int list(int (*visit)(void *user, const struct camera_info *info),
		void *user)
{
	const struct camera_info info = {
		.name = "made-up",
		.handler = "made",
		.description = "",
		.interface_name = "",
		.module = "",
	};

	return visit(user, &info);
}

static int list_formats(const char *name,
			int (*visit)(void *user,
				     const struct camera_format *format),
			void *user, char *error, size_t size)
{
	int ret = 0;

	assert_string_equal(name, "made-up");
	for (size_t i = 0; ret == 0 && i < n_formats; i++)
		ret = visit(user, &known_formats[i]);
	snprintf(error, size, "it is made up");
	return ret < 0 ? ret : fails;
}

/* The other functions are never called. */
static int create(const char *name, struct camipc_manager *manager,
		  const struct camera_options *options, char *error,
		  size_t size, void **ret_self)
{
	(void)name;
	(void)manager;
	(void)options;
	(void)error;
	(void)size;
	(void)ret_self;
	return -ENODEV;
}

static void destroy(void *self)
{
	(void)self;
}

static int is_used(const char *name)
{
	(void)name;
	return 0;
}

static int run(void *self)
{
	(void)self;
	return -ENODEV;
}

static int set_controls(void *self, const struct cam_control_list *controls)
{
	(void)self;
	(void)controls;
	return -ENODEV;
}

static int capture(void *self, struct camera_frame *ret_frame)
{
	(void)self;
	(void)ret_frame;
	return -ENODEV;
}

static const char *error_of(const void *self)
{
	(void)self;
	return "";
}

static const struct cam_control_info_map *get_controls(const void *self)
{
	(void)self;
	return NULL;
}

static void get_counts(const void *self, struct camera_counts *ret_counts)
{
	(void)self;
	(void)ret_counts;
}

static struct camipc_proxy *get_proxy(void *self)
{
	(void)self;
	return NULL;
}

static const struct camera_handler made = {
	.size = sizeof(made),
	.name = "made",
	.list = list,
	.is_used = is_used,
	.list_formats = list_formats,
	.create = create,
	.destroy = destroy,
	.start = run,
	.stop = run,
	.set_controls = set_controls,
	.set_device_controls = set_controls,
	.capture = capture,
	.error = error_of,
	.get_controls = get_controls,
	.get_device_controls = get_controls,
	.get_counts = get_counts,
	.get_proxy = get_proxy,
};
CAMERA_REGISTER_HANDLER(made)

/* ---- standard output and stderr ------------------------------------------- */

/* What was printed to one of them. */
struct printed {
	FILE *stream;
	int kept;
	FILE *file;
	char text[4096];
};

static void begin(struct printed *printed, FILE *stream)
{
	fflush(stream);
	printed->stream = stream;
	printed->kept = dup(fileno(stream));
	printed->file = tmpfile();
	assert_non_null(printed->file);
	assert_true(dup2(fileno(printed->file), fileno(stream)) >= 0);
}

static const char *end(struct printed *printed)
{
	size_t n;

	fflush(printed->stream);
	assert_true(dup2(printed->kept, fileno(printed->stream)) >= 0);
	close(printed->kept);
	rewind(printed->file);
	n = fread(printed->text, 1, sizeof(printed->text) - 1, printed->file);
	printed->text[n] = '\0';
	fclose(printed->file);
	return printed->text;
}

/* ---- tests ---------------------------------------------------------------- */

static void formats(void **state)
{
	struct printed printed;

	(void)state;
	n_formats = 3;
	fails = 0;
	begin(&printed, stdout);
	assert_int_equal(capture_list_formats("made-up"), 0);
	assert_string_equal(
		end(&printed),
		"SRGGB10 (default): 640x480, 30, 12.5 frames per second\n"
		"Q123: 64x66 to 1280x720 in steps of 2x8, 1 to 60 frames per "
		"second\n"
		"0x00000001: sizes that the driver does not list, at the frame "
		"rate of the driver\n");
	n_formats = 0;
	begin(&printed, stdout);
	assert_int_equal(capture_list_formats("made"), 0);
	assert_string_equal(end(&printed), "no raw Bayer format of 8, 10 or 12 "
					   "bits\n");
}

static void failures(void **state)
{
	struct printed printed;

	(void)state;
	n_formats = 0;
	fails = -EBUSY;
	begin(&printed, stderr);
	assert_int_equal(capture_list_formats("made-up"), 2);
	assert_string_equal(end(&printed),
			    "camipc: --camera made-up: it is made up\n");
	begin(&printed, stderr);
	assert_int_equal(capture_list_formats("nothing"), 2);
	assert_non_null(strstr(end(&printed), "expected made-up"));
}

static struct cam_control_value number(int32_t value)
{
	return (struct cam_control_value){
		.tag = CAM_CONTROL_VALUE_INTEGER32, .integer32 = value
	};
}

static void controls(void **state)
{
	const struct cam_control_value menu[] = { number(0), number(2),
						  number(5) };
	float gains[] = { 1.5F, 2 };
	struct cam_uint32_control_info_entry entries[] = {
		{ CAM_CONTROL_ID_AE_ENABLE,
		  { .type = CAM_CONTROL_TYPE_BOOLEAN,
		    .direction = CAM_CONTROL_DIRECTION_IN } },
		{ CAM_CONTROL_ID_EXPOSURE_TIME,
		  { .type = CAM_CONTROL_TYPE_INTEGER32,
		    .direction = CAM_CONTROL_DIRECTION_IN |
				 CAM_CONTROL_DIRECTION_OUT,
		    .min = number(-7),
		    .max = number(8),
		    .def = number(1) } },
		{ CAM_CONTROL_ID_AE_METERING_MODE,
		  { .type = CAM_CONTROL_TYPE_INTEGER32,
		    .direction = CAM_CONTROL_DIRECTION_IN,
		    .values = menu,
		    .n_values = 3,
		    .def = number(2) } },
		{ CAM_CONTROL_ID_COLOUR_GAINS,
		  { .type = CAM_CONTROL_TYPE_FLOAT32,
		    .size = 2,
		    .direction = CAM_CONTROL_DIRECTION_IN,
		    .def = { .tag = CAM_CONTROL_VALUE_FLOAT32_ARRAY,
			     .float32_array = { gains, 2 } } } },
		{ CAM_CONTROL_ID_AE_LOCKED,
		  { .type = CAM_CONTROL_TYPE_BOOLEAN,
		    .direction = CAM_CONTROL_DIRECTION_OUT } },
	};
	struct cam_control_info_map infos = {
		.id_space = CAM_CONTROL_ID_SPACE_CONTROLS,
		.infos = entries,
		.n_infos = sizeof(entries) / sizeof(entries[0]),
	};
	struct printed printed;
	const char *text;

	(void)state;
	cam_uint32_control_info_sort(entries, infos.n_infos);
	begin(&printed, stdout);
	capture_list_controls(&infos);
	text = end(&printed);
	assert_non_null(strstr(text, "AeEnable bool: true or false\n"));
	assert_non_null(strstr(text, "ExposureTime int32: -7 to 8, default "
				     "1\n"));
	assert_non_null(strstr(text, "AeMeteringMode int32: 0, 2 or 5, default "
				     "2\n"));
	assert_non_null(strstr(text, "ColourGains float[2]: any value, default "
				     "1.5,2\n"));
	assert_null(strstr(text, "AeLocked"));

	infos.n_infos = 0;
	begin(&printed, stdout);
	capture_list_controls(&infos);
	assert_string_equal(end(&printed), "the IPA accepts no controls\n");
}

static void controls_of_a_device(void **state)
{
	const struct cam_control_value pressed = {
		.tag = CAM_CONTROL_VALUE_BOOLEAN,
		.boolean = true,
	};
	const uint8_t table[] = { 1, 2, 9 };
	const struct cam_uint32_control_info_entry entries[] = {
		{ 1,
		  { .name = "Test\nPattern",
		    .type = CAM_CONTROL_TYPE_INTEGER32,
		    .direction = CAM_CONTROL_DIRECTION_IN,
		    .min = number(0),
		    .max = number(3),
		    .def = number(2) } },
		{ 2,
		  { .name = "Bits",
		    .type = CAM_CONTROL_TYPE_UNSIGNED32,
		    .size = 7,
		    .direction = CAM_CONTROL_DIRECTION_OUT,
		    .min = { .tag = CAM_CONTROL_VALUE_UNSIGNED32 },
		    .max = { .tag = CAM_CONTROL_VALUE_UNSIGNED32,
			     .unsigned32 = UINT32_MAX } } },
		{ 3,
		  { .name = "Button",
		    .type = CAM_CONTROL_TYPE_BOOLEAN,
		    .direction = CAM_CONTROL_DIRECTION_IN,
		    .values = &pressed,
		    .n_values = 1 } },
		{ 4,
		  { .name = "Cell",
		    .type = CAM_CONTROL_TYPE_SIZE,
		    .direction = CAM_CONTROL_DIRECTION_IN,
		    .def = { .tag = CAM_CONTROL_VALUE_SIZE,
			     .size = { 3, 4 } } } },
		{ 5,
		  { .name = "Window",
		    .type = CAM_CONTROL_TYPE_RECTANGLE,
		    .direction = CAM_CONTROL_DIRECTION_IN } },
		{ 6,
		  { .name = "Table",
		    .type = CAM_CONTROL_TYPE_BYTE,
		    .size = 3,
		    .direction = CAM_CONTROL_DIRECTION_IN,
		    .min = { .tag = CAM_CONTROL_VALUE_BYTE },
		    .max = { .tag = CAM_CONTROL_VALUE_BYTE, .byte = 9 },
		    .def = { .tag = CAM_CONTROL_VALUE_BYTE_ARRAY,
			     .byte_array = { table, 3 } } } },
	};
	const struct cam_control_info_map infos = {
		.id_space = CAM_CONTROL_ID_SPACE_V4L2,
		.infos = entries,
		.n_infos = sizeof(entries) / sizeof(entries[0]),
	};
	const struct cam_control_info_map none = { .n_infos = 0 };
	struct printed printed;

	(void)state;
	begin(&printed, stdout);
	capture_list_device_controls(&infos);
	/* A driver's name cannot begin a line. */
	assert_string_equal(
		end(&printed),
		"of the device, for its driver, the IPA and --control:\n"
		"    Test\\nPattern int32: 0 to 3, default 2\n"
		"    Bits uint32[7]: 0 to 4294967295, read-only\n"
		"    Button bool: true\n"
		"    Cell Size: any WIDTHxHEIGHT, default 3x4\n"
		"    Window Rectangle: any X,Y,WIDTH,HEIGHT\n"
		"    Table byte[3]: 0 to 9, default 1,2,9\n");
	begin(&printed, stdout);
	capture_list_device_controls(NULL);
	capture_list_device_controls(&none);
	assert_string_equal(end(&printed), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats),
		cmocka_unit_test(failures),
		cmocka_unit_test(controls),
		cmocka_unit_test(controls_of_a_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
