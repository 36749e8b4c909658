/* SPDX-License-Identifier: MIT */
/* The Raspberry Pi's image processor: controls, and what they do to an image. */
#include "rpi_hardware.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/log.h>

#define TOPIC "virtual"

/* The largest value of a control that is a gain, times 1000. */
#define MAX_MILLI 64000

/* The controls that change nothing here. */
static const struct {
	uint32_t id;
	const char *name;
} rpi_ignored[] = {
	{ BCM2835_ISP_GEQ, "GEQ" },	    { BCM2835_ISP_DENOISE, "denoise" },
	{ BCM2835_ISP_SHARPEN, "sharpen" }, { BCM2835_ISP_DPC, "DPC" },
	{ BCM2835_ISP_CDN, "CDN" },
};

#define N_IGNORED (sizeof(rpi_ignored) / sizeof(rpi_ignored[0]))

void rpi_parameters_init(struct rpi_parameters *parameters)
{
	memset(parameters, 0, sizeof(*parameters));
	parameters->red_balance = 1000;
	parameters->blue_balance = 1000;
	parameters->digital_gain = 1000;
}

static void rpi_take_milli(const struct cam_control_list *list, uint32_t id,
			   uint32_t *milli)
{
	int32_t value;

	if (cam_control_list_get_int32(list, CAM_CONTROL_ID_SPACE_V4L2, id,
				       &value) < 0)
		return;
	*milli = value < 0 ? 0
		 : value > MAX_MILLI ? MAX_MILLI
				     : (uint32_t)value;
}

void rpi_parameters_take(struct rpi_parameters *parameters,
			 const struct cam_control_list *list)
{
	rpi_take_milli(list, V4L2_CID_RED_BALANCE, &parameters->red_balance);
	rpi_take_milli(list, V4L2_CID_BLUE_BALANCE, &parameters->blue_balance);
	rpi_take_milli(list, V4L2_CID_DIGITAL_GAIN, &parameters->digital_gain);
#define TAKE(id, member)                                              \
	(void)!cam_control_list_get_bytes(                            \
		list, CAM_CONTROL_ID_SPACE_V4L2, id,                  \
		(uint8_t *)&parameters->member, sizeof(parameters->member))
	TAKE(BCM2835_ISP_BLACK_LEVEL, black);
	TAKE(BCM2835_ISP_CC_MATRIX, matrix);
	TAKE(BCM2835_ISP_GAMMA, gamma);
	TAKE(BCM2835_ISP_LENS_SHADING, shading);
#undef TAKE
	for (size_t i = 0; i < N_IGNORED; i++)
		if (cam_control_list_find(list, CAM_CONTROL_ID_SPACE_V4L2,
					  rpi_ignored[i].id))
			parameters->ignored |= 1u << i;
}

int rpi_hardware_create(uint32_t width, uint32_t height,
			struct rpi_hardware **ret_hardware)
{
	struct rpi_hardware *h = calloc(1, sizeof(*h));

	if (!h)
		return -ENOMEM;
	h->shading = calloc((size_t)width * height, sizeof(*h->shading));
	if (!h->shading ||
	    virtual_developer_init(&h->developer, width, height) < 0) {
		rpi_hardware_destroy(h);
		return -ENOMEM;
	}
	rpi_parameters_init(&h->parameters);
	*ret_hardware = h;
	return 0;
}

void rpi_hardware_destroy(struct rpi_hardware *hardware)
{
	if (!hardware)
		return;
	virtual_developer_fini(&hardware->developer);
	free(hardware->shading);
	free(hardware);
}

static void rpi_name_ignored(struct rpi_hardware *h)
{
	uint32_t ignored = h->parameters.ignored & ~h->named;
	char text[100] = "";
	size_t used = 0;

	for (size_t i = 0; i < N_IGNORED; i++)
		if (ignored & 1u << i)
			used += (size_t)snprintf(text + used,
						 sizeof(text) - used, "%s%s",
						 used ? ", " : "",
						 rpi_ignored[i].name);
	if (used)
		camipc_log(CAMIPC_LOG_INFO, TOPIC,
			   "rpi: the IPA set %s, which the virtual camera does "
			   "not model",
			   text);
	h->named |= ignored;
}

/* ---- lens shading -------------------------------------------------------- */

/* Returns true if the table holds this grid, whose nodes are corners. */
static bool rpi_is_grid(const struct bcm2835_isp_lens_shading *s)
{
	uint64_t entries = (uint64_t)s->grid_stride * s->grid_height * 4;

	return s->enabled && s->corner_sampled &&
	       s->gain_format == BCM2835_ISP_GAIN_U4P10 &&
	       s->grid_cell_size && s->grid_width >= 2 &&
	       s->grid_height >= 2 && s->grid_width <= s->grid_stride &&
	       s->grid_stride <= RPI_SHADING_ENTRIES &&
	       entries <= RPI_SHADING_ENTRIES;
}

/* A grid that is smaller than the frame goes on with its last nodes. */
static uint32_t rpi_node(uint32_t at, uint32_t cell, uint32_t nodes,
			 uint32_t *ret_part)
{
	uint32_t node = at / cell;

	*ret_part = at % cell * 1024 / cell;
	if (node < nodes - 1)
		return node;
	*ret_part = 1024;
	return nodes - 2;
}

static uint16_t rpi_factor(const struct rpi_parameters *p, uint32_t x,
			   uint32_t y)
{
	const struct bcm2835_isp_lens_shading *s = &p->shading;
	size_t plane = (size_t)(2 * (y & 1) + (x & 1)) * s->grid_stride *
		       s->grid_height;
	uint32_t right;
	uint32_t down;
	uint32_t column =
		rpi_node(x, s->grid_cell_size, s->grid_width, &right);
	uint32_t row = rpi_node(y, s->grid_cell_size, s->grid_height, &down);
	const uint16_t *a =
		p->table + plane + (size_t)row * s->grid_stride + column;
	const uint16_t *b = a + s->grid_stride;
	uint32_t above = a[0] * (1024 - right) + a[1] * right;
	uint32_t below = b[0] * (1024 - right) + b[1] * right;
	uint64_t factor = ((uint64_t)above * (1024 - down) +
			   (uint64_t)below * down) >>
			  20;

	return (uint16_t)factor;
}

/* The table changes now and then only; most frames use the factors again. */
static void rpi_set_shading(struct rpi_hardware *h,
			    const struct rpi_parameters *p)
{
	uint32_t width = h->developer.width;

	if (h->has_shading &&
	    !memcmp(&h->parameters.shading, &p->shading, sizeof(p->shading)) &&
	    !memcmp(h->parameters.table, p->table, sizeof(p->table)))
		return;
	h->has_shading = rpi_is_grid(&p->shading);
	if (!h->has_shading)
		return;
	for (uint32_t y = 0; y < h->developer.height; y++)
		for (uint32_t x = 0; x < width; x++)
			h->shading[(size_t)y * width + x] =
				rpi_factor(p, x, y);
}

/* ---- images -------------------------------------------------------------- */

/* 16 bits to 10 bits times 256. */
int32_t rpi_black(const struct rpi_hardware *hardware, int colour)
{
	const struct bcm2835_isp_black_level *black =
		&hardware->parameters.black;
	const uint16_t levels[4] = { black->black_level_r, black->black_level_g,
				     black->black_level_g,
				     black->black_level_b };

	return black->enabled ? levels[colour] * 4 : 0;
}

static int32_t rpi_fraction(const struct bcm2835_isp_rational *r)
{
	int64_t value = r->den ? (int64_t)r->num * 4096 / r->den : 0;

	return (int32_t)(value > INT32_MAX   ? INT32_MAX
			 : value < INT32_MIN ? INT32_MIN
					     : value);
}

static void rpi_put_matrix(const struct bcm2835_isp_custom_ccm *matrix,
			   struct virtual_recipe *recipe)
{
	for (int i = 0; i < 3; i++) {
		if (!matrix->enabled) {
			recipe->matrix[4 * i] = 4096;
			continue;
		}
		recipe->offset[i] = matrix->offsets[i];
		for (int k = 0; k < 3; k++)
			recipe->matrix[3 * i + k] =
				rpi_fraction(&matrix->ccm[i][k]);
	}
}

/* Points ascend in x; where they do not, the curve is a step. */
static void rpi_put_tones(const struct bcm2835_isp_gamma *gamma,
			  struct virtual_recipe *recipe)
{
	int at = 0;

	for (int i = 0; i < VIRTUAL_DEVELOP_POINTS; i++) {
		int64_t x = i * 65535 / (VIRTUAL_DEVELOP_POINTS - 1);
		int64_t from;
		int64_t width;
		int64_t part;

		if (!gamma->enabled) {
			recipe->tones[i] = (uint16_t)x;
			continue;
		}
		while (at < BCM2835_ISP_GAMMA_POINTS - 2 &&
		       gamma->x[at + 1] <= x)
			at++;
		width = gamma->x[at + 1] - gamma->x[at];
		part = x - gamma->x[at];
		if (width < 1)
			width = 1;
		part = part < 0 ? 0 : part > width ? width : part;
		from = gamma->y[at];
		recipe->tones[i] = (uint16_t)(from + (gamma->y[at + 1] - from) *
							     part / width);
	}
}

void rpi_hardware_process(struct rpi_hardware *hardware,
			  const struct rpi_parameters *parameters,
			  const uint16_t *raw, uint8_t *rgb)
{
	struct virtual_recipe recipe = { .shading = NULL };
	/* Gains of whole thousandths: milli * 4096 / 1000. */
	const uint64_t digital = parameters->digital_gain;
	const uint64_t gains[4] = { parameters->red_balance, 1000, 1000,
				    parameters->blue_balance };

	rpi_set_shading(hardware, parameters);
	hardware->parameters = *parameters;
	if (hardware->has_shading)
		recipe.shading = hardware->shading;
	for (int i = 0; i < 4; i++) {
		recipe.black[i] = rpi_black(hardware, i);
		recipe.gain[i] =
			(uint32_t)(gains[i] * digital * 4096 / 1000000);
	}
	rpi_put_matrix(&parameters->matrix, &recipe);
	rpi_put_tones(&parameters->gamma, &recipe);
	rpi_name_ignored(hardware);
	virtual_develop_recipe(&hardware->developer, &recipe, raw, rgb);
}
