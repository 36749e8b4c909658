/* SPDX-License-Identifier: MIT */
/* How exposure and colours settle, as a picture. */
#ifndef TOOLS_PLOT_H
#define TOOLS_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "virtual_camera.h"

struct plot_point;

/** What was seen, frame by frame. Zero it first. Thread word: bound. */
struct plot {
	struct plot_point *points;
	size_t n_points;
	size_t n_room;
	bool has_target; /* known only with the module's own tuning */
	bool has_neutral; /* the scene is the chart */
};

/** Whether this build can draw. */
bool plot_is_available(void);

/** Notes a frame. Returns 0 or -ENOMEM. */
int plot_add(struct plot *plot,
	     const struct virtual_frame *frame) CAMIPC_MUST_CHECK;

/**
 * plot_write() - draw a PNG
 *
 * Returns 0, -ENOSYS (built without cairo) or what went wrong; no part of the
 * file is left then.
 */
int plot_write(const struct plot *plot, const char *path) CAMIPC_MUST_CHECK;

/** Frees it; a zeroed one is fine. */
void plot_fini(struct plot *plot);

#endif /* TOOLS_PLOT_H */
