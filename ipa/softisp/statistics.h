/* SPDX-License-Identifier: MIT */
/* Statistics in the units that the algorithms think in. */
#ifndef SOFTISP_STATISTICS_H
#define SOFTISP_STATISTICS_H

#include <stdbool.h>

#include "softisp_ipa_types.h"

/** Largest raw value, and what black and gains are relative to. */
#define SOFTISP_WHITE (IPA_SOFTISP_HISTOGRAM_BINS - 1)

/** A zone of the image: means, black taken off, 0 to 1. */
struct softisp_zone_mean {
	double red;
	double green;
	double blue;
};

/** What one frame's statistics say. */
struct softisp_measure {
	double luminance; /* mean of green, black taken off, 0 to 1 */
	double clipped; /* part of green at its end, 0 to 1 */
	struct softisp_zone_mean zones[IPA_SOFTISP_ZONE_COUNT];
	size_t n_zones; /* usable ones only */
};

/**
 * softisp_measure() - make sense of statistics
 * @statistics: a private copy; others may write to the shared one
 * @black: in values of the sensor, of R, G and B
 *
 * Returns 0, or -EBADMSG if these are no statistics.
 */
int softisp_measure(const struct ipa_softisp_statistics *statistics,
		    const double black[3], struct softisp_measure *ret_measure);

#endif /* SOFTISP_STATISTICS_H */
