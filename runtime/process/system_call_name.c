/* SPDX-License-Identifier: MIT */
/* The table of names of system calls. */
#include "system_call_name.h"

#include <stddef.h>

static const char *const names[] = {
#include "system_calls.h"
};

const char *camipc_system_call_name(uint32_t number)
{
	if (number >= sizeof(names) / sizeof(names[0]) || !names[number])
		return "an unknown system call";
	return names[number];
}
