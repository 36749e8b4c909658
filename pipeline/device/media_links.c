/* SPDX-License-Identifier: MIT */
/* Finds links by the names of entities, and sets them. */
#include "media_links.h"

#include <errno.h>
#include <string.h>

#include <linux/media.h>

static bool is_pad(const struct media_pad *pad, const char *entity,
		   uint32_t index)
{
	return pad->index == index && strcmp(pad->entity->name, entity) == 0;
}

const struct media_link *media_link_find(const struct media_graph *graph,
					 const char *source,
					 uint32_t source_pad, const char *sink,
					 uint32_t sink_pad)
{
	for (size_t i = 0; i < graph->n_links; i++) {
		const struct media_link *link = &graph->links[i];

		if (is_pad(link->source, source, source_pad) &&
		    is_pad(link->sink, sink, sink_pad))
			return link;
	}
	return NULL;
}

static struct media_pad_desc describe(const struct media_pad *pad)
{
	return (struct media_pad_desc){
		.entity = pad->entity->id,
		.index = (uint16_t)pad->index,
		.flags = pad->flags,
	};
}

int media_link_enable(struct device_node *media,
		      const struct media_graph *graph, const char *source,
		      uint32_t source_pad, const char *sink, uint32_t sink_pad,
		      bool enable)
{
	const struct media_link *link = media_link_find(
		graph, source, source_pad, sink, sink_pad);
	struct media_link_desc desc;

	if (!link)
		return device_node_fail(media, -ENOENT,
					"no link '%s':%u -> '%s':%u exists",
					source, source_pad, sink, sink_pad);
	if (!!(link->flags & MEDIA_LNK_FL_ENABLED) == enable)
		return 0;
	if (link->flags & MEDIA_LNK_FL_IMMUTABLE)
		return device_node_fail(media, -EPERM,
					"the link '%s':%u -> '%s':%u is "
					"immutable: its state cannot be changed",
					source, source_pad, sink, sink_pad);
	desc = (struct media_link_desc){
		.source = describe(link->source),
		.sink = describe(link->sink),
		.flags = (link->flags & ~(uint32_t)MEDIA_LNK_FL_ENABLED) |
			 (enable ? MEDIA_LNK_FL_ENABLED : 0),
	};
	return device_node_ioctl(media, MEDIA_IOC_SETUP_LINK,
				 "MEDIA_IOC_SETUP_LINK", &desc);
}
