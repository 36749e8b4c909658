/* SPDX-License-Identifier: MIT */
/* Makes and sets a locale with a decimal comma. */
#include "german.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

bool german_begin(void)
{
#ifdef LOCALE_FOLDER
	setenv("LOCPATH", LOCALE_FOLDER, 1);
#endif
	if (setlocale(LC_ALL, "de_DE.UTF-8"))
		return true;
	print_message("skipped: no locale de_DE.UTF-8 here\n");
	return false;
}

void german_end(void)
{
	setlocale(LC_ALL, "C");
	unsetenv("LOCPATH");
}
