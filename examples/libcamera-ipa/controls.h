/* SPDX-License-Identifier: MIT */
/* Converts controls between camipc and libcamera, by name where they have one. */
#ifndef LIBCAMERA_IPA_CONTROLS_H
#define LIBCAMERA_IPA_CONTROLS_H

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>

#include <libcamera/controls.h>

#include <camipc/module.h>

#include "core_ipa_types.h"

namespace adapter {

/** Memory for converted outputs: of an op or of an event. */
class Memory
{
public:
	virtual ~Memory() = default;

	/** Zeroed elements, which live as long as what they are an output of.
	 *  Ends the process without memory, as C++ code commonly does. */
	template<typename T>
	T *array(size_t n)
	{
		return static_cast<T *>(get(n ? n : 1, sizeof(T)));
	}

	/** A copy of a text. */
	const char *text(const std::string &text);

protected:
	virtual void *get(size_t n, size_t size) = 0;
};

/** Of the op that is running: the host frees it once the op was answered. */
class OpMemory : public Memory
{
public:
	explicit OpMemory(camipc_host *host) : host_(host) {}

protected:
	void *get(size_t n, size_t size) override;

private:
	camipc_host *host_;
};

/** Of an event: emit functions copy what they are given. */
class EventMemory : public Memory
{
protected:
	void *get(size_t n, size_t size) override;

private:
	std::deque<std::unique_ptr<uint8_t[]>> blocks_;
};

/**
 * The controls of one IPA.
 *
 * Both stacks number their own controls ("AeEnable") differently, and libcamera
 * changes its numbers from release to release, so these are translated by name.
 * Controls of the kernel have the same numbers everywhere. libcamera refers to
 * them by pointers to ControlId objects, which live here and outlive the IPA;
 * each map of controls that the IPA gets has its own id map.
 *
 * A value of a type that libcamera does not expect would end the process in an
 * assertion; it is left out, with a line in the log.
 */
class Controls
{
public:
	explicit Controls(camipc_host *host) : host_(host) {}

	libcamera::ControlList in(const cam_control_list &list);
	libcamera::ControlInfoMap in(const cam_control_info_map &map);
	void out(const libcamera::ControlList &list, cam_control_list *ret_list,
		 Memory &memory);
	void out(const libcamera::ControlInfoMap &map,
		 cam_control_info_map *ret_map, Memory &memory);

private:
	using IdMap = libcamera::ControlIdMap;

	const libcamera::ControlId *id(uint32_t id, const std::string &name,
				       libcamera::ControlType type);
	const IdMap *keep(IdMap map);
	const IdMap *mapOf(const cam_control_list &list);
	bool acceptable(const libcamera::ControlId *id,
			const cam_control &control,
			const libcamera::ControlValue &value);
	bool translate(const IdMap *map, unsigned int id,
		       int32_t *ret_space, uint32_t *ret_id);
	void complain(const std::string &name, const char *problem);

	camipc_host *host_;
	std::map<std::tuple<uint32_t, std::string, int>,
		 std::unique_ptr<libcamera::ControlId>> ids_;
	std::deque<std::unique_ptr<IdMap>> maps_; /* the oldest first */
	std::set<std::string> complaints_;
};

} // namespace adapter

#endif /* LIBCAMERA_IPA_CONTROLS_H */
