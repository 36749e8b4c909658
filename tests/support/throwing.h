/* SPDX-License-Identifier: MIT */
/* Throws and catches C++ exceptions on behalf of tests in C. */
#ifndef CAMIPC_TEST_THROWING_H
#define CAMIPC_TEST_THROWING_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/** Throws @number as an exception. */
void throw_number(int number) __attribute__((noreturn));

/** Returns what @body threw; 0 if it returned. */
int catch_number(void (*body)(void *user), void *user);

CAMIPC_END_DECLS

#endif /* CAMIPC_TEST_THROWING_H */
