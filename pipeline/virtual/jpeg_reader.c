/* SPDX-License-Identifier: MIT */
/* Reads JPEG pictures with libjpeg, which reports errors by longjmp(). */
#include "picture_reader.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>

#include <jpeglib.h>

/* The manager is the first member: libjpeg hands back a pointer to it. */
struct jpeg_reading {
	struct jpeg_error_mgr manager;
	struct jpeg_decompress_struct jpeg;
	jmp_buf out;
	uint8_t *rgb;
	char *error; /* VIRTUAL_SCENE_ERROR_SIZE */
};

static void on_jpeg_error(j_common_ptr jpeg)
{
	struct jpeg_reading *reading = (struct jpeg_reading *)(void *)jpeg->err;
	char text[JMSG_LENGTH_MAX];

	jpeg->err->format_message(jpeg, text);
	snprintf(reading->error, VIRTUAL_SCENE_ERROR_SIZE, "%.150s", text);
	longjmp(reading->out, 1);
}

/* A warning means damaged data, which libjpeg would fill with grey. */
static void on_message(j_common_ptr jpeg, int level)
{
	if (level < 0)
		on_jpeg_error(jpeg);
}

/* Contains every call that may longjmp(). */
static int read_jpeg(struct jpeg_reading *reading, FILE *file)
{
	struct jpeg_decompress_struct *jpeg = &reading->jpeg;

	if (setjmp(reading->out))
		return -EINVAL;
	jpeg_create_decompress(jpeg);
	jpeg_stdio_src(jpeg, file);
	(void)jpeg_read_header(jpeg, TRUE);
	if (jpeg->image_width > VIRTUAL_SCENE_MAX_SIDE ||
	    jpeg->image_height > VIRTUAL_SCENE_MAX_SIDE ||
	    (uint64_t)jpeg->image_width * jpeg->image_height >
		    VIRTUAL_SCENE_MAX_PIXELS) {
		snprintf(reading->error, VIRTUAL_SCENE_ERROR_SIZE,
			 "the picture has %ux%u pixels; at most %d per side "
			 "and %u in all are accepted",
			 jpeg->image_width, jpeg->image_height,
			 VIRTUAL_SCENE_MAX_SIDE, VIRTUAL_SCENE_MAX_PIXELS);
		return -EFBIG;
	}
	jpeg->out_color_space = JCS_RGB;
	(void)jpeg_start_decompress(jpeg);
	reading->rgb =
		calloc((size_t)3 * jpeg->output_width, jpeg->output_height);
	if (!reading->rgb)
		return -ENOMEM;
	while (jpeg->output_scanline < jpeg->output_height) {
		JSAMPROW row = reading->rgb + (size_t)3 * jpeg->output_width *
						      jpeg->output_scanline;

		(void)jpeg_read_scanlines(jpeg, &row, 1);
	}
	(void)jpeg_finish_decompress(jpeg);
	return 0;
}

int virtual_jpeg_read(FILE *file, struct virtual_picture *ret_picture,
		      char error[VIRTUAL_SCENE_ERROR_SIZE])
{
	/* On the heap: its members change between setjmp() and longjmp(). */
	struct jpeg_reading *reading = calloc(1, sizeof(*reading));
	int ret;

	if (!reading)
		return -ENOMEM;
	reading->error = error;
	reading->jpeg.err = jpeg_std_error(&reading->manager);
	reading->manager.error_exit = on_jpeg_error;
	reading->manager.emit_message = on_message;
	ret = read_jpeg(reading, file);
	if (ret < 0) {
		free(reading->rgb);
		goto destroy;
	}
	ret_picture->width = reading->jpeg.output_width;
	ret_picture->height = reading->jpeg.output_height;
	ret_picture->rgb = reading->rgb;

destroy:
	jpeg_destroy_decompress(&reading->jpeg);
	free(reading);
	return ret;
}
