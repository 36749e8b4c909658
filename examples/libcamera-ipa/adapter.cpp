/* SPDX-License-Identifier: MIT */
/* Loads an IPA module of libcamera, and converts types that are no controls. */
#include "adapter.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libcamera/ipa/ipa_module_info.h>

#include <camipc/error.h>

#include "host_log.h"

using namespace libcamera;

namespace adapter {

namespace {

// Of longer runs, the first calls are measured.
constexpr size_t maxTimes = 1 << 16;

// Bytes of a tuning file; those of libcamera have a few dozen KiB.
constexpr off_t maxTuning = 16 << 20;

// Invalid if the file cannot be read, or there is no memory.
UniqueFD copyOf(int file)
{
	UniqueFD copy(memfd_create("tuning", MFD_CLOEXEC));
	char buffer[4096];
	off_t offset = 0;
	ssize_t n = 0;

	if (!copy.isValid())
		return UniqueFD();
	while ((n = pread(file, buffer, sizeof(buffer), offset)) > 0) {
		if (offset > maxTuning || write(copy.get(), buffer, n) != n)
			return UniqueFD();
		offset += n;
	}
	return n < 0 ? UniqueFD() : std::move(copy);
}

} // namespace

Adapter::Adapter(camipc_host *host) : host_(host), controls_(host)
{
	addLogHost(host);
	// An older host has no way to fail an op: there, as in a worker.
	threadHasStarted_ = !CAMIPC_TABLE_HAS(host, set_thread_hooks) ||
			    !CAMIPC_TABLE_HAS(host, fail_op) ||
			    host->set_thread_hooks(host, noteStart, nullptr,
						   this) < 0;
}

Adapter::~Adapter()
{
	removeLogHost(host_);
}

int Adapter::load(const char *pipeline, IPAInterface **ret_ipa)
{
	char path[CAMIPC_HOST_LOAD_PATH_SIZE];
	const int ret = camipc_host_load_path(host_, 0, path);

	if (ret < 0) {
		camipc_host_log(host_, CAMIPC_LOG_ERROR,
				"no path of an IPA module of libcamera: %s",
				camipc_errno_to_string(ret));
		return ret;
	}
	// Its types and its log categories register themselves with libcamera,
	// which keeps pointers to them: the file must stay loaded.
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (!handle) {
		camipc_host_log(host_, CAMIPC_LOG_ERROR, "cannot load %s",
				dlerror());
		return -ENOENT;
	}
	const auto *info = static_cast<const IPAModuleInfo *>(
		dlsym(handle, "ipaModuleInfo"));
	const auto create = reinterpret_cast<IPAInterface *(*)()>(
		dlsym(handle, "ipaCreate"));
	if (!info || !create) {
		camipc_host_log(host_, CAMIPC_LOG_ERROR,
				"%s is not an IPA module of libcamera", path);
		return -ENOEXEC;
	}
	if (info->moduleAPIVersion != IPA_MODULE_API_VERSION) {
		camipc_host_log(host_, CAMIPC_LOG_ERROR,
				"%s has API version %d: expected %d", path,
				info->moduleAPIVersion, IPA_MODULE_API_VERSION);
		return -ENOEXEC;
	}
	if (strncmp(info->pipelineName, pipeline, sizeof(info->pipelineName))) {
		camipc_host_log(host_, CAMIPC_LOG_ERROR,
				"%s is for pipeline '%.*s': expected '%s'",
				path, (int)sizeof(info->pipelineName),
				info->pipelineName, pipeline);
		return -EMEDIUMTYPE;
	}
	*ret_ipa = create();
	if (!*ret_ipa) {
		camipc_host_log(host_, CAMIPC_LOG_ERROR,
				"%s could not create an IPA", path);
		return -ENODEV;
	}
	camipc_host_log(host_, CAMIPC_LOG_INFO, "%s: '%.*s' version %u", path,
			(int)sizeof(info->name), info->name,
			info->pipelineVersion);
	return 0;
}

// ---- exceptions ------------------------------------------------------------

void Adapter::noteStart(void *adapter)
{
	static_cast<Adapter *>(adapter)->threadHasStarted_ = true;
}

// A worker starts the thread of the ops before the first op. A camera process
// has such a thread in runs only, and the first op comes before any run.
bool Adapter::isInWorker()
{
	if (!hasRunOp_)
		isInWorker_ = threadHasStarted_;
	hasRunOp_ = true;
	return isInWorker_;
}

void Adapter::failOp(const char *name, const char *what)
{
	if (what)
		camipc_host_log(host_, CAMIPC_LOG_ERROR,
				"%s() ended by an exception: %s; all further "
				"calls fail: create another IPA",
				name, what);
	hasThrown_ = true;
	host_->fail_op(host_);
}

// ---- times and losses ------------------------------------------------------

void Adapter::note(const char *name, std::chrono::nanoseconds took)
{
	std::vector<uint32_t> &times = times_[name];

	if (times.size() < maxTimes)
		times.push_back(static_cast<uint32_t>(
			std::min<int64_t>(took.count(), UINT32_MAX)));
}

void Adapter::reportTimes()
{
	for (auto &[name, times] : times_) {
		std::sort(times.begin(), times.end());
		camipc_host_log(host_, CAMIPC_LOG_INFO,
				"%s: %zu calls took %.1f us (median), %.1f us "
				"(90 %%)",
				name.c_str(), times.size(),
				times[times.size() / 2] / 1e3,
				times[times.size() * 9 / 10] / 1e3);
	}
	times_.clear();
}

void Adapter::raised(const char *event, int ret)
{
	if (ret < 0 && ret != -EPIPE && lost_.insert(event).second)
		camipc_host_log(host_, CAMIPC_LOG_WARNING,
				"event %s could not be raised: error %d", event,
				ret);
}

LogScope::LogScope(const Adapter *adapter)
	: outer_(setThreadLogHost(adapter->host()))
{
}

LogScope::~LogScope()
{
	setThreadLogHost(outer_);
}

// ---- types -----------------------------------------------------------------

// The argument is borrowed: SharedFD makes a duplicate of a constant.
SharedFD Adapter::inFd(int fd)
{
	return fd < 0 ? SharedFD() : SharedFD(std::as_const(fd));
}

Size Adapter::in(const cam_size &size)
{
	return { size.width, size.height };
}

Rectangle Adapter::in(const cam_rectangle &rectangle)
{
	return { rectangle.x, rectangle.y, rectangle.width, rectangle.height };
}

// libcamera opens tuning files by name, which the sandbox refuses: the name is
// that of a copy in memory, which belongs to nobody's folder.
IPASettings Adapter::in(const cam_settings &settings)
{
	char path[CAMIPC_HOST_PATH_SIZE];
	std::string file = settings.configuration_file;

	tuning_ = settings.configuration < 0 ? UniqueFD()
					     : copyOf(settings.configuration);
	if (tuning_.isValid() && !camipc_host_path(tuning_.get(), path))
		file = path;
	else if (settings.configuration >= 0)
		camipc_host_log(host_, CAMIPC_LOG_WARNING,
				"cannot copy the tuning file '%s'; opening it "
				"by its name",
				settings.configuration_file);
	return { file, settings.sensor_model };
}

IPAStream Adapter::in(const cam_stream &stream)
{
	return { stream.pixel_format, in(stream.size) };
}

IPACameraSensorInfo Adapter::in(const cam_camera_sensor_info &info)
{
	return { info.model,
		 info.bits_per_pixel,
		 in(info.active_area_size),
		 in(info.analog_crop),
		 in(info.output_size),
		 info.pixel_rate,
		 info.min_line_length,
		 info.max_line_length,
		 info.min_frame_length,
		 info.max_frame_length };
}

IPABuffer Adapter::in(const cam_buffer &buffer)
{
	IPABuffer result;

	result.id = buffer.id;
	for (size_t i = 0; i < buffer.n_planes; i++) {
		FrameBuffer::Plane plane;

		plane.fd = inFd(buffer.planes[i].fd);
		plane.offset = buffer.planes[i].offset;
		plane.length = buffer.planes[i].length;
		result.planes.push_back(plane);
	}
	return result;
}

} // namespace adapter
