/* SPDX-License-Identifier: MIT */
/*
 * A model of Rockchip's image processor "ISP1", hardware revision 10: registers
 * that parameters set, statistics, and images. Numbers are in the formats of
 * <linux/rkisp1-config.h>, whose comments are the source for all of them.
 */
#ifndef VIRTUAL_RKISP1_HARDWARE_H
#define VIRTUAL_RKISP1_HARDWARE_H

#include <linux/rkisp1-config.h>

#include "develop.h"
#include "sensor.h"

/** Where a column or row is in the grid of lens shading: the node before it, and
 *  its distance from that node in 1/4096 of the way to the next one. */
struct rkisp1_place {
	uint32_t node;
	uint32_t part;
};

/** Registers, which keep what parameters set until others do. Thread word:
 *  bound. */
struct rkisp1_hardware {
	struct virtual_developer developer;
	uint32_t enabled; /* modules, RKISP1_CIF_ISP_MODULE_… */
	struct rkisp1_cif_isp_isp_meas_cfg meas;
	struct rkisp1_cif_isp_isp_other_cfg others;
	uint16_t *shading; /* lens shading: a factor of each pixel */
	struct rkisp1_place *places; /* of columns, then of rows */
	uint32_t dark[4]; /* mean of the dark lines, times 256 */
	uint32_t named; /* modules that were logged as not modelled */
	bool has_named_limits;
};

/**
 * rkisp1_hardware_create() - power up
 * @width, @height: of the sensor's frames, even
 *
 * All modules are off, as they are after a reset, but one: the tone curve (GOC)
 * is that of sRGB, because the IPA of libcamera 0.0.3 sets none. Windows of
 * measurements are the whole frame. Returns 0 or -ENOMEM.
 */
int rkisp1_hardware_create(uint32_t width, uint32_t height,
			   struct rkisp1_hardware **ret_hardware);

/** Frees the memory; accepts NULL. */
void rkisp1_hardware_destroy(struct rkisp1_hardware *hardware);

/**
 * Sets registers as the kernel's driver does: those of modules whose bit is in
 * module_cfg_update, and which modules are enabled. @parameters are not trusted.
 * Logs once what is not modelled.
 */
void rkisp1_hardware_set(struct rkisp1_hardware *hardware,
			 const struct rkisp1_params_cfg *parameters);

/** Makes an image of 10-bit RGGB without dark lines as the registers say. */
void rkisp1_hardware_process(struct rkisp1_hardware *hardware,
			     const uint16_t *raw, uint8_t *rgb);

/**
 * rkisp1_hardware_measure() - measure as the registers say
 * @raw: as virtual_sensor_expose() wrote it, with its dark lines
 *
 * Measures after black level, lens shading and white balance gains, and before
 * the colour matrix. meas_type has the bits of the modules that are enabled.
 */
void rkisp1_hardware_measure(struct rkisp1_hardware *hardware, uint32_t frame,
			     const uint16_t *raw,
			     struct rkisp1_stat_buffer *statistics);

/* ---- for the files of the model ------------------------------------------ */

/** Returns what is subtracted from a raw value of R, Gr, Gb or B, times 256, in
 *  10 bits; may be negative. */
int32_t rkisp1_black(const struct rkisp1_hardware *hardware, int colour);

/** Returns the white balance gain of R, Gr, Gb or B, times 256. */
uint32_t rkisp1_gain(const struct rkisp1_hardware *hardware, int colour);

/** Returns the factors of lens shading, times 1024, or NULL while it is off. */
const uint16_t *rkisp1_shading(const struct rkisp1_hardware *hardware);

/** Computes the factors of lens shading from its registers. */
void rkisp1_set_shading(struct rkisp1_hardware *hardware);

/** Returns true if a module is enabled, RKISP1_CIF_ISP_MODULE_…. */
bool rkisp1_is_on(const struct rkisp1_hardware *hardware, uint32_t module);

#endif /* VIRTUAL_RKISP1_HARDWARE_H */
