/* SPDX-License-Identifier: MIT */
/*
 * The camera without its IPA: a scene under changing light, the sensor that
 * sees it, statistics of raw frames, and the processing to RGB.
 */
#ifndef VIRTUAL_IMAGER_H
#define VIRTUAL_IMAGER_H

#include "develop.h"
#include "scene.h"
#include "sensor_controls.h"
#include "virtual_error.h"
#include "virtual_frame.h"

/** What an imager is made from; zeroes choose the defaults. */
struct virtual_imager_options {
	uint32_t width; /* pixels; 0: 640 */
	uint32_t height; /* pixels; 0: 480 */
	uint64_t seed; /* of the sensor's noise */
	const char *scene; /* path of a PNG or JPEG file; NULL: the chart */
	const char *light; /* script, see light.h; NULL: the default one */
};

/** Thread word: bound. */
struct virtual_imager {
	struct virtual_light_script light;
	struct virtual_scene scene;
	struct virtual_sensor sensor;
	struct virtual_sensor_controls controls;
	struct virtual_developer developer;
	uint16_t *raw; /* the latest frame, dark lines included */
	uint8_t *rgb;
	bool is_streaming; /* a frame was exposed */
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
 * Sets the sensor as a list of an IPA says, clamped to the sensor's ranges. The
 * settings take effect at once before the first frame, afterwards
 * VIRTUAL_SENSOR_DELAY frames later.
 */
void virtual_imager_apply_controls(struct virtual_imager *imager,
				   const struct cam_control_list *list);

/**
 * virtual_imager_expose() - take frame @number into raw
 * @ret_frame: describes the frame; its metadata stays NULL, and its rgb is
 *             complete after virtual_imager_develop()
 */
void virtual_imager_expose(struct virtual_imager *imager, uint32_t number,
			   struct virtual_frame *ret_frame);

/** Writes statistics of the latest frame, whose number is @frame. */
void virtual_imager_measure(const struct virtual_imager *imager, uint32_t frame,
			    struct ipa_softisp_statistics *statistics);

/**
 * virtual_imager_develop() - process the latest frame to RGB
 * @frame: number of the frame that the parameters belong to
 * @parameters: from an IPA, private to the caller; not trusted
 *
 * Returns 0, or -EBADMSG and a text: the parameters do not belong to @frame.
 */
int virtual_imager_develop(struct virtual_imager *imager, uint32_t frame,
			   const struct ipa_softisp_parameters *parameters,
			   struct virtual_error *error) CAMIPC_MUST_CHECK;

#endif /* VIRTUAL_IMAGER_H */
