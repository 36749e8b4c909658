/* SPDX-License-Identifier: MIT */
/* Tests that controls of the kernel are translated exactly or refused: each type,
 * and each way in which something could get lost. No device takes part. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cam_v4l2.h"

#define TYPE_RECT 0x0107
#define ARENA_SIZE (64 << 10)

static struct camipc_arena arena;

static int set_up(void **state)
{
	(void)state;
	camipc_arena_init(&arena, ARENA_SIZE);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	camipc_arena_fini(&arena);
	return 0;
}

/* ---- descriptions -------------------------------------------------------- */

static struct v4l2_query_ext_ctrl query(uint32_t type, int64_t min, int64_t max,
					int64_t def)
{
	return (struct v4l2_query_ext_ctrl){
		.id = 9,
		.type = type,
		.name = "Some Control",
		.minimum = min,
		.maximum = max,
		.step = 1,
		.default_value = def,
		.elems = 1,
	};
}

/* A control whose values are passed by a pointer: an array of @elems, or a single
 * value. */
static struct v4l2_query_ext_ctrl pointed(uint32_t type, uint32_t elem_size,
					  uint32_t elems, int64_t min,
					  int64_t max)
{
	struct v4l2_query_ext_ctrl made = query(type, min, max, min);

	made.flags = V4L2_CTRL_FLAG_HAS_PAYLOAD;
	made.elem_size = elem_size;
	if (elems) {
		made.nr_of_dims = 1;
		made.dims[0] = elems;
		made.elems = elems;
	}
	return made;
}

static struct cam_control_info info_of(const struct v4l2_query_ext_ctrl *from)
{
	struct cam_control_info info;

	assert_int_equal(cam_v4l2_get_info(from, NULL, 0, &arena, &info), 0);
	assert_string_equal(info.name, "Some Control");
	return info;
}

static void refused(struct v4l2_query_ext_ctrl from, int error)
{
	struct cam_control_info info = { .size = 77 };

	assert_int_equal(cam_v4l2_get_info(&from, NULL, 0, &arena, &info),
			 error);
	assert_int_equal(info.size, 77);
}

static void ranged(struct v4l2_query_ext_ctrl from, enum cam_control_type type,
		   const char *range)
{
	const struct cam_control_info info = info_of(&from);
	char text[128];

	assert_int_equal(info.type, type);
	cam_control_range_to_string(&info, text, sizeof(text));
	assert_string_equal(text, range);
}

static void describes_each_type(void **state)
{
	struct v4l2_query_ext_ctrl string =
		pointed(V4L2_CTRL_TYPE_STRING, 9, 0, 2, 8);

	(void)state;
	ranged(query(V4L2_CTRL_TYPE_INTEGER, INT32_MIN, INT32_MAX, -1),
	       CAM_CONTROL_TYPE_INTEGER32, "-2147483648 to 2147483647");
	ranged(query(V4L2_CTRL_TYPE_INTEGER64, INT64_MIN, INT64_MAX, 0),
	       CAM_CONTROL_TYPE_INTEGER64,
	       "-9223372036854775808 to 9223372036854775807");
	ranged(query(V4L2_CTRL_TYPE_BOOLEAN, 0, 1, 1),
	       CAM_CONTROL_TYPE_BOOLEAN, "true or false");
	ranged(query(V4L2_CTRL_TYPE_BITMASK, 0, 0x80002000, 0x2000),
	       CAM_CONTROL_TYPE_UNSIGNED32, "flags, any of 0x80002000");
	/* Drivers give the 32nd bit with a sign, too. */
	ranged(query(V4L2_CTRL_TYPE_BITMASK, 0, INT32_MIN, INT32_MIN),
	       CAM_CONTROL_TYPE_UNSIGNED32, "flags, any of 0x80000000");
	ranged(query(V4L2_CTRL_TYPE_BUTTON, 0, 0, 0), CAM_CONTROL_TYPE_BOOLEAN,
	       "true");
	ranged(string, CAM_CONTROL_TYPE_STRING, "2 to 8 bytes");
	string.step = 3;
	ranged(string, CAM_CONTROL_TYPE_STRING, "2 to 8 bytes in steps of 3");
	ranged(pointed(V4L2_CTRL_TYPE_U8, 1, 0, 3, 255), CAM_CONTROL_TYPE_BYTE,
	       "3 to 255");
	ranged(pointed(V4L2_CTRL_TYPE_U16, 2, 6, 0, 65535),
	       CAM_CONTROL_TYPE_UNSIGNED16, "0 to 65535");
	ranged(pointed(V4L2_CTRL_TYPE_U32, 4, 0, 0, UINT32_MAX),
	       CAM_CONTROL_TYPE_UNSIGNED32, "0 to 4294967295");
	ranged(pointed(V4L2_CTRL_TYPE_AREA, sizeof(struct v4l2_area), 0, 0, 0),
	       CAM_CONTROL_TYPE_SIZE, "any WIDTHxHEIGHT");
	ranged(pointed(TYPE_RECT, sizeof(struct v4l2_rect), 0, 0, 0),
	       CAM_CONTROL_TYPE_RECTANGLE, "any X,Y,WIDTH,HEIGHT");
}

static void describes_directions_steps_and_sizes(void **state)
{
	struct v4l2_query_ext_ctrl from =
		query(V4L2_CTRL_TYPE_INTEGER, 0, 100, 10);
	struct cam_control_info info;

	(void)state;
	from.step = 10;
	info = info_of(&from);
	assert_int_equal(info.step, 10);
	assert_int_equal(info.def.integer32, 10);
	assert_int_equal(info.direction, CAM_CONTROL_DIRECTION_IN |
						 CAM_CONTROL_DIRECTION_OUT);
	from.flags = V4L2_CTRL_FLAG_READ_ONLY;
	assert_int_equal(info_of(&from).direction, CAM_CONTROL_DIRECTION_OUT);
	from.flags = V4L2_CTRL_FLAG_WRITE_ONLY;
	assert_int_equal(info_of(&from).direction, CAM_CONTROL_DIRECTION_IN);
	from = query(V4L2_CTRL_TYPE_BUTTON, 0, 0, 0);
	assert_int_equal(info_of(&from).direction, CAM_CONTROL_DIRECTION_IN);
	from = pointed(V4L2_CTRL_TYPE_U8, 1, 120, 0, 9);
	from.nr_of_dims = 2;
	from.dims[0] = 30;
	from.dims[1] = 4;
	assert_int_equal(info_of(&from).size, 120);
	/* As many elements as there are now do not limit the next value. */
	from = pointed(V4L2_CTRL_TYPE_U32, 4, 100, 0, 9);
	from.elems = 3;
	from.flags |= V4L2_CTRL_FLAG_DYNAMIC_ARRAY;
	info = info_of(&from);
	assert_int_equal(info.size, CAM_CONTROL_ANY_SIZE);
	assert_int_equal(info.min_length, 1);
	assert_int_equal(info.max_length, 100);
}

static void names_the_entries_of_menus(void **state)
{
	struct v4l2_query_ext_ctrl from =
		query(V4L2_CTRL_TYPE_MENU, 0, 4, 3);
	struct v4l2_querymenu menu[] = {
		{ .index = 1, .name = "50 Hz" },
		{ .index = 3, .name = "A name of 32 bytes, without end." },
	};
	struct cam_control_info info;
	char text[128];

	(void)state;
	assert_int_equal(cam_v4l2_get_info(&from, menu, 2, &arena, &info), 0);
	assert_int_equal(info.type, CAM_CONTROL_TYPE_INTEGER32);
	cam_control_range_to_string(&info, text, sizeof(text));
	assert_string_equal(text, "50 Hz (1) or A name of 32 bytes, without "
				  "end. (3)");
	assert_int_equal(info.n_values, 2);
	from.type = V4L2_CTRL_TYPE_INTEGER_MENU;
	menu[0].value = INT64_MIN;
	menu[1].value = 456000000;
	assert_int_equal(cam_v4l2_get_info(&from, menu, 2, &arena, &info), 0);
	cam_control_range_to_string(&info, text, sizeof(text));
	assert_string_equal(text, "-9223372036854775808 (1) or 456000000 (3)");
	menu[1].index = 5;
	assert_int_equal(cam_v4l2_get_info(&from, menu, 2, &arena, &info),
			 -EBADMSG);
	assert_int_equal(cam_v4l2_get_info(&from, menu, 0, &arena, &info),
			 -EBADMSG);
}

static void refuses_descriptions_that_would_lose_something(void **state)
{
	struct v4l2_query_ext_ctrl from;

	(void)state;
	refused(query(V4L2_CTRL_TYPE_CTRL_CLASS, 0, 0, 0), -EOPNOTSUPP);
	refused(query(V4L2_CTRL_TYPE_H264_SPS, 0, 0, 0), -EOPNOTSUPP);
	refused(query(0xffff, 0, 0, 0), -EOPNOTSUPP);
	refused(query(V4L2_CTRL_TYPE_INTEGER, 0, INT32_MAX + 1LL, 0), -ERANGE);
	refused(query(V4L2_CTRL_TYPE_INTEGER, INT32_MIN - 1LL, 0, 0), -ERANGE);
	refused(query(V4L2_CTRL_TYPE_INTEGER, 0, 1, 1LL << 40), -ERANGE);
	refused(query(V4L2_CTRL_TYPE_INTEGER, 1, 0, 0), -EBADMSG);
	refused(query(V4L2_CTRL_TYPE_BOOLEAN, 0, 2, 0), -ERANGE);
	refused(query(V4L2_CTRL_TYPE_BITMASK, 0, 1LL << 32, 0), -ERANGE);
	refused(query(V4L2_CTRL_TYPE_BITMASK, 0, -(1LL << 40), 0), -ERANGE);
	refused(pointed(V4L2_CTRL_TYPE_U8, 1, 4, 0, 256), -ERANGE);
	refused(pointed(V4L2_CTRL_TYPE_U8, 1, 4, -1, 255), -ERANGE);
	refused(pointed(V4L2_CTRL_TYPE_U16, 2, 4, 0, 65536), -ERANGE);
	/* Elements of another size. */
	refused(pointed(V4L2_CTRL_TYPE_U16, 1, 4, 0, 255), -EBADMSG);
	refused(pointed(V4L2_CTRL_TYPE_INTEGER, 8, 4, 0, 255), -EBADMSG);
	refused(pointed(V4L2_CTRL_TYPE_AREA, 4, 0, 0, 0), -EBADMSG);
	refused(pointed(TYPE_RECT, 8, 0, 0, 0), -EBADMSG);
	refused(pointed(V4L2_CTRL_TYPE_U8, 1, CAM_CONTROL_ANY_SIZE, 0, 9),
		-EBADMSG);
	/* Strings whose lengths cannot be. */
	refused(pointed(V4L2_CTRL_TYPE_STRING, 8, 0, 0, 8), -EBADMSG);
	refused(pointed(V4L2_CTRL_TYPE_STRING, 9, 0, 9, 8), -EBADMSG);
	refused(pointed(V4L2_CTRL_TYPE_STRING, 9, 0, -1, 8), -EBADMSG);
	refused(pointed(V4L2_CTRL_TYPE_STRING, 9, 0, 0, 0), -EBADMSG);
	/* An array that varies, in more than one dimension, or of strings. */
	from = pointed(V4L2_CTRL_TYPE_U8, 1, 9, 0, 9);
	from.flags |= V4L2_CTRL_FLAG_DYNAMIC_ARRAY;
	from.nr_of_dims = 2;
	refused(from, -EBADMSG);
	from = pointed(V4L2_CTRL_TYPE_STRING, 9, 2, 0, 8);
	from.flags |= V4L2_CTRL_FLAG_DYNAMIC_ARRAY;
	refused(from, -EOPNOTSUPP);
	/* No memory. */
	camipc_arena_reset(&arena, 8);
	refused(query(V4L2_CTRL_TYPE_INTEGER, 0, 1, 0), -EMSGSIZE);
}

/* ---- values -------------------------------------------------------------- */

/* Puts a value, checks the bytes that the kernel gets, and gets it again. */
static void there_and_back(struct v4l2_query_ext_ctrl from,
			   struct cam_control_value value, const void *bytes,
			   size_t size)
{
	const struct cam_control_info info = info_of(&from);
	struct v4l2_ext_control control;
	struct v4l2_ext_control room;
	struct cam_control_value again;
	char text[256];
	char text_again[256];

	assert_int_equal(cam_v4l2_put_value(&info, 9, &value, &arena,
					    &control),
			 0);
	assert_int_equal(control.id, 9);
	if (from.flags & V4L2_CTRL_FLAG_HAS_PAYLOAD) {
		assert_int_equal(control.size, size);
		assert_memory_equal(control.ptr, bytes, size);
		assert_int_equal(cam_v4l2_prepare_get(&info, 9, &arena, &room),
				 0);
		assert_true(room.size >= size);
		memcpy(room.ptr, bytes, size);
		/* The kernel writes how much there is. */
		if (info.size == CAM_CONTROL_ANY_SIZE)
			room.size = (uint32_t)size;
		control = room;
	} else {
		assert_int_equal(control.size, 0);
		assert_memory_equal(&control.value, bytes, size);
	}
	assert_int_equal(cam_v4l2_get_value(&info, &control, &arena, &again),
			 0);
	assert_int_equal(again.tag, value.tag);
	cam_control_value_to_string(&value, NULL, text, sizeof(text));
	cam_control_value_to_string(&again, NULL, text_again,
				    sizeof(text_again));
	assert_string_equal(text, text_again);
}

#define SINGLE(TAG, arm_of, number) \
	((struct cam_control_value){ .tag = CAM_CONTROL_VALUE_##TAG, \
				     .arm_of = (number) })
#define ARRAY(TAG, arm_of, array)                                      \
	((struct cam_control_value){                                   \
		.tag = CAM_CONTROL_VALUE_##TAG##_ARRAY,                \
		.arm_of##_array = { array, sizeof(array) / sizeof(*array) } })

static void translates_single_values(void **state)
{
	const int32_t negative = -7;
	const int64_t wide = INT64_MIN;
	const int32_t yes = 1;
	const uint32_t top = 0x80000001;
	const uint16_t word = 0xfedc;
	const struct v4l2_area area = { 0xffffffff, 3 };
	const struct v4l2_rect rect = { -4, 5, 6, 0xffffffff };

	(void)state;
	there_and_back(query(V4L2_CTRL_TYPE_INTEGER, -9, 9, 0),
		       SINGLE(INTEGER32, integer32, -7), &negative, 4);
	there_and_back(query(V4L2_CTRL_TYPE_INTEGER64, INT64_MIN, 0, 0),
		       SINGLE(INTEGER64, integer64, INT64_MIN), &wide, 8);
	there_and_back(query(V4L2_CTRL_TYPE_BOOLEAN, 0, 1, 0),
		       SINGLE(BOOLEAN, boolean, true), &yes, 4);
	there_and_back(query(V4L2_CTRL_TYPE_BITMASK, 0, 0xf000000f, 0),
		       SINGLE(UNSIGNED32, unsigned32, top), &top, 4);
	there_and_back(pointed(V4L2_CTRL_TYPE_U8, 1, 0, 0, 255),
		       SINGLE(BYTE, byte, 0x80), "\x80", 1);
	there_and_back(pointed(V4L2_CTRL_TYPE_U16, 2, 0, 0, 65535),
		       SINGLE(UNSIGNED16, unsigned16, word), &word, 2);
	there_and_back(pointed(V4L2_CTRL_TYPE_U32, 4, 0, 0, UINT32_MAX),
		       SINGLE(UNSIGNED32, unsigned32, top), &top, 4);
	there_and_back(pointed(V4L2_CTRL_TYPE_STRING, 7, 0, 0, 6),
		       SINGLE(STRING, string, "abc"), "abc\0\0\0\0", 7);
	there_and_back(pointed(V4L2_CTRL_TYPE_STRING, 7, 0, 0, 6),
		       SINGLE(STRING, string, "abcdef"), "abcdef\0", 7);
	there_and_back(pointed(V4L2_CTRL_TYPE_AREA, sizeof(area), 0, 0, 0),
		       ((struct cam_control_value){
			       .tag = CAM_CONTROL_VALUE_SIZE,
			       .size = { 0xffffffff, 3 } }),
		       &area, sizeof(area));
	there_and_back(pointed(TYPE_RECT, sizeof(rect), 0, 0, 0),
		       ((struct cam_control_value){
			       .tag = CAM_CONTROL_VALUE_RECTANGLE,
			       .rectangle = { -4, 5, 6, 0xffffffff } }),
		       &rect, sizeof(rect));
}

static void translates_arrays(void **state)
{
	static const uint8_t bytes[] = { 0, 255, 7 };
	static const uint16_t words[] = { 1, 65535 };
	static const uint32_t masks[] = { 0x80000000, 1 };
	static const int32_t numbers[] = { -1, 0, INT32_MAX };
	static const int64_t wide[] = { INT64_MIN, INT64_MAX };
	static const bool flags[] = { true, false, true };
	static const int32_t ints[] = { 1, 0, 1 };
	static const struct cam_size sizes[] = { { 1, 2 }, { 3, 4 } };
	static const struct v4l2_area areas[] = { { 1, 2 }, { 3, 4 } };
	static const struct cam_rectangle rectangles[] = { { -1, 2, 3, 4 } };
	static const struct v4l2_rect rects[] = { { -1, 2, 3, 4 } };
	static const char *const strings[] = { "ab", "", "cde" };
	struct v4l2_query_ext_ctrl varies =
		pointed(V4L2_CTRL_TYPE_U16, 2, 5, 0, 65535);

	(void)state;
	there_and_back(pointed(V4L2_CTRL_TYPE_U8, 1, 3, 0, 255),
		       ARRAY(BYTE, byte, bytes), bytes, sizeof(bytes));
	there_and_back(pointed(V4L2_CTRL_TYPE_U16, 2, 2, 0, 65535),
		       ARRAY(UNSIGNED16, unsigned16, words), words,
		       sizeof(words));
	there_and_back(pointed(V4L2_CTRL_TYPE_U32, 4, 2, 0, UINT32_MAX),
		       ARRAY(UNSIGNED32, unsigned32, masks), masks,
		       sizeof(masks));
	there_and_back(pointed(V4L2_CTRL_TYPE_BITMASK, 4, 2, 0, 0x80000001),
		       ARRAY(UNSIGNED32, unsigned32, masks), masks,
		       sizeof(masks));
	there_and_back(pointed(V4L2_CTRL_TYPE_INTEGER, 4, 3, -1, INT32_MAX),
		       ARRAY(INTEGER32, integer32, numbers), numbers,
		       sizeof(numbers));
	there_and_back(pointed(V4L2_CTRL_TYPE_INTEGER64, 8, 2, INT64_MIN,
			       INT64_MAX),
		       ARRAY(INTEGER64, integer64, wide), wide, sizeof(wide));
	there_and_back(pointed(V4L2_CTRL_TYPE_BOOLEAN, 4, 3, 0, 1),
		       ARRAY(BOOLEAN, boolean, flags), ints, sizeof(ints));
	there_and_back(pointed(V4L2_CTRL_TYPE_AREA, sizeof(*areas), 2, 0, 0),
		       ARRAY(SIZE, size, sizes), areas, sizeof(areas));
	there_and_back(pointed(TYPE_RECT, sizeof(*rects), 1, 0, 0),
		       ARRAY(RECTANGLE, rectangle, rectangles), rects,
		       sizeof(rects));
	there_and_back(pointed(V4L2_CTRL_TYPE_STRING, 4, 3, 0, 3),
		       ARRAY(STRING, string, strings), "ab\0\0\0\0\0\0cde\0",
		       12);
	varies.flags |= V4L2_CTRL_FLAG_DYNAMIC_ARRAY;
	varies.elems = 1;
	there_and_back(varies, ARRAY(UNSIGNED16, unsigned16, words), words,
		       sizeof(words));
}

static void not_put(struct v4l2_query_ext_ctrl from,
		    struct cam_control_value value, int error)
{
	const struct cam_control_info info = info_of(&from);
	struct v4l2_ext_control control = { .size = 77 };

	assert_int_equal(cam_v4l2_put_value(&info, 9, &value, &arena,
					    &control),
			 error);
	assert_int_equal(control.size, 77);
}

static void refuses_what_a_driver_would_change(void **state)
{
	static const uint8_t bytes[] = { 0, 9, 10 };
	struct v4l2_query_ext_ctrl number =
		query(V4L2_CTRL_TYPE_INTEGER, 0, 100, 0);
	struct v4l2_query_ext_ctrl array =
		pointed(V4L2_CTRL_TYPE_U8, 1, 3, 0, 9);
	struct v4l2_query_ext_ctrl mask =
		query(V4L2_CTRL_TYPE_BITMASK, 0, 6, 0);
	struct v4l2_query_ext_ctrl button =
		query(V4L2_CTRL_TYPE_BUTTON, 0, 0, 0);
	struct v4l2_query_ext_ctrl text =
		pointed(V4L2_CTRL_TYPE_STRING, 5, 0, 2, 4);

	(void)state;
	not_put(number, SINGLE(INTEGER32, integer32, 101), -ERANGE);
	not_put(number, SINGLE(INTEGER64, integer64, 1), -EINVAL);
	not_put(number, SINGLE(UNSIGNED32, unsigned32, 1), -EINVAL);
	number.step = 10;
	not_put(number, SINGLE(INTEGER32, integer32, 15), -ERANGE);
	number.flags = V4L2_CTRL_FLAG_READ_ONLY;
	not_put(number, SINGLE(INTEGER32, integer32, 10), -EACCES);
	not_put(array, ARRAY(BYTE, byte, bytes), -ERANGE);
	array.elems = array.dims[0] = 2;
	not_put(array, ARRAY(BYTE, byte, bytes), -EINVAL);
	not_put(array, SINGLE(BYTE, byte, 1), -EINVAL);
	array.flags |= V4L2_CTRL_FLAG_DYNAMIC_ARRAY;
	not_put(array, ARRAY(BYTE, byte, bytes), -ERANGE);
	not_put(mask, SINGLE(UNSIGNED32, unsigned32, 7), -ERANGE);
	not_put(button, SINGLE(BOOLEAN, boolean, false), -ERANGE);
	not_put(text, SINGLE(STRING, string, "a"), -ERANGE);
	not_put(text, SINGLE(STRING, string, "abcde"), -ERANGE);
	not_put(text, SINGLE(STRING, string, NULL), -ERANGE);
	text.step = 2;
	not_put(text, SINGLE(STRING, string, "abc"), -ERANGE);
	camipc_arena_reset(&arena, 16);
	array = pointed(V4L2_CTRL_TYPE_U8, 1, 3, 0, 255);
	not_put(array, ARRAY(BYTE, byte, bytes), -EMSGSIZE);
}

static void pushes_a_button(void **state)
{
	const struct v4l2_query_ext_ctrl from =
		query(V4L2_CTRL_TYPE_BUTTON, 0, 0, 0);
	const struct cam_control_info info = info_of(&from);
	const struct cam_control_value push = SINGLE(BOOLEAN, boolean, true);
	struct v4l2_ext_control control;

	(void)state;
	assert_int_equal(cam_v4l2_put_value(&info, 9, &push, &arena, &control),
			 0);
	assert_int_equal(control.value, 1);
	assert_int_equal(cam_v4l2_prepare_get(&info, 9, &arena, &control),
			 -EACCES);
}

static void not_got(struct v4l2_query_ext_ctrl from, const void *bytes,
		    uint32_t size, int error)
{
	const struct cam_control_info info = info_of(&from);
	union {
		uint64_t aligned[8];
		char bytes[64];
	} copy;
	struct v4l2_ext_control control = { .id = 9, .size = size };
	struct cam_control_value value = { .tag = CAM_CONTROL_VALUE_NONE };

	if (from.flags & V4L2_CTRL_FLAG_HAS_PAYLOAD) {
		memcpy(copy.bytes, bytes, size);
		control.ptr = copy.bytes;
	} else {
		memcpy(&control.value, bytes, sizeof(int32_t));
	}
	assert_int_equal(cam_v4l2_get_value(&info, &control, &arena, &value),
			 error);
	assert_int_equal(value.tag, CAM_CONTROL_VALUE_NONE);
	control.ptr = NULL;
	if (from.flags & V4L2_CTRL_FLAG_HAS_PAYLOAD)
		assert_int_equal(cam_v4l2_get_value(&info, &control, &arena,
						    &value),
				 -EBADMSG);
}

static void refuses_what_no_value_can_hold(void **state)
{
	static const int32_t two[] = { 1, 2, 0 };
	struct v4l2_query_ext_ctrl varies =
		pointed(V4L2_CTRL_TYPE_U16, 2, 2, 0, 9);

	(void)state;
	not_got(query(V4L2_CTRL_TYPE_BOOLEAN, 0, 1, 0), &two[1], 0, -ERANGE);
	not_got(pointed(V4L2_CTRL_TYPE_BOOLEAN, 4, 3, 0, 1), two, 12, -ERANGE);
	not_got(pointed(V4L2_CTRL_TYPE_U8, 1, 3, 0, 9), "abcd", 4, -EBADMSG);
	not_got(pointed(V4L2_CTRL_TYPE_U16, 2, 2, 0, 9), "abc", 3, -EBADMSG);
	not_got(pointed(V4L2_CTRL_TYPE_U16, 2, 0, 0, 9), "a", 1, -EBADMSG);
	not_got(pointed(V4L2_CTRL_TYPE_STRING, 5, 0, 0, 4), "abcde", 5,
		-EBADMSG);
	not_got(pointed(V4L2_CTRL_TYPE_STRING, 5, 0, 0, 4), "ab\xff\0", 5,
		-EILSEQ);
	not_got(pointed(V4L2_CTRL_TYPE_STRING, 3, 2, 0, 2), "ab\0abc", 6,
		-EBADMSG);
	varies.flags |= V4L2_CTRL_FLAG_DYNAMIC_ARRAY;
	not_got(varies, "abcdef", 6, -EBADMSG);
}

/* ---- lists --------------------------------------------------------------- */

static void translates_lists(void **state)
{
	const struct v4l2_query_ext_ctrl number =
		query(V4L2_CTRL_TYPE_INTEGER, 0, 9, 0);
	const struct v4l2_query_ext_ctrl text =
		pointed(V4L2_CTRL_TYPE_STRING, 5, 0, 0, 4);
	const struct cam_uint32_control_info_entry entries[] = {
		{ 1, info_of(&number) },
		{ 2, info_of(&text) },
	};
	const struct cam_control_info_map infos = { 300, entries, 2 };
	struct cam_control controls[] = {
		{ 300, 2, SINGLE(STRING, string, "abcd") },
		{ 300, 1, SINGLE(INTEGER32, integer32, 7) },
	};
	const struct cam_control_list list = { controls, 2 };
	struct v4l2_ext_control *made;
	struct cam_control_list again;
	size_t failed = 77;

	(void)state;
	assert_int_equal(cam_v4l2_put_list(&infos, &list, &arena, &made,
					   &failed),
			 0);
	assert_int_equal(cam_v4l2_get_list(&infos, made, 2, &arena, &again,
					   &failed),
			 0);
	assert_int_equal(failed, 77);
	assert_int_equal(again.n_controls, 2);
	assert_int_equal(again.controls[0].id_space, 300);
	assert_string_equal(again.controls[0].value.string, "abcd");
	assert_int_equal(again.controls[1].id, 1);
	assert_int_equal(again.controls[1].value.integer32, 7);

	controls[1].value.integer32 = 10;
	assert_int_equal(cam_v4l2_put_list(&infos, &list, &arena, &made,
					   &failed),
			 -ERANGE);
	assert_int_equal(failed, 1);
	controls[0].id_space = CAM_CONTROL_ID_SPACE_V4L2;
	assert_int_equal(cam_v4l2_put_list(&infos, &list, &arena, &made,
					   &failed),
			 -ENOENT);
	assert_int_equal(failed, 0);
	made[1].id = 3;
	assert_int_equal(cam_v4l2_get_list(&infos, made, 2, &arena, &again,
					   &failed),
			 -ENOENT);
	assert_int_equal(failed, 1);
	camipc_arena_reset(&arena, 0);
	assert_int_equal(cam_v4l2_get_list(&infos, NULL, 0, &arena, &again,
					   &failed),
			 -EMSGSIZE);
	assert_int_equal(cam_v4l2_put_list(&infos, &list, &arena, &made,
					   &failed),
			 -EMSGSIZE);
}

/* An info that did not come from the kernel. */
static void refuses_other_types(void **state)
{
	const struct cam_control_info info = {
		.type = CAM_CONTROL_TYPE_FLOAT32,
		.direction = CAM_CONTROL_DIRECTION_IN |
			     CAM_CONTROL_DIRECTION_OUT,
	};
	struct cam_control_value value = SINGLE(FLOAT32, float32, 1);
	struct v4l2_ext_control control = { .id = 9 };

	(void)state;
	assert_int_equal(cam_v4l2_put_value(&info, 9, &value, &arena,
					    &control),
			 -EOPNOTSUPP);
	assert_int_equal(cam_v4l2_prepare_get(&info, 9, &arena, &control),
			 -EOPNOTSUPP);
	assert_int_equal(cam_v4l2_get_value(&info, &control, &arena, &value),
			 -EOPNOTSUPP);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(describes_each_type),
		TEST(describes_directions_steps_and_sizes),
		TEST(names_the_entries_of_menus),
		TEST(refuses_descriptions_that_would_lose_something),
		TEST(translates_single_values),
		TEST(translates_arrays),
		TEST(refuses_what_a_driver_would_change),
		TEST(pushes_a_button),
		TEST(refuses_what_no_value_can_hold),
		TEST(translates_lists),
		TEST(refuses_other_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
