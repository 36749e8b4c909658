/* SPDX-License-Identifier: MIT */
/* Keeps the first error text since the last reset. */
#include "virtual_error.h"

#include <stdarg.h>
#include <stdio.h>

void virtual_error_reset(struct virtual_error *error)
{
	if (!error->is_final)
		error->text[0] = '\0';
}

int virtual_error_set(struct virtual_error *error, int code, const char *format,
		      ...)
{
	va_list args;

	if (error->text[0])
		return code;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return code;
}
