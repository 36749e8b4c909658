/* SPDX-License-Identifier: MIT */
/* Collects the values that plot_draw.c draws. */
#include "plot.h"

#include <errno.h>
#include <stdlib.h>

#include "controls_ipa_types.h"
#include "plot_draw.h"
#include "scene.h"
#include "virtual_frame.h"

/* Returns the mean of a colour of the chart's neutral patch, above black. */
static double neutral_mean(const struct virtual_frame *frame, uint32_t row,
			   uint32_t column)
{
	uint32_t x0, y0, width, height, x, y;
	uint64_t sum = 0;
	uint64_t n = 0;

	virtual_scene_chart_neutral(frame->width, frame->height, &x0, &y0,
				    &width, &height);
	for (y = y0 + (y0 + row) % 2; y < y0 + height; y += 2)
		for (x = x0 + (x0 + column) % 2; x < x0 + width; x += 2, n++)
			sum += frame->raw[(size_t)y * frame->width + x];
	return n ? (double)sum / (double)n - VIRTUAL_SENSOR_BLACK : 0;
}

static void measure_colours(struct plot_point *point,
			    const struct virtual_frame *frame, bool has_neutral)
{
	double green;

	if (!frame || !has_neutral) {
		point->red = point->gains[0];
		point->blue = point->gains[1];
		return;
	}
	green = neutral_mean(frame, 0, 1) + neutral_mean(frame, 1, 0);
	if (green <= 0)
		return;
	point->red = 2 * neutral_mean(frame, 0, 0) / green * point->gains[0];
	point->blue = 2 * neutral_mean(frame, 1, 1) / green * point->gains[1];
}

/* Leaves at 0 what the IPA did not report, or with another type. */
static void read_metadata(struct plot_point *point,
			  const struct cam_control_list *list)
{
	const int32_t space = CAM_CONTROL_ID_SPACE_CONTROLS;
	float luma = 0;
	int32_t us = 0;
	float gain = 0;
	float gains[2] = { 0, 0 };

	(void)!cam_control_list_get_float(list, space,
					  CAM_CONTROL_ID_MEAN_LUMINANCE, &luma);
	(void)!cam_control_list_get_int32(list, space,
					  CAM_CONTROL_ID_EXPOSURE_TIME, &us);
	(void)!cam_control_list_get_float(list, space,
					  CAM_CONTROL_ID_ANALOGUE_GAIN, &gain);
	(void)!cam_control_list_get_floats(list, space,
					   CAM_CONTROL_ID_COLOUR_GAINS, gains,
					   2);
	point->luma = (double)luma;
	point->exposure = us / 1000.0;
	point->gain = (double)gain;
	point->gains[0] = (double)gains[0];
	point->gains[1] = (double)gains[1];
}

int plot_add(struct plot *plot, const struct camera_frame *frame)
{
	struct plot_point point = { .luma = 0 };

	if (plot->n_points == plot->n_room) {
		size_t n = plot->n_room ? 2 * plot->n_room : 256;
		void *points = realloc(plot->points, n * sizeof(point));

		if (!points)
			return -ENOMEM;
		plot->points = points;
		plot->n_room = n;
	}
	read_metadata(&point, frame->metadata);
	measure_colours(&point, frame->model, plot->has_neutral);
	plot->has_light = frame->model != NULL;
	if (frame->model)
		point.light = frame->model->light;
	plot->points[plot->n_points++] = point;
	return 0;
}

void plot_fini(struct plot *plot)
{
	free(plot->points);
	plot->points = NULL;
	plot->n_points = 0;
	plot->n_room = 0;
}
