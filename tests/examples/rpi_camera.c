/* SPDX-License-Identifier: MIT */
/* A camera with the Raspberry Pi's image processor, for the IPA of that board. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/v4l2-controls.h>

#include "cam_buffers.h"
#include "cam_configuration.h"
#include "cam_controls.h"
#include "controls_ipa_types.h"
#include "real_camera.h"
#include "rpi_ipa_proxy.h"

#define TUNING "/usr/share/libcamera/ipa/raspberrypi/imx219.json"
#define NV12 0x3231564eu

#define SLOTS 4u
#define UNKNOWN_ID 999u /* of no buffer */
#define STATS_ID(i) (0x10000u | (i))
#define BAYER_ID(i) (0x40000u | (i))
#define N_CONTEXTS (IPA_RPI_MAX_CONTEXT + 1)

/* Frames are so far apart, in the time of the camera. */
#define FRAME_NS INT64_C(33333333)

#define SAMPLES 16u /* of each zone */
#define PIXELS 200u /* that a sample stands for */

/*
 * What the kernel of the Raspberry Pi defines in <linux/bcm2835-isp.h>, which is
 * no part of other kernels.
 */
#define BINS 128u
#define ZONE_COLUMNS 16u
#define ZONE_ROWS 12u
#define REGIONS 16u
#define FOCUS_REGIONS 12u

struct histogram {
	uint32_t red[BINS], green[BINS], blue[BINS];
};

struct region {
	uint32_t counted;
	uint32_t not_counted;
	uint64_t red, green, blue; /* sums of values of 13 bits */
};

struct focus {
	uint64_t contrast[2][2];
	uint32_t counted[2][2];
};

struct isp_statistics {
	uint32_t version;
	uint32_t size;
	struct histogram histograms[2];
	struct region zones[ZONE_COLUMNS * ZONE_ROWS];
	struct region floating[REGIONS];
	struct region exposure[REGIONS];
	struct focus focus[FOCUS_REGIONS];
};

/* The first control of the ISP's driver. */
#define ISP_CONTROL(n) (V4L2_CID_USER_BASE + 0x10e0u + (n))
#define N_ISP_CONTROLS 12

struct rpi {
	struct real_camera *camera;
	struct ipa_rpi *ipa;
	struct cam_shared_buffer *stats[SLOTS];
	struct real_fault fault;
	unsigned int frame;
	int prepared; /* frame */
	int done;
};

/* ---- events --------------------------------------------------------------- */

static void on_metadata(void *user, uint32_t buffer_id,
			const struct cam_control_list *metadata)
{
	struct rpi *isp = user;
	struct real_frame *frame = &isp->camera->frames[isp->frame];
	float gains[2];

	real_print_list(isp->camera, "metadata", buffer_id, metadata);
	if (!cam_control_list_get_floats(metadata,
					 CAM_CONTROL_ID_SPACE_CONTROLS,
					 CAM_CONTROL_ID_COLOUR_GAINS, gains,
					 2)) {
		frame->red = (double)gains[0];
		frame->blue = (double)gains[1];
	}
	(void)!cam_control_list_get_int32(
		metadata, CAM_CONTROL_ID_SPACE_CONTROLS,
		CAM_CONTROL_ID_COLOUR_TEMPERATURE, &frame->kelvin);
	frame->end_ns = real_now_ns();
	isp->done = (int)isp->frame;
}

static void on_run_isp(void *user, uint32_t buffer_id)
{
	struct rpi *isp = user;

	real_print(isp->camera, "run %x\n", buffer_id);
	isp->prepared = (int)isp->frame;
}

static void on_isp_controls(void *user, const struct cam_control_list *controls)
{
	struct rpi *isp = user;

	real_print_list(isp->camera, "isp", isp->frame, controls);
}

static void on_delayed(void *user, const struct cam_control_list *controls,
		       uint32_t context)
{
	struct rpi *isp = user;

	real_print_list(isp->camera, "sensor", isp->frame, controls);
	real_camera_plan(isp->camera, isp->frame + REAL_SENSOR_DELAY, controls,
			 context);
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct rpi *isp = user;

	real_camera_closed(isp->camera, info);
}

static const struct ipa_rpi_events events = {
	.size = sizeof(events),
	.stats_metadata_complete = on_metadata,
	.run_isp = on_run_isp,
	.set_isp_controls = on_isp_controls,
	.set_delayed_controls = on_delayed,
	.closed = on_closed,
};

/* ---- statistics ----------------------------------------------------------- */

static void add_sample(struct region *region, const double value[3])
{
	region->counted += PIXELS;
	region->red += (uint64_t)(value[0] * 8191) * PIXELS;
	region->green += (uint64_t)(value[1] * 8191) * PIXELS;
	region->blue += (uint64_t)(value[2] * 8191) * PIXELS;
}

static unsigned int bin_of(double value)
{
	return (unsigned int)fmin(BINS - 1, value * BINS);
}

/* 16 x 12 zones; the 4 x 4 regions of exposure consist of them. */
static double measure_zone(const struct rpi *isp, struct isp_statistics *stats,
			   unsigned int zone)
{
	const unsigned int region = zone % ZONE_COLUMNS / 4 +
				    4 * (zone / ZONE_COLUMNS / 3);
	double light[3];
	double green = 0;

	real_light(isp->camera, isp->frame, light);
	for (unsigned int i = 0; i < SAMPLES; i++) {
		double value[3];

		for (int c = 0; c < 3; c++)
			value[c] = real_expose(
				&isp->camera->frames[isp->frame].sensor,
				light[c], zone, i, SAMPLES);
		add_sample(&stats->zones[zone], value);
		add_sample(&stats->exposure[region], value);
		stats->histograms[0].red[bin_of(value[0])] += PIXELS / 8;
		stats->histograms[0].green[bin_of(value[1])] += PIXELS / 8;
		stats->histograms[0].blue[bin_of(value[2])] += PIXELS / 8;
		green += value[1] / SAMPLES;
	}
	return green;
}

static int measure(struct rpi *isp)
{
	static const struct isp_statistics none;
	struct isp_statistics stats = none;
	double brightness = 0;

	stats.version = 1;
	stats.size = sizeof(stats);
	for (unsigned int i = 0; i < ZONE_COLUMNS * ZONE_ROWS; i++)
		brightness += measure_zone(isp, &stats, i) /
			      (ZONE_COLUMNS * ZONE_ROWS);
	for (unsigned int i = 0; i < FOCUS_REGIONS; i++) {
		stats.focus[i].contrast[1][1] = 100000;
		stats.focus[i].counted[1][1] = 1000;
	}
	isp->camera->frames[isp->frame].brightness = brightness;
	return cam_shared_buffer_write(isp->stats[isp->frame % SLOTS], &stats,
				       sizeof(stats));
}

/* ---- setting up ----------------------------------------------------------- */

static int make_buffers(struct rpi *isp)
{
	struct cam_frame_buffer_plane planes[SLOTS];
	struct cam_buffer buffers[SLOTS];
	unsigned int n = 0;
	int ret = 0;

	/* The IPA maps statistics for reading and writing. */
	for (; n < SLOTS; n++) {
		ret = cam_shared_buffer_create(STATS_ID(n), "stats",
					       sizeof(struct isp_statistics),
					       CAM_ACCESS_READ_WRITE,
					       &planes[n], &isp->stats[n]);
		if (ret < 0)
			break;
		buffers[n] = (struct cam_buffer){ STATS_ID(n), &planes[n], 1 };
	}
	if (!ret)
		ret = ipa_rpi_map_buffers(isp->ipa, buffers, n);
	while (n--)
		close(planes[n].fd);
	return ret;
}

/* The table of lens shading; the IPA writes it in a thread of its own. */
static int make_lens_table(void)
{
	int fd = memfd_create("lens", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, IPA_RPI_MAX_LS_GRID_SIZE) < 0) {
		close(fd);
		return -errno;
	}
	return fd < 0 ? -errno : fd;
}

static int configure(struct rpi *isp)
{
	static const uint32_t named[] = { V4L2_CID_RED_BALANCE,
					  V4L2_CID_BLUE_BALANCE,
					  V4L2_CID_DIGITAL_GAIN };
	struct cam_uint32_control_info_entry sensor[4];
	struct cam_uint32_control_info_entry controls[N_ISP_CONTROLS];
	const struct ipa_rpi_uint32_control_info_map_entry entities[] = {
		{ 0, real_sensor_controls(sensor) },
		{ isp->fault.unknown_entity ? 2 : 1,
		  { CAM_CONTROL_ID_SPACE_V4L2, controls, N_ISP_CONTROLS } },
	};
	const struct ipa_rpi_uint32_stream_entry stream = {
		0, { NV12, { REAL_WIDTH, REAL_HEIGHT } }
	};
	const struct cam_camera_sensor_info info = real_sensor_info();
	struct ipa_rpi_config config;
	struct ipa_rpi_config_result result;
	struct cam_control_list list;
	int ret;

	for (uint32_t i = 0; i < N_ISP_CONTROLS; i++)
		real_int_info(&controls[i],
			      i < 3 ? named[i] : ISP_CONTROL(i - 2), 0, 65535,
			      1000);
	cam_uint32_control_info_sort(controls, N_ISP_CONTROLS);
	ipa_rpi_config_init(&config);
	config.ls_table_handle = make_lens_table();
	if (config.ls_table_handle < 0)
		return config.ls_table_handle;
	ret = ipa_rpi_configure(isp->ipa, &info, &stream, 1, entities, 2,
				&config, &list, &result);
	close(config.ls_table_handle);
	if (ret < 0)
		return ret;
	real_print_infos(isp->camera, "configure", &result.control_info);
	real_print_list(isp->camera, "configure", 0, &list);
	real_camera_plan(isp->camera, 0, &list, 0);
	cam_control_list_clear(&list);
	ipa_rpi_config_result_clear(&result);
	return 0;
}

static int set_up(struct rpi *isp)
{
	const struct camipc_match match = {
		.module = "libcamera-rpi",
		.isolation = isp->camera->options.isolation,
		.argument = isp->camera->options.argument,
	};
	struct ipa_rpi_init_result init;
	struct cam_configuration tuning;
	struct cam_settings settings;
	int ret = ipa_rpi_create(isp->camera->manager, &match, &events, isp,
				 &isp->ipa);

	if (ret < 0)
		return ret;
	isp->camera->proxy = ipa_rpi_get_proxy(isp->ipa);
	cam_settings_init(&settings);
	settings.sensor_model = "imx219";
	/* Open: in its sandbox the module may not open files. */
	ret = cam_configuration_open(isp->camera->options.tuning
					     ? isp->camera->options.tuning
					     : TUNING,
				     &tuning);
	if (ret < 0)
		return ret;
	cam_configuration_apply(&tuning, &settings);
	ret = ipa_rpi_init(isp->ipa, &settings, &init);
	cam_configuration_close(&tuning);
	if (ret < 0)
		return ret;
	real_print_infos(isp->camera, "init", &init.control_info);
	ipa_rpi_init_result_clear(&init);
	ret = configure(isp);
	if (isp->fault.unknown_entity) {
		isp->fault.unknown_entity = false;
		ret = configure(isp);
	}
	return ret < 0 ? ret : make_buffers(isp);
}

static int start(struct rpi *isp)
{
	struct ipa_rpi_start_config config;
	struct cam_control_list none;
	int ret;

	cam_control_list_init(&none);
	ret = ipa_rpi_start(isp->ipa, &none, &config);
	if (ret < 0)
		return ret;
	real_print_list(isp->camera, "start", (unsigned)config.drop_frame_count,
			&config.controls);
	real_camera_plan(isp->camera, 0, &config.controls, 0);
	ipa_rpi_start_config_clear(&config);
	return 0;
}

/* ---- running -------------------------------------------------------------- */

/* The list mixes the kernel's controls and one of the camera stack's own. */
static int prepare(struct rpi *isp)
{
	const struct real_frame *frame = &isp->camera->frames[isp->frame];
	struct ipa_rpi_isp_config config;
	struct cam_control room[5];
	struct cam_control_builder builder;
	int ret;

	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_V4L2, room, 5);
	cam_control_builder_set_int32(&builder, V4L2_CID_EXPOSURE,
				      frame->sensor.exposure);
	cam_control_builder_set_int32(&builder, V4L2_CID_ANALOGUE_GAIN,
				      frame->sensor.gain);
	cam_control_builder_set_int32(&builder, V4L2_CID_VBLANK,
				      frame->sensor.vblank);
	cam_control_builder_set_int32(&builder, V4L2_CID_HBLANK,
				      REAL_LINE_LENGTH - REAL_WIDTH);
	cam_control_builder_set_id_space(&builder,
					 CAM_CONTROL_ID_SPACE_CONTROLS);
	cam_control_builder_set_int64(&builder,
				      CAM_CONTROL_ID_SENSOR_TIMESTAMP,
				      1000000000 + isp->frame * FRAME_NS);
	ipa_rpi_isp_config_init(&config);
	ret = cam_control_builder_finish(&builder, &config.controls);
	if (ret < 0)
		return ret;
	config.bayer_buffer_id = BAYER_ID(isp->frame % SLOTS);
	config.ipa_context = isp->frame % N_CONTEXTS;
	config.delay_context = frame->context;
	/* The sensor's registers, which it only looks up. */
	config.embedded_buffer_present =
		(int)isp->frame == isp->fault.unknown_buffer_at;
	config.embedded_buffer_id = UNKNOWN_ID;
	return ipa_rpi_signal_isp_prepare(isp->ipa, &config);
}

static int run_frame(struct rpi *isp)
{
	struct real_frame *frame = &isp->camera->frames[isp->frame];
	const uint64_t begin = real_now_ns();
	const uint32_t id = STATS_ID(isp->frame % SLOTS);
	struct cam_control_list none;
	int ret;

	real_camera_reach(isp->camera, isp->frame);
	cam_control_list_init(&none);
	ret = ipa_rpi_signal_queue_request(isp->ipa, &none);
	if (!ret)
		ret = prepare(isp);
	if (!ret)
		ret = real_camera_wait(isp->camera, &isp->prepared,
				       (int)isp->frame);
	if (!ret)
		ret = measure(isp);
	if (ret < 0)
		return ret;
	if ((int)isp->frame == isp->fault.kill_at)
		kill(camipc_proxy_get_pid(isp->camera->proxy), SIGKILL);
	frame->begin_ns = real_now_ns();
	ret = ipa_rpi_signal_stat_ready(isp->ipa, id, isp->frame % N_CONTEXTS);
	if (!ret)
		ret = real_camera_wait(isp->camera, &isp->done,
				       (int)isp->frame);
	return ret < 0 ? ret : real_camera_pace(isp->camera, begin);
}

static int run(struct rpi *isp)
{
	const uint64_t begin = real_now_ns();
	int ret = set_up(isp);

	isp->camera->start_ns = real_now_ns() - begin;
	if (!ret)
		ret = start(isp);
	for (; isp->frame < isp->camera->options.frames && !ret; isp->frame++)
		ret = run_frame(isp);
	if (ret >= 0) {
		real_camera_weigh(isp->camera);
		ret = ipa_rpi_stop(isp->ipa);
	}
	/* A call that noticed the death before dispatch did. */
	if (ret == -EPIPE && isp->ipa && !isp->camera->is_closed)
		real_camera_wait(isp->camera, &isp->done, REAL_MAX_FRAMES);
	return ret;
}

int rpi_camera_run(struct real_camera *camera, const struct real_fault *fault)
{
	struct rpi isp = {
		.camera = camera,
		.fault = *fault,
		.prepared = -1,
		.done = -1,
	};
	int ret = run(&isp);

	real_camera_note_reason(camera);
	ipa_rpi_destroy(isp.ipa);
	camera->proxy = NULL;
	for (unsigned int i = 0; i < SLOTS; i++)
		cam_shared_buffer_destroy(isp.stats[i]);
	fflush(camera->transcript);
	return ret;
}
