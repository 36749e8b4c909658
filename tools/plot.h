/* SPDX-License-Identifier: MIT */
/* Plots of exposure and colours over the frames. */
#ifndef TOOLS_PLOT_H
#define TOOLS_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "camera.h"

struct plot_point;

/** Values of each frame. Zero it before use. Thread word: bound. */
struct plot {
	struct plot_point *points;
	size_t n_points;
	size_t n_room;
	bool has_target; /* the module uses its built-in tuning */
	bool has_neutral; /* the scene is the chart */
	bool has_light; /* the light is known, as the camera is a virtual one */
};

/** Returns true if this build can draw. */
bool plot_is_available(void);

/** Adds the values of a frame. Returns 0 or -ENOMEM. */
int plot_add(struct plot *plot,
	     const struct camera_frame *frame) CAMIPC_MUST_CHECK;

/**
 * plot_write() - draw a PNG
 *
 * Returns 0, -ENOSYS (built without cairo), or the errno of writing; then no
 * part of the file is left.
 */
int plot_write(const struct plot *plot, const char *path) CAMIPC_MUST_CHECK;

/** Frees the values; accepts zeroed memory. */
void plot_fini(struct plot *plot);

#endif /* TOOLS_PLOT_H */
