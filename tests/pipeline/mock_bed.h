/* SPDX-License-Identifier: MIT */
/* Mocked devices that only this process sees: sysfs, /dev, messages, ioctls. */
#ifndef MOCK_BED_H
#define MOCK_BED_H

#include "fake_media.h"

#define MOCK_MEDIA_MAX 32

/** Numbers of the nodes. */
#define MOCK_MEDIA_MAJOR 510
#define MOCK_V4L_MAJOR 81

struct mock_bed;

/**
 * False, and a line that says why, if umockdev's library is not preloaded. Then
 * a test exits with 77.
 */
bool mock_bed_is_possible(void);

/** Makes an empty one. */
struct mock_bed *mock_bed_create(void);
void mock_bed_destroy(struct mock_bed *bed);

/**
 * What media device @number answers; to be changed while nobody asks it.
 */
struct fake_media *mock_bed_fake(struct mock_bed *bed, unsigned int number);

/**
 * Orders the test's changes of the fakes and umockdev's thread for TSan, which
 * does not see the synchronisation inside umockdev.
 */
void mock_bed_synchronise(struct mock_bed *bed);

/** Plugs it in, "media<number>", with an "add" message. */
void mock_bed_add_media(struct mock_bed *bed, unsigned int number);

/** Its path in sysfs; static. */
const char *mock_bed_syspath(unsigned int number);

/** Adds "video0" or "v4l-subdev1", with an "add" message. */
void mock_bed_add_node(struct mock_bed *bed, const char *name, uint32_t minor);

/** Unplugs a media device: the "remove" message, then itself. */
void mock_bed_remove_media(struct mock_bed *bed, unsigned int number);

/** The same without a message. */
void mock_bed_lose_media(struct mock_bed *bed, unsigned int number);

/** A message about a media device. */
void mock_bed_send(struct mock_bed *bed, unsigned int number,
		   const char *action);

/** Sets an attribute in sysfs, late. */
void mock_bed_set_attribute(struct mock_bed *bed, unsigned int number,
			    const char *name, const char *value);

/** Takes the node out of /dev, and puts it back; without a message. */
void mock_bed_hide_node(struct mock_bed *bed, const char *name);
void mock_bed_show_node(struct mock_bed *bed, const char *name);

/** Gives a node in /dev the number of another device. */
void mock_bed_renumber_node(struct mock_bed *bed, const char *name,
			    const char *number);

#endif /* MOCK_BED_H */
