/* SPDX-License-Identifier: MIT */
/* What the nodes of a stream report besides frames: that the source changed, that
 * the stream ended, that the sensor began a frame. */
#ifndef KERNEL_STREAM_EVENTS_H
#define KERNEL_STREAM_EVENTS_H

#include "node_events.h"

/** The events of one stream. Zeroed memory sees none. Thread word: bound. */
struct stream_events {
	struct device_node *capture;
	struct device_node *sensor;

	/* What the drivers send. */
	bool sees_source; /* of capture */
	bool sees_end; /* of capture */
	bool sees_frames; /* of sensor */

	/* What came since stream_events_reset(). */
	bool has_changed;
	bool has_ended;
	uint64_t n_begun; /* frames that the sensor began */
};

/**
 * stream_events_init() - subscribe to what the drivers send
 * @capture, @sensor: opened nodes, which must live as long as @events
 * @input: of @capture, whose source is watched
 *
 * Drivers send few events or none, which is no error.
 */
void stream_events_init(struct stream_events *events,
			struct device_node *capture, uint32_t input,
			struct device_node *sensor);

/** Forgets the events that were taken, before a stream starts. */
void stream_events_reset(struct stream_events *events);

/**
 * stream_events_take() - take all events, without waiting
 *
 * Call it when one of the descriptors polls with POLLPRI. A node that is gone has
 * no events; its frames report that it is gone.
 */
void stream_events_take(struct stream_events *events);

#endif /* KERNEL_STREAM_EVENTS_H */
