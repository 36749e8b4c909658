/* SPDX-License-Identifier: MIT */
/* Wraps the vimc IPA's C interface in a C++ class. */
#include "vimc_camera.h"

#include <cstring>
#include <poll.h>
#include <stdexcept>
#include <unistd.h>

namespace {

constexpr int timeoutMs = 10000;

/* Every call gives 0 or more, or a negative code that camipc can explain. */
int check(const char *what, int ret)
{
	if (ret < 0)
		throw std::runtime_error(std::string(what) + ": " +
					 camipc_strerror(ret));
	return ret;
}

} /* namespace */

ParameterBuffer::ParameterBuffer(std::uint32_t id, std::uint32_t length)
	: id_(id)
{
	check("memory", cam_shared_buffer_create(id, "parameters", length,
						 CAM_ACCESS_READ_WRITE, &plane_,
						 &memory_));
}

ParameterBuffer::~ParameterBuffer()
{
	cam_shared_buffer_destroy(memory_);
	close(plane_.fd);
}

cam_buffer ParameterBuffer::describe() const
{
	cam_buffer buffer;

	cam_buffer_init(&buffer);
	buffer.id = id_;
	buffer.planes = &plane_;
	buffer.n_planes = 1;
	return buffer;
}

std::uint32_t ParameterBuffer::firstWord() const
{
	std::uint32_t word;

	check("read", cam_shared_buffer_read(memory_, &word, sizeof(word)));
	return word;
}

/* C calls these: nothing may be thrown through it. */
const ipa_vimc_events VimcCamera::events_ = {
	sizeof(ipa_vimc_events),
	[](void *user, std::uint32_t bufferId, std::uint32_t flags) {
		static_cast<VimcCamera *>(user)->paramsComputed(bufferId,
								flags);
	},
	nullptr, /* closed: dispatch() says so, too */
};

VimcCamera::VimcCamera(const std::string &isolation)
{
	camipc_match match{};
	camipc_manager *manager = nullptr;
	ipa_vimc *ipa = nullptr;
	cam_settings settings;
	std::uint32_t flags;

	check("manager", camipc_manager_create(nullptr, &manager));
	manager_.reset(manager);
	match.module = "vimc";
	match.isolation = isolation.c_str();
	check("create", ipa_vimc_create(manager, &match, &events_, this, &ipa));
	ipa_.reset(ipa);
	cam_settings_init(&settings);
	check("init", ipa_vimc_init(ipa, &settings, -1, IPA_VIMC_OPERATION_INIT,
				    0, &flags));
}

void VimcCamera::configure(std::uint32_t width, std::uint32_t height)
{
	cam_camera_sensor_info sensor;
	ipa_vimc_uint32_stream_entry stream{};

	cam_camera_sensor_info_init(&sensor);
	sensor.output_size = { width, height };
	stream.value.pixel_format = 1;
	stream.value.size = sensor.output_size;
	check("configure", ipa_vimc_configure(ipa_.get(), &sensor, &stream, 1,
					      nullptr, 0));
}

void VimcCamera::map(const ParameterBuffer &buffer)
{
	const cam_buffer description = buffer.describe();

	check("mapBuffers", ipa_vimc_map_buffers(ipa_.get(), &description, 1));
}

void VimcCamera::start()
{
	check("start", ipa_vimc_start(ipa_.get()));
}

void VimcCamera::stop()
{
	check("stop", ipa_vimc_stop(ipa_.get()));
}

void VimcCamera::queueRequest(std::uint32_t frame)
{
	cam_control_list controls;

	cam_control_list_init(&controls);
	check("queueRequest",
	      ipa_vimc_queue_request(ipa_.get(), frame, &controls));
}

void VimcCamera::computeParams(std::uint32_t frame, std::uint32_t bufferId)
{
	check("computeParams",
	      ipa_vimc_compute_params(ipa_.get(), frame, bufferId));
}

void VimcCamera::dispatch()
{
	pollfd pfd{ ipa_vimc_get_fd(ipa_.get()), POLLIN, 0 };

	if (poll(&pfd, 1, timeoutMs) <= 0)
		throw std::runtime_error("the IPA says nothing");
	check("dispatch", ipa_vimc_dispatch(ipa_.get()));
}

std::string VimcCamera::isolation() const
{
	return camipc_proxy_get_isolation(ipa_vimc_get_proxy(ipa_.get()));
}
