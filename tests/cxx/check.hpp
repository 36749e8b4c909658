/* SPDX-License-Identifier: MIT */
/* Assertions of tests in C++: cmocka's leave a function by longjmp(), which skips
 * destructors. */
#ifndef CAMIPC_TESTS_CXX_CHECK_HPP
#define CAMIPC_TESTS_CXX_CHECK_HPP

#include <cstdio>
#include <cstdlib>

/** Ends the program with a message, unless @condition is true. */
#define CHECK(condition)                                                  \
	do {                                                              \
		if (!(condition)) {                                       \
			std::fprintf(stderr, "%s:%d: not true: %s\n",     \
				     __FILE__, __LINE__, #condition);     \
			std::_Exit(1);                                    \
		}                                                         \
	} while (false)

#endif /* CAMIPC_TESTS_CXX_CHECK_HPP */
