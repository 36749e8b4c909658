/* SPDX-License-Identifier: MIT */
/* A media device that a test makes up: its answers and its misbehaviour. */
#ifndef FAKE_MEDIA_H
#define FAKE_MEDIA_H

#include <linux/media.h>
#include <stddef.h>
#include <stdint.h>

#include "media_io.h"

#define FAKE_MEDIA_MAX 64

struct fake_media {
	struct media_device_info info;
	struct media_v2_topology counts; /* versions and numbers; no pointers */
	struct media_v2_entity entities[FAKE_MEDIA_MAX];
	struct media_v2_interface interfaces[FAKE_MEDIA_MAX];
	struct media_v2_pad pads[FAKE_MEDIA_MAX];
	struct media_v2_link links[FAKE_MEDIA_MAX];
	uint32_t last_id;

	int info_error; /* what the ioctls fail with, negative */
	int topology_error;
	int fill_error; /* the topology's, once it gets pointers */
	uint32_t grows_by; /* entities, each time that it was counted */
	unsigned int n_grows; /* for as many times */
	unsigned int n_topology_calls;
};

/** Driver, model, no entities. */
void fake_media_init(struct fake_media *fake, const char *driver,
		     const char *model);

/* Each returns the id of what it added. */
uint32_t fake_media_add_entity(struct fake_media *fake, const char *name,
			       uint32_t function);
uint32_t fake_media_add_pad(struct fake_media *fake, uint32_t entity,
			    uint32_t index, uint32_t flags);
uint32_t fake_media_add_link(struct fake_media *fake, uint32_t source,
			     uint32_t sink, uint32_t flags);

/** An interface of an entity, and the link between them. */
uint32_t fake_media_add_interface(struct fake_media *fake, uint32_t entity,
				  uint32_t type, uint32_t major,
				  uint32_t minor);

/** Answers an ioctl as the kernel does. Returns 0 or an error. */
int fake_media_ioctl(struct fake_media *fake, unsigned long request,
		     void *argument);

/** Has a fake_media for a user, and hands out FAKE_MEDIA_FD. */
extern const struct media_io fake_media_io;
#define FAKE_MEDIA_FD 1000

#endif /* FAKE_MEDIA_H */
