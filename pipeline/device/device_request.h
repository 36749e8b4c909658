/* SPDX-License-Identifier: MIT */
/*
 * Requests: a buffer and the controls that its frame is taken with, which the
 * driver applies exactly then. For drivers that have them; see
 * video_capture.has_requests.
 */
#ifndef DEVICE_DEVICE_REQUEST_H
#define DEVICE_DEVICE_REQUEST_H

#include "device_node.h"

/**
 * device_request_create() - make an empty request
 * @media: the media device of the node that the request is for
 * @ret_fd: the request; the caller closes it. It polls with POLLPRI when the
 *          request is complete
 *
 * Fill it with device_controls_set_in() and video_capture_queue_in(). Returns 0,
 * -ENOTTY (the driver has no requests) or another negative errno; each with a
 * text in @media, like the functions below.
 */
int device_request_create(struct device_node *media,
			  int *ret_fd) CAMIPC_MUST_CHECK;

/** Hands a filled request to the driver. Returns 0, -ENOENT (it has no buffer)
 *  or another negative errno. */
int device_request_queue(struct device_node *media,
			 int request_fd) CAMIPC_MUST_CHECK;

/** Empties a request that is complete, so that it can be filled again. Returns 0,
 *  -EBUSY (the driver still has it) or another negative errno. */
int device_request_reuse(struct device_node *media,
			 int request_fd) CAMIPC_MUST_CHECK;

#endif /* DEVICE_DEVICE_REQUEST_H */
