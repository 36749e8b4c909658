/* SPDX-License-Identifier: MIT */
/* Controls that an application sets, and metadata that it gets. */
#include <string.h>

#include "clamp.h"
#include "colour_matrix.h"
#include "controls_ipa_types.h"
#include "softisp.h"

#define OWN CAM_CONTROL_ID_SPACE_CONTROLS

#define IN CAM_CONTROL_DIRECTION_IN
#define OUT CAM_CONTROL_DIRECTION_OUT

#define MAX_STOPS 4.0f
#define MAX_COLOUR_GAIN 8.0f
#define MIN_COLOUR_GAIN 0.25f

static struct cam_control_info *add_info(struct softisp *ipa, uint32_t id,
					 uint32_t direction)
{
	struct cam_uint32_control_info_entry *entry =
		&ipa->infos[ipa->n_infos++];

	memset(entry, 0, sizeof(*entry));
	entry->key = id;
	entry->value.direction = direction;
	cam_control_info_describe(&entry->value, id);
	return &entry->value;
}

static void add_bool(struct softisp *ipa, uint32_t id, uint32_t direction,
		     bool def)
{
	struct cam_control_info *info = add_info(ipa, id, direction);

	info->min.tag = CAM_CONTROL_VALUE_BOOLEAN;
	info->max.tag = CAM_CONTROL_VALUE_BOOLEAN;
	info->def.tag = CAM_CONTROL_VALUE_BOOLEAN;
	info->max.boolean = true;
	info->def.boolean = def;
}

static void add_float(struct softisp *ipa, uint32_t id, uint32_t direction,
		      float min, float max, float def)
{
	struct cam_control_info *info = add_info(ipa, id, direction);

	info->min.tag = CAM_CONTROL_VALUE_FLOAT32;
	info->max.tag = CAM_CONTROL_VALUE_FLOAT32;
	info->def.tag = CAM_CONTROL_VALUE_FLOAT32;
	info->min.float32 = min;
	info->max.float32 = max;
	info->def.float32 = def;
}

static void add_int32(struct softisp *ipa, uint32_t id, uint32_t direction,
		      int32_t min, int32_t max, int32_t def)
{
	struct cam_control_info *info = add_info(ipa, id, direction);

	info->min.tag = CAM_CONTROL_VALUE_INTEGER32;
	info->max.tag = CAM_CONTROL_VALUE_INTEGER32;
	info->def.tag = CAM_CONTROL_VALUE_INTEGER32;
	info->min.integer32 = min;
	info->max.integer32 = max;
	info->def.integer32 = def;
}

static void add_int64(struct softisp *ipa, uint32_t id, uint32_t direction,
		      int64_t value)
{
	struct cam_control_info *info = add_info(ipa, id, direction);

	info->min.tag = CAM_CONTROL_VALUE_INTEGER64;
	info->max.tag = CAM_CONTROL_VALUE_INTEGER64;
	info->def.tag = CAM_CONTROL_VALUE_INTEGER64;
	info->min.integer64 = value;
	info->max.integer64 = value;
	info->def.integer64 = value;
}

/* Lists the controls in ascending order of their ids, as the interface asks. */
void softisp_list_controls(struct softisp *ipa)
{
	const struct softisp_exposure_limits *limits = &ipa->limits;
	double unit = ipa->tuning.gain_unit;
	int32_t shortest = (int32_t)(limits->min_lines * limits->line_us + 0.5);
	int32_t longest = (int32_t)(limits->max_lines * limits->line_us + 0.5);

	ipa->n_infos = 0;
	add_bool(ipa, CAM_CONTROL_ID_AE_ENABLE, IN | OUT, true);
	add_bool(ipa, CAM_CONTROL_ID_AE_LOCKED, OUT, false);
	add_float(ipa, CAM_CONTROL_ID_EXPOSURE_VALUE, IN, -MAX_STOPS, MAX_STOPS,
		  0);
	add_int32(ipa, CAM_CONTROL_ID_EXPOSURE_TIME, IN | OUT, shortest,
		  longest, longest / 4);
	add_float(ipa, CAM_CONTROL_ID_ANALOGUE_GAIN, IN | OUT,
		  (float)(limits->min_code / unit),
		  (float)(limits->max_code / unit),
		  (float)(limits->min_code / unit));
	add_float(ipa, CAM_CONTROL_ID_DIGITAL_GAIN, IN | OUT, 1,
		  (float)ipa->tuning.max_digital_gain, 1);
	add_float(ipa, CAM_CONTROL_ID_MEAN_LUMINANCE, OUT, 0, 1, 0);
	add_int64(ipa, CAM_CONTROL_ID_FRAME_DURATION, OUT,
		  (int64_t)(ipa->frame_us + 0.5));
	add_bool(ipa, CAM_CONTROL_ID_AWB_ENABLE, IN | OUT, true);
	add_float(ipa, CAM_CONTROL_ID_COLOUR_GAINS, IN | OUT, MIN_COLOUR_GAIN,
		  MAX_COLOUR_GAIN, 1);
	add_int32(ipa, CAM_CONTROL_ID_COLOUR_TEMPERATURE, IN | OUT, 1000, 20000,
		  5000);
	add_float(ipa, CAM_CONTROL_ID_COLOUR_CORRECTION_MATRIX, OUT, -16, 16,
		  0);
	add_int32(ipa, CAM_CONTROL_ID_SENSOR_BLACK_LEVELS, OUT, 0, 65535,
		  (int32_t)(ipa->tuning.black_level * 64));
	add_float(ipa, CAM_CONTROL_ID_GAMMA, IN | OUT, (float)SOFTISP_MIN_GAMMA,
		  (float)SOFTISP_MAX_GAMMA, (float)ipa->tuning.gamma);
	add_int32(ipa, CAM_CONTROL_ID_AE_METERING_MODE, IN | OUT,
		  SOFTISP_METERING_CENTRE, SOFTISP_METERING_WHOLE,
		  (int32_t)ipa->tuning.metering);
	add_float(ipa, CAM_CONTROL_ID_BRIGHTNESS, IN | OUT, -1, 1, 0);
	add_float(ipa, CAM_CONTROL_ID_CONTRAST, IN | OUT, 0,
		  (float)SOFTISP_MAX_CONTRAST, (float)ipa->tuning.contrast);
	add_float(ipa, CAM_CONTROL_ID_SATURATION, IN | OUT, 0,
		  (float)SOFTISP_MAX_SATURATION, (float)ipa->tuning.saturation);
	add_int32(ipa, CAM_CONTROL_ID_AE_FLICKER_PERIOD, IN | OUT, 0,
		  SOFTISP_MAX_FLICKER_US, (int32_t)ipa->tuning.flicker_us);
	if (ipa->tuning.n_shadings)
		add_int32(ipa, CAM_CONTROL_ID_LENS_SHADING_TABLES, OUT, 0,
			  20000, 0);
}

static void apply_exposure(struct softisp *ipa,
			   const struct cam_control_list *controls)
{
	int32_t mode;
	int32_t us;
	float value;

	/* First, because times and gains are ignored while it is on. */
	(void)!cam_control_list_get_bool(controls, OWN,
					 CAM_CONTROL_ID_AE_ENABLE, &ipa->exposure.enabled);
	if (!cam_control_list_get_int32(controls, OWN,
					CAM_CONTROL_ID_EXPOSURE_TIME, &us))
		softisp_exposure_set_time(&ipa->exposure, us);
	if (!cam_control_list_get_float(controls, OWN,
					CAM_CONTROL_ID_ANALOGUE_GAIN, &value))
		softisp_exposure_set_gain(&ipa->exposure, (double)value);
	if (!cam_control_list_get_float(controls, OWN,
					CAM_CONTROL_ID_EXPOSURE_VALUE, &value))
		softisp_exposure_set_compensation(&ipa->exposure,
						  (double)value);
	if (!cam_control_list_get_float(controls, OWN,
					CAM_CONTROL_ID_DIGITAL_GAIN, &value))
		softisp_exposure_set_digital_gain(&ipa->exposure,
						  (double)value);
	if (!cam_control_list_get_int32(controls, OWN,
					CAM_CONTROL_ID_AE_FLICKER_PERIOD, &us))
		softisp_exposure_set_flicker(&ipa->exposure, us);
	if (!cam_control_list_get_int32(controls, OWN,
					CAM_CONTROL_ID_AE_METERING_MODE,
					&mode) &&
	    mode >= SOFTISP_METERING_CENTRE && mode <= SOFTISP_METERING_WHOLE)
		ipa->metering = (enum softisp_metering)mode;
}

/* The two ways to say what the light is: gains have the last word. */
static void apply_balance(struct softisp *ipa,
			  const struct cam_control_list *controls)
{
	float gains[2];
	int32_t kelvin;

	(void)!cam_control_list_get_bool(controls, OWN,
					 CAM_CONTROL_ID_AWB_ENABLE,
					 &ipa->balance.enabled);
	if (!cam_control_list_get_int32(controls, OWN,
					CAM_CONTROL_ID_COLOUR_TEMPERATURE,
					&kelvin))
		softisp_white_balance_set_kelvin(&ipa->balance, kelvin);
	if (!cam_control_list_get_floats(controls, OWN,
					 CAM_CONTROL_ID_COLOUR_GAINS,
					 gains, 2))
		softisp_white_balance_set_gains(&ipa->balance, (double)gains[0],
						(double)gains[1]);
}

/* Computes the tone curve anew only if a control of it is in the list. */
static void apply_look(struct softisp *ipa,
		       const struct cam_control_list *controls)
{
	float gamma = (float)ipa->tone.gamma;
	float contrast = (float)ipa->tone.contrast;
	float brightness = (float)ipa->tone.brightness;
	float saturation;
	bool none = true;

	none &= cam_control_list_get_float(controls, OWN, CAM_CONTROL_ID_GAMMA,
					   &gamma) < 0;
	none &= cam_control_list_get_float(controls, OWN,
					   CAM_CONTROL_ID_CONTRAST,
					   &contrast) < 0;
	none &= cam_control_list_get_float(controls, OWN,
					   CAM_CONTROL_ID_BRIGHTNESS,
					   &brightness) < 0;
	if (!none)
		softisp_tone_set(&ipa->tone, (double)gamma, (double)contrast,
				 (double)brightness);
	if (!cam_control_list_get_float(controls, OWN,
					CAM_CONTROL_ID_SATURATION, &saturation))
		ipa->saturation = clamp((double)saturation, 0,
					SOFTISP_MAX_SATURATION);
}

/* Logs the first control that has no effect. */
static void name_ignored(struct softisp *ipa,
			 const struct cam_control_list *controls)
{
	for (size_t i = 0; i < controls->n_controls && !ipa->has_ignored_control;
	     i++) {
		uint32_t id = controls->controls[i].id;
		const struct cam_control_info *info =
			controls->controls[i].id_space == CAM_CONTROL_ID_SPACE_CONTROLS
				? cam_uint32_control_info_find(
					  ipa->infos, ipa->n_infos, id)
				: NULL;

		if (info && (info->direction & IN))
			continue;
		camipc_host_log(ipa->host, CAMIPC_LOG_WARNING,
				"softisp: control %u is ignored: init() did not list it "
				"among those that can be set",
				id);
		ipa->has_ignored_control = true;
	}
}

void softisp_apply_controls(struct softisp *ipa,
			    const struct cam_control_list *controls)
{
	name_ignored(ipa, controls);
	apply_exposure(ipa, controls);
	apply_balance(ipa, controls);
	apply_look(ipa, controls);
}

/* Adds the exposure of the frame that was measured last. */
static void put_exposure(const struct softisp *ipa,
			 struct cam_control_builder *builder)
{
	const struct softisp_exposure_values *taken = &ipa->taken;
	double us = taken->lines * ipa->limits.line_us;
	double gain = taken->code / ipa->tuning.gain_unit;

	cam_control_builder_set_bool(builder, CAM_CONTROL_ID_AE_ENABLE,
				     ipa->exposure.enabled);
	cam_control_builder_set_bool(builder, CAM_CONTROL_ID_AE_LOCKED,
				     ipa->exposure.locked);
	cam_control_builder_set_int32(builder, CAM_CONTROL_ID_EXPOSURE_TIME,
				      (int32_t)(us + 0.5));
	cam_control_builder_set_float(builder, CAM_CONTROL_ID_ANALOGUE_GAIN,
				      (float)gain);
	cam_control_builder_set_float(builder, CAM_CONTROL_ID_DIGITAL_GAIN,
				      (float)taken->digital_gain);
	cam_control_builder_set_float(
		builder, CAM_CONTROL_ID_MEAN_LUMINANCE,
		(float)(ipa->luminance * taken->digital_gain));
	cam_control_builder_set_int64(builder, CAM_CONTROL_ID_FRAME_DURATION,
				      (int64_t)(ipa->frame_us + 0.5));
}

/* Adds what changes the picture by taste. */
static void put_look(const struct softisp *ipa,
		     struct cam_control_builder *builder)
{
	cam_control_builder_set_float(builder, CAM_CONTROL_ID_GAMMA,
				      (float)ipa->tone.gamma);
	cam_control_builder_set_int32(builder, CAM_CONTROL_ID_AE_METERING_MODE,
				      (int32_t)ipa->metering);
	cam_control_builder_set_float(builder, CAM_CONTROL_ID_BRIGHTNESS,
				      (float)ipa->tone.brightness);
	cam_control_builder_set_float(builder, CAM_CONTROL_ID_CONTRAST,
				      (float)ipa->tone.contrast);
	cam_control_builder_set_float(builder, CAM_CONTROL_ID_SATURATION,
				      (float)ipa->saturation);
	cam_control_builder_set_int32(builder, CAM_CONTROL_ID_AE_FLICKER_PERIOD,
				      (int32_t)ipa->exposure.flicker_us);
}

int softisp_emit_metadata(struct softisp *ipa, uint32_t frame)
{
	struct cam_control controls[SOFTISP_MAX_CONTROLS];
	struct cam_control_builder builder;
	struct cam_control_list metadata;
	float gains[2] = { (float)ipa->balance.red, (float)ipa->balance.blue };
	float matrix[9];
	int32_t black[4];
	int32_t tables[3];
	int ret;
	int i;

	for (i = 0; i < 9; i++)
		matrix[i] = (float)ipa->parameters.matrix[i] / 4096;
	for (i = 0; i < 4; i++)
		black[i] = (int32_t)(ipa->black.level[i] * 64 + 0.5);
	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_CONTROLS,
				 controls, SOFTISP_MAX_CONTROLS);
	put_exposure(ipa, &builder);
	cam_control_builder_set_bool(&builder, CAM_CONTROL_ID_AWB_ENABLE,
				     ipa->balance.enabled);
	cam_control_builder_set_float_array(
		&builder, CAM_CONTROL_ID_COLOUR_GAINS, gains, 2);
	cam_control_builder_set_int32(&builder,
				      CAM_CONTROL_ID_COLOUR_TEMPERATURE,
				      (int32_t)(ipa->balance.kelvin + 0.5));
	cam_control_builder_set_float_array(
		&builder, CAM_CONTROL_ID_COLOUR_CORRECTION_MATRIX, matrix, 9);
	cam_control_builder_set_int32_array(
		&builder, CAM_CONTROL_ID_SENSOR_BLACK_LEVELS, black, 4);
	put_look(ipa, &builder);
	if (ipa->shading.enabled) {
		softisp_lens_shading_tables(&ipa->shading, tables);
		cam_control_builder_set_int32_array(
			&builder, CAM_CONTROL_ID_LENS_SHADING_TABLES, tables,
			3);
	}
	ret = cam_control_builder_finish(&builder, &metadata);
	if (ret < 0)
		return ret;
	return ipa_softisp_emit_metadata_ready(ipa->host, frame, &metadata);
}
