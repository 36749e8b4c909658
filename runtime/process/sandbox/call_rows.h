/* SPDX-License-Identifier: MIT */
/*
 * The system calls of a worker by phase, one row each:
 *
 *	CALL(name, load, run)
 *
 * @load holds from before the module is loaded, @run in addition once its init
 * has succeeded. A call is allowed only where every phase allows it.
 *
 *	YES     allowed
 *	NO      fails with EPERM
 *	ABSENT  fails with ENOSYS, so that libc takes its older way
 *	TRAP    ends the worker, which reports the call (SIGSYS)
 *	others  conditions on the arguments; see call_table.c
 *
 * Calls without a row fail with EPERM in @load, and are traps in @run: a module
 * that suddenly makes one after init is no longer what its vendor wrote. What
 * honest libraries try at any time, and can do without, has a row with NO in
 * @run. recvmsg, sendto, poll and futex have no conditions: the kernel allows
 * them without running the filter.
 *
 * Measured with production IPAs (Raspberry Pi's, Rockchip's), OpenMP, C++.
 */

/* The channel, and waiting for it. */
CALL(recvmsg, YES, YES)
CALL(sendto, YES, YES)
CALL(sendmsg, YES, YES)
CALL(recvfrom, YES, YES)
#ifdef SYS_poll
CALL(poll, YES, YES)
#endif
CALL(ppoll, YES, YES)
#ifdef SYS_select
CALL(select, YES, YES)
#endif
CALL(pselect6, YES, YES)
CALL(futex, YES, YES)
CALL(restart_syscall, YES, YES)
CALL(getsockopt, YES, YES)
CALL(getsockname, YES, YES)

/* Memory. New code may come until init has succeeded: dlopen(). */
CALL(mmap, MAP, MAP_WITHOUT_CODE)
/* The protection is the third argument of both. */
CALL(mprotect, MAP, PROTECT_WITHOUT_CODE)
CALL(munmap, YES, YES)
CALL(mremap, YES, YES)
CALL(brk, YES, YES)
CALL(madvise, YES, YES)
CALL(msync, YES, YES)
CALL(mincore, YES, YES)
CALL(mlock, YES, YES)
CALL(mlock2, YES, YES)
CALL(munlock, YES, YES)
CALL(membarrier, YES, YES)
CALL(get_mempolicy, NO, NO)
CALL(set_mempolicy, NO, NO)
CALL(mbind, NO, NO)
CALL(pkey_alloc, ABSENT, ABSENT)
CALL(memfd_create, MEMFD, MEMFD)

/* Threads, not processes. The flags of clone3 cannot be seen. */
CALL(clone, THREAD, THREAD_OR_TRAP)
CALL(clone3, ABSENT, ABSENT)
CALL(set_robust_list, YES, YES)
CALL(get_robust_list, SELF, SELF)
CALL(rseq, YES, YES)
CALL(set_tid_address, YES, YES)
CALL(exit, YES, YES)
CALL(exit_group, YES, YES)
CALL(gettid, YES, YES)
CALL(getpid, YES, YES)
CALL(getppid, YES, YES)
CALL(getpgid, YES, YES)
#ifdef SYS_getpgrp
CALL(getpgrp, YES, YES)
#endif
CALL(getsid, YES, YES)
CALL(sched_yield, YES, YES)
CALL(sched_getaffinity, YES, YES)
CALL(sched_getparam, YES, YES)
CALL(sched_getscheduler, YES, YES)
CALL(sched_get_priority_max, YES, YES)
CALL(sched_get_priority_min, YES, YES)
CALL(sched_setaffinity, SELF, SELF)
CALL(sched_setscheduler, SELF, SELF)
CALL(sched_setparam, SELF, SELF)
CALL(sched_setattr, SELF, SELF)
CALL(sched_getattr, SELF, SELF)
CALL(setpriority, SELF_PRIORITY, SELF_PRIORITY)
CALL(getpriority, SELF_PRIORITY, SELF_PRIORITY)
CALL(getcpu, YES, YES)

/* Signals to this process only. */
CALL(rt_sigaction, YES, YES)
CALL(rt_sigprocmask, YES, YES)
CALL(rt_sigreturn, YES, YES)
CALL(rt_sigpending, YES, YES)
CALL(rt_sigsuspend, YES, YES)
CALL(rt_sigtimedwait, YES, YES)
CALL(sigaltstack, YES, YES)
CALL(kill, OWN_PID, OWN_PID)
CALL(tgkill, OWN_PID, OWN_PID)
#ifdef SYS_pause
CALL(pause, YES, YES)
#endif
#ifdef SYS_alarm
CALL(alarm, YES, YES)
#endif
CALL(setitimer, YES, YES)
CALL(getitimer, YES, YES)
CALL(signalfd4, YES, YES)

/* Time. */
CALL(clock_gettime, YES, YES)
CALL(clock_getres, YES, YES)
CALL(clock_nanosleep, YES, YES)
CALL(nanosleep, YES, YES)
CALL(gettimeofday, YES, YES)
#ifdef SYS_time
CALL(time, YES, YES)
#endif
CALL(times, YES, YES)
CALL(timer_create, YES, YES)
CALL(timer_settime, YES, YES)
CALL(timer_gettime, YES, YES)
CALL(timer_getoverrun, YES, YES)
CALL(timer_delete, YES, YES)
CALL(timerfd_create, YES, YES)
CALL(timerfd_settime, YES, YES)
CALL(timerfd_gettime, YES, YES)

/* Descriptors that are open. The life-line stays as it is. */
CALL(read, YES, YES)
CALL(readv, YES, YES)
CALL(pread64, YES, YES)
CALL(preadv, YES, YES)
CALL(write, YES, YES)
CALL(writev, YES, YES)
CALL(pwrite64, YES, YES)
CALL(pwritev, YES, YES)
CALL(lseek, YES, YES)
CALL(fstat, YES, YES)
CALL(fstatfs, YES, YES)
CALL(fsync, YES, YES)
CALL(fdatasync, YES, YES)
CALL(ftruncate, YES, YES)
CALL(fallocate, YES, YES)
CALL(fadvise64, YES, YES)
CALL(readahead, YES, YES)
CALL(close, CLOSE, CLOSE)
CALL(close_range, ABSENT, ABSENT)
CALL(dup, CLOSE, CLOSE)
#ifdef SYS_dup2
CALL(dup2, COPY, COPY)
#endif
CALL(dup3, COPY, COPY)
CALL(fcntl, CONTROL, CONTROL)
CALL(ioctl, DEVICE, DEVICE)
CALL(pipe2, YES, YES)
#ifdef SYS_pipe
CALL(pipe, YES, YES)
#endif
CALL(eventfd2, YES, YES)
#ifdef SYS_eventfd
CALL(eventfd, YES, YES)
#endif
CALL(epoll_create1, YES, YES)
#ifdef SYS_epoll_create
CALL(epoll_create, YES, YES)
#endif
CALL(epoll_ctl, YES, YES)
#ifdef SYS_epoll_wait
CALL(epoll_wait, YES, YES)
#endif
CALL(epoll_pwait, YES, YES)

/* Files by name: to read until init has succeeded, as far as Landlock lets it.
 * Their names can be asked for ever; SECURITY.md says so. */
CALL(openat, OPEN, NO)
#ifdef SYS_open
CALL(open, OPEN_OLD, NO)
#endif
CALL(openat2, ABSENT, ABSENT)
CALL(getdents64, YES, YES)
CALL(newfstatat, YES, YES)
CALL(statx, YES, YES)
#ifdef SYS_stat
CALL(stat, YES, YES)
CALL(lstat, YES, YES)
#endif
CALL(statfs, YES, YES)
#ifdef SYS_access
CALL(access, YES, YES)
#endif
CALL(faccessat, YES, YES)
CALL(faccessat2, ABSENT, ABSENT)
#ifdef SYS_readlink
CALL(readlink, YES, YES)
#endif
CALL(readlinkat, YES, YES)
CALL(getcwd, YES, YES)

/* What a process may know of itself and of the system. */
CALL(uname, YES, YES)
CALL(sysinfo, YES, YES)
CALL(getrandom, YES, YES)
CALL(getuid, YES, YES)
CALL(geteuid, YES, YES)
CALL(getgid, YES, YES)
CALL(getegid, YES, YES)
CALL(getresuid, YES, YES)
CALL(getresgid, YES, YES)
CALL(getgroups, YES, YES)
CALL(capget, YES, YES)
CALL(getrusage, YES, YES)
CALL(prlimit64, SELF, SELF)
CALL(getrlimit, YES, YES)
CALL(umask, YES, YES)
CALL(prctl, PROCESS, PROCESS)
/* Filters can only be added; the seal is one. */
CALL(seccomp, FILTER, FILTER)

/* Refused at any time, without an end of the worker: libraries try these
 * (tracers, TLS, name services, allocators), and do without. */
CALL(socket, NO, NO)
CALL(socketpair, NO, NO)
CALL(connect, NO, NO)
CALL(shutdown, NO, NO)
CALL(setsockopt, NO, NO)
CALL(io_uring_setup, NO, NO)
CALL(userfaultfd, NO, NO)
CALL(perf_event_open, NO, NO)
CALL(inotify_init1, NO, NO)
#ifdef SYS_mkdir
CALL(mkdir, NO, NO)
CALL(unlink, NO, NO)
#endif
CALL(mkdirat, NO, NO)
CALL(unlinkat, NO, NO)
CALL(pidfd_open, NO, NO)
CALL(wait4, NO, NO)
CALL(waitid, NO, NO)
