/* SPDX-License-Identifier: MIT */
/* The process of the built-in camera, with its second camera. */
#include "hostile_batch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <camipc/log.h>

#include "second_camera.h"

struct hostile_batch {
	const struct hostile_run *run;
	pid_t pid; /* 0: not started */
	int fd; /* a socket, on which cases and verdicts travel */
};

static void ignore_line(void *user, enum camipc_log_level level,
			const char *topic, const char *text)
{
	(void)user;
	(void)level;
	(void)topic;
	(void)text;
}

/* ---- in the process ----------------------------------------------------- */

static void run_case(const struct hostile_run *run, size_t number,
		     struct second_camera *second,
		     struct hostile_verdict *verdict)
{
	struct hostile_case one;
	struct hostile_stage stage;
	int pid;

	if (!hostile_case_at(number, &one) ||
	    hostile_stage_open(run->kit, one.name, &stage) < 0) {
		snprintf(verdict->observed, sizeof(verdict->observed),
			 "the case could not be prepared");
		return;
	}
	hostile_camera_run(run, &one, &stage, verdict);
	pid = hostile_stage_survivor(&stage);
	if (pid) {
		verdict->is_ok = false;
		snprintf(verdict->observed, sizeof(verdict->observed),
			 "the worker %d is still there", pid);
	}
	hostile_stage_close(&stage);
	if (!second_camera_wait(second, 1)) {
		verdict->is_ok = false;
		snprintf(verdict->observed, sizeof(verdict->observed),
			 "the second camera was disturbed");
	}
}

static void serve(const struct hostile_run *run, int fd)
{
	struct second_camera *second;
	size_t number;

	if (!getenv("CAMIPC_LOG"))
		camipc_log_set(ignore_line, NULL, CAMIPC_LOG_DEBUG);
	/* What a worker must not find: attacks_on_start.c. */
	setenv(HOSTILE_SECRET_NAME, "secret", 1);
	(void)dup2(fd, HOSTILE_SECRET_FD);
	second = second_camera_start(NULL, run->kit->module);
	while (read(fd, &number, sizeof(number)) == sizeof(number)) {
		struct hostile_verdict verdict = { .is_applicable = true };

		if (second)
			run_case(run, number, second, &verdict);
		else
			snprintf(verdict.observed, sizeof(verdict.observed),
				 "the second camera could not be started");
		if (write(fd, &verdict, sizeof(verdict)) !=
		    (ssize_t)sizeof(verdict))
			break;
	}
	second_camera_stop(second);
}

/* ---- and beside it ------------------------------------------------------ */

static bool start(struct hostile_batch *batch)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return false;
	fflush(NULL);
	batch->pid = fork();
	if (batch->pid < 0) {
		batch->pid = 0;
		close(fds[0]);
		close(fds[1]);
		return false;
	}
	if (batch->pid == 0) {
		close(fds[0]);
		serve(batch->run, fds[1]);
		exit(0);
	}
	close(fds[1]);
	batch->fd = fds[0];
	return true;
}

static void end(struct hostile_batch *batch, bool kill_it, int *ret_status)
{
	if (!batch->pid)
		return;
	close(batch->fd);
	if (kill_it)
		kill(batch->pid, SIGKILL);
	while (waitpid(batch->pid, ret_status, 0) < 0 && errno == EINTR)
		;
	batch->pid = 0;
}

static void judge_end(struct hostile_batch *batch, bool is_late,
		      unsigned int limit_s, struct hostile_verdict *verdict)
{
	int status = 0;

	end(batch, is_late, &status);
	verdict->is_ok = false;
	if (is_late)
		snprintf(verdict->observed, sizeof(verdict->observed),
			 "the camera process did not finish in %u s", limit_s);
	else if (WIFSIGNALED(status))
		snprintf(verdict->observed, sizeof(verdict->observed),
			 "the camera process was ended by signal %d",
			 WTERMSIG(status));
	else
		snprintf(verdict->observed, sizeof(verdict->observed),
			 "the camera process has exited with %d",
			 WEXITSTATUS(status));
}

struct hostile_batch *hostile_batch_create(const struct hostile_run *run)
{
	struct hostile_batch *batch = calloc(1, sizeof(*batch));

	if (batch)
		batch->run = run;
	return batch;
}

void hostile_batch_run(struct hostile_batch *batch,
		       const struct hostile_case *one, size_t number,
		       unsigned int limit_s,
		       struct hostile_verdict *ret_verdict)
{
	struct pollfd pfd = { .events = POLLIN };
	int ready;

	(void)one;
	if (!batch->pid && !start(batch)) {
		ret_verdict->is_ok = false;
		snprintf(ret_verdict->observed, sizeof(ret_verdict->observed),
			 "no camera process could be started");
		return;
	}
	pfd.fd = batch->fd;
	if (send(batch->fd, &number, sizeof(number), MSG_NOSIGNAL) < 0) {
		judge_end(batch, false, limit_s, ret_verdict);
		return;
	}
	do
		ready = poll(&pfd, 1, (int)(limit_s * 1000));
	while (ready < 0 && errno == EINTR);
	if (ready <= 0 || recv(batch->fd, ret_verdict, sizeof(*ret_verdict),
			       0) != (ssize_t)sizeof(*ret_verdict))
		judge_end(batch, ready <= 0, limit_s, ret_verdict);
}

void hostile_batch_destroy(struct hostile_batch *batch)
{
	int status;

	if (!batch)
		return;
	end(batch, false, &status);
	free(batch);
}
