/* SPDX-License-Identifier: MIT */
/* Collects public keys from lists and from a folder that only root can change. */
#include "key_ring.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>

#include "pinned_path.h"

static struct camipc_key *find_key(const struct camipc_key_ring *ring,
				   const uint8_t *id)
{
	for (size_t i = 0; i < ring->n; i++) {
		if (memcmp(ring->keys[i].id, id, sizeof(ring->keys[i].id)) == 0)
			return &ring->keys[i];
	}
	return NULL;
}

int camipc_key_ring_add(struct camipc_key_ring *ring, const uint8_t *key,
			bool is_revoked)
{
	struct camipc_key added = { .is_revoked = is_revoked };
	struct camipc_key *known;
	struct camipc_key *keys;
	int ret = camipc_key_id(key, added.id);

	if (ret < 0)
		return ret;
	known = find_key(ring, added.id);
	if (known) {
		known->is_revoked |= is_revoked;
		return 0;
	}
	if (ring->n == CAMIPC_MAX_KEYS)
		return -E2BIG;
	keys = realloc(ring->keys, (ring->n + 1) * sizeof(*keys));
	if (!keys)
		return -ENOMEM;
	memcpy(added.bytes, key, sizeof(added.bytes));
	ring->keys = keys;
	keys[ring->n++] = added;
	return 0;
}

/* ---- the folder ---------------------------------------------------------- */

static int key_failed(char *why, const char *path, int error, const char *what)
{
	snprintf(why, CAMIPC_RING_WHY_SIZE, "%.200s: %s", path, what);
	return error;
}

static int key_failed_errno(char *why, const char *path, int error)
{
	return key_failed(why, path, error, camipc_errno_to_string(error));
}

/** Only root, and @user, may have a say about who is trusted. */
static int check_path(const char *path, uid_t user, char *why)
{
	char reason[CAMIPC_PINNED_WHY_SIZE];
	struct stat status;
	int ret = camipc_pinned_path_check(path, user, &status, reason);

	return ret < 0 ? key_failed(why, path, ret, reason) : 0;
}

static int read_key_file(const char *path, uint8_t *key, char *why)
{
	char text[CAMIPC_MAX_KEY_FILE_SIZE];
	char reason[CAMIPC_KEY_WHY_SIZE];
	const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	size_t size;
	int ret;

	if (fd < 0)
		return key_failed_errno(why, path, -errno);
	ret = camipc_key_file_read(fd, text, &size, reason);
	close(fd);
	if (ret == 0)
		ret = camipc_public_key_parse(text, size, key, reason);
	return ret < 0 ? key_failed(why, path, ret, reason) : 0;
}

static bool ends_with(const char *name, const char *ending)
{
	const size_t size = strlen(name);
	const size_t ending_size = strlen(ending);

	return size > ending_size && name[0] != '.' &&
	       strcmp(name + size - ending_size, ending) == 0;
}

static int add_file(struct camipc_key_ring *ring, const char *folder,
		    const char *name, uid_t user, char *why)
{
	const bool is_revoked = ends_with(name, ".revoked");
	uint8_t key[CAMIPC_KEY_SIZE];
	char path[PATH_MAX];
	int ret;

	if (!is_revoked && !ends_with(name, ".pub"))
		return 0;
	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >=
	    (int)sizeof(path))
		return key_failed_errno(why, folder, -ENAMETOOLONG);
	ret = check_path(path, user, why);
	if (ret == 0)
		ret = read_key_file(path, key, why);
	if (ret < 0)
		return ret;
	ret = camipc_key_ring_add(ring, key, is_revoked);
	if (ret == -ENOSYS)
		return key_failed(why, path, ret,
				  "this build of camipc has no libcrypto and "
				  "cannot check signatures");
	if (ret == -E2BIG)
		return key_failed(why, path, ret, "too many keys");
	return ret < 0 ? key_failed_errno(why, path, ret) : 0;
}

int camipc_key_ring_add_folder(struct camipc_key_ring *ring, const char *folder,
			       uid_t user, char *why)
{
	struct dirent *entry;
	DIR *dir = opendir(folder);
	int ret;

	if (!dir)
		return errno == ENOENT ? 0
				       : key_failed_errno(why, folder, -errno);
	ret = check_path(folder, user, why);
	errno = 0;
	while (ret == 0 && (entry = readdir(dir))) {
		ret = add_file(ring, folder, entry->d_name, user, why);
		errno = 0;
	}
	if (ret == 0 && errno != 0)
		ret = key_failed_errno(why, folder, -errno);
	closedir(dir);
	return ret;
}

const struct camipc_key *camipc_key_ring_find(const struct camipc_key_ring *ring,
					      const uint8_t *id)
{
	return find_key(ring, id);
}

void camipc_key_ring_fini(struct camipc_key_ring *ring)
{
	free(ring->keys);
	*ring = (struct camipc_key_ring){ .n = 0 };
}
