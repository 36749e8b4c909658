/* SPDX-License-Identifier: MIT */
/*
 * Attacks by calls of the kernel that no module needs, and by names that
 * somebody else waits for. Most have arguments that the kernel refuses: the
 * error shows that nothing stopped the call, and nothing happens.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "attacks.h"

/* Calls that are newer than the headers of distributions. */
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_open_tree
#define SYS_open_tree 428
#define SYS_fsopen 430
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif
#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif

/* An attack that is one system call. */
#define CALL(name, beyond, ...)                                      \
	static int name(const struct target *target)                 \
	{                                                            \
		(void)target;                                        \
		return outcome_beyond(syscall(__VA_ARGS__), beyond); \
	}

/* ---- processes and programs -------------------------------------------- */

static int end_of_child(long pid)
{
	if (pid < 0)
		return errno;
	if (pid == 0)
		_exit(0);
	waitpid((pid_t)pid, NULL, 0);
	return 0;
}

static int fork_by_clone(const struct target *target)
{
	(void)target;
	return end_of_child(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

static int fork_by_clone3(const struct target *target)
{
	/* struct clone_args: exit_signal is the fifth word. */
	uint64_t args[8] = { 0, 0, 0, 0, SIGCHLD };

	(void)target;
	return end_of_child(syscall(SYS_clone3, args, sizeof(args)));
}

#ifdef SYS_fork
static int fork_by_number(const struct target *target)
{
	(void)target;
	return end_of_child(syscall(SYS_fork));
}
#endif

/* posix_spawn() shares memory with its child, as a thread does. */
static int spawn_program(const struct target *target)
{
	char *const none[] = { NULL };
	pid_t pid;
	int error = posix_spawn(&pid, in_folder(target, "nothing"), NULL, NULL,
				none, none);

	if (error == 0)
		waitpid(pid, NULL, 0);
	return error == ENOENT ? 0 : error;
}

/* A program that is no file: what is in it is no program, either. */
static int run_from_memory(const struct target *target)
{
	char *const none[] = { NULL };
	int fd = memfd_create("run", MFD_CLOEXEC);
	int ret = EIO;

	(void)target;
	if (fd < 0)
		return errno;
	if (write(fd, "nothing", 7) == 7)
		ret = outcome_beyond(syscall(SYS_execveat, fd, "", none, none,
					     AT_EMPTY_PATH),
				     ENOEXEC);
	close(fd);
	return ret;
}

CALL(enter_namespace, EBADF, SYS_setns, -1, 0)
CALL(own_files, 0, SYS_unshare, CLONE_FILES)

/* ---- the kernel -------------------------------------------------------- */

CALL(measure, EFAULT, SYS_perf_event_open, NULL, 0, -1, -1, 0)
CALL(old_asynchronous_io, EFAULT, SYS_io_setup, 1, NULL)
CALL(set_clock, EFAULT, SYS_clock_settime, 0, NULL)
CALL(set_time, 0, SYS_settimeofday, NULL, NULL)
CALL(reboot_it, EINVAL, SYS_reboot, 0, 0, 0, NULL)
CALL(set_host_name, EINVAL, SYS_sethostname, "", -1)
CALL(read_kernel_log, 0, SYS_syslog, 10, NULL, 0)
CALL(swap_root, ENOENT, SYS_pivot_root, "/nonexistent", "/nonexistent")
CALL(unmount_it, ENOENT, SYS_umount2, "/nonexistent", 0)
CALL(open_tree_, ENOENT, SYS_open_tree, -1, "/nonexistent", 0)
CALL(new_file_system, EFAULT, SYS_fsopen, NULL, 0)
CALL(add_key_, EFAULT, SYS_add_key, NULL, NULL, NULL, 0, 0)
CALL(landlock, 0, SYS_landlock_create_ruleset, NULL, 0, 1)
#ifdef SYS_modify_ldt
CALL(change_segments, EFAULT, SYS_modify_ldt, 1, NULL, 16)
#endif

static int adjust_clock(const struct target *target)
{
	struct timex timex;

	(void)target;
	memset(&timex, 0, sizeof(timex));
	return outcome_of(syscall(SYS_adjtimex, &timex));
}

/* A filter that sends calls to a descriptor: whose owner would answer them. */
static int answer_own_calls(const struct target *target)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = { 1, &allow };

	(void)target;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return outcome_of_open(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				       SECCOMP_FILTER_FLAG_NEW_LISTENER,
				       &program));
}

static int old_seccomp(const struct target *target)
{
	(void)target;
	/* No program: the kernel reads it first. */
	return outcome_beyond(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL,
				    0, 0),
			      EFAULT);
}

static int catch_own_calls(const struct target *target)
{
	(void)target;
	return outcome_of(prctl(PR_SET_SYSCALL_USER_DISPATCH, 0, 0, 0, 0));
}

static int outlive_it(const struct target *target)
{
	(void)target;
	return outcome_of(prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0));
}

static int real_time(const struct target *target)
{
	const struct sched_param param = { .sched_priority = 1 };
	int ret = outcome_of(sched_setscheduler(0, SCHED_FIFO, &param));
	const struct sched_param normal = { .sched_priority = 0 };

	(void)target;
	if (ret == 0)
		(void)sched_setscheduler(0, SCHED_OTHER, &normal);
	return ret;
}

static int go_first(const struct target *target)
{
	int ret;

	(void)target;
	errno = 0;
	ret = nice(-1) == -1 && errno ? errno : 0;
	return ret;
}

/* ---- terminals --------------------------------------------------------- */

/* Without a terminal, the error says that the call would have been made. */
static int paste_for_user(const struct target *target)
{
	char selection = 2;

	(void)target;
	return outcome_beyond(ioctl(0, TIOCLINUX, &selection), ENOTTY);
}

static int take_terminal(const struct target *target)
{
	(void)target;
	return outcome_beyond(ioctl(0, TIOCSCTTY, 0), ENOTTY);
}

static int take_console(const struct target *target)
{
	(void)target;
	return outcome_beyond(ioctl(0, TIOCCONS), ENOTTY);
}

static int new_terminal(const struct target *target)
{
	(void)target;
	return outcome_of_open(open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
}

/* ---- names and queues -------------------------------------------------- */

/* On which a camera process listens, as a message bus would. */
static int message_bus(const struct target *target)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int ret;

	if (fd < 0)
		return errno;
	strncpy(address.sun_path, in_folder(target, "bus"),
		sizeof(address.sun_path) - 1);
	ret = outcome_of(connect(fd, (struct sockaddr *)&address,
				 sizeof(address)));
	close(fd);
	return ret;
}

static int try_bind(int family, const void *address, size_t size)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int ret;

	if (fd < 0)
		return errno;
	ret = outcome_of(bind(fd, address, (socklen_t)size));
	close(fd);
	return ret;
}

static int squat_abstract_name(const struct target *target)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)target;
	strcpy(address.sun_path + 1, "camipc-squatter");
	return try_bind(AF_UNIX, &address, sizeof(address));
}

static int squat_socket_file(const struct target *target)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strncpy(address.sun_path, in_folder(target, "squatter"),
		sizeof(address.sun_path) - 1);
	return try_bind(AF_UNIX, &address, sizeof(address));
}

static int squat_port(const struct target *target)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	(void)target;
	return try_bind(AF_INET, &address, sizeof(address));
}

static int semaphores(const struct target *target)
{
	int id = semget(IPC_PRIVATE, 1, 0600);

	(void)target;
	if (id < 0)
		return errno;
	semctl(id, 0, IPC_RMID);
	return 0;
}

static int message_queue(const struct target *target)
{
	int id = msgget(IPC_PRIVATE, 0600);

	(void)target;
	if (id < 0)
		return errno;
	msgctl(id, IPC_RMID, NULL);
	return 0;
}

static int posix_queue(const struct target *target)
{
	mqd_t queue = mq_open("/camipc-hostile", O_RDWR | O_CREAT, 0600, NULL);

	(void)target;
	if (queue == (mqd_t)-1)
		return errno;
	mq_close(queue);
	mq_unlink("/camipc-hostile");
	return 0;
}

const struct attack attacks_on_system[] = {
	ATTACK(44, fork_by_clone, 0, EPERM),
	ATTACK(44, fork_by_clone3, 0, ENOSYS),
#ifdef SYS_fork
	ATTACK(44, fork_by_number, 0, EPERM),
#endif
	ATTACK(46, spawn_program, 0, EPERM),
	ATTACK(46, run_from_memory, 0, EPERM),
	ATTACK(48, enter_namespace, 0, EPERM),
	ATTACK(48, own_files, 0, EPERM),
	ATTACK(48, measure, ATTACK_MAY_LACK, EPERM),
	ATTACK(48, old_asynchronous_io, ATTACK_MAY_LACK, EPERM),
	ATTACK(48, set_clock, 0, EPERM),
	ATTACK(48, set_time, ATTACK_BY_ROOT, EPERM),
	ATTACK(48, adjust_clock, 0, EPERM),
	ATTACK(48, reboot_it, ATTACK_BY_ROOT, EPERM),
	ATTACK(48, set_host_name, ATTACK_BY_ROOT, EPERM),
	ATTACK(48, read_kernel_log, ATTACK_BY_ROOT, EPERM),
	ATTACK(48, swap_root, ATTACK_BY_ROOT, EPERM),
	ATTACK(48, unmount_it, ATTACK_BY_ROOT, EPERM),
	ATTACK(48, open_tree_, ATTACK_MAY_LACK, EPERM),
	ATTACK(48, new_file_system, ATTACK_BY_ROOT | ATTACK_MAY_LACK, EPERM),
	ATTACK(48, add_key_, ATTACK_MAY_LACK, EPERM),
	ATTACK(48, landlock, ATTACK_MAY_LACK, EPERM),
#ifdef SYS_modify_ldt
	ATTACK(48, change_segments, ATTACK_MAY_LACK, EPERM),
#endif
	ATTACK(48, answer_own_calls, ATTACK_MAY_LACK, EPERM),
	ATTACK(48, old_seccomp, 0, EPERM),
	ATTACK(48, catch_own_calls, ATTACK_MAY_LACK, EPERM),
	ATTACK(42, outlive_it, 0, EPERM),
	ATTACK(45, real_time, ATTACK_BY_ROOT, EPERM),
	ATTACK(45, go_first, ATTACK_BY_ROOT, EPERM, EACCES),
	ATTACK(48, paste_for_user, 0, EPERM),
	ATTACK(48, take_terminal, 0, EPERM),
	ATTACK(48, take_console, 0, EPERM),
	ATTACK(48, new_terminal, 0, EPERM, EACCES),
	ATTACK(48, message_bus, 0, EPERM),
	ATTACK(48, squat_abstract_name, 0, EPERM),
	ATTACK(48, squat_socket_file, 0, EPERM),
	ATTACK(48, squat_port, 0, EPERM),
	ATTACK(48, semaphores, ATTACK_MAY_LACK, EPERM),
	ATTACK(48, message_queue, ATTACK_MAY_LACK, EPERM),
	ATTACK(48, posix_queue, ATTACK_MAY_LACK, EPERM),
	ATTACKS_END,
};
