/* SPDX-License-Identifier: MIT */
/* Compares the size that a caller has set with the sizes that can be. */
#include "struct_size.h"

#include <errno.h>
#include <string.h>

#include <camipc/log.h>

#define STRUCT_SIZE_TOPIC "api"

static uint32_t size_of(const void *object)
{
	uint32_t size;

	memcpy(&size, object, sizeof(size));
	return size;
}

int camipc_struct_check_result(const struct camipc_struct_rule *rule,
			       const void *object)
{
	const uint32_t size = size_of(object);

	if (size >= rule->oldest)
		return 0;
	camipc_log(CAMIPC_LOG_ERROR, STRUCT_SIZE_TOPIC,
		   "%s(): the size of %s is %u, expected at least %zu: set its "
		   "member size to sizeof(%s)",
		   rule->function, rule->name, size, rule->oldest, rule->name);
	return -EINVAL;
}

int camipc_struct_check(const struct camipc_struct_rule *rule,
			const void *object)
{
	const uint8_t *bytes = object;
	const uint32_t size = size_of(object);
	int ret = camipc_struct_check_result(rule, object);

	for (size_t i = rule->known; ret == 0 && i < size; i++) {
		if (bytes[i] != 0)
			ret = -E2BIG;
	}
	if (ret == -E2BIG)
		camipc_log(CAMIPC_LOG_ERROR, STRUCT_SIZE_TOPIC,
			   "%s(): the size of %s is %u, and this version knows "
			   "the first %zu bytes: the others must be 0",
			   rule->function, rule->name, size, rule->known);
	return ret;
}
