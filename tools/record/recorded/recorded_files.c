/* SPDX-License-Identifier: MIT */
/* The live files of a pipeline handler, by the numbers that a recording has. */
#include "recorded_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int find_fd(const struct recorded_files *files, uint64_t object)
{
	/* The latest first: a number may be used again. */
	for (uint32_t i = files->n; i > 0; i--)
		if (files->files[i - 1].object == object)
			return files->files[i - 1].fd;
	return -1;
}

int recorded_files_keep(struct recorded_files *files,
			const struct camipc_recorded *item,
			const struct raw_message *args)
{
	if (item->n_fds != args->n_fds)
		return -EPROTO;
	for (uint32_t i = 0; i < item->n_fds; i++) {
		const struct camipc_recorded_fd recorded =
			camipc_recorded_get_fd(item, i);
		int fd;

		if (recorded.kind == CAMIPC_ITEM_FD_OTHER)
			continue;
		if (files->n == RECORDED_MAX_FILES)
			return -EMFILE;
		fd = fcntl(args->fds[i], F_DUPFD_CLOEXEC, 3);
		if (fd < 0)
			return -errno;
		files->files[files->n++] = (struct recorded_file){
			.object = recorded.object, .fd = fd
		};
	}
	return 0;
}

static int read_all(int fd, uint8_t *to, size_t size, uint64_t offset)
{
	size_t done = 0;

	while (done < size) {
		const ssize_t n = pread(fd, to + done, size - done,
					(off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -ENODATA;
		done += (size_t)n;
	}
	return 0;
}

/* Writes into the file, and never makes it larger. */
static int write_all(int fd, const uint8_t *from, size_t size, uint64_t offset)
{
	struct stat st;
	size_t done = 0;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (offset > (uint64_t)st.st_size ||
	    size > (uint64_t)st.st_size - offset)
		return -ERANGE;
	while (done < size) {
		const ssize_t n = pwrite(fd, from + done, size - done,
					 (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return 0;
}

int recorded_files_compare(const struct recorded_files *files,
			   struct camipc_recording *recording,
			   const struct camipc_recorded *item,
			   uint64_t *ret_offset)
{
	const int fd = find_fd(files, item->object);
	uint8_t *bytes = malloc(2 * (size_t)item->length + 1);
	uint8_t *now = bytes ? bytes + item->length : NULL;
	int ret = 0;

	if (fd >= 0 && bytes &&
	    camipc_recording_read_buffer(recording, item, bytes) == 0 &&
	    read_all(fd, now, item->length, item->offset) == 0)
		for (uint32_t i = 0; ret == 0 && i < item->length; i++)
			if (bytes[i] != now[i]) {
				*ret_offset = item->offset + i;
				ret = 1;
			}
	free(bytes);
	return ret;
}

int recorded_files_write(const struct recorded_files *files,
			 struct camipc_recording *recording,
			 const struct camipc_recorded *item)
{
	const int fd = find_fd(files, item->object);
	uint8_t *bytes;
	int ret;

	if (fd < 0)
		return 0;
	bytes = malloc((size_t)item->length + 1);
	if (!bytes)
		return -ENOMEM;
	ret = camipc_recording_read_buffer(recording, item, bytes);
	if (ret == 0)
		ret = write_all(fd, bytes, item->length, item->offset);
	free(bytes);
	return ret < 0 ? ret : 1;
}

void recorded_files_fini(struct recorded_files *files)
{
	for (uint32_t i = 0; i < files->n; i++)
		close(files->files[i].fd);
	files->n = 0;
}
