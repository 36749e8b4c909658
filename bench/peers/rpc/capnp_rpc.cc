/* SPDX-License-Identifier: MIT */
/* Calls over Cap'n Proto RPC: two parties on a socketpair. */
#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>

#include "call.capnp.h"
#include "rpc.h"

namespace {

class Server final : public bench_capnp::Bench::Server {
	kj::Promise<void> call(CallContext context) override
	{
		context.getResults().setRet(
			(int32_t)context.getParams().getNumber());
		return kj::READY_NOW;
	}
};

struct Client {
	kj::AsyncIoContext io = kj::setupAsyncIo();
	kj::Own<kj::AsyncIoStream> stream;
	capnp::TwoPartyClient parties;
	bench_capnp::Bench::Client bench;

	explicit Client(int fd)
		: stream(io.lowLevelProvider->wrapSocketFd(fd)),
		  parties(*stream),
		  bench(parties.bootstrap().castAs<bench_capnp::Bench>())
	{
	}
};

Client *client;

} /* namespace */

void rpc_serve(const struct rpc_place *place)
{
	auto io = kj::setupAsyncIo();
	auto stream = io.lowLevelProvider->wrapSocketFd(place->fd);
	capnp::TwoPartyServer server(kj::heap<Server>());

	rpc_ready();
	server.accept(*stream).wait(io.waitScope);
}

/* It lives as long as the process: its event loop is this thread's. */
void rpc_connect(const struct rpc_place *place)
{
	client = new Client(place->fd);
}

int32_t rpc_call(uint32_t number)
{
	auto request = client->bench.callRequest();

	request.setNumber(number);
	return request.send().wait(client->io.waitScope).getRet();
}
