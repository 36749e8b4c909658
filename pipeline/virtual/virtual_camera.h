/* SPDX-License-Identifier: MIT */
/*
 * A camera for machines without one: a scene, a model of a sensor, an IPA that
 * controls it, and images.
 */
#ifndef VIRTUAL_CAMERA_H
#define VIRTUAL_CAMERA_H

#include <camipc/proxy.h>

#include "cam_controls.h"
#include "stage_clock.h"
#include "virtual_frame.h"

/** A virtual camera and its IPA. Thread word: bound. */
struct virtual_camera;

/** Options of a camera. Zero them all, and set those that differ. */
struct virtual_camera_options {
	const char *name; /* of an image processor, see isp.h; NULL: virtual */
	const char *sensor; /* see sensor_model.h; NULL: the processor's */
	uint32_t width; /* pixels; 0: 640 */
	uint32_t height; /* pixels; 0: 480 */
	uint64_t seed; /* of the sensor's noise */
	const char *scene; /* path of a PNG or JPEG file; NULL: the chart */
	const char *light; /* script, see light.h; NULL: the default one */
	const char *module; /* name, or path with a slash; NULL: the ISP's */
	const char *argument; /* of the module; NULL: none */
	const char *isolation; /* see struct camipc_match */
	uint32_t transport; /* of messages to a worker: likewise */
	const char *tuning; /* path of the module's file; NULL: its defaults */
	int frame_timeout_ms; /* limit for a frame's parameters; 0: 2000 */
	bool realtime; /* take frames at the sensor's pace */
	int pace_ms; /* in lock-step: shortest time of a frame; 0: none */
	bool watch_interrupt; /* interrupt_fd is valid */
	int interrupt_fd; /* once readable, waiting ends with -EINTR */

	/**
	 * An isolated IPA that ends is restarted, at most this many times within
	 * 10 s. 0: 3 times; negative: never. The camera goes on: a frame that
	 * had no IPA is made with the latest parameters, and says so.
	 */
	int max_restarts;

	/** Called once when the IPA is gone for good; may be NULL. */
	void (*closed)(void *user, const struct camipc_closed_info *info);
	/** Called when the IPA was restarted; may be NULL. */
	void (*restarted)(void *user, const struct camipc_restart_info *info);
	void *user; /* of both */
};

/**
 * virtual_camera_create() - build a camera, and run its IPA
 * @manager: must live as long as the camera
 * @options: borrowed for the call; interrupt_fd, closed, restarted and user
 *	are kept
 * @error: gets one line of text on failure
 * @size: of @error, in bytes
 * @ret_camera: the camera; free it with virtual_camera_destroy()
 *
 * Returns 0, -ENODEV (no camera or no sensor has this name), -EINVAL, -ERANGE or -E2BIG
 * (another option), or what
 * virtual_scene_load(), camipc_proxy_create() or a call of the IPA returns;
 * -EREMOTEIO if the IPA returned an error of its own, which only the text names.
 * The camera belongs to the calling thread.
 */
int virtual_camera_create(struct camipc_manager *manager,
			  const struct virtual_camera_options *options,
			  char *error, size_t size,
			  struct virtual_camera **ret_camera) CAMIPC_MUST_CHECK;

/** Ends the IPA and frees everything; accepts NULL. */
void virtual_camera_destroy(struct virtual_camera *camera);

/** Starts the IPA. Returns 0, or a negative errno that virtual_camera_error()
 *  explains. */
int virtual_camera_start(struct virtual_camera *camera) CAMIPC_MUST_CHECK;

/**
 * Stops the IPA; returns 0 if it is stopped already. After a new start frame
 * numbers continue. Returns 0, or a negative errno that virtual_camera_error()
 * explains.
 */
int virtual_camera_stop(struct virtual_camera *camera);

/**
 * virtual_camera_set_controls() - set controls from the next frame on
 * @list: copied; controls that the IPA does not offer are left out
 *
 * Returns the number of controls that were changed to fit their range or left
 * out, -EINVAL (more than 64 controls) or -ENOMEM.
 */
int virtual_camera_set_controls(struct virtual_camera *camera,
				const struct cam_control_list *list)
	CAMIPC_MUST_CHECK;

/** Unplugs the camera, as the cable of a real one: start, stop and capture return
 *  -ENODEV from now on, and stop still stops the IPA. It can only be destroyed. */
void virtual_camera_unplug(struct virtual_camera *camera);

/**
 * virtual_camera_capture() - take the next frame, and make an image of it
 *
 * In lock-step, the default, the frame waits for its own parameters, and pace_ms
 * makes it last at least this long for IPAs with threads of their own, and until
 * these sleep, but at most 1 s longer. In real time the call waits for the
 * sensor's frame time and uses the newest parameters; only the first frame waits
 * for its own.
 *
 * Returns 0, -EINTR (interrupt_fd is readable), -ETIMEDOUT (no parameters
 * within frame_timeout_ms), -EREMOTEIO (the IPA could not compute parameters, or
 * returned an error of its own), -EBADMSG (its parameters are invalid), -EPIPE
 * (it is gone), -ENODEV (the camera was unplugged), or another error of a call;
 * virtual_camera_error() explains each.
 */
int virtual_camera_capture(struct virtual_camera *camera,
			   struct virtual_frame *ret_frame) CAMIPC_MUST_CHECK;

/**
 * Returns one line that explains the failure of the latest start, stop or
 * capture, "" if it succeeded; after closed() always why the IPA is gone.
 */
const char *virtual_camera_error(const struct virtual_camera *camera);

/** Returns the controls that the IPA offers. */
const struct cam_control_info_map *
virtual_camera_get_controls(const struct virtual_camera *camera);

/** Returns how many of the IPA's sensor controls were clamped or left out. */
const struct cam_clamp_counts *
virtual_camera_get_clamp_counts(const struct virtual_camera *camera);

/** Returns the counters of late frames; all are 0 in lock-step. */
const struct virtual_late_counts *
virtual_camera_get_late_counts(const struct virtual_camera *camera);

/** Returns how often the IPA was restarted, and what that has cost. */
const struct virtual_restart_counts *
virtual_camera_get_restart_counts(const struct virtual_camera *camera);

/** Returns the times of the stages of frames. */
const struct camera_stage_clock *
virtual_camera_get_times(const struct virtual_camera *camera);

/** Returns the IPA's proxy, which knows its state, statistics and pid. */
struct camipc_proxy *virtual_camera_get_proxy(struct virtual_camera *camera);

#endif /* VIRTUAL_CAMERA_H */
