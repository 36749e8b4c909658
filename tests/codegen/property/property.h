/* SPDX-License-Identifier: MIT */
/*
 * Declares the table of messages that test_property.py generates for
 * property_main.c.
 */
#ifndef CAMIPC_TEST_PROPERTY_H
#define CAMIPC_TEST_PROPERTY_H

#include <stddef.h>

/** Least and most bytes of a message; most is SIZE_MAX without a bound. */
struct property_size {
	const char *name; /* as in its struct camipc_type_info */
	size_t least;
	size_t most;
};

/** All messages of the file; ends with one without a name. */
extern const struct property_size property_sizes[];

/** main() of tests/oracle/test_oracle.c. */
int oracle_main(void);

#endif /* CAMIPC_TEST_PROPERTY_H */
