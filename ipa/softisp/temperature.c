/* SPDX-License-Identifier: MIT */
/* Finds a light between those that a tuning was measured under. */
#include "temperature.h"

struct softisp_place
softisp_temperature_find(double (*kelvin_of)(const void *tuning, size_t i),
			 const void *tuning, size_t n, double kelvin)
{
	struct softisp_place place = { 0 };
	size_t i;
	double below;
	double above;

	for (i = 0; i < n - 1 && kelvin > kelvin_of(tuning, i + 1); i++)
		;
	place.first = i;
	place.second = i < n - 1 ? i + 1 : i;
	below = kelvin_of(tuning, place.first);
	above = kelvin_of(tuning, place.second);
	if (place.first != place.second && kelvin > below)
		place.part = (1 / kelvin - 1 / below) / (1 / above - 1 / below);
	return place;
}
