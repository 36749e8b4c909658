/* SPDX-License-Identifier: MIT */
/* The conditions of the table of system calls, and its rows as data. */
#include "call_table.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <linux/seccomp.h>

#include "learn.h"

/* Calls that are newer than the headers of distributions. */
#ifndef SYS_rseq
#error "this C library is too old: it has no number of rseq"
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010u
#endif
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#endif

/* _IOW('b', 0, __u64): what <linux/dma-buf.h> calls DMA_BUF_IOCTL_SYNC. */
#define DMA_BUF_SYNC 0x40086200u

/* Flags of a thread, and those that would make it more or less than one. */
#define THREAD_FLAGS (CLONE_VM | CLONE_SIGHAND | CLONE_THREAD)
#define CLONE_FLAGS                                                     \
	(THREAD_FLAGS | CLONE_VFORK | CLONE_NEWNS | CLONE_NEWUTS |      \
	 CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |   \
	 CLONE_NEWCGROUP | CLONE_PTRACE)

#define CHANGE_FLAGS (O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))
#define WRITE_FLAGS (O_ACCMODE | CHANGE_FLAGS)

#define ALL UINT32_MAX
#define PID CAMIPC_CALL_VALUE_PID
#define LIFE_LINE CAMIPC_CALL_VALUE_LIFE_LINE

#define TEST_IS(argument, mask, value) { argument, false, mask, value }
#define TEST_IS_NOT(argument, mask, value) { argument, true, mask, value }

#define MAP_TYPES (PROT_WRITE | PROT_EXEC)

static const struct camipc_call_condition conditions[] = {
	/* Nothing that can be written and run at a time. */
	[CAMIPC_CALL_MAP] = {
		.n_tests = 1,
		.tests = { TEST_IS_NOT(2, MAP_TYPES, MAP_TYPES) },
	},
	[CAMIPC_CALL_MAP_WITHOUT_CODE] = {
		.otherwise = CAMIPC_CALL_TRAP,
		.n_tests = 1,
		.tests = { TEST_IS(2, PROT_EXEC, 0) },
	},
	[CAMIPC_CALL_PROTECT_WITHOUT_CODE] = {
		.otherwise = CAMIPC_CALL_TRAP,
		.n_tests = 1,
		.tests = { TEST_IS(2, PROT_EXEC, 0) },
	},
	[CAMIPC_CALL_MEMFD] = {
		.n_tests = 1,
		.tests = { TEST_IS(1, MFD_EXEC, 0) },
	},
	[CAMIPC_CALL_THREAD] = {
		.n_tests = 1,
		.tests = { TEST_IS(0, CLONE_FLAGS, THREAD_FLAGS) },
	},
	[CAMIPC_CALL_THREAD_OR_TRAP] = {
		.otherwise = CAMIPC_CALL_TRAP,
		.n_tests = 1,
		.tests = { TEST_IS(0, CLONE_FLAGS, THREAD_FLAGS) },
	},
	[CAMIPC_CALL_SELF] = {
		.argument = 0,
		.n_values = 2,
		.values = { 0, PID },
	},
	[CAMIPC_CALL_SELF_PRIORITY] = {
		.n_tests = 1,
		.tests = { TEST_IS(0, ALL, PRIO_PROCESS) },
		.argument = 1,
		.n_values = 2,
		.values = { 0, PID },
	},
	[CAMIPC_CALL_OWN_PID] = {
		.argument = 0,
		.n_values = 1,
		.values = { PID },
	},
	[CAMIPC_CALL_CLOSE] = {
		.n_tests = 1,
		.tests = { TEST_IS_NOT(0, ALL, LIFE_LINE) },
	},
	[CAMIPC_CALL_COPY] = {
		.n_tests = 2,
		.tests = { TEST_IS_NOT(0, ALL, LIFE_LINE),
			   TEST_IS_NOT(1, ALL, LIFE_LINE) },
	},
	/* No owner and no signal of a descriptor: they reach other processes. */
	[CAMIPC_CALL_CONTROL] = {
		.n_tests = 1,
		.tests = { TEST_IS_NOT(0, ALL, LIFE_LINE) },
		.argument = 1,
		.n_values = 8,
		.values = { F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL,
			    F_SETFL, F_ADD_SEALS, F_GET_SEALS },
	},
	/* Whether it is a terminal, what can be read, and access to buffers. */
	[CAMIPC_CALL_DEVICE] = {
		.n_tests = 1,
		.tests = { TEST_IS_NOT(0, ALL, LIFE_LINE) },
		.argument = 1,
		.n_values = 5,
		.values = { TCGETS, FIONREAD, FIOCLEX, FIONBIO, DMA_BUF_SYNC },
	},
	[CAMIPC_CALL_OPEN] = {
		.n_tests = 1,
		.tests = { TEST_IS(2, WRITE_FLAGS, O_RDONLY) },
	},
	[CAMIPC_CALL_OPEN_OLD] = {
		.n_tests = 1,
		.tests = { TEST_IS(1, WRITE_FLAGS, O_RDONLY) },
	},
	[CAMIPC_CALL_OPEN_DEVICE] = {
		.n_tests = 1,
		.tests = { TEST_IS(2, CHANGE_FLAGS, 0) },
	},
	[CAMIPC_CALL_OPEN_DEVICE_OLD] = {
		.n_tests = 1,
		.tests = { TEST_IS(1, CHANGE_FLAGS, 0) },
	},
	[CAMIPC_CALL_OF_LEARNER] = {
		.otherwise = CAMIPC_CALL_TRAP,
		.n_tests = 1,
		.tests = { TEST_IS(5, ALL, CAMIPC_LEARN_COOKIE) },
	},
	[CAMIPC_CALL_PROCESS] = {
		.argument = 0,
		.n_values = 6,
		.values = { PR_SET_NAME, PR_GET_NAME, PR_SET_VMA,
			    PR_GET_DUMPABLE, PR_GET_NO_NEW_PRIVS,
			    PR_GET_SECCOMP },
	},
	/* None that another process would answer. */
	[CAMIPC_CALL_FILTER] = {
		.n_tests = 2,
		.tests = { TEST_IS(0, ALL, SECCOMP_SET_MODE_FILTER),
			   TEST_IS(1, SECCOMP_FILTER_FLAG_NEW_LISTENER, 0) },
	},
};
CAMIPC_STATIC_ASSERT(sizeof(conditions) / sizeof(conditions[0]) ==
			     CAMIPC_N_CALL_RULES,
		     "every rule after the simple ones is a condition");

static const struct {
	uint16_t number;
	uint8_t rules[CAMIPC_N_CALL_PHASES];
} rows[] = {
#define CALL(name, load, run) \
	{ SYS_##name, { CAMIPC_CALL_##load, CAMIPC_CALL_##run } },
#include "call_rows.h"
#undef CALL
};

void camipc_call_table_fill(enum camipc_call_phase phase,
			    uint8_t rules[CAMIPC_CALL_MAX_NUMBERS])
{
	const uint8_t unlisted = phase == CAMIPC_PHASE_LOAD ? CAMIPC_CALL_NO :
							      CAMIPC_CALL_TRAP;

	memset(rules, unlisted, CAMIPC_CALL_END);
	/* libc tries newer calls first, and knows the older ones. */
	memset(rules + CAMIPC_CALL_END, CAMIPC_CALL_ABSENT,
	       CAMIPC_CALL_MAX_NUMBERS - CAMIPC_CALL_END);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		rules[rows[i].number] = rows[i].rules[phase];
}

const struct camipc_call_condition *
camipc_call_condition(enum camipc_call_rule rule)
{
	return &conditions[rule];
}
