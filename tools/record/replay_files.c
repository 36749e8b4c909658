/* SPDX-License-Identifier: MIT */
/* Files of a recording, made again: shared buffers, and files that were passed. */
#include "replay_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static struct replay_file *find_replay_file(struct replay_files *files,
				     uint64_t object)
{
	for (uint32_t i = 0; i < files->n; i++)
		if (files->files[i].object == object)
			return &files->files[i];
	return NULL;
}

/* Returns the file of an object, which is empty at first; or NULL. */
static struct replay_file *get_file(struct replay_files *files, uint64_t object)
{
	struct replay_file *file = find_replay_file(files, object);
	int fd;

	if (file || files->n == REPLAY_MAX_FILES)
		return file;
	fd = memfd_create("camipc-replay", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return NULL;
	file = &files->files[files->n++];
	*file = (struct replay_file){ .object = object, .fd = fd };
	return file;
}

/* Makes a file at least so large; one that was sealed keeps its size. */
static int grow_file(struct replay_file *file, uint64_t size)
{
	void *data;

	if (size <= file->size)
		return 0;
	if (size > REPLAY_MAX_SIZE)
		return -EFBIG;
	if (ftruncate(file->fd, (off_t)size) < 0)
		return -errno;
	if (file->data)
		munmap(file->data, file->size);
	file->data = NULL;
	data = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED,
		    file->fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	file->data = data;
	file->size = (size_t)size;
	return 0;
}

static bool has_hash(const struct camipc_recorded *item)
{
	for (unsigned int i = 0; i < CAMIPC_HASH_SIZE; i++)
		if (item->hash[i])
			return true;
	return false;
}

int replay_files_access(struct replay_files *files,
			struct camipc_recording *recording,
			const struct camipc_recorded *item,
			uint64_t *ret_offset)
{
	struct replay_file *file;
	uint8_t *bytes;
	int ret;

	if (!has_hash(item) || item->offset > REPLAY_MAX_SIZE)
		return -ENOENT;
	file = get_file(files, item->object);
	if (!file)
		return -EMFILE;
	ret = grow_file(file, item->offset + item->length);
	if (ret < 0)
		return ret;
	bytes = malloc((size_t)item->length + 1);
	if (!bytes)
		return -ENOMEM;
	ret = camipc_recording_read_buffer(recording, item, bytes);
	if (ret == 0 && item->flags & CAMIPC_ITEM_WROTE)
		memcpy(file->data + item->offset, bytes, item->length);
	for (uint32_t i = 0; ret == 0 && i < item->length; i++)
		if (file->data[item->offset + i] != bytes[i]) {
			*ret_offset = item->offset + i;
			ret = 1;
		}
	free(bytes);
	return ret;
}

/* Opens a file anew: the recorded process may have opened it for reading. */
static int reopen(int fd, int access)
{
	char path[64];
	int opened;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	opened = open(path, access | O_CLOEXEC);
	return opened < 0 ? -errno : opened;
}

/* A regular file: modules may insist on one. */
static int open_copy(const struct replay_file *file, int access)
{
	char path[] = "/tmp/camipc-replay-XXXXXX";
	size_t done = 0;
	int fd = mkostemp(path, O_CLOEXEC);
	int opened;

	if (fd < 0)
		return -errno;
	unlink(path);
	while (done < file->size) {
		ssize_t n = write(fd, file->data + done, file->size - done);

		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	opened = done < file->size ? -EIO : reopen(fd, access);
	close(fd);
	return opened;
}

static int open_one(struct replay_files *files,
		    const struct camipc_recorded_fd *described)
{
	struct replay_file *file;
	int ret;

	if (described->kind == CAMIPC_ITEM_FD_OTHER) {
		ret = open("/dev/null", O_RDWR | O_CLOEXEC);
		return ret < 0 ? -errno : ret;
	}
	file = get_file(files, described->object);
	if (!file)
		return -EMFILE;
	ret = grow_file(file, described->size);
	if (ret < 0)
		return ret;
	if (described->kind == CAMIPC_ITEM_FD_FILE)
		return open_copy(file, described->access);
	/* Our own mapping was made before, and can still write. */
	if (fcntl(file->fd, F_GET_SEALS) == 0 && described->seals)
		(void)!fcntl(file->fd, F_ADD_SEALS, (int)described->seals);
	return reopen(file->fd, described->access);
}

int replay_files_open(struct replay_files *files,
		      const struct camipc_recorded *item, int *ret_fds)
{
	for (uint32_t i = 0; i < item->n_fds; i++) {
		const struct camipc_recorded_fd described =
			camipc_recorded_get_fd(item, i);

		ret_fds[i] = open_one(files, &described);
		if (ret_fds[i] >= 0)
			continue;
		for (uint32_t k = 0; k < i; k++)
			close(ret_fds[k]);
		return ret_fds[i];
	}
	return 0;
}

void replay_files_fini(struct replay_files *files)
{
	for (uint32_t i = 0; i < files->n; i++) {
		if (files->files[i].data)
			munmap(files->files[i].data, files->files[i].size);
		close(files->files[i].fd);
	}
	files->n = 0;
}
