/* SPDX-License-Identifier: MIT */
/*
 * A model of the Raspberry Pi's image processor: parameters that V4L2 controls
 * set, statistics, and images. bcm2835_isp.h has the formats.
 */
#ifndef VIRTUAL_RPI_HARDWARE_H
#define VIRTUAL_RPI_HARDWARE_H

#include "bcm2835_isp.h"
#include "cam_controls.h"
#include "develop.h"
#include "sensor.h"

/** Factors of lens shading, in all four planes. */
#define RPI_SHADING_ENTRIES 0x4000

/** What the controls have set. */
struct rpi_parameters {
	uint32_t red_balance; /* times 1000 */
	uint32_t blue_balance;
	uint32_t digital_gain;
	struct bcm2835_isp_black_level black;
	struct bcm2835_isp_custom_ccm matrix;
	struct bcm2835_isp_gamma gamma;
	struct bcm2835_isp_lens_shading shading;
	uint16_t table[RPI_SHADING_ENTRIES]; /* a copy of the shared memory */
	uint32_t ignored; /* of the controls that are not modelled, seen */
};

/** Thread word: bound. */
struct rpi_hardware {
	struct virtual_developer developer;
	struct rpi_parameters parameters; /* of the latest image */
	uint16_t *shading; /* lens shading: a factor of each pixel */
	bool has_shading;
	uint32_t named; /* controls that were logged as not modelled */
};

/** Sets the parameters before any control was set: gains of 1. */
void rpi_parameters_init(struct rpi_parameters *parameters);

/**
 * Takes over the controls of a list, which is not trusted: a payload of another
 * size is left out, and others are kept as they are, because processing bounds
 * each number. Controls that are not in the list keep their values.
 */
void rpi_parameters_take(struct rpi_parameters *parameters,
			 const struct cam_control_list *list);

/** Powers up. Returns 0 or -ENOMEM. */
int rpi_hardware_create(uint32_t width, uint32_t height,
			struct rpi_hardware **ret_hardware);

/** Frees the memory; accepts NULL. */
void rpi_hardware_destroy(struct rpi_hardware *hardware);

/** Makes an image of 10-bit RGGB without dark lines. Logs once which controls
 *  that were set are not modelled. */
void rpi_hardware_process(struct rpi_hardware *hardware,
			  const struct rpi_parameters *parameters,
			  const uint16_t *raw, uint8_t *rgb);

/**
 * rpi_hardware_measure() - measure after black level and lens shading
 * @raw: as virtual_sensor_expose() wrote it, with its dark lines
 *
 * Measures before gains, so that the IPA applies its own; clipped cells are not
 * counted in the zones of white balance.
 */
void rpi_hardware_measure(struct rpi_hardware *hardware, const uint16_t *raw,
			  struct bcm2835_isp_stats *statistics);

/** For the files of the model: returns the black level of R, Gr, Gb or B, times
 *  256, in 10 bits. */
int32_t rpi_black(const struct rpi_hardware *hardware, int colour);

#endif /* VIRTUAL_RPI_HARDWARE_H */
