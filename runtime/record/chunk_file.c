/* SPDX-License-Identifier: MIT */
/* A file of chunks that is being written: opened, appended to, ended. */
#include "chunk_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "crc32c.h"
#include "recording_index.pb-c.h"

#define TOPIC "record"

/* Most parts of a chunk. */
#define MAX_PARTS 8

/* Entries of one index chunk: with at most 25 bytes each it fits. */
#define INDEX_ENTRIES 32768

/** Stops writing for good. The file ends with its last whole chunk. */
static void stop_writing(struct camipc_chunk_file *file, int error)
{
	int none = 0;

	if (!atomic_compare_exchange_strong(&file->error, &none, error))
		return;
	(void)!ftruncate(file->fd, (off_t)file->size);
	camipc_log(CAMIPC_LOG_ERROR, TOPIC,
		   "%s: recording has stopped after %llu bytes: %s",
		   file->path, (unsigned long long)file->size,
		   camipc_errno_to_string(error));
}

static int write_parts(int fd, struct iovec *parts, int n)
{
	while (n > 0) {
		ssize_t done = writev(fd, parts, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		while (n > 0 && (size_t)done >= parts->iov_len) {
			done -= (ssize_t)parts->iov_len;
			parts++;
			n--;
		}
		if (n > 0) {
			parts->iov_base = (uint8_t *)parts->iov_base + done;
			parts->iov_len -= (size_t)done;
		}
	}
	return 0;
}

/**
 * Writes everything. A limit of the file's size must not end the camera: the
 * signal of it is taken back.
 */
static int write_all(int fd, struct iovec *parts, int n)
{
	const struct timespec at_once = { 0 };
	sigset_t limit;
	sigset_t before;
	int ret;

	sigemptyset(&limit);
	sigaddset(&limit, SIGXFSZ);
	pthread_sigmask(SIG_BLOCK, &limit, &before);
	ret = write_parts(fd, parts, n);
	if (ret == -EFBIG)
		sigtimedwait(&limit, NULL, &at_once);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ret;
}

/** Makes room for one more entry of the index; returns false without memory. */
static bool grow_index(struct camipc_chunk_file *file)
{
	const size_t room = file->room ? file->room * 2 : 256;
	uint64_t *offsets;
	uint64_t *times;
	uint32_t *types;

	if (file->number < file->room)
		return true;
	offsets = realloc(file->offsets, room * sizeof(*offsets));
	if (offsets)
		file->offsets = offsets;
	times = realloc(file->times, room * sizeof(*times));
	if (times)
		file->times = times;
	types = realloc(file->types, room * sizeof(*types));
	if (types)
		file->types = types;
	if (!offsets || !times || !types)
		return false;
	file->room = room;
	return true;
}

static void put_chunk(struct camipc_chunk_file *file, enum camipc_chunk_type type,
		uint64_t time, const struct camipc_chunk_part *parts, size_t n)
{
	uint8_t header[CAMIPC_CHUNK_HEADER_SIZE];
	struct iovec vector[MAX_PARTS + 1] = {
		{ .iov_base = header, .iov_len = sizeof(header) },
	};
	size_t length = 0;
	uint32_t crc;
	int ret;

	if (atomic_load(&file->error))
		return;
	if (!grow_index(file)) {
		stop_writing(file, -ENOMEM);
		return;
	}
	for (size_t i = 0; i < n; i++)
		length += parts[i].size;
	camipc_put_le(header, type, 4);
	camipc_put_le(header + 4, length, 4);
	camipc_put_le(header + 8, time, 8);
	camipc_put_le(header + 16, file->number, 4);
	crc = camipc_crc32c(0, header, CAMIPC_CHUNK_CRC_OFFSET);
	for (size_t i = 0; i < n; i++) {
		crc = camipc_crc32c(crc, parts[i].data, parts[i].size);
		vector[i + 1].iov_base = (void *)(uintptr_t)parts[i].data;
		vector[i + 1].iov_len = parts[i].size;
	}
	camipc_put_le(header + CAMIPC_CHUNK_CRC_OFFSET, crc, 4);
	ret = write_all(file->fd, vector, (int)n + 1);
	if (ret < 0) {
		stop_writing(file, ret);
		return;
	}
	file->offsets[file->number] = file->size;
	file->times[file->number] = time;
	file->types[file->number] = type;
	file->number++;
	file->size += sizeof(header) + length;
}

void camipc_chunk_file_put(struct camipc_chunk_file *file,
			   enum camipc_chunk_type type, uint64_t time,
			   const struct camipc_chunk_part *parts, size_t n)
{
	pthread_mutex_lock(&file->lock);
	put_chunk(file, type, time, parts, n);
	pthread_mutex_unlock(&file->lock);
}

static int refuse_file(const char *path, int error, const char *what)
{
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: cannot record: %s", path,
		   what ? what : camipc_errno_to_string(error));
	return error;
}

static int open_file(const char *path, bool replace)
{
	const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
			  O_NONBLOCK | (replace ? 0 : O_EXCL);
	struct stat st;
	int fd = open(path, flags, 0600);

	if (fd < 0 && errno == EEXIST)
		return refuse_file(path, -EEXIST, "the file exists");
	if (fd < 0)
		return refuse_file(path, -errno, NULL);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return refuse_file(path, -EINVAL, "it is not a regular file");
	}
	if (ftruncate(fd, 0) < 0) {
		const int error = -errno;

		close(fd);
		return refuse_file(path, error, NULL);
	}
	return fd;
}

int camipc_chunk_file_open(struct camipc_chunk_file *file, const char *path,
			   bool replace)
{
	uint8_t header[CAMIPC_RECORDING_HEADER_SIZE] = { 0 };
	struct iovec part = { .iov_base = header, .iov_len = sizeof(header) };
	int ret;

	memset(file, 0, sizeof(*file));
	file->path = strdup(path);
	if (!file->path)
		return -ENOMEM;
	file->fd = open_file(path, replace);
	if (file->fd < 0) {
		free(file->path);
		return file->fd;
	}
	pthread_mutex_init(&file->lock, NULL);
	memcpy(header, CAMIPC_RECORDING_MAGIC, 8);
	camipc_put_le(header + 8, CAMIPC_RECORDING_VERSION, 4);
	camipc_put_le(header + 16, camipc_crc32c(0, header, 16), 4);
	ret = write_all(file->fd, &part, 1);
	file->size = sizeof(header);
	if (ret < 0) {
		file->size = 0;
		stop_writing(file, ret);
		camipc_chunk_file_close(file);
	}
	return ret;
}

/** Writes the entries of @n chunks from @first on. */
static void put_index(struct camipc_chunk_file *file, size_t first, size_t n)
{
	Camipc__Recording__Index index = CAMIPC__RECORDING__INDEX__INIT;
	struct camipc_chunk_part part;
	uint8_t *bytes;

	index.n_offset = n;
	index.offset = file->offsets + first;
	index.n_time = n;
	index.time = file->times + first;
	index.n_type = n;
	index.type = file->types + first;
	part.size = camipc__recording__index__get_packed_size(&index);
	bytes = malloc(part.size + 1);
	if (!bytes)
		return;
	camipc__recording__index__pack(&index, bytes);
	part.data = bytes;
	put_chunk(file, CAMIPC_CHUNK_INDEX, file->times[first], &part, 1);
	free(bytes);
}

/** Writes all index chunks, and the end: where the first of them is. */
static void put_end(struct camipc_chunk_file *file)
{
	const size_t n = file->number;
	const uint64_t index_at = file->size;
	uint8_t end[16];
	const struct camipc_chunk_part part = { end, sizeof(end) };

	for (size_t i = 0; i < n; i += INDEX_ENTRIES)
		put_index(file, i, n - i < INDEX_ENTRIES ? n - i
							 : INDEX_ENTRIES);
	camipc_put_le(end, index_at, 8);
	camipc_put_le(end + 8, n, 8);
	put_chunk(file, CAMIPC_CHUNK_END, 0, &part, 1);
}

int camipc_chunk_file_close(struct camipc_chunk_file *file)
{
	int error;

	pthread_mutex_lock(&file->lock);
	if (file->size > 0)
		put_end(file);
	pthread_mutex_unlock(&file->lock);
	error = atomic_load(&file->error);
	close(file->fd);
	free(file->offsets);
	free(file->times);
	free(file->types);
	free(file->path);
	pthread_mutex_destroy(&file->lock);
	return error;
}
