/* SPDX-License-Identifier: MIT */
/* The sensor, the scene and the transcript of the cameras in this suite. */
#include "real_camera.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/v4l2-controls.h>

#include "cam_controls.h"
#include "idle_threads.h"
#include "proc_number.h"

#define PIXEL_RATE 182400000u
#define WAIT_MS 20000

uint64_t real_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t real_hash(const void *data, size_t size)
{
	const uint8_t *p = data;
	uint64_t hash = UINT64_C(1469598103934665603);

	while (size--)
		hash = (hash ^ *p++) * UINT64_C(1099511628211);
	return hash;
}

bool real_has_ipa(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", LIBCAMERA_IPA_DIR, name);
	return access(path, R_OK) == 0;
}

/* ---- the camera ----------------------------------------------------------- */

int real_camera_init(struct real_camera *camera,
		     const struct real_options *options)
{
	static const char *const workers[] = { WORKER, NULL };
	static const char *const modules[] = { MODULES, NULL };
	const struct camipc_manager_options manager = {
		.size = sizeof(manager),
		.module_paths = modules,
		.worker_paths = workers,
		.no_install_paths = true,
	};

	memset(camera, 0, sizeof(*camera));
	camera->options = *options;
	camera->frames[0].sensor = (struct real_sensor){ 1600, 0, 532 };
	camera->transcript = open_memstream(&camera->text, &camera->text_size);
	if (!camera->transcript)
		return -ENOMEM;
	return camipc_manager_create(&manager, &camera->manager);
}

void real_camera_fini(struct real_camera *camera)
{
	camipc_manager_destroy(camera->manager);
	if (camera->transcript)
		fclose(camera->transcript);
	free(camera->text);
	memset(camera, 0, sizeof(*camera));
}

void real_camera_closed(struct real_camera *camera,
			const struct camipc_closed_info *info)
{
	camera->is_closed = true;
	camera->reason = info->reason;
	camera->status = info->status;
	camera->status_known = info->status_known;
	camera->n_frames = info->n_frames;
	camera->max_rss_kib = info->max_rss_kib;
	for (uint32_t i = 0; i < info->n_frames && i < 8; i++)
		snprintf(camera->modules[i], sizeof(camera->modules[i]), "%s",
			 info->frames[i].module ? info->frames[i].module : "?");
	snprintf(camera->closed_text, sizeof(camera->closed_text), "%s",
		 info->text);
	snprintf(camera->stderr_tail, sizeof(camera->stderr_tail), "%s",
		 info->stderr_tail);
}

void real_camera_note_reason(struct real_camera *camera)
{
	if (camera->proxy)
		camera->call_reason = camipc_proxy_last_reason(camera->proxy,
							       NULL);
}

int real_camera_wait(struct real_camera *camera, const int *frame, int wanted)
{
	const uint64_t deadline = real_now_ns() + WAIT_MS * UINT64_C(1000000);

	while (!camera->is_closed && *frame < wanted) {
		struct pollfd pfd = {
			.fd = camipc_proxy_get_fd(camera->proxy),
			.events = POLLIN,
		};
		int ret;

		if (real_now_ns() > deadline || poll(&pfd, 1, WAIT_MS) == 0)
			return -ETIMEDOUT;
		ret = camipc_proxy_dispatch(camera->proxy);
		if (ret < 0)
			return ret;
	}
	return camera->is_closed ? -EPIPE : 0;
}

void real_camera_weigh(struct real_camera *camera)
{
	const int pid = camipc_proxy_get_pid(camera->proxy);

	if (pid <= 0)
		return;
	camera->pss_kib = proc_number(pid, "smaps_rollup", "Pss:");
	camera->peak_kib = proc_number(pid, "status", "VmPeak:");
	camera->threads = proc_number(pid, "status", "Threads:");
}

int real_camera_pace(const struct real_camera *camera, uint64_t begin_ns)
{
	const uint64_t deadline = real_now_ns() + WAIT_MS * UINT64_C(1000000);
	const struct timespec nap = { .tv_nsec = 100000 };
	const uint64_t end =
		begin_ns + camera->options.pace_ms * UINT64_C(1000000);
	const struct timespec until = {
		.tv_sec = (time_t)(end / 1000000000u),
		.tv_nsec = (long)(end % 1000000000u),
	};
	int pid = camipc_proxy_get_pid(camera->proxy);

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) ==
	       EINTR)
		;
	if (!camera->options.waits_for_threads)
		return 0;
	if (pid <= 0)
		pid = getpid();
	while (!virtual_threads_are_idle(pid)) {
		if (real_now_ns() > deadline)
			return -ETIMEDOUT;
		nanosleep(&nap, NULL);
	}
	return 0;
}

void real_camera_reach(struct real_camera *camera, unsigned int frame)
{
	for (; camera->planned < frame; camera->planned++) {
		struct real_frame *next = &camera->frames[camera->planned + 1];

		next->sensor = camera->frames[camera->planned].sensor;
		next->context = camera->frames[camera->planned].context;
	}
}

static void set_int(const struct cam_control_list *list, uint32_t id,
		    int32_t *value)
{
	int32_t found;

	if (!cam_control_list_get_int32(list, CAM_CONTROL_ID_SPACE_V4L2, id,
					&found))
		*value = found;
}

/* Rockchip's IPA asks for an exposure of 0 when it starts: clamped, as camera
 * stacks do before they reach hardware. */
void real_camera_plan(struct real_camera *camera, unsigned int at,
		      const struct cam_control_list *controls, uint32_t context)
{
	struct cam_uint32_control_info_entry entries[4];
	const struct cam_control_info_map infos = real_sensor_controls(entries);
	struct cam_control room[8];
	struct cam_clamp_counts counts = { 0 };
	struct cam_control_list clamped;
	struct real_frame *frame = &camera->frames[at];

	real_camera_reach(camera, at);
	if (cam_control_list_clamp(controls, &infos, room, 8, &counts,
				   &clamped) < 0)
		return;
	set_int(&clamped, V4L2_CID_EXPOSURE, &frame->sensor.exposure);
	set_int(&clamped, V4L2_CID_ANALOGUE_GAIN, &frame->sensor.gain);
	set_int(&clamped, V4L2_CID_VBLANK, &frame->sensor.vblank);
	frame->context = context;
}

/* ---- the sensor and the scene --------------------------------------------- */

struct cam_camera_sensor_info real_sensor_info(void)
{
	struct cam_camera_sensor_info info;

	cam_camera_sensor_info_init(&info);
	info.model = "imx219";
	info.bits_per_pixel = 10;
	info.active_area_size = (struct cam_size){ 3280, 2464 };
	info.analog_crop = (struct cam_rectangle){ 0, 0, 3280, 2464 };
	info.output_size = (struct cam_size){ REAL_WIDTH, REAL_HEIGHT };
	info.pixel_rate = PIXEL_RATE;
	info.min_line_length = REAL_LINE_LENGTH;
	info.max_line_length = REAL_LINE_LENGTH;
	info.min_frame_length = REAL_HEIGHT + 4;
	info.max_frame_length = 65535;
	return info;
}

void real_int_info(struct cam_uint32_control_info_entry *entry, uint32_t id,
		   int32_t min, int32_t max, int32_t def)
{
	memset(entry, 0, sizeof(*entry));
	entry->key = id;
	cam_control_info_init(&entry->value);
	entry->value.min.tag = CAM_CONTROL_VALUE_INTEGER32;
	entry->value.min.integer32 = min;
	entry->value.max.tag = CAM_CONTROL_VALUE_INTEGER32;
	entry->value.max.integer32 = max;
	entry->value.def.tag = CAM_CONTROL_VALUE_INTEGER32;
	entry->value.def.integer32 = def;
}

struct cam_control_info_map
real_sensor_controls(struct cam_uint32_control_info_entry entries[4])
{
	const int32_t hblank = REAL_LINE_LENGTH - REAL_WIDTH;

	real_int_info(&entries[0], V4L2_CID_EXPOSURE, 4, 65535 - 4, 1600);
	real_int_info(&entries[1], V4L2_CID_VBLANK, 4, 65535 - REAL_HEIGHT, 532);
	real_int_info(&entries[2], V4L2_CID_ANALOGUE_GAIN, 0, 232, 0);
	real_int_info(&entries[3], V4L2_CID_HBLANK, hblank, hblank, hblank);
	cam_uint32_control_info_sort(entries, 4);
	return (struct cam_control_info_map){ CAM_CONTROL_ID_SPACE_V4L2,
					      entries, 4 };
}

double real_gain(int32_t code)
{
	return 256.0 / (256 - code);
}

void real_light(const struct real_camera *camera, unsigned int frame,
		double rgb[3])
{
	const bool is_later = frame >= camera->options.frames / 2;

	rgb[0] = is_later ? 9.0 : 45.0;
	rgb[1] = is_later ? 10.0 : 80.0;
	rgb[2] = is_later ? 3.4 : 52.0;
}

double real_expose(const struct real_sensor *sensor, double light,
		   unsigned int cell, unsigned int i, unsigned int n)
{
	/* Grey patches, with a gradient in each. */
	static const double patches[] = { 0.9, 0.59, 0.36, 0.19, 0.09, 0.031 };
	const double reflectance =
		patches[(cell * 7 + cell / 5) % 6] * (0.7 + 0.6 * i / n);
	const double line_s = (double)REAL_LINE_LENGTH / PIXEL_RATE;
	const double value = light * reflectance * sensor->exposure * line_s *
			     real_gain(sensor->gain);

	return value < 1.0 ? value : 1.0;
}

/* ---- the transcript ------------------------------------------------------- */

void real_print(struct real_camera *camera, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(camera->transcript, format, arguments);
	va_end(arguments);
}

static void print_value(FILE *file, const struct cam_control_value *value)
{
	switch (value->tag) {
	case CAM_CONTROL_VALUE_BOOLEAN:
		fprintf(file, "%d", value->boolean);
		break;
	case CAM_CONTROL_VALUE_INTEGER32:
		fprintf(file, "%d", value->integer32);
		break;
	case CAM_CONTROL_VALUE_INTEGER64:
		fprintf(file, "%lld", (long long)value->integer64);
		break;
	case CAM_CONTROL_VALUE_FLOAT32:
		fprintf(file, "%a", (double)value->float32);
		break;
	case CAM_CONTROL_VALUE_STRING:
		fprintf(file, "\"%s\"", value->string);
		break;
	case CAM_CONTROL_VALUE_RECTANGLE:
		fprintf(file, "%ux%u", value->rectangle.width,
			value->rectangle.height);
		break;
	case CAM_CONTROL_VALUE_FLOAT32_ARRAY:
		for (size_t i = 0; i < value->float32_array.n_items; i++)
			fprintf(file, "%a,",
				(double)value->float32_array.items[i]);
		break;
	case CAM_CONTROL_VALUE_INTEGER32_ARRAY:
		for (size_t i = 0; i < value->integer32_array.n_items; i++)
			fprintf(file, "%d,", value->integer32_array.items[i]);
		break;
	case CAM_CONTROL_VALUE_INTEGER64_ARRAY:
		for (size_t i = 0; i < value->integer64_array.n_items; i++)
			fprintf(file, "%lld,",
				(long long)value->integer64_array.items[i]);
		break;
	case CAM_CONTROL_VALUE_BYTE_ARRAY:
		fprintf(file, "%zu bytes %016llx", value->byte_array.n_items,
			(unsigned long long)real_hash(
				value->byte_array.items,
				value->byte_array.n_items));
		break;
	default:
		fprintf(file, "type %d", (int)value->tag);
	}
}

void real_print_list(struct real_camera *camera, const char *what,
		     unsigned int frame, const struct cam_control_list *list)
{
	real_print(camera, "%u %s", frame, what);
	for (size_t i = 0; i < list->n_controls; i++) {
		real_print(camera, " %d:%x=", list->controls[i].id_space,
			   list->controls[i].id);
		print_value(camera->transcript, &list->controls[i].value);
	}
	real_print(camera, "\n");
}

void real_print_infos(struct real_camera *camera, const char *what,
		      const struct cam_control_info_map *map)
{
	real_print(camera, "%s of %d", what, map->id_space);
	for (size_t i = 0; i < map->n_infos; i++) {
		const struct cam_control_info *info = &map->infos[i].value;

		real_print(camera, " %x %s=", map->infos[i].key, info->name);
		print_value(camera->transcript, &info->min);
		real_print(camera, "/");
		print_value(camera->transcript, &info->max);
		real_print(camera, "/");
		print_value(camera->transcript, &info->def);
		real_print(camera, "/%zu", info->n_values);
	}
	real_print(camera, "\n");
}
