/* SPDX-License-Identifier: MIT */
/* Finds a light between those that a tuning was measured under. */
#ifndef SOFTISP_TEMPERATURE_H
#define SOFTISP_TEMPERATURE_H

#include <stddef.h>

/** A colour temperature among those of a table. */
struct softisp_place {
	size_t first; /* index of the entry below, or of the nearest one */
	size_t second; /* of the entry above; first, outside of the table */
	double part; /* of the second, 0 to 1 */
};

/**
 * softisp_temperature_find() - find the entries on both sides of a temperature
 * @kelvin_of: returns the temperature of entry @i; they ascend
 * @tuning: is passed to @kelvin_of
 * @n: number of entries, at least 1
 *
 * Parts are linear in 1 / kelvin, as the colours of lights nearly are. Thread
 * word: reentrant.
 */
struct softisp_place
softisp_temperature_find(double (*kelvin_of)(const void *tuning, size_t i),
			 const void *tuning, size_t n, double kelvin);

#endif /* SOFTISP_TEMPERATURE_H */
