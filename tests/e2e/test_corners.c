/* SPDX-License-Identifier: MIT */
/*
 * Tests that lens shading reaches the image: the corners of frames that a lens
 * darkens, beside those of frames without a lens; and softisp with a pipeline
 * handler of an older version, without it.
 */
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cam_buffers.h"
#include "cam_controls.h"
#include "camera_run.h"
#include "controls_ipa_types.h"
#include "sensor_controls.h"
#include "softisp_ipa_proxy.h"
#include "test_files.h"

#define WIDTH 160u
#define HEIGHT 120u
#define PATCH 20u /* pixels of a corner, and of the middle */
#define N_FRAMES 24

/* Size of the parameters of version 2 of the interface. */
#define OLD_SIZE offsetof(struct ipa_softisp_parameters, has_shading)

static struct virtual_camera_options options_of(const char *sensor,
						const char *tuning)
{
	struct virtual_camera_options options = {
		.sensor = sensor,
		.width = WIDTH,
		.height = HEIGHT,
		.seed = 3,
		.light = "0=1@5000",
		.isolation = "thread",
		.tuning = tuning,
	};

	return options;
}

static double sum_of(const struct virtual_frame *frame, uint32_t left,
		     uint32_t top, uint32_t colour)
{
	double sum = 0;

	for (uint32_t y = top; y < top + PATCH; y++)
		for (uint32_t x = left; x < left + PATCH; x++)
			sum += frame->rgb[3 * (y * WIDTH + x) + colour];
	return sum;
}

/* Linear: the corners are as bright as they are. */
static void take_linear(struct virtual_camera *camera,
			struct virtual_frame *frame)
{
	struct cam_control control;
	struct cam_control_builder builder;
	struct cam_control_list list;

	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_CONTROLS,
				 &control, 1);
	cam_control_builder_set_float(&builder, CAM_CONTROL_ID_GAMMA, 1);
	assert_int_equal(cam_control_builder_finish(&builder, &list), 0);
	assert_int_equal(virtual_camera_set_controls(camera, &list), 0);
	for (int i = 0; i < N_FRAMES; i++)
		camera_take(camera, frame);
}

/* What the four corners have of the light in the middle, of each colour. */
struct corners {
	double ratio[4][3];
	bool has_tables; /* metadata name tables */
	int32_t tables[3];
};

static struct corners measure(const char *sensor, const char *tuning)
{
	const struct virtual_camera_options options =
		options_of(sensor, tuning);
	struct camipc_manager *manager = camera_manager();
	struct virtual_camera *camera = camera_run_start(manager, &options);
	const struct cam_control_value *tables;
	struct virtual_frame frame;
	struct corners corners = { .has_tables = false };

	take_linear(camera, &frame);
	for (uint32_t i = 0; i < 4; i++)
		for (uint32_t colour = 0; colour < 3; colour++)
			corners.ratio[i][colour] =
				sum_of(&frame, i & 1 ? WIDTH - PATCH : 0,
				       i & 2 ? HEIGHT - PATCH : 0, colour) /
				sum_of(&frame, (WIDTH - PATCH) / 2,
				       (HEIGHT - PATCH) / 2, colour);
	tables = cam_control_list_find(frame.metadata,
				       CAM_CONTROL_ID_SPACE_CONTROLS,
				       CAM_CONTROL_ID_LENS_SHADING_TABLES);
	if (tables) {
		corners.has_tables = true;
		assert_int_equal(tables->tag,
				 CAM_CONTROL_VALUE_INTEGER32_ARRAY);
		assert_int_equal(tables->integer32_array.n_items, 3);
		memcpy(corners.tables, tables->integer32_array.items,
		       sizeof(corners.tables));
	}
	virtual_camera_destroy(camera);
	camipc_manager_destroy(manager);
	return corners;
}

static void corners_come_right(void **state)
{
	const struct corners plain = measure("virtual", NULL);
	const struct corners dark = measure("virtual-lens", NULL);
	const struct corners corrected = measure(
		"virtual-lens", test_source_path("ipa/softisp/virtual-lens.yaml"));

	(void)state;
	assert_false(plain.has_tables || dark.has_tables);
	for (int i = 0; i < 4; i++)
		for (int colour = 0; colour < 3; colour++) {
			const double expected = plain.ratio[i][colour];
			const double before =
				dark.ratio[i][colour] / expected;
			const double after =
				corrected.ratio[i][colour] / expected;

			print_message("corner %d, colour %d: %.3f of the "
				      "middle's light, corrected %.3f\n",
				      i, colour, before, after);
			assert_true(before < 0.7);
			assert_true(fabs(after - 1) < 0.06);
		}
	assert_true(corrected.has_tables);
	assert_int_equal(corrected.tables[0], 5000);
	assert_int_equal(corrected.tables[1], 5000);
	assert_int_equal(corrected.tables[2], 0);
}

static void every_isolation_corrects_alike(void **state)
{
	struct virtual_camera_options options = options_of(
		"virtual-lens", test_source_path("ipa/softisp/virtual-lens.yaml"));
	const uint64_t expected = camera_hash_run(&options, N_FRAMES);

	(void)state;
	for (size_t i = 0; camera_isolations[i]; i++) {
		options.isolation = camera_isolations[i];
		assert_true(camera_hash_run(&options, N_FRAMES) == expected);
	}
	options.tuning = NULL;
	assert_true(camera_hash_run(&options, N_FRAMES) != expected);
}

/* ---- an older pipeline handler ------------------------------------------- */

/* A session with softisp, without a camera. */
struct session {
	struct virtual_sensor sensor;
	struct virtual_sensor_controls controls;
	struct ipa_softisp *ipa;
	struct cam_shared_buffer *memory[2];
	struct cam_frame_buffer_plane planes[2];
	int32_t status; /* of the parameters */
	bool has_metadata;
	bool has_tables;
};

static void on_params_ready(void *user, uint32_t frame, uint32_t buffer,
			    int32_t status)
{
	(void)frame;
	(void)buffer;
	((struct session *)user)->status = status;
}

static void on_metadata_ready(void *user, uint32_t frame,
			      const struct cam_control_list *metadata)
{
	struct session *s = user;

	(void)frame;
	s->has_metadata = true;
	s->has_tables = cam_control_list_find(
				metadata, CAM_CONTROL_ID_SPACE_CONTROLS,
				CAM_CONTROL_ID_LENS_SHADING_TABLES) != NULL;
}

static void run_session(struct session *s, struct camipc_manager *manager)
{
	static const struct ipa_softisp_events events = {
		.size = sizeof(events),
		.params_ready = on_params_ready,
		.metadata_ready = on_metadata_ready,
	};
	const char *tuning = test_source_path("ipa/softisp/virtual-lens.yaml");
	const struct camipc_match match = {
		.module = "softisp",
		.isolation = "thread",
	};
	struct ipa_softisp_config_info config;
	struct cam_control_info_map infos;
	struct cam_settings settings;
	struct cam_buffer buffers[2];

	cam_settings_init(&settings);
	settings.configuration_file = tuning;
	settings.configuration = open(tuning, O_RDONLY | O_CLOEXEC);
	assert_true(settings.configuration >= 0);
	ipa_softisp_config_info_init(&config);
	virtual_sensor_describe(&s->sensor, &config.sensor_info);
	config.sensor_controls = s->controls.infos;
	assert_int_equal(ipa_softisp_create(manager, &match, &events, s,
					    &s->ipa),
			 0);
	assert_int_equal(ipa_softisp_init(s->ipa, &settings,
					  &config.sensor_info,
					  &config.sensor_controls, &infos),
			 0);
	cam_control_info_map_clear(&infos);
	close(settings.configuration);
	for (uint32_t i = 0; i < 2; i++)
		buffers[i] = (struct cam_buffer){ i + 1, &s->planes[i], 1 };
	assert_int_equal(ipa_softisp_map_buffers(s->ipa, &buffers[0], 1,
						 &buffers[1], 1),
			 0);
	/* Resets everything, and not what the buffers have room for. */
	assert_int_equal(ipa_softisp_configure(s->ipa, &config), 0);
	assert_int_equal(ipa_softisp_start(s->ipa), 0);
	assert_int_equal(ipa_softisp_compute_params(s->ipa, 0, 2), 0);
	while (!s->has_metadata)
		assert_true(camipc_proxy_dispatch_wait(
				    ipa_softisp_get_proxy(s->ipa), 60000) >= 0);
	assert_int_equal(ipa_softisp_stop(s->ipa), 0);
	ipa_softisp_destroy(s->ipa);
}

/* Its buffers end where the grid would begin. */
static void older_pipeline_handlers_work(void **state)
{
	struct camipc_manager *manager = camera_manager();
	struct session s = { .status = 1 };
	struct ipa_softisp_parameters parameters;

	(void)state;
	assert_int_equal(virtual_sensor_init(&s.sensor, &virtual_sensor_plain,
					     WIDTH, HEIGHT, 1),
			 0);
	virtual_sensor_controls_init(&s.controls, &s.sensor);
	assert_int_equal(
		cam_shared_buffer_create(1, "statistics",
					 sizeof(struct ipa_softisp_statistics),
					 CAM_ACCESS_READ, &s.planes[0],
					 &s.memory[0]),
		0);
	assert_int_equal(cam_shared_buffer_create(2, "parameters", OLD_SIZE,
						  CAM_ACCESS_READ_WRITE,
						  &s.planes[1], &s.memory[1]),
			 0);
	run_session(&s, manager);
	assert_int_equal(s.status, 0);
	assert_false(s.has_tables);
	assert_int_equal(cam_shared_buffer_read(s.memory[1], &parameters,
						OLD_SIZE),
			 0);
	assert_int_equal(parameters.magic, IPA_SOFTISP_PARAMETERS_MAGIC);
	for (int i = 0; i < 2; i++) {
		cam_shared_buffer_destroy(s.memory[i]);
		close(s.planes[i].fd);
	}
	virtual_sensor_fini(&s.sensor);
	camipc_manager_destroy(manager);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corners_come_right),
		cmocka_unit_test(every_isolation_corrects_alike),
		cmocka_unit_test(older_pipeline_handlers_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
