/* SPDX-License-Identifier: MIT */
/* Builds a graph of checked references from the topology of the kernel. */
#include "media_graph.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "media_text.h"
#include "media_topology.h"

CAMIPC_STATIC_ASSERT(sizeof(((struct media_v2_entity *)0)->name) + 1 ==
			     MEDIA_ENTITY_NAME_SIZE,
		     "room for a name and a NUL");

#define INTERFACE_TYPE_CLASS 0xffffff00u

/* As in <linux/media.h>, where the mask shifts into the sign of an int, and
 * which has the last kind since Linux 5.19 only. */
#define LINK_KIND 0xf0000000u
#define LINK_KIND_DATA 0x00000000u
#define LINK_KIND_INTERFACE 0x10000000u
#define LINK_KIND_ANCILLARY 0x20000000u

/* Finds pads by id, because they are sorted by entity. */
struct pad_index {
	const struct media_pad **pads;
	size_t n_pads;
};

static int compare_ids(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int compare_entities(const void *a, const void *b)
{
	const struct media_entity *first = a;
	const struct media_entity *second = b;

	return compare_ids(first->id, second->id);
}

static int compare_interfaces(const void *a, const void *b)
{
	const struct media_interface *first = a;
	const struct media_interface *second = b;

	return compare_ids(first->id, second->id);
}

static int compare_links(const void *a, const void *b)
{
	const struct media_link *first = a;
	const struct media_link *second = b;

	return compare_ids(first->id, second->id);
}

/* Entities are sorted by id, so their addresses compare like their ids. */
static int compare_pads(const void *a, const void *b)
{
	const struct media_pad *first = a;
	const struct media_pad *second = b;

	if (first->entity != second->entity)
		return first->entity < second->entity ? -1 : 1;
	return compare_ids(first->index, second->index);
}

static int compare_pad_pointers(const void *a, const void *b)
{
	const struct media_pad *const *first = a;
	const struct media_pad *const *second = b;

	return compare_ids((*first)->id, (*second)->id);
}

static struct media_entity *find_entity(const struct media_graph *graph,
					uint32_t id)
{
	const struct media_entity key = { .id = id };

	return bsearch(&key, graph->entities, graph->n_entities, sizeof(key),
		       compare_entities);
}

static struct media_interface *find_interface(const struct media_graph *graph,
					      uint32_t id)
{
	const struct media_interface key = { .id = id };

	return bsearch(&key, graph->interfaces, graph->n_interfaces,
		       sizeof(key), compare_interfaces);
}

static const struct media_pad *find_pad(const struct pad_index *index,
					uint32_t id)
{
	const struct media_pad key = { .id = id };
	const struct media_pad *pointer = &key;
	const struct media_pad **found =
		bsearch(&pointer, index->pads, index->n_pads,
			sizeof(*index->pads), compare_pad_pointers);

	return found ? *found : NULL;
}

static int add_entities(struct media_graph *graph,
			const struct media_topology *topology)
{
	for (size_t i = 0; i < topology->n_entities; i++) {
		const struct media_v2_entity *from = &topology->entities[i];
		struct media_entity *entity = &graph->entities[i];

		entity->id = from->id;
		entity->function = from->function;
		entity->flags = from->flags;
		media_text_copy(entity->name, from->name, sizeof(from->name));
	}
	graph->n_entities = topology->n_entities;
	qsort(graph->entities, graph->n_entities, sizeof(*graph->entities),
	      compare_entities);
	for (size_t i = 1; i < graph->n_entities; i++) {
		if (graph->entities[i].id == graph->entities[i - 1].id)
			return -EBADMSG;
	}
	return 0;
}

static int add_interfaces(struct media_graph *graph,
			  const struct media_topology *topology)
{
	for (size_t i = 0; i < topology->n_interfaces; i++) {
		const struct media_v2_interface *from =
			&topology->interfaces[i];
		struct media_interface *interface = &graph->interfaces[i];

		interface->id = from->id;
		interface->type = from->intf_type;
		interface->major = from->devnode.major;
		interface->minor = from->devnode.minor;
	}
	graph->n_interfaces = topology->n_interfaces;
	qsort(graph->interfaces, graph->n_interfaces,
	      sizeof(*graph->interfaces), compare_interfaces);
	for (size_t i = 1; i < graph->n_interfaces; i++) {
		if (graph->interfaces[i].id == graph->interfaces[i - 1].id)
			return -EBADMSG;
	}
	return 0;
}

/* Sets each entity's pads, which are next to each other in the array. */
static int set_entity_pads(struct media_graph *graph)
{
	for (size_t i = 0; i < graph->n_pads; i++) {
		const struct media_pad *pad = &graph->pads[i];
		struct media_entity *entity =
			&graph->entities[pad->entity - graph->entities];

		if (i > 0 && compare_pads(pad - 1, pad) == 0)
			return -EBADMSG;
		if (!entity->pads)
			entity->pads = pad;
		entity->n_pads++;
	}
	return 0;
}

static int add_pads(struct media_graph *graph,
		    const struct media_topology *topology)
{
	for (size_t i = 0; i < topology->n_pads; i++) {
		const struct media_v2_pad *from = &topology->pads[i];
		struct media_pad *pad = &graph->pads[i];

		pad->id = from->id;
		pad->index = from->index;
		pad->flags = from->flags;
		pad->entity = find_entity(graph, from->entity_id);
		if (!pad->entity)
			return -EBADMSG;
	}
	graph->n_pads = topology->n_pads;
	qsort(graph->pads, graph->n_pads, sizeof(*graph->pads), compare_pads);
	return set_entity_pads(graph);
}

static int build_pad_index(const struct media_graph *graph,
			   struct pad_index *index)
{
	index->pads = calloc(graph->n_pads + 1, sizeof(*index->pads));
	if (!index->pads)
		return -ENOMEM;
	index->n_pads = graph->n_pads;
	for (size_t i = 0; i < graph->n_pads; i++)
		index->pads[i] = &graph->pads[i];
	qsort(index->pads, index->n_pads, sizeof(*index->pads),
	      compare_pad_pointers);
	for (size_t i = 1; i < index->n_pads; i++) {
		if (index->pads[i]->id == index->pads[i - 1]->id)
			return -EBADMSG;
	}
	return 0;
}

static int add_data_link(struct media_graph *graph,
			 const struct pad_index *index,
			 const struct media_v2_link *from)
{
	struct media_link *link = &graph->links[graph->n_links];

	link->id = from->id;
	link->flags = from->flags;
	link->source = find_pad(index, from->source_id);
	link->sink = find_pad(index, from->sink_id);
	if (!link->source || !link->sink)
		return -EBADMSG;
	graph->n_links++;
	return 0;
}

/* Keeps the first of several links: entities of cameras have one. */
static int add_interface_link(struct media_graph *graph,
			      const struct media_v2_link *from)
{
	struct media_interface *interface =
		find_interface(graph, from->source_id);
	struct media_entity *entity = find_entity(graph, from->sink_id);

	if (!interface || !entity)
		return -EBADMSG;
	if (!interface->entity)
		interface->entity = entity;
	if (!entity->interface)
		entity->interface = interface;
	return 0;
}

static int add_ancillary_link(struct media_graph *graph,
			      const struct media_v2_link *from)
{
	struct media_ancillary *pair =
		&graph->ancillaries[graph->n_ancillaries];

	pair->primary = find_entity(graph, from->source_id);
	pair->ancillary = find_entity(graph, from->sink_id);
	if (!pair->primary || !pair->ancillary)
		return -EBADMSG;
	graph->n_ancillaries++;
	return 0;
}

static int add_link(struct media_graph *graph, const struct pad_index *index,
		    const struct media_v2_link *from)
{
	switch (from->flags & LINK_KIND) {
	case LINK_KIND_DATA:
		return add_data_link(graph, index, from);
	case LINK_KIND_INTERFACE:
		return add_interface_link(graph, from);
	case LINK_KIND_ANCILLARY:
		return add_ancillary_link(graph, from);
	default:
		return 0;
	}
}

static int add_links(struct media_graph *graph,
		     const struct media_topology *topology)
{
	struct pad_index index = { .n_pads = 0 };
	int ret = build_pad_index(graph, &index);

	if (ret < 0)
		goto free_index;
	for (size_t i = 0; i < topology->n_links; i++) {
		ret = add_link(graph, &index, &topology->links[i]);
		if (ret < 0)
			goto free_index;
	}
	qsort(graph->links, graph->n_links, sizeof(*graph->links),
	      compare_links);

free_index:
	free(index.pads);
	return ret;
}

static int allocate_graph(struct media_graph *graph,
			  const struct media_topology *topology)
{
	/* One more than needed, so that no array is NULL. */
	graph->entities =
		calloc(topology->n_entities + 1, sizeof(*graph->entities));
	graph->interfaces =
		calloc(topology->n_interfaces + 1, sizeof(*graph->interfaces));
	graph->pads = calloc(topology->n_pads + 1, sizeof(*graph->pads));
	graph->links = calloc(topology->n_links + 1, sizeof(*graph->links));
	graph->ancillaries =
		calloc(topology->n_links + 1, sizeof(*graph->ancillaries));
	if (graph->entities && graph->interfaces && graph->pads &&
	    graph->links && graph->ancillaries)
		return 0;
	return -ENOMEM;
}

static int build(struct media_graph *graph,
		 const struct media_topology *topology)
{
	int ret = allocate_graph(graph, topology);

	if (ret < 0)
		return ret;
	graph->version = topology->version;
	ret = add_entities(graph, topology);
	if (ret < 0)
		return ret;
	ret = add_interfaces(graph, topology);
	if (ret < 0)
		return ret;
	ret = add_pads(graph, topology);
	if (ret < 0)
		return ret;
	return add_links(graph, topology);
}

int media_graph_read(const struct media_io *io, void *user, int fd,
		     struct media_graph **ret_graph)
{
	struct media_graph *graph = calloc(1, sizeof(*graph));
	struct media_topology topology = { .version = 0 };
	int ret;

	if (!graph)
		return -ENOMEM;
	ret = media_topology_read(io, user, fd, &topology);
	if (ret < 0)
		goto destroy;
	ret = build(graph, &topology);
	media_topology_clear(&topology);
	if (ret < 0)
		goto destroy;
	*ret_graph = graph;
	return 0;

destroy:
	media_graph_destroy(graph);
	return ret;
}

void media_graph_destroy(struct media_graph *graph)
{
	if (!graph)
		return;
	for (size_t i = 0; i < graph->n_interfaces; i++)
		free(graph->interfaces[i].devnode);
	free(graph->entities);
	free(graph->interfaces);
	free(graph->pads);
	free(graph->links);
	free(graph->ancillaries);
	free(graph);
}

static bool is_v4l(const struct media_interface *interface)
{
	return (interface->type & INTERFACE_TYPE_CLASS) ==
	       MEDIA_INTF_T_V4L_BASE;
}

int media_graph_find_nodes(struct media_graph *graph,
			   int (*find)(void *user, uint32_t major,
				       uint32_t minor, char **ret_devnode),
			   void *user)
{
	int missing = 0;

	for (size_t i = 0; i < graph->n_interfaces; i++) {
		struct media_interface *interface = &graph->interfaces[i];
		char *devnode = NULL;
		int ret = find(user, interface->major, interface->minor,
			       &devnode);

		if (ret < 0 && ret != -ENOENT)
			return ret;
		free(interface->devnode);
		interface->devnode = devnode;
		missing += !devnode && is_v4l(interface);
	}
	return missing;
}

bool media_graph_is_complete(const struct media_graph *graph)
{
	for (size_t i = 0; i < graph->n_entities; i++) {
		const struct media_entity *entity = &graph->entities[i];

		if (!entity->interface &&
		    !(entity->flags & MEDIA_ENT_FL_CONNECTOR))
			return false;
	}
	return true;
}

const struct media_entity *
media_graph_find_entity(const struct media_graph *graph, const char *name)
{
	for (size_t i = 0; i < graph->n_entities; i++) {
		if (strcmp(graph->entities[i].name, name) == 0)
			return &graph->entities[i];
	}
	return NULL;
}
