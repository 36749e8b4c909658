/* SPDX-License-Identifier: MIT */
/* Starts a child's program: descriptors, environment, clone() or fork(). */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "child_start.h"
#include "fd_poll.h"
#include "refusal.h"
#include "untrusted_stream.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif

/*
 * TSan 12 wraps clone() and treats the child like a forked one: with shared
 * memory it then misses races in the parent, or reports false ones.
 */
#if defined(__SANITIZE_THREAD__)
#define MAY_SHARE_MEMORY 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MAY_SHARE_MEMORY 0
#endif
#endif
#ifndef MAY_SHARE_MEMORY
#define MAY_SHARE_MEMORY 1
#endif

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ADDRESS_SANITIZER
#endif
#endif
#ifdef HAS_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

/* The child has a dozen small frames before exec. */
#define START_STACK_SIZE (64u * 1024u)

/*
 * How long a forked child may take until its program runs; microseconds are
 * usual. A child that takes longer counts as started, and the wait for its first
 * message finds out the rest.
 */
#define EXEC_MS 200

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Notes which system call failed, and returns its error. */
static int failed(const struct camipc_child_options *options, const char *call,
		  int error)
{
	if (options->ret_call)
		*options->ret_call = call;
	return camipc_system_error(error);
}

/* ---- descriptors -------------------------------------------------------- */

/* Descriptors that starting a child needs. */
struct start_fds {
	int status[2]; /* only for a forked child */
	int stderr_write;
	int in; /* the child's stdin */
	int out; /* its stdout, if that is not @in */
	int life_line;
};

static void close_start_fds(struct start_fds *fds)
{
	close_fd(&fds->status[0]);
	close_fd(&fds->status[1]);
	close_fd(&fds->stderr_write);
	close_fd(&fds->in);
	close_fd(&fds->out);
	close_fd(&fds->life_line);
}

/* Where pipe2() is refused, a pair of sockets does the same. */
static int make_pipe(int fds[2])
{
	static atomic_flag said = ATOMIC_FLAG_INIT;

	if (pipe2(fds, O_CLOEXEC) == 0)
		return 0;
	if (!camipc_is_refusal(errno))
		return -1;
	camipc_say_refused(&said, "pipe2", errno, "sockets are used");
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds);
}

/* Instead of /dev/null: an empty pipe to read, the log to write to. */
static int open_without_null(struct start_fds *fds, int error)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;
	int pipe_fds[2];

	camipc_say_refused(&said, "opening /dev/null", error,
			   "workers read an empty pipe, and what they print "
			   "is logged");
	if (make_pipe(pipe_fds) < 0)
		return -1;
	fds->in = pipe_fds[0];
	close(pipe_fds[1]);
	fds->out = fcntl(fds->stderr_write, F_DUPFD_CLOEXEC, 3);
	return fds->out < 0 ? -1 : 0;
}

static int open_null(struct start_fds *fds)
{
	fds->in = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fds->in >= 0)
		return 0;
	if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
		return -1;
	return open_without_null(fds, errno);
}

static int open_start_fds(struct camipc_child *child, struct start_fds *fds,
			  const struct camipc_child_options *options)
{
	int ret;

	/* A worker whose log nobody reads loses lines instead of blocking. */
	if (camipc_untrusted_stream_open(&child->stderr_fd,
					 &fds->stderr_write) < 0)
		return failed(options, "socketpair", errno);
	if (open_null(fds) < 0)
		return failed(options, "open", errno);
	ret = camipc_life_line_init(&child->life_line, &fds->life_line);
	return ret < 0 ? failed(options, "socketpair", -ret) : 0;
}

/* ---- the environment ---------------------------------------------------- */

static void free_environment(char **environment)
{
	for (char **p = environment; *p; p++)
		free(*p);
	free(environment);
}

/* "NAME=value" of the variables that may pass; NULL without memory. */
static char **make_environment(const char *const *names)
{
	size_t n = 0;
	size_t used = 0;
	char **result;

	while (names && names[n])
		n++;
	result = calloc(n + 1, sizeof(*result));
	if (!result)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const bool has_value = strchr(names[i], '=');
		const char *value = has_value ? "" : secure_getenv(names[i]);

		if (!value)
			continue;
		result[used] = malloc(strlen(names[i]) + strlen(value) + 2);
		if (!result[used]) {
			free_environment(result);
			return NULL;
		}
		strcpy(result[used], names[i]);
		if (!has_value)
			strcat(strcat(result[used], "="), value);
		used++;
	}
	return result;
}

/* ---- the process -------------------------------------------------------- */

/*
 * Waits until the program of a forked child runs: then its copy of the pipe is
 * closed. The child's end ends the wait, too, and so does the clock: another
 * thread of the host may have forked a process that holds a copy for ever.
 */
static void wait_for_exec(const struct camipc_child *child, int status_fd)
{
	struct pollfd pfds[] = {
		{ .fd = status_fd, .events = POLLIN },
		{ .fd = child->pidfd, .events = POLLIN },
	};

	while (camipc_poll(pfds, 2, EXEC_MS) < 0 && errno == EINTR)
		;
}

/*
 * For systems that refuse to share memory or lack CLONE_PIDFD, such as
 * emulators. It is slower in a large host; the child is the same.
 */
static int fork_child(struct camipc_child *child, struct start_fds *fds,
		      struct camipc_child_start *start,
		      const struct camipc_child_options *options)
{
	pid_t pid;

	if (make_pipe(fds->status) < 0)
		return failed(options, "pipe", errno);
	start->status_fd = fds->status[1];
	pid = fork();
	if (pid == 0)
		camipc_child_start_run(start);
	if (pid < 0)
		return failed(options, "clone", errno);
	close_fd(&fds->status[1]);
	child->pid = pid;
	child->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (child->pidfd < 0)
		return failed(options, "pidfd_open", errno);
	wait_for_exec(child, fds->status[0]);
	return 0;
}

/*
 * A child that runs its program never returns, so that AddressSanitizer keeps
 * its records of the stack and would apply them to the next mapping at that
 * address.
 */
static void forget_stack(void *stack, size_t size)
{
#ifdef HAS_ADDRESS_SANITIZER
	__asan_unpoison_memory_region(stack, size);
#else
	(void)stack;
	(void)size;
#endif
}

/*
 * Copies no page tables of a large host: the child uses our memory until it
 * runs its program, and this thread waits until then.
 */
static int clone_child(struct camipc_child *child, struct start_fds *fds,
		       struct camipc_child_start *start,
		       const struct camipc_child_options *options)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;
	char *stack;
	pid_t pid;
	int error;

	if (!MAY_SHARE_MEMORY)
		return fork_child(child, fds, start, options);
	stack = mmap(NULL, START_STACK_SIZE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (stack == MAP_FAILED)
		return -ENOMEM;
	pid = clone(camipc_child_start_run, stack + START_STACK_SIZE,
		    CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, start,
		    &child->pidfd, NULL, NULL);
	error = errno;
	forget_stack(stack, START_STACK_SIZE);
	munmap(stack, START_STACK_SIZE);
	if (pid > 0) {
		child->pid = pid;
		return 0;
	}
	if (error != EINVAL && !camipc_is_refusal(error))
		return failed(options, "clone", error);
	/* EINVAL: a kernel or emulator that lacks one of the flags. */
	camipc_say_refused(&said, "clone", error == EINVAL ? ENOSYS : error,
			   "fork() is used");
	return fork_child(child, fds, start, options);
}

static void log_refused(const struct camipc_child_start *start)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;

	if (start->n_refused == 0 || atomic_flag_test_and_set(&said))
		return;
	for (size_t i = 0; i < start->n_refused; i++) {
		atomic_flag one = ATOMIC_FLAG_INIT;

		camipc_say_refused(&one, start->refused[i].call,
				   start->refused[i].error,
				   "workers start without it");
	}
}

static int start_child(struct camipc_child *child, struct start_fds *fds,
		       struct camipc_child_start *start,
		       const struct camipc_child_options *options)
{
	sigset_t all;
	sigset_t saved;
	int cancel_state;
	int error;
	int ret;

	/* No handler of the host may run in the child, in shared memory. */
	sigfillset(&all);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
	pthread_sigmask(SIG_SETMASK, &all, &saved);
	ret = clone_child(child, fds, start, options);
	pthread_sigmask(SIG_SETMASK, &saved, NULL);
	pthread_setcancelstate(cancel_state, NULL);
	child->grouped = start->grouped;
	log_refused(start);
	error = start->failed.error;
	if (ret < 0 || !error)
		return ret;
	if (start->schedule_refused) {
		(void)failed(options, start->failed.call, error);
		return error == EACCES ? -EPERM : -error;
	}
	/* To exec() it is an honest answer: the file is not executable. */
	if (error == EACCES)
		return -EACCES;
	return failed(options, start->failed.call, error);
}

/* Memory that a forked child shares, too. */
static struct camipc_child_start *map_start(void)
{
	void *start = mmap(NULL, sizeof(struct camipc_child_start),
			   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			   -1, 0);

	return start == MAP_FAILED ? NULL : start;
}

static int start_with(struct camipc_child *child,
		      struct camipc_child_start *start, char **environment,
		      const struct camipc_child_options *options)
{
	struct start_fds fds = { { -1, -1 }, -1, -1, -1, -1 };
	int table[CAMIPC_CHILD_FIRST_FD + CAMIPC_CHILD_MAX_OWN_FDS];
	int ret = open_start_fds(child, &fds, options);

	if (ret < 0)
		goto close_fds;
	table[0] = fds.in;
	table[1] = fds.out >= 0 ? fds.out : fds.in;
	table[2] = fds.stderr_write;
	table[CAMIPC_CHILD_LIFE_LINE_FD] = fds.life_line;
	for (size_t i = 0; i < options->n_fds; i++)
		table[CAMIPC_CHILD_FIRST_FD + i] = options->fds[i];
	*start = (struct camipc_child_start){
		.path = options->path,
		.argv = options->argv,
		.envp = environment,
		.fds = table,
		.n_fds = CAMIPC_CHILD_FIRST_FD + options->n_fds,
		.status_fd = -1,
		.parent = getpid(),
		.schedule = options->schedule,
	};
	ret = start_child(child, &fds, start, options);
close_fds:
	close_start_fds(&fds);
	return ret;
}

int camipc_child_start_program(struct camipc_child *child,
			       const struct camipc_child_options *options)
{
	struct camipc_child_start *start = map_start();
	char **environment;
	int ret = -ENOMEM;

	if (!start)
		return -ENOMEM;
	environment = make_environment(options->environment);
	if (environment) {
		ret = start_with(child, start, environment, options);
		free_environment(environment);
	}
	munmap(start, sizeof(*start));
	return ret;
}
