/* SPDX-License-Identifier: MIT */
/*
 * A small IPA of the interface ipa.rkisp1, for tests without libcamera's: it
 * controls exposure and white balance, and logs as an error whatever the
 * pipeline handler does in another order than Rockchip's needs, or measures
 * otherwise.
 */
#include <errno.h>
#include <linux/rkisp1-config.h>
#include <linux/v4l2-controls.h>
#include <stdlib.h>
#include <string.h>

#include "cam_buffers.h"
#include "cam_controls.h"
#include "controls_ipa_types.h"
#include "rkisp1_ipa_worker.h"

/* Frames whose gains and requests are remembered. */
#define FRAMES 16

/* Requested at frame n, settings are those of frame n + 3 and later ones. */
#define DELAY 3

/* Wanted mean of (R + G + B) / 3 in 8 bits. */
#define TARGET 40.0

struct settings {
	int32_t lines;
	int32_t code;
};

struct fake {
	struct camipc_host *host;
	struct cam_buffer_set buffers;
	struct rkisp1_params_cfg parameters;
	struct rkisp1_stat_buffer statistics;
	int32_t min_lines, max_lines, min_code, max_code;
	uint32_t next_request, next_parameters, next_statistics;
	uint32_t first; /* frame after start() */
	struct settings wanted[FRAMES]; /* by the frame that has them */
	double red[FRAMES], blue[FRAMES]; /* gains, by frame */
	double next_red, next_blue;
};

#define WRONG(fake, ...) \
	camipc_host_log((fake)->host, CAMIPC_LOG_ERROR, "wrong: " __VA_ARGS__)

/* Wrong unless this is the frame that must come now. */
static void expect_frame(struct fake *fake, const char *call, uint32_t frame,
			 uint32_t expected)
{
	if (frame != expected)
		WRONG(fake, "%s of frame %u, expected frame %u", call, frame,
		      expected);
}

static double gain_of(int32_t code)
{
	return 256.0 / (256 - code);
}

static int32_t clamp(double value, int32_t min, int32_t max)
{
	return value < min ? min : value > max ? max : (int32_t)value;
}

/* ---- set-up -------------------------------------------------------------- */

static int read_range(const struct cam_control_info_map *infos, uint32_t id,
		      int32_t *ret_min, int32_t *ret_max)
{
	const struct cam_control_info *info =
		cam_uint32_control_info_find(infos->infos, infos->n_infos, id);

	if (!info || info->min.tag != CAM_CONTROL_VALUE_INTEGER32)
		return -EINVAL;
	*ret_min = info->min.integer32;
	*ret_max = info->max.integer32;
	return 0;
}

static int set_ranges(struct fake *fake,
		      const struct cam_control_info_map *infos)
{
	int32_t min;
	int32_t max;

	if (infos->id_space != CAM_CONTROL_ID_SPACE_V4L2 ||
	    read_range(infos, V4L2_CID_VBLANK, &min, &max) < 0 ||
	    read_range(infos, V4L2_CID_HBLANK, &min, &max) < 0 ||
	    read_range(infos, V4L2_CID_EXPOSURE, &fake->min_lines,
		       &fake->max_lines) < 0)
		return -EINVAL;
	return read_range(infos, V4L2_CID_ANALOGUE_GAIN, &fake->min_code,
			  &fake->max_code);
}

static int32_t fake_init(void *self, const struct cam_settings *settings,
			 uint32_t hw_revision,
			 const struct cam_camera_sensor_info *sensor_info,
			 const struct cam_control_info_map *sensor_controls,
			 struct cam_control_info_map *ret_ipa_controls)
{
	struct fake *fake = self;

	(void)ret_ipa_controls;
	if (strcmp(settings->sensor_model, "imx219") != 0 ||
	    strcmp(sensor_info->model, "imx219") != 0)
		WRONG(fake, "sensor '%s'", settings->sensor_model);
	if (hw_revision != RKISP1_V10)
		WRONG(fake, "hardware revision %u", hw_revision);
	return set_ranges(fake, sensor_controls);
}

static int32_t
fake_configure(void *self, const struct ipa_rkisp1_config_info *config,
	       const struct ipa_rkisp1_uint32_stream_entry *streams,
	       size_t n_streams, struct cam_control_info_map *ret_ipa_controls)
{
	struct fake *fake = self;

	(void)ret_ipa_controls;
	if (n_streams != 1 || streams[0].value.size.width !=
				      config->sensor_info.output_size.width)
		WRONG(fake, "streams");
	return set_ranges(fake, &config->sensor_controls);
}

static void fake_map_buffers(void *self, const struct cam_buffer *buffers,
			     size_t n_buffers)
{
	struct fake *fake = self;
	int ret = cam_buffer_set_add(&fake->buffers, buffers, n_buffers,
				     CAM_ACCESS_READ_WRITE,
				     sizeof(fake->statistics));

	if (ret < 0)
		WRONG(fake, "mapBuffers: %d", ret);
}

static void fake_unmap_buffers(void *self, const uint32_t *ids, size_t n_ids)
{
	struct fake *fake = self;

	cam_buffer_set_remove(&fake->buffers, ids, n_ids);
}

static void emit_settings(struct fake *fake, uint32_t frame,
			  const struct settings *settings)
{
	struct cam_control controls[2];
	struct cam_control_builder builder;
	struct cam_control_list list;

	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_V4L2, controls,
				 2);
	cam_control_builder_set_int32(&builder, V4L2_CID_EXPOSURE,
				      settings->lines);
	cam_control_builder_set_int32(&builder, V4L2_CID_ANALOGUE_GAIN,
				      settings->code);
	if (cam_control_builder_finish(&builder, &list) < 0 ||
	    ipa_rkisp1_emit_set_sensor_controls(fake->host, frame, &list) < 0)
		WRONG(fake, "setSensorControls was not accepted");
}

static int32_t fake_start(void *self)
{
	struct fake *fake = self;
	const struct settings first = { 200, fake->min_code };

	for (int i = 0; i < FRAMES; i++)
		fake->wanted[i] = first;
	fake->first = fake->next_request;
	emit_settings(fake, 0, &first);
	return 0;
}

static void fake_stop(void *self)
{
	(void)self;
}

/* ---- frames -------------------------------------------------------------- */

static void fake_queue_request(void *self, uint32_t frame,
			       const struct cam_control_list *controls)
{
	struct fake *fake = self;

	(void)controls;
	expect_frame(fake, "queueRequest", frame, fake->next_request);
	fake->next_request = frame + 1;
}

/* Of the first frame: the black level, and what is measured. */
static void set_up_modules(struct rkisp1_params_cfg *p)
{
	const uint32_t modules =
		RKISP1_CIF_ISP_MODULE_BLS | RKISP1_CIF_ISP_MODULE_AWB |
		RKISP1_CIF_ISP_MODULE_AEC | RKISP1_CIF_ISP_MODULE_HST |
		RKISP1_CIF_ISP_MODULE_AWB_GAIN;
	struct rkisp1_cif_isp_bls_fixed_val *black =
		&p->others.bls_config.fixed_val;
	struct rkisp1_cif_isp_window whole = { 0, 0, 320, 240 };

	black->r = black->gr = black->gb = black->b = 256;
	p->meas.aec_config.mode = RKISP1_CIF_ISP_EXP_MEASURING_MODE_1;
	p->meas.aec_config.meas_window = whole;
	p->module_cfg_update =
		RKISP1_CIF_ISP_MODULE_BLS | RKISP1_CIF_ISP_MODULE_AEC;
	p->module_en_update = modules;
	p->module_ens = modules;
}

static void fake_fill_params_buffer(void *self, uint32_t frame,
				    uint32_t buffer_id)
{
	struct fake *fake = self;
	struct rkisp1_params_cfg *p = &fake->parameters;

	expect_frame(fake, "fillParamsBuffer", frame, fake->next_parameters);
	expect_frame(fake, "queueRequest before it", fake->next_request,
		     frame + 1);
	fake->next_parameters = frame + 1;
	memset(p, 0, sizeof(*p));
	if (frame == fake->first)
		set_up_modules(p);
	p->others.awb_gain_config.gain_red = (uint16_t)(fake->next_red * 256);
	p->others.awb_gain_config.gain_green_r = 256;
	p->others.awb_gain_config.gain_green_b = 256;
	p->others.awb_gain_config.gain_blue = (uint16_t)(fake->next_blue * 256);
	p->module_cfg_update |= RKISP1_CIF_ISP_MODULE_AWB_GAIN;
	fake->red[frame % FRAMES] = fake->next_red;
	fake->blue[frame % FRAMES] = fake->next_blue;
	if (cam_shared_buffer_write(
		    cam_buffer_set_find(&fake->buffers, buffer_id), p,
		    sizeof(*p)) < 0)
		WRONG(fake, "parameters buffer %u", buffer_id);
	if (ipa_rkisp1_emit_params_buffer_ready(fake->host, frame) < 0)
		WRONG(fake, "paramsBufferReady was not accepted");
}

/* The frame's settings are those that were requested DELAY frames before it. */
static void check_settings(struct fake *fake, uint32_t frame,
			   const struct settings *taken)
{
	const struct settings *wanted = &fake->wanted[frame % FRAMES];

	if (taken->lines != wanted->lines || taken->code != wanted->code)
		WRONG(fake, "frame %u has %d lines, code %d, not %d, %d", frame,
		      taken->lines, taken->code, wanted->lines, wanted->code);
}

static void control_exposure(struct fake *fake, uint32_t frame,
			     const struct settings *taken)
{
	struct settings *wanted = &fake->wanted[(frame + DELAY) % FRAMES];
	double mean = 0;
	double exposure = taken->lines * gain_of(taken->code);

	for (int i = 0; i < RKISP1_CIF_ISP_AE_MEAN_MAX_V10; i++)
		mean += fake->statistics.params.ae.exp_mean[i] / 25.0;
	exposure *= TARGET / (mean < 1 ? 1 : mean);
	wanted->lines = clamp(exposure, fake->min_lines, fake->max_lines);
	wanted->code = clamp(256 - 256 * wanted->lines / exposure,
			     fake->min_code, fake->max_code);
	emit_settings(fake, frame, wanted);
}

/* Grey world; means are those after the gains of the frame. */
static void control_balance(struct fake *fake, uint32_t frame)
{
	const struct rkisp1_cif_isp_awb_meas *m =
		&fake->statistics.params.awb.awb_mean[0];
	double y = m->mean_y_or_g - 16.0;
	double cb = m->mean_cb_or_b - 128.0;
	double cr = m->mean_cr_or_r - 128.0;
	double red = 1.1636 * y - 0.0623 * cb + 1.6008 * cr;
	double green = 1.1636 * y - 0.4045 * cb - 0.7949 * cr;
	double blue = 1.1636 * y + 1.9912 * cb - 0.0250 * cr;

	if (red < 1 || green < 1 || blue < 1)
		return;
	fake->next_red = fake->red[frame % FRAMES] * green / red;
	fake->next_blue = fake->blue[frame % FRAMES] * green / blue;
	if (fake->next_red > 3.9)
		fake->next_red = 3.9;
	if (fake->next_blue > 3.9)
		fake->next_blue = 3.9;
}

static void emit_metadata(struct fake *fake, uint32_t frame,
			  const struct settings *taken)
{
	float gains[2] = { (float)fake->red[frame % FRAMES],
			   (float)fake->blue[frame % FRAMES] };
	struct cam_control controls[3];
	struct cam_control_builder builder;
	struct cam_control_list list;

	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_CONTROLS,
				 controls, 3);
	cam_control_builder_set_int32(&builder, CAM_CONTROL_ID_EXPOSURE_TIME,
				      taken->lines);
	cam_control_builder_set_float(&builder, CAM_CONTROL_ID_ANALOGUE_GAIN,
				      (float)gain_of(taken->code));
	cam_control_builder_set_float_array(
		&builder, CAM_CONTROL_ID_COLOUR_GAINS, gains, 2);
	if (cam_control_builder_finish(&builder, &list) < 0 ||
	    ipa_rkisp1_emit_metadata_ready(fake->host, frame, &list) < 0)
		WRONG(fake, "metadataReady was not accepted");
}

static void fake_process_stats_buffer(void *self, uint32_t frame,
				      uint32_t buffer_id,
				      const struct cam_control_list *controls)
{
	const uint32_t all = RKISP1_CIF_ISP_STAT_AWB |
			     RKISP1_CIF_ISP_STAT_AUTOEXP |
			     RKISP1_CIF_ISP_STAT_HIST;
	struct fake *fake = self;
	struct settings taken = { 0, 0 };

	expect_frame(fake, "processStatsBuffer", frame, fake->next_statistics);
	if (fake->next_parameters <= frame)
		WRONG(fake, "frame %u before its parameters", frame);
	fake->next_statistics = frame + 1;
	if (cam_shared_buffer_read(
		    cam_buffer_set_find(&fake->buffers, buffer_id),
		    &fake->statistics, sizeof(fake->statistics)) < 0)
		WRONG(fake, "statistics buffer %u", buffer_id);
	if (fake->statistics.frame_id != frame ||
	    (fake->statistics.meas_type & all) != all)
		WRONG(fake, "statistics of frame %u, type 0x%x",
		      fake->statistics.frame_id, fake->statistics.meas_type);
	if (cam_control_list_get_int32(controls, CAM_CONTROL_ID_SPACE_V4L2,
				       V4L2_CID_EXPOSURE, &taken.lines) < 0 ||
	    cam_control_list_get_int32(controls, CAM_CONTROL_ID_SPACE_V4L2,
				       V4L2_CID_ANALOGUE_GAIN, &taken.code) < 0)
		WRONG(fake, "no controls of frame %u", frame);
	check_settings(fake, frame, &taken);
	control_exposure(fake, frame, &taken);
	control_balance(fake, frame);
	emit_metadata(fake, frame, &taken);
}

static const struct ipa_rkisp1_ops fake_ops = IPA_RKISP1_OPS(fake);

static int fake_create(struct camipc_host *host, void **ret_ipa)
{
	struct fake *fake = calloc(1, sizeof(*fake));

	if (!fake)
		return -ENOMEM;
	fake->host = host;
	fake->next_red = 1;
	fake->next_blue = 1;
	*ret_ipa = fake;
	return 0;
}

static void fake_destroy(void *self)
{
	struct fake *fake = self;

	cam_buffer_set_fini(&fake->buffers);
	free(fake);
}

IPA_RKISP1_MODULE("fake-rkisp1", 1, "MIT", fake_create, fake_destroy,
		  &fake_ops);
