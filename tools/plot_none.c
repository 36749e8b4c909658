/* SPDX-License-Identifier: MIT */
/* Instead of plot_draw.c, in a build without cairo. */
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
