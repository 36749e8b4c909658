/* SPDX-License-Identifier: MIT */
/* Cases, tables of cases, and the harness that runs them. */
#ifndef CAMIPC_BENCH_H
#define CAMIPC_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Where the two sides of a benchmark run. */
enum bench_cores {
	BENCH_ONE_SIDE = 0, /* one side only, pinned */
	BENCH_SAME_CORE, /* both pinned to one CPU: no idle wake-up */
	BENCH_CROSS_CORE, /* one CPU each */
};

/** A benchmark, and one line of the printed table. */
struct bench_case {
	const char *name; /* dotted, as in bench.json */
	const char *floor; /* name of the case it is compared with, or NULL */
	bool is_tail; /* compared by the 99.9th percentile of all samples */
	bool has_rivals; /* also with cases named name + bench_rivals.suffix */
	enum bench_cores cores;
	uint32_t batch; /* operations per time stamp */
	uint32_t samples; /* time stamps per round */
	const void *parameter; /* for open() */

	/** Prepares run() or time(). Returns NULL and sets errno if the case
	 *  cannot run on this machine. */
	void *(*open)(const struct bench_case *bench);

	/** Performs @n operations; ends the program if one fails. */
	void (*run)(void *state, uint32_t n);

	/** Replaces run(): performs one operation. Returns its time in ns. */
	double (*time)(void *state);

	/** Optional: writes what else is worth knowing, for the table. */
	void (*describe)(void *state, char *text, size_t size);

	/** Frees what open() returned. */
	void (*close)(void *state);

	const char *skip_reason; /* for the table if open() returned NULL */
};

/** Another library that does the same work. */
struct bench_rival {
	const char *suffix; /* of the case's name: ".capnp" */
	const char *key; /* in bench.json: "vs_capnp" */
};

/** All rivals; a NULL suffix ends the array. */
extern const struct bench_rival bench_rivals[];

/** A table of cases; see tables[] in main.c. */
struct bench_table {
	const struct bench_case *cases;
	size_t n;
};

/** Keeps the compiler from removing work whose result is unused. */
static inline void bench_use(const void *pointer)
{
	__asm__ volatile("" : : "r"(pointer) : "memory");
}

/** Options of the command line. */
struct bench_options {
	const char *json; /* path, or NULL */
	const char *filter; /* glob */
	const char *instructions; /* path of check.py's output, or NULL */
	unsigned int rounds;
	unsigned int divisor; /* of the number of samples; 1 unless --short */
};

/**
 * Runs the cases that the filter selects, with their floors and rivals. Each
 * round runs each case once, so that a drift of the machine affects all cases.
 * Prints the table and writes the JSON. Returns an exit code: 0, 1 (the JSON
 * cannot be written) or 2 (no case is selected).
 */
int bench_run(const struct bench_table *tables, size_t n_tables,
	      const struct bench_options *options);

/**
 * Runs each selected case that has rivals, and the rivals if @rivals,
 * BENCH_COUNTED times inside of bench_counted(), which callgrind finds by its
 * name. Prints the cases' names and the number of runs. Returns 0.
 */
int bench_count(const struct bench_table *table, const char *filter,
		bool rivals);

/** Number of operations that bench_count() has counted; a power of 2. */
#define BENCH_COUNTED 128u

/**
 * Most operations that follow an open(), so no more messages need be made.
 * Making them is what takes the time under callgrind.
 */
extern uint32_t bench_max_operations;

extern const struct bench_table bench_floors;
extern const struct bench_table bench_floors_mixed;
extern const struct bench_table bench_codec;
extern const struct bench_table bench_calls;
extern const struct bench_table bench_cxx;
extern const struct bench_table bench_tail;
/* Only with -Dbench_peers. */
extern const struct bench_table bench_absent;
extern const struct bench_table bench_rpc;
extern const struct bench_table bench_scale;
extern const struct bench_table bench_layers;
extern const struct bench_table bench_restart;
extern const struct bench_table bench_restart_camera;
extern const struct bench_table bench_real;
extern const struct bench_table bench_record;
extern const struct bench_table bench_pictures;

#endif /* CAMIPC_BENCH_H */
