/* SPDX-License-Identifier: MIT */
/* Rockchip's ISP1: registers, and what they do to an image. */
#include "rkisp1_hardware.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/log.h>

#define TOPIC "virtual"

#define MODULE(name) RKISP1_CIF_ISP_MODULE_##name

/* Debayering is always on, and its threshold is that of our own method. */
#define MODELLED                                                        \
	(MODULE(BLS) | MODULE(LSC) | MODULE(AWB_GAIN) | MODULE(BDM) |   \
	 MODULE(CTK) | MODULE(GOC) | MODULE(HST) | MODULE(AWB) |        \
	 MODULE(AEC) | MODULE(AFC))

static const char *const rkisp1_names[] = {
	"DPCC", "BLS",	"SDG", "HST", "LSC", "AWB_GAIN", "FLT",
	"BDM",	"CTK",	"GOC", "CPROC", "AFC", "AWB",	 "IE",
	"AEC",	"WDR",	"DPF", "DPF_STRENGTH",
};

#define N_NAMES (sizeof(rkisp1_names) / sizeof(rkisp1_names[0]))

/* The curve of sRGB in the 10 bits of GOC, at even distances. */
static void rkisp1_set_srgb(struct rkisp1_cif_isp_goc_config *goc)
{
	const int last = RKISP1_CIF_ISP_GAMMA_OUT_MAX_SAMPLES_V10 - 1;

	goc->mode = RKISP1_CIF_ISP_GOC_MODE_LOGARITHMIC;
	for (int i = 0, x = 0; i <= last; i++) {
		static const uint16_t steps[] = { 64,  64,  64,	 64,  128, 128,
						  128, 128, 256, 256, 256, 512,
						  512, 512, 512, 512, 0 };
		double linear = x / 4096.0;
		double v = linear <= 0.0031308
				   ? 12.92 * linear
				   : 1.055 * pow(linear, 1 / 2.4) - 0.055;

		goc->gamma_y[i] = (uint16_t)(v * 1023 + 0.5);
		x += steps[i];
	}
}

static void rkisp1_reset(struct rkisp1_hardware *h)
{
	const struct rkisp1_cif_isp_window whole = {
		.h_size = (uint16_t)h->developer.width,
		.v_size = (uint16_t)h->developer.height,
	};

	h->enabled = MODULE(GOC);
	h->meas.awb_meas_config.awb_wnd = whole;
	h->meas.awb_meas_config.awb_mode = RKISP1_CIF_ISP_AWB_MODE_YCBCR;
	h->meas.hst_config.mode = RKISP1_CIF_ISP_HISTOGRAM_MODE_Y_HISTOGRAM;
	h->meas.hst_config.meas_window = whole;
	memset(h->meas.hst_config.hist_weight, 1,
	       sizeof(h->meas.hst_config.hist_weight));
	h->meas.aec_config.meas_window = whole;
	h->meas.afc_config.num_afm_win = 1;
	h->meas.afc_config.afm_win[0] = whole;
	rkisp1_set_srgb(&h->others.goc_config);
}

int rkisp1_hardware_create(uint32_t width, uint32_t height,
			   struct rkisp1_hardware **ret_hardware)
{
	struct rkisp1_hardware *h = calloc(1, sizeof(*h));

	if (!h)
		return -ENOMEM;
	h->shading = calloc((size_t)width * height, sizeof(*h->shading));
	h->places = calloc((size_t)width + height, sizeof(*h->places));
	if (!h->shading || !h->places ||
	    virtual_developer_init(&h->developer, width, height) < 0) {
		rkisp1_hardware_destroy(h);
		return -ENOMEM;
	}
	rkisp1_reset(h);
	*ret_hardware = h;
	return 0;
}

void rkisp1_hardware_destroy(struct rkisp1_hardware *hardware)
{
	if (!hardware)
		return;
	virtual_developer_fini(&hardware->developer);
	free(hardware->shading);
	free(hardware->places);
	free(hardware);
}

bool rkisp1_is_on(const struct rkisp1_hardware *hardware, uint32_t module)
{
	return hardware->enabled & module;
}

/* Logs the modules that are enabled for the first time and change nothing. */
static void rkisp1_name_missing(struct rkisp1_hardware *h)
{
	uint32_t missing = h->enabled & ~MODELLED & ~h->named;
	char text[200] = "";
	size_t used = 0;

	for (size_t i = 0; i < N_NAMES; i++)
		if (missing & 1u << i)
			used += (size_t)snprintf(text + used,
						 sizeof(text) - used, "%s%s",
						 used ? ", " : "",
						 rkisp1_names[i]);
	if (used)
		camipc_log(CAMIPC_LOG_INFO, TOPIC,
			   "rkisp1: the IPA enabled %s, which the virtual "
			   "camera does not model",
			   text);
	h->named |= missing;
}

/* The limits of Cb and Cr keep out pixels that are far from grey. */
static void rkisp1_name_limits(struct rkisp1_hardware *h)
{
	const struct rkisp1_cif_isp_awb_meas_config *awb =
		&h->meas.awb_meas_config;

	if (h->has_named_limits || !(awb->max_csum || awb->min_c))
		return;
	camipc_log(CAMIPC_LOG_INFO, TOPIC,
		   "rkisp1: the IPA set max_csum or min_c of AWB, which the "
		   "virtual camera does not model");
	h->has_named_limits = true;
}

void rkisp1_hardware_set(struct rkisp1_hardware *hardware,
			 const struct rkisp1_params_cfg *parameters)
{
	uint32_t update = parameters->module_cfg_update;
	uint32_t change = parameters->module_en_update;

#define SET(name, part, member)                                           \
	do {                                                              \
		if (update & MODULE(name))                                \
			hardware->part.member = parameters->part.member; \
	} while (0)
	SET(BLS, others, bls_config);
	SET(LSC, others, lsc_config);
	SET(AWB_GAIN, others, awb_gain_config);
	SET(CTK, others, ctk_config);
	SET(GOC, others, goc_config);
	SET(HST, meas, hst_config);
	SET(AWB, meas, awb_meas_config);
	SET(AEC, meas, aec_config);
	SET(AFC, meas, afc_config);
#undef SET
	hardware->enabled = (hardware->enabled & ~change) |
			    (parameters->module_ens & change);
	if (update & MODULE(LSC))
		rkisp1_set_shading(hardware);
	rkisp1_name_missing(hardware);
	rkisp1_name_limits(hardware);
}

/* fixed_val: 12 bits and a sign. */
int32_t rkisp1_black(const struct rkisp1_hardware *hardware, int colour)
{
	const struct rkisp1_cif_isp_bls_config *bls =
		&hardware->others.bls_config;
	const int16_t fixed[4] = { bls->fixed_val.r, bls->fixed_val.gr,
				   bls->fixed_val.gb, bls->fixed_val.b };

	if (!rkisp1_is_on(hardware, MODULE(BLS)))
		return 0;
	if (bls->enable_auto)
		return (int32_t)hardware->dark[colour];
	if (fixed[colour] > 4095)
		return 4095 * 64;
	return fixed[colour] < -4096 ? -4096 * 64 : fixed[colour] * 64;
}

/* 10 bits, 0x100 is 1. */
uint32_t rkisp1_gain(const struct rkisp1_hardware *hardware, int colour)
{
	const struct rkisp1_cif_isp_awb_gain_config *awb =
		&hardware->others.awb_gain_config;
	const uint16_t gains[4] = { awb->gain_red, awb->gain_green_r,
				    awb->gain_green_b, awb->gain_blue };

	return rkisp1_is_on(hardware, MODULE(AWB_GAIN)) ? gains[colour] & 0x3ff
							: 256;
}

const uint16_t *rkisp1_shading(const struct rkisp1_hardware *hardware)
{
	return rkisp1_is_on(hardware, MODULE(LSC)) ? hardware->shading : NULL;
}

/* 11 bits with a sign, 0x80 is 1; offsets have 12 bits and a sign. */
static void rkisp1_put_matrix(const struct rkisp1_hardware *h,
			      struct virtual_recipe *recipe)
{
	const struct rkisp1_cif_isp_ctk_config *ctk = &h->others.ctk_config;

	if (!rkisp1_is_on(h, MODULE(CTK))) {
		for (int i = 0; i < 9; i += 4)
			recipe->matrix[i] = 4096;
		return;
	}
	for (int i = 0; i < 3; i++) {
		int32_t offset = ctk->ct_offset[i] & 0xfff;

		recipe->offset[i] = (offset - (offset & 0x800) * 2) * 16;
		for (int k = 0; k < 3; k++) {
			int32_t entry = ctk->coeff[i][k] & 0x7ff;

			recipe->matrix[3 * i + k] =
				(entry - (entry & 0x400) * 2) * 32;
		}
	}
}

/*
 * 17 samples of 10 bits. Their distances are equal, or the hardware's own that
 * grow: 64 four times, 128 four times, 256 three times and 512 five times, of
 * 4096 (libcamera's goc.cpp has the same).
 */
static void rkisp1_put_tones(const struct rkisp1_hardware *h,
			     struct virtual_recipe *recipe)
{
	static const uint16_t logarithmic[17] = {
		0,   64,  128,	192,  256,  384,  512,	640,  768,
		1024, 1280, 1536, 2048, 2560, 3072, 3584, 4096
	};
	const struct rkisp1_cif_isp_goc_config *goc = &h->others.goc_config;
	int at = 0;

	for (int i = 0; i < VIRTUAL_DEVELOP_POINTS; i++) {
		int x = i * 16;
		int from;
		int to;
		int y;

		if (!rkisp1_is_on(h, MODULE(GOC))) {
			recipe->tones[i] = (uint16_t)(x * 65535 / 4096);
			continue;
		}
#define X(n)                                                      \
	(goc->mode == RKISP1_CIF_ISP_GOC_MODE_LOGARITHMIC ?       \
		 logarithmic[n] :                                 \
		 (n) * 256)
		while (at < 15 && X(at + 1) <= x)
			at++;
		from = goc->gamma_y[at] & 0x3ff;
		to = goc->gamma_y[at + 1] & 0x3ff;
		/* In 1/64 of a step of 10 bits. */
		y = from * 64 +
		    (to - from) * 64 * (x - X(at)) / (X(at + 1) - X(at));
#undef X
		recipe->tones[i] = (uint16_t)(y * 65535 / (1023 * 64));
	}
}

void rkisp1_hardware_process(struct rkisp1_hardware *hardware,
			     const uint16_t *raw, uint8_t *rgb)
{
	struct virtual_recipe recipe = { .shading = rkisp1_shading(hardware) };

	for (int i = 0; i < 4; i++) {
		recipe.black[i] = rkisp1_black(hardware, i);
		recipe.gain[i] = rkisp1_gain(hardware, i) * 16;
	}
	rkisp1_put_matrix(hardware, &recipe);
	rkisp1_put_tones(hardware, &recipe);
	virtual_develop_recipe(&hardware->developer, &recipe, raw, rgb);
}
