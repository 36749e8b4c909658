/* SPDX-License-Identifier: MIT */
/* Creates kernel cameras with the modules of this build. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "camera_fixture.h"
#include "device_controls.h"
#include "device_monitor.h"

int camera_fixture_set_up(void **state)
{
	static const char *const modules[] = { SOFTISP_DIR, VIMC_DIR, NULL };
	static const char *const workers[] = { WORKER, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.module_paths = modules,
		.worker_paths = workers,
		.no_install_paths = true,
	};
	static struct camera_fixture f;

	fd_leak_take(&f.before);
	assert_int_equal(camipc_manager_create(&options, &f.manager), 0);
	*state = &f;
	return 0;
}

int camera_fixture_tear_down(void **state)
{
	struct camera_fixture *f = *state;

	camipc_manager_destroy(f->manager);
	fd_leak_assert_none(&f->before);
	return 0;
}

int camera_fixture_create_as(struct camera_fixture *f, const char *name,
			     uint32_t format, char error[1024],
			     struct camera **ret_camera)
{
	const struct camera_options options = {
		.size = sizeof(options),
		.width = CAMERA_FIXTURE_WIDTH,
		.height = CAMERA_FIXTURE_HEIGHT,
		.format = format,
		.isolation = "process",
		.frame_timeout_ms = 60000,
	};

	return camera_create(name, f->manager, &options, error, 1024,
			     ret_camera);
}

int camera_fixture_create(struct camera_fixture *f, const char *name,
			  char error[1024], struct camera **ret_camera)
{
	return camera_fixture_create_as(f, name, 0, error, ret_camera);
}

struct camera *camera_fixture_start(struct camera_fixture *f, const char *name)
{
	struct camera *camera = NULL;
	char error[1024];

	if (camera_fixture_create(f, name, error, &camera) < 0)
		fail_msg("no camera %s: %s", name, error);
	if (camera_start(camera) < 0)
		fail_msg("%s does not start: %s", name, camera_error(camera));
	return camera;
}

/* A device that is looked for. */
struct search {
	const char *bus;
	const struct media_device *media;
};

static int compare_bus(void *user, const struct media_device *media)
{
	struct search *search = user;

	if (media->status < 0 || strcmp(media->bus_info, search->bus) != 0)
		return 0;
	search->media = media;
	return 1;
}

struct kernel_camera *
camera_fixture_create_route(struct camera_fixture *f, const char *bus,
			    const struct kernel_route *route, int timeout_ms)
{
	const struct device_monitor_options monitor_options = {
		.source = DEVICE_SOURCE_NONE,
	};
	const struct camera_options options = {
		.size = sizeof(options),
		.width = CAMERA_FIXTURE_WIDTH,
		.height = CAMERA_FIXTURE_HEIGHT,
		.isolation = "process",
		.frame_timeout_ms = timeout_ms,
	};
	struct search search = { bus, NULL };
	struct device_monitor *monitor;
	struct kernel_camera *camera;
	char error[1024];

	assert_int_equal(device_monitor_create(&monitor_options, NULL, NULL,
					       &monitor),
			 0);
	(void)!device_monitor_list(monitor, compare_bus, &search);
	assert_non_null(search.media);
	if (kernel_camera_create(route, search.media, f->manager, &options,
				 error, sizeof(error), &camera) < 0)
		fail_msg("no camera of %s: %s", bus, error);
	device_monitor_destroy(monitor);
	return camera;
}

void camera_fixture_take(struct camera *camera, struct camera_frame *frame)
{
	if (camera_capture(camera, frame) < 0)
		fail_msg("no frame: %s", camera_error(camera));
}

double camera_fixture_mean(const struct camera_frame *frame)
{
	const size_t n = (size_t)3 * frame->width * frame->height;
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += frame->rgb[i];
	return (double)sum / (double)n;
}

void camera_fixture_set_control(const char *path, const char *name,
				int32_t value)
{
	const struct cam_uint32_control_info_entry *entry = NULL;
	struct cam_control control = {
		.id_space = CAM_CONTROL_ID_SPACE_V4L2,
	};
	const struct cam_control_list list = { &control, 1 };
	struct device_controls controls;
	struct device_node node;

	assert_int_equal(device_node_open(&node, path), 0);
	assert_int_equal(device_controls_read(&controls, &node), 0);
	for (size_t i = 0; i < controls.infos.n_infos; i++)
		if (strcmp(controls.infos.infos[i].value.name, name) == 0)
			entry = &controls.infos.infos[i];
	if (!entry) {
		fail_msg("%s has no control \"%s\"", path, name);
		return;
	}
	control.id = entry->key;
	if (entry->value.type == CAM_CONTROL_TYPE_BOOLEAN)
		control.value = (struct cam_control_value){
			.tag = CAM_CONTROL_VALUE_BOOLEAN, .boolean = value != 0
		};
	else
		control.value = (struct cam_control_value){
			.tag = CAM_CONTROL_VALUE_INTEGER32, .integer32 = value
		};
	if (device_controls_set(&controls, &list) < 0)
		fail_msg("%s", node.error);
	device_controls_clear(&controls);
	device_node_close(&node);
}
