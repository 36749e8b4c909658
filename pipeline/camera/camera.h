/* SPDX-License-Identifier: MIT */
/*
 * Cameras of every kind through one interface: list them, choose one by its
 * name, start it, set controls, take frames. Which kinds there are is known to
 * pipeline handlers only, which register themselves (camera_handler.h).
 */
#ifndef CAMERA_CAMERA_H
#define CAMERA_CAMERA_H

#include <stddef.h>

#include <camipc/proxy.h>

#include "cam_controls.h"
#include "stage_clock.h"

struct virtual_frame;

/** Room for a camera's name, its NUL included. */
#define CAMERA_NAME_SIZE 64

/** A camera that exists. Text is borrowed: valid during the call that passes
 *  it. */
struct camera_info {
	const char *name; /* "virtual", "vimc-a", "vivid-000" */
	const char *handler; /* the pipeline handler: "virtual", "vimc" */
	const char *description; /* some words */
	const char *interface_name; /* of its IPA */
	const char *module; /* the IPA that is run if no other is named */
	const char *devnode; /* "/dev/media0"; NULL: no kernel device */
};

/** A time from frame to frame, in seconds. Plain data; neither is 0, unless it is
 *  an option. */
struct camera_interval {
	uint32_t numerator;
	uint32_t denominator;
};

/** A format that frames can be taken in, with sizes. Plain data; pointers are
 *  valid during the call that passes them. */
struct camera_format {
	uint32_t fourcc; /* see cam_fourcc.h */
	bool is_default; /* it is used if no format is chosen */
	uint32_t min_width; /* pixels; 0: the driver does not list sizes */
	uint32_t min_height;
	uint32_t max_width; /* as min_width: one size only */
	uint32_t max_height;
	uint32_t step_width; /* from one width to the next */
	uint32_t step_height;

	/** Frame intervals at these sizes; none: the driver does not say. */
	const struct camera_interval *intervals;
	size_t n_intervals;
	bool is_range; /* the shortest and the longest one */
};

/** Options of a camera. Zero them all, set size and those that differ. */
struct camera_options {
	size_t size; /* of this struct */
	uint32_t width; /* pixels; 0: 640 */
	uint32_t height; /* pixels; 0: 480 */
	uint32_t format; /* of camera_list_formats(); 0: the camera's own */

	/** From frame to frame; neither or both are 0: the camera's own. */
	struct camera_interval interval;
	const char *module; /* name, or path with a slash; NULL: the camera's */
	const char *argument; /* of the module; NULL: none */
	const char *isolation; /* see struct camipc_match */
	const char *tuning; /* path of the module's file; NULL: its defaults */
	int frame_timeout_ms; /* limit for a frame and its parameters; 0: 2000 */
	bool watch_interrupt; /* interrupt_fd is valid */
	int interrupt_fd; /* once readable, waiting ends with -EINTR */

	/** An isolated IPA that ends is restarted, at most this many times
	 *  within 10 s. 0: 3 times; negative: never. */
	int max_restarts;

	/** Called once when the IPA is gone for good; may be NULL. */
	void (*closed)(void *user, const struct camipc_closed_info *info);
	/** Called when the IPA was restarted; may be NULL. */
	void (*restarted)(void *user, const struct camipc_restart_info *info);
	void *user; /* of both */

	/* Of virtual cameras only: others refuse them, the seed excepted, with
	 * -EOPNOTSUPP. struct virtual_camera_options describes them. */
	const char *sensor;
	uint64_t seed;
	const char *scene;
	const char *light;
	bool realtime; /* a kernel camera always is */
	int pace_ms;
};

/** Why a frame was made with the parameters that it has. */
enum camera_parameters_reason {
	CAMERA_PARAMETERS_ON_TIME,
	CAMERA_PARAMETERS_LATE, /* older ones, as the IPA was not ready */
	CAMERA_PARAMETERS_NO_IPA, /* older ones, as the IPA was restarted */
};

/** A number that a driver reported about a frame. Plain data. */
struct camera_driver_value {
	const char *name; /* static */
	uint64_t value;
};

/** What the metadata node of a kernel camera has about a frame. Plain data. */
struct camera_driver_metadata {
	uint32_t fourcc; /* of the bytes: V4L2_META_FMT_... */
	const uint8_t *bytes;
	size_t size;

	/** What the bytes mean; none: the format is not known here. */
	const struct camera_driver_value *values;
	size_t n_values;
};

/** A frame. Plain data; pointers are valid until the next frame is captured. */
struct camera_frame {
	uint32_t number; /* counts the frames that were captured, from 0 */
	uint32_t width; /* pixels */
	uint32_t height;
	const uint8_t *rgb; /* width x height x 3, sRGB */
	uint64_t timestamp_ns;
	int32_t exposure_lines; /* the sensor's settings of this frame */
	int32_t gain_code;
	const struct cam_control_list *metadata; /* from the IPA */
	uint32_t parameters_frame; /* the frame its parameters belong to */
	enum camera_parameters_reason parameters_reason;
	bool late; /* the frame counts in camera_counts.late */
	const struct virtual_frame *model; /* of a virtual camera; else NULL */

	/** NULL: the camera has no metadata node, or it sent nothing. */
	const struct camera_driver_metadata *driver;

	/** cam_shared_buffer_hash() of the driver's buffer. Only of a kernel
	 *  camera whose IPA reads frames, and then the IPA saw the same. */
	bool has_raw_hash;
	uint64_t raw_hash;
};

/** What went otherwise than planned. Plain data. */
struct camera_counts {
	uint64_t late; /* late for either of the next reasons, or both */
	uint64_t late_ipa; /* made without parameters of the frame before */
	uint64_t late_host; /* frame times at which the caller took no frame */
	uint64_t lost; /* frames that the kernel took and had no buffer for */
	uint64_t damaged; /* frames that the driver reported as damaged */
	uint64_t restarts; /* of the IPA, that succeeded */
	uint64_t frames_without_ipa; /* made while there was no IPA */
	struct cam_clamp_counts clamped; /* sensor controls of the IPA */
	struct camera_stage_clock times; /* of the stages of frames */
};

/** A camera and its IPA. Thread word of all functions with one: bound. */
struct camera;

/**
 * camera_list() - call @visit for each camera that exists
 *
 * The order is that of handlers by name, then that of their cameras. Stops when
 * @visit returns another number than 0. Returns that number, 0, -ENOMEM or an
 * error of the search for devices. Thread word: safe.
 */
int camera_list(int (*visit)(void *user, const struct camera_info *info),
		void *user);

/**
 * camera_is_used() - find out whether another program has frames of a camera
 * @name: as for camera_create()
 *
 * Returns 1, 0, -ENODEV (no such camera, or it vanished), -EACCES, -ENOMEM or what
 * an ioctl fails with. Thread word: safe.
 */
int camera_is_used(const char *name) CAMIPC_MUST_CHECK;

/**
 * camera_list_formats() - call @visit for each format of a camera
 * @name: as for camera_create()
 * @error: gets one line of text on failure
 * @size: of @error, in bytes
 *
 * A format with several sizes is visited once for each of them. Needs no IPA.
 * Stops when @visit returns another number than 0. Returns that number, 0,
 * -ENODEV (no such camera, or it vanished), -EBUSY, -EACCES, -ENOMEM or what an
 * ioctl fails with. Thread word: safe.
 */
int camera_list_formats(const char *name,
			int (*visit)(void *user,
				     const struct camera_format *format),
			void *user, char *error,
			size_t size) CAMIPC_MUST_CHECK;

/**
 * camera_create() - set up a camera, and run its IPA
 * @name: of a camera; or of a handler, which stands for its first camera; or
 *        the device node of one, such as "/dev/media0"
 * @manager: must live as long as the camera
 * @options: borrowed for the call; interrupt_fd, closed, restarted and user are
 *           kept
 * @error: gets one line of text on failure
 * @size: of @error, in bytes
 * @ret_camera: the camera; free it with camera_destroy()
 *
 * Returns 0, -ENODEV (there is no such camera; the text lists those there are,
 * or the device vanished), -EOPNOTSUPP (the camera does not have an option, the
 * format or the frame rate), -ENOTTY (its frame rate cannot be set),
 * -EINVAL, -ERANGE or -E2BIG (a wrong option), -EACCES, -EBUSY (another program
 * uses the device), -ENOMEM, -EREMOTEIO (the IPA returned an error of its own),
 * or what camipc_proxy_create(), a call of the IPA or an ioctl fails with.
 */
int camera_create(const char *name, struct camipc_manager *manager,
		  const struct camera_options *options, char *error,
		  size_t size, struct camera **ret_camera) CAMIPC_MUST_CHECK;

/** Ends the IPA, releases the device and frees everything; accepts NULL. */
void camera_destroy(struct camera *camera);

/** Starts IPA and stream. Returns 0, or a negative errno that camera_error()
 *  explains: -ENOLINK if a source that has changed sends no signal. */
int camera_start(struct camera *camera) CAMIPC_MUST_CHECK;

/** Stops stream and IPA; returns 0 if both are stopped already. Returns as
 *  camera_start() does; afterwards nothing streams in any case. */
int camera_stop(struct camera *camera);

/**
 * camera_set_controls() - set controls from the next frame on
 * @list: copied; controls that the IPA does not offer are left out
 *
 * Returns the number of controls that were changed to fit their range or left
 * out, -EINVAL (more than 64 controls) or -ENOMEM.
 */
int camera_set_controls(struct camera *camera,
			const struct cam_control_list *list) CAMIPC_MUST_CHECK;

/**
 * camera_capture() - wait for the next frame, and make an image of it
 *
 * Returns 0, -EINTR (interrupt_fd is readable), -ETIMEDOUT (no frame or no
 * parameters within frame_timeout_ms), -ENODEV (the device vanished),
 * -EREMCHG (the source changed its size or standard: the stream was stopped; stop
 * and start the camera, which sets it up for the new source),
 * -ENODATA (the stream has ended, and all its frames were taken),
 * -EREMOTEIO (the IPA could not compute parameters, or not read the frame),
 * -EBADMSG (its parameters are invalid, or it saw another frame), -EPIPE (it is
 * gone), or another errno; camera_error() explains each.
 */
int camera_capture(struct camera *camera,
		   struct camera_frame *ret_frame) CAMIPC_MUST_CHECK;

/** Returns one line that explains the failure of the latest start, stop, capture or
 *  setting of the device's controls, "" if it succeeded. */
const char *camera_error(const struct camera *camera);

/** Returns the controls that the IPA offers. */
const struct cam_control_info_map *
camera_get_controls(const struct camera *camera);

/**
 * camera_set_device_controls() - set controls of the device, all or none
 * @list: of the id space V4L2, as camera_get_device_controls() describes them
 *
 * The device keeps the values, also when the camera is gone. Returns 0,
 * -EOPNOTSUPP (a camera without a kernel device), -EPERM (the IPA sets the control
 * for each frame), or what device_controls_set() of pipeline/device does;
 * camera_error() explains each.
 */
int camera_set_device_controls(struct camera *camera,
			       const struct cam_control_list *list)
	CAMIPC_MUST_CHECK;

/** Returns the controls of the device, in the id space V4L2; NULL: a camera without
 *  a kernel device. */
const struct cam_control_info_map *
camera_get_device_controls(const struct camera *camera);

/** Sets @ret_counts to the counters since the camera was created. */
void camera_get_counts(const struct camera *camera,
		       struct camera_counts *ret_counts);

/** Returns the IPA's proxy, which knows its state, statistics and pid. */
struct camipc_proxy *camera_get_proxy(struct camera *camera);

#endif /* CAMERA_CAMERA_H */
