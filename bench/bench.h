/* SPDX-License-Identifier: MIT */
/* What a benchmark is, and the harness that runs many of them. */
#ifndef CAMIPC_BENCH_H
#define CAMIPC_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Where the two sides of a benchmark run. */
enum bench_cores {
	BENCH_ONE_SIDE = 0, /* there is only one: pinned */
	BENCH_SAME_CORE, /* both pinned to one CPU: no idle wake-up */
	BENCH_CROSS_CORE, /* one CPU each */
};

/** One line of the table. */
struct bench_case {
	const char *name; /* dotted, as in bench.json */
	const char *floor; /* name of what it is held against, or NULL */
	bool has_rivals; /* others do the same: name + suffix of bench_rivals */
	enum bench_cores cores;
	uint32_t batch; /* operations per time stamp */
	uint32_t samples; /* time stamps per round */
	const void *parameter; /* for open() */

	/** Makes what run() needs; NULL with errno set if it cannot be run. */
	void *(*open)(const struct bench_case *bench);

	/** @n operations. Ends the program if one fails. */
	void (*run)(void *state, uint32_t n);

	/** Instead of run(): one operation, which it times itself, in ns. */
	double (*time)(void *state);
	void (*close)(void *state);
};

/** Who else does the same work. */
struct bench_rival {
	const char *suffix; /* of the case's name: ".capnp" */
	const char *key; /* in bench.json: "vs_capnp" */
};

/** All of them, ended by a NULL suffix. */
extern const struct bench_rival bench_rivals[];

/** A table of them; see tables[] in main.c. */
struct bench_table {
	const struct bench_case *cases;
	size_t n;
};

/** CPUs of the two sides, as bench_pin() was told last. */
extern int bench_cpu;
extern int bench_peer_cpu;

/** Pins a thread, or 0 for the caller, to a CPU. */
void bench_pin(int tid, int cpu);

/**
 * Pins every thread of a process to the peer's CPU; of this one, for @pid 0,
 * all but the caller.
 */
void bench_pin_threads(int pid);

/** Ends the program with a message: a figure of a failed run is a lie. */
__attribute__((noreturn, format(printf, 1, 2))) void
bench_fail(const char *format, ...);

/** Keeps the compiler from leaving out work whose result nobody needs. */
static inline void bench_use(const void *pointer)
{
	__asm__ volatile("" : : "r"(pointer) : "memory");
}

/** What the command line says. */
struct bench_options {
	const char *json; /* path, or NULL */
	const char *filter; /* glob */
	const char *instructions; /* path of what check.py counted, or NULL */
	unsigned int rounds;
	unsigned int divisor; /* of the samples: 1, more if --short */
};

/**
 * Runs what the filter selects, and the floors and peers of it, round by
 * round, each once per round, so that a drift of the machine meets all of
 * them. Prints the table and writes the JSON. Returns 0 or 1.
 */
int bench_run(const struct bench_table *tables, size_t n_tables,
	      const struct bench_options *options);

/**
 * Runs the cases with rivals that @filter selects, and the rivals if @rivals,
 * BENCH_COUNTED times inside of bench_counted(), which callgrind knows by its
 * name; prints what they are called and how often each ran. Returns 0.
 */
int bench_count(const struct bench_table *table, const char *filter,
		bool rivals);

/** Operations whose instructions bench_count() has counted; a power of 2. */
#define BENCH_COUNTED 128u

/**
 * So many operations at most follow an open(); more messages than that need
 * not be made. Under callgrind making them is what takes the time.
 */
extern uint32_t bench_max_operations;

extern const struct bench_table bench_floors;
extern const struct bench_table bench_codec;
extern const struct bench_table bench_calls;

#endif /* CAMIPC_BENCH_H */
