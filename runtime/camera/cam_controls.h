/* SPDX-License-Identifier: MIT */
/*
 * Control lists: build them, read them, keep them in range; names and types of
 * controls.
 */
#ifndef CAM_CONTROLS_H
#define CAM_CONTROLS_H

#include <camipc/base.h>
#include <camipc/type_info.h>

#include "core_ipa_types.h"

CAMIPC_BEGIN_DECLS

/**
 * Builds a control list in the caller's array, without allocating.
 * Thread word: bound.
 */
struct cam_control_builder {
	int32_t id_space; /* of the controls that are set next */
	struct cam_control *controls;
	size_t n_controls;
	size_t room;
	int error; /* of the first failure; 0 until then */
};

/**
 * cam_control_builder_init() - begin an empty list
 * @id_space: id space of the controls, an enum cam_control_id_space or a number
 *            that the interface defines
 * @controls: memory of the list; must live as long as the list
 * @room: number of elements of @controls
 */
CAMIPC_API void cam_control_builder_init(struct cam_control_builder *builder,
					 int32_t id_space,
					 struct cam_control *controls,
					 size_t room);

/**
 * cam_control_builder_set_id_space() - go on with controls of another id space
 * @id_space: id space of all controls that are set from now on
 */
CAMIPC_API void
cam_control_builder_set_id_space(struct cam_control_builder *builder,
				 int32_t id_space);

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

/**
 * Each sets one value of one type, as cam_control_builder_set() does. A string
 * must live as long as the list.
 */
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
CAMIPC_API void
cam_control_builder_set_string(struct cam_control_builder *builder, uint32_t id,
			       const char *value);
CAMIPC_API void
cam_control_builder_set_rectangle(struct cam_control_builder *builder,
				  uint32_t id, struct cam_rectangle value);

/** Each sets an array. The elements must live as long as the list. */
CAMIPC_API void
cam_control_builder_set_byte_array(struct cam_control_builder *builder,
				   uint32_t id, const uint8_t *items,
				   size_t n_items);
CAMIPC_API void
cam_control_builder_set_int32_array(struct cam_control_builder *builder,
				    uint32_t id, const int32_t *items,
				    size_t n_items);
CAMIPC_API void
cam_control_builder_set_int64_array(struct cam_control_builder *builder,
				    uint32_t id, const int64_t *items,
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
cam_control_list_find(const struct cam_control_list *list, int32_t id_space,
		      uint32_t id);

/**
 * cam_control_list_get_bool() - read a control of a known type
 *
 * Returns 0, -ENOENT (the list does not have the control) or -EINVAL (the
 * control has another type). The following functions do the same for other
 * types. A string is borrowed from the list. An array must have exactly
 * @n_items elements, else the result is -EINVAL. Thread word of all: reentrant.
 */
CAMIPC_API int cam_control_list_get_bool(const struct cam_control_list *list,
					 int32_t id_space, uint32_t id,
					 bool *ret_value) CAMIPC_MUST_CHECK;
CAMIPC_API int cam_control_list_get_int32(const struct cam_control_list *list,
					  int32_t id_space, uint32_t id,
					  int32_t *ret_value) CAMIPC_MUST_CHECK;
CAMIPC_API int cam_control_list_get_int64(const struct cam_control_list *list,
					  int32_t id_space, uint32_t id,
					  int64_t *ret_value) CAMIPC_MUST_CHECK;
CAMIPC_API int cam_control_list_get_float(const struct cam_control_list *list,
					  int32_t id_space, uint32_t id,
					  float *ret_value) CAMIPC_MUST_CHECK;
CAMIPC_API int
cam_control_list_get_string(const struct cam_control_list *list,
			    int32_t id_space, uint32_t id,
			    const char **ret_value) CAMIPC_MUST_CHECK;
CAMIPC_API int
cam_control_list_get_rectangle(const struct cam_control_list *list,
			       int32_t id_space, uint32_t id,
			       struct cam_rectangle *ret_value)
	CAMIPC_MUST_CHECK;
CAMIPC_API int cam_control_list_get_bytes(const struct cam_control_list *list,
					  int32_t id_space, uint32_t id,
					  uint8_t *ret_items,
					  size_t n_items) CAMIPC_MUST_CHECK;
CAMIPC_API int cam_control_list_get_int64s(const struct cam_control_list *list,
					   int32_t id_space, uint32_t id,
					   int64_t *ret_items,
					   size_t n_items) CAMIPC_MUST_CHECK;
CAMIPC_API int cam_control_list_get_floats(const struct cam_control_list *list,
					   int32_t id_space, uint32_t id,
					   float *ret_items,
					   size_t n_items) CAMIPC_MUST_CHECK;

/** Number of controls that clamping changed or left out. Zero it first. */
struct cam_clamp_counts {
	uint64_t clamped; /* brought into range, or set to the default */
	uint64_t unknown; /* left out: not in the map */
	uint64_t mistyped; /* left out: the map has another type or size */
	uint64_t refused; /* left out: an array or string out of range */
};

/**
 * cam_control_list_clamp() - copy a list, with each control in its range
 * @list: the list to copy; it is not changed
 * @infos: the ranges; controls of another id space than its own count as
 *         unknown
 * @controls: memory of the copy
 * @room: number of elements of @controls
 * @counts: incremented for each control that is changed or left out
 * @ret_list: points into @controls, and for arrays and strings into @list
 *
 * Moves numbers to the nearest end of their range, and integers to the nearest
 * step; points, sizes and rectangles component by component. Replaces NaN, and a
 * value that a list of permitted values does not have, by the default. Clears
 * flags that a mask does not have. Leaves out: an integer that the control's
 * enumerators do not have; a string that is too short or too long; an array if one
 * of its elements is out of range, or if it has too few or too many. Where the map
 * gives a type, a value of another type or with another number of elements is left
 * out; where it gives a type and neither range nor permitted values, each value of
 * the type is accepted.
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

/** What cam_control_list_clamp() does with a control, and why. */
enum cam_control_verdict {
	CAM_CONTROL_KEPT = 0, /* as it is */
	CAM_CONTROL_CLAMPED, /* brought into range, or set to the default */
	CAM_CONTROL_UNKNOWN, /* left out: not in the map */
	CAM_CONTROL_MISTYPED, /* left out: the map has another type or size */
	CAM_CONTROL_OUT_OF_RANGE, /* left out: a value that is not allowed, and
				     that cannot be brought into range */
};

/**
 * Returns what cam_control_list_clamp() would do with @control, which is not
 * changed: to tell which controls of a list were left out. Thread word:
 * reentrant.
 */
CAMIPC_API enum cam_control_verdict
cam_control_judge(const struct cam_control *control,
		  const struct cam_control_info_map *infos);

/** Judges a value by one info, as cam_control_judge() does; never UNKNOWN. Thread
 *  word: reentrant. */
CAMIPC_API enum cam_control_verdict
cam_control_judge_value(const struct cam_control_value *value,
			const struct cam_control_info *info);

/**
 * cam_control_explain() - write what is wrong with a control
 * @control: is not changed
 * @infos: the controls of the camera
 * @buffer: gets the text, which is cut if it does not fit: "AeMeteringMode: 7 left
 *          out: a value that is not allowed; expected Centre (0) or Spot (1)"
 * @size: of @buffer, in bytes
 *
 * Names and strings are written as they are, also those that a peer chose.
 * Returns what cam_control_judge() returns. Thread word: reentrant.
 */
CAMIPC_API enum cam_control_verdict
cam_control_explain(const struct cam_control *control,
		    const struct cam_control_info_map *infos, char *buffer,
		    size_t size);

/**
 * cam_control_value_to_string() - write a value
 * @info: has the names of enumerators and flags; NULL: numbers only
 * @buffer: gets the text, which is cut if it does not fit: "true", "1,2",
 *          "Spot (1)", "A|B|0x8"; "" for a value without a type
 * @size: of @buffer, in bytes
 *
 * Thread word: reentrant.
 */
CAMIPC_API void
cam_control_value_to_string(const struct cam_control_value *value,
			    const struct cam_control_info *info, char *buffer,
			    size_t size);

/**
 * cam_control_range_to_string() - write which values a control accepts
 * @buffer: gets the text, which is cut if it does not fit: "1 to 4", "0, 1 or 3",
 *          "Centre (0) or Spot (1)", "0 to 8 bytes"; "" if any is accepted
 * @size: of @buffer, in bytes
 *
 * Thread word: reentrant.
 */
CAMIPC_API void
cam_control_range_to_string(const struct cam_control_info *info, char *buffer,
			    size_t size);

/** Returns what the IDL of controls calls a type, such as "int32". Lives as long
 *  as the library. Thread word: reentrant. */
CAMIPC_API const char *cam_control_type_name(enum cam_control_type type);

/**
 * Returns a verdict in words, such as "brought into its range"; never NULL.
 * Lives as long as the library. Thread word: reentrant.
 */
CAMIPC_API const char *
cam_control_verdict_to_string(enum cam_control_verdict verdict);

/**
 * cam_control_by_name() - find a control of controls.mojom by its name
 *
 * Other stacks number the same controls otherwise, from release to release:
 * translate by name. Returns NULL for an unknown name; the result lives as long
 * as the library. Thread word of this and the next functions: reentrant.
 */
CAMIPC_API const struct camipc_control_type *
cam_control_by_name(const char *name);

/** Finds a control of controls.mojom by its number; NULL: unknown number. */
CAMIPC_API const struct camipc_control_type *cam_control_by_id(uint32_t id);

/** Returns the type of a control's value, or of its elements. */
CAMIPC_API enum cam_control_type
cam_control_type_of(const struct camipc_control_type *control);

/**
 * cam_control_info_describe() - set name, type, size and enumerators of a control
 * @id: number of a control of controls.mojom; another one changes nothing
 *
 * The names live as long as the library. A control that accepts some of its
 * enumerators has them all, and a range or permitted values.
 */
CAMIPC_API void cam_control_info_describe(struct cam_control_info *info,
					  uint32_t id);

CAMIPC_END_DECLS

#endif /* CAM_CONTROLS_H */
