/* SPDX-License-Identifier: MIT */
/* Reads a topology in two steps: the counts, then the arrays. */
#include "media_topology.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Each attempt asks for the counts and then for as many elements. In between a
 * driver may add elements, some dozen in all.
 */
#define MAX_ATTEMPTS 8

void media_topology_clear(struct media_topology *topology)
{
	free(topology->entities);
	free(topology->interfaces);
	free(topology->pads);
	free(topology->links);
	memset(topology, 0, sizeof(*topology));
}

static bool is_too_large(const struct media_v2_topology *counts)
{
	return counts->num_entities > MEDIA_TOPOLOGY_MAX ||
	       counts->num_interfaces > MEDIA_TOPOLOGY_MAX ||
	       counts->num_pads > MEDIA_TOPOLOGY_MAX ||
	       counts->num_links > MEDIA_TOPOLOGY_MAX;
}

/* One more than the count each: NULL would ask for the count only. */
static int allocate_topology(struct media_topology *topology,
			     const struct media_v2_topology *counts)
{
	topology->entities = calloc(counts->num_entities + (size_t)1,
				    sizeof(*topology->entities));
	topology->interfaces = calloc(counts->num_interfaces + (size_t)1,
				      sizeof(*topology->interfaces));
	topology->pads =
		calloc(counts->num_pads + (size_t)1, sizeof(*topology->pads));
	topology->links =
		calloc(counts->num_links + (size_t)1, sizeof(*topology->links));
	if (topology->entities && topology->interfaces && topology->pads &&
	    topology->links)
		return 0;
	return -ENOMEM;
}

/* Fills the arrays; -ENOSPC if there are more elements now than @counts. */
static int fill(const struct media_io *io, void *user, int fd,
		const struct media_v2_topology *counts,
		struct media_topology *topology)
{
	struct media_v2_topology request = {
		.num_entities = counts->num_entities,
		.ptr_entities = (uintptr_t)topology->entities,
		.num_interfaces = counts->num_interfaces,
		.ptr_interfaces = (uintptr_t)topology->interfaces,
		.num_pads = counts->num_pads,
		.ptr_pads = (uintptr_t)topology->pads,
		.num_links = counts->num_links,
		.ptr_links = (uintptr_t)topology->links,
	};
	int ret = io->ioctl(user, fd, MEDIA_IOC_G_TOPOLOGY, &request);

	if (ret < 0)
		return ret;
	if (request.num_entities > counts->num_entities ||
	    request.num_interfaces > counts->num_interfaces ||
	    request.num_pads > counts->num_pads ||
	    request.num_links > counts->num_links)
		return -ENOSPC;
	topology->version = request.topology_version;
	topology->n_entities = request.num_entities;
	topology->n_interfaces = request.num_interfaces;
	topology->n_pads = request.num_pads;
	topology->n_links = request.num_links;
	return 0;
}

static int attempt(const struct media_io *io, void *user, int fd,
		   struct media_topology *topology)
{
	struct media_v2_topology counts = { .topology_version = 0 };
	int ret = io->ioctl(user, fd, MEDIA_IOC_G_TOPOLOGY, &counts);

	if (ret < 0)
		return ret;
	if (is_too_large(&counts))
		return -EMSGSIZE;
	ret = allocate_topology(topology, &counts);
	if (ret < 0)
		goto clear;
	ret = fill(io, user, fd, &counts, topology);
	if (ret < 0)
		goto clear;
	return 0;

clear:
	media_topology_clear(topology);
	return ret;
}

int media_topology_read(const struct media_io *io, void *user, int fd,
			struct media_topology *ret_topology)
{
	struct media_topology topology = { .version = 0 };

	for (int i = 0; i < MAX_ATTEMPTS; i++) {
		int ret = attempt(io, user, fd, &topology);

		if (ret == 0)
			*ret_topology = topology;
		if (ret != -ENOSPC)
			return ret;
	}
	return -EAGAIN;
}
