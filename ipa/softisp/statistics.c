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

int softisp_measure(const struct ipa_softisp_statistics *statistics,
		    const double black[3], struct softisp_measure *ret_measure)
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
	ret_measure->luminance = sum / pixels / (SOFTISP_WHITE - black[1]);
	ret_measure->clipped = clipped / pixels;
	ret_measure->n_zones = 0;
	for (i = 0; i < IPA_SOFTISP_ZONE_COUNT; i++)
		if (measure_zone(&statistics->zones[i], black,
				 &ret_measure->zones[ret_measure->n_zones]))
			ret_measure->n_zones++;
	return 0;
}
