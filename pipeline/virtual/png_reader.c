/* SPDX-License-Identifier: MIT */
/* Reads PNG pictures with libpng, which reports errors by longjmp(). */
#include "picture_reader.h"

#include <errno.h>
#include <png.h>
#include <stdlib.h>

/* State that must survive a longjmp(). */
struct png_reading {
	png_structp png;
	png_infop info;
	uint8_t *rgb;
	png_bytep *rows;
	char *error; /* VIRTUAL_SCENE_ERROR_SIZE */
};

static void on_png_error(png_structp png, png_const_charp text)
{
	struct png_reading *reading = png_get_error_ptr(png);

	snprintf(reading->error, VIRTUAL_SCENE_ERROR_SIZE, "%s", text);
	png_longjmp(png, 1);
}

static void on_png_warning(png_structp png, png_const_charp text)
{
	(void)png;
	(void)text;
}

/* Converts every kind of PNG to eight bits of red, green and blue. */
static void set_transforms(png_structp png)
{
	png_set_expand(png);
	png_set_scale_16(png);
	png_set_strip_alpha(png);
	png_set_gray_to_rgb(png);
	png_set_interlace_handling(png);
}

/* Contains every call that may longjmp(). */
static int read_png(struct png_reading *reading, FILE *file,
		    struct virtual_picture *picture)
{
	uint32_t y;

	if (setjmp(png_jmpbuf(reading->png)))
		return -EINVAL;
	png_set_user_limits(reading->png, VIRTUAL_SCENE_MAX_SIDE,
			    VIRTUAL_SCENE_MAX_SIDE);
	png_init_io(reading->png, file);
	png_read_info(reading->png, reading->info);
	picture->width = png_get_image_width(reading->png, reading->info);
	picture->height = png_get_image_height(reading->png, reading->info);
	if ((uint64_t)picture->width * picture->height >
	    VIRTUAL_SCENE_MAX_PIXELS) {
		snprintf(reading->error, VIRTUAL_SCENE_ERROR_SIZE,
			 "the picture has %ux%u pixels; the limit is %u",
			 picture->width, picture->height,
			 VIRTUAL_SCENE_MAX_PIXELS);
		return -EFBIG;
	}
	set_transforms(reading->png);
	png_read_update_info(reading->png, reading->info);
	if (png_get_rowbytes(reading->png, reading->info) !=
	    (size_t)3 * picture->width)
		png_error(reading->png, "cannot convert to RGB");
	reading->rgb = calloc((size_t)3 * picture->width, picture->height);
	reading->rows = calloc(picture->height, sizeof(*reading->rows));
	if (!reading->rgb || !reading->rows)
		return -ENOMEM;
	for (y = 0; y < picture->height; y++)
		reading->rows[y] =
			reading->rgb + (size_t)3 * picture->width * y;
	png_read_image(reading->png, reading->rows);
	png_read_end(reading->png, NULL);
	return 0;
}

int virtual_png_read(FILE *file, struct virtual_picture *ret_picture,
		     char error[VIRTUAL_SCENE_ERROR_SIZE])
{
	struct png_reading reading = { .error = error };
	struct virtual_picture picture = { .rgb = NULL };
	int ret = -ENOMEM;

	reading.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reading,
					     on_png_error, on_png_warning);
	if (reading.png)
		reading.info = png_create_info_struct(reading.png);
	if (reading.info)
		ret = read_png(&reading, file, &picture);
	png_destroy_read_struct(&reading.png, &reading.info, NULL);
	free(reading.rows);
	if (ret < 0) {
		free(reading.rgb);
		return ret;
	}
	picture.rgb = reading.rgb;
	*ret_picture = picture;
	return 0;
}
