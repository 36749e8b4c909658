/* SPDX-License-Identifier: MIT */
/* Interpolates the colour matrix in 1 / kelvin. */
#include "colour_matrix.h"

#include <math.h>

#include "temperature.h"

/* Far above the entries of a usable matrix. */
#define MAX_ENTRY 8.0

static double matrix_kelvin(const void *tuning, size_t i)
{
	return ((const struct softisp_tuning *)tuning)->matrices[i].kelvin;
}

void softisp_colour_matrix(const struct softisp_tuning *tuning, double kelvin,
			   double ret_matrix[9])
{
	const struct softisp_place place = softisp_temperature_find(
		matrix_kelvin, tuning, tuning->n_matrices, kelvin);
	const double *a = tuning->matrices[place.first].m;
	const double *b = tuning->matrices[place.second].m;
	size_t i;

	for (i = 0; i < 9; i++)
		ret_matrix[i] = a[i] * (1 - place.part) + b[i] * place.part;
}

void softisp_colour_matrix_saturate(double matrix[9], double saturation)
{
	/* How much red, green and blue of sRGB add to luminance. */
	static const double luma[3] = { 0.2126, 0.7152, 0.0722 };
	double s = fmax(0, fmin(SOFTISP_MAX_SATURATION, saturation));
	int i;
	int k;

	if (s == 1)
		return;
	for (k = 0; k < 3; k++) {
		double grey = 0;

		for (i = 0; i < 3; i++)
			grey += luma[i] * matrix[3 * i + k];
		for (i = 0; i < 3; i++)
			matrix[3 * i + k] =
				grey + s * (matrix[3 * i + k] - grey);
	}
}

void softisp_colour_matrix_prepare(const double matrix[9],
				   struct ipa_softisp_parameters *parameters)
{
	int i;

	for (i = 0; i < 9; i++)
		parameters->matrix[i] = (int32_t)floor(
			fmax(-MAX_ENTRY, fmin(MAX_ENTRY, matrix[i])) * 4096 +
			0.5);
}
