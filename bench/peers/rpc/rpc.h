/* SPDX-License-Identifier: MIT */
/*
 * What a library of remote calls has to define for main.c: each library is a
 * program of its own, which camipc-bench runs twice, as a server and as a client.
 */
#ifndef CAMIPC_BENCH_RPC_H
#define CAMIPC_BENCH_RPC_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/** Size of a message, for libraries that transport bytes: that of the floors. */
#define RPC_MESSAGE_SIZE 64

/** How server and client find each other; a library uses one of the two. */
struct rpc_place {
	int fd; /* this side's end of a socketpair */
	const char *name; /* of an abstract Unix socket */
};

/**
 * Answers each call with the number that it has, until the process is killed.
 * Calls rpc_ready() as soon as a client can connect.
 */
void rpc_serve(const struct rpc_place *place);

/** Connects to the server. */
void rpc_connect(const struct rpc_place *place);

/** Calls the server, and waits. Returns the number in the answer. */
int32_t rpc_call(uint32_t number);

/* From main.c. */
void rpc_ready(void);

/** Prints "LIBRARY: CALL: REASON", and exits with 1. */
__attribute__((noreturn)) void rpc_fail(const char *call, const char *reason);

CAMIPC_END_DECLS

#endif /* CAMIPC_BENCH_RPC_H */
