/* SPDX-License-Identifier: MIT */
/* Subscribes to the events of a stream, and remembers what they say. */
#include "stream_events.h"

/* Events that are taken at once. The kernel keeps fewer, but more may come
 * meanwhile. */
#define MAX_TAKEN 256

static bool subscribe(struct device_node *node, enum node_event_kind kind,
		      uint32_t id)
{
	return node_events_subscribe(node, kind, id) == 0;
}

void stream_events_init(struct stream_events *events,
			struct device_node *capture, uint32_t input,
			struct device_node *sensor)
{
	*events = (struct stream_events){
		.capture = capture,
		.sensor = sensor,
		.sees_source =
			subscribe(capture, NODE_EVENT_SOURCE_CHANGE, input),
		.sees_end = subscribe(capture, NODE_EVENT_END, 0),
		.sees_frames = subscribe(sensor, NODE_EVENT_FRAME_SYNC, 0),
	};
}

void stream_events_reset(struct stream_events *events)
{
	events->has_changed = false;
	events->has_ended = false;
	events->n_begun = 0;
}

static void take_from(struct stream_events *events, struct device_node *node)
{
	struct node_event event;

	for (int i = 0; i < MAX_TAKEN && node_events_take(node, &event) == 1;
	     i++) {
		if (event.kind == NODE_EVENT_SOURCE_CHANGE)
			events->has_changed = true;
		else if (event.kind == NODE_EVENT_END)
			events->has_ended = true;
		else if (event.kind == NODE_EVENT_FRAME_SYNC)
			events->n_begun++;
	}
}

void stream_events_take(struct stream_events *events)
{
	if (events->sees_source || events->sees_end)
		take_from(events, events->capture);
	if (events->sees_frames)
		take_from(events, events->sensor);
}
