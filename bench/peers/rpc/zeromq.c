/* SPDX-License-Identifier: MIT */
/* Calls over ZeroMQ: a pair of REQ and REP sockets, 64 bytes each way. */
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "rpc.h"

static void *client;

static void expect(int ret, const char *call)
{
	if (ret < 0)
		rpc_fail(call, zmq_strerror(zmq_errno()));
}

static void *open_socket(int type, const char *name, char url[128])
{
	void *socket = zmq_socket(zmq_ctx_new(), type);

	if (!socket)
		rpc_fail("zmq_socket", zmq_strerror(zmq_errno()));
	snprintf(url, 128, "ipc://@%s", name);
	return socket;
}

void rpc_serve(const struct rpc_place *place)
{
	uint8_t message[RPC_MESSAGE_SIZE];
	char url[128];
	void *server = open_socket(ZMQ_REP, place->name, url);

	expect(zmq_bind(server, url), "zmq_bind");
	rpc_ready();
	for (;;) {
		expect(zmq_recv(server, message, sizeof(message), 0),
		       "zmq_recv");
		expect(zmq_send(server, message, sizeof(message), 0),
		       "zmq_send");
	}
}

void rpc_connect(const struct rpc_place *place)
{
	char url[128];

	client = open_socket(ZMQ_REQ, place->name, url);
	expect(zmq_connect(client, url), "zmq_connect");
}

int32_t rpc_call(uint32_t number)
{
	uint8_t message[RPC_MESSAGE_SIZE] = { 0 };
	int32_t answer;

	memcpy(message, &number, sizeof(number));
	expect(zmq_send(client, message, sizeof(message), 0), "zmq_send");
	expect(zmq_recv(client, message, sizeof(message), 0), "zmq_recv");
	memcpy(&answer, message, sizeof(answer));
	return answer;
}
