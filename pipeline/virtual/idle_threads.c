/* SPDX-License-Identifier: MIT */
/* Reads from /proc whether the threads of a process sleep. */
#include "idle_threads.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_idle(int pid, const char *tid)
{
	char line[512];
	const char *end = NULL;
	FILE *stream;

	snprintf(line, sizeof(line), "/proc/%d/task/%.16s/stat", pid, tid);
	stream = fopen(line, "re");
	/* "123 (name) S …", and the name may contain anything. */
	if (stream && fgets(line, sizeof(line), stream))
		end = strrchr(line, ')');
	if (stream)
		fclose(stream);
	return end && end[1] == ' ' && end[2] == 'S';
}

bool virtual_threads_are_idle(int pid)
{
	const int self = (int)syscall(SYS_gettid);
	bool all = true;
	char path[64];
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	folder = opendir(path);
	if (!folder)
		return true;
	while (all && (entry = readdir(folder)))
		if (entry->d_name[0] != '.' && atoi(entry->d_name) != self)
			all = is_idle(pid, entry->d_name);
	closedir(folder);
	return all;
}
