/* SPDX-License-Identifier: MIT */
/*
 * Tests the seccomp filters of the sandbox without a kernel: an interpreter runs
 * them for every number, and for arguments around every condition.
 * Threats 44, 46, 47 and 48.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <camipc/limits.h>

#include "filter.h"

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#define OTHER_ARCHITECTURE AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#define OTHER_ARCHITECTURE AUDIT_ARCH_ARM
#endif

/* AT_FDCWD, as the kernel gets it. */
#define HERE (uint32_t)AT_FDCWD

#define PID 4711
#define LIFE_LINE 3

#define ALLOWED SECCOMP_RET_ALLOW
#define REFUSED (SECCOMP_RET_ERRNO | EPERM)
#define ABSENT (SECCOMP_RET_ERRNO | ENOSYS)
#define TRAPPED SECCOMP_RET_TRAP

static struct camipc_filter filters[CAMIPC_N_CALL_PHASES];

#ifdef OWN_ARCHITECTURE

static uint32_t run(const struct camipc_filter *filter,
		    const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (uint32_t at = 0; at < filter->n; at++) {
		const struct sock_filter *code = &filter->code[at];

		switch (code->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			assert_true(code->k % 4 == 0 &&
				    code->k + 4 <= sizeof(*data));
			memcpy(&a, (const uint8_t *)data + code->k, 4);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= code->k;
			break;
		case BPF_JMP | BPF_JA:
			at += code->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			at += a == code->k ? code->jt : code->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			at += a >= code->k ? code->jt : code->jf;
			break;
		case BPF_RET | BPF_K:
			return code->k;
		default:
			fail_msg("unknown instruction %#x", code->code);
		}
	}
	fail_msg("the filter has no end");
	return 0;
}

static uint32_t call(enum camipc_call_phase phase, long number, uint64_t a,
		     uint64_t b, uint64_t c)
{
	const struct seccomp_data data = {
		.nr = (int)number,
		.arch = OWN_ARCHITECTURE,
		.args = { a, b, c },
	};

	return run(&filters[phase], &data);
}

#define LOAD(name, a, b, c) call(CAMIPC_PHASE_LOAD, SYS_##name, a, b, c)
#define RUN(name, a, b, c) call(CAMIPC_PHASE_RUN, SYS_##name, a, b, c)

static int make_filters(void **state)
{
	const struct camipc_filter_values values = {
		.pid = PID,
		.life_line_fd = LIFE_LINE,
	};

	(void)state;
	for (unsigned int i = 0; i < CAMIPC_N_CALL_PHASES; i++)
		assert_int_equal(
			camipc_filter_make(&filters[i],
					   (enum camipc_call_phase)i, &values),
			0);
	return 0;
}

/** Every number ends as its row says; the table decides, not the search. */
static void each_number_has_its_rule(void **state)
{
	static const uint32_t results[] = {
		[CAMIPC_CALL_NO] = REFUSED,
		[CAMIPC_CALL_YES] = ALLOWED,
		[CAMIPC_CALL_ABSENT] = ABSENT,
		[CAMIPC_CALL_TRAP] = TRAPPED,
	};
	uint8_t rules[CAMIPC_CALL_MAX_NUMBERS];

	(void)state;
	for (unsigned int phase = 0; phase < CAMIPC_N_CALL_PHASES; phase++) {
		camipc_call_table_fill((enum camipc_call_phase)phase, rules);
		for (long i = 0; i < CAMIPC_CALL_MAX_NUMBERS; i++) {
			if (rules[i] >= CAMIPC_CALL_FIRST_CONDITION)
				continue;
			assert_int_equal(call((enum camipc_call_phase)phase, i,
					      0, 0, 0),
					 results[rules[i]]);
		}
		assert_int_equal(call((enum camipc_call_phase)phase, 0x3fffffff,
				      0, 0, 0),
				 ABSENT);
	}
}

/** i386 and x32: the same processor, other numbers. */
static void other_architectures_are_refused(void **state)
{
	struct seccomp_data data = { .nr = SYS_read };

	(void)state;
	data.arch = OTHER_ARCHITECTURE;
	assert_int_equal(run(&filters[CAMIPC_PHASE_LOAD], &data), REFUSED);
	assert_int_equal(run(&filters[CAMIPC_PHASE_RUN], &data), TRAPPED);
	data.arch = OWN_ARCHITECTURE;
	data.nr = (int)(0x80000000u | SYS_read);
	assert_int_equal(run(&filters[CAMIPC_PHASE_LOAD], &data), REFUSED);
#ifdef __x86_64__
	data.nr = 0x40000000 | SYS_read;
	assert_int_equal(run(&filters[CAMIPC_PHASE_LOAD], &data), REFUSED);
	assert_int_equal(run(&filters[CAMIPC_PHASE_RUN], &data), TRAPPED);
#endif
}

/** The kernel allows these without running the filter. */
static void the_hot_calls_have_no_condition(void **state)
{
	static const long numbers[] = { SYS_recvmsg, SYS_sendto, SYS_futex,
#ifdef SYS_poll
					SYS_poll,
#endif
					SYS_ppoll };
	uint8_t rules[CAMIPC_CALL_MAX_NUMBERS];

	(void)state;
	for (unsigned int phase = 0; phase < CAMIPC_N_CALL_PHASES; phase++) {
		camipc_call_table_fill((enum camipc_call_phase)phase, rules);
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]);
		     i++)
			assert_int_equal(rules[numbers[i]], CAMIPC_CALL_YES);
	}
}

static void threads_but_no_processes(void **state)
{
	const uint64_t thread = CLONE_VM | CLONE_FS | CLONE_FILES |
				CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
				CLONE_SETTLS | CLONE_PARENT_SETTID |
				CLONE_CHILD_CLEARTID;
	static const uint64_t wrong[] = {
		SIGCHLD, CLONE_VM | SIGCHLD, CLONE_VM | CLONE_VFORK | SIGCHLD,
		CLONE_VM | CLONE_SIGHAND,
	};

	(void)state;
	assert_int_equal(LOAD(clone, thread, 0, 0), ALLOWED);
	assert_int_equal(RUN(clone, thread, 0, 0), ALLOWED);
	assert_int_equal(LOAD(clone3, 0, 0, 0), ABSENT);
	assert_int_equal(LOAD(clone, thread | CLONE_NEWUSER, 0, 0), REFUSED);
	assert_int_equal(LOAD(clone, thread | CLONE_NEWNS, 0, 0), REFUSED);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(LOAD(clone, wrong[i], 0, 0), REFUSED);
		assert_int_equal(RUN(clone, wrong[i], 0, 0), TRAPPED);
	}
}

static void no_other_process_is_reached(void **state)
{
	static const uint32_t others[] = { 0, 1, PID - 1, PID + 1, UINT32_MAX };

	(void)state;
	assert_int_equal(LOAD(kill, PID, SIGTERM, 0), ALLOWED);
	assert_int_equal(LOAD(tgkill, PID, PID, SIGABRT), ALLOWED);
	assert_int_equal(LOAD(prlimit64, 0, 0, 0), ALLOWED);
	assert_int_equal(LOAD(prlimit64, PID, 0, 0), ALLOWED);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(LOAD(kill, others[i], 0, 0), REFUSED);
		assert_int_equal(LOAD(tgkill, others[i], 1, 0), REFUSED);
		if (others[i] == 0)
			continue;
		assert_int_equal(LOAD(prlimit64, others[i], 0, 0), REFUSED);
		assert_int_equal(LOAD(sched_setaffinity, others[i], 0, 0),
				 REFUSED);
		assert_int_equal(LOAD(sched_setscheduler, others[i], 0, 0),
				 REFUSED);
		assert_int_equal(LOAD(setpriority, 0, others[i], 0), REFUSED);
	}
	/* By a group or a user instead of a process. */
	assert_int_equal(LOAD(setpriority, 1, 0, 0), REFUSED);
	assert_int_equal(LOAD(setpriority, 2, 0, 0), REFUSED);
	/* The upper half does not count in the kernel, and not here. */
	assert_int_equal(LOAD(kill, (UINT64_C(1) << 32) + PID, 0, 0), ALLOWED);
}

/** What would take the life-line away, or make a signal of a descriptor. */
static void the_life_line_stays(void **state)
{
	static const uint32_t commands[] = {
		F_SETOWN, F_SETSIG, F_SETOWN_EX, F_NOTIFY, F_SETLEASE, F_SETLK,
	};

	(void)state;
	assert_int_equal(LOAD(close, LIFE_LINE, 0, 0), REFUSED);
	assert_int_equal(LOAD(close, 7, 0, 0), ALLOWED);
	assert_int_equal(LOAD(dup, LIFE_LINE, 0, 0), REFUSED);
	assert_int_equal(LOAD(dup3, LIFE_LINE, 9, 0), REFUSED);
	assert_int_equal(LOAD(dup3, 9, LIFE_LINE, 0), REFUSED);
	assert_int_equal(LOAD(dup3, 8, 9, 0), ALLOWED);
	assert_int_equal(LOAD(fcntl, LIFE_LINE, F_SETFL, 0), REFUSED);
	assert_int_equal(LOAD(fcntl, LIFE_LINE, F_DUPFD, 0), REFUSED);
	assert_int_equal(LOAD(ioctl, LIFE_LINE, FIONBIO, 0), REFUSED);
	assert_int_equal(LOAD(close_range, 0, UINT32_MAX, 0), ABSENT);
	assert_int_equal(LOAD(fcntl, 7, F_SETFL, O_NONBLOCK), ALLOWED);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		assert_int_equal(LOAD(fcntl, 7, commands[i], 0), REFUSED);
	assert_int_equal(LOAD(ioctl, 7, TIOCSTI, 0), REFUSED);
	assert_int_equal(LOAD(ioctl, 7, FIOASYNC, 0), REFUSED);
}

static void files_are_read_only(void **state)
{
	static const uint32_t wrong[] = {
		O_WRONLY, O_RDWR, O_CREAT, O_RDONLY | O_TRUNC, O_TMPFILE,
		O_TMPFILE | O_RDWR,
	};

	(void)state;
	assert_int_equal(LOAD(openat, HERE, 0, O_RDONLY | O_CLOEXEC),
			 ALLOWED);
	assert_int_equal(LOAD(openat, HERE, 0, O_DIRECTORY), ALLOWED);
	assert_int_equal(RUN(openat, HERE, 0, O_RDONLY), REFUSED);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(LOAD(openat, HERE, 0, wrong[i]), REFUSED);
	assert_int_equal(LOAD(memfd_create, 0, MFD_CLOEXEC, 0), ALLOWED);
	assert_int_equal(LOAD(memfd_create, 0, 0x10, 0), REFUSED);
}

static void no_new_code_after_init(void **state)
{
	(void)state;
	assert_int_equal(LOAD(mmap, 0, 1, PROT_READ | PROT_EXEC), ALLOWED);
	assert_int_equal(LOAD(mmap, 0, 1, PROT_WRITE | PROT_EXEC), REFUSED);
	assert_int_equal(LOAD(mprotect, 0, 1, PROT_READ | PROT_EXEC), ALLOWED);
	assert_int_equal(RUN(mmap, 0, 1, PROT_READ | PROT_WRITE), ALLOWED);
	assert_int_equal(RUN(mprotect, 0, 1, PROT_READ | PROT_WRITE), ALLOWED);
	assert_int_equal(RUN(mmap, 0, 1, PROT_READ | PROT_EXEC), TRAPPED);
	assert_int_equal(RUN(mprotect, 0, 1, PROT_EXEC), TRAPPED);
}

/** What was granted for devices, and nothing beside it. */
static void granted_devices(void **state)
{
	static const uint32_t ioctls[] = { 0xc0585611, 0x4004561a };
	const struct camipc_filter_values values = {
		.pid = PID,
		.life_line_fd = LIFE_LINE,
		.opens_devices = true,
		.ioctls = ioctls,
		.n_ioctls = 2,
	};
	struct camipc_filter_values gpu = values;

	(void)state;
	gpu.has_gpu = true;
	for (int i = 0; i < CAMIPC_N_CALL_PHASES; i++) {
		const enum camipc_call_phase phase = (enum camipc_call_phase)i;

		assert_int_equal(camipc_filter_make(&filters[i], phase, &values),
				 0);
		assert_int_equal(call(phase, SYS_ioctl, 7, ioctls[0], 0),
				 ALLOWED);
		assert_int_equal(call(phase, SYS_ioctl, 7, ioctls[1], 0),
				 ALLOWED);
		/* The kernel's drivers see 32 bits of it. */
		assert_int_equal(call(phase, SYS_ioctl, 7,
				      UINT64_C(1) << 32 | ioctls[0], 0),
				 ALLOWED);
		assert_int_equal(call(phase, SYS_ioctl, 7, ioctls[0] + 1, 0),
				 REFUSED);
		assert_int_equal(call(phase, SYS_ioctl, 7, 0xc0586400, 0),
				 REFUSED);
		assert_int_equal(call(phase, SYS_ioctl, LIFE_LINE, ioctls[0],
				      0),
				 REFUSED);
		assert_int_equal(call(phase, SYS_ioctl, 7, TIOCSTI, 0),
				 REFUSED);
		assert_int_equal(camipc_filter_make(&filters[i], phase, &gpu),
				 0);
		assert_int_equal(call(phase, SYS_ioctl, 7, 0xc0586400, 0),
				 ALLOWED);
		assert_int_equal(call(phase, SYS_ioctl, 7, 0x400864ff, 0),
				 ALLOWED);
		assert_int_equal(call(phase, SYS_ioctl, 7, ioctls[0], 0),
				 ALLOWED);
		assert_int_equal(call(phase, SYS_ioctl, 7, 0x40086500, 0),
				 REFUSED);
		assert_int_equal(call(phase, SYS_ioctl, 7, 0x64, 0), REFUSED);
	}
	assert_int_equal(LOAD(openat, HERE, 0, O_RDWR | O_CLOEXEC), ALLOWED);
	assert_int_equal(LOAD(openat, HERE, 0, O_WRONLY), ALLOWED);
	assert_int_equal(LOAD(openat, HERE, 0, O_RDWR | O_CREAT), REFUSED);
	assert_int_equal(LOAD(openat, HERE, 0, O_RDWR | O_TRUNC), REFUSED);
	assert_int_equal(LOAD(openat, HERE, 0, O_RDWR | O_TMPFILE), REFUSED);
	assert_int_equal(RUN(openat, HERE, 0, O_RDWR), REFUSED);
	assert_int_equal(make_filters(NULL), 0);
}

/** The most that a manifest can ask for has room. */
static void the_largest_grant_fits(void **state)
{
	uint32_t ioctls[CAMIPC_MAX_IOCTLS];
	const struct camipc_filter_values values = {
		.opens_devices = true,
		.has_gpu = true,
		.ioctls = ioctls,
		.n_ioctls = CAMIPC_MAX_IOCTLS,
	};

	(void)state;
	for (uint32_t i = 0; i < CAMIPC_MAX_IOCTLS; i++)
		ioctls[i] = 0x5600 + i;
	for (int i = 0; i < CAMIPC_N_CALL_PHASES; i++)
		assert_int_equal(camipc_filter_make(&filters[i],
						    (enum camipc_call_phase)i,
						    &values),
				 0);
	assert_int_equal(LOAD(ioctl, 7, ioctls[CAMIPC_MAX_IOCTLS - 1], 0),
			 ALLOWED);
	assert_int_equal(make_filters(NULL), 0);
}

/** Members of the kinds that no row may ever allow. */
static void what_is_never_allowed(void **state)
{
	static const long numbers[] = {
		SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv,
		SYS_process_vm_writev, SYS_kcmp, SYS_bpf, SYS_keyctl,
		SYS_add_key, SYS_request_key, SYS_mount, SYS_umount2,
		SYS_pivot_root, SYS_chroot, SYS_unshare, SYS_setns,
		SYS_personality, SYS_userfaultfd, SYS_perf_event_open,
		SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen,
		SYS_accept4, SYS_fchmodat, SYS_fchmod, SYS_fchownat, SYS_fchown,
		SYS_utimensat, SYS_setxattr, SYS_fsetxattr, SYS_renameat2,
		SYS_unlinkat, SYS_linkat, SYS_symlinkat, SYS_mknodat,
		SYS_mkdirat, SYS_truncate, SYS_rt_sigqueueinfo,
		SYS_rt_tgsigqueueinfo, SYS_tkill, SYS_ioprio_set, SYS_shmget,
		SYS_semget, SYS_msgget, SYS_mq_open, SYS_reboot, SYS_swapon,
		SYS_init_module, SYS_finit_module, SYS_kexec_load,
		SYS_clock_settime, SYS_settimeofday, SYS_setuid, SYS_setgroups,
		SYS_capset, SYS_fanotify_init, SYS_open_by_handle_at,
		SYS_name_to_handle_at, SYS_quotactl, SYS_acct,
		SYS_migrate_pages, SYS_move_pages, SYS_vmsplice, SYS_tee,
		424 /* pidfd_send_signal */, 425 /* io_uring_setup */,
		426, 427, 428 /* open_tree */, 429 /* move_mount */,
		438 /* pidfd_getfd */, 440 /* process_madvise */,
		442 /* mount_setattr */, 444 /* landlock */, 447,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		assert_int_not_equal(call(CAMIPC_PHASE_LOAD, numbers[i], 0, 0,
					  0),
				     ALLOWED);
		assert_int_not_equal(call(CAMIPC_PHASE_RUN, numbers[i], 0, 0,
					  0),
				     ALLOWED);
	}
	assert_int_equal(LOAD(prctl, PR_SET_PDEATHSIG, 0, 0), REFUSED);
	assert_int_equal(LOAD(prctl, PR_SET_DUMPABLE, 0, 0), REFUSED);
	assert_int_equal(LOAD(prctl, PR_SET_NAME, 0, 0), ALLOWED);
	assert_int_equal(LOAD(seccomp, SECCOMP_SET_MODE_FILTER,
			      SECCOMP_FILTER_FLAG_NEW_LISTENER, 0),
			 REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_has_its_rule),
		cmocka_unit_test(other_architectures_are_refused),
		cmocka_unit_test(the_hot_calls_have_no_condition),
		cmocka_unit_test(threads_but_no_processes),
		cmocka_unit_test(no_other_process_is_reached),
		cmocka_unit_test(the_life_line_stays),
		cmocka_unit_test(files_are_read_only),
		cmocka_unit_test(granted_devices),
		cmocka_unit_test(the_largest_grant_fits),
		cmocka_unit_test(no_new_code_after_init),
		cmocka_unit_test(what_is_never_allowed),
	};

	return cmocka_run_group_tests(tests, make_filters, NULL);
}

#else

int main(void)
{
	const struct camipc_filter_values values = {
		.pid = PID,
		.life_line_fd = LIFE_LINE,
	};

	print_message("skipped: no filter for this processor\n");
	return camipc_filter_make(&filters[0], CAMIPC_PHASE_LOAD, &values) ==
			       -ENOTSUP ?
		       77 :
		       1;
}

#endif
