/* SPDX-License-Identifier: MIT */
/* Copies what is loaded of a file into a memfd, block by block, and seals it. */
#include "module_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <camipc/error.h>

#include "file_limit.h"
#include "module_info.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

#define BLOCK_SIZE 16384

/* An odd number without structure: each product spreads all lower bits. */
#define FACTOR UINT64_C(0x9e3779b97f4a7c15)

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

static int copy_failed(char *why, int error, const char *what)
{
	snprintf(why, CAMIPC_MODULE_WHY_SIZE, "cannot be copied: %s: %s", what,
		 camipc_errno_to_string(error));
	return error;
}

/** Mapping code from it stays allowed; only exec() is not. */
static int make_memfd(void)
{
	int fd = memfd_create("camipc-module", MFD_CLOEXEC | MFD_NOEXEC_SEAL);

	/* Kernels before 6.3 do not know the flag. */
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("camipc-module",
				  MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd;
}

static void add_to_sum(uint64_t *sum, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
		const size_t left = size - i;
		uint64_t word = 0;

		memcpy(&word, data + i,
		       left < sizeof(word) ? left : sizeof(word));
		*sum = (*sum ^ word) * FACTOR;
		*sum ^= *sum >> 29;
	}
}

static int write_all(int fd, uint64_t offset, const uint8_t *data, size_t size)
{
	while (size > 0) {
		const ssize_t n = pwrite(fd, data, size, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		offset += (uint64_t)n;
		size -= (size_t)n;
	}
	return 0;
}

/** A block of the file, at @offset. */
struct block {
	uint64_t offset;
	size_t size;
	uint8_t data[BLOCK_SIZE];
};

/** Writes the bytes that the block shares with the content. */
static int write_content(const struct camipc_module_copy *copy,
			 const struct block *block)
{
	const uint64_t block_end = block->offset + block->size;
	int ret = 0;

	for (uint32_t i = 0; i < copy->content.n_pieces && ret == 0; i++) {
		const struct camipc_content_piece *piece =
			&copy->content.pieces[i];
		const uint64_t piece_end = piece->offset + piece->size;
		const uint64_t first = piece->offset > block->offset ?
					       piece->offset :
					       block->offset;
		const uint64_t end = piece_end < block_end ? piece_end :
							     block_end;

		if (first < end)
			ret = write_all(copy->fd, first,
					block->data + (first - block->offset),
					(size_t)(end - first));
	}
	return ret;
}

/** Reads up to one block. Returns its size, 0 at the end, or an error. */
static ssize_t read_block(int from, struct block *block)
{
	ssize_t n;

	do {
		n = pread(from, block->data, sizeof(block->data),
			  (off_t)block->offset);
	} while (n < 0 && errno == EINTR);
	block->size = n > 0 ? (size_t)n : 0;
	return n < 0 ? -errno : n;
}

/** Each byte is read once: the observer sees what the copy gets. */
static int copy_blocks(int from, const struct camipc_copy_observer *observer,
		       const struct camipc_module_copy *copy, char *why)
{
	struct block block = { .offset = 0 };
	ssize_t n = read_block(from, &block);

	while (n > 0 && block.offset <= CAMIPC_MAX_MODULE_SIZE) {
		int ret;

		if (observer)
			observer->take(observer->user, block.data, block.size);
		camipc_module_content_mask(&copy->content, block.offset,
					   block.data, block.size);
		ret = write_content(copy, &block);
		if (ret < 0)
			return copy_failed(why, ret, "write");
		block.offset += block.size;
		n = read_block(from, &block);
	}
	if (n < 0)
		return copy_failed(why, (int)n, "read");
	if (block.offset != copy->content.file_size)
		return copy_failed(why, -ESTALE, "its size changed");
	return 0;
}

static bool is_same(const struct camipc_module_content *a,
		    const struct camipc_module_content *b)
{
	bool same = a->file_size == b->file_size && a->n_pieces == b->n_pieces &&
		    a->is_64_bit == b->is_64_bit &&
		    a->is_big_endian == b->is_big_endian;

	for (uint32_t i = 0; i < a->n_pieces && same; i++)
		same = a->pieces[i].offset == b->pieces[i].offset &&
		       a->pieces[i].size == b->pieces[i].size;
	return same;
}

static int add_content(void *user, uint64_t offset, const uint8_t *data,
		       size_t size)
{
	uint64_t *sum = user;

	*sum = (*sum ^ offset) * FACTOR;
	add_to_sum(sum, data, size);
	return 0;
}

/**
 * The headers were read once to know what to copy, and once to copy them. If
 * they changed in between, the copy lacks something that they mention.
 */
static int check_copy(struct camipc_module_copy *copy, char *why)
{
	struct camipc_module_content content;
	int ret = camipc_module_content_find(copy->fd, &content, why);

	if (ret < 0 || !is_same(&content, &copy->content))
		return copy_failed(why, -ESTALE, "it changed");
	return camipc_module_content_walk(&content, copy->fd, add_content,
					  &copy->sum, why);
}

static int fill(int from, const struct camipc_copy_observer *observer,
		struct camipc_module_copy *copy, char *why)
{
	int ret = camipc_module_content_find(from, &copy->content, why);

	if (ret < 0)
		return ret;
	if (camipc_check_file_size((size_t)copy->content.file_size) < 0 ||
	    ftruncate(copy->fd, (off_t)copy->content.file_size) < 0)
		return copy_failed(why, -errno, "ftruncate");
	ret = copy_blocks(from, observer, copy, why);
	if (ret < 0)
		return ret;
	if (fcntl(copy->fd, F_ADD_SEALS, SEALS) < 0)
		return copy_failed(why, -errno, "sealing");
	return check_copy(copy, why);
}

int camipc_module_copy_make(int fd, const struct camipc_copy_observer *observer,
			    struct camipc_module_copy *ret_copy, char *why)
{
	struct camipc_module_copy copy = { .fd = make_memfd() };
	int ret;

	if (copy.fd < 0)
		return copy_failed(why, -errno, "memfd_create");
	ret = fill(fd, observer, &copy, why);
	if (ret < 0) {
		close(copy.fd);
		return ret;
	}
	*ret_copy = copy;
	return 0;
}
