/* SPDX-License-Identifier: MIT */
/*
 * Prints where a worker crashed, with functions and lines from addr2line.
 * addr2line reads the files of the stack frames, the module's among them. It
 * gets their names as arguments, never through a shell, and the user who runs
 * this tool can read those files anyway.
 */
#include "backtrace.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Size of the answer, one line for the function and one for its place. */
#define ANSWER_SIZE 1024

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
	error = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO,
						 "/dev/null", O_WRONLY, 0);
	if (error)
		goto destroy;
	error = posix_spawnp(ret_pid, program, &actions, NULL, argv, environ);

destroy:
	posix_spawn_file_actions_destroy(&actions);
	return -error;
}

/* Reads what addr2line prints, and makes it safe for terminals. */
static void read_answer(int fd, char *answer, size_t size)
{
	size_t used = 0;
	ssize_t n;

	do {
		n = read(fd, answer + used, size - 1 - used);
		if (n > 0)
			used += (size_t)n;
	} while ((n > 0 && used < size - 1) || (n < 0 && errno == EINTR));
	answer[used] = '\0';
	/* Names in a file may have any bytes. */
	for (char *p = answer; *p; p++) {
		if (*p != '\n' && (*p < ' ' || *p > '~'))
			*p = '?';
	}
}

static int ask_addr2line(const struct camipc_closed_frame *frame, char *answer,
			 size_t size)
{
	char offset[24];
	struct stat st;
	int fds[2];
	pid_t pid;
	int ret;

	/* The vDSO is not a file, and a name may be of any kind of file. */
	if (!frame->module || frame->module[0] != '/' ||
	    stat(frame->module, &st) < 0 || !S_ISREG(st.st_mode))
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
	read_answer(fds[0], answer, size);
	/* Closed first: a program that goes on writing ends by SIGPIPE. */
	close(fds[0]);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return 0;
}

/* Prints " measure at stats.c:42" from "measure\n/src/stats.c:42\n"; "??" means
 * unknown. */
static void print_place(FILE *stream, const struct camipc_closed_frame *frame)
{
	char answer[ANSWER_SIZE] = "";
	char *place;

	if (ask_addr2line(frame, answer, sizeof(answer)) < 0)
		return;
	place = strchr(answer, '\n');
	if (!place || answer[0] == '?')
		return;
	*place++ = '\0';
	place[strcspn(place, "\n")] = '\0';
	fprintf(stream, "  %s", answer);
	if (place[0] && place[0] != '?')
		fprintf(stream, " at %s", place);
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

void backtrace_print(FILE *stream, const struct camipc_closed_info *info)
{
	for (uint32_t i = 0; i < info->n_frames; i++) {
		const struct camipc_closed_frame *frame = &info->frames[i];
		const char *slash =
			frame->module ? strrchr(frame->module, '/') : NULL;

		fprintf(stream, "  #%-2u ", i);
		if (frame->module)
			fprintf(stream, "%s+0x%llx",
				slash ? slash + 1 : frame->module,
				(unsigned long long)frame->offset);
		else
			fprintf(stream, "0x%llx",
				(unsigned long long)frame->offset);
		print_place(stream, frame);
		fputc('\n', stream);
	}
	if (info->n_frames)
		print_stderr(stream, info->stderr_tail);
}
