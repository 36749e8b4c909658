/* SPDX-License-Identifier: MIT */
/*
 * Functions that know their row in a table, in place of an interface's
 * generated invokers, but without its types.
 */
#ifndef CAMIPC_TEST_THUNKS_H
#define CAMIPC_TEST_THUNKS_H

/** Rows that FUZZ_THUNKS() makes. */
#define FUZZ_N_THUNKS 64

#define FUZZ_THUNK(n, function)                                   \
	static void function##_##n(const void *table, void *self, \
				   const void *args, void *outs)  \
	{                                                         \
		(void)table;                                      \
		function(0##n, self, args, outs);                 \
	}

#define FUZZ_EIGHT(do_it, n, function)                                    \
	do_it(n##0, function) do_it(n##1, function) do_it(n##2, function) \
		do_it(n##3, function) do_it(n##4, function)               \
			do_it(n##5, function) do_it(n##6, function)       \
				do_it(n##7, function)

#define FUZZ_ALL(do_it, function)                                             \
	FUZZ_EIGHT(do_it, 0, function)                                        \
	FUZZ_EIGHT(do_it, 1, function) FUZZ_EIGHT(do_it, 2, function)         \
		FUZZ_EIGHT(do_it, 3, function) FUZZ_EIGHT(do_it, 4, function) \
			FUZZ_EIGHT(do_it, 5, function)                        \
				FUZZ_EIGHT(do_it, 6, function)                \
					FUZZ_EIGHT(do_it, 7, function)

#define FUZZ_ROW(n, function) function##_##n,

/**
 * Defines a table @rows, each of which calls
 * @function(unsigned int row, void *self, const void *args, void *outs).
 */
#define FUZZ_THUNKS(rows, function)                                     \
	FUZZ_ALL(FUZZ_THUNK, function)                                  \
	static const camipc_invoke_fn rows[FUZZ_N_THUNKS] = { FUZZ_ALL( \
		FUZZ_ROW, function) };

#endif /* CAMIPC_TEST_THUNKS_H */
