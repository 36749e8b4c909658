/* SPDX-License-Identifier: MIT */
/* A child that stops and continues its parent and its siblings. */
#include "freeze.h"

#include <dirent.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* How much later the children go on. */
#define LATER_MS 100

/* Sends @number to the children that a thread of @family has. */
static void send_to_children_of(pid_t family, const char *thread, int number)
{
	char path[512];
	FILE *file;
	int pid;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/children", (int)family,
		 thread);
	file = fopen(path, "re");
	if (!file)
		return;
	while (fscanf(file, "%d", &pid) == 1) {
		if (pid != getpid())
			kill(pid, number);
	}
	fclose(file);
}

static void send_to_children(pid_t family, int number)
{
	char path[64];
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)family);
	folder = opendir(path);
	while (folder && (entry = readdir(folder)))
		send_to_children_of(family, entry->d_name, number);
	if (folder)
		closedir(folder);
}

static void run(pid_t family, int after_ms, int ms)
{
	poll(NULL, 0, after_ms);
	kill(family, SIGSTOP);
	send_to_children(family, SIGSTOP);
	poll(NULL, 0, ms);
	kill(family, SIGCONT);
	poll(NULL, 0, LATER_MS);
	send_to_children(family, SIGCONT);
}

pid_t freeze_begin(int after_ms, int ms)
{
	const pid_t family = getpid();
	const pid_t freezer = fork();

	assert_true(freezer >= 0);
	if (freezer == 0) {
		run(family, after_ms, ms);
		_exit(0);
	}
	return freezer;
}

void freeze_end(pid_t freezer)
{
	assert_int_equal(waitpid(freezer, NULL, 0), freezer);
}
