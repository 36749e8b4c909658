/* SPDX-License-Identifier: MIT */
/* The matrix that converts the sensor's colours to sRGB. */
#ifndef SOFTISP_COLOUR_MATRIX_H
#define SOFTISP_COLOUR_MATRIX_H

#include "softisp_ipa_types.h"
#include "tuning.h"

/** Interpolates between the tuning's matrices. Thread word: reentrant. */
void softisp_colour_matrix(const struct softisp_tuning *tuning, double kelvin,
			   double ret_matrix[9]);

/** Most saturation. */
#define SOFTISP_MAX_SATURATION 4.0

/** Makes the colours that a matrix results in stronger or weaker: 0 makes them
 *  grey of the same luminance, 1 changes nothing. Thread word: reentrant. */
void softisp_colour_matrix_saturate(double matrix[9], double saturation);

/** Writes a matrix into parameters. Thread word: reentrant. */
void softisp_colour_matrix_prepare(const double matrix[9],
				   struct ipa_softisp_parameters *parameters);

#endif /* SOFTISP_COLOUR_MATRIX_H */
