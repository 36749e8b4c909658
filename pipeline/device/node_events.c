/* SPDX-License-Identifier: MIT */
/* Subscribes to V4L2 events, and translates them. */
#include "node_events.h"

#include <errno.h>

#include <linux/videodev2.h>

#define NS_PER_S UINT64_C(1000000000)

static const struct {
	enum node_event_kind kind;
	uint32_t type;
} types[] = {
	{ NODE_EVENT_FRAME_SYNC, V4L2_EVENT_FRAME_SYNC },
	{ NODE_EVENT_CONTROL, V4L2_EVENT_CTRL },
	{ NODE_EVENT_SOURCE_CHANGE, V4L2_EVENT_SOURCE_CHANGE },
	{ NODE_EVENT_END, V4L2_EVENT_EOS },
};

#define N_TYPES (sizeof(types) / sizeof(types[0]))

static int subscription(struct device_node *node, enum node_event_kind kind,
			uint32_t id, struct v4l2_event_subscription *ret)
{
	*ret = (struct v4l2_event_subscription){ .id = id };
	for (size_t i = 0; i < N_TYPES; i++)
		if (types[i].kind == kind)
			ret->type = types[i].type;
	if (ret->type)
		return 0;
	return device_node_fail(node, -EINVAL,
				"events of kind %d cannot be subscribed to",
				(int)kind);
}

int node_events_subscribe(struct device_node *node, enum node_event_kind kind,
			  uint32_t id)
{
	struct v4l2_event_subscription wanted;
	int ret = subscription(node, kind, id, &wanted);

	/* The node that changes a control wants to see the change, too. */
	if (kind == NODE_EVENT_CONTROL)
		wanted.flags = V4L2_EVENT_SUB_FL_ALLOW_FEEDBACK;
	return ret < 0 ? ret :
			 device_node_ioctl(node, VIDIOC_SUBSCRIBE_EVENT,
					   "VIDIOC_SUBSCRIBE_EVENT", &wanted);
}

int node_events_unsubscribe(struct device_node *node, enum node_event_kind kind,
			    uint32_t id)
{
	struct v4l2_event_subscription wanted;
	int ret = subscription(node, kind, id, &wanted);

	return ret < 0 ? ret :
			 device_node_ioctl(node, VIDIOC_UNSUBSCRIBE_EVENT,
					   "VIDIOC_UNSUBSCRIBE_EVENT", &wanted);
}

static void translate(const struct v4l2_event *from, struct node_event *event)
{
	*event = (struct node_event){
		.id = from->id,
		.sequence = from->sequence,
		.timestamp_ns = (uint64_t)from->timestamp.tv_sec * NS_PER_S +
				(uint64_t)from->timestamp.tv_nsec,
	};
	for (size_t i = 0; i < N_TYPES; i++)
		if (types[i].type == from->type)
			event->kind = types[i].kind;
	switch (event->kind) {
	case NODE_EVENT_FRAME_SYNC:
		event->frame = from->u.frame_sync.frame_sequence;
		break;
	case NODE_EVENT_CONTROL:
		event->changes = from->u.ctrl.changes;
		event->value = from->u.ctrl.type == V4L2_CTRL_TYPE_INTEGER64 ?
				       from->u.ctrl.value64 :
				       from->u.ctrl.value;
		break;
	case NODE_EVENT_SOURCE_CHANGE:
		event->changes = from->u.src_change.changes;
		break;
	case NODE_EVENT_END:
	case NODE_EVENT_OTHER:
		break;
	}
}

int node_events_take(struct device_node *node, struct node_event *ret_event)
{
	struct v4l2_event event = { .type = 0 };
	int ret = device_node_ioctl(node, VIDIOC_DQEVENT, "VIDIOC_DQEVENT",
				    &event);

	if (ret == -ENOENT || ret == -EAGAIN)
		return 0;
	if (ret < 0)
		return ret;
	translate(&event, ret_event);
	return 1;
}
