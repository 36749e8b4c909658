/* SPDX-License-Identifier: MIT */
/*
 * The call of rtt.process.* with other libraries: a server and a client, both
 * programs of peers/rpc, so that no library's threads are in this process. The
 * client measures its calls by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <camipc/error.h>

#include "bench.h"
#include "cpus.h"
#include "fail.h"
#include "peer.h"

/** Calls that a client measures before it reports their times. */
#define CHUNK 200u

/* A library's program. */
struct library {
	const char *program; /* path, or "" if it was not built */
	const char *version;
};

/* The server or the client. */
struct side {
	const char *program;
	const char *role;
	const char *name; /* of a socket */
	int cpu;
	int control; /* this process's end */
	int far_control;
	int socket;
	struct bench_peer peer;
};

struct rpc {
	const struct library *library;
	char name[64];
	struct side server;
	struct side client;
	double times[CHUNK];
	uint32_t n; /* of times that were read */
	uint32_t at; /* of them the next one */
};

static void make_pair(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		bench_fail("socketpair: %s", camipc_errno_to_string(errno));
}

/* Runs in the child process. */
static void execute(void *state)
{
	const struct side *side = state;
	char control[16];
	char socket[16];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	bench_pin(0, side->cpu);
	fcntl(side->far_control, F_SETFD, 0);
	fcntl(side->socket, F_SETFD, 0);
	snprintf(control, sizeof(control), "%d", side->far_control);
	snprintf(socket, sizeof(socket), "%d", side->socket);
	execl(side->program, side->program, side->role, control, socket,
	      side->name, (char *)NULL);
	bench_fail("cannot start %s: %s", side->program,
		   camipc_errno_to_string(errno));
}

/* Starts a program; the socket is its own from then on. */
static void start_side(struct side *side, const struct rpc *rpc,
		       const char *role, int cpu, int socket)
{
	int pair[2];

	make_pair(pair);
	side->program = rpc->library->program;
	side->role = role;
	side->name = rpc->name;
	side->cpu = cpu;
	side->control = pair[0];
	side->far_control = pair[1];
	side->socket = socket;
	bench_peer_fork(&side->peer, execute, side);
	close(side->far_control);
	close(side->socket);
}

static void read_fully(const struct side *side, void *data, size_t size)
{
	ssize_t n = recv(side->control, data, size, MSG_WAITALL);

	if (n != (ssize_t)size)
		bench_fail("%s has ended", side->program);
}

static void *open_rpc(const struct bench_case *bench)
{
	const struct library *library = bench->parameter;
	struct rpc *rpc;
	int pair[2];
	char byte;

	if (!library->program[0])
		return NULL;
	rpc = calloc(1, sizeof(*rpc));
	if (!rpc)
		bench_fail("out of memory");
	rpc->library = library;
	snprintf(rpc->name, sizeof(rpc->name), "camipc-bench-%d", getpid());
	make_pair(pair);
	start_side(&rpc->server, rpc, "serve", bench_peer_cpu, pair[1]);
	read_fully(&rpc->server, &byte, 1);
	start_side(&rpc->client, rpc, "call", bench_cpu, pair[0]);
	return rpc;
}

static double time_rpc(void *state)
{
	struct rpc *rpc = state;

	if (rpc->at == rpc->n) {
		rpc->n = CHUNK;
		rpc->at = 0;
		if (send(rpc->client.control, &rpc->n, sizeof(rpc->n),
			 MSG_NOSIGNAL) < 0)
			bench_fail("%s has ended", rpc->library->program);
		read_fully(&rpc->client, rpc->times, sizeof(rpc->times));
	}
	return rpc->times[rpc->at++];
}

static void describe_rpc(void *state, char *text, size_t size)
{
	const struct rpc *rpc = state;

	snprintf(text, size, "version %s", rpc->library->version);
}

static void close_side(struct side *side)
{
	kill(side->peer.pid, SIGKILL);
	bench_peer_join(&side->peer);
	close(side->control);
}

static void close_rpc(void *state)
{
	struct rpc *rpc = state;

	/* A server would report that its client has gone. */
	close_side(&rpc->server);
	close_side(&rpc->client);
	free(rpc);
}

/* ---- the table ----------------------------------------------------------- */

/* Each of these macros is a path and a version. */
static const struct library sd_bus = { BENCH_RPC_SD_BUS };
static const struct library nng = { BENCH_RPC_NNG };
static const struct library zeromq = { BENCH_RPC_ZEROMQ };
static const struct library capnp_rpc = { BENCH_RPC_CAPNP_RPC };
static const struct library grpc = { BENCH_RPC_GRPC };

#define RPC(library, where, enum_where, package)                       \
	{                                                              \
		.name = "rtt.peer." #library "." where,                \
		.floor = "rtt.process.shm." where,                     \
		.cores = enum_where,                                   \
		.batch = 1,                                            \
		.samples = 1000,                                       \
		.parameter = &(library),                               \
		.open = open_rpc,                                      \
		.time = time_rpc,                                      \
		.describe = describe_rpc,                              \
		.close = close_rpc,                                    \
		.skip_reason = "the build did not find " package,      \
	}

#define RPC_PAIR(library, package)                              \
	RPC(library, "same_core", BENCH_SAME_CORE, package),    \
	RPC(library, "cross_core", BENCH_CROSS_CORE, package)

static const struct bench_case cases[] = {
	RPC_PAIR(sd_bus, "libsystemd-dev"),
	RPC_PAIR(nng, "libnng-dev"),
	RPC_PAIR(zeromq, "libzmq3-dev"),
	RPC_PAIR(capnp_rpc, "libcapnp-dev"),
	RPC_PAIR(grpc, "libgrpc++-dev or protobuf-compiler-grpc"),
};

const struct bench_table bench_rpc = { cases, sizeof(cases) / sizeof(*cases) };
