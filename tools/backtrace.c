/* SPDX-License-Identifier: MIT */
/*
 * Prints where a worker crashed, with functions and lines from addr2line.
 *
 * The worker names the files of its stack frames, and it may name any. Only a
 * file that this process knows itself is opened: the module that it chose, what
 * the caller names, and what its own loader has mapped. addr2line reads debug information that the
 * module's author wrote; it gets little time, little output is read, and no
 * shell is involved.
 */
#include "backtrace.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

extern char **environ;

/* Size of the answer, one line for the function and one for its place. */
#define ANSWER_SIZE 1024

/* All frames together may take so long; debug information of a few hundred
 * megabytes takes a second. */
#define BUDGET_MS 4000

/* How long a killed addr2line may take to end. */
#define DEATH_MS 200

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- which files are known ---------------------------------------------- */

static int is_mapped(struct dl_phdr_info *info, size_t size, void *user)
{
	(void)size;
	return strcmp(info->dlpi_name, user) == 0;
}

/*
 * Compares names only: to look at a file that the worker named, on a file
 * system of its own, could take for ever.
 */
static bool is_known(const struct camipc_closed_info *info,
		     const char *const *files, const char *path)
{
	if (path[0] != '/')
		return false;
	for (; *files; files++)
		if (strcmp(path, *files) == 0)
			return true;
	return (info->module && strcmp(path, info->module) == 0) ||
	       dl_iterate_phdr(is_mapped, (void *)(uintptr_t)path) != 0;
}

/* ---- addr2line ---------------------------------------------------------- */

/* Returns 0 or a negative errno. */
static int spawn_addr2line(const char *path, const char *offset, int output,
			   pid_t *ret_pid)
{
	char program[] = "addr2line";
	char *argv[] = { program,       (char[]){ "-Cfe" },
			 (char *)(uintptr_t)path,
			 (char *)(uintptr_t)offset, NULL };
	posix_spawn_file_actions_t actions;
	int error = posix_spawn_file_actions_init(&actions);

	if (error)
		return -error;
	error = posix_spawn_file_actions_adddup2(&actions, output,
						 STDOUT_FILENO);
	if (error)
		goto destroy;
	error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
						 "/dev/null", O_RDONLY, 0);
	if (error)
		goto destroy;
	error = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO,
						 "/dev/null", O_WRONLY, 0);
	if (error)
		goto destroy;
	error = posix_spawnp(ret_pid, program, &actions, NULL, argv, environ);

destroy:
	posix_spawn_file_actions_destroy(&actions);
	return -error;
}

/* Two lines are the whole answer: the end of the file is not waited for. */
static bool is_whole(const char *answer)
{
	const char *newline = strchr(answer, '\n');

	return newline && strchr(newline + 1, '\n');
}

/* Reads what addr2line prints, until @deadline. */
static void read_answer(int fd, int64_t deadline, char *answer, size_t size)
{
	size_t used = 0;

	answer[0] = '\0';
	while (used < size - 1 && !is_whole(answer)) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - now_ms();
		int ready = left > 0 ? poll(&pfd, 1, (int)left) : 0;
		ssize_t n;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return;
		n = read(fd, answer + used, size - 1 - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		used += (size_t)n;
		answer[used] = '\0';
	}
}

/* One that the kernel does not let die stays a zombie until this tool ends. */
static void end_addr2line(pid_t pid)
{
	const struct timespec nap = { .tv_nsec = 1000000 };

	kill(pid, SIGKILL);
	for (int i = 0; i < DEATH_MS; i++) {
		pid_t ended = waitpid(pid, NULL, WNOHANG);

		if (ended == pid || (ended < 0 && errno != EINTR))
			return;
		nanosleep(&nap, NULL);
	}
}

static int ask_addr2line(const struct camipc_closed_frame *frame,
			 int64_t deadline, char *answer, size_t size)
{
	char offset[24];
	struct stat st;
	int fds[2];
	pid_t pid;
	int ret;

	/* A known name is not yet that of a file: the vDSO has one, too. */
	if (stat(frame->module, &st) < 0 || !S_ISREG(st.st_mode))
		return -ENOENT;
	snprintf(offset, sizeof(offset), "0x%llx",
		 (unsigned long long)frame->offset);
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	ret = spawn_addr2line(frame->module, offset, fds[1], &pid);
	close(fds[1]);
	if (ret < 0) {
		close(fds[0]);
		return ret;
	}
	read_answer(fds[0], deadline, answer, size);
	close(fds[0]);
	end_addr2line(pid);
	return is_whole(answer) ? 0 : -ETIMEDOUT;
}

/* ---- printing ----------------------------------------------------------- */

static void print_clean(FILE *stream, const char *text)
{
	char clean[ANSWER_SIZE];

	camipc_sanitise(clean, sizeof(clean), text, strlen(text));
	fputs(clean, stream);
}

/* Prints " measure at stats.c:42" from "measure\n/src/stats.c:42\n"; "??" means
 * unknown. */
static void print_place(FILE *stream, const struct camipc_closed_frame *frame,
			int64_t deadline)
{
	char answer[ANSWER_SIZE] = "";
	char *place;

	if (now_ms() >= deadline ||
	    ask_addr2line(frame, deadline, answer, sizeof(answer)) < 0)
		return;
	place = strchr(answer, '\n');
	if (!place || answer[0] == '?')
		return;
	*place++ = '\0';
	place[strcspn(place, "\n")] = '\0';
	fputs("  ", stream);
	print_clean(stream, answer);
	if (place[0] && place[0] != '?') {
		fputs(" at ", stream);
		print_clean(stream, place);
	}
}

static void print_stderr(FILE *stream, const char *tail)
{
	if (!tail[0])
		return;
	fputs("  stderr of the worker:\n", stream);
	while (*tail) {
		size_t n = strcspn(tail, "\n");

		fprintf(stream, "  | %.*s\n", (int)n, tail);
		tail += n + (tail[n] == '\n');
	}
}

static void print_frame(FILE *stream, const struct camipc_closed_frame *frame)
{
	const char *slash =
		frame->module ? strrchr(frame->module, '/') : NULL;

	if (frame->module) {
		print_clean(stream, slash ? slash + 1 : frame->module);
		fputc('+', stream);
	}
	fprintf(stream, "0x%llx", (unsigned long long)frame->offset);
}

void backtrace_print(FILE *stream, const struct camipc_closed_info *info,
		     const char *const *files)
{
	const int64_t deadline = now_ms() + BUDGET_MS;

	for (uint32_t i = 0; i < info->n_frames; i++) {
		const struct camipc_closed_frame *frame = &info->frames[i];

		fprintf(stream, "  #%-2u ", i);
		print_frame(stream, frame);
		if (frame->module && is_known(info, files, frame->module))
			print_place(stream, frame, deadline);
		fputc('\n', stream);
	}
	if (info->n_frames)
		print_stderr(stream, info->stderr_tail);
}
