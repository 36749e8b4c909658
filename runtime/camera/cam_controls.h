/* SPDX-License-Identifier: MIT */
/* Control lists: building them, reading them, keeping them in range. */
#ifndef CAM_CONTROLS_H
#define CAM_CONTROLS_H

#include <camipc/base.h>

#include "core_ipa_types.h"

CAMIPC_BEGIN_DECLS

/**
 * Builds a control list in an array of the caller's, without allocating.
 * Thread word: bound.
 */
struct cam_control_builder {
	enum cam_control_id_space id_space;
	struct cam_control *controls;
	size_t n_controls;
	size_t room;
	int error; /* the first one; sticks */
};

/**
 * cam_control_builder_init() - begin an empty list
 * @controls: where it is built; has to live as long as the list
 * @room: elements of @controls
 */
CAMIPC_API void cam_control_builder_init(struct cam_control_builder *builder,
					 enum cam_control_id_space id_space,
					 struct cam_control *controls,
					 size_t room);

/**
 * cam_control_builder_set() - set a control, or set it again
 *
 * @value is copied flat: what its arrays and strings point to has to live as
 * long as the list. Errors are told by cam_control_builder_finish().
 */
CAMIPC_API void cam_control_builder_set(struct cam_control_builder *builder,
					uint32_t id,
					const struct cam_control_value *value);

/** Sets a bool, as cam_control_builder_set(). The others are alike. */
CAMIPC_API void
cam_control_builder_set_bool(struct cam_control_builder *builder, uint32_t id,
			     bool value);
CAMIPC_API void
cam_control_builder_set_int32(struct cam_control_builder *builder, uint32_t id,
			      int32_t value);
CAMIPC_API void
cam_control_builder_set_int64(struct cam_control_builder *builder, uint32_t id,
			      int64_t value);
CAMIPC_API void
cam_control_builder_set_float(struct cam_control_builder *builder, uint32_t id,
			      float value);

/** Sets an array, whose elements stay where they are. */
CAMIPC_API void
cam_control_builder_set_int32_array(struct cam_control_builder *builder,
				    uint32_t id, const int32_t *items,
				    size_t n_items);
CAMIPC_API void
cam_control_builder_set_float_array(struct cam_control_builder *builder,
				    uint32_t id, const float *items,
				    size_t n_items);

/**
 * cam_control_builder_finish() - get what was built
 * @ret_list: points into the builder's array
 *
 * Returns 0, or -ENOSPC if the array was too small for all controls.
 */
CAMIPC_API int
cam_control_builder_finish(const struct cam_control_builder *builder,
			   struct cam_control_list *ret_list) CAMIPC_MUST_CHECK;

/** The value of a control; NULL if the list does not have it. */
CAMIPC_API const struct cam_control_value *
cam_control_list_find(const struct cam_control_list *list, uint32_t id);

/**
 * cam_control_list_get_bool() - read a control of a known type
 *
 * Returns 0, -ENOENT (not in the list) or -EINVAL (of another type). The
 * others are alike; arrays have to have @n_items elements, or it is -EINVAL.
 * Thread word of all: reentrant.
 */
CAMIPC_API int cam_control_list_get_bool(const struct cam_control_list *list,
					 uint32_t id,
					 bool *ret_value) CAMIPC_MUST_CHECK;
CAMIPC_API int cam_control_list_get_int32(const struct cam_control_list *list,
					  uint32_t id,
					  int32_t *ret_value) CAMIPC_MUST_CHECK;
CAMIPC_API int cam_control_list_get_int64(const struct cam_control_list *list,
					  uint32_t id,
					  int64_t *ret_value) CAMIPC_MUST_CHECK;
CAMIPC_API int cam_control_list_get_float(const struct cam_control_list *list,
					  uint32_t id,
					  float *ret_value) CAMIPC_MUST_CHECK;
CAMIPC_API int cam_control_list_get_floats(const struct cam_control_list *list,
					   uint32_t id, float *ret_items,
					   size_t n_items) CAMIPC_MUST_CHECK;

/** What clamping had to do, since the counters were zeroed. */
struct cam_clamp_counts {
	uint64_t clamped; /* brought into range, or set to the default */
	uint64_t unknown; /* left out: the map does not have them */
	uint64_t mistyped; /* left out: of another type than the map says */
	uint64_t refused; /* left out: an array or string out of range */
};

/**
 * cam_control_list_clamp() - keep controls within the ranges that they have
 * @infos: of the same id space, or everything is unknown
 * @controls: where the result is built; @list itself is not touched
 * @room: elements of @controls
 * @counts: what was done is added to it
 * @ret_list: points into @controls, and for arrays into @list
 *
 * Numbers go to the nearest end of their range, points, sizes and rectangles
 * by component. A float that is no number, and a value that is not among the
 * only ones there are, become the default. An array is taken as it is if each
 * element is in range, or left out.
 *
 * What an IPA sends drives exposure, lens and flash: nothing of it may reach
 * hardware without this. Returns the number of controls changed or left out,
 * or -ENOSPC. Thread word: reentrant.
 */
CAMIPC_API int
cam_control_list_clamp(const struct cam_control_list *list,
		       const struct cam_control_info_map *infos,
		       struct cam_control *controls, size_t room,
		       struct cam_clamp_counts *counts,
		       struct cam_control_list *ret_list) CAMIPC_MUST_CHECK;

CAMIPC_END_DECLS

#endif /* CAM_CONTROLS_H */
