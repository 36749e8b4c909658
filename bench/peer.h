/* SPDX-License-Identifier: MIT */
/* The other side of a floor: a process or a thread that answers. */
#ifndef CAMIPC_BENCH_PEER_H
#define CAMIPC_BENCH_PEER_H

#include <pthread.h>
#include <sys/types.h>

/** Runs until what it reads from ends. */
typedef void (*bench_serve_fn)(void *state);

struct bench_peer {
	pid_t pid; /* 0: a thread */
	int pidfd; /* -1: a thread */
	pthread_t thread;
	bench_serve_fn serve;
	void *state;
};

/** Runs @serve(@state) in a child process, on bench_peer_cpu. */
void bench_peer_fork(struct bench_peer *peer, bench_serve_fn serve,
		     void *state);

/** The same in a thread. */
void bench_peer_thread(struct bench_peer *peer, bench_serve_fn serve,
		       void *state);

/** Waits until it ended. */
void bench_peer_join(struct bench_peer *peer);

#endif /* CAMIPC_BENCH_PEER_H */
