/* SPDX-License-Identifier: MIT */
/*
 * What the adapters of all interfaces share: they load a prebuilt IPA module of
 * libcamera, and convert the types that both stacks have. The code of one
 * interface is generated from templates/.
 */
#ifndef LIBCAMERA_IPA_ADAPTER_H
#define LIBCAMERA_IPA_ADAPTER_H

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <libcamera/base/flags.h>
#include <libcamera/base/unique_fd.h>
#include <libcamera/ipa/core_ipa_interface.h>
#include <libcamera/ipa/ipa_interface.h>

#include <camipc/guard.hpp>
#include <camipc/module.h>

#include "controls.h"
#include "core_ipa_types.h"

namespace adapter {

/**
 * One IPA of libcamera's, and what its adapter needs beside it.
 *
 * runOp() decides what an exception of the IPA does. Nothing else catches any: one
 * in create() or destroy() ends the process.
 */
class Adapter
{
public:
	explicit Adapter(camipc_host *host);
	virtual ~Adapter();
	Adapter(const Adapter &) = delete;
	Adapter &operator=(const Adapter &) = delete;

	camipc_host *host() const { return host_; }

	/**
	 * load() - load the module of the manifest and make its IPA
	 * @pipeline: the pipeline handler that the module must be for
	 *
	 * Returns 0, an error of camipc_host_load_path(), -ENOENT
	 * (the file cannot be loaded), -ENOEXEC (it is no IPA module, or of
	 * another API version), -EMEDIUMTYPE (it is for another pipeline) or
	 * -ENODEV (it made no IPA). The log has the reason.
	 */
	int load(const char *pipeline, libcamera::IPAInterface **ret_ipa);

	/**
	 * runOp() - run an op of the IPA
	 * @name: of the method, a constant
	 *
	 * After an exception nobody knows what state an IPA is in. In a worker
	 * the exception ends the process where it was thrown, as in libcamera,
	 * and the report of the crash shows the IPA's own function: nothing up
	 * to main() catches, so that nothing is unwound. In a camera
	 * process it fails the call with -EREMOTEIO and
	 * CAMIPC_REASON_EXCEPTION; all later calls fail in the same way, without
	 * reaching the IPA, until the IPA is destroyed.
	 */
	template<typename Op>
	std::invoke_result_t<Op> runOp(const char *name, Op &&op)
	{
		if (isInWorker())
			return op();
		return runGuarded(name, op);
	}

	/** Calls a function of the IPA and adds the time that it took; @name
	 *  must be a constant. */
	template<typename Call>
	void timed(const char *name, Call &&call)
	{
		const auto begin = std::chrono::steady_clock::now();

		call();
		note(name, std::chrono::steady_clock::now() - begin);
	}

	/** Logs for each function how long its calls took since the last
	 *  report, at level info. */
	void reportTimes();

	/** Logs that an event could not be raised, once for each event. */
	void raised(const char *event, int ret);

	// ---- to libcamera --------------------------------------------------

	template<typename T>
	static std::enable_if_t<std::is_arithmetic_v<T>, T> in(T value)
	{
		return value;
	}
	static std::string in(const char *text) { return text ? text : ""; }
	static libcamera::SharedFD inFd(int fd);
	static libcamera::Size in(const cam_size &size);
	static libcamera::Rectangle in(const cam_rectangle &rectangle);
	libcamera::IPASettings in(const cam_settings &settings);
	static libcamera::IPAStream in(const cam_stream &stream);
	static libcamera::IPACameraSensorInfo
	in(const cam_camera_sensor_info &info);
	static libcamera::IPABuffer in(const cam_buffer &buffer);
	libcamera::ControlList in(const cam_control_list &list)
	{
		return controls_.in(list);
	}
	libcamera::ControlInfoMap in(const cam_control_info_map &map)
	{
		return controls_.in(map);
	}

	template<typename T, typename Item, typename Convert>
	static std::vector<T> inArray(const Item *items, size_t n,
				      Convert &&convert)
	{
		std::vector<T> result;

		result.reserve(n);
		for (size_t i = 0; i < n; i++)
			result.push_back(convert(items[i]));
		return result;
	}

	template<typename K, typename V, typename Entry, typename Convert>
	static std::map<K, V> inMap(const Entry *entries, size_t n,
				    Convert &&convert)
	{
		std::map<K, V> result;

		for (size_t i = 0; i < n; i++)
			result.emplace(entries[i].key,
				       convert(entries[i].value));
		return result;
	}

	// ---- from libcamera ------------------------------------------------

	template<typename T>
	static std::enable_if_t<std::is_arithmetic_v<T>>
	out(T value, T *ret_value, Memory &)
	{
		*ret_value = value;
	}
	static void out(const std::string &text, const char **ret_text,
			Memory &memory)
	{
		*ret_text = memory.text(text);
	}
	static void out(const libcamera::Size &size, cam_size *ret_size,
			Memory &)
	{
		*ret_size = { size.width, size.height };
	}
	template<typename T>
	static std::enable_if_t<std::is_arithmetic_v<T>, T> plain(T value)
	{
		return value;
	}
	template<typename E>
	static uint32_t plain(libcamera::Flags<E> flags)
	{
		return static_cast<uint32_t>(
			static_cast<typename libcamera::Flags<E>::Type>(flags));
	}
	template<typename E>
	static void out(libcamera::Flags<E> flags, uint32_t *ret_flags, Memory &)
	{
		*ret_flags = plain(flags);
	}
	void out(const libcamera::ControlList &list,
		 cam_control_list *ret_list, Memory &memory)
	{
		controls_.out(list, ret_list, memory);
	}
	void out(const libcamera::ControlInfoMap &map,
		 cam_control_info_map *ret_map, Memory &memory)
	{
		controls_.out(map, ret_map, memory);
	}

private:
	static void noteStart(void *adapter);
	bool isInWorker();
	void failOp(const char *name, const char *what);
	void note(const char *name, std::chrono::nanoseconds took);

	template<typename Op>
	std::invoke_result_t<Op> runGuarded(const char *name, Op &op)
	{
		using Result = std::invoke_result_t<Op>;
		[[maybe_unused]] int32_t ret = -EREMOTEIO;

		if (hasThrown_)
			failOp(name, nullptr);
		else
			camipc::guarded(
				[&] {
					if constexpr (std::is_void_v<Result>)
						op();
					else
						ret = op();
				},
				[&](const char *what) { failOp(name, what); });
		if constexpr (!std::is_void_v<Result>)
			return ret;
	}

	camipc_host *host_;
	bool threadHasStarted_ = false; /* of the ops */
	bool hasRunOp_ = false;
	bool isInWorker_ = false;
	bool hasThrown_ = false;
	Controls controls_;
	libcamera::UniqueFD tuning_; /* a copy of the tuning file */
	/* Of calls, in nanoseconds, by function. */
	std::map<std::string, std::vector<uint32_t>> times_;
	std::set<std::string> lost_;
};

/** Attributes the IPA's log to an adapter while one of its ops runs. */
class LogScope
{
public:
	explicit LogScope(const Adapter *adapter);
	~LogScope();

private:
	camipc_host *outer_;
};

} // namespace adapter

#endif /* LIBCAMERA_IPA_ADAPTER_H */
