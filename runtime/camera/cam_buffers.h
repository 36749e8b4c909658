/* SPDX-License-Identifier: MIT */
/*
 * Shared buffers: memory that a pipeline handler and an IPA module both map.
 * Statistics and parameters travel through them; messages carry only ids.
 */
#ifndef CAM_BUFFERS_H
#define CAM_BUFFERS_H

#include <camipc/base.h>

#include "core_ipa_types.h"

CAMIPC_BEGIN_DECLS

/**
 * Permitted or intended access to shared memory. 0 is not an access: functions
 * refuse it with -EINVAL, so that a forgotten one permits nothing.
 */
enum cam_access {
	CAM_ACCESS_READ = 1,
	CAM_ACCESS_READ_WRITE = 2,
};

/**
 * One plane of shared memory, mapped once and known by its id. Its bytes may be
 * touched between cam_shared_buffer_begin() and cam_shared_buffer_end() only.
 * The other process may write to the memory at any time, so copy bytes before
 * you check them; cam_shared_buffer_read() does. Thread word: bound.
 */
struct cam_shared_buffer;

/**
 * cam_shared_buffer_import() - check and map a plane that another process sent
 * @id: the buffer's id in calls and events
 * @plane: the plane; its descriptor is borrowed for the call
 * @access: what this process may do with the memory
 * @min_length: the least length in bytes that the caller accepts
 * @ret_buffer: the buffer; free it with cam_shared_buffer_destroy()
 *
 * Accepts a dma-buf, or a memfd that is sealed against shrinking: the other
 * process could truncate any other file, and reading it would then end this
 * process with SIGBUS. The plane must lie within the file.
 *
 * Returns 0, or
 * -EBADF: the descriptor is not open,
 * -EINVAL: neither a dma-buf nor a memfd, a length of 0, or a wrong @access,
 * -EPERM: not sealed against shrinking, or @access is CAM_ACCESS_READ_WRITE and
 *         a seal or the descriptor's mode forbids writing,
 * -ERANGE: the plane is shorter than @min_length or reaches past the end of the
 *          file,
 * -ENOMEM, -EMFILE: no memory, address space or descriptor is left,
 * or the errno of fstatfs(), lseek() or mmap().
 */
CAMIPC_API int cam_shared_buffer_import(
	uint32_t id, const struct cam_frame_buffer_plane *plane,
	enum cam_access access, size_t min_length,
	struct cam_shared_buffer **ret_buffer) CAMIPC_MUST_CHECK;

/**
 * cam_shared_buffer_create() - make a memfd, and map it for reading and writing
 * @id: the buffer's id in calls and events
 * @name: the memfd's name in /proc, for people
 * @length: in bytes
 * @peer: what a process that receives the descriptor can do with the memory;
 *        seals enforce it
 * @ret_plane: the whole memory; the caller closes its descriptor
 * @ret_buffer: the buffer; free it with cam_shared_buffer_destroy()
 *
 * Returns 0, -EINVAL (a length of 0, or a wrong @peer), -ENOMEM, -EMFILE or the
 * errno of memfd_create(), ftruncate() or fcntl().
 */
CAMIPC_API int cam_shared_buffer_create(
	uint32_t id, const char *name, uint32_t length, enum cam_access peer,
	struct cam_frame_buffer_plane *ret_plane,
	struct cam_shared_buffer **ret_buffer) CAMIPC_MUST_CHECK;

/** Ends an access that is still open, then unmaps and frees. Accepts NULL. */
CAMIPC_API void cam_shared_buffer_destroy(struct cam_shared_buffer *buffer);

/** Returns the id that the buffer was imported or created with. */
CAMIPC_API uint32_t
cam_shared_buffer_get_id(const struct cam_shared_buffer *buffer);

/** Returns the length of the plane in bytes. */
CAMIPC_API size_t
cam_shared_buffer_get_length(const struct cam_shared_buffer *buffer);

/** Returns the access that the mapping permits. */
CAMIPC_API enum cam_access
cam_shared_buffer_get_access(const struct cam_shared_buffer *buffer);

/**
 * cam_shared_buffer_begin() - begin an access to the bytes
 * @buffer: NULL, the result of a failed search, gives -ENOENT
 * @access: writing to memory that is begun with CAM_ACCESS_READ is an error
 * @ret_data: the first byte of the plane; valid until cam_shared_buffer_end()
 *
 * Makes the CPU's caches agree with the device of a dma-buf
 * (DMA_BUF_IOCTL_SYNC), which may wait for the device; does nothing for a
 * memfd.
 *
 * Returns 0, or
 * -ENOENT: @buffer is NULL,
 * -EINVAL: a wrong @access,
 * -EPERM: @access is CAM_ACCESS_READ_WRITE, but the mapping is read-only,
 * -EBUSY: an access to this buffer has not ended yet,
 * or the errno of the ioctl.
 */
CAMIPC_API int cam_shared_buffer_begin(struct cam_shared_buffer *buffer,
				       enum cam_access access,
				       void **ret_data) CAMIPC_MUST_CHECK;

/**
 * cam_shared_buffer_end() - end the access that begin() began
 *
 * Returns 0, -ENOENT (@buffer is NULL), -EINVAL (no access has begun) or the
 * errno of the ioctl. The access has ended even if the ioctl fails.
 */
CAMIPC_API int
cam_shared_buffer_end(struct cam_shared_buffer *buffer) CAMIPC_MUST_CHECK;

/**
 * cam_shared_buffer_read() - copy the first bytes of a buffer
 * cam_shared_buffer_write() - overwrite the first bytes of a buffer
 * @buffer: NULL, the result of a failed search, gives -ENOENT
 * @size: number of bytes to copy
 *
 * Both begin an access, copy and end the access. Return 0, -ERANGE (the buffer
 * is shorter than @size; nothing is copied) or what cam_shared_buffer_begin()
 * and cam_shared_buffer_end() return.
 */
CAMIPC_API int cam_shared_buffer_read(struct cam_shared_buffer *buffer,
				      void *to, size_t size) CAMIPC_MUST_CHECK;
CAMIPC_API int cam_shared_buffer_write(struct cam_shared_buffer *buffer,
				       const void *from,
				       size_t size) CAMIPC_MUST_CHECK;

/**
 * cam_shared_buffer_hash() - compute a number from the first bytes of a buffer
 * @buffer: NULL, the result of a failed search, gives -ENOENT
 * @size: number of bytes
 * @ret_hash: FNV-1a over words of 64 bits; a last, shorter word is filled up with
 *            zeros. Equal bytes give equal numbers on machines of one byte order
 *
 * Two processes compare these numbers to see whether their mappings agree. The
 * number is no proof against an attacker. Returns as cam_shared_buffer_read()
 * does.
 */
CAMIPC_API int cam_shared_buffer_hash(struct cam_shared_buffer *buffer,
				      size_t size,
				      uint64_t *ret_hash) CAMIPC_MUST_CHECK;

/**
 * Imported buffers by id: implements mapBuffers and unmapBuffers of an
 * interface. A zeroed set is empty. Thread word: bound.
 */
struct cam_buffer_set {
	struct cam_shared_buffer **buffers;
	size_t n_buffers;
	size_t room;
};

/**
 * cam_buffer_set_add() - import buffers, all of them or none
 * @buffers: the first plane of each is mapped, further planes are ignored
 * @access: what this process may do with the memory
 * @min_length: the least length in bytes of each first plane
 *
 * Returns 0, -EEXIST (an id is in the set already, or twice in @buffers),
 * -EINVAL (a buffer without planes), -ENOMEM or what
 * cam_shared_buffer_import() returns. On failure the set is unchanged.
 */
CAMIPC_API int cam_buffer_set_add(struct cam_buffer_set *set,
				  const struct cam_buffer *buffers,
				  size_t n_buffers, enum cam_access access,
				  size_t min_length) CAMIPC_MUST_CHECK;

/** Destroys the buffers with these ids; ignores ids that are not in the set. */
CAMIPC_API void cam_buffer_set_remove(struct cam_buffer_set *set,
				      const uint32_t *ids, size_t n_ids);

/**
 * Returns the buffer with this id, or NULL. The buffer belongs to the set and
 * is valid until it is removed.
 */
CAMIPC_API struct cam_shared_buffer *
cam_buffer_set_find(const struct cam_buffer_set *set, uint32_t id);

/** Destroys all buffers; afterwards the set is empty and can be used again. */
CAMIPC_API void cam_buffer_set_fini(struct cam_buffer_set *set);

CAMIPC_END_DECLS

#endif /* CAM_BUFFERS_H */
