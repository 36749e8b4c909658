/* SPDX-License-Identifier: MIT */
/* One shared buffer: checks, mapping, and the bounds of each access. */
#include "cam_buffers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/fd.h>

#include "access_watch.h"
#include "file_limit.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

struct cam_shared_buffer {
	uint32_t id;
	enum cam_access access; /* that the mapping permits */
	enum cam_access begun; /* of the access in progress; 0: none */
	void *data; /* the plane */
	size_t length; /* of the plane, in bytes */
	void *pages; /* what munmap() takes */
	size_t pages_length;
	int dma_buf; /* our duplicate, for DMA_BUF_IOCTL_SYNC; -1: a memfd */
	struct camipc_access watched; /* what a watcher is shown */
};

static bool is_access(enum cam_access access)
{
	return access == CAM_ACCESS_READ || access == CAM_ACCESS_READ_WRITE;
}

/* What is known of the file of a plane. */
struct file {
	bool is_dma_buf;
	uint64_t size;
	uint64_t device, number; /* as of stat() */
};

/*
 * Takes a dma-buf, or a memfd that cannot shrink. Only memfds have seals, so that
 * one question tells them from everything else, before a file system is asked.
 */
static int classify(int fd, enum cam_access access, struct file *file)
{
	const int seals = fcntl(fd, F_GET_SEALS);

	if (seals < 0) {
		int ret = camipc_fd_check_kind(fd, CAMIPC_FD_KIND_DMABUF,
					       CAMIPC_FD_ACCESS_ANY, false, 0);

		file->is_dma_buf = ret == 0;
		return ret;
	}
	if (!(seals & F_SEAL_SHRINK))
		return -EPERM;
	if (access == CAM_ACCESS_READ_WRITE &&
	    (seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)))
		return -EPERM;
	return 0;
}

/* Older kernels leave st_size of a dma-buf 0; seeking to its end works. */
static int measure(int fd, struct file *file)
{
	struct stat st;
	off_t end;

	if (fstat(fd, &st) < 0)
		return -errno;
	end = st.st_size;
	if (end == 0)
		end = lseek(fd, 0, SEEK_END);
	if (end < 0)
		return -errno;
	file->size = (uint64_t)end;
	file->device = st.st_dev;
	file->number = st.st_ino;
	return 0;
}

static int check_plane(const struct cam_frame_buffer_plane *plane,
		       enum cam_access access, size_t min_length,
		       struct file *file)
{
	int ret;

	if (!is_access(access))
		return -EINVAL;
	if (plane->fd < 0)
		return -EBADF;
	if (!plane->length)
		return -EINVAL;
	if (plane->length < min_length)
		return -ERANGE;
	ret = classify(plane->fd, access, file);
	if (ret < 0)
		return ret;
	ret = measure(plane->fd, file);
	if (ret < 0)
		return ret;
	return (uint64_t)plane->offset + plane->length > file->size ? -ERANGE
								    : 0;
}

/* Maps the whole pages around the plane. */
static int map_pages(struct cam_shared_buffer *buffer,
		     const struct cam_frame_buffer_plane *plane)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t first = plane->offset - plane->offset % page;
	uint64_t size = (uint64_t)plane->offset + plane->length - first;
	int protection = buffer->access == CAM_ACCESS_READ
				 ? PROT_READ
				 : PROT_READ | PROT_WRITE;
	void *pages;

	if (size > SIZE_MAX)
		return -ERANGE;
	pages = mmap(NULL, (size_t)size, protection, MAP_SHARED, plane->fd,
		     (off_t)first);
	if (pages == MAP_FAILED)
		return errno == EACCES ? -EPERM : -errno;
	buffer->pages = pages;
	buffer->pages_length = (size_t)size;
	buffer->data = (uint8_t *)pages + (plane->offset - first);
	buffer->length = plane->length;
	return 0;
}

static void name_for_watcher(struct cam_shared_buffer *buffer,
			     const struct file *file, uint32_t offset)
{
	buffer->watched.device = file->device;
	buffer->watched.number = file->number;
	buffer->watched.offset = offset;
	buffer->watched.data = buffer->data;
	buffer->watched.size = buffer->length;
}

int cam_shared_buffer_import(uint32_t id,
			     const struct cam_frame_buffer_plane *plane,
			     enum cam_access access, size_t min_length,
			     struct cam_shared_buffer **ret_buffer)
{
	struct cam_shared_buffer *buffer;
	struct file file = { .is_dma_buf = false };
	int ret = check_plane(plane, access, min_length, &file);

	if (ret < 0)
		return ret;
	buffer = calloc(1, sizeof(*buffer));
	if (!buffer)
		return -ENOMEM;
	buffer->id = id;
	buffer->access = access;
	buffer->dma_buf = -1;
	ret = map_pages(buffer, plane);
	if (ret < 0)
		goto destroy;
	name_for_watcher(buffer, &file, plane->offset);
	if (file.is_dma_buf) {
		buffer->dma_buf = fcntl(plane->fd, F_DUPFD_CLOEXEC, 3);
		if (buffer->dma_buf < 0) {
			ret = -errno;
			goto destroy;
		}
	}
	*ret_buffer = buffer;
	return 0;

destroy:
	cam_shared_buffer_destroy(buffer);
	return ret;
}

/* Returns a memfd of @length bytes whose size is sealed, or an error. */
static int make_memfd(const char *name, uint32_t length)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int error;

	if (fd < 0)
		return -errno;
	if (camipc_check_file_size(length) == 0 && ftruncate(fd, length) == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

int cam_shared_buffer_create(uint32_t id, const char *name, uint32_t length,
			     enum cam_access peer,
			     struct cam_frame_buffer_plane *ret_plane,
			     struct cam_shared_buffer **ret_buffer)
{
	struct cam_frame_buffer_plane plane = { .length = length };
	struct cam_shared_buffer *buffer;
	int ret;

	if (!length || !is_access(peer))
		return -EINVAL;
	plane.fd = make_memfd(name, length);
	if (plane.fd < 0)
		return plane.fd;
	ret = cam_shared_buffer_import(id, &plane, CAM_ACCESS_READ_WRITE, 0,
				       &buffer);
	if (ret < 0)
		goto close_memfd;
	/* From now on only the mapping above can write (Linux 5.1). */
	if (peer == CAM_ACCESS_READ &&
	    fcntl(plane.fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) <
		    0) {
		ret = -errno;
		goto destroy;
	}
	*ret_plane = plane;
	*ret_buffer = buffer;
	return 0;

destroy:
	cam_shared_buffer_destroy(buffer);
close_memfd:
	close(plane.fd);
	return ret;
}

void cam_shared_buffer_destroy(struct cam_shared_buffer *buffer)
{
	if (!buffer)
		return;
	if (buffer->begun)
		(void)!cam_shared_buffer_end(buffer);
	if (buffer->pages)
		munmap(buffer->pages, buffer->pages_length);
	if (buffer->dma_buf >= 0)
		close(buffer->dma_buf);
	free(buffer);
}

uint32_t cam_shared_buffer_get_id(const struct cam_shared_buffer *buffer)
{
	return buffer->id;
}

size_t cam_shared_buffer_get_length(const struct cam_shared_buffer *buffer)
{
	return buffer->length;
}

enum cam_access
cam_shared_buffer_get_access(const struct cam_shared_buffer *buffer)
{
	return buffer->access;
}

/* @edge: DMA_BUF_SYNC_START or DMA_BUF_SYNC_END. */
static int synchronise(const struct cam_shared_buffer *buffer,
		       enum cam_access access, uint64_t edge)
{
	struct dma_buf_sync sync = {
		.flags = edge | (access == CAM_ACCESS_READ ? DMA_BUF_SYNC_READ
							   : DMA_BUF_SYNC_RW),
	};

	if (buffer->dma_buf < 0)
		return 0;
	while (ioctl(buffer->dma_buf, DMA_BUF_IOCTL_SYNC, &sync) < 0)
		if (errno != EINTR && errno != EAGAIN)
			return -errno;
	return 0;
}

int cam_shared_buffer_begin(struct cam_shared_buffer *buffer,
			    enum cam_access access, void **ret_data)
{
	int ret;

	if (!buffer)
		return -ENOENT;
	if (!is_access(access))
		return -EINVAL;
	if (access > buffer->access)
		return -EPERM;
	if (buffer->begun)
		return -EBUSY;
	ret = synchronise(buffer, access, DMA_BUF_SYNC_START);
	if (ret < 0)
		return ret;
	buffer->begun = access;
	*ret_data = buffer->data;
	return 0;
}

/* While the caller still has access, so that the contents hold. */
static void show(struct cam_shared_buffer *buffer, enum cam_access access)
{
	const camipc_access_fn watcher = atomic_load_explicit(
		&camipc_access_watcher, memory_order_acquire);

	if (CAMIPC_LIKELY(!watcher))
		return;
	buffer->watched.wrote = access == CAM_ACCESS_READ_WRITE;
	watcher(&buffer->watched);
}

int cam_shared_buffer_end(struct cam_shared_buffer *buffer)
{
	enum cam_access access;

	if (!buffer)
		return -ENOENT;
	access = buffer->begun;
	if (!access)
		return -EINVAL;
	show(buffer, access);
	buffer->begun = (enum cam_access)0;
	return synchronise(buffer, access, DMA_BUF_SYNC_END);
}

int cam_shared_buffer_read(struct cam_shared_buffer *buffer, void *to,
			   size_t size)
{
	void *data;
	int ret;

	if (buffer && size > buffer->length)
		return -ERANGE;
	ret = cam_shared_buffer_begin(buffer, CAM_ACCESS_READ, &data);
	if (ret < 0)
		return ret;
	memcpy(to, data, size);
	return cam_shared_buffer_end(buffer);
}

int cam_shared_buffer_write(struct cam_shared_buffer *buffer, const void *from,
			    size_t size)
{
	void *data;
	int ret;

	if (buffer && size > buffer->length)
		return -ERANGE;
	ret = cam_shared_buffer_begin(buffer, CAM_ACCESS_READ_WRITE, &data);
	if (ret < 0)
		return ret;
	memcpy(data, from, size);
	return cam_shared_buffer_end(buffer);
}

static uint64_t hash_bytes(const uint8_t *bytes, size_t size)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
		const size_t left = size - i;
		uint64_t word = 0;

		memcpy(&word, bytes + i,
		       left < sizeof(word) ? left : sizeof(word));
		hash = (hash ^ word) * UINT64_C(1099511628211);
	}
	return hash;
}

int cam_shared_buffer_hash(struct cam_shared_buffer *buffer, size_t size,
			   uint64_t *ret_hash)
{
	uint64_t hash;
	void *data;
	int ret;

	if (buffer && size > buffer->length)
		return -ERANGE;
	ret = cam_shared_buffer_begin(buffer, CAM_ACCESS_READ, &data);
	if (ret < 0)
		return ret;
	hash = hash_bytes(data, size);
	ret = cam_shared_buffer_end(buffer);
	if (ret == 0)
		*ret_hash = hash;
	return ret;
}
