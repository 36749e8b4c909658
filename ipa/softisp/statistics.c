/* SPDX-License-Identifier: MIT */
/* Evaluates statistics: luminance, clipping, and the colours of zones. */
#include "statistics.h"

#include <errno.h>

/* Uses a zone if little of it is clipped, and if it is not too dark. */
static bool measure_zone(const struct ipa_softisp_zone *zone,
			 const double black[3],
			 struct softisp_zone_mean *ret_mean)
{
	struct softisp_zone_mean mean;

	if (!zone->count || zone->clipped > zone->count / 4)
		return false;
	mean.red = (zone->red / (double)zone->count - black[0]) /
		   (SOFTISP_WHITE - black[0]);
	mean.green = (zone->green / (double)zone->count - black[1]) /
		     (SOFTISP_WHITE - black[1]);
	mean.blue = (zone->blue / (double)zone->count - black[2]) /
		    (SOFTISP_WHITE - black[2]);
	if (mean.green < 0.01 || mean.red < 0.002 || mean.blue < 0.002)
		return false;
	*ret_mean = mean;
	return true;
}

/* How much a zone counts, by its distance from the centre: 0 to 1 at the edges
 * of the frame. A spot has the four zones in the middle. */
static double weight_of(enum softisp_metering metering, uint32_t row,
			uint32_t column)
{
	const double rows = IPA_SOFTISP_ZONE_ROWS / 2.0;
	const double columns = IPA_SOFTISP_ZONE_COLUMNS / 2.0;
	const double y = (row + 0.5 - rows) / rows;
	const double x = (column + 0.5 - columns) / columns;

	if (metering == SOFTISP_METERING_SPOT)
		return y * y * rows * rows < 1 && x * x * columns * columns < 1;
	return 1 / (1 + 8 * (x * x + y * y));
}

/* Weighs the zones; a clipped cell counts as white. */
static void meter(const struct ipa_softisp_statistics *statistics, double black,
		  enum softisp_metering metering, struct softisp_measure *measure)
{
	double cells = 0;
	double clipped = 0;
	double sum = 0;
	uint32_t i;

	for (i = 0; i < IPA_SOFTISP_ZONE_COUNT; i++) {
		const struct ipa_softisp_zone *zone = &statistics->zones[i];
		double weight = weight_of(metering,
					  i / IPA_SOFTISP_ZONE_COLUMNS,
					  i % IPA_SOFTISP_ZONE_COLUMNS);

		cells += weight * ((double)zone->count + zone->clipped);
		clipped += weight * zone->clipped;
		sum += weight * (zone->green - black * zone->count +
				 (SOFTISP_WHITE - black) * zone->clipped);
	}
	/* Without zones there, as in frames of a few pixels: the whole. */
	if (cells < 1e-3)
		return;
	measure->metered = sum / cells / (SOFTISP_WHITE - black);
	measure->clipped = clipped / cells;
}

int softisp_measure(const struct ipa_softisp_statistics *statistics,
		    const double black[3], enum softisp_metering metering,
		    double brighter, struct softisp_measure *ret_measure)
{
	double pixels = 0;
	double clipped = 0;
	double sum = 0;
	uint32_t i;

	if (statistics->magic != IPA_SOFTISP_STATISTICS_MAGIC)
		return -EBADMSG;
	for (i = 0; i < IPA_SOFTISP_HISTOGRAM_BINS; i++) {
		double n = statistics->histogram[i];

		pixels += n;
		sum += n * (i - black[1]);
		if (i >= statistics->clip_level)
			clipped += n;
	}
	if (pixels < 1)
		return -EBADMSG;
	ret_measure->luminance =
		brighter * sum / pixels / (SOFTISP_WHITE - black[1]);
	ret_measure->metered = ret_measure->luminance;
	ret_measure->clipped = clipped / pixels;
	if (metering != SOFTISP_METERING_WHOLE)
		meter(statistics, black[1], metering, ret_measure);
	ret_measure->n_zones = 0;
	for (i = 0; i < IPA_SOFTISP_ZONE_COUNT; i++)
		if (measure_zone(&statistics->zones[i], black,
				 &ret_measure->zones[ret_measure->n_zones]))
			ret_measure->n_zones++;
	return 0;
}
