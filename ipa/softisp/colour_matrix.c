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

void softisp_colour_matrix_prepare(const double matrix[9],
				   struct ipa_softisp_parameters *parameters)
{
	int i;

	for (i = 0; i < 9; i++)
		parameters->matrix[i] = (int32_t)floor(
			fmax(-MAX_ENTRY, fmin(MAX_ENTRY, matrix[i])) * 4096 +
			0.5);
}
