/* SPDX-License-Identifier: MIT */
/*
 * The program of a library of remote calls:
 *
 *	PROGRAM serve CONTROL SOCKET NAME
 *	PROGRAM call CONTROL SOCKET NAME
 *
 * CONTROL is the descriptor of a socket to camipc-bench. A server writes a byte
 * as soon as a client can connect. A client reads how many calls to measure
 * (uint32_t), and writes the time of each in nanoseconds (double), again and again
 * until the end of file. SOCKET and NAME are those of struct rpc_place.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../fail.h"
#include "clock.h"
#include "rpc.h"

/** Longest life of either side in seconds, should the other one hang. */
#define MAX_LIFE 120

/** Calls before those that are measured. */
#define WARM_UP 100

static int control;

void rpc_fail(const char *call, const char *reason)
{
	bench_fail("%s: %s: %s", program_invocation_short_name, call, reason);
}

void rpc_ready(void)
{
	const char byte = 0;

	if (write(control, &byte, 1) != 1)
		rpc_fail("write", "camipc-bench has ended");
}

static void call(uint32_t number)
{
	if (rpc_call(number) != (int32_t)number)
		rpc_fail("call", "the server returned another number");
}

static void measure(uint32_t n)
{
	double *times = calloc(n, sizeof(*times));
	const ssize_t size = (ssize_t)(n * sizeof(*times));

	if (!times)
		rpc_fail("calloc", "out of memory");
	for (uint32_t i = 0; i < n; i++) {
		uint64_t begin = camipc_now_ns();

		call(i);
		times[i] = (double)(camipc_now_ns() - begin);
	}
	if (write(control, times, (size_t)size) != size)
		rpc_fail("write", "camipc-bench has ended");
	free(times);
}

int main(int argc, char **argv)
{
	struct rpc_place place;
	uint32_t n;

	if (argc != 5) {
		fputs("usage: see bench/peers/rpc/main.c\n", stderr);
		return 2;
	}
	alarm(MAX_LIFE);
	control = atoi(argv[2]);
	place.fd = atoi(argv[3]);
	place.name = argv[4];
	if (strcmp(argv[1], "serve") == 0) {
		rpc_serve(&place);
		return 0;
	}
	rpc_connect(&place);
	for (uint32_t i = 0; i < WARM_UP; i++)
		call(i);
	while (read(control, &n, sizeof(n)) == (ssize_t)sizeof(n))
		measure(n);
	return 0;
}
