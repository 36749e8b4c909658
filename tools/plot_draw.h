/* SPDX-License-Identifier: MIT */
/* What the two halves of plotting share. */
#ifndef TOOLS_PLOT_DRAW_H
#define TOOLS_PLOT_DRAW_H

#include "plot.h"

/** Of the softisp module's own tuning: mean of green, linear. */
#define PLOT_TARGET 0.16

struct plot_point {
	struct virtual_light light;
	double luma; /* linear, 1 is full */
	double exposure; /* ms */
	double gain;
	double gains[2]; /* red, blue */
	double red; /* R/G of neutral, balanced; or the gain */
	double blue;
};

#endif /* TOOLS_PLOT_DRAW_H */
