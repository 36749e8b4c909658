/* SPDX-License-Identifier: MIT */
/*
 * Runs the vimc IPA from C++ for a few frames: vimc-cpp ISOLATION. All that
 * calls C was generated: vimc_ipa.hpp.
 */
#include <cstdio>
#include <memory>
#include <poll.h>
#include <string>

#include <cam_buffers.h>

#include "vimc_ipa.hpp"

namespace {

using namespace ipa::vimc;

constexpr std::uint32_t bufferId = 7;
constexpr std::uint32_t frames = 20;
constexpr int timeoutMs = 10000;

struct Deleter {
	void operator()(camipc_manager *manager) const
	{
		camipc_manager_destroy(manager);
	}
	void operator()(cam_shared_buffer *memory) const
	{
		cam_shared_buffer_destroy(memory);
	}
};

/** Memory that the IPA writes parameters to. */
struct ParameterBuffer {
	ParameterBuffer()
	{
		cam_shared_buffer *made = nullptr;

		if (cam_shared_buffer_create(bufferId, "parameters", 4096,
					     CAM_ACCESS_READ_WRITE, &plane.c(),
					     &made) == 0)
			memory.reset(made);
		fd.reset(plane.fd());
	}

	std::uint32_t firstWord() const
	{
		std::uint32_t word = 0;

		if (cam_shared_buffer_read(memory.get(), &word, sizeof(word)) < 0)
			return UINT32_MAX;
		return word;
	}

	cam::FrameBufferPlane plane{};
	std::unique_ptr<cam_shared_buffer, Deleter> memory{};
	camipc::Fd fd{};
};

class Counter : public Events
{
public:
	void paramsComputed(std::uint32_t id,
			    camipc::Flags<TestFlag> flags) override
	{
		if (id == bufferId && flags.has(TestFlag::Flag3))
			computed++;
	}

	std::uint32_t computed = 0;
};

camipc::Error prepare(Proxy &ipa, const ParameterBuffer &buffer)
{
	cam::CameraSensorInfo sensor;
	const Uint32StreamEntry streams[] = { Uint32StreamEntry().value(
		cam::Stream().pixelFormat(1).size(
			cam::Size().width(640).height(480))) };
	const cam::Buffer buffers[] = { cam::Buffer().id(bufferId).planes(
		camipc::Span<const cam::FrameBufferPlane>(&buffer.plane, 1)) };

	sensor.outputSize().width(640).height(480);
	if (const auto made = ipa.init(cam::Settings(), -1, OperationCode::OperationInit, {});
	    !made)
		return made.error();
	if (const auto error = ipa.configure(sensor, streams, {}))
		return error;
	if (const auto error = ipa.mapBuffers(buffers))
		return error;
	return ipa.start();
}

camipc::Error run(Proxy &ipa, const ParameterBuffer &buffer,
		  const Counter &counter)
{
	for (std::uint32_t frame = 0; frame < frames; frame++) {
		if (const auto error = ipa.queueRequest(frame, {}))
			return error;
		if (const auto error = ipa.computeParams(frame, bufferId))
			return error;
		while (counter.computed <= frame) {
			pollfd readable{ ipa.getFd(), POLLIN, 0 };

			if (poll(&readable, 1, timeoutMs) <= 0)
				return camipc::Error(-ETIMEDOUT);
			if (const auto error = ipa.dispatch())
				return error;
		}
		/* The module wrote it, wherever it runs. */
		if (buffer.firstWord() != frame)
			return camipc::Error(-EPROTO);
	}
	return ipa.stop();
}

int fail(const char *what, const camipc::Error &error)
{
	std::fprintf(stderr, "vimc-cpp: %s: %s\n", what, error.text().c_str());
	return 1;
}

} /* namespace */

int main(int argc, char **argv)
{
	camipc_manager *made = nullptr;
	camipc_match match{};
	const ParameterBuffer buffer;
	Counter counter;

	if (argc != 2)
		return 2;
	if (const int ret = camipc_manager_create(nullptr, &made))
		return fail("manager", camipc::Error(ret));
	const std::unique_ptr<camipc_manager, Deleter> manager(made);

	match.module = "vimc";
	match.isolation = argv[1];
	auto created = Proxy::create(manager.get(), match, counter);

	if (!created)
		return fail("create", created.error());
	Proxy ipa = std::move(*created);

	if (const auto error = prepare(ipa, buffer))
		return fail("prepare", error);
	if (const auto error = run(ipa, buffer, counter))
		return fail("run", error);
	std::printf("%s: %u frames\n", std::string(ipa.isolation()).c_str(),
		    counter.computed);
	return 0;
}
