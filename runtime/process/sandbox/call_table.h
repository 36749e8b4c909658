/* SPDX-License-Identifier: MIT */
/* The table of system calls (call_rows.h) as data for the filter. */
#ifndef CAMIPC_SANDBOX_CALL_TABLE_H
#define CAMIPC_SANDBOX_CALL_TABLE_H

#include <camipc/base.h>

/** The phases of a worker that have a filter. */
enum camipc_call_phase {
	CAMIPC_PHASE_LOAD = 0,
	CAMIPC_PHASE_RUN,
	CAMIPC_N_CALL_PHASES,
};

/** What happens to a call: one of these, or a condition. */
enum camipc_call_rule {
	CAMIPC_CALL_NO = 0, /* so that what was forgotten is refused */
	CAMIPC_CALL_YES,
	CAMIPC_CALL_ABSENT,
	CAMIPC_CALL_TRAP,
	CAMIPC_CALL_FIRST_CONDITION,
	CAMIPC_CALL_MAP = CAMIPC_CALL_FIRST_CONDITION,
	CAMIPC_CALL_MAP_WITHOUT_CODE,
	CAMIPC_CALL_PROTECT_WITHOUT_CODE,
	CAMIPC_CALL_MEMFD,
	CAMIPC_CALL_THREAD,
	CAMIPC_CALL_THREAD_OR_TRAP,
	CAMIPC_CALL_SELF,
	CAMIPC_CALL_SELF_PRIORITY,
	CAMIPC_CALL_OWN_PID,
	CAMIPC_CALL_CLOSE,
	CAMIPC_CALL_COPY,
	CAMIPC_CALL_CONTROL,
	CAMIPC_CALL_DEVICE,
	CAMIPC_CALL_OPEN,
	CAMIPC_CALL_OPEN_OLD,
	/* These take the place of the two before, where devices were granted. */
	CAMIPC_CALL_OPEN_DEVICE,
	CAMIPC_CALL_OPEN_DEVICE_OLD,
	CAMIPC_CALL_OF_LEARNER, /* has its number in the sixth argument */
	CAMIPC_CALL_PROCESS,
	CAMIPC_CALL_FILTER,
	CAMIPC_N_CALL_RULES,
};

/** Values that are known only at run time; the filter replaces them. */
#define CAMIPC_CALL_VALUE_PID 0xfeed0001u
#define CAMIPC_CALL_VALUE_LIFE_LINE 0xfeed0002u

#define CAMIPC_CALL_MAX_TESTS 3
#define CAMIPC_CALL_MAX_VALUES 10

/** A test of the lower 32 bits of an argument; the kernel uses no more. */
struct camipc_call_test {
	uint8_t argument;
	bool differs; /* (argument & mask) must differ from value */
	uint32_t mask;
	uint32_t value;
};

/** When a call is allowed: all tests pass, and the argument has a value. */
struct camipc_call_condition {
	enum camipc_call_rule otherwise; /* NO or TRAP */
	uint8_t n_tests;
	struct camipc_call_test tests[CAMIPC_CALL_MAX_TESTS];
	uint8_t argument; /* which must have one of these values */
	uint8_t n_values; /* 0: any will do */
	uint32_t values[CAMIPC_CALL_MAX_VALUES];
};

/** Numbers from this one on are calls that this version does not know. */
#define CAMIPC_CALL_END 463

/** The highest number of a call, and room for it. */
#define CAMIPC_CALL_MAX_NUMBERS 512

/**
 * Fills in what happens to each number below CAMIPC_CALL_MAX_NUMBERS in
 * @phase, as enum camipc_call_rule. Thread word: reentrant.
 */
void camipc_call_table_fill(enum camipc_call_phase phase,
			    uint8_t rules[CAMIPC_CALL_MAX_NUMBERS]);

/** Returns the condition of a rule that is one. Thread word: reentrant. */
const struct camipc_call_condition *
camipc_call_condition(enum camipc_call_rule rule);

#endif /* CAMIPC_SANDBOX_CALL_TABLE_H */
