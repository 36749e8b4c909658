/* SPDX-License-Identifier: MIT */
/*
 * The raw frames that an IPA reads itself: the driver's buffers, which cross the
 * process border as dma-bufs, and the comparison of what both sides see.
 */
#ifndef KERNEL_SHARED_FRAMES_H
#define KERNEL_SHARED_FRAMES_H

#include "ipa_session.h"
#include "kernel_device.h"
#include "kernel_isp.h"

/** Id of the first buffer; the others count up from there. */
#define SHARED_FRAMES_ID 1001

/** Zeroed memory shares nothing, and is accepted by all functions. Thread word:
 *  bound. */
struct shared_frames {
	struct kernel_isp isp;
	struct virtual_ipa *ipa;
	struct kernel_device *device;
	uint32_t n_mapped; /* buffers that the IPA has */

	/* The latest frame, whose buffer the driver does not have. */
	bool is_held;
	struct video_frame held;
	uint64_t hash; /* of its bytes, as this process sees them */
	bool is_hashed;
	int status; /* 0, or a negative errno: the IPA saw something else */
};

/** Sets what frames are shared with. All pointers must live as long. */
void shared_frames_init(struct shared_frames *frames,
			const struct kernel_isp *isp, struct virtual_ipa *ipa,
			struct kernel_device *device);

/** Gives the IPA all buffers of the queue, which must exist. The IPA can only read
 *  them, as the kernel enforces. Returns 0 also if the IPA reads no frames, or a
 *  negative errno and a text, as all functions below. */
int shared_frames_map(struct shared_frames *frames) CAMIPC_MUST_CHECK;

/** Takes the buffers back, before the queue is freed. An IPA that is gone has
 *  none. */
void shared_frames_unmap(struct shared_frames *frames);

/** Keeps the buffer of a frame until shared_frames_release(), if the IPA reads
 *  frames; else queues it again at once. */
int shared_frames_hold(struct shared_frames *frames,
		       const struct video_frame *frame) CAMIPC_MUST_CHECK;

/** Queues the buffer again that is held, if any. */
int shared_frames_release(struct shared_frames *frames) CAMIPC_MUST_CHECK;

/* ---- for image processors ------------------------------------------------ */

/** Returns the frames of the kernel camera whose session @ipa is. */
struct shared_frames *shared_frames_of(struct virtual_ipa *ipa);

/** Computes the hash of the frame that is held. */
int shared_frames_hash(struct shared_frames *frames) CAMIPC_MUST_CHECK;

/** Compares what the IPA saw of frame @number with the hash: status is -EBADMSG
 *  if they differ, -EREMOTEIO if it could not read the frame (@ipa_status). */
void shared_frames_compare(struct shared_frames *frames, uint32_t number,
			   uint64_t hash, int32_t ipa_status);

#endif /* KERNEL_SHARED_FRAMES_H */
