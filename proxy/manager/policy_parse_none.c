/* SPDX-License-Identifier: MIT */
/* A build without libyaml: it refuses policy files instead of ignoring them. */
#include "policy_parse.h"

#include <errno.h>

#include <camipc/log.h>

bool camipc_policy_can_parse(void)
{
	return false;
}

int camipc_policy_parse(struct camipc_policy *policy,
			enum camipc_policy_layer layer, const char *path,
			const char *text, size_t size)
{
	(void)policy;
	(void)layer;
	(void)text;
	(void)size;
	camipc_log(CAMIPC_LOG_ERROR, "manager",
		   "%s: this build of camipc has no libyaml and cannot obey "
		   "policies",
		   path);
	return -ENOSYS;
}
