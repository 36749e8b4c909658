/* SPDX-License-Identifier: MIT */
/* Child processes: spawns, signals, waits for and reaps them. */
#include "child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child_start.h"
#include "life_line.h"

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif

/* P_PIDFD; older headers lack it. */
#define WAIT_FOR_PIDFD ((idtype_t)3)

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

/* SIGKILL takes microseconds, a core dump longer; beyond this a child is
 * stuck. */
#define DEATH_MS 500

struct camipc_child {
	struct camipc_child *next; /* in the list of stuck children */
	struct camipc_life_line life_line;
	pid_t pid;
	int pidfd;
	int stderr_fd;
	bool ended;
	bool status_known;
	int status;
	bool usage_known;
	struct camipc_child_usage usage;
};

static pthread_mutex_t stuck_lock = PTHREAD_MUTEX_INITIALIZER;
static struct camipc_child *stuck;

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Descriptors that starting a child needs. */
struct start_fds {
	int status[2];
	int stderr_write;
	int null;
	int life_line;
};

static void close_start_fds(struct start_fds *fds)
{
	close_fd(&fds->status[0]);
	close_fd(&fds->status[1]);
	close_fd(&fds->stderr_write);
	close_fd(&fds->null);
	close_fd(&fds->life_line);
}

static int open_start_fds(struct camipc_child *child, struct start_fds *fds)
{
	int pipe_fds[2];

	if (pipe2(fds->status, O_CLOEXEC) < 0)
		return -errno;
	/* A worker whose log nobody reads loses lines instead of blocking. */
	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	child->stderr_fd = pipe_fds[0];
	fds->stderr_write = pipe_fds[1];
	fds->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fds->null < 0)
		return -errno;
	return camipc_life_line_init(&child->life_line, &fds->life_line);
}

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
		const char *value = secure_getenv(names[i]);

		if (!value)
			continue;
		result[used] = malloc(strlen(names[i]) + strlen(value) + 2);
		if (!result[used]) {
			free_environment(result);
			return NULL;
		}
		stpcpy(stpcpy(stpcpy(result[used], names[i]), "="), value);
		used++;
	}
	return result;
}

/*
 * For systems that refuse to share memory or lack CLONE_PIDFD, such as
 * emulators. It is slower in a large host; the child is the same.
 */
static int fork_child(struct camipc_child *child,
		      struct camipc_child_start *start)
{
	pid_t pid = fork();

	if (pid == 0)
		camipc_child_start_run(start);
	if (pid < 0)
		return -errno;
	child->pid = pid;
	child->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (child->pidfd < 0) {
		int error = errno;

		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return -error;
	}
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
static int clone_child(struct camipc_child *child,
		       struct camipc_child_start *start)
{
	char *stack;
	pid_t pid;
	int error;

	if (!MAY_SHARE_MEMORY)
		return fork_child(child, start);
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
	if (error == EINVAL || error == ENOSYS || error == EPERM)
		return fork_child(child, start);
	return -error;
}

/* Returns the error that the child reports; 0 if it runs its program. */
static int read_start_status(int fd)
{
	int error = 0;
	ssize_t n;

	do {
		n = read(fd, &error, sizeof(error));
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(error) ? -error : 0;
}

static int start_child(struct camipc_child *child, struct start_fds *fds,
		       struct camipc_child_start *start)
{
	sigset_t all;
	sigset_t saved;
	int cancel_state;
	int ret;

	/* No handler of the host may run in the child, in shared memory. */
	sigfillset(&all);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
	pthread_sigmask(SIG_SETMASK, &all, &saved);
	ret = clone_child(child, start);
	pthread_sigmask(SIG_SETMASK, &saved, NULL);
	close_fd(&fds->status[1]);
	if (ret < 0)
		goto restore_cancel_state;
	ret = read_start_status(fds->status[0]);
restore_cancel_state:
	pthread_setcancelstate(cancel_state, NULL);
	return ret;
}

static int spawn(struct camipc_child *child,
		 const struct camipc_child_options *options)
{
	struct start_fds fds = { { -1, -1 }, -1, -1, -1 };
	int table[CAMIPC_CHILD_FIRST_FD + CAMIPC_CHILD_MAX_OWN_FDS];
	struct camipc_child_start start = {
		.path = options->path,
		.argv = options->argv,
		.fds = table,
		.n_fds = CAMIPC_CHILD_FIRST_FD + options->n_fds,
		.parent = getpid(),
	};
	char **environment = make_environment(options->environment);
	int ret;

	if (!environment)
		return -ENOMEM;
	ret = open_start_fds(child, &fds);
	if (ret < 0)
		goto close_fds;
	table[0] = fds.null;
	table[1] = fds.null;
	table[2] = fds.stderr_write;
	table[CAMIPC_CHILD_LIFE_LINE_FD] = fds.life_line;
	for (size_t i = 0; i < options->n_fds; i++)
		table[CAMIPC_CHILD_FIRST_FD + i] = options->fds[i];
	start.envp = environment;
	start.status_fd = fds.status[1];
	ret = start_child(child, &fds, &start);
close_fds:
	close_start_fds(&fds);
	free_environment(environment);
	return ret == -ENFILE ? -EMFILE : ret;
}

static void free_child(struct camipc_child *child)
{
	camipc_life_line_fini(&child->life_line);
	close_fd(&child->pidfd);
	close_fd(&child->stderr_fd);
	free(child);
}

/* Reaps the stuck children that have died since. */
static void collect_stuck(void)
{
	pthread_mutex_lock(&stuck_lock);
	for (struct camipc_child **link = &stuck; *link;) {
		struct camipc_child *child = *link;

		if (camipc_child_wait(child, 0) == 0) {
			*link = child->next;
			free_child(child);
		} else {
			link = &child->next;
		}
	}
	pthread_mutex_unlock(&stuck_lock);
}

int camipc_child_spawn(const struct camipc_child_options *options,
		       struct camipc_child **ret_child)
{
	struct camipc_child *child;
	int ret;

	if (options->n_fds > CAMIPC_CHILD_MAX_OWN_FDS ||
	    options->path[0] != '/')
		return -EINVAL;
	collect_stuck();
	child = calloc(1, sizeof(*child));
	if (!child)
		return -ENOMEM;
	child->pidfd = -1;
	child->stderr_fd = -1;
	child->life_line.fd = -1;
	ret = spawn(child, options);
	if (ret < 0) {
		camipc_child_destroy(child);
		return ret;
	}
	*ret_child = child;
	return 0;
}

int camipc_child_get_pid(const struct camipc_child *child)
{
	return child->pid;
}

int camipc_child_get_pidfd(const struct camipc_child *child)
{
	return child->pidfd;
}

int camipc_child_get_stderr(const struct camipc_child *child)
{
	return child->stderr_fd;
}

static void signal_child(const struct camipc_child *child, int number)
{
	long ret = syscall(SYS_pidfd_send_signal, child->pidfd, number, NULL,
			   0);

	/*
	 * valgrind 3.19 and qemu-user lack the call. The pid is right as long
	 * as nobody else reaps: the zombie keeps it from being used again.
	 */
	if (ret < 0 && errno == ENOSYS)
		kill(child->pid, number);
}

/* True if the kernel reaps the children of this process itself. */
static bool host_ignores_children(void)
{
	struct sigaction action;

	return sigaction(SIGCHLD, NULL, &action) == 0 &&
	       (action.sa_handler == SIG_IGN ||
		(action.sa_flags & SA_NOCLDWAIT));
}

void camipc_child_kill(struct camipc_child *child)
{
	struct pollfd pfd = { .fd = child->pidfd, .events = POLLIN };

	if (child->ended || child->pidfd < 0)
		return;
	if (host_ignores_children()) {
		/* No zombie will keep the number of its process group in use;
		 * a stopped child does. */
		signal_child(child, SIGSTOP);
		if (poll(&pfd, 1, 0) == 0)
			kill(-child->pid, SIGKILL);
	}
	signal_child(child, SIGKILL);
}

static void note_status(struct camipc_child *child, const siginfo_t *info)
{
	child->status_known = true;
	if (info->si_code == CLD_EXITED)
		child->status = (info->si_status & 0xff) << 8;
	else if (info->si_code == CLD_DUMPED)
		child->status = info->si_status | 0x80;
	else
		child->status = info->si_status;
}

/* struct rusage as the kernel writes it; that of libc depends on time_t. */
struct kernel_usage {
	long user_s, user_us;
	long system_s, system_us;
	long max_rss_kib;
	long others[13];
};

/* waitid() of libc lacks the last argument. */
static void reap(struct camipc_child *child)
{
	struct kernel_usage usage = { .max_rss_kib = -1 };
	siginfo_t info;

	if (syscall(SYS_waitid, WAIT_FOR_PIDFD, child->pidfd, &info,
		    WEXITED | WNOHANG, &usage) < 0)
		return;
	/* An emulator may not write it. */
	child->usage_known = usage.max_rss_kib >= 0;
	child->usage.user_us =
		(uint64_t)usage.user_s * 1000000 + (uint64_t)usage.user_us;
	child->usage.system_us =
		(uint64_t)usage.system_s * 1000000 + (uint64_t)usage.system_us;
	child->usage.max_rss_kib = (uint64_t)usage.max_rss_kib;
}

/* True once the child has ended. */
static bool try_reap(struct camipc_child *child)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	if (waitid(WAIT_FOR_PIDFD, (id_t)child->pidfd, &info,
		   WEXITED | WNOHANG | WNOWAIT) == 0) {
		if (info.si_pid == 0)
			return false;
		note_status(child, &info);
		/* The zombie keeps the number of its process group in use. */
		kill(-child->pid, SIGKILL);
		reap(child);
	}
	/* Else the host reaped it, and its status is unknown. */
	child->ended = true;
	return true;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int camipc_child_wait(struct camipc_child *child, int timeout_ms)
{
	struct pollfd pfd = { .fd = child->pidfd, .events = POLLIN };
	int64_t deadline = timeout_ms > 0 ? now_ms() + timeout_ms : 0;

	if (child->ended)
		return 0;
	for (;;) {
		int64_t left = timeout_ms > 0 ? deadline - now_ms() : 0;
		int n = poll(&pfd, 1, left > 0 ? (int)left : 0);

		if (n > 0 && try_reap(child))
			return 0;
		if (n == 0 || (n > 0 && timeout_ms <= 0) || left < 0)
			return -ETIMEDOUT;
	}
}

bool camipc_child_get_status(const struct camipc_child *child, int *ret_status)
{
	if (!child->ended || !child->status_known)
		return false;
	*ret_status = child->status;
	return true;
}

bool camipc_child_get_usage(const struct camipc_child *child,
			    struct camipc_child_usage *ret_usage)
{
	if (!child->usage_known)
		return false;
	*ret_usage = child->usage;
	return true;
}

void camipc_child_destroy(struct camipc_child *child)
{
	if (!child)
		return;
	if (child->pidfd >= 0 && !child->ended) {
		camipc_child_kill(child);
		if (camipc_child_wait(child, DEATH_MS) < 0) {
			pthread_mutex_lock(&stuck_lock);
			child->next = stuck;
			stuck = child;
			pthread_mutex_unlock(&stuck_lock);
			return;
		}
	}
	free_child(child);
}
