/* SPDX-License-Identifier: MIT */
/* Writes frames as PPM files. */
#include "pictures.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int write_ppm(const char *folder, const char *name, uint32_t width,
		     uint32_t height, const uint8_t *rgb, char *ret_path)
{
	size_t size = (size_t)3 * width * height;
	int n = snprintf(ret_path, PICTURE_PATH_SIZE, "%s/%s.ppm", folder,
			 name);
	FILE *stream;
	int error = 0;

	if (n >= PICTURE_PATH_SIZE)
		return -ENAMETOOLONG;
	stream = fopen(ret_path, "wbe");
	if (!stream)
		return -errno;
	errno = EIO;
	if (fprintf(stream, "P6\n%u %u\n255\n", width, height) < 0 ||
	    fwrite(rgb, 1, size, stream) != size)
		error = errno;
	if (fclose(stream) != 0 && !error)
		error = errno;
	if (error)
		unlink(ret_path);
	return -error;
}

int picture_write(const char *folder, const char *name,
		  const struct virtual_frame *frame, char *ret_path)
{
	return write_ppm(folder, name, frame->width, frame->height, frame->rgb,
			 ret_path);
}

/* Returns a raw value as a screen shows it. */
static uint8_t to_screen(uint32_t raw)
{
	const double range = 1023 - VIRTUAL_SENSOR_BLACK;
	double linear = raw > VIRTUAL_SENSOR_BLACK
				? (raw - VIRTUAL_SENSOR_BLACK) / range
				: 0;

	return (uint8_t)(255 * pow(linear, 1 / 2.2) + 0.5);
}

int picture_write_sensor(const char *folder, const char *name,
			 const struct virtual_frame *frame, char *ret_path)
{
	const uint32_t width = frame->width;
	uint8_t *rgb = malloc((size_t)3 * width * frame->height);
	uint32_t x, y;
	int ret;

	snprintf(ret_path, PICTURE_PATH_SIZE, "%s/%s.ppm", folder, name);
	if (!rgb)
		return -ENOMEM;
	for (y = 0; y < frame->height; y++)
		for (x = 0; x < width; x++) {
			/* Red, green; green, blue. */
			const uint16_t *cell = frame->raw +
					       (size_t)(y & ~1u) * width +
					       (x & ~1u);
			uint8_t *pixel = rgb + 3 * ((size_t)y * width + x);

			pixel[0] = to_screen(cell[0]);
			pixel[1] = to_screen((cell[1] + cell[width] + 1u) / 2);
			pixel[2] = to_screen(cell[width + 1]);
		}
	ret = write_ppm(folder, name, width, frame->height, rgb, ret_path);
	free(rgb);
	return ret;
}
