/* SPDX-License-Identifier: MIT */
/* The graph of a media device: entities, their pads, and links between them. */
#ifndef DEVICE_MEDIA_GRAPH_H
#define DEVICE_MEDIA_GRAPH_H

#include "media_io.h"

/* Constants below that begin with MEDIA_ are those of <linux/media.h>. */

struct media_pad;
struct media_interface;

/** Size of an entity's name, its NUL included. */
#define MEDIA_ENTITY_NAME_SIZE 65

/** A part of the hardware: a sub-device, or the hardware of a video node. */
struct media_entity {
	uint32_t id;
	uint32_t function; /* MEDIA_ENT_F_... */
	uint32_t flags; /* MEDIA_ENT_FL_... */
	char name[MEDIA_ENTITY_NAME_SIZE]; /* UTF-8, no control characters */
	const struct media_pad *pads; /* in the order of their index */
	size_t n_pads;
	const struct media_interface *interface; /* NULL: none */
};

/** A place where data enters or leaves an entity. */
struct media_pad {
	uint32_t id;
	uint32_t index;
	uint32_t flags; /* MEDIA_PAD_FL_... */
	const struct media_entity *entity;
};

/** Data flows from a source pad to a sink pad. */
struct media_link {
	uint32_t id;
	uint32_t flags; /* MEDIA_LNK_FL_... */
	const struct media_pad *source;
	const struct media_pad *sink;
};

/** A device node through which programs reach an entity. */
struct media_interface {
	uint32_t id;
	uint32_t type; /* MEDIA_INTF_T_...: a video node, a sub-device, ... */
	uint32_t major;
	uint32_t minor;
	char *devnode; /* "/dev/video0"; NULL: it does not exist (yet) */
	const struct media_entity *entity; /* NULL: none */
};

/** Two entities that belong together: a sensor and its lens. */
struct media_ancillary {
	const struct media_entity *primary;
	const struct media_entity *ancillary;
};

/** The graph at one moment. Each array is sorted by id, but pads are sorted by
 *  entity. Plain data; thread word: reentrant. */
struct media_graph {
	uint64_t version; /* the kernel increments it with each change */
	struct media_entity *entities;
	size_t n_entities;
	struct media_pad *pads;
	size_t n_pads;
	struct media_link *links;
	size_t n_links;
	struct media_interface *interfaces;
	size_t n_interfaces;
	struct media_ancillary *ancillaries;
	size_t n_ancillaries;
};

/**
 * media_graph_read() - read the graph of a media device
 * @io, @user: how the device is accessed
 * @fd: the media device; borrowed
 * @ret_graph: the graph; free it with media_graph_destroy()
 *
 * Does not trust the kernel's answer: bounds all counts, and checks that each
 * reference leads to an element. Leaves out links of unknown kinds. The
 * interfaces have no devnodes yet.
 *
 * Returns 0, -EMSGSIZE (more than MEDIA_TOPOLOGY_MAX elements of one kind),
 * -EBADMSG (the graph contradicts itself), -EAGAIN (it keeps changing),
 * -ENOMEM, or the errno of the ioctl: -ENODEV if the device just vanished.
 */
int media_graph_read(const struct media_io *io, void *user, int fd,
		     struct media_graph **ret_graph) CAMIPC_MUST_CHECK;

/** Frees a graph; accepts NULL. */
void media_graph_destroy(struct media_graph *graph);

/**
 * media_graph_find_nodes() - find the device nodes of the interfaces
 * @find: returns 0 and an allocated devnode, -ENOENT if it does not exist yet, or
 *        another error, which ends the search
 *
 * Returns the number of video nodes and sub-devices (MEDIA_INTF_T_V4L_...)
 * without a device node, or the error of @find.
 */
int media_graph_find_nodes(struct media_graph *graph,
			   int (*find)(void *user, uint32_t major,
				       uint32_t minor, char **ret_devnode),
			   void *user) CAMIPC_MUST_CHECK;

/**
 * Returns true if every entity except connectors has an interface. Some graphs
 * never reach that; in the others, the driver has not finished before.
 */
bool media_graph_is_complete(const struct media_graph *graph);

/** Returns the entity with that name, or NULL. */
const struct media_entity *
media_graph_find_entity(const struct media_graph *graph, const char *name);

#endif /* DEVICE_MEDIA_GRAPH_H */
