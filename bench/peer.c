/* SPDX-License-Identifier: MIT */
/* Starts and joins peers. */
#include "peer.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <camipc/error.h>

#include "cpus.h"
#include "fail.h"

void bench_peer_fork(struct bench_peer *peer, bench_serve_fn serve, void *state)
{
	const pid_t parent = getpid();
	pid_t pid = fork();

	if (pid < 0)
		bench_fail("fork: %s", camipc_errno_to_string(errno));
	if (pid == 0) {
		/* A peer that sleeps on a word would outlive a killed bench. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
		    getppid() != parent)
			_exit(1);
		bench_pin(0, bench_peer_cpu);
		serve(state);
		_exit(0);
	}
	peer->pid = pid;
	peer->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (peer->pidfd < 0)
		bench_fail("pidfd_open: %s", camipc_errno_to_string(errno));
}

static void *run_thread(void *argument)
{
	struct bench_peer *peer = argument;

	bench_pin(0, bench_peer_cpu);
	peer->serve(peer->state);
	return NULL;
}

void bench_peer_thread(struct bench_peer *peer, bench_serve_fn serve,
		       void *state)
{
	int ret;

	peer->pid = 0;
	peer->pidfd = -1;
	peer->serve = serve;
	peer->state = state;
	ret = pthread_create(&peer->thread, NULL, run_thread, peer);
	if (ret)
		bench_fail("pthread_create: %s", camipc_errno_to_string(ret));
}

void bench_peer_join(struct bench_peer *peer)
{
	if (!peer->pid) {
		pthread_join(peer->thread, NULL);
		return;
	}
	close(peer->pidfd);
	if (waitpid(peer->pid, NULL, 0) < 0)
		bench_fail("waitpid: %s", camipc_errno_to_string(errno));
}
