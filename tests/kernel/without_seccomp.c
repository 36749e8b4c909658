/* SPDX-License-Identifier: MIT */
/*
 * Runs a program as if the kernel had no seccomp: a filter answers seccomp() with
 * ENOSYS, and prctl(PR_SET_SECCOMP) with EINVAL, as such a kernel does. A kernel
 * of its own for this would double the time that is spent on building them.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

int main(int argc, char **argv)
{
	/* The architecture is not looked at: only this program's tests run here. */
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_SECCOMP, 2, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
	};
	const struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = code,
	};

	if (argc < 2) {
		fputs("usage: without_seccomp PROGRAM [ARGUMENT]...\n", stderr);
		return 2;
	}
	/* Without CAP_SYS_ADMIN, filters are for programs that gain nothing. */
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 &&
	    (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	     prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)) {
		printf("skipped: no filter can be set: %s\n", strerror(errno));
		return 77;
	}
	execv(argv[1], argv + 1);
	printf("without_seccomp: cannot run %s: %s\n", argv[1],
	       strerror(errno));
	return 1;
}
