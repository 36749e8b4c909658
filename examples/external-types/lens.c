/* SPDX-License-Identifier: MIT */
/* The library of lens data. */
#include "lens.h"

#include <stdlib.h>
#include <string.h>

static const struct lens_mount mounts[] = {
	{ "C", 17.526 },
	{ "CS", 12.5 },
	{ "M12", 0.0 },
};

const struct lens_mount *lens_mount_find(const char *name)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++)
		if (strcmp(mounts[i].name, name) == 0)
			return &mounts[i];
	return NULL;
}

bool lens_curve_make(struct lens_curve *curve, size_t n_knots, double knot,
		     const char *note)
{
	*curve = (struct lens_curve){ .n_knots = n_knots };
	curve->knots = calloc(n_knots ? n_knots : 1, sizeof(*curve->knots));
	curve->note = note ? strdup(note) : NULL;
	if (!curve->knots || (note && !curve->note)) {
		lens_curve_clear(curve);
		return false;
	}
	for (size_t i = 0; i < n_knots; i++)
		curve->knots[i] = knot;
	return true;
}

bool lens_curve_equal(const struct lens_curve *a, const struct lens_curve *b)
{
	if (a->n_knots != b->n_knots)
		return false;
	for (size_t i = 0; i < a->n_knots; i++)
		if (a->knots[i] < b->knots[i] || a->knots[i] > b->knots[i])
			return false;
	return strcmp(a->note ? a->note : "", b->note ? b->note : "") == 0;
}

void lens_curve_clear(struct lens_curve *curve)
{
	free(curve->knots);
	free(curve->note);
	*curve = (struct lens_curve){ 0 };
}
