/* SPDX-License-Identifier: MIT */
/* Counts a raw frame: dark level, histogram of green, and zones. */
#include "zone_statistics.h"

#include <string.h>

/* Averages the lines that see no light, by colour. */
static void measure_dark(uint32_t width, const uint16_t *raw,
			 struct ipa_softisp_statistics *statistics)
{
	uint64_t sums[4] = { 0 };
	uint32_t pixels = width / 2 * (VIRTUAL_SENSOR_DARK_LINES / 2);
	uint32_t x;
	uint32_t y;
	int i;

	for (y = 0; y < VIRTUAL_SENSOR_DARK_LINES; y++)
		for (x = 0; x < width; x++)
			sums[(y & 1) * 2 + (x & 1)] += *raw++;
	for (i = 0; i < 4; i++)
		statistics->dark[i] = (uint32_t)(sums[i] * 256 / pixels);
}

/* Each green of a cell has a histogram of its own: neighbours are often equal,
 * and one counter would have to wait for itself. */
struct histograms {
	uint32_t upper[IPA_SOFTISP_HISTOGRAM_BINS];
	uint32_t lower[IPA_SOFTISP_HISTOGRAM_BINS];
};

/* Counts @n cells: red, two greens, blue. Sums are kept apart from memory that
 * they could be taken for. */
static void count_cells(const uint16_t *upper, const uint16_t *lower,
			uint32_t n, struct histograms *histograms,
			struct ipa_softisp_zone *zone)
{
	struct ipa_softisp_zone sums = *zone;

	for (; n; n--, upper += 2, lower += 2) {
		uint32_t red = upper[0];
		uint32_t green = upper[1];
		uint32_t green2 = lower[0];
		uint32_t blue = lower[1];

		histograms->upper[green]++;
		histograms->lower[green2]++;
		if (red >= VIRTUAL_SENSOR_CLIP ||
		    green >= VIRTUAL_SENSOR_CLIP ||
		    green2 >= VIRTUAL_SENSOR_CLIP ||
		    blue >= VIRTUAL_SENSOR_CLIP) {
			sums.clipped++;
			continue;
		}
		sums.red += red;
		sums.green += (green + green2 + 1) / 2;
		sums.blue += blue;
		sums.count++;
	}
	*zone = sums;
}

void virtual_zone_statistics(const struct virtual_sensor *sensor,
			     uint32_t frame, const uint16_t *raw,
			     struct ipa_softisp_statistics *statistics)
{
	struct histograms histograms = { 0 };
	uint32_t columns = sensor->width / 2;
	uint32_t rows = sensor->height / 2;
	uint32_t row;
	uint32_t zone_column;
	uint32_t i;

	memset(statistics, 0, sizeof(*statistics));
	statistics->magic = IPA_SOFTISP_STATISTICS_MAGIC;
	statistics->frame = frame;
	statistics->clip_level = VIRTUAL_SENSOR_CLIP;
	measure_dark(sensor->width, raw, statistics);
	raw += (size_t)sensor->width * VIRTUAL_SENSOR_DARK_LINES;
	for (row = 0; row < rows; row++) {
		uint32_t zone_row = row * IPA_SOFTISP_ZONE_ROWS / rows;
		struct ipa_softisp_zone *zone =
			&statistics->zones[zone_row * IPA_SOFTISP_ZONE_COLUMNS];
		uint32_t column = 0;

		for (zone_column = 1; zone_column <= IPA_SOFTISP_ZONE_COLUMNS;
		     zone_column++, zone++) {
			uint32_t end = zone_column * columns /
				       IPA_SOFTISP_ZONE_COLUMNS;

			count_cells(raw + 2 * column,
				    raw + sensor->width + 2 * column,
				    end - column, &histograms, zone);
			column = end;
		}
		raw += (size_t)2 * sensor->width;
	}
	for (i = 0; i < IPA_SOFTISP_HISTOGRAM_BINS; i++)
		statistics->histogram[i] =
			histograms.upper[i] + histograms.lower[i];
}
