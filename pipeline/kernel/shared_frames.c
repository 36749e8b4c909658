/* SPDX-License-Identifier: MIT */
/* Gives an IPA the driver's buffers, and compares what both sides see in them. */
#include "shared_frames.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include <camipc/error.h>

#include "kernel_camera.h"

void shared_frames_init(struct shared_frames *frames,
			const struct kernel_isp *isp, struct virtual_ipa *ipa,
			struct kernel_device *device)
{
	*frames = (struct shared_frames){
		.isp = *isp,
		.ipa = ipa,
		.device = device,
	};
}

struct shared_frames *shared_frames_of(struct virtual_ipa *ipa)
{
	/* The source of its imager is the camera. */
	struct kernel_camera *camera = ipa->imager->source.user;

	return &camera->frames;
}

/* ---- buffers ------------------------------------------------------------- */

/* Makes descriptors that permit reading only. Returns 0 or a negative errno. */
static int export_all(struct shared_frames *frames,
		      struct cam_frame_buffer_plane *planes,
		      struct cam_buffer *buffers, uint32_t *ret_n)
{
	struct video_capture *capture = &frames->device->capture;

	*ret_n = 0;
	for (uint32_t i = 0; i < capture->n_buffers; i++) {
		int ret = video_capture_export(capture, i, &planes[i].fd);

		if (ret < 0)
			return virtual_error_set(frames->ipa->error, ret, "%s",
						 capture->node.error);
		planes[i].offset = 0;
		planes[i].length = capture->format.size;
		buffers[i] = (struct cam_buffer){ .id = SHARED_FRAMES_ID + i,
						  .planes = &planes[i],
						  .n_planes = 1 };
		*ret_n = i + 1;
	}
	return 0;
}

int shared_frames_map(struct shared_frames *frames)
{
	struct cam_frame_buffer_plane planes[VIDEO_MAX_BUFFERS];
	struct cam_buffer buffers[VIDEO_MAX_BUFFERS];
	uint32_t n;
	int ret;

	if (!frames->isp.map_frames)
		return 0;
	ret = export_all(frames, planes, buffers, &n);
	if (ret == 0)
		ret = frames->isp.map_frames(frames->ipa, buffers, n);
	for (uint32_t i = 0; i < n; i++)
		close(planes[i].fd);
	frames->n_mapped = ret < 0 ? 0 : n;
	return ret;
}

void shared_frames_unmap(struct shared_frames *frames)
{
	uint32_t ids[VIDEO_MAX_BUFFERS];

	frames->is_held = false;
	for (uint32_t i = 0; i < frames->n_mapped; i++)
		ids[i] = SHARED_FRAMES_ID + i;
	if (frames->n_mapped && !frames->ipa->is_closed)
		(void)!frames->isp.unmap_frames(frames->ipa, ids,
						frames->n_mapped);
	frames->n_mapped = 0;
}

int shared_frames_hold(struct shared_frames *frames,
		       const struct video_frame *frame)
{
	if (!frames->isp.map_frames)
		return kernel_device_queue(frames->device, frame->index);
	frames->held = *frame;
	frames->is_held = true;
	frames->is_hashed = false;
	frames->status = 0;
	return 0;
}

int shared_frames_release(struct shared_frames *frames)
{
	if (!frames->is_held)
		return 0;
	frames->is_held = false;
	return kernel_device_queue(frames->device, frames->held.index);
}

/* ---- hashes -------------------------------------------------------------- */

int shared_frames_hash(struct shared_frames *frames)
{
	int ret = cam_shared_buffer_hash(
		frames->device->buffers[frames->held.index],
		frames->held.bytes, &frames->hash);

	if (ret < 0)
		return virtual_error_set(frames->ipa->error, ret,
					 "%s: cannot read frame %u: %s",
					 frames->device->capture.node.path,
					 frames->held.sequence,
					 camipc_errno_to_string(ret));
	frames->is_hashed = true;
	return 0;
}

void shared_frames_compare(struct shared_frames *frames, uint32_t number,
			   uint64_t hash, int32_t ipa_status)
{
	struct virtual_error *error = frames->ipa->error;

	if (!frames->is_held || !frames->is_hashed)
		return;
	if (ipa_status < 0)
		frames->status = virtual_error_set(
			error, -EREMOTEIO,
			"the IPA could not read frame %u: it reported %s",
			number, camipc_result_to_string(ipa_status));
	else if (hash != frames->hash)
		frames->status = virtual_error_set(
			error, -EBADMSG,
			"the IPA saw another frame %u than the camera: the "
			"hashes of its %u bytes are %016" PRIx64
			" and %016" PRIx64,
			number, frames->held.bytes, hash, frames->hash);
}
