/* SPDX-License-Identifier: MIT */
/* Keeps a number within a range. */
#ifndef SOFTISP_CLAMP_H
#define SOFTISP_CLAMP_H

/** Returns @value, or the end of the range that it is beyond; @min for NaN.
 *  Thread word: reentrant. */
static inline double clamp(double value, double min, double max)
{
	if (!(value > min))
		return min;
	return value < max ? value : max;
}

#endif /* SOFTISP_CLAMP_H */
