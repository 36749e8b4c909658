/* SPDX-License-Identifier: MIT */
/* Counts what a test may have left behind. */
#include "fd_leak.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "under_valgrind.h"

#define PATIENCE_MS test_amount(2000, 2000, 20000)
#define SLICE_MS 5

/** Entries of a folder whose names are numbers. */
static unsigned int count_numbers(const char *folder)
{
	struct dirent *entry;
	unsigned int n = 0;
	DIR *dir = opendir(folder);

	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		n += isdigit((unsigned char)entry->d_name[0]) != 0;
	closedir(dir);
	return n;
}

/** The parent of @pid, or 0. */
static int parent_of(const char *pid)
{
	char path[NAME_MAX + 16];
	char text[512];
	const char *end;
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	size = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[size] = '\0';
	/* The name in parentheses may hold anything, parentheses too. */
	end = strrchr(text, ')');
	if (!end || strlen(end) < 5)
		return 0;
	return (int)strtol(end + 4, NULL, 10);
}

static unsigned int count_children(void)
{
	struct dirent *entry;
	unsigned int n = 0;
	DIR *dir = opendir("/proc");

	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		if (isdigit((unsigned char)entry->d_name[0]))
			n += parent_of(entry->d_name) == getpid();
	}
	closedir(dir);
	return n;
}

static unsigned int count_maps(void)
{
	FILE *file = fopen("/proc/self/maps", "re");
	unsigned int n = 0;
	int c;

	if (!file)
		return 0;
	while ((c = getc(file)) != EOF)
		n += c == '\n';
	fclose(file);
	return n;
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
#endif
#elif defined(__SANITIZE_THREAD__)
#define UNDER_TSAN 1
#endif

#ifdef UNDER_TSAN
static void *do_nothing(void *user)
{
	return user;
}
#endif

/** TSan starts a thread of its own with the first one of the program. */
static void start_tsan(void)
{
#ifdef UNDER_TSAN
	pthread_t thread;

	if (pthread_create(&thread, NULL, do_nothing, NULL) == 0)
		pthread_join(thread, NULL);
#endif
}

void fd_leak_take(struct fd_leak *ret_now)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, start_tsan);
	ret_now->maps = count_maps();
	ret_now->children = count_children();
	ret_now->threads = count_numbers("/proc/self/task");
	ret_now->fds = count_numbers("/proc/self/fd");
}

/* Threads that reap and close for the host may have ended since. */
static bool is_same(const struct fd_leak *before, const struct fd_leak *now)
{
	return now->fds == before->fds && now->threads <= before->threads &&
	       now->children == before->children;
}

void fd_leak_print(void)
{
	struct dirent *entry;
	DIR *dir = opendir("/proc/self/fd");

	while (dir && (entry = readdir(dir))) {
		char target[256];
		ssize_t size = readlinkat(dirfd(dir), entry->d_name, target,
					  sizeof(target) - 1);

		if (size < 0)
			continue;
		target[size] = '\0';
		fprintf(stderr, "fd %s: %s\n", entry->d_name, target);
	}
	if (dir)
		closedir(dir);
}

/* Looks again until @fits, and fails the test if that never comes. */
static void expect(const struct fd_leak *before,
		   bool (*fits)(const struct fd_leak *before,
				const struct fd_leak *now))
{
	struct fd_leak now;

	fd_leak_take(&now);
	for (int waited = 0; !fits(before, &now); waited += SLICE_MS) {
		if (waited >= PATIENCE_MS) {
			fd_leak_print();
			fail_msg("left behind: fds %u -> %u, threads %u -> %u, "
				 "children %u -> %u",
				 before->fds, now.fds, before->threads,
				 now.threads, before->children, now.children);
		}
		poll(NULL, 0, SLICE_MS);
		fd_leak_take(&now);
	}
}

void fd_leak_assert_none(const struct fd_leak *before)
{
	expect(before, is_same);
}

static bool is_no_more(const struct fd_leak *before, const struct fd_leak *now)
{
	return now->fds <= before->fds && now->threads <= before->threads &&
	       now->children <= before->children;
}

void fd_leak_assert_no_more(const struct fd_leak *before)
{
	expect(before, is_no_more);
}

void fd_leak_assert_no_growth(const struct fd_leak *before, unsigned int maps)
{
	struct fd_leak now;

	fd_leak_assert_none(before);
	fd_leak_take(&now);
	if (now.maps > before->maps + maps)
		fail_msg("mappings grew: %u -> %u", before->maps, now.maps);
}

static bool is_settled(const struct fd_leak *before, const struct fd_leak *now)
{
	return now->threads <= before->threads &&
	       now->children <= before->children;
}

void fd_leak_take_settled(const struct fd_leak *before, struct fd_leak *ret_now)
{
	expect(before, is_settled);
	fd_leak_take(ret_now);
}

bool fd_leak_process_exists(int pid)
{
	return kill(pid, 0) == 0 || errno != ESRCH;
}

void fd_leak_assert_gone(int pid)
{
	for (int waited = 0; fd_leak_process_exists(pid); waited += SLICE_MS) {
		if (waited >= PATIENCE_MS)
			fail_msg("process %d was not reaped", pid);
		poll(NULL, 0, SLICE_MS);
	}
}
