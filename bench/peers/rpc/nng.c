/* SPDX-License-Identifier: MIT */
/* Calls over nng: a pair of req and rep sockets, 64 bytes each way. */
#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <stdio.h>
#include <string.h>

#include "rpc.h"

static nng_socket client;

static void expect(int error, const char *call)
{
	if (error)
		rpc_fail(call, nng_strerror(error));
}

static void make_url(char url[128], const char *name)
{
	snprintf(url, 128, "abstract://%s", name);
}

void rpc_serve(const struct rpc_place *place)
{
	uint8_t message[RPC_MESSAGE_SIZE];
	nng_socket server;
	char url[128];

	make_url(url, place->name);
	expect(nng_rep0_open(&server), "nng_rep0_open");
	expect(nng_listen(server, url, NULL, 0), "nng_listen");
	rpc_ready();
	for (;;) {
		size_t size = sizeof(message);

		expect(nng_recv(server, message, &size, 0), "nng_recv");
		expect(nng_send(server, message, size, 0), "nng_send");
	}
}

void rpc_connect(const struct rpc_place *place)
{
	char url[128];

	make_url(url, place->name);
	expect(nng_req0_open(&client), "nng_req0_open");
	expect(nng_dial(client, url, NULL, 0), "nng_dial");
}

int32_t rpc_call(uint32_t number)
{
	uint8_t message[RPC_MESSAGE_SIZE] = { 0 };
	size_t size = sizeof(message);
	int32_t answer;

	memcpy(message, &number, sizeof(number));
	expect(nng_send(client, message, sizeof(message), 0), "nng_send");
	expect(nng_recv(client, message, &size, 0), "nng_recv");
	memcpy(&answer, message, sizeof(answer));
	return answer;
}
