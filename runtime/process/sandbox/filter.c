/* SPDX-License-Identifier: MIT */
/*
 * Assembles seccomp filters. The table is small and the conditions are simple, so
 * that this takes a few microseconds at the start of a worker, which needs no
 * further library for it, whichever machine it was built on and for.
 */
#include "filter.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/seccomp.h>

#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
/* Calls of x32 have this bit in their number. */
#define FIRST_FOREIGN 0x40000000u
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#define FIRST_FOREIGN 0x80000000u
#endif

#ifndef SECCOMP_FILTER_FLAG_SPEC_ALLOW
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW (1UL << 2)
#endif

#ifdef ARCHITECTURE

/*
 * The kernel compiles a filter when it is installed, which takes longer the longer
 * it is. Code is therefore shared, and emitted from its end: the place of
 * everything that an instruction jumps to is then known, and most jumps are part
 * of a comparison, whose offsets have 8 bits.
 */
#define MAX_OFFSET 255u

/* Instructions between two labels of a node, if both are made for it. */
#define NODE_SLACK 4u

/* A condition without values: loads, masks and comparisons of its tests, … */
#define TEST_SIZE 3u
/* … and what else there is: one load, a mask, two returns. */
#define CONDITION_REST 6u

/** Assembles from the end of @code; too many instructions are counted only. */
struct assembler {
	struct sock_filter code[CAMIPC_FILTER_SIZE];
	const struct camipc_filter_values *values;
	const uint8_t *rules;
	enum camipc_call_phase phase;
	uint32_t n;
	/** Places of code, counted from the end; 0: not placed yet. */
	uint32_t labels[CAMIPC_N_CALL_RULES];
};

/* Returns the instruction's place. */
static uint32_t emit(struct assembler *a, uint16_t code, uint32_t jump_true,
		     uint32_t jump_false, uint32_t value)
{
	a->n++;
	if (a->n <= CAMIPC_FILTER_SIZE)
		a->code[CAMIPC_FILTER_SIZE - a->n] = (struct sock_filter){
			code, (uint8_t)jump_true, (uint8_t)jump_false, value
		};
	return a->n;
}

/* The offset of a jump from the instruction that comes next to @label. */
static uint32_t offset_to(const struct assembler *a, uint32_t label)
{
	return a->n - label;
}

static void load(struct assembler *a, size_t offset)
{
	emit(a, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

/* The lower half: the filter is for little-endian machines. */
static void load_argument(struct assembler *a, uint8_t argument)
{
	load(a, offsetof(struct seccomp_data, args) + 8u * argument);
}

/* The return of a simple rule, in reach for @slack more instructions. */
static uint32_t finish(struct assembler *a, enum camipc_call_rule rule,
		       uint32_t slack)
{
	static const uint32_t results[] = {
		[CAMIPC_CALL_NO] = SECCOMP_RET_ERRNO | EPERM,
		[CAMIPC_CALL_YES] = SECCOMP_RET_ALLOW,
		[CAMIPC_CALL_ABSENT] = SECCOMP_RET_ERRNO | ENOSYS,
		[CAMIPC_CALL_TRAP] = SECCOMP_RET_TRAP,
	};

	if (rule == CAMIPC_CALL_NO && a->values->learns)
		rule = CAMIPC_CALL_TRAP;
	if (!a->labels[rule] ||
	    offset_to(a, a->labels[rule]) + slack > MAX_OFFSET)
		a->labels[rule] = emit(a, BPF_RET | BPF_K, 0, 0, results[rule]);
	return a->labels[rule];
}

static uint32_t value_of(const struct assembler *a, uint32_t value)
{
	switch (value) {
	case CAMIPC_CALL_VALUE_PID:
		return a->values->pid;
	case CAMIPC_CALL_VALUE_LIFE_LINE:
		return a->values->life_line_fd;
	default:
		return value;
	}
}

/* Goes to @yes or @no, by a comparison of what is loaded. */
static void compare(struct assembler *a, uint32_t value, uint32_t yes,
		    uint32_t no)
{
	emit(a, BPF_JMP | BPF_JEQ | BPF_K, offset_to(a, yes), offset_to(a, no),
	     value);
}

/* Goes on to what was emitted last if the test passes, else to @no. */
static void emit_test(struct assembler *a, const struct camipc_call_test *test,
		      uint32_t no)
{
	compare(a, value_of(a, test->value), test->differs ? no : a->n,
		test->differs ? a->n : no);
	if (test->mask != UINT32_MAX)
		emit(a, BPF_ALU | BPF_AND | BPF_K, 0, 0, test->mask);
	load_argument(a, test->argument);
}

/* Numbers of ioctl() have their driver's letter in the second byte. */
#define IOCTL_TYPE_MASK 0xff00u
#define IOCTL_TYPE_GPU ((uint32_t)'d' << 8)

/* Compares the argument with numbers that were granted; returns the place. */
static uint32_t emit_granted_ioctls(struct assembler *a, uint32_t yes,
				    uint32_t no)
{
	const struct camipc_filter_values *values = a->values;

	if (values->has_gpu) {
		compare(a, IOCTL_TYPE_GPU, yes, no);
		no = emit(a, BPF_ALU | BPF_AND | BPF_K, 0, 0, IOCTL_TYPE_MASK);
	}
	for (size_t i = values->n_ioctls; i > 0; i--) {
		compare(a, values->ioctls[i - 1], yes, no);
		no = a->n;
	}
	return no;
}

static uint32_t size_of(const struct assembler *a,
			const struct camipc_call_condition *condition)
{
	return TEST_SIZE * condition->n_tests + condition->n_values +
	       (uint32_t)a->values->n_ioctls + CONDITION_REST;
}

static uint32_t emit_condition(struct assembler *a, enum camipc_call_rule rule)
{
	const struct camipc_call_condition *condition =
		camipc_call_condition(rule);
	const uint32_t slack = size_of(a, condition);
	const uint32_t yes = finish(a, CAMIPC_CALL_YES, slack + 1);
	const uint32_t no = finish(a, condition->otherwise, slack);
	uint32_t next = condition->n_values ? no : yes;

	if (rule == CAMIPC_CALL_DEVICE)
		next = emit_granted_ioctls(a, yes, no);
	for (uint8_t i = condition->n_values; i > 0; i--) {
		compare(a, value_of(a, condition->values[i - 1]), yes, next);
		next = a->n;
	}
	if (condition->n_values)
		load_argument(a, condition->argument);
	else if (next != a->n)
		emit(a, BPF_JMP | BPF_JA, 0, 0, offset_to(a, next));
	for (uint8_t i = condition->n_tests; i > 0; i--)
		emit_test(a, &condition->tests[i - 1], no);
	return a->n;
}

/* The rule of a number, where devices were granted: they can be written to. */
static enum camipc_call_rule rule_of(const struct assembler *a, uint16_t number)
{
	const enum camipc_call_rule rule =
		(enum camipc_call_rule)a->rules[number];

	if (rule == CAMIPC_CALL_OPEN && a->values->opens_devices)
		return CAMIPC_CALL_OPEN_DEVICE;
	if (rule == CAMIPC_CALL_OPEN_OLD && a->values->opens_devices)
		return CAMIPC_CALL_OPEN_DEVICE_OLD;
	return rule;
}

/* Returns the first number after @from whose rule is another one. */
static uint32_t end_of_range(const struct assembler *a, uint32_t from)
{
	uint32_t to = from + 1;

	while (to < CAMIPC_CALL_MAX_NUMBERS && a->rules[to] == a->rules[from])
		to++;
	return to;
}

/** Where a half of the ranges is: at a place, or a return that is not made yet. */
struct branch {
	bool is_simple;
	enum camipc_call_rule rule;
	uint32_t label;
};

static uint32_t reach(struct assembler *a, const struct branch *branch)
{
	if (branch->is_simple)
		return finish(a, branch->rule, NODE_SLACK);
	if (offset_to(a, branch->label) + NODE_SLACK <= MAX_OFFSET)
		return branch->label;
	return emit(a, BPF_JMP | BPF_JA, 0, 0, offset_to(a, branch->label));
}

static struct branch emit_leaf(struct assembler *a, uint16_t number)
{
	const enum camipc_call_rule rule = rule_of(a, number);

	if (rule < CAMIPC_CALL_FIRST_CONDITION)
		return (struct branch){ .is_simple = true, .rule = rule };
	if (!a->labels[rule])
		a->labels[rule] = emit_condition(a, rule);
	return (struct branch){ .label = a->labels[rule] };
}

/*
 * Code for the ranges starts[0…n-1]. The depth of the recursion is the logarithm
 * of the number of ranges.
 */
static struct branch emit_ranges(struct assembler *a, const uint16_t *starts,
				 size_t n)
{
	const size_t half = n / 2;
	struct branch lower;
	struct branch upper;
	uint32_t yes;
	uint32_t no;

	if (n == 1)
		return emit_leaf(a, starts[0]);
	upper = emit_ranges(a, starts + half, n - half);
	lower = emit_ranges(a, starts, half);
	yes = reach(a, &upper);
	no = reach(a, &lower);
	emit(a, BPF_JMP | BPF_JGE | BPF_K, offset_to(a, yes), offset_to(a, no),
	     starts[half]);
	return (struct branch){ .label = a->n };
}

static void emit_program(struct assembler *a)
{
	const enum camipc_call_rule foreign =
		a->phase == CAMIPC_PHASE_LOAD ? CAMIPC_CALL_NO :
						CAMIPC_CALL_TRAP;
	uint16_t starts[CAMIPC_CALL_MAX_NUMBERS];
	struct branch root;
	uint32_t known;
	uint32_t unknown;
	size_t n = 0;

	for (uint32_t from = 0; from < CAMIPC_CALL_MAX_NUMBERS;
	     from = end_of_range(a, from))
		starts[n++] = (uint16_t)from;
	root = emit_ranges(a, starts, n);
	unknown = finish(a, foreign, 2 * NODE_SLACK);
	known = reach(a, &root);
	emit(a, BPF_JMP | BPF_JGE | BPF_K, offset_to(a, unknown),
	     offset_to(a, known), FIRST_FOREIGN);
	load(a, offsetof(struct seccomp_data, nr));
	compare(a, ARCHITECTURE, a->n, unknown);
	load(a, offsetof(struct seccomp_data, arch));
}

/* To the handler, which notes all that is opened, and its own calls pass. */
static void hand_over(uint8_t rules[CAMIPC_CALL_MAX_NUMBERS])
{
	rules[SYS_openat] = CAMIPC_CALL_OF_LEARNER;
#ifdef SYS_open
	rules[SYS_open] = CAMIPC_CALL_OF_LEARNER;
#endif
	rules[SYS_ioctl] = CAMIPC_CALL_OF_LEARNER;
}

int camipc_filter_make(struct camipc_filter *filter,
		       enum camipc_call_phase phase,
		       const struct camipc_filter_values *values)
{
	uint8_t rules[CAMIPC_CALL_MAX_NUMBERS];
	struct assembler a;

	/* The code need not be zeroed. */
	a.values = values;
	a.rules = rules;
	a.phase = phase;
	a.n = 0;
	memset(a.labels, 0, sizeof(a.labels));
	camipc_call_table_fill(phase, rules);
	if (values->learns)
		hand_over(rules);
	emit_program(&a);
	if (a.n > CAMIPC_FILTER_SIZE)
		return -ENOBUFS;
	filter->n = (uint16_t)a.n;
	memcpy(filter->code, a.code + CAMIPC_FILTER_SIZE - a.n,
	       a.n * sizeof(a.code[0]));
	return 0;
}

#else

int camipc_filter_make(struct camipc_filter *filter,
		       enum camipc_call_phase phase,
		       const struct camipc_filter_values *values)
{
	(void)filter;
	(void)phase;
	(void)values;
	return -ENOTSUP;
}

#endif

int camipc_filter_install(const struct camipc_filter *filter)
{
	const struct sock_fprog program = {
		.len = filter->n,
		.filter = (struct sock_filter *)(uintptr_t)filter->code,
	};
	/* Speculation stays as fast as without a filter: SECURITY.md. */
	long ret = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			   SECCOMP_FILTER_FLAG_TSYNC |
				   SECCOMP_FILTER_FLAG_SPEC_ALLOW,
			   &program);

	if (ret < 0)
		return -errno;
	/* The number of the thread that could not follow. */
	return ret > 0 ? -ESRCH : 0;
}
