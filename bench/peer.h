/* SPDX-License-Identifier: MIT */
/* The peer of a floor: a process or a thread that answers. */
#ifndef CAMIPC_BENCH_PEER_H
#define CAMIPC_BENCH_PEER_H

#include <pthread.h>
#include <sys/types.h>

/** Serves until its input ends. */
typedef void (*bench_serve_fn)(void *state);

/** A running peer. */
struct bench_peer {
	pid_t pid; /* 0: a thread */
	int pidfd; /* -1: a thread */
	pthread_t thread;
	bench_serve_fn serve;
	void *state;
};

/** Runs @serve(@state) in a child process on bench_peer_cpu. */
void bench_peer_fork(struct bench_peer *peer, bench_serve_fn serve,
		     void *state);

/** Runs @serve(@state) in a thread on bench_peer_cpu. */
void bench_peer_thread(struct bench_peer *peer, bench_serve_fn serve,
		       void *state);

/** Waits until the peer has ended. */
void bench_peer_join(struct bench_peer *peer);

#endif /* CAMIPC_BENCH_PEER_H */
