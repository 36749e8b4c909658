/* SPDX-License-Identifier: MIT */
/* Says what is wrong with a line of a manifest. */
#include "manifest_reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "module_info.h"

int camipc_manifest_refuse(struct camipc_manifest_reader *reader,
			   const char *format, ...)
{
	char what[CAMIPC_MODULE_WHY_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(reader->why, CAMIPC_MODULE_WHY_SIZE,
		 "its manifest, line %u: %.120s", reader->line, what);
	return -ENOEXEC;
}
