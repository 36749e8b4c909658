/* SPDX-License-Identifier: MIT */
/* How a benchmark fails: it ends the program, because no figure is valid. */
#ifndef CAMIPC_BENCH_FAIL_H
#define CAMIPC_BENCH_FAIL_H

/** Prints "bench: ..." to stderr and exits with 1. Thread word: safe. */
__attribute__((noreturn, format(printf, 1, 2))) void
bench_fail(const char *format, ...);

#endif /* CAMIPC_BENCH_FAIL_H */
