/* SPDX-License-Identifier: MIT */
/* The policy of the manager, and what a pipeline handler may override. */
#include "module_policy.h"

#include <errno.h>
#include <stdio.h>

#include <camipc/log.h>

#include "ipa_link.h"

#define TOPIC "manager"

/* Stands behind each reason why a module runs in a process. */
#define NO_SANDBOX "; no sandbox"

void camipc_module_policy_decide(const struct camipc_module_policy *policy,
				 struct camipc_module_found *found)
{
	const char *trust = camipc_trust_in(&policy->trust, found->path);

	found->trusted = trust;
	if (trust && !policy->isolate_all) {
		found->isolation = "thread";
		snprintf(found->why, sizeof(found->why), "in a thread: %s",
			 trust);
		return;
	}
	found->isolation = "process";
	snprintf(found->why, sizeof(found->why), "in a process: %s" NO_SANDBOX,
		 trust ? "the host isolates every module" :
			 "not on the trusted list");
}

int camipc_module_policy_request(const struct camipc_module_policy *policy,
				 const struct camipc_proxy_factory *factory,
				 struct camipc_module_found *found)
{
	if (factory->runs_here && policy->isolate_all) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: isolation \"%s\" refused: the host isolates "
			   "every module",
			   found->path, factory->name);
		return -EPERM;
	}
	found->isolation = factory->name;
	/* Requesting it in the host's own process means trusting it. */
	if (factory->runs_here)
		found->trusted = true;
	snprintf(found->why, sizeof(found->why),
		 "isolation \"%.32s\": requested by the pipeline%s",
		 factory->name,
		 factory->runs_here ? ", which thereby trusts it" :
				      NO_SANDBOX);
	return 0;
}
