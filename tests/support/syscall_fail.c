/* SPDX-License-Identifier: MIT */
/* Lets a chosen system call fail. */
#include "syscall_fail.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define BIT(how) (1u << (how))

const char *const syscall_failure_names[N_SYSCALL_FAILURES] = {
	[SYSCALL_EINTR] = "EINTR",
	[SYSCALL_EAGAIN] = "EAGAIN",
	[SYSCALL_EMFILE] = "EMFILE",
	[SYSCALL_ENFILE] = "ENFILE",
	[SYSCALL_ENOMEM] = "ENOMEM",
	[SYSCALL_ENOBUFS] = "ENOBUFS",
	[SYSCALL_ETOOMANYREFS] = "ETOOMANYREFS",
	[SYSCALL_SHORT] = "short count",
	[SYSCALL_CTRUNC] = "MSG_CTRUNC",
};

static const int errors[N_SYSCALL_FAILURES] = {
	[SYSCALL_EINTR] = EINTR,	 [SYSCALL_EAGAIN] = EAGAIN,
	[SYSCALL_EMFILE] = EMFILE,	 [SYSCALL_ENFILE] = ENFILE,
	[SYSCALL_ENOMEM] = ENOMEM,	 [SYSCALL_ENOBUFS] = ENOBUFS,
	[SYSCALL_ETOOMANYREFS] = ETOOMANYREFS,
};

static atomic_bool counting;
static atomic_int failure;
static atomic_ulong count;
static atomic_ulong chosen;
static _Atomic(const char *) always; /* each call of this name; or NULL */
static _Atomic(const char *) where;

static void begin(enum syscall_failure how, unsigned long n, const char *name)
{
	atomic_store(&failure, how);
	atomic_store(&chosen, n);
	atomic_store(&count, 0);
	atomic_store(&always, name);
	atomic_store(&where, NULL);
	atomic_store(&counting, true);
}

void syscall_fail_begin(enum syscall_failure how, unsigned long n)
{
	begin(how, n, NULL);
}

void syscall_fail_always(enum syscall_failure how, const char *name)
{
	begin(how, 1, name);
}

bool syscall_fail_end(void)
{
	atomic_store(&counting, false);
	return atomic_load(&count) >= atomic_load(&chosen);
}

const char *syscall_fail_where(void)
{
	return atomic_load(&where);
}

/** True if this is the one: of a call that can fail in the ways of @mask. */
static bool is_chosen(unsigned int mask, const char *name)
{
	const int how = atomic_load(&failure);
	const char *all = atomic_load(&always);

	if (!atomic_load(&counting) || !(mask & BIT(how)) ||
	    (all && strcmp(all, name) != 0))
		return false;
	if (atomic_fetch_add(&count, 1) + 1 != atomic_load(&chosen) && !all)
		return false;
	atomic_store(&where, name);
	errno = errors[how];
	return true;
}

#define NEW_FD (BIT(SYSCALL_EMFILE) | BIT(SYSCALL_ENFILE))
#define SEND                                                        \
	(BIT(SYSCALL_EINTR) | BIT(SYSCALL_EAGAIN) | BIT(SYSCALL_ENOMEM) | \
	 BIT(SYSCALL_ENOBUFS))

/* ---- calls that only fail ---------------------------------------------- */

/** A wrap of @name: fails in the ways of @mask, or does what it did before. */
#define WRAP(result, name, parameters, arguments, mask) \
	result __real_##name parameters;                \
	result __wrap_##name parameters;                \
	result __wrap_##name parameters                 \
	{                                               \
		if (is_chosen(mask, #name))             \
			return (result)-1;              \
		return __real_##name arguments;         \
	}

WRAP(int, poll, (struct pollfd *fds, nfds_t n, int timeout), (fds, n, timeout),
     BIT(SYSCALL_EINTR) | BIT(SYSCALL_ENOMEM))
WRAP(ssize_t, send, (int fd, const void *bytes, size_t size, int flags),
     (fd, bytes, size, flags), SEND)
WRAP(ssize_t, sendmsg, (int fd, const struct msghdr *msg, int flags),
     (fd, msg, flags), SEND | BIT(SYSCALL_ETOOMANYREFS))
WRAP(int, epoll_create1, (int flags), (flags), NEW_FD | BIT(SYSCALL_ENOMEM))
WRAP(int, epoll_ctl, (int epoll, int op, int fd, struct epoll_event *event),
     (epoll, op, fd, event), op == EPOLL_CTL_ADD ? BIT(SYSCALL_ENOMEM) : 0)
WRAP(int, eventfd, (unsigned int value, int flags), (value, flags),
     NEW_FD | BIT(SYSCALL_ENOMEM))
WRAP(int, timerfd_create, (clockid_t clock, int flags), (clock, flags),
     NEW_FD | BIT(SYSCALL_ENOMEM))
WRAP(int, socketpair, (int domain, int type, int protocol, int fds[2]),
     (domain, type, protocol, fds), NEW_FD | BIT(SYSCALL_ENOMEM))
WRAP(int, pipe2, (int fds[2], int flags), (fds, flags), NEW_FD)
WRAP(int, memfd_create, (const char *name, unsigned int flags), (name, flags),
     NEW_FD | BIT(SYSCALL_ENOMEM))

/* ---- variadic ones ----------------------------------------------------- */

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __real_fcntl64(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...);
int __real_clone(int (*function)(void *), void *stack, int flags, void *arg,
		 ...);
int __wrap_clone(int (*function)(void *), void *stack, int flags, void *arg,
		 ...);

int __wrap_open64(const char *path, int flags, ...)
{
	va_list args;
	int mode;

	if (is_chosen(NEW_FD | BIT(SYSCALL_ENOMEM), "open"))
		return -1;
	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, int) : 0;
	va_end(args);
	return __real_open64(path, flags, mode);
}

int __wrap_fcntl64(int fd, int command, ...)
{
	va_list args;
	void *argument;

	if (command == F_DUPFD_CLOEXEC &&
	    is_chosen(BIT(SYSCALL_EMFILE), "fcntl"))
		return -1;
	va_start(args, command);
	argument = va_arg(args, void *);
	va_end(args);
	return __real_fcntl64(fd, command, argument);
}

int __wrap_clone(int (*function)(void *), void *stack, int flags, void *arg,
		 ...)
{
	va_list args;
	void *parent_id;

	if (is_chosen(BIT(SYSCALL_EAGAIN) | BIT(SYSCALL_ENOMEM), "clone"))
		return -1;
	va_start(args, arg);
	parent_id = va_arg(args, void *);
	va_end(args);
	return __real_clone(function, stack, flags, arg, parent_id, NULL, NULL);
}

/* Where clone() cannot be used. */
pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
	if (is_chosen(BIT(SYSCALL_EAGAIN) | BIT(SYSCALL_ENOMEM), "clone"))
		return -1;
	return __real_fork();
}

void *__real_mmap64(void *where_to, size_t size, int protection, int flags,
		    int fd, off_t offset);
void *__wrap_mmap64(void *where_to, size_t size, int protection, int flags,
		    int fd, off_t offset);
void *__wrap_mmap64(void *where_to, size_t size, int protection, int flags,
		    int fd, off_t offset)
{
	if (is_chosen(BIT(SYSCALL_ENOMEM), "mmap"))
		return MAP_FAILED;
	return __real_mmap64(where_to, size, protection, flags, fd, offset);
}

/* ---- calls with a count ------------------------------------------------ */

/** A wrap that may also do half. */
#define WRAP_COUNT(name, parameters, arguments, half)                        \
	ssize_t __real_##name parameters;                                    \
	ssize_t __wrap_##name parameters;                                    \
	ssize_t __wrap_##name parameters                                     \
	{                                                                    \
		if (is_chosen(BIT(SYSCALL_EINTR), #name))                    \
			return -1;                                           \
		/* Eventfds and the like give all of a word, or nothing. */  \
		if (size > 8 && is_chosen(BIT(SYSCALL_SHORT), #name))        \
			return __real_##name half;                           \
		return __real_##name arguments;                              \
	}

WRAP_COUNT(read, (int fd, void *bytes, size_t size), (fd, bytes, size),
	   (fd, bytes, size / 2))
WRAP_COUNT(pread64, (int fd, void *bytes, size_t size, off_t offset),
	   (fd, bytes, size, offset), (fd, bytes, size / 2, offset))

ssize_t __real_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags);

static void close_received(struct msghdr *msg)
{
	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg;
	     cmsg = CMSG_NXTHDR(msg, cmsg)) {
		size_t n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(fd),
			       sizeof(fd));
			close(fd);
		}
	}
	msg->msg_controllen = 0;
	msg->msg_flags |= MSG_CTRUNC;
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags)
{
	ssize_t n;

	if (is_chosen(BIT(SYSCALL_EINTR) | BIT(SYSCALL_EAGAIN) |
			      BIT(SYSCALL_ENOMEM),
		      "recvmsg"))
		return -1;
	n = __real_recvmsg(fd, msg, flags);
	if (n >= 0 && msg->msg_controllen &&
	    is_chosen(BIT(SYSCALL_CTRUNC), "recvmsg"))
		close_received(msg);
	return n;
}
