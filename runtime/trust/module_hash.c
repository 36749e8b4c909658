/* SPDX-License-Identifier: MIT */
/* Hashes what the dynamic loader would map of a module. */
#include "module_hash.h"

#include <stdio.h>
#include <string.h>

#include <camipc/error.h>

#include "module_content.h"
#include "module_info.h"

/* So that the same bytes mean nothing else elsewhere. */
static const char hash_prefix[] = "camipc content 1\n";
static const char statement_prefix[] = "camipc module 1\n";

CAMIPC_STATIC_ASSERT(sizeof(statement_prefix) - 1 + CAMIPC_HASH_SIZE ==
			     CAMIPC_STATEMENT_SIZE,
		     "the statement has room");

static int add_block(void *user, uint64_t offset, const uint8_t *data,
		     size_t size)
{
	(void)offset; /* the program headers say where it is */
	camipc_hash_add(user, data, size);
	return 0;
}

int camipc_module_hash(int fd, uint8_t *digest, char *why)
{
	struct camipc_module_content content;
	struct camipc_hash *hash;
	int end;
	int ret = camipc_module_content_find(fd, &content, why);

	if (ret < 0)
		return ret;
	ret = camipc_hash_begin(&hash);
	if (ret < 0) {
		snprintf(why, CAMIPC_MODULE_WHY_SIZE, "cannot be hashed: %s",
			 camipc_errno_to_string(ret));
		return ret;
	}
	camipc_hash_add(hash, hash_prefix, sizeof(hash_prefix) - 1);
	ret = camipc_module_content_walk(&content, fd, add_block, hash, why);
	end = camipc_hash_end(hash, digest);
	if (ret == 0 && end < 0)
		snprintf(why, CAMIPC_MODULE_WHY_SIZE, "cannot be hashed: %s",
			 camipc_errno_to_string(end));
	return ret < 0 ? ret : end;
}

void camipc_content_statement(const uint8_t *hash,
			      uint8_t statement[CAMIPC_STATEMENT_SIZE])
{
	const size_t size = sizeof(statement_prefix) - 1;

	memcpy(statement, statement_prefix, size);
	memcpy(statement + size, hash, CAMIPC_HASH_SIZE);
}
