/* SPDX-License-Identifier: MIT */
/*
 * Tests the controls of pipeline/device on the kernel's test drivers: vimc's
 * sensor, and vivid, which has a control of each type.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/videodev2.h>

#include "device_controls.h"
#include "fd_leak.h"
#include "vimc_fixture.h"

#define ARENA_SIZE 65536

struct fixture {
	struct fd_leak before;
	struct vimc vimc;
	struct device_node sensor;
	struct device_node vivid;
	struct device_controls of_sensor;
	struct device_controls of_vivid;
	struct camipc_arena arena;
};

static int set_up(void **state)
{
	static struct fixture f;

	fd_leak_take(&f.before);
	vimc_open(&f.vimc);
	assert_int_equal(device_node_open(&f.sensor,
					  vimc_path(&f.vimc, "Sensor A")),
			 0);
	vivid_open(&f.vivid);
	assert_int_equal(device_controls_read(&f.of_sensor, &f.sensor), 0);
	assert_int_equal(device_controls_read(&f.of_vivid, &f.vivid), 0);
	camipc_arena_init(&f.arena, ARENA_SIZE);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	camipc_arena_fini(&f->arena);
	device_controls_clear(&f->of_sensor);
	device_controls_clear(&f->of_vivid);
	device_node_close(&f->sensor);
	device_node_close(&f->vivid);
	vimc_close(&f->vimc);
	fd_leak_assert_none(&f->before);
	return 0;
}

static const struct cam_uint32_control_info_entry *
find(const struct device_controls *controls, const char *name)
{
	for (size_t i = 0; i < controls->infos.n_infos; i++) {
		if (strcmp(controls->infos.infos[i].value.name, name) == 0)
			return &controls->infos.infos[i];
	}
	fail_msg("no control \"%s\"", name);
	return NULL;
}

static int set(struct device_controls *controls, uint32_t id,
	       const struct cam_control_value *value)
{
	const struct cam_control control = {
		.id_space = CAM_CONTROL_ID_SPACE_V4L2,
		.id = id,
		.value = *value,
	};
	const struct cam_control_list list = { &control, 1 };

	return device_controls_set(controls, &list);
}

static struct cam_control_value get(struct fixture *f,
				    struct device_controls *controls,
				    uint32_t id)
{
	struct cam_control_list list;

	camipc_arena_reset(&f->arena, ARENA_SIZE);
	assert_int_equal(device_controls_get(controls, &id, 1, &f->arena,
					     &list),
			 0);
	assert_int_equal(list.n_controls, 1);
	assert_int_equal(list.controls[0].id, id);
	return list.controls[0].value;
}

static void assert_text(const struct device_node *node, const char *text)
{
	if (!strstr(node->error, text))
		fail_msg("\"%s\" has no \"%s\"", node->error, text);
}

/* Values are as long as their text, or shorter. */
static bool is_equal(const struct cam_control_value *a,
		     const struct cam_control_value *b)
{
	char text_a[4096];
	char text_b[4096];

	cam_control_value_to_string(a, NULL, text_a, sizeof(text_a));
	cam_control_value_to_string(b, NULL, text_b, sizeof(text_b));
	assert_true(strlen(text_a) + 1 < sizeof(text_a));
	return a->tag == b->tag && strcmp(text_a, text_b) == 0;
}

/* Every type that vivid has, as this tree's types. */
static void each_type_is_described(void **state)
{
	static const struct {
		const char *name;
		enum cam_control_type type;
		uint32_t size;
		bool has_menu;
	} wanted[] = {
		{ "Boolean", CAM_CONTROL_TYPE_BOOLEAN, 0, false },
		{ "Integer 32 Bits", CAM_CONTROL_TYPE_INTEGER32, 0, false },
		{ "Integer 64 Bits", CAM_CONTROL_TYPE_INTEGER64, 0, false },
		{ "Menu", CAM_CONTROL_TYPE_INTEGER32, 0, true },
		{ "Integer Menu", CAM_CONTROL_TYPE_INTEGER32, 0, true },
		{ "String", CAM_CONTROL_TYPE_STRING, 0, false },
		{ "Bitmask", CAM_CONTROL_TYPE_UNSIGNED32, 0, false },
		{ "U32 1 Element Array", CAM_CONTROL_TYPE_UNSIGNED32, 1, false },
		{ "U16 8x16 Matrix", CAM_CONTROL_TYPE_UNSIGNED16, 128, false },
		{ "U8 2x3x4x5 Array", CAM_CONTROL_TYPE_BYTE, 120, false },
		{ "Area", CAM_CONTROL_TYPE_SIZE, 0, false },
		{ "Button", CAM_CONTROL_TYPE_BOOLEAN, 0, true },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const struct cam_control_info *info =
			&find(&f->of_vivid, wanted[i].name)->value;

		assert_int_equal(info->type, wanted[i].type);
		assert_int_equal(info->size, wanted[i].size);
		assert_int_equal(info->n_values > 0, wanted[i].has_menu);
	}
	assert_true(find(&f->of_vivid, "Bitmask")->value.is_mask);
	assert_true(find(&f->of_vivid, "String")->value.max_length > 0);
	assert_int_equal(f->of_vivid.n_left_out, 0);
	assert_int_equal(find(&f->of_vivid, "Read-Only Integer 32 Bits")
				 ->value.direction,
			 CAM_CONTROL_DIRECTION_OUT);
}

static void ids_are_sorted(void **state)
{
	struct fixture *f = *state;

	assert_true(f->of_sensor.infos.n_infos >= 4);
	for (size_t i = 1; i < f->of_vivid.infos.n_infos; i++)
		assert_true(f->of_vivid.infos.infos[i - 1].key <
			    f->of_vivid.infos.infos[i].key);
}

/* What was read can be set, and is the same afterwards: for every control. */
static void every_value_goes_there_and_back(void **state)
{
	struct fixture *f = *state;
	const struct cam_control_info_map *map = &f->of_vivid.infos;
	unsigned int n = 0;

	for (size_t i = 0; i < map->n_infos; i++) {
		const struct cam_control_info *info = &map->infos[i].value;
		struct cam_control_value value;
		struct cam_control_value kept;

		if (info->direction != (CAM_CONTROL_DIRECTION_IN |
					CAM_CONTROL_DIRECTION_OUT))
			continue;
		value = get(f, &f->of_vivid, map->infos[i].key);
		assert_int_equal(cam_control_value_copy(&kept, &value), 0);
		if (set(&f->of_vivid, map->infos[i].key, &kept) < 0) {
			/* Signals that it does not receive now. */
			assert_text(&f->vivid, "VIDIOC_S_EXT_CTRLS failed");
			cam_control_value_clear(&kept);
			continue;
		}
		value = get(f, &f->of_vivid, map->infos[i].key);
		assert_true(is_equal(&value, &kept));
		cam_control_value_clear(&kept);
		n++;
	}
	assert_true(n > 30);
}

static void both_ends_of_ranges_can_be_set(void **state)
{
	static const char *const names[] = {
		"Boolean", "Integer 32 Bits", "Integer 64 Bits", "Bitmask",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct cam_uint32_control_info_entry *entry =
			find(&f->of_vivid, names[i]);
		struct cam_control_value value;

		assert_int_equal(set(&f->of_vivid, entry->key,
				     &entry->value.max),
				 0);
		value = get(f, &f->of_vivid, entry->key);
		assert_true(is_equal(&value, &entry->value.max));
		assert_int_equal(set(&f->of_vivid, entry->key,
				     &entry->value.min),
				 0);
		value = get(f, &f->of_vivid, entry->key);
		assert_true(is_equal(&value, &entry->value.min));
	}
}

static void arrays_and_strings_can_be_set(void **state)
{
	struct fixture *f = *state;
	const struct cam_uint32_control_info_entry *entry =
		find(&f->of_vivid, "U8 2x3x4x5 Array");
	const uint32_t array = entry->key;
	const unsigned int n = entry->value.max.byte - entry->value.min.byte + 1u;
	const uint32_t string = find(&f->of_vivid, "String")->key;
	uint8_t bytes[120];
	struct cam_control_value value = {
		.tag = CAM_CONTROL_VALUE_BYTE_ARRAY,
		.byte_array = { bytes, sizeof(bytes) },
	};
	const struct cam_control_value text = {
		.tag = CAM_CONTROL_VALUE_STRING,
		.string = "abcd",
	};

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(entry->value.min.byte + i % n);
	assert_int_equal(set(&f->of_vivid, array, &value), 0);
	value = get(f, &f->of_vivid, array);
	assert_int_equal(value.byte_array.n_items, sizeof(bytes));
	assert_memory_equal(value.byte_array.items, bytes, sizeof(bytes));
	/* The driver would make the last element smaller. */
	bytes[sizeof(bytes) - 1] = (uint8_t)(entry->value.max.byte + 1);
	value.byte_array = (struct cam_uint8_array){ bytes, sizeof(bytes) };
	assert_int_equal(set(&f->of_vivid, array, &value), -ERANGE);
	assert_text(&f->vivid, "is out of range; expected ");
	assert_int_equal(set(&f->of_vivid, string, &text), 0);
	value = get(f, &f->of_vivid, string);
	assert_string_equal(value.string, "abcd");
}

static void sizes_can_be_set(void **state)
{
	struct fixture *f = *state;
	const uint32_t area = find(&f->of_vivid, "Area")->key;
	struct cam_control_value value = {
		.tag = CAM_CONTROL_VALUE_SIZE,
		.size = { 300, 200 },
	};

	assert_int_equal(set(&f->of_vivid, area, &value), 0);
	value = get(f, &f->of_vivid, area);
	assert_int_equal(value.tag, CAM_CONTROL_VALUE_SIZE);
	assert_int_equal(value.size.width, 300);
	assert_int_equal(value.size.height, 200);
}

static void a_sensor_has_a_menu(void **state)
{
	struct fixture *f = *state;
	const struct cam_uint32_control_info_entry *pattern =
		find(&f->of_sensor, "Test Pattern");
	const struct cam_control_info *info = &pattern->value;
	struct cam_control_value value;

	assert_true(info->n_values > 1);
	assert_int_equal(info->n_enumerators, info->n_values);
	assert_string_equal(info->enumerators[0].name, "75% Colorbar");
	value = info->values[info->n_values - 1];
	assert_int_equal(set(&f->of_sensor, pattern->key, &value), 0);
	value = get(f, &f->of_sensor, pattern->key);
	assert_int_equal(value.integer32,
			 info->values[info->n_values - 1].integer32);
	value = info->max;
	value.integer32++;
	assert_int_equal(set(&f->of_sensor, pattern->key, &value), -ERANGE);
	assert_text(&f->sensor, "the control 'Test Pattern' has no such value; "
				 "expected 75% Colorbar (0), ");
}

static void a_button_can_be_pushed(void **state)
{
	struct fixture *f = *state;
	const struct cam_uint32_control_info_entry *button =
		find(&f->of_vivid, "Button");
	struct cam_control_value value = {
		.tag = CAM_CONTROL_VALUE_BOOLEAN,
		.boolean = true,
	};

	assert_int_equal(set(&f->of_vivid, button->key, &value), 0);
	value.boolean = false;
	assert_int_equal(set(&f->of_vivid, button->key, &value), -ERANGE);
}

static void mistakes_are_explained(void **state)
{
	struct fixture *f = *state;
	const struct cam_uint32_control_info_entry *number =
		find(&f->of_vivid, "Integer 32 Bits");
	const struct cam_uint32_control_info_entry *fixed =
		find(&f->of_vivid, "Read-Only Integer 32 Bits");
	const struct cam_uint32_control_info_entry *array =
		find(&f->of_vivid, "U8 2x3x4x5 Array");
	const uint8_t few[3] = { 50, 50, 50 };
	struct cam_control_value value = {
		.tag = CAM_CONTROL_VALUE_FLOAT32,
		.float32 = 1.0f,
	};
	struct cam_control other = { .id_space = CAM_CONTROL_ID_SPACE_CONTROLS,
				     .id = 7 };
	const struct cam_control_list list = { &other, 1 };

	assert_int_equal(set(&f->of_vivid, number->key, &value), -EINVAL);
	assert_text(&f->vivid, "'Integer 32 Bits' has another type");
	value.tag = CAM_CONTROL_VALUE_BYTE_ARRAY;
	value.byte_array = (struct cam_uint8_array){ few, sizeof(few) };
	assert_int_equal(set(&f->of_vivid, array->key, &value), -EINVAL);
	assert_text(&f->vivid, "number of elements");
	assert_int_equal(set(&f->of_vivid, fixed->key, &fixed->value.def),
			 -EACCES);
	assert_text(&f->vivid, "can only be read");
	assert_int_equal(set(&f->of_vivid, 0x12345678, &value), -ENOENT);
	assert_text(&f->vivid, "no control 0x12345678");
	assert_int_equal(device_controls_set(&f->of_vivid, &list), -ENOENT);
	assert_text(&f->vivid, "another id space than V4L2");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(each_type_is_described),
		TEST(ids_are_sorted),
		TEST(every_value_goes_there_and_back),
		TEST(both_ends_of_ranges_can_be_set),
		TEST(arrays_and_strings_can_be_set),
		TEST(sizes_can_be_set),
		TEST(a_sensor_has_a_menu),
		TEST(a_button_can_be_pushed),
		TEST(mistakes_are_explained),
	};

	if (access("/dev/video0", F_OK) < 0) {
		print_message("skipped: this kernel has no camera\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
