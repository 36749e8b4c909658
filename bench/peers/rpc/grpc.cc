/* SPDX-License-Identifier: MIT */
/* Calls over gRPC: its synchronous API, on an abstract Unix socket. */
#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>

#include "call.grpc.pb.h"
#include "rpc.h"

namespace {

class Service final : public bench_grpc::Bench::Service {
	grpc::Status Call(grpc::ServerContext *,
			  const bench_grpc::Request *request,
			  bench_grpc::Reply *reply) override
	{
		reply->set_ret((int32_t)request->number());
		return grpc::Status::OK;
	}
};

std::unique_ptr<bench_grpc::Bench::Stub> client;

std::string address(const struct rpc_place *place)
{
	return std::string("unix-abstract:") + place->name;
}

} /* namespace */

void rpc_serve(const struct rpc_place *place)
{
	Service service;
	grpc::ServerBuilder builder;

	builder.AddListeningPort(address(place),
				 grpc::InsecureServerCredentials());
	builder.RegisterService(&service);
	std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
	if (!server)
		rpc_fail("BuildAndStart", "no server");
	rpc_ready();
	server->Wait();
}

void rpc_connect(const struct rpc_place *place)
{
	client = bench_grpc::Bench::NewStub(grpc::CreateChannel(
		address(place), grpc::InsecureChannelCredentials()));
}

int32_t rpc_call(uint32_t number)
{
	grpc::ClientContext context;
	bench_grpc::Request request;
	bench_grpc::Reply reply;

	request.set_number(number);
	grpc::Status status = client->Call(&context, request, &reply);
	if (!status.ok())
		rpc_fail("Call", status.error_message().c_str());
	return reply.ret();
}
