/* SPDX-License-Identifier: MIT */
/* A library that a test module needs or loads, as modules of vendors do. */
#include <camipc/base.h>

CAMIPC_EXPORT int camipc_test_needed(void);

int camipc_test_needed(void)
{
#ifdef NEEDED_CRASHES
	__builtin_trap();
#endif
	return 0;
}
