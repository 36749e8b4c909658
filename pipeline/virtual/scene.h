/* SPDX-License-Identifier: MIT */
/* The scene in front of the virtual camera: a picture or the built-in chart. */
#ifndef VIRTUAL_SCENE_H
#define VIRTUAL_SCENE_H

#include <stddef.h>
#include <stdint.h>

/** Longest side of a scene file, in pixels. */
#define VIRTUAL_SCENE_MAX_SIDE 16384

/** Most pixels of a scene file: a small file can unpack to a great deal. */
#define VIRTUAL_SCENE_MAX_PIXELS (64u * 1024 * 1024)

/** Size of an error text in bytes. */
#define VIRTUAL_SCENE_ERROR_SIZE 160

/** The part of the light that each point reflects. Thread word: bound. */
struct virtual_scene {
	uint32_t width;
	uint32_t height;
	uint16_t *rgb; /* linear; three values per pixel, row by row */
};

/** A picture read from a file. */
struct virtual_picture {
	uint32_t width;
	uint32_t height;
	uint8_t *rgb; /* sRGB; three bytes per pixel, row by row */
};

/**
 * virtual_scene_load() - make a scene from a PNG or JPEG file
 * @width, @height: of the scene in pixels; the picture is scaled, and its
 *                  middle is cut out in this shape
 * @error: gets a text on failure
 *
 * Returns 0, -EINVAL (damaged, or neither PNG nor JPEG), -EFBIG (too large),
 * -ENOSYS (built without libpng or libjpeg), -ENOMEM, or the errno of opening
 * the file.
 */
int virtual_scene_load(const char *path, uint32_t width, uint32_t height,
		       struct virtual_scene *ret_scene,
		       char error[VIRTUAL_SCENE_ERROR_SIZE]);

/**
 * virtual_scene_chart() - make the built-in colour chart
 *
 * Returns 0 or -ENOMEM.
 */
int virtual_scene_chart(uint32_t width, uint32_t height,
			struct virtual_scene *ret_scene);

/** Gets a neutral, middle grey part of the chart, in pixels. The chart must
 *  have 160 x 120 pixels or more. */
void virtual_scene_chart_neutral(uint32_t width, uint32_t height,
				 uint32_t *ret_x, uint32_t *ret_y,
				 uint32_t *ret_width, uint32_t *ret_height);

/** Frees the scene's memory; accepts zeroed memory. */
void virtual_scene_fini(struct virtual_scene *scene);

/**
 * Makes a scene from a picture, scaled and cropped as by virtual_scene_load().
 * Returns 0 or -ENOMEM. Thread word of all: reentrant.
 */
int virtual_scene_from_picture(const struct virtual_picture *picture,
			       uint32_t width, uint32_t height,
			       struct virtual_scene *ret_scene);

#endif /* VIRTUAL_SCENE_H */
