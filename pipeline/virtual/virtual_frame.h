/* SPDX-License-Identifier: MIT */
/* A frame of the virtual camera: the image and what is known about it. */
#ifndef VIRTUAL_FRAME_H
#define VIRTUAL_FRAME_H

#include "core_ipa_types.h"
#include "light.h"
#include "sensor.h"

struct camera_frame;

/** Range of a frame's width and height in pixels; both must be even. */
#define VIRTUAL_CAMERA_MIN_SIDE 64
#define VIRTUAL_CAMERA_MAX_SIDE 8192

/** Why a frame was made with the parameters that it has. */
enum virtual_parameters_reason {
	VIRTUAL_PARAMETERS_ON_TIME, /* in real time: of the frame before */
	VIRTUAL_PARAMETERS_LATE, /* older ones, as the IPA was not ready */
	VIRTUAL_PARAMETERS_NO_IPA, /* older ones, as the IPA was restarted */
};

/** Plain data; the pointers are valid until the next frame is captured. */
struct virtual_frame {
	uint32_t number;
	uint32_t width; /* pixels */
	uint32_t height;
	const uint8_t *rgb; /* width x height x 3, sRGB */
	const uint16_t *raw; /* width x height, 10 bits, RGGB */
	uint64_t timestamp_ns; /* 0 for the first frame */
	struct virtual_light light;
	struct virtual_sensor_settings settings; /* it was exposed with */
	uint32_t settings_cookie; /* of virtual_imager_request() */
	const struct cam_control_list *metadata; /* from the IPA */
	uint32_t parameters_frame; /* the frame its parameters belong to */
	enum virtual_parameters_reason parameters_reason;
	bool late; /* see struct virtual_late_counts; false in lock-step */
};

/** Describes a frame as those of all cameras are described, without what only
 *  a model knows. The pointers are borrowed. Thread word: reentrant. */
void virtual_frame_describe(const struct virtual_frame *frame,
			    struct camera_frame *ret_frame);

/** Frames that were late in real time. */
struct virtual_late_counts {
	uint64_t frames; /* late for either of the next reasons, or both */
	uint64_t ipa; /* made without parameters of the frame before */
	uint64_t host; /* frame times at which the caller took no frame */
};

/** What restarts of the IPA have cost. */
struct virtual_restart_counts {
	uint64_t restarts; /* that succeeded */
	uint64_t frames; /* made while there was no IPA */
};

#endif /* VIRTUAL_FRAME_H */
