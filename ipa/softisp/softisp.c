/* SPDX-License-Identifier: MIT */
/* The ops, which the generated interface calls, and their instance. */
#include "softisp.h"

#include <errno.h>
#include <linux/v4l2-controls.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/error.h>

#include "colour_matrix.h"

/* Gets the range of one of the sensor's controls. */
static int sensor_range(struct softisp *ipa,
			const struct cam_control_info_map *controls,
			uint32_t id, const char *name, int32_t *ret_min,
			int32_t *ret_max)
{
	const struct cam_control_info *info = cam_uint32_control_info_find(
		controls->infos, controls->n_infos, id);

	if (!info || info->min.tag != CAM_CONTROL_VALUE_INTEGER32 ||
	    info->max.tag != CAM_CONTROL_VALUE_INTEGER32 ||
	    info->min.integer32 < 1 ||
	    info->max.integer32 < info->min.integer32) {
		camipc_host_log(ipa->host, CAMIPC_LOG_ERROR,
				"softisp: the sensor's %s control is missing, "
				"or has no range of positive integers",
				name);
		return -EINVAL;
	}
	*ret_min = info->min.integer32;
	*ret_max = info->max.integer32;
	return 0;
}

/* Checks and takes over the sensor's properties; all or none. */
static int set_sensor(struct softisp *ipa,
		      const struct cam_camera_sensor_info *info,
		      const struct cam_control_info_map *controls)
{
	struct softisp_exposure_limits limits;
	int ret;

	if (controls->id_space != CAM_CONTROL_ID_SPACE_V4L2 ||
	    !info->pixel_rate || !info->min_line_length ||
	    !info->min_frame_length || info->bits_per_pixel != 10) {
		camipc_host_log(ipa->host, CAMIPC_LOG_ERROR,
				"softisp: cannot control sensor '%s': expected "
				"V4L2 controls, 10 bits (it has %u), a pixel "
				"rate, and lengths of lines and frames",
				info->model, info->bits_per_pixel);
		return -EINVAL;
	}
	ret = sensor_range(ipa, controls, V4L2_CID_EXPOSURE, "exposure",
			   &limits.min_lines, &limits.max_lines);
	if (ret < 0)
		return ret;
	ret = sensor_range(ipa, controls, V4L2_CID_ANALOGUE_GAIN, "gain",
			   &limits.min_code, &limits.max_code);
	if (ret < 0)
		return ret;
	limits.line_us = info->min_line_length * 1e6 / (double)info->pixel_rate;
	ipa->limits = limits;
	ipa->frame_us = limits.line_us * info->min_frame_length;
	return 0;
}

/* Forgets everything that earlier frames have shown. */
static void reset(struct softisp *ipa)
{
	softisp_black_level_init(&ipa->black, &ipa->tuning);
	softisp_exposure_init(&ipa->exposure, &ipa->tuning, &ipa->limits);
	softisp_white_balance_init(&ipa->balance, &ipa->tuning);
	softisp_lens_shading_init(&ipa->shading, &ipa->tuning,
				  ipa->balance.kelvin);
	ipa->shading.enabled &= !ipa->has_short_buffers;
	softisp_tone_set(&ipa->tone, ipa->tuning.gamma, ipa->tuning.contrast,
			 0);
	ipa->saturation = ipa->tuning.saturation;
	ipa->metering = (enum softisp_metering)ipa->tuning.metering;
	ipa->taken = ipa->exposure.request;
	ipa->luminance = 0;
	ipa->frame = 0;
}

/* Reads the file that came with the settings. A name alone is of no use: in a
 * worker it leads elsewhere, or nowhere. */
static int read_tuning(struct softisp *ipa, const struct cam_settings *settings)
{
	char error[SOFTISP_TUNING_ERROR_SIZE] = "";
	int ret;

	if (!settings->configuration_file[0] && settings->configuration < 0)
		return 0;
	if (settings->configuration < 0) {
		camipc_host_log(ipa->host, CAMIPC_LOG_ERROR,
				"softisp: the tuning file %s came without a "
				"descriptor",
				settings->configuration_file);
		return -EINVAL;
	}
	ret = softisp_tuning_load(&ipa->tuning, settings->configuration, error);
	if (ret < 0)
		camipc_host_log(ipa->host, CAMIPC_LOG_ERROR,
				"softisp: wrong tuning file %s: %s",
				settings->configuration_file, error);
	return ret;
}

static int32_t softisp_init(void *self, const struct cam_settings *settings,
			    const struct cam_camera_sensor_info *sensor_info,
			    const struct cam_control_info_map *sensor_controls,
			    struct cam_control_info_map *ret_controls)
{
	struct softisp *ipa = self;
	int ret;

	softisp_tuning_init(&ipa->tuning);
	ret = read_tuning(ipa, settings);
	if (ret < 0)
		return ret;
	ret = set_sensor(ipa, sensor_info, sensor_controls);
	if (ret < 0)
		return ret;
	reset(ipa);
	softisp_list_controls(ipa);
	ret_controls->id_space = CAM_CONTROL_ID_SPACE_CONTROLS;
	ret_controls->infos = ipa->infos;
	ret_controls->n_infos = ipa->n_infos;
	return 0;
}

static int32_t softisp_configure(void *self,
				 const struct ipa_softisp_config_info *config)
{
	struct softisp *ipa = self;
	int ret =
		set_sensor(ipa, &config->sensor_info, &config->sensor_controls);

	if (ret < 0)
		return ret;
	reset(ipa);
	return 0;
}

/* Parameters as a pipeline handler of version 2 of the interface knows them. */
#define SHORT_PARAMETERS offsetof(struct ipa_softisp_parameters, has_shading)

/* Warns if buffers of an older pipeline handler have no room for a grid. */
static void check_room(struct softisp *ipa, const struct cam_buffer *parameters,
		       size_t n_parameters)
{
	for (size_t i = 0; i < n_parameters && ipa->shading.enabled; i++) {
		if (parameters[i].planes[0].length >= sizeof(ipa->parameters))
			continue;
		ipa->shading.enabled = false;
		ipa->has_short_buffers = true;
		camipc_host_log(ipa->host, CAMIPC_LOG_WARNING,
				"softisp: lens shading is not corrected: the "
				"camera's parameter buffers have %u bytes, and "
				"%zu are required",
				parameters[i].planes[0].length,
				sizeof(ipa->parameters));
	}
}

static int32_t softisp_map_buffers(void *self,
				   const struct cam_buffer *statistics,
				   size_t n_statistics,
				   const struct cam_buffer *parameters,
				   size_t n_parameters)
{
	struct softisp *ipa = self;
	size_t i;
	int ret;

	ret = cam_buffer_set_add(&ipa->statistics_buffers, statistics,
				 n_statistics, CAM_ACCESS_READ,
				 sizeof(ipa->statistics));
	if (ret < 0)
		return ret;
	ret = cam_buffer_set_add(&ipa->parameters_buffers, parameters,
				 n_parameters, CAM_ACCESS_READ_WRITE,
				 SHORT_PARAMETERS);
	if (ret == 0)
		check_room(ipa, parameters, n_parameters);
	else
		for (i = 0; i < n_statistics; i++)
			cam_buffer_set_remove(&ipa->statistics_buffers,
					      &statistics[i].id, 1);
	return ret;
}

static void softisp_unmap_buffers(void *self, const uint32_t *ids, size_t n_ids)
{
	struct softisp *ipa = self;

	cam_buffer_set_remove(&ipa->statistics_buffers, ids, n_ids);
	cam_buffer_set_remove(&ipa->parameters_buffers, ids, n_ids);
}

/* Logs the first lost event; the engine counts all of them. */
static void check_emit(struct softisp *ipa, int ret)
{
	if (ret >= 0 || ipa->has_lost_event)
		return;
	ipa->has_lost_event = true;
	camipc_host_log(ipa->host, CAMIPC_LOG_WARNING,
			"softisp: the camera did not accept an event (error "
			"%d); further lost events are not logged",
			ret);
}

static void emit_sensor_controls(struct softisp *ipa, uint32_t frame)
{
	struct cam_control controls[2];
	struct cam_control_builder builder;
	struct cam_control_list list;
	int ret;

	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_V4L2, controls,
				 2);
	cam_control_builder_set_int32(&builder, V4L2_CID_EXPOSURE,
				      ipa->exposure.request.lines);
	cam_control_builder_set_int32(&builder, V4L2_CID_ANALOGUE_GAIN,
				      ipa->exposure.request.code);
	ret = cam_control_builder_finish(&builder, &list);
	if (ret < 0) {
		check_emit(ipa, ret);
		return;
	}
	check_emit(ipa, ipa_softisp_emit_set_sensor_controls(ipa->host, frame,
							     &list));
}

static int32_t softisp_start(void *self)
{
	struct softisp *ipa = self;

	emit_sensor_controls(ipa, 0);
	return 0;
}

static void softisp_stop(void *self)
{
	(void)self; /* the module has no threads and no timers */
}

static void softisp_queue_request(void *self, uint32_t frame,
				  const struct cam_control_list *controls)
{
	(void)frame; /* frames come in order, so this is the next one */
	softisp_apply_controls(self, controls);
}

/* Makes a private copy: the camera process may still write to the buffer. */
static int read_statistics(struct softisp *ipa, uint32_t buffer_id)
{
	return cam_shared_buffer_read(
		cam_buffer_set_find(&ipa->statistics_buffers, buffer_id),
		&ipa->statistics, sizeof(ipa->statistics));
}

/* Runs the algorithms. Returns 1 if the sensor must be set, 0 or an error. */
static int run_algorithms(struct softisp *ipa,
			  const struct cam_control_list *controls)
{
	struct softisp_exposure_values *taken = &ipa->taken;
	double black[3];
	double brighter;
	int ret;

	(void)!cam_control_list_get_int32(controls, CAM_CONTROL_ID_SPACE_V4L2,
					  V4L2_CID_EXPOSURE, &taken->lines);
	(void)!cam_control_list_get_int32(controls, CAM_CONTROL_ID_SPACE_V4L2,
					  V4L2_CID_ANALOGUE_GAIN, &taken->code);
	softisp_black_level_update(&ipa->black, &ipa->statistics);
	softisp_black_level_get(&ipa->black, black);
	brighter = softisp_lens_shading_correct(&ipa->shading, black,
						&ipa->statistics);
	ret = softisp_measure(&ipa->statistics, black, ipa->metering, brighter,
			      &ipa->measure);
	if (ret < 0)
		return ret;
	ipa->luminance = ipa->measure.luminance;
	taken->digital_gain = softisp_exposure_digital_gain(
		&ipa->exposure, taken->lines, taken->code);
	softisp_white_balance_update(&ipa->balance, &ipa->measure);
	softisp_lens_shading_update(&ipa->shading, ipa->balance.kelvin);
	return softisp_exposure_update(&ipa->exposure, taken->lines,
				       taken->code, ipa->measure.metered,
				       ipa->measure.clipped);
}

static void
softisp_process_stats(void *self, uint32_t frame, uint32_t buffer_id,
		      const struct cam_control_list *sensor_controls)
{
	struct softisp *ipa = self;
	int ret = read_statistics(ipa, buffer_id);

	if (ret < 0)
		goto fail;
	ret = run_algorithms(ipa, sensor_controls);
	if (ret < 0)
		goto fail;
	ipa->frame = frame;
	if (ret > 0)
		emit_sensor_controls(ipa, frame);
	return;

fail:
	camipc_host_log(ipa->host, CAMIPC_LOG_WARNING,
			"softisp: cannot read the statistics of frame %u from "
			"buffer %u: %s",
			frame, buffer_id, camipc_errno_to_string(ret));
}

static void fill_parameters(struct softisp *ipa, uint32_t frame)
{
	double matrix[9];

	memset(&ipa->parameters, 0, SHORT_PARAMETERS);
	ipa->parameters.magic = IPA_SOFTISP_PARAMETERS_MAGIC;
	ipa->parameters.frame = frame;
	softisp_black_level_prepare(&ipa->black, &ipa->parameters);
	softisp_lens_shading_prepare(&ipa->shading, &ipa->parameters);
	softisp_white_balance_prepare(&ipa->balance, ipa->taken.digital_gain,
				      &ipa->parameters);
	softisp_colour_matrix(&ipa->tuning, ipa->balance.kelvin, matrix);
	softisp_colour_matrix_saturate(matrix, ipa->saturation);
	softisp_colour_matrix_prepare(matrix, &ipa->parameters);
	softisp_tone_prepare(&ipa->tone, &ipa->parameters);
}

/* The grid is most of the parameters: it is left out where it is not used. */
static int write_parameters(struct softisp *ipa, uint32_t buffer_id)
{
	struct cam_shared_buffer *buffer =
		cam_buffer_set_find(&ipa->parameters_buffers, buffer_id);
	size_t size = offsetof(struct ipa_softisp_parameters, shading);

	if (ipa->shading.enabled)
		size = sizeof(ipa->parameters);
	else if (buffer && cam_shared_buffer_get_length(buffer) < size)
		size = SHORT_PARAMETERS;
	return cam_shared_buffer_write(buffer, &ipa->parameters, size);
}

static void softisp_compute_params(void *self, uint32_t frame,
				   uint32_t buffer_id)
{
	struct softisp *ipa = self;
	int ret;

	fill_parameters(ipa, frame);
	ret = write_parameters(ipa, buffer_id);
	check_emit(ipa, ipa_softisp_emit_params_ready(ipa->host, frame,
						      buffer_id, ret));
	check_emit(ipa, softisp_emit_metadata(ipa, frame));
}

const struct ipa_softisp_ops softisp_ops = IPA_SOFTISP_OPS(softisp);

int softisp_allocate(struct camipc_host *host, size_t size, void **ret_ipa)
{
	struct softisp *ipa = calloc(1, size);

	if (!ipa)
		return -ENOMEM;
	ipa->host = host;
	*ret_ipa = ipa;
	return 0;
}

int softisp_create(struct camipc_host *host, void **ret_ipa)
{
	return softisp_allocate(host, sizeof(struct softisp), ret_ipa);
}

void softisp_destroy(void *self)
{
	struct softisp *ipa = self;

	cam_buffer_set_fini(&ipa->statistics_buffers);
	cam_buffer_set_fini(&ipa->parameters_buffers);
	free(ipa);
}
