/* SPDX-License-Identifier: MIT */
/* A camera that every machine has: scene, sensor, IPA, image. */
#ifndef VIRTUAL_CAMERA_H
#define VIRTUAL_CAMERA_H

#include <camipc/proxy.h>

#include "cam_controls.h"
#include "light.h"
#include "sensor.h"

struct virtual_camera;

/** Sizes that the camera has; both even. */
#define VIRTUAL_CAMERA_MIN_SIDE 64
#define VIRTUAL_CAMERA_MAX_SIDE 8192

/** What it is to be. Zero all of it, and set what differs. */
struct virtual_camera_options {
	uint32_t width; /* 0: 640 x 480 */
	uint32_t height;
	uint64_t seed; /* of the sensor's noise */
	const char *scene; /* a PNG or JPEG file; NULL: the chart */
	const char *light; /* see light.h; NULL: it changes */
	const char *module; /* name, or path with a slash; NULL: softisp */
	const char *isolation; /* as struct camipc_match has it */
	const char *tuning; /* file for the module; NULL: its own */
	int frame_timeout_ms; /* for one frame's parameters; 0: 2000 */
	bool realtime; /* frames come when the sensor has them */
	bool watch_interrupt; /* look at the next */
	int interrupt_fd; /* once readable, waiting ends with -EINTR */

	/** Told when the IPA is gone; may be NULL. */
	void (*closed)(void *user, const struct camipc_closed_info *info);
	void *user;
};

/** A frame; borrowed until the next one is captured. */
struct virtual_frame {
	uint32_t number;
	uint32_t width;
	uint32_t height;
	const uint8_t *rgb; /* width x height x 3, sRGB */
	const uint16_t *raw; /* width x height, 10 bits, RGGB */
	uint64_t timestamp_ns; /* of the first frame: 0 */
	struct virtual_light light;
	struct virtual_sensor_settings settings;
	const struct cam_control_list *metadata; /* from the IPA */
	uint32_t parameters_frame; /* whose parameters it was made with */
	bool late; /* see the next; never in lock-step */
};

/** How well a camera in real time keeps up. */
struct virtual_late_counts {
	uint64_t frames; /* for one of these reasons, or both */
	uint64_t ipa; /* frames without parameters of the one before */
	uint64_t host; /* times at which nobody took the sensor's frame */
};

/**
 * virtual_camera_create() - build a camera, and run its IPA
 * @options: borrowed for the call, but interrupt_fd and user are kept
 * @error: one line saying what is wrong, if it fails
 * @size: of @error
 *
 * Returns 0, -EINVAL (an option), what reading the scene gave, what
 * camipc_proxy_create() gave, or what the IPA's init returned. The camera
 * belongs to the calling thread. Thread word: bound.
 */
int virtual_camera_create(struct camipc_manager *manager,
			  const struct virtual_camera_options *options,
			  char *error, size_t size,
			  struct virtual_camera **ret_camera) CAMIPC_MUST_CHECK;

/** Ends the IPA and frees everything; NULL is fine. */
void virtual_camera_destroy(struct virtual_camera *camera);

/** Returns 0 or an error; virtual_camera_error() says more. */
int virtual_camera_start(struct virtual_camera *camera) CAMIPC_MUST_CHECK;

/** Stops the IPA; a stopped camera is fine. Frames count on after a start. */
int virtual_camera_stop(struct virtual_camera *camera);

/**
 * virtual_camera_set_controls() - for the next frame and those behind it
 * @list: copied; what the IPA did not list is left out and counted
 *
 * Returns the number of controls changed or left out, -EINVAL (more than the
 * IPA has) or -ENOMEM.
 */
int virtual_camera_set_controls(struct virtual_camera *camera,
				const struct cam_control_list *list)
	CAMIPC_MUST_CHECK;

/**
 * virtual_camera_capture() - take the next frame, and make an image of it
 *
 * In lock-step, which is the default, it waits for the frame's parameters. In
 * real time it waits for the sensor's frame time, and uses the parameters that
 * came last; only a first frame waits for its own, because there are no others.
 *
 * Returns 0; -EINTR; -ETIMEDOUT (no parameters); -EPIPE (the IPA is gone);
 * -EBADMSG (nonsense for parameters); or what a call gave.
 */
int virtual_camera_capture(struct virtual_camera *camera,
			   struct virtual_frame *ret_frame) CAMIPC_MUST_CHECK;

/** What went wrong last, in one line; "" if nothing did. */
const char *virtual_camera_error(const struct virtual_camera *camera);

/** Controls that the IPA offers. */
const struct cam_control_info_map *
virtual_camera_get_controls(const struct virtual_camera *camera);

/** What clamping the IPA's controls for the sensor had to do. */
const struct cam_clamp_counts *
virtual_camera_get_clamp_counts(const struct virtual_camera *camera);

/** Frames that were late in real time; all 0 in lock-step. */
const struct virtual_late_counts *
virtual_camera_get_late_counts(const struct virtual_camera *camera);

/** How the IPA is run: state, statistics, pid. */
struct camipc_proxy *virtual_camera_get_proxy(struct virtual_camera *camera);

#endif /* VIRTUAL_CAMERA_H */
