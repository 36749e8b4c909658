/* SPDX-License-Identifier: MIT */
/* Finds and reads the statistics pages of running processes. */
#include "monitor_pages.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How often a slot that is being written is read again, and how soon. */
#define RETRIES 5
#define RETRY_NS 100000

static int open_pages(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char path[4096];
	struct stat st;
	int fd;

	if (!runtime || runtime[0] != '/' ||
	    (size_t)snprintf(path, sizeof(path), "%s/%s", runtime,
			     CAMIPC_MONITOR_FOLDER) >= sizeof(path))
		return -ENOENT;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || st.st_mode & (S_IWGRP | S_IWOTH)) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

static enum camipc_monitor_found
read_page_slot(int fd, unsigned int number, struct camipc_monitor_slot *slot)
{
	const struct timespec pause = { .tv_nsec = RETRY_NS };
	enum camipc_monitor_found found = CAMIPC_MONITOR_WRONG;

	for (int i = 0; i < RETRIES && found == CAMIPC_MONITOR_WRONG; i++) {
		if (i > 0)
			nanosleep(&pause, NULL);
		if (pread(fd, slot, sizeof(*slot),
			  (off_t)(number * sizeof(*slot))) !=
		    (ssize_t)sizeof(*slot))
			return CAMIPC_MONITOR_WRONG;
		found = camipc_monitor_slot_read(slot, number);
	}
	return found;
}

static void read_log(struct monitored *monitored, int pid, uint64_t start,
		     const struct camipc_monitor_log *log)
{
	const uint64_t n = log->n < CAMIPC_MONITOR_LINES ? log->n :
							   CAMIPC_MONITOR_LINES;

	for (uint64_t i = log->n - n; i < log->n; i++)
		monitored->lines[monitored->n_lines++] = (struct monitored_line){
			.pid = pid,
			.start = start,
			.number = i,
			.line = log->lines[i % CAMIPC_MONITOR_LINES],
		};
}

/* Reads an open page. Returns false if it is of an earlier process. */
static bool read_page(struct monitored *monitored, int fd, int pid,
		      uint64_t start)
{
	struct camipc_monitor_slot slot;
	struct monitored_proxy *proxy;

	/* One that is being made, or another file, is nobody's. */
	if (read_page_slot(fd, 0, &slot) != CAMIPC_MONITOR_PROCESS)
		return true;
	if (slot.process.pid != (uint32_t)pid || slot.process.start != start)
		return false;
	monitored->n_processes++;
	for (unsigned int i = 1; i < CAMIPC_MONITOR_SLOTS; i++) {
		const enum camipc_monitor_found found =
			read_page_slot(fd, i, &slot);

		if (found == CAMIPC_MONITOR_LOG && i == CAMIPC_MONITOR_LOG_SLOT)
			read_log(monitored, pid, start, &slot.log);
		if (found != CAMIPC_MONITOR_PROXY ||
		    monitored->n_proxies == MONITOR_MAX_PROXIES)
			continue;
		proxy = &monitored->proxies[monitored->n_proxies++];
		proxy->pid = pid;
		proxy->start = start;
		proxy->slot = slot.proxy;
	}
	return true;
}

static void read_page_of(struct monitored *monitored, int folder, int pid)
{
	const uint64_t start = camipc_monitor_start_of(pid);
	char name[16];
	struct stat st;
	bool is_valid = false;
	int fd;

	/* Without /proc nobody knows whose page it is. */
	if (!start && (kill(pid, 0) == 0 || errno != ESRCH))
		return;
	snprintf(name, sizeof(name), "%d", pid);
	fd = openat(folder, name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	if (start && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		is_valid = read_page(monitored, fd, pid, start);
	if (!is_valid)
		unlinkat(folder, name, 0);
	close(fd);
}

static int compare_pids(const void *a, const void *b)
{
	const int *one = a;
	const int *two = b;

	return *one < *two ? -1 : *one > *two;
}

/* Returns a pid, or 0 if a file's name is not one. */
static int pid_of(const char *name)
{
	const size_t n = strspn(name, "0123456789");

	return n > 0 && n < 10 && !name[n] && name[0] != '0' ? atoi(name) : 0;
}

static void read_pages(struct monitored *monitored, int folder)
{
	int pids[MONITOR_MAX_PROCESSES];
	const int copy = dup(folder);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	size_t n = 0;

	if (!dir) {
		if (copy >= 0)
			close(copy);
		return;
	}
	while (n < MONITOR_MAX_PROCESSES && (entry = readdir(dir)) != NULL) {
		const int pid = pid_of(entry->d_name);

		if (pid)
			pids[n++] = pid;
	}
	closedir(dir);
	qsort(pids, n, sizeof(*pids), compare_pids);
	for (size_t i = 0; i < n; i++)
		read_page_of(monitored, folder, pids[i]);
}

int monitored_read(struct monitored *monitored, int pid)
{
	const int folder = open_pages();

	monitored->n_processes = 0;
	monitored->n_proxies = 0;
	monitored->n_lines = 0;
	if (folder == -EPERM || (folder == -ENOENT &&
				 !getenv("XDG_RUNTIME_DIR")))
		return folder;
	if (folder < 0)
		return 0;
	if (pid)
		read_page_of(monitored, folder, pid);
	else
		read_pages(monitored, folder);
	close(folder);
	return 0;
}

uint64_t monitored_memory(int pid)
{
	unsigned long long pages = 0;
	char path[64];
	FILE *stream;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	stream = pid > 0 ? fopen(path, "re") : NULL;
	if (!stream)
		return 0;
	if (fscanf(stream, "%*u %llu", &pages) != 1)
		pages = 0;
	fclose(stream);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
