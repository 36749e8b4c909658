/* SPDX-License-Identifier: MIT */
/*
 * Controls of the kernel (V4L2) as infos and values of this library, and back:
 * each conversion is exact, or fails. Nothing here opens a device or makes an
 * ioctl.
 *
 *   V4L2                      type of the info    value
 *   INTEGER                   Integer32
 *   INTEGER64                 Integer64
 *   BOOLEAN                   Boolean
 *   MENU, INTEGER_MENU        Integer32           an enumerator for each entry
 *   BITMASK                   Unsigned32          flags: isMask
 *   BUTTON                    Boolean             true; it can only be written
 *   STRING                    String
 *   U8, U16, U32              Byte, Unsigned16, Unsigned32
 *   AREA, RECT                Size, Rectangle
 *
 * An array of these becomes an array; several dimensions become one, row by row.
 * Classes of controls and the structs of codecs have no counterpart.
 */
#ifndef CAM_V4L2_H
#define CAM_V4L2_H

#include <linux/videodev2.h>

#include <camipc/arena.h>

#include "cam_controls.h"

CAMIPC_BEGIN_DECLS

/**
 * cam_v4l2_get_info() - describe a control
 * @query: what VIDIOC_QUERY_EXT_CTRL returned
 * @menu: of a menu, what VIDIOC_QUERYMENU returned for each entry that exists
 * @n_menu: number of elements of @menu; 0 for other types
 * @arena: gets the name, and the names of entries
 * @ret_info: valid until the arena is reset
 *
 * An entry of an integer menu has its number, in decimal, as its name. The length
 * of a string is counted without its NUL. An array whose size varies has the size
 * ControlAnySize and a length. Sizes and rectangles have no range: the kernel has
 * it in values of their own.
 *
 * Returns 0, -EOPNOTSUPP (the type has no counterpart), -ERANGE (the type cannot
 * hold the range or the default), -EBADMSG (the description contradicts itself:
 * sizes of elements, lengths, or a menu without entries or with entries out of its
 * range), or the arena's -ENOMEM or -EMSGSIZE. Thread word of this and the next
 * functions: reentrant.
 */
CAMIPC_API int cam_v4l2_get_info(const struct v4l2_query_ext_ctrl *query,
				 const struct v4l2_querymenu *menu,
				 size_t n_menu, struct camipc_arena *arena,
				 struct cam_control_info *ret_info)
	CAMIPC_MUST_CHECK;

/**
 * cam_v4l2_prepare_get() - make an element of VIDIOC_G_EXT_CTRLS
 * @info: of cam_v4l2_get_info(), as in all functions below
 * @id: V4L2_CID_...
 * @arena: gets the memory that the kernel writes an array or string to
 * @ret_control: valid until the arena is reset
 *
 * Returns 0, -EACCES (the control can only be written), -EOPNOTSUPP (@info is no
 * control of the kernel), or the arena's -ENOMEM or -EMSGSIZE.
 */
CAMIPC_API int cam_v4l2_prepare_get(const struct cam_control_info *info,
				    uint32_t id, struct camipc_arena *arena,
				    struct v4l2_ext_control *ret_control)
	CAMIPC_MUST_CHECK;

/**
 * cam_v4l2_get_value() - read the value that the kernel wrote
 * @control: as VIDIOC_G_EXT_CTRLS left it
 * @arena: gets what cannot be borrowed from @control
 * @ret_value: valid as long as the memory of @control, and until the arena is
 *             reset
 *
 * Returns 0, -ERANGE (a boolean that is neither 0 nor 1), -EBADMSG (another size,
 * or a string without its end), -EILSEQ (a string that is not UTF-8, which no
 * interface carries), -EOPNOTSUPP as above, or the arena's -ENOMEM or -EMSGSIZE.
 */
CAMIPC_API int cam_v4l2_get_value(const struct cam_control_info *info,
				  const struct v4l2_ext_control *control,
				  struct camipc_arena *arena,
				  struct cam_control_value *ret_value)
	CAMIPC_MUST_CHECK;

/**
 * cam_v4l2_put_value() - make an element of VIDIOC_S_EXT_CTRLS
 * @id: V4L2_CID_...
 * @value: is copied
 * @arena: gets the memory of an array or string, where the kernel also writes
 * @ret_control: valid until the arena is reset
 *
 * A driver moves a value into its range and reports success; this function fails.
 * For values that are to be moved, call cam_control_list_clamp() before.
 *
 * Returns 0, -EACCES (the control can only be read), -EINVAL (another type or
 * number of elements), -ERANGE (cam_control_explain() says what is accepted),
 * -EOPNOTSUPP as above, or the arena's -ENOMEM or -EMSGSIZE.
 */
CAMIPC_API int cam_v4l2_put_value(const struct cam_control_info *info,
				  uint32_t id,
				  const struct cam_control_value *value,
				  struct camipc_arena *arena,
				  struct v4l2_ext_control *ret_control)
	CAMIPC_MUST_CHECK;

/**
 * cam_v4l2_get_list() - read all values that the kernel wrote
 * @infos: of the device; id space V4L2, or one that the interface defines
 * @controls: as VIDIOC_G_EXT_CTRLS left them
 * @n: number of elements of @controls
 * @arena: gets the list, and what cannot be borrowed from @controls
 * @ret_list: as cam_v4l2_get_value()
 * @reterr_index: which control the error is about; untouched on success
 *
 * Returns 0, -ENOENT (@infos does not have the control) or what
 * cam_v4l2_get_value() returns.
 */
CAMIPC_API int cam_v4l2_get_list(const struct cam_control_info_map *infos,
				 const struct v4l2_ext_control *controls,
				 size_t n, struct camipc_arena *arena,
				 struct cam_control_list *ret_list,
				 size_t *reterr_index) CAMIPC_MUST_CHECK;

/**
 * cam_v4l2_put_list() - make all elements of VIDIOC_S_EXT_CTRLS
 * @infos: of the device; its id space is that of all controls of @list
 * @arena: gets the elements and their memory
 * @ret_controls: as many as @list has; valid until the arena is reset
 * @reterr_index: which control the error is about; untouched on success
 *
 * Returns 0, -ENOENT (another id space, or @infos does not have the control) or
 * what cam_v4l2_put_value() returns.
 */
CAMIPC_API int cam_v4l2_put_list(const struct cam_control_info_map *infos,
				 const struct cam_control_list *list,
				 struct camipc_arena *arena,
				 struct v4l2_ext_control **ret_controls,
				 size_t *reterr_index) CAMIPC_MUST_CHECK;

CAMIPC_END_DECLS

#endif /* CAM_V4L2_H */
