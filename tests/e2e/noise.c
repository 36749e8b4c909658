/* SPDX-License-Identifier: MIT */
/* Prints on stdout in the middle of a program, as an IPA in a thread may. */
#include <stdio.h>

__attribute__((constructor)) static void print_noise(void)
{
	printf("noise\n");
}
