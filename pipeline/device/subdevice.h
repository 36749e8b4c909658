/* SPDX-License-Identifier: MIT */
/* Formats, selections and frame intervals of a sub-device's pads. */
#ifndef DEVICE_SUBDEVICE_H
#define DEVICE_SUBDEVICE_H

#include "device_node.h"

/** What flows through a pad. Plain data. */
struct pad_format {
	uint32_t code; /* MEDIA_BUS_FMT_... */
	uint32_t width; /* pixels */
	uint32_t height; /* pixels */
};

/** A rectangle in pixels. Plain data. */
struct pad_rectangle {
	int32_t left;
	int32_t top;
	uint32_t width;
	uint32_t height;
};

/** Each reads the active state of a pad. Returns 0, or a negative errno and a
 *  text in @node: -EINVAL if the pad does not exist. */
int subdevice_get_format(struct device_node *node, uint32_t pad,
			 struct pad_format *ret_format) CAMIPC_MUST_CHECK;
int subdevice_get_selection(struct device_node *node, uint32_t pad,
			    uint32_t target,
			    struct pad_rectangle *ret_rectangle)
	CAMIPC_MUST_CHECK;
int subdevice_get_interval(struct device_node *node, uint32_t pad,
			   uint32_t *ret_numerator,
			   uint32_t *ret_denominator) CAMIPC_MUST_CHECK;

/**
 * subdevice_set_format() - set the format of a pad, exactly
 *
 * Drivers change what they cannot do to something near. That is an error here:
 * the pad's neighbours would not fit. Returns 0, -ERANGE (the text names what the
 * pad has instead, which then is set), or another negative errno and a text.
 */
int subdevice_set_format(struct device_node *node, uint32_t pad,
			 const struct pad_format *format) CAMIPC_MUST_CHECK;

/**
 * subdevice_set_interval() - set the time from frame to frame, exactly
 * @numerator, @denominator: of the time in seconds; neither is 0
 *
 * Returns 0, -ERANGE (the text names what the pad has instead, which then is
 * set), -ENOTTY (the sub-device's frame rate cannot be set), or another negative
 * errno and a text.
 */
int subdevice_set_interval(struct device_node *node, uint32_t pad,
			   uint32_t numerator,
			   uint32_t denominator) CAMIPC_MUST_CHECK;

/**
 * subdevice_set_selection() - set a rectangle of a pad
 * @target: V4L2_SEL_TGT_CROP and so on
 * @rectangle: what is wanted; set to what the driver made of it
 *
 * Returns 0, or a negative errno and a text.
 */
int subdevice_set_selection(struct device_node *node, uint32_t pad,
			    uint32_t target,
			    struct pad_rectangle *rectangle) CAMIPC_MUST_CHECK;

#endif /* DEVICE_SUBDEVICE_H */
