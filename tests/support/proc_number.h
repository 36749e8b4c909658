/* SPDX-License-Identifier: MIT */
/* Reads what the kernel knows of a process, by the names that /proc gives it. */
#ifndef CAMIPC_TEST_PROC_NUMBER_H
#define CAMIPC_TEST_PROC_NUMBER_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * Returns the number behind @name, such as "VmPeak:", in @file of process @pid's
 * folder, in the unit of that line; 0 if it cannot be read.
 */
static inline uint64_t proc_number(int pid, const char *file, const char *name)
{
	unsigned long long number = 0;
	char line[256];
	FILE *stream;

	snprintf(line, sizeof(line), "/proc/%d/%s", pid, file);
	stream = fopen(line, "r");
	while (stream && fgets(line, sizeof(line), stream))
		if (!strncmp(line, name, strlen(name)))
			number = strtoull(line + strlen(name), NULL, 10);
	if (stream)
		fclose(stream);
	return number;
}

#endif /* CAMIPC_TEST_PROC_NUMBER_H */
