/* SPDX-License-Identifier: MIT */
/* Throws and catches C++ exceptions on behalf of tests in C. */
#include "throwing.h"

void throw_number(int number)
{
	throw number;
}

int catch_number(void (*body)(void *user), void *user)
{
	try {
		body(user);
	} catch (int number) {
		return number;
	}
	return 0;
}
