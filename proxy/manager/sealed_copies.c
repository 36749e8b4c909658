/* SPDX-License-Identifier: MIT */
/* Keeps the copies that were used last, by device, inode, size and times. */
#include "sealed_copies.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "module_hash.h"

/*
 * Times of files are as coarse as the kernel's tick, and some file systems count
 * seconds. A file that was changed just now can be changed again without a new
 * time: its copy is not kept. In seconds.
 */
#define SETTLING_TIME 2

void camipc_sealed_copies_init(struct camipc_sealed_copies *copies)
{
	memset(copies, 0, sizeof(*copies));
	pthread_mutex_init(&copies->lock, NULL);
}

void camipc_sealed_copies_fini(struct camipc_sealed_copies *copies)
{
	for (size_t i = 0; i < CAMIPC_MAX_SEALED_COPIES; i++) {
		if (copies->entries[i].last_use > 0)
			close(copies->entries[i].copy.fd);
	}
	pthread_mutex_destroy(&copies->lock);
}

/** Returns false if the state cannot be found out. */
static bool read_state(int fd, struct camipc_file_state *ret_state)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return false;
	*ret_state = (struct camipc_file_state){
		.device = status.st_dev,
		.inode = status.st_ino,
		.size = status.st_size,
		.modified = status.st_mtim,
		.changed = status.st_ctim,
	};
	return true;
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool is_same_state(const struct camipc_file_state *a,
			  const struct camipc_file_state *b)
{
	return a->device == b->device && a->inode == b->inode &&
	       a->size == b->size && is_same_time(&a->modified, &b->modified) &&
	       is_same_time(&a->changed, &b->changed);
}

/** Nobody but root can set the time of a file's last change. */
static bool is_settled(const struct camipc_file_state *state)
{
	struct timespec now;

	return clock_gettime(CLOCK_REALTIME, &now) == 0 &&
	       now.tv_sec - state->changed.tv_sec > SETTLING_TIME;
}

/** Returns 1 if @file has a copy that was kept; else 0. */
static int take_kept(struct camipc_sealed_copies *copies,
		     const struct camipc_file_state *state,
		     struct camipc_module_file *file,
		     struct camipc_module_hashes *ret_hashes)
{
	int found = 0;

	pthread_mutex_lock(&copies->lock);
	for (size_t i = 0; i < CAMIPC_MAX_SEALED_COPIES && !found; i++) {
		struct camipc_sealed_copy *entry = &copies->entries[i];

		if (entry->last_use == 0 ||
		    !is_same_state(&entry->state, state))
			continue;
		found = camipc_module_file_use_copy(file, &entry->copy) == 0;
		if (!found)
			break;
		*ret_hashes = entry->hashes;
		entry->last_use = ++copies->n_uses;
	}
	pthread_mutex_unlock(&copies->lock);
	return found;
}

/** Without a descriptor for it, the copy is made again next time. */
static void keep(struct camipc_sealed_copies *copies,
		 const struct camipc_file_state *state,
		 const struct camipc_module_copy *copy,
		 const struct camipc_module_hashes *hashes)
{
	const int fd = fcntl(copy->fd, F_DUPFD_CLOEXEC, 0);
	struct camipc_sealed_copy *entry = &copies->entries[0];

	if (fd < 0)
		return;
	pthread_mutex_lock(&copies->lock);
	for (size_t i = 1; i < CAMIPC_MAX_SEALED_COPIES; i++) {
		if (copies->entries[i].last_use < entry->last_use)
			entry = &copies->entries[i];
	}
	if (entry->last_use > 0)
		close(entry->copy.fd);
	*entry = (struct camipc_sealed_copy){
		.state = *state,
		.copy = *copy,
		.hashes = *hashes,
		.last_use = ++copies->n_uses,
	};
	entry->copy.fd = fd;
	pthread_mutex_unlock(&copies->lock);
}

static void hash_block(void *user, const uint8_t *data, size_t size)
{
	camipc_hash_add(user, data, size);
}

/** The file's own hash is made of the bytes that the copy is made of. */
static int seal(struct camipc_module_file *file,
		struct camipc_module_hashes *hashes, char *why)
{
	struct camipc_copy_observer observer = { .take = hash_block };
	struct camipc_hash *hash;
	int end;
	int ret = camipc_hash_begin(&hash);

	if (ret < 0)
		return ret;
	observer.user = hash;
	ret = camipc_module_file_seal(file, &observer, why);
	end = camipc_hash_end(hash, hashes->file);
	if (ret == 0)
		ret = end;
	if (ret == 0)
		ret = camipc_module_hash(file->copy.fd, hashes->content, why);
	return ret;
}

int camipc_sealed_copies_take(struct camipc_sealed_copies *copies,
			      struct camipc_module_file *file,
			      struct camipc_module_hashes *ret_hashes,
			      char *why)
{
	struct camipc_file_state before = { .size = 0 };
	struct camipc_file_state after;
	struct camipc_module_hashes hashes;
	const bool has_state = copies && read_state(file->fd, &before);
	int ret;

	camipc_module_file_unseal(file); /* nobody saw an earlier copy made */
	if (has_state && take_kept(copies, &before, file, ret_hashes))
		return 0;
	ret = seal(file, &hashes, why);
	if (ret < 0) {
		camipc_module_file_unseal(file);
		return ret;
	}
	if (has_state && is_settled(&before) && read_state(file->fd, &after) &&
	    is_same_state(&before, &after))
		keep(copies, &before, &file->copy, &hashes);
	*ret_hashes = hashes;
	return 0;
}
