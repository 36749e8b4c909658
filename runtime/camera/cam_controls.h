/* SPDX-License-Identifier: MIT */
/* Control lists: build them, read them, keep them in range. */
#ifndef CAM_CONTROLS_H
#define CAM_CONTROLS_H

#include <camipc/base.h>

#include "core_ipa_types.h"

CAMIPC_BEGIN_DECLS

/**
 * Builds a control list in the caller's array, without allocating.
 * Thread word: bound.
 */
struct cam_control_builder {
	enum cam_control_id_space id_space;
	struct cam_control *controls;
	size_t n_controls;
	size_t room;
	int error; /* of the first failure; 0 until then */
};

/**
 * cam_control_builder_init() - begin an empty list
 * @controls: memory of the list; must live as long as the list
 * @room: number of elements of @controls
 */
CAMIPC_API void cam_control_builder_init(struct cam_control_builder *builder,
					 enum cam_control_id_space id_space,
					 struct cam_control *controls,
					 size_t room);

/**
 * cam_control_builder_set() - add a control, or replace its value
 * @value: copied without what its arrays and strings point to, which must live
 *         as long as the list
 *
 * cam_control_builder_finish() reports errors.
 */
CAMIPC_API void cam_control_builder_set(struct cam_control_builder *builder,
					uint32_t id,
					const struct cam_control_value *value);

/** Each sets a scalar of one type, as cam_control_builder_set() does. */
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

/** Each sets an array. The elements must live as long as the list. */
CAMIPC_API void
cam_control_builder_set_int32_array(struct cam_control_builder *builder,
				    uint32_t id, const int32_t *items,
				    size_t n_items);
CAMIPC_API void
cam_control_builder_set_float_array(struct cam_control_builder *builder,
				    uint32_t id, const float *items,
				    size_t n_items);

/**
 * cam_control_builder_finish() - get the list
 * @ret_list: the list; it points into the builder's array
 *
 * Returns 0, or -ENOSPC if the array was too small for all controls.
 */
CAMIPC_API int
cam_control_builder_finish(const struct cam_control_builder *builder,
			   struct cam_control_list *ret_list) CAMIPC_MUST_CHECK;

/** Returns the value of a control, or NULL if the list does not have it. */
CAMIPC_API const struct cam_control_value *
cam_control_list_find(const struct cam_control_list *list, uint32_t id);

/**
 * cam_control_list_get_bool() - read a control of a known type
 *
 * Returns 0, -ENOENT (the list does not have the control) or -EINVAL (the
 * control has another type). The following functions do the same for other
 * types; an array must have exactly @n_items elements, else the result is
 * -EINVAL. Thread word of all: reentrant.
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

/** Number of controls that clamping changed or left out. Zero it first. */
struct cam_clamp_counts {
	uint64_t clamped; /* brought into range, or set to the default */
	uint64_t unknown; /* left out: not in the map */
	uint64_t mistyped; /* left out: the map has another type */
	uint64_t refused; /* left out: an array or string out of range */
};

/**
 * cam_control_list_clamp() - copy a list, with each control in its range
 * @list: the list to copy; it is not changed
 * @infos: the ranges; controls of another id space count as unknown
 * @controls: memory of the copy
 * @room: number of elements of @controls
 * @counts: incremented for each control that is changed or left out
 * @ret_list: points into @controls, and for arrays and strings into @list
 *
 * Moves numbers to the nearest end of their range; points, sizes and rectangles
 * component by component. Replaces NaN, and a value that a list of permitted
 * values does not have, by the default. Leaves an array out if one of its
 * elements is out of range.
 *
 * Controls from an IPA drive exposure, lens and flash: clamp them before they
 * reach hardware. Returns the number of controls changed or left out, or
 * -ENOSPC if @room is too small. Thread word: reentrant.
 */
CAMIPC_API int
cam_control_list_clamp(const struct cam_control_list *list,
		       const struct cam_control_info_map *infos,
		       struct cam_control *controls, size_t room,
		       struct cam_clamp_counts *counts,
		       struct cam_control_list *ret_list) CAMIPC_MUST_CHECK;

CAMIPC_END_DECLS

#endif /* CAM_CONTROLS_H */
