/* SPDX-License-Identifier: MIT */
/* The names of a set of flags, from its generated table. */
#include <camipc/type_info.h>

#include <errno.h>
#include <stdio.h>

int camipc_flags_to_string(const struct camipc_type_info *info, uint32_t flags,
			   char *buffer, size_t size)
{
	uint32_t left = flags;
	size_t len = 0;
	int n;

	if (size > 0)
		buffer[0] = '\0';
	for (uint32_t i = 0; i < info->n_enumerators; i++) {
		uint32_t flag = (uint32_t)info->enumerators[i].value;

		/* Skips names of combinations: their flags were written
		 * already. */
		if (flag == 0 || (flags & flag) != flag || !(left & flag))
			continue;
		left &= ~flag;
		n = snprintf(buffer + len, size - len, "%s%s", len ? "|" : "",
			     info->enumerators[i].name);
		if (n < 0 || (size_t)n >= size - len)
			return -ENOSPC;
		len += (size_t)n;
	}
	if (left || !len) {
		n = snprintf(buffer + len, size - len,
			     left ? "%s0x%x" : "%s%u", len ? "|" : "", left);
		if (n < 0 || (size_t)n >= size - len)
			return -ENOSPC;
		len += (size_t)n;
	}
	return (int)len;
}
