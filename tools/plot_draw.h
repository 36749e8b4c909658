/* SPDX-License-Identifier: MIT */
/* The values of a plot, shared by collecting and drawing. */
#ifndef TOOLS_PLOT_DRAW_H
#define TOOLS_PLOT_DRAW_H

#include "light.h"
#include "plot.h"

/** Wanted mean of green in softisp's built-in tuning, linear. */
#define PLOT_TARGET 0.16

/** The values of one frame. */
struct plot_point {
	struct virtual_light light;
	double luma; /* linear, 1 is full */
	double exposure; /* ms */
	double gain;
	double gains[2]; /* red, blue */
	double red; /* balanced R/G of the neutral patch, or the red gain */
	double blue;
};

#endif /* TOOLS_PLOT_DRAW_H */
