/* SPDX-License-Identifier: MIT */
/* Interpolates the colour matrix in 1 / kelvin. */
#include "colour_matrix.h"

#include <math.h>

/* Far above the entries of a usable matrix. */
#define MAX_ENTRY 8.0

void softisp_colour_matrix(const struct softisp_tuning *tuning, double kelvin,
			   double ret_matrix[9])
{
	size_t last = tuning->n_matrices - 1;
	const struct softisp_matrix *a = &tuning->matrices[0];
	const struct softisp_matrix *b = a;
	double f = 0;
	size_t i;

	for (i = 0; i < last && kelvin > tuning->matrices[i + 1].kelvin; i++)
		;
	a = &tuning->matrices[i];
	b = &tuning->matrices[i < last ? i + 1 : i];
	if (a != b && kelvin > a->kelvin)
		f = (1 / kelvin - 1 / a->kelvin) /
		    (1 / b->kelvin - 1 / a->kelvin);
	for (i = 0; i < 9; i++)
		ret_matrix[i] = a->m[i] * (1 - f) + b->m[i] * f;
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
