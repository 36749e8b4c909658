/* SPDX-License-Identifier: MIT */
/* Replaces plot_draw.c in builds without cairo. */
#include <errno.h>

#include "plot.h"

bool plot_is_available(void)
{
	return false;
}

int plot_write(const struct plot *plot, const char *path)
{
	(void)plot;
	(void)path;
	return -ENOSYS;
}
