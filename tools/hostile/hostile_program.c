/* SPDX-License-Identifier: MIT */
/* Starts the program, waits for its end, and looks what is left of it. */
#include "hostile_program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile_clock.h"

/* Between two looks whether the program has ended. */
#define LOOK_MS 5

/* The exit code of a child that could not run the program. */
#define NOT_STARTED 127

/* What sanitizers exit with where they do not abort: after leaks. */
#define SANITIZER_EXIT 86

/* Adds @more to a variable of sanitizers: a finding must be a signal, because
 * an exit code can mean anything. */
static void extend(const char *name, const char *more)
{
	const char *now = getenv(name);
	char text[1024];

	snprintf(text, sizeof(text), "%.900s%s%s", now ? now : "",
		 now && now[0] ? ":" : "", more);
	setenv(name, text, 1);
}

static void become_program(const struct hostile_stage *stage,
			   char *const *argv, bool show)
{
	const int null = open("/dev/null", O_RDWR);

	setpgid(0, 0);
	setenv("CAMIPC_WORKER_PROGRAM", stage->worker, 1);
	setenv("CAMIPC_ISOLATION", "process", 1);
	setenv(HOSTILE_SECRET_NAME, "secret", 1);
	extend("ASAN_OPTIONS", "abort_on_error=1:exitcode=86");
	extend("LSAN_OPTIONS", "exitcode=86");
	extend("UBSAN_OPTIONS", "halt_on_error=1:abort_on_error=1");
	extend("TSAN_OPTIONS", "halt_on_error=1:abort_on_error=1");
	(void)dup2(null, 0);
	(void)dup2(null, HOSTILE_SECRET_FD);
	if (!show) {
		(void)dup2(null, 1);
		(void)dup2(null, 2);
	}
	close(null);
	execvp(argv[0], argv);
	stage->report->start_error = errno;
	_exit(NOT_STARTED);
}

/* Returns whether the program has ended in time; kills it if not. */
static bool wait_for(pid_t pid, unsigned int limit_s, int *ret_status)
{
	const int64_t end = hostile_now_ms() + limit_s * INT64_C(1000);

	for (;;) {
		const pid_t ended = waitpid(pid, ret_status, WNOHANG);

		if (ended == pid)
			return true;
		if (hostile_now_ms() > end)
			break;
		poll(NULL, 0, LOOK_MS);
	}
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	waitpid(pid, ret_status, 0);
	return false;
}

static void judge_program(const struct hostile_case *one,
		  const struct hostile_stage *stage, bool in_time,
		  unsigned int limit_s, int status,
		  struct hostile_verdict *verdict)
{
	char *text = verdict->observed;
	const size_t size = sizeof(verdict->observed);
	const bool exited = WIFEXITED(status);

	verdict->is_applicable = true;
	verdict->is_ok = in_time && exited &&
			 WEXITSTATUS(status) != NOT_STARTED &&
			 WEXITSTATUS(status) != SANITIZER_EXIT;
	if (!in_time)
		snprintf(text, size, "it did not end in %u s", limit_s);
	else if (!exited)
		snprintf(text, size, "it was ended by signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == NOT_STARTED)
		snprintf(text, size, "it has exited with 127, as a shell that "
				     "cannot run it");
	else if (WEXITSTATUS(status) == SANITIZER_EXIT)
		snprintf(text, size, "a sanitizer has found a leak");
	else
		snprintf(text, size, "it has exited with %d",
			 WEXITSTATUS(status));
	if (!verdict->is_ok)
		return;
	if (!stage->report->n_workers) {
		verdict->is_ok = false;
		snprintf(text, size, "it started no worker");
	} else if (!stage->report->n_acts) {
		hostile_not_applicable(verdict, "it got no such message");
	} else if (stage->report->n_honest) {
		hostile_not_applicable(verdict, "this is the honest value");
	} else if (one->attack) {
		hostile_judge_attack(one, stage->report->outcome, true,
				     verdict);
	}
}

int hostile_program_run(const struct hostile_run *run,
			 const struct hostile_case *one, char *const *argv,
			 unsigned int limit_s, bool show,
			 struct hostile_verdict *ret_verdict)
{
	struct hostile_stage stage;
	bool in_time;
	int status = 0;
	int survivor;
	int error;
	pid_t pid;

	ret_verdict->is_ok = false;
	snprintf(ret_verdict->observed, sizeof(ret_verdict->observed),
		 "the case could not be prepared");
	if (hostile_stage_open(run->kit, one->name, &stage) < 0)
		return 0;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		become_program(&stage, argv, show);
	if (pid > 0) {
		in_time = wait_for(pid, limit_s, &status);
		judge_program(one, &stage, in_time, limit_s, status, ret_verdict);
		survivor = hostile_stage_survivor(&stage);
		if (survivor) {
			ret_verdict->is_ok = false;
			snprintf(ret_verdict->observed,
				 sizeof(ret_verdict->observed),
				 "the worker %d is still there", survivor);
			kill(survivor, SIGKILL);
		}
	}
	error = stage.report->start_error;
	hostile_stage_close(&stage);
	return -error;
}
