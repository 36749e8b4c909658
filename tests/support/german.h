/* SPDX-License-Identifier: MIT */
/* A locale in which a half is "0,5", wherever a test runs. */
#ifndef CAMIPC_TEST_GERMAN_H
#define CAMIPC_TEST_GERMAN_H

#include <stdbool.h>

/** Sets it, for the process. False, with a message, where it cannot be made. */
bool german_begin(void);

/** Back to "C". */
void german_end(void);

#endif /* CAMIPC_TEST_GERMAN_H */
