/* SPDX-License-Identifier: MIT */
/* Statistics in the units of the algorithms. */
#ifndef SOFTISP_STATISTICS_H
#define SOFTISP_STATISTICS_H

#include <stdbool.h>

#include "softisp_ipa_types.h"
#include "tuning.h"

/** Largest raw value. */
#define SOFTISP_WHITE (IPA_SOFTISP_HISTOGRAM_BINS - 1)

/** Mean colours of a zone, 0 to 1, the black level subtracted. */
struct softisp_zone_mean {
	double red;
	double green;
	double blue;
};

/** Measurements of one frame. */
struct softisp_measure {
	double luminance; /* mean of green, 0 to 1, black subtracted */
	/* Of the part of the frame that is metered: mean of green, and the part
	 * that clips. */
	double metered;
	double clipped;
	struct softisp_zone_mean zones[IPA_SOFTISP_ZONE_COUNT];
	size_t n_zones; /* zones that can be used */
};

/**
 * softisp_measure() - evaluate statistics
 * @statistics: a private copy, because others may write to the shared buffer
 * @black: black level of R, G and B in raw values
 * @metering: the part of the frame that exposure is measured on
 * @brighter: factor of the histogram's light, where the zones were corrected for
 *            lens shading; 1: they were not
 *
 * Returns 0, or -EBADMSG if the statistics are invalid. Thread word: reentrant.
 */
int softisp_measure(const struct ipa_softisp_statistics *statistics,
		    const double black[3], enum softisp_metering metering,
		    double brighter, struct softisp_measure *ret_measure);

#endif /* SOFTISP_STATISTICS_H */
