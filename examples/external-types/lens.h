/* SPDX-License-Identifier: MIT */
/*
 * A small library of lens data, as somebody else might have written it. It does
 * not depend on camipc.
 */
#ifndef LENS_H
#define LENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A mount exists once in each process; the library compares addresses. */
struct lens_mount {
	const char *name;
	double flange_mm; /* from the mount to the sensor, in millimetres */
};

/** Returns the mount with this name, or NULL. */
const struct lens_mount *lens_mount_find(const char *name);

/** Which lens it is. */
struct lens_id {
	const struct lens_mount *mount; /* NULL: fixed to the camera */
	uint32_t serial;
};

/** A curve of corrections, from the middle of the picture to its corner. */
struct lens_curve {
	double *knots;
	size_t n_knots;
	char *note; /* NULL: none */
};

/** Makes a curve of @n_knots equal knots; false without memory. */
bool lens_curve_make(struct lens_curve *curve, size_t n_knots, double knot,
		     const char *note);

bool lens_curve_equal(const struct lens_curve *a, const struct lens_curve *b);

/** Frees what a curve has; zeroes it. */
void lens_curve_clear(struct lens_curve *curve);

#ifdef __cplusplus
}
#endif

#endif /* LENS_H */
