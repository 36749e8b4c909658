/* SPDX-License-Identifier: MIT */
/* Attacks by sockets, and by interfaces of the kernel that modules do not need. */
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include <linux/netlink.h>

#include "attacks.h"

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif

/* KEYCTL_GET_KEYRING_ID of the process's session keyring. */
#define GET_KEYRING_ID 0
#define SESSION_KEYRING (-3)

static int try_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int unix_socket(const struct target *target)
{
	(void)target;
	return try_socket(AF_UNIX, SOCK_STREAM, 0);
}

static int internet_socket(const struct target *target)
{
	(void)target;
	return try_socket(AF_INET, SOCK_STREAM, 0);
}

static int internet6_socket(const struct target *target)
{
	(void)target;
	return try_socket(AF_INET6, SOCK_DGRAM, 0);
}

static int netlink_socket(const struct target *target)
{
	(void)target;
	return try_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}

static int kernel_crypto_socket(const struct target *target)
{
	(void)target;
	return try_socket(AF_ALG, SOCK_SEQPACKET, 0);
}

static int socket_pair(const struct target *target)
{
	int fds[2];

	(void)target;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return errno;
	close(fds[0]);
	close(fds[1]);
	return 0;
}

/* Nobody listens: where the call is allowed, that is the error. */
static int abstract_socket(const struct target *target)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int ret;

	(void)target;
	if (fd < 0)
		return errno;
	strcpy(address.sun_path + 1, "camipc-hostile");
	ret = outcome_of(connect(fd, (struct sockaddr *)&address,
				 sizeof(address)));
	close(fd);
	return ret == ECONNREFUSED ? 0 : ret;
}

static int io_ring(const struct target *target)
{
	uint32_t params[30] = { 0 };
	long fd = syscall(SYS_io_uring_setup, 1, params);

	(void)target;
	if (fd < 0)
		return errno;
	close((int)fd);
	return 0;
}

static int user_fault(const struct target *target)
{
	long fd = syscall(SYS_userfaultfd, 1 /* user mode only */);

	(void)target;
	if (fd < 0)
		return errno;
	close((int)fd);
	return 0;
}

/* An unknown command: where the call is allowed, that is the error. */
static int kernel_program(const struct target *target)
{
	(void)target;
	(void)syscall(SYS_bpf, 9999, NULL, 0);
	return errno == EINVAL ? 0 : errno;
}

static int keys(const struct target *target)
{
	(void)target;
	return outcome_of(
		syscall(SYS_keyctl, GET_KEYRING_ID, SESSION_KEYRING, 1));
}

static int mount_it(const struct target *target)
{
	if (unshare(CLONE_NEWNS) < 0)
		return errno;
	return outcome_of(
		mount("none", target->folder, "tmpfs", 0, NULL));
}

static int change_root(const struct target *target)
{
	(void)target;
	return outcome_of(chroot("/"));
}

static int change_personality(const struct target *target)
{
	(void)target;
	return outcome_of(personality(0xffffffff));
}

static int become_root(const struct target *target)
{
	(void)target;
	return outcome_of(setresuid(0, 0, 0));
}

static int keep_core(const struct target *target)
{
	(void)target;
	return outcome_of(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int outlive_parent(const struct target *target)
{
	(void)target;
	return outcome_of(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
}

#ifdef __x86_64__
static sigjmp_buf no_gate;

static void leave_gate(int number)
{
	(void)number;
	siglongjmp(no_gate, 1);
}

/** getpid() through the gate of 32-bit programs. A kernel that was started
 *  without it (ia32_emulation=off) sends SIGSEGV. */
static int i386_gate(const struct target *target)
{
	struct sigaction action = { .sa_handler = leave_gate };
	struct sigaction before;
	volatile int outcome = ENOSYS;
	long result = 20;

	(void)target;
	if (sigaction(SIGSEGV, &action, &before) < 0)
		return errno;
	if (sigsetjmp(no_gate, 1) == 0) {
		__asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8",
				 "r9", "r10", "r11");
		outcome = result == getpid() ? 0 : (int)-result;
	}
	sigaction(SIGSEGV, &before, NULL);
	return outcome;
}

static int x32_gate(const struct target *target)
{
	(void)target;
	return outcome_of(syscall(0x40000000 | SYS_getpid));
}
#endif

/* Input for somebody's terminal; without one, the error says that the call
 * would have been made. */
static int type_for_user(const struct target *target)
{
	char letter = 'x';

	(void)target;
	(void)ioctl(0, TIOCSTI, &letter);
	return errno == ENOTTY || errno == EIO ? 0 : errno;
}

const struct attack attacks_on_kernel[] = {
	ATTACK(48, unix_socket, 0, EPERM),
	ATTACK(48, internet_socket, 0, EPERM),
	ATTACK(48, internet6_socket, ATTACK_MAY_LACK, EPERM),
	ATTACK(48, netlink_socket, 0, EPERM),
	ATTACK(48, kernel_crypto_socket, ATTACK_MAY_LACK, EPERM),
	ATTACK(48, socket_pair, 0, EPERM),
	ATTACK(48, abstract_socket, 0, EPERM),
	ATTACK(48, io_ring, ATTACK_MAY_LACK, EPERM),
	ATTACK(48, user_fault, ATTACK_MAY_LACK, EPERM),
	ATTACK(48, kernel_program, ATTACK_BY_ROOT | ATTACK_MAY_LACK, EPERM),
	ATTACK(48, keys, ATTACK_MAY_LACK, EPERM),
	ATTACK(48, mount_it, ATTACK_BY_ROOT | ATTACK_MAY_LACK, EPERM),
	ATTACK(48, change_root, ATTACK_BY_ROOT | ATTACK_MAY_LACK, EPERM),
	ATTACK(48, change_personality, 0, EPERM),
	ATTACK(48, become_root, ATTACK_BY_ROOT, EPERM),
	ATTACK(48, keep_core, 0, EPERM),
	ATTACK(48, outlive_parent, 0, EPERM),
#ifdef __x86_64__
	ATTACK(48, i386_gate, ATTACK_MAY_LACK, EPERM, ENOSYS),
	ATTACK(48, x32_gate, ATTACK_MAY_LACK, EPERM),
#endif
	ATTACK(48, type_for_user, ATTACK_MAY_LACK, EPERM),
	ATTACKS_END,
};
