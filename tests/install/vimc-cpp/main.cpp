/* SPDX-License-Identifier: MIT */
/* Runs the vimc IPA from C++ for a few frames: vimc-cpp ISOLATION. */
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "vimc_camera.h"

namespace {

constexpr std::uint32_t bufferId = 7;
constexpr std::uint32_t frames = 20;

class Counter : public VimcCamera
{
public:
	using VimcCamera::VimcCamera;

	std::uint32_t computed() const { return computed_; }

protected:
	void paramsComputed(std::uint32_t id, std::uint32_t flags) override
	{
		if (id == bufferId && (flags & IPA_VIMC_TEST_FLAG_FLAG3))
			computed_++;
	}

private:
	std::uint32_t computed_ = 0;
};

void run(Counter &camera)
{
	ParameterBuffer buffer(bufferId, 4096);

	camera.configure(640, 480);
	camera.map(buffer);
	camera.start();
	for (std::uint32_t frame = 0; frame < frames; frame++) {
		camera.queueRequest(frame);
		camera.computeParams(frame, bufferId);
		while (camera.computed() <= frame)
			camera.dispatch();
		/* The module wrote it, wherever it runs. */
		if (buffer.firstWord() != frame)
			throw std::runtime_error("another frame's parameters");
	}
	camera.stop();
}

} /* namespace */

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	try {
		Counter camera(argv[1]);

		run(camera);
		std::printf("%s: %u frames\n", camera.isolation().c_str(),
			    camera.computed());
	} catch (const std::exception &error) {
		std::fprintf(stderr, "vimc-cpp: %s\n", error.what());
		return 1;
	}
	return 0;
}
