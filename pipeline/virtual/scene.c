/* SPDX-License-Identifier: MIT */
/* Makes scenes from pictures: scaled, cropped, linear, as blurred as a lens. */
#include "scene.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <camipc/error.h>

#include "picture_reader.h"
#include "virtual_config.h"

/* Side of the square that each pixel averages, in pixels. */
#define LENS_BLUR 1.7

/* Maps sRGB bytes to linear 16 bits. */
static void linear_table(uint16_t table[256])
{
	int i;

	for (i = 0; i < 256; i++) {
		double x = i / 255.0;
		double y = x <= 0.04045 ? x / 12.92
					: pow((x + 0.055) / 1.055, 2.4);

		table[i] = (uint16_t)(y * 65535 + 0.5);
	}
}

/* The visible part of a picture, and its scale. */
struct scaling {
	double left;
	double top;
	double step; /* pixels of the picture per pixel of the scene */
	double reach; /* side of the averaged square, in its pixels */
};

static struct scaling fit(const struct virtual_picture *picture, uint32_t width,
			  uint32_t height)
{
	double across = picture->width / (double)width;
	double down = picture->height / (double)height;
	struct scaling s;

	s.step = across < down ? across : down;
	s.left = (picture->width - s.step * width) / 2;
	s.top = (picture->height - s.step * height) / 2;
	/*
	 * No lens is as sharp as a pixel. If one were, debayering would give
	 * every edge false colours.
	 */
	s.reach = LENS_BLUR * s.step > 1 ? LENS_BLUR * s.step : 1;
	return s;
}

static uint32_t edge(double position, uint32_t end)
{
	if (position <= 0)
		return 0;
	return position >= end ? end : (uint32_t)position;
}

/* Returns the part of pixel @i that lies between @from and @to. */
static double overlap(uint32_t i, double from, double to)
{
	double low = i > from ? i : from;
	double high = i + 1.0 < to ? i + 1.0 : to;

	return high > low ? high - low : 0;
}

/* Averages a square around the middle of a pixel of the scene. */
static void average(const struct virtual_picture *picture,
		    const uint16_t table[256], const struct scaling *s,
		    uint32_t px, uint32_t py, uint16_t ret_rgb[3])
{
	double x0 = s->left + (px + 0.5) * s->step - s->reach / 2;
	double y0 = s->top + (py + 0.5) * s->step - s->reach / 2;
	uint32_t x_end = edge(ceil(x0 + s->reach), picture->width);
	uint32_t y_end = edge(ceil(y0 + s->reach), picture->height);
	double sum[3] = { 0, 0, 0 };
	double area = 0;
	uint32_t x;
	uint32_t y;
	int k;

	for (y = edge(y0, picture->height); y < y_end; y++) {
		double wy = overlap(y, y0, y0 + s->reach);

		for (x = edge(x0, picture->width); x < x_end; x++) {
			const uint8_t *p = picture->rgb +
					   3 * ((size_t)picture->width * y + x);
			double w = wy * overlap(x, x0, x0 + s->reach);

			for (k = 0; k < 3; k++)
				sum[k] += w * table[p[k]];
			area += w;
		}
	}
	for (k = 0; k < 3; k++)
		ret_rgb[k] = area > 0 ? (uint16_t)(sum[k] / area + 0.5) : 0;
}

int virtual_scene_from_picture(const struct virtual_picture *picture,
			       uint32_t width, uint32_t height,
			       struct virtual_scene *ret_scene)
{
	struct scaling scaling = fit(picture, width, height);
	uint16_t table[256];
	uint16_t *rgb = calloc((size_t)width * height, 3 * sizeof(*rgb));
	uint32_t x;
	uint32_t y;

	if (!rgb)
		return -ENOMEM;
	linear_table(table);
	for (y = 0; y < height; y++)
		for (x = 0; x < width; x++)
			average(picture, table, &scaling, x, y,
				rgb + 3 * ((size_t)width * y + x));
	ret_scene->width = width;
	ret_scene->height = height;
	ret_scene->rgb = rgb;
	return 0;
}

/* Chooses the format by the first bytes, not by the file's name. */
static int read_picture(FILE *file, struct virtual_picture *ret_picture,
			char error[VIRTUAL_SCENE_ERROR_SIZE])
{
	static const uint8_t png[4] = { 0x89, 'P', 'N', 'G' };
	static const uint8_t jpeg[3] = { 0xff, 0xd8, 0xff };
	uint8_t start[8] = { 0 };
	size_t n = fread(start, 1, sizeof(start), file);

	rewind(file);
	if (n < sizeof(start)) {
		snprintf(error, VIRTUAL_SCENE_ERROR_SIZE, "%s",
			 n ? "the file is too short for a picture"
			   : "the file is empty");
		return -EINVAL;
	}
#if VIRTUAL_HAVE_IMAGES
	if (!memcmp(start, png, sizeof(png)))
		return virtual_png_read(file, ret_picture, error);
	if (!memcmp(start, jpeg, sizeof(jpeg)))
		return virtual_jpeg_read(file, ret_picture, error);
#else
	(void)ret_picture;
	if (!memcmp(start, png, sizeof(png)) ||
	    !memcmp(start, jpeg, sizeof(jpeg))) {
		snprintf(error, VIRTUAL_SCENE_ERROR_SIZE,
			 "camipc was built without libpng and libjpeg");
		return -ENOSYS;
	}
#endif
	snprintf(error, VIRTUAL_SCENE_ERROR_SIZE,
		 "the file is neither PNG nor JPEG");
	return -EINVAL;
}

/* Refuses pipes and devices, which could block or never end. */
static int open_picture(const char *path, FILE **ret_file,
			char error[VIRTUAL_SCENE_ERROR_SIZE])
{
	struct stat st;
	FILE *file;

	if (stat(path, &st) < 0) {
		snprintf(error, VIRTUAL_SCENE_ERROR_SIZE, "%s",
			 camipc_errno_to_string(errno));
		return -errno;
	}
	if (!S_ISREG(st.st_mode)) {
		snprintf(error, VIRTUAL_SCENE_ERROR_SIZE, "not a regular file");
		return -EINVAL;
	}
	file = fopen(path, "rbe");
	if (!file) {
		snprintf(error, VIRTUAL_SCENE_ERROR_SIZE, "%s",
			 camipc_errno_to_string(errno));
		return -errno;
	}
	*ret_file = file;
	return 0;
}

int virtual_scene_load(const char *path, uint32_t width, uint32_t height,
		       struct virtual_scene *ret_scene,
		       char error[VIRTUAL_SCENE_ERROR_SIZE])
{
	struct virtual_picture picture = { .rgb = NULL };
	FILE *file = NULL;
	int ret;

	error[0] = '\0';
	ret = open_picture(path, &file, error);
	if (ret < 0)
		return ret;
	ret = read_picture(file, &picture, error);
	fclose(file);
	if (ret < 0)
		goto report;
	ret = virtual_scene_from_picture(&picture, width, height, ret_scene);
	free(picture.rgb);

report:
	if (ret == -ENOMEM)
		snprintf(error, VIRTUAL_SCENE_ERROR_SIZE, "out of memory");
	return ret;
}

void virtual_scene_fini(struct virtual_scene *scene)
{
	free(scene->rgb);
	scene->rgb = NULL;
}
