/* SPDX-License-Identifier: MIT */
#include "cam_buffers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Of linux/magic.h, where older ones lack it. */
#ifndef DMA_BUF_MAGIC
#define DMA_BUF_MAGIC 0x444d4142
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

/* Says what @fd is: 1 a dma-buf, 0 a memfd that cannot shrink, or an error. */
static int classify(int fd, enum cam_access access)
{
	struct statfs fs;
	int seals;

	if (fstatfs(fd, &fs) < 0)
		return -errno;
	if ((uint32_t)fs.f_type == DMA_BUF_MAGIC)
		return 1;
	seals = fcntl(fd, F_GET_SEALS);
	if (seals < 0)
		return -EINVAL;
	if (!(seals & F_SEAL_SHRINK))
		return -EPERM;
	if (access == CAM_ACCESS_READ_WRITE &&
	    (seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)))
		return -EPERM;
	return 0;
}

/* The size of the file: what st_size does not tell, its end does. */
static int file_size(int fd, uint64_t *ret_size)
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
	*ret_size = (uint64_t)end;
	return 0;
}

/* Maps whole pages around the plane. */
static int map_pages(struct cam_mapping *mapping, int fd, uint32_t offset,
		     uint32_t length)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t first = offset - offset % page;
	int protection = mapping->access == CAM_ACCESS_READ
				 ? PROT_READ
				 : PROT_READ | PROT_WRITE;
	uint64_t size = (uint64_t)offset + length - first;

	if (size > SIZE_MAX)
		return -ERANGE;
	mapping->pages_length = (size_t)size;
	mapping->pages = mmap(NULL, mapping->pages_length, protection,
			      MAP_SHARED, fd, (off_t)first);
	if (mapping->pages == MAP_FAILED)
		return errno == EACCES ? -EPERM : -errno;
	mapping->data = (uint8_t *)mapping->pages + (offset - first);
	mapping->length = length;
	return 0;
}

int cam_mapping_init(struct cam_mapping *mapping,
		     const struct cam_frame_buffer_plane *plane,
		     enum cam_access access)
{
	struct cam_mapping m = { .access = access, .fd = -1 };
	uint64_t size = 0;
	int ret;

	if (plane->fd < 0)
		return -EBADF;
	if (!plane->length)
		return -EINVAL;
	ret = classify(plane->fd, access);
	if (ret < 0)
		return ret;
	m.synchronised = ret == 1;
	ret = file_size(plane->fd, &size);
	if (ret < 0)
		return ret;
	if ((uint64_t)plane->offset + plane->length > size)
		return -ERANGE;
	if (m.synchronised) {
		m.fd = fcntl(plane->fd, F_DUPFD_CLOEXEC, 3);
		if (m.fd < 0)
			return -errno;
	}
	ret = map_pages(&m, plane->fd, plane->offset, plane->length);
	if (ret < 0) {
		if (m.fd >= 0)
			close(m.fd);
		return ret;
	}
	*mapping = m;
	return 0;
}

/* A memfd of @length bytes that keeps its size. */
static int make_memfd(const char *name, uint32_t length)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int error;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, length) == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

int cam_mapping_init_memfd(struct cam_mapping *mapping, const char *name,
			   uint32_t length, enum cam_access peer,
			   struct cam_frame_buffer_plane *ret_plane)
{
	struct cam_frame_buffer_plane plane = { .length = length };
	struct cam_mapping m;
	int ret;

	if (!length)
		return -EINVAL;
	plane.fd = make_memfd(name, length);
	if (plane.fd < 0)
		return plane.fd;
	ret = cam_mapping_init(&m, &plane, CAM_ACCESS_READ_WRITE);
	if (ret < 0) {
		close(plane.fd);
		return ret;
	}
	/* From here on only the mapping above can write (Linux 5.1). */
	if (peer == CAM_ACCESS_READ &&
	    fcntl(plane.fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) <
		    0) {
		ret = -errno;
		cam_mapping_fini(&m);
		close(plane.fd);
		return ret;
	}
	*mapping = m;
	*ret_plane = plane;
	return 0;
}

void cam_mapping_fini(struct cam_mapping *mapping)
{
	if (!mapping->pages)
		return;
	munmap(mapping->pages, mapping->pages_length);
	if (mapping->fd >= 0)
		close(mapping->fd);
	memset(mapping, 0, sizeof(*mapping));
	mapping->fd = -1;
}

static int synchronise(const struct cam_mapping *mapping, uint64_t edge)
{
	struct dma_buf_sync sync = {
		.flags = edge |
			 (mapping->access == CAM_ACCESS_READ ? DMA_BUF_SYNC_READ
							     : DMA_BUF_SYNC_RW),
	};

	if (!mapping->synchronised)
		return 0;
	while (ioctl(mapping->fd, DMA_BUF_IOCTL_SYNC, &sync) < 0)
		if (errno != EINTR && errno != EAGAIN)
			return -errno;
	return 0;
}

int cam_mapping_begin(struct cam_mapping *mapping)
{
	return synchronise(mapping, DMA_BUF_SYNC_START);
}

int cam_mapping_end(struct cam_mapping *mapping)
{
	return synchronise(mapping, DMA_BUF_SYNC_END);
}
