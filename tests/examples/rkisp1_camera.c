/* SPDX-License-Identifier: MIT */
/* A camera with Rockchip's image processor, for the IPA that ships with it. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <linux/rkisp1-config.h>
#include <linux/v4l2-controls.h>

#include "cam_buffers.h"
#include "cam_configuration.h"
#include "cam_controls.h"
#include "controls_ipa_types.h"
#include "real_camera.h"
#include "rkisp1_ipa_proxy.h"

#define TUNING "/usr/share/libcamera/ipa/rkisp1/imx219.yaml"
#define NV12 0x3231564eu

#define SLOTS 4u
#define DEPTH 3u /* requests ahead of the frame that is processed */
#define UNKNOWN_ID 999u /* of no buffer */
#define STATS_ID(i) (1u + (i))
#define PARAMS_ID(i) (101u + (i))

#define SAMPLES 64u /* of each cell */

struct rkisp1 {
	struct real_camera *camera;
	struct ipa_rkisp1 *ipa;
	struct cam_shared_buffer *stats[SLOTS];
	struct cam_shared_buffer *params[SLOTS];
	struct real_fault fault;
	bool has_sent_controls; /* the first ones are those of frame 0 */
	int filled; /* frame */
	int done;
};

/* ---- events --------------------------------------------------------------- */

static void on_params(void *user, uint32_t frame)
{
	struct rkisp1 *isp = user;
	struct rkisp1_params_cfg params;

	if (frame >= REAL_MAX_FRAMES ||
	    cam_shared_buffer_read(isp->params[frame % SLOTS], &params,
				   sizeof(params)) < 0)
		return;
	isp->camera->frames[frame].red =
		params.others.awb_gain_config.gain_red / 256.0;
	isp->camera->frames[frame].blue =
		params.others.awb_gain_config.gain_blue / 256.0;
	real_print(isp->camera, "%u params %016llx\n", frame,
		   (unsigned long long)real_hash(&params, sizeof(params)));
	isp->filled = (int)frame;
}

static void on_controls(void *user, uint32_t frame,
			const struct cam_control_list *controls)
{
	struct rkisp1 *isp = user;
	uint32_t at = isp->has_sent_controls ? frame + REAL_SENSOR_DELAY : 0;

	real_print_list(isp->camera, "sensor", frame, controls);
	isp->has_sent_controls = true;
	if (at < REAL_MAX_FRAMES + REAL_SENSOR_DELAY)
		real_camera_plan(isp->camera, at, controls, 0);
}

static void on_metadata(void *user, uint32_t frame,
			const struct cam_control_list *metadata)
{
	struct rkisp1 *isp = user;

	if (frame >= REAL_MAX_FRAMES)
		return;
	real_print_list(isp->camera, "metadata", frame, metadata);
	(void)!cam_control_list_get_int32(metadata,
					  CAM_CONTROL_ID_SPACE_CONTROLS,
					  CAM_CONTROL_ID_COLOUR_TEMPERATURE,
					  &isp->camera->frames[frame].kelvin);
	isp->camera->frames[frame].end_ns = real_now_ns();
	isp->done = (int)frame;
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct rkisp1 *isp = user;

	real_camera_closed(isp->camera, info);
}

static const struct ipa_rkisp1_events events = {
	.size = sizeof(events),
	.params_buffer_ready = on_params,
	.set_sensor_controls = on_controls,
	.metadata_ready = on_metadata,
	.closed = on_closed,
};

/* ---- statistics ----------------------------------------------------------- */

/* Adds a cell of the image to the sums of the whole image. */
static double measure_cell(struct rkisp1 *isp, unsigned int number,
			   unsigned int cell, double sum[3],
			   uint32_t bins[RKISP1_CIF_ISP_HIST_BIN_N_MAX_V10])
{
	const struct real_frame *frame = &isp->camera->frames[number];
	double light[3];
	double luma = 0;

	real_light(isp->camera, number, light);
	for (unsigned int i = 0; i < SAMPLES; i++) {
		double value[3];
		double mean = 0;

		for (int c = 0; c < 3; c++) {
			value[c] = real_expose(&frame->sensor, light[c], cell,
					       i, SAMPLES);
			mean += value[c] / 3;
		}
		/* White balance is measured behind its gains. */
		sum[0] += fmin(1, value[0] * frame->red);
		sum[1] += value[1];
		sum[2] += fmin(1, value[2] * frame->blue);
		luma += mean / SAMPLES;
		bins[(unsigned int)fmin(15, mean * 16)] += 16;
	}
	return luma;
}

/* The means of white balance are YCbCr. */
static void fill_white_balance(struct rkisp1_stat_buffer *stats,
			       const double sum[3])
{
	struct rkisp1_cif_isp_awb_meas *mean = &stats->params.awb.awb_mean[0];
	const double n = SAMPLES * RKISP1_CIF_ISP_AE_MEAN_MAX_V10 / 255.0;
	const double r = sum[0] / n;
	const double g = sum[1] / n;
	const double b = sum[2] / n;

	mean->cnt = REAL_WIDTH * REAL_HEIGHT / 4;
	mean->mean_y_or_g =
		(uint8_t)lround(16 + 0.25 * r + 0.5 * g + 0.1094 * b);
	mean->mean_cb_or_b =
		(uint8_t)lround(128 - 0.1406 * r - 0.2969 * g + 0.4375 * b);
	mean->mean_cr_or_r =
		(uint8_t)lround(128 + 0.4375 * r - 0.375 * g - 0.0625 * b);
}

static int measure(struct rkisp1 *isp, unsigned int number)
{
	struct rkisp1_stat_buffer stats = {
		.frame_id = number,
		.meas_type = RKISP1_CIF_ISP_STAT_AWB |
			     RKISP1_CIF_ISP_STAT_AUTOEXP |
			     RKISP1_CIF_ISP_STAT_HIST,
	};
	double sum[3] = { 0 };
	double brightness = 0;

	for (unsigned int cell = 0; cell < RKISP1_CIF_ISP_AE_MEAN_MAX_V10;
	     cell++) {
		double luma = measure_cell(isp, number, cell, sum,
					   stats.params.hist.hist_bins);

		stats.params.ae.exp_mean[cell] = (uint8_t)(luma * 255);
		brightness += luma / RKISP1_CIF_ISP_AE_MEAN_MAX_V10;
	}
	fill_white_balance(&stats, sum);
	isp->camera->frames[number].brightness = brightness;
	if ((int)number == isp->fault.broken_statistics_at)
		stats.meas_type = 0;
	return cam_shared_buffer_write(isp->stats[number % SLOTS], &stats,
				       sizeof(stats));
}

/* ---- setting up ----------------------------------------------------------- */

static int make_buffers(struct rkisp1 *isp)
{
	struct cam_frame_buffer_plane planes[2 * SLOTS];
	struct cam_buffer buffers[2 * SLOTS];
	unsigned int n = 0;
	int ret = 0;

	/* The IPA maps both kinds for reading and writing. */
	for (unsigned int i = 0; i < 2 * SLOTS && !ret; i++) {
		bool is_stats = i < SLOTS;
		uint32_t id = is_stats ? STATS_ID(i) : PARAMS_ID(i - SLOTS);

		ret = cam_shared_buffer_create(
			id, is_stats ? "stats" : "params",
			is_stats ? sizeof(struct rkisp1_stat_buffer)
				 : sizeof(struct rkisp1_params_cfg),
			CAM_ACCESS_READ_WRITE, &planes[n],
			is_stats ? &isp->stats[i] : &isp->params[i - SLOTS]);
		buffers[n] = (struct cam_buffer){ id, &planes[n], 1 };
		n += !ret;
	}
	if (!ret)
		ret = ipa_rkisp1_map_buffers(isp->ipa, buffers, n);
	for (unsigned int i = 0; i < n; i++)
		close(planes[i].fd);
	return ret;
}

static int set_up(struct rkisp1 *isp)
{
	const struct camipc_match match = {
		.module = "libcamera-rkisp1",
		.isolation = isp->camera->options.isolation,
		.argument = isp->camera->options.argument,
	};
	struct cam_uint32_control_info_entry entries[4];
	const struct cam_control_info_map sensor = real_sensor_controls(entries);
	const struct cam_camera_sensor_info info = real_sensor_info();
	const struct ipa_rkisp1_uint32_stream_entry stream = {
		0, { NV12, { REAL_WIDTH, REAL_HEIGHT } }
	};
	struct ipa_rkisp1_config_info config = { info, sensor };
	struct cam_control_info_map controls;
	struct cam_configuration tuning;
	struct cam_settings settings;
	int ret = ipa_rkisp1_create(isp->camera->manager, &match, &events, isp,
				    &isp->ipa);

	if (ret < 0)
		return ret;
	isp->camera->proxy = ipa_rkisp1_get_proxy(isp->ipa);
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
	ret = ipa_rkisp1_init(isp->ipa, &settings, RKISP1_V10, &info, &sensor,
			      &controls);
	cam_configuration_close(&tuning);
	if (ret < 0)
		return ret;
	real_print_infos(isp->camera, "init", &controls);
	cam_control_info_map_clear(&controls);
	ret = ipa_rkisp1_configure(isp->ipa, &config, &stream, 1, &controls);
	if (ret < 0)
		return ret;
	real_print_infos(isp->camera, "configure", &controls);
	cam_control_info_map_clear(&controls);
	return make_buffers(isp);
}

/* ---- running -------------------------------------------------------------- */

static int queue(struct rkisp1 *isp, unsigned int frame)
{
	struct cam_control_list none;
	int ret;

	cam_control_list_init(&none);
	ret = ipa_rkisp1_queue_request(isp->ipa, frame, &none);
	if (ret < 0)
		return ret;
	return ipa_rkisp1_fill_params_buffer(isp->ipa, frame,
					     PARAMS_ID(frame % SLOTS));
}

static int run_frame(struct rkisp1 *isp, unsigned int number)
{
	struct real_frame *frame = &isp->camera->frames[number];
	uint32_t id = (int)number == isp->fault.unknown_buffer_at
			      ? UNKNOWN_ID
			      : STATS_ID(number % SLOTS);
	struct cam_control room[2];
	struct cam_control_builder builder;
	struct cam_control_list sensor;
	int ret = real_camera_wait(isp->camera, &isp->filled, (int)number);

	if (ret < 0)
		return ret;
	real_camera_reach(isp->camera, number);
	ret = measure(isp, number);
	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_V4L2, room, 2);
	cam_control_builder_set_int32(&builder, V4L2_CID_EXPOSURE,
				      frame->sensor.exposure);
	cam_control_builder_set_int32(&builder, V4L2_CID_ANALOGUE_GAIN,
				      frame->sensor.gain);
	if (ret < 0 || (ret = cam_control_builder_finish(&builder, &sensor)) < 0)
		return ret;
	if ((int)number == isp->fault.kill_at)
		kill(camipc_proxy_get_pid(isp->camera->proxy), SIGKILL);
	frame->begin_ns = real_now_ns();
	ret = ipa_rkisp1_process_stats_buffer(isp->ipa, number, id, &sensor);
	if (!ret && id == UNKNOWN_ID)
		return ipa_rkisp1_stop(isp->ipa);
	if (!ret)
		ret = real_camera_wait(isp->camera, &isp->done, (int)number);
	if (!ret)
		ret = queue(isp, number + DEPTH);
	return ret < 0 ? ret : real_camera_pace(isp->camera, frame->begin_ns);
}

static int run(struct rkisp1 *isp)
{
	const uint64_t begin = real_now_ns();
	int ret = set_up(isp);

	isp->camera->start_ns = real_now_ns() - begin;
	if (!ret)
		ret = ipa_rkisp1_start(isp->ipa);
	for (unsigned int i = 0; i < DEPTH && !ret; i++)
		ret = queue(isp, i);
	for (unsigned int i = 0; i < isp->camera->options.frames && !ret; i++)
		ret = run_frame(isp, i);
	if (ret >= 0) {
		real_camera_weigh(isp->camera);
		ret = ipa_rkisp1_stop(isp->ipa);
	}
	/* A call that noticed the death before dispatch did. */
	if (ret == -EPIPE && isp->ipa && !isp->camera->is_closed)
		real_camera_wait(isp->camera, &isp->done, REAL_MAX_FRAMES);
	return ret;
}

int rkisp1_camera_run(struct real_camera *camera,
		      const struct real_fault *fault)
{
	struct rkisp1 isp = {
		.camera = camera,
		.fault = *fault,
		.filled = -1,
		.done = -1,
	};
	int ret = run(&isp);

	real_camera_note_reason(camera);
	ipa_rkisp1_destroy(isp.ipa);
	camera->proxy = NULL;
	for (unsigned int i = 0; i < SLOTS; i++) {
		cam_shared_buffer_destroy(isp.stats[i]);
		cam_shared_buffer_destroy(isp.params[i]);
	}
	fflush(camera->transcript);
	return ret;
}
