/* SPDX-License-Identifier: MIT */
/* A media device that a test makes up, with its ioctls. */
#include "fake_media.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

void fake_media_init(struct fake_media *fake, const char *driver,
		     const char *model)
{
	memset(fake, 0, sizeof(*fake));
	snprintf(fake->info.driver, sizeof(fake->info.driver), "%s", driver);
	snprintf(fake->info.model, sizeof(fake->info.model), "%s", model);
	snprintf(fake->info.bus_info, sizeof(fake->info.bus_info),
		 "platform:%s", driver);
	fake->info.media_version = 0x060100;
}

static uint32_t next_id(struct fake_media *fake)
{
	fake->counts.topology_version++;
	return ++fake->last_id;
}

uint32_t fake_media_add_entity(struct fake_media *fake, const char *name,
			       uint32_t function)
{
	struct media_v2_entity *entity =
		&fake->entities[fake->counts.num_entities++];

	assert(fake->counts.num_entities <= FAKE_MEDIA_MAX);
	memset(entity, 0, sizeof(*entity));
	entity->id = next_id(fake);
	entity->function = function;
	snprintf(entity->name, sizeof(entity->name), "%s", name);
	return entity->id;
}

uint32_t fake_media_add_pad(struct fake_media *fake, uint32_t entity,
			    uint32_t index, uint32_t flags)
{
	struct media_v2_pad *pad = &fake->pads[fake->counts.num_pads++];

	assert(fake->counts.num_pads <= FAKE_MEDIA_MAX);
	memset(pad, 0, sizeof(*pad));
	pad->id = next_id(fake);
	pad->entity_id = entity;
	pad->index = index;
	pad->flags = flags;
	return pad->id;
}

uint32_t fake_media_add_link(struct fake_media *fake, uint32_t source,
			     uint32_t sink, uint32_t flags)
{
	struct media_v2_link *link = &fake->links[fake->counts.num_links++];

	assert(fake->counts.num_links <= FAKE_MEDIA_MAX);
	memset(link, 0, sizeof(*link));
	link->id = next_id(fake);
	link->source_id = source;
	link->sink_id = sink;
	link->flags = flags;
	return link->id;
}

uint32_t fake_media_add_interface(struct fake_media *fake, uint32_t entity,
				  uint32_t type, uint32_t major, uint32_t minor)
{
	struct media_v2_interface *interface =
		&fake->interfaces[fake->counts.num_interfaces++];

	assert(fake->counts.num_interfaces <= FAKE_MEDIA_MAX);
	memset(interface, 0, sizeof(*interface));
	interface->id = next_id(fake);
	interface->intf_type = type;
	interface->devnode.major = major;
	interface->devnode.minor = minor;
	(void)fake_media_add_link(fake, interface->id, entity,
				  MEDIA_LNK_FL_INTERFACE_LINK |
					  MEDIA_LNK_FL_ENABLED);
	return interface->id;
}

/* As much as there is room for; true if that is not all. */
static bool put_array(uint64_t pointer, uint32_t room, const void *from,
		      uint32_t n, size_t size)
{
	uint32_t stored = n < FAKE_MEDIA_MAX ? n : FAKE_MEDIA_MAX;

	if (!pointer)
		return false;
	if (stored > room)
		stored = room;
	memcpy((void *)(uintptr_t)pointer, from, stored * size);
	return n > room;
}

static int put_topology(const struct fake_media *fake,
			struct media_v2_topology *topology)
{
	const struct media_v2_topology *counts = &fake->counts;
	bool cut = false;

	cut |= put_array(topology->ptr_entities, topology->num_entities,
			 fake->entities, counts->num_entities,
			 sizeof(fake->entities[0]));
	cut |= put_array(topology->ptr_interfaces, topology->num_interfaces,
			 fake->interfaces, counts->num_interfaces,
			 sizeof(fake->interfaces[0]));
	cut |= put_array(topology->ptr_pads, topology->num_pads, fake->pads,
			 counts->num_pads, sizeof(fake->pads[0]));
	cut |= put_array(topology->ptr_links, topology->num_links, fake->links,
			 counts->num_links, sizeof(fake->links[0]));
	topology->topology_version = counts->topology_version;
	topology->num_entities = counts->num_entities;
	topology->num_interfaces = counts->num_interfaces;
	topology->num_pads = counts->num_pads;
	topology->num_links = counts->num_links;
	return cut ? -ENOSPC : 0;
}

static int answer_topology(struct fake_media *fake,
			   struct media_v2_topology *topology)
{
	bool counting = !topology->ptr_entities;
	int ret;

	fake->n_topology_calls++;
	if (fake->topology_error)
		return fake->topology_error;
	if (!counting && fake->fill_error)
		return fake->fill_error;
	ret = put_topology(fake, topology);
	for (uint32_t i = 0; counting && fake->n_grows && i < fake->grows_by;
	     i++)
		(void)fake_media_add_entity(fake, "new", 1);
	if (counting && fake->n_grows)
		fake->n_grows--;
	return ret;
}

int fake_media_ioctl(struct fake_media *fake, unsigned long request,
		     void *argument)
{
	switch (request) {
	case MEDIA_IOC_DEVICE_INFO:
		if (fake->info_error)
			return fake->info_error;
		memcpy(argument, &fake->info, sizeof(fake->info));
		return 0;
	case MEDIA_IOC_G_TOPOLOGY:
		return answer_topology(fake, argument);
	default:
		return -ENOTTY;
	}
}

static int fake_open(void *user, const char *devnode)
{
	(void)user;
	(void)devnode;
	return FAKE_MEDIA_FD;
}

static int fake_ioctl(void *user, int fd, unsigned long request, void *argument)
{
	if (fd != FAKE_MEDIA_FD)
		return -EBADF;
	return fake_media_ioctl(user, request, argument);
}

static void fake_close(void *user, int fd)
{
	(void)user;
	(void)fd;
}

static bool fake_is_settled(void *user, struct udev_device *device)
{
	(void)user;
	(void)device;
	return true;
}

const struct media_io fake_media_io = {
	.open = fake_open,
	.ioctl = fake_ioctl,
	.close = fake_close,
	.is_settled = fake_is_settled,
};
