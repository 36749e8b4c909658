/* SPDX-License-Identifier: MIT */
/* Reads a topology with MEDIA_IOC_G_TOPOLOGY, in the kernel's structs. */
#ifndef DEVICE_MEDIA_TOPOLOGY_H
#define DEVICE_MEDIA_TOPOLOGY_H

#include <linux/media.h>

#include "media_io.h"

/**
 * Most elements of one kind that are accepted. Big image processors have some
 * hundred entities and some thousand links; memory for this many is less than
 * 5 MB.
 */
#define MEDIA_TOPOLOGY_MAX 16384

/** Counts and arrays of one moment. Plain data. */
struct media_topology {
	uint64_t version;
	size_t n_entities;
	size_t n_interfaces;
	size_t n_pads;
	size_t n_links;
	struct media_v2_entity *entities;
	struct media_v2_interface *interfaces;
	struct media_v2_pad *pads;
	struct media_v2_link *links;
};

/**
 * media_topology_read() - read the topology of a media device
 * @fd: the media device; borrowed
 * @ret_topology: free it with media_topology_clear()
 *
 * Returns 0, -EMSGSIZE (more than MEDIA_TOPOLOGY_MAX elements of one kind),
 * -EAGAIN (it changed during each of several attempts), -ENOMEM, or the errno
 * of the ioctl. Thread word: safe.
 */
int media_topology_read(const struct media_io *io, void *user, int fd,
			struct media_topology *ret_topology) CAMIPC_MUST_CHECK;

/** Frees the arrays; accepts zeroed memory. */
void media_topology_clear(struct media_topology *topology);

#endif /* DEVICE_MEDIA_TOPOLOGY_H */
