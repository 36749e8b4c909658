/* SPDX-License-Identifier: MIT */
/* What the virtual camera looks at. */
#ifndef VIRTUAL_SCENE_H
#define VIRTUAL_SCENE_H

#include <stddef.h>
#include <stdint.h>

/** Sides of a scene file that are accepted, in pixels. */
#define VIRTUAL_SCENE_MAX_SIDE 16384

/** And their product: a small file can unpack to a great deal. */
#define VIRTUAL_SCENE_MAX_PIXELS (64u * 1024 * 1024)

/** Bytes of an error message. */
#define VIRTUAL_SCENE_ERROR_SIZE 160

/** How much of the light each point gives back. Thread word: bound. */
struct virtual_scene {
	uint32_t width;
	uint32_t height;
	uint16_t *rgb; /* linear; three values per pixel, row by row */
};

/** A picture as it comes out of a file. */
struct virtual_picture {
	uint32_t width;
	uint32_t height;
	uint8_t *rgb; /* sRGB; three bytes per pixel, row by row */
};

/**
 * virtual_scene_load() - make a scene of a PNG or JPEG file
 * @width, @height: of the scene; the picture is scaled, and cropped in the
 *		    middle to this shape
 * @error: what is wrong with the file, in words
 *
 * Returns 0, -EINVAL (broken, or of another kind), -EFBIG (too large),
 * -ENOSYS (built without libpng or libjpeg), -ENOMEM, or what opening gave.
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

/** A neutral part of a chart of 160 x 120 or more, middle grey. In pixels. */
void virtual_scene_chart_neutral(uint32_t width, uint32_t height,
				 uint32_t *ret_x, uint32_t *ret_y,
				 uint32_t *ret_width, uint32_t *ret_height);

/** Frees it; a zeroed one is fine. */
void virtual_scene_fini(struct virtual_scene *scene);

/**
 * Scales and crops a picture to a scene. Returns 0 or -ENOMEM. Thread word of
 * all: reentrant.
 */
int virtual_scene_from_picture(const struct virtual_picture *picture,
			       uint32_t width, uint32_t height,
			       struct virtual_scene *ret_scene);

#endif /* VIRTUAL_SCENE_H */
