/* SPDX-License-Identifier: MIT */
/* V4L2 events of a node: frames that begin, controls and sources that change,
 * streams that end. */
#ifndef DEVICE_NODE_EVENTS_H
#define DEVICE_NODE_EVENTS_H

#include "device_node.h"

/** Kinds of events. */
enum node_event_kind {
	NODE_EVENT_OTHER = 0,
	NODE_EVENT_FRAME_SYNC, /* a frame begins; of sensors and receivers */
	NODE_EVENT_CONTROL, /* a control changed, by whomever or by itself */
	NODE_EVENT_SOURCE_CHANGE, /* size or standard: set the formats again */
	NODE_EVENT_END, /* no frame comes after those that are ready */
};

/** An event. Plain data. */
struct node_event {
	enum node_event_kind kind;
	uint32_t id; /* of the control; the number of the input or pad */
	uint32_t sequence; /* counts the events of this node, also lost ones */
	uint64_t timestamp_ns; /* CLOCK_MONOTONIC */
	uint32_t frame; /* FRAME_SYNC: the frame's sequence number */
	uint32_t changes; /* V4L2_EVENT_CTRL_CH_... or V4L2_EVENT_SRC_CH_... */
	int64_t value; /* CONTROL: the new one, if the control is a number */
};

/**
 * node_events_subscribe() - have a kind of event sent
 * @kind: not NODE_EVENT_OTHER
 * @id: of the control; of the input or pad whose source is watched; else 0
 *
 * From now on the descriptor of @node polls with POLLPRI while there is an
 * event. A change of a control is also sent to the node that made it. Returns 0,
 * -EINVAL (the node does not send such events, or does not have the control) or
 * another negative errno; each with a text in @node, like all functions below.
 */
int node_events_subscribe(struct device_node *node, enum node_event_kind kind,
			  uint32_t id) CAMIPC_MUST_CHECK;

/** Ends a subscription, also one that does not exist. Returns as above. */
int node_events_unsubscribe(struct device_node *node, enum node_event_kind kind,
			    uint32_t id) CAMIPC_MUST_CHECK;

/**
 * node_events_take() - take an event, without waiting
 *
 * The kernel keeps few events: it merges older changes of a control into newer
 * ones, and drops the oldest of others. Returns 1 and an event, 0 if there is
 * none, or a negative errno: -ENODEV if the device is gone.
 */
int node_events_take(struct device_node *node,
		     struct node_event *ret_event) CAMIPC_MUST_CHECK;

#endif /* DEVICE_NODE_EVENTS_H */
