/* SPDX-License-Identifier: MIT */
/*
 * The camera without its IPA: a scene under changing light, the sensor that
 * sees it, and the image processor.
 */
#ifndef VIRTUAL_IMAGER_H
#define VIRTUAL_IMAGER_H

#include "delayed_controls.h"
#include "isp.h"
#include "scene.h"
#include "sensor_controls.h"
#include "stage_clock.h"
#include "virtual_error.h"
#include "virtual_frame.h"

/** A real sensor, instead of scene, light and the model of a sensor; the model
 *  then only describes it. Thread word: bound. */
struct virtual_source {
	/**
	 * take() - wait for the next frame
	 * @raw: receives the frame as virtual_sensor_expose() writes one, its
	 *       values at most VIRTUAL_SENSOR_WHITE
	 * @frame: has number, size and memory; gets timestamp, settings and
	 *         settings_cookie
	 *
	 * Returns 0, or a negative errno and a text in @error.
	 */
	int (*take)(void *user, uint16_t *raw, struct virtual_frame *frame,
		    struct virtual_error *error);
	void *user;
};

/** What an imager is made from; zeroes choose the defaults. */
struct virtual_imager_options {
	const struct virtual_isp *isp; /* must be set */
	const struct virtual_sensor_model *sensor; /* NULL: the isp's */
	uint32_t width; /* pixels; 0: 640 */
	uint32_t height; /* pixels; 0: 480 */
	uint64_t seed; /* of the sensor's noise */
	const char *scene; /* path of a PNG or JPEG file; NULL: the chart */
	const char *light; /* script, see light.h; NULL: the default one */
	const struct virtual_source *source; /* NULL: the model of a sensor */
};

/** Thread word: bound. */
struct virtual_imager {
	struct virtual_light_script light;
	struct virtual_scene scene;
	struct virtual_sensor sensor;
	struct virtual_sensor_controls controls;
	struct virtual_delayed delayed;
	const struct virtual_isp *isp;
	void *isp_state;
	uint16_t *raw; /* the latest frame, dark lines included */
	uint8_t *rgb;
	bool is_streaming; /* a frame was exposed */
	uint64_t pixels; /* read before the next frame, blanking included */
	struct camera_stage_clock clock; /* of frames, for lockstep.c and realtime.c */
	struct virtual_source source; /* take is NULL: the model of a sensor */
};

/**
 * virtual_imager_init() - load the scene and build the sensor
 * @imager: zeroed memory; call fini also after a failure. Do not move it
 * @error: gets a text on failure
 *
 * Returns 0, -EINVAL (a wrong option), -ENOMEM or what virtual_scene_load() and
 * virtual_light_parse() return.
 */
int virtual_imager_init(struct virtual_imager *imager,
			const struct virtual_imager_options *options,
			struct virtual_error *error) CAMIPC_MUST_CHECK;

/** Frees what init allocated; accepts zeroed memory. */
void virtual_imager_fini(struct virtual_imager *imager);

/**
 * virtual_imager_request() - set the sensor as a list of an IPA says
 * @cookie: is returned with the frames that have these settings
 *
 * Clamps the settings to the sensor's ranges. They take effect at once before
 * the first frame, afterwards as virtual_delayed_request() says.
 */
void virtual_imager_request(struct virtual_imager *imager,
			    const struct cam_control_list *list,
			    uint32_t cookie);

/**
 * Uses the delays that an IPA knows of the sensor, instead of the model's. If
 * they are wrong, the IPA learns wrong settings of frames, as with hardware.
 * Call it before the first frame.
 */
void virtual_imager_set_delays(struct virtual_imager *imager,
			       const struct virtual_sensor_delays *delays);

/**
 * virtual_imager_expose() - take frame @number into raw
 * @ret_frame: describes the frame, with the settings that the delays tell; its
 *             metadata stays NULL, and its rgb is complete after
 *             virtual_imager_develop()
 *
 * Timestamps are those of the sensor: each frame lasts as long as its lines.
 * Returns 0; with a source, what its take() returns.
 */
int virtual_imager_expose(struct virtual_imager *imager, uint32_t number,
			  struct virtual_frame *ret_frame,
			  struct virtual_error *error) CAMIPC_MUST_CHECK;

/** Writes statistics of the latest frame, whose number is @frame, into
 *  isp->statistics_size bytes. */
void virtual_imager_measure(struct virtual_imager *imager, uint32_t frame,
			    void *statistics);

/**
 * virtual_imager_develop() - process the latest frame to RGB
 * @frame: number of the frame that the parameters belong to
 * @parameters: from an IPA, private to the caller; not trusted
 *
 * Returns 0, or -EBADMSG and a text: the parameters do not belong to @frame.
 */
int virtual_imager_develop(struct virtual_imager *imager, uint32_t frame,
			   const void *parameters,
			   struct virtual_error *error) CAMIPC_MUST_CHECK;

#endif /* VIRTUAL_IMAGER_H */
