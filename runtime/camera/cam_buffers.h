/* SPDX-License-Identifier: MIT */
/* Memory that a pipeline handler and an IPA module share. */
#ifndef CAM_BUFFERS_H
#define CAM_BUFFERS_H

#include <camipc/base.h>

#include "core_ipa_types.h"

CAMIPC_BEGIN_DECLS

/** What a mapping is for. */
enum cam_access {
	CAM_ACCESS_READ,
	CAM_ACCESS_READ_WRITE,
};

/**
 * One plane, mapped. All zero is an empty one. Thread word: bound.
 */
struct cam_mapping {
	void *data; /* of the plane */
	size_t length; /* of the plane, in bytes */
	void *pages; /* what munmap() takes */
	size_t pages_length;
	enum cam_access access;
	bool synchronised; /* a dma-buf: needs begin and end */
	int fd; /* a duplicate of its own, for those; else -1 */
};

/**
 * cam_mapping_init() - map a plane
 * @plane: its descriptor is only borrowed
 *
 * The descriptor has to be a dma-buf, or a memfd sealed against shrinking:
 * the memory of any other could be taken away while it is read, which kills
 * the reader. The plane has to lie within the file.
 *
 * Returns 0, -EBADF, -EINVAL (neither dma-buf nor memfd, or an empty plane),
 * -EPERM (not sealed, or not to be written), -ERANGE (outside the file),
 * -ENOMEM, -EMFILE.
 */
CAMIPC_API int cam_mapping_init(struct cam_mapping *mapping,
				const struct cam_frame_buffer_plane *plane,
				enum cam_access access) CAMIPC_MUST_CHECK;

/**
 * cam_mapping_init_memfd() - make shared memory, and map it for writing
 * @name: seen in /proc, for people
 * @peer: what others can do with the descriptor
 * @ret_plane: all of it; its descriptor is the caller's to close
 *
 * Returns 0, -EINVAL (length 0), -ENOMEM, -EMFILE or what memfd_create gives.
 */
CAMIPC_API int cam_mapping_init_memfd(
	struct cam_mapping *mapping, const char *name, uint32_t length,
	enum cam_access peer,
	struct cam_frame_buffer_plane *ret_plane) CAMIPC_MUST_CHECK;

/** Unmaps; an empty mapping is fine. */
CAMIPC_API void cam_mapping_fini(struct cam_mapping *mapping);

/**
 * cam_mapping_begin() - about to touch the data; cam_mapping_end() when done
 *
 * They make the caches of a dma-buf agree with its device (DMA_BUF_IOCTL_SYNC)
 * and do nothing for other memory. Return 0 or the negative errno of ioctl.
 */
CAMIPC_API int cam_mapping_begin(struct cam_mapping *mapping) CAMIPC_MUST_CHECK;
CAMIPC_API int cam_mapping_end(struct cam_mapping *mapping) CAMIPC_MUST_CHECK;

struct cam_mapped_buffer;

/**
 * Mapped buffers by id, first planes only: what mapBuffers and unmapBuffers of
 * an interface do. All zero is an empty one. Thread word: bound.
 */
struct cam_buffer_set {
	struct cam_mapped_buffer *buffers;
	size_t n_buffers;
	size_t room;
};

/**
 * cam_buffer_set_add() - map buffers, all of them or none
 * @min_length: bytes that each has to have at least
 *
 * Returns 0, -EEXIST (an id is there already, or twice), -EINVAL (no plane),
 * -ERANGE (shorter than @min_length), or what cam_mapping_init() returns.
 */
CAMIPC_API int cam_buffer_set_add(struct cam_buffer_set *set,
				  const struct cam_buffer *buffers,
				  size_t n_buffers, enum cam_access access,
				  size_t min_length) CAMIPC_MUST_CHECK;

/** Unmaps the buffers that have these ids; others are left out. */
CAMIPC_API void cam_buffer_set_remove(struct cam_buffer_set *set,
				      const uint32_t *ids, size_t n_ids);

/** The mapping of a buffer, or NULL. Gone when the set changes. */
CAMIPC_API struct cam_mapping *
cam_buffer_set_find(const struct cam_buffer_set *set, uint32_t id);

/** Unmaps everything; the set is empty then. */
CAMIPC_API void cam_buffer_set_fini(struct cam_buffer_set *set);

CAMIPC_END_DECLS

#endif /* CAM_BUFFERS_H */
