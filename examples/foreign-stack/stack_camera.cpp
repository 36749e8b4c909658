/* SPDX-License-Identifier: MIT */
/*
 * A camera of the imaginary stack: runs the vimc IPA in a thread and isolated,
 * takes a frame's parameters by a signal, and sees a killed IPA end.
 */
#include <poll.h>
#include <signal.h>

#include <cstdio>
#include <cstring>

#include "cam_fourcc.h"
#include "vimc_stack_proxy.h"

namespace {

constexpr std::uint32_t Buffer = 7;

/** What the signals have brought. */
struct Seen {
	unsigned int frames = 0;
	std::uint32_t buffer = 0;
	std::string end;
};

/** Dispatches until @done, at most for five seconds from one event to the next. */
template<typename Done>
bool wait(stack::IPAProxy &ipa, Done done)
{
	while (!done()) {
		pollfd polled = { ipa.fd(), POLLIN, 0 };

		if (poll(&polled, 1, 5000) != 1 || ipa.dispatch() < 0)
			return false;
	}
	return true;
}

int start(stack::IPAProxyVimc &ipa)
{
	ipa_vimc_uint32_stream_entry stream = {};
	cam_camera_sensor_info sensor;
	cam_settings settings;
	std::uint32_t flags = 0;
	int ret;

	cam_settings_init(&settings);
	cam_camera_sensor_info_init(&sensor);
	sensor.output_size = { 640, 480 };
	stream.value = { CAM_FOURCC_RGB888, { 640, 480 } };
	ret = ipa.init(&settings, -1, IPA_VIMC_OPERATION_INIT, 0, &flags);
	if (ret == 0)
		ret = ipa.configure(&sensor, &stream, 1, nullptr, 0);
	return ret < 0 ? ret : ipa.start();
}

/** Returns an exit status. */
int run(camipc_manager *manager, stack::Isolation isolation, const char *name)
{
	Seen seen;
	int error = 0;
	const auto ipa = stack::IPAProxyVimc::create(manager, isolation, "vimc",
						     error);

	if (!ipa) {
		std::fprintf(stderr, "%s: no IPA: %s\n", name,
			     camipc_strerror(error));
		return 1;
	}
	ipa->paramsComputed.connect([&seen](std::uint32_t buffer, std::uint32_t) {
		seen.frames++;
		seen.buffer = buffer;
	});
	ipa->ended.connect([&seen](const stack::IPAEnd &end) {
		seen.end = end.text;
	});
	error = start(*ipa);
	if (error == 0)
		error = ipa->computeParams(0, Buffer);
	if (error < 0 || !wait(*ipa, [&seen] { return seen.frames == 1; })) {
		std::fprintf(stderr, "%s: no parameters: %s\n", name,
			     camipc_strerror(error));
		return 1;
	}
	std::printf("%s: parameters of frame 0 are in buffer %u\n", name,
		    seen.buffer);
	if (isolation == stack::Isolation::Isolated) {
		kill(ipa->pid(), SIGKILL);
		if (!wait(*ipa, [&seen] { return !seen.end.empty(); })) {
			std::fprintf(stderr, "%s: its end was not seen\n", name);
			return 1;
		}
		std::printf("%s: %s\n", name, seen.end.c_str());
	} else {
		ipa->stop();
	}
	return seen.buffer == Buffer ? 0 : 1;
}

} // namespace

int main(int argc, char **argv)
{
	camipc_manager_options options = {};
	camipc_manager *manager = nullptr;
	const char *modules[] = { argc > 1 ? argv[1] : "", nullptr };
	const char *workers[] = { argc > 2 ? argv[2] : "", nullptr };
	int status;

	if (argc != 3) {
		std::fprintf(stderr, "usage: stack-camera MODULES WORKER\n\n"
				     "MODULES is the folder of vimc.so, WORKER "
				     "the program camipc-worker.\n");
		return 2;
	}
	options.size = sizeof(options);
	options.module_paths = modules;
	options.worker_paths = workers;
	options.no_install_paths = true;
	status = camipc_manager_create(&options, &manager);
	if (status < 0) {
		std::fprintf(stderr, "no manager: %s\n", camipc_strerror(status));
		return 1;
	}
	status = run(manager, stack::Isolation::Threaded, "threaded");
	if (status == 0)
		status = run(manager, stack::Isolation::Isolated, "isolated");
	camipc_manager_destroy(manager);
	return status;
}
