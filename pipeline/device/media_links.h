/* SPDX-License-Identifier: MIT */
/* Enables and disables links of a media device. */
#ifndef DEVICE_MEDIA_LINKS_H
#define DEVICE_MEDIA_LINKS_H

#include "device_node.h"
#include "media_graph.h"

/**
 * media_link_find() - find the link between two pads
 * @source, @sink: names of entities
 *
 * Returns the link, or NULL if an entity, a pad or the link does not exist.
 */
const struct media_link *media_link_find(const struct media_graph *graph,
					 const char *source,
					 uint32_t source_pad, const char *sink,
					 uint32_t sink_pad);

/**
 * media_link_enable() - enable or disable a link
 * @media: the media device, which the graph was read from
 *
 * The graph does not change; read it again to see the result. Returns 0 (also if
 * the link is as wanted), -ENOENT (no such link), -EPERM (the link is immutable)
 * or the errno of the ioctl, each with a text in @media: -EBUSY while the
 * pipeline streams.
 */
int media_link_enable(struct device_node *media,
		      const struct media_graph *graph, const char *source,
		      uint32_t source_pad, const char *sink, uint32_t sink_pad,
		      bool enable) CAMIPC_MUST_CHECK;

#endif /* DEVICE_MEDIA_LINKS_H */
