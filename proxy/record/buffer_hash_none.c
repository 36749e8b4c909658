/* SPDX-License-Identifier: MIT */
/* No hashes: a build without libcrypto. */
#include <errno.h>

#include "buffer_hash.h"

bool camipc_buffer_hash_is_available(void)
{
	return false;
}

int camipc_buffer_hash(const void *data, size_t size, uint8_t hash[32])
{
	(void)data;
	(void)size;
	(void)hash;
	return -EOPNOTSUPP;
}
