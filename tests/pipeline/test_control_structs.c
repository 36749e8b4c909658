/* SPDX-License-Identifier: MIT */
/* Tests controls that are no numbers, with a driver that is made up: buttons, sizes,
 * rectangles (which Linux has since 6.14) and strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include <linux/videodev2.h>

#include "alloc_fail.h"
#include "device_controls.h"

/* V4L2_CTRL_TYPE_RECT, which headers have since Linux 6.15. */
#define TYPE_RECT ((enum v4l2_ctrl_type)0x0107)

enum { BUTTON = 1, AREA, RECT, STRING, ODD_AREA, ODD_RECT, UNKNOWN, N_CONTROLS };

static const struct v4l2_query_ext_ctrl queries[N_CONTROLS] = {
	[BUTTON] = { .type = V4L2_CTRL_TYPE_BUTTON,
		     .name = "Press",
		     .flags = V4L2_CTRL_FLAG_WRITE_ONLY,
		     .elem_size = 4,
		     .elems = 1 },
	[AREA] = { .type = V4L2_CTRL_TYPE_AREA,
		   .name = "Cell",
		   .flags = V4L2_CTRL_FLAG_HAS_PAYLOAD,
		   .elem_size = 8,
		   .elems = 1 },
	[RECT] = { .type = TYPE_RECT,
		   .name = "Window",
		   .flags = V4L2_CTRL_FLAG_HAS_PAYLOAD,
		   .elem_size = 16,
		   .elems = 1 },
	[STRING] = { .type = V4L2_CTRL_TYPE_STRING,
		     .name = "Text",
		     .flags = V4L2_CTRL_FLAG_HAS_PAYLOAD,
		     .minimum = 2,
		     .maximum = 4,
		     .elem_size = 5,
		     .elems = 1 },
	/* A driver that is wrong about its own types. */
	[ODD_AREA] = { .type = V4L2_CTRL_TYPE_AREA,
		       .flags = V4L2_CTRL_FLAG_HAS_PAYLOAD,
		       .elem_size = 4,
		       .elems = 1 },
	[ODD_RECT] = { .type = TYPE_RECT,
		       .flags = V4L2_CTRL_FLAG_HAS_PAYLOAD,
		       .elem_size = 8,
		       .elems = 1 },
	[UNKNOWN] = { .type = 0x0fff, .elem_size = 4, .elems = 1 },
};

/* What the driver holds. */
static struct {
	int pressed; /* how often */
	struct v4l2_area area;
	struct v4l2_rect rect;
	char text[5];
} driver;

static int query(struct v4l2_query_ext_ctrl *query)
{
	const uint32_t id = (query->id & V4L2_CTRL_ID_MASK) + 1;

	if (id >= N_CONTROLS) {
		errno = EINVAL;
		return -1;
	}
	*query = queries[id];
	query->id = id;
	return 0;
}

static void exchange(void *theirs, void *ours, size_t size, bool is_set)
{
	memcpy(is_set ? ours : theirs, is_set ? theirs : ours, size);
}

static int access_all(struct v4l2_ext_controls *all, bool is_set)
{
	for (uint32_t i = 0; i < all->count; i++) {
		struct v4l2_ext_control *c = &all->controls[i];

		if (c->id == BUTTON) {
			assert_int_equal(c->value, 1);
			driver.pressed++;
		} else if (c->id == AREA) {
			assert_int_equal(c->size, sizeof(driver.area));
			exchange(c->ptr, &driver.area, c->size, is_set);
		} else if (c->id == RECT) {
			assert_int_equal(c->size, sizeof(driver.rect));
			exchange(c->ptr, &driver.rect, c->size, is_set);
		} else {
			assert_int_equal(c->id, STRING);
			assert_true(c->size <= sizeof(driver.text));
			exchange(c->ptr, driver.text, c->size, is_set);
		}
	}
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	(void)fd;
	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (request == VIDIOC_QUERY_EXT_CTRL)
		return query(argument);
	assert_true(request == VIDIOC_G_EXT_CTRLS ||
		    request == VIDIOC_S_EXT_CTRLS);
	return access_all(argument, request == VIDIOC_S_EXT_CTRLS);
}

/* ---- tests --------------------------------------------------------------- */

static struct device_node node = { .path = "/dev/video7" };
static struct device_controls controls;

static int set_up(void **state)
{
	(void)state;
	memset(&driver, 0, sizeof(driver));
	return device_controls_read(&controls, &node);
}

static int tear_down(void **state)
{
	(void)state;
	device_controls_clear(&controls);
	return 0;
}

static int set(uint32_t id, const struct cam_control_value *value)
{
	const struct cam_control control = {
		.id_space = CAM_CONTROL_ID_SPACE_V4L2,
		.id = id,
		.value = *value,
	};
	const struct cam_control_list list = { &control, 1 };

	return device_controls_set(&controls, &list);
}

static void expect(uint32_t id, enum cam_control_value_tag tag,
		   struct camipc_arena *arena, struct cam_control_value *ret)
{
	struct cam_control_list list;

	camipc_arena_init(arena, 4096);
	assert_int_equal(device_controls_get(&controls, &id, 1, arena, &list),
			 0);
	*ret = list.controls[0].value;
	assert_int_equal(ret->tag, tag);
}

static void what_there_is(void **state)
{
	const struct cam_uint32_control_info_entry *infos =
		controls.infos.infos;

	(void)state;
	assert_int_equal(controls.infos.n_infos, 4);
	assert_int_equal(controls.n_left_out, 3);
	assert_int_equal(infos[0].value.type, CAM_CONTROL_TYPE_BOOLEAN);
	assert_int_equal(infos[0].value.direction, CAM_CONTROL_DIRECTION_IN);
	assert_int_equal(infos[0].value.n_values, 1);
	assert_true(infos[0].value.values[0].boolean);
	assert_int_equal(infos[1].value.type, CAM_CONTROL_TYPE_SIZE);
	assert_int_equal(infos[2].value.type, CAM_CONTROL_TYPE_RECTANGLE);
	assert_string_equal(infos[2].value.name, "Window");
	assert_int_equal(infos[3].value.type, CAM_CONTROL_TYPE_STRING);
}

static void buttons_are_pressed(void **state)
{
	struct cam_control_value value = {
		.tag = CAM_CONTROL_VALUE_BOOLEAN,
		.boolean = true,
	};
	struct camipc_arena arena;
	struct cam_control_list list;
	const uint32_t id = BUTTON;

	(void)state;
	assert_int_equal(set(BUTTON, &value), 0);
	assert_int_equal(set(BUTTON, &value), 0);
	assert_int_equal(driver.pressed, 2);
	value.boolean = false;
	assert_int_equal(set(BUTTON, &value), -ERANGE);
	assert_int_equal(driver.pressed, 2);
	camipc_arena_init(&arena, 4096);
	assert_int_equal(device_controls_get(&controls, &id, 1, &arena, &list),
			 -EACCES);
	camipc_arena_fini(&arena);
}

static void sizes_and_rectangles_go_there_and_back(void **state)
{
	const struct cam_control_value size = {
		.tag = CAM_CONTROL_VALUE_SIZE,
		.size = { 12, 4000000000 },
	};
	const struct cam_control_value rectangle = {
		.tag = CAM_CONTROL_VALUE_RECTANGLE,
		.rectangle = { -3, 4, 5, 4000000000 },
	};
	struct cam_control_value got;
	struct camipc_arena arena;

	(void)state;
	assert_int_equal(set(AREA, &size), 0);
	assert_int_equal(driver.area.height, 4000000000);
	expect(AREA, CAM_CONTROL_VALUE_SIZE, &arena, &got);
	assert_memory_equal(&got.size, &size.size, sizeof(size.size));
	camipc_arena_fini(&arena);
	assert_int_equal(set(RECT, &rectangle), 0);
	assert_int_equal(driver.rect.left, -3);
	expect(RECT, CAM_CONTROL_VALUE_RECTANGLE, &arena, &got);
	assert_memory_equal(&got.rectangle, &rectangle.rectangle,
			    sizeof(rectangle.rectangle));
	camipc_arena_fini(&arena);
	assert_int_equal(set(RECT, &size), -EINVAL);
	assert_non_null(strstr(node.error, "'Window' has another type"));
}

static void strings_have_a_length(void **state)
{
	static const char *const wrong[] = { "", "a", "abcde" };
	struct cam_control_value value = { .tag = CAM_CONTROL_VALUE_STRING };
	struct cam_control_value got;
	struct camipc_arena arena;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		value.string = wrong[i];
		assert_int_equal(set(STRING, &value), -ERANGE);
		assert_non_null(strstr(node.error, "'Text' is out of range; "
						   "expected 2 to 4 bytes"));
	}
	value.string = "abcd";
	assert_int_equal(set(STRING, &value), 0);
	expect(STRING, CAM_CONTROL_VALUE_STRING, &arena, &got);
	assert_string_equal(got.string, "abcd");
	camipc_arena_fini(&arena);
}

static int read_and_clear(void *user)
{
	int ret;

	(void)user;
	ret = device_controls_read(&controls, &node);
	device_controls_clear(&controls);
	return ret;
}

static void lack_of_memory_is_reported(void **state)
{
	(void)state;
	device_controls_clear(&controls);
	alloc_fail_each(read_and_clear, NULL, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_there_is),
		TEST(buttons_are_pressed),
		TEST(sizes_and_rectangles_go_there_and_back),
		TEST(strings_have_a_length),
		TEST(lack_of_memory_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
