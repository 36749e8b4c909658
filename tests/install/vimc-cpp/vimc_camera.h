/* SPDX-License-Identifier: MIT */
/*
 * An IPA in C++: an owned object that throws its errors and has virtual
 * functions for its events.
 */
#ifndef VIMC_CAMERA_H
#define VIMC_CAMERA_H

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include <cam_buffers.h>

#include "vimc_ipa_proxy.h"

/** Memory that the IPA writes parameters to. */
class ParameterBuffer
{
public:
	ParameterBuffer(std::uint32_t id, std::uint32_t length);
	~ParameterBuffer();
	ParameterBuffer(const ParameterBuffer &) = delete;
	ParameterBuffer &operator=(const ParameterBuffer &) = delete;

	cam_buffer describe() const;
	std::uint32_t firstWord() const;

private:
	std::uint32_t id_;
	cam_shared_buffer *memory_ = nullptr;
	cam_frame_buffer_plane plane_{};
};

class VimcCamera
{
public:
	explicit VimcCamera(const std::string &isolation);
	virtual ~VimcCamera() = default;

	void configure(std::uint32_t width, std::uint32_t height);
	void map(const ParameterBuffer &buffer);
	void start();
	void stop();
	void queueRequest(std::uint32_t frame);
	void computeParams(std::uint32_t frame, std::uint32_t bufferId);

	/** Waits for events and delivers them. */
	void dispatch();
	std::string isolation() const;

protected:
	virtual void paramsComputed(std::uint32_t bufferId,
				    std::uint32_t flags) = 0;

private:
	struct Destroy {
		void operator()(camipc_manager *manager) const
		{
			camipc_manager_destroy(manager);
		}
		void operator()(ipa_vimc *ipa) const { ipa_vimc_destroy(ipa); }
	};

	static const ipa_vimc_events events_;

	std::unique_ptr<camipc_manager, Destroy> manager_;
	std::unique_ptr<ipa_vimc, Destroy> ipa_; /* goes first */
};

#endif /* VIMC_CAMERA_H */
