/* SPDX-License-Identifier: MIT */
/* Describes a frame as those of all cameras are described. */
#include "virtual_frame.h"

#include "camera.h"

static enum camera_parameters_reason
reason_of(enum virtual_parameters_reason reason)
{
	switch (reason) {
	case VIRTUAL_PARAMETERS_LATE:
		return CAMERA_PARAMETERS_LATE;
	case VIRTUAL_PARAMETERS_NO_IPA:
		return CAMERA_PARAMETERS_NO_IPA;
	case VIRTUAL_PARAMETERS_ON_TIME:
		break;
	}
	return CAMERA_PARAMETERS_ON_TIME;
}

void virtual_frame_describe(const struct virtual_frame *frame,
			    struct camera_frame *ret_frame)
{
	*ret_frame = (struct camera_frame){
		.number = frame->number,
		.width = frame->width,
		.height = frame->height,
		.rgb = frame->rgb,
		.timestamp_ns = frame->timestamp_ns,
		.exposure_lines = frame->settings.lines,
		.gain_code = frame->settings.gain,
		.metadata = frame->metadata,
		.parameters_frame = frame->parameters_frame,
		.parameters_reason = reason_of(frame->parameters_reason),
		.late = frame->late,
	};
}
