/* SPDX-License-Identifier: MIT */
/*
 * The controls of a sub-device or video node, as IPA interfaces describe them:
 * what there is, reading, and setting.
 */
#ifndef DEVICE_DEVICE_CONTROLS_H
#define DEVICE_DEVICE_CONTROLS_H

#include <camipc/arena.h>

#include "cam_controls.h"
#include "device_node.h"

/** Controls of one node; drivers have some dozen. */
#define DEVICE_MAX_CONTROLS 512

/** Entries of one menu. */
#define DEVICE_MAX_MENU 1024

/** Controls that are read or set at once. */
#define DEVICE_MAX_CONTROL_BATCH 64

/** Bytes for the names and menus of a node's controls, and for the values of one
 *  call: far more than drivers have. */
#define DEVICE_CONTROLS_MEMORY (4u << 20)

/** The controls of a node. Zeroed memory has none. Thread word: bound. */
struct device_controls {
	struct device_node *node;
	struct cam_control_info_map infos; /* id space V4L2, sorted by number */
	struct camipc_arena arena; /* of infos */
	uint32_t n_left_out; /* what cam_v4l2_get_info() refuses */
};

/**
 * device_controls_read() - ask a node for its controls
 * @controls: free with device_controls_clear(), also after a failure
 * @node: must live as long
 *
 * cam_v4l2.h says which types there are, and what they become. Arrays have the
 * range of their elements. A control that can only be read has the direction Out;
 * one that can only be written, In. A node without controls is no error.
 *
 * Returns 0, -ENOMEM, -EMSGSIZE (more than DEVICE_MAX_CONTROLS), -EPROTO (the
 * driver numbers them in no order) or the errno of an ioctl; each with a text in
 * @node, like all functions below.
 */
int device_controls_read(struct device_controls *controls,
			 struct device_node *node) CAMIPC_MUST_CHECK;

/** Frees the descriptions. */
void device_controls_clear(struct device_controls *controls);

/**
 * device_controls_get() - read values
 * @ids: numbers of controls, at most DEVICE_MAX_CONTROL_BATCH
 * @arena: gets strings, arrays and the list itself
 * @ret_list: valid until the arena is reset
 *
 * Returns 0, -E2BIG (too many), -ENOENT (the node does not have a control; the
 * text has its number), -EACCES (a control can only be written), -ERANGE, -EBADMSG
 * or -EILSEQ (the driver has a value that its type does not have), -ENOMEM,
 * -EMSGSIZE (the arena is full) or the errno of the ioctl.
 */
int device_controls_get(struct device_controls *controls, const uint32_t *ids,
			size_t n, struct camipc_arena *arena,
			struct cam_control_list *ret_list) CAMIPC_MUST_CHECK;

/**
 * device_controls_set() - set values, all or none
 * @list: at most DEVICE_MAX_CONTROL_BATCH controls of the id space V4L2
 *
 * Nothing is clamped: see cam_control_list_clamp() for values of an IPA.
 *
 * Returns 0, -E2BIG, -ENOENT (another id space, or the node does not have a
 * control), -EACCES (it can only be read), -EINVAL (a wrong type or number of
 * elements), -ERANGE (also of an element; the text has the range), -ENOMEM or the
 * errno of the ioctl, whose text names the control if the driver did.
 */
int device_controls_set(struct device_controls *controls,
			const struct cam_control_list *list) CAMIPC_MUST_CHECK;

/** Sets values in a request, which the driver applies to the request's frame.
 *  Returns as device_controls_set() does; -EACCES also if the driver takes no
 *  controls in requests. */
int device_controls_set_in(struct device_controls *controls,
			   const struct cam_control_list *list,
			   int request_fd) CAMIPC_MUST_CHECK;

#endif /* DEVICE_DEVICE_CONTROLS_H */
