/* SPDX-License-Identifier: MIT */
/* What MEDIA_IOC_G_TOPOLOGY says, as the kernel says it. */
#ifndef DEVICE_MEDIA_TOPOLOGY_H
#define DEVICE_MEDIA_TOPOLOGY_H

#include <linux/media.h>

#include "media_io.h"

/**
 * More of one kind than this is refused. Big image processors have some
 * hundred entities and some thousand links, and what is allocated for this
 * many is less than 5 MB.
 */
#define MEDIA_TOPOLOGY_MAX 16384

/** Counts and arrays of one moment. */
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
 * media_topology_read() - ask a media device for all it has
 * @fd: borrowed
 *
 * Returns 0, -EMSGSIZE (over MEDIA_TOPOLOGY_MAX), -EAGAIN (it changed under
 * each of several attempts), -ENOMEM, or what the ioctl gave. To be cleared.
 * Thread word: safe.
 */
int media_topology_read(const struct media_io *io, void *user, int fd,
			struct media_topology *ret_topology) CAMIPC_MUST_CHECK;

/** Frees the arrays; zeroed memory is fine. */
void media_topology_clear(struct media_topology *topology);

#endif /* DEVICE_MEDIA_TOPOLOGY_H */
