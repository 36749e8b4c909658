/* SPDX-License-Identifier: MIT */
/* Answers which layers of the sandbox an IPA has: camipc_proxy_get_sandbox(). */
#include <camipc/sandbox.h>

#include <errno.h>
#include <string.h>

#include "proxy.h"
#include "scope.h"
#include "struct_size.h"

/** An IPA in this process has what this process has. */
static void describe_thread(struct camipc_sandbox *all)
{
	all->mode = CAMIPC_SANDBOX_OFF;
	for (unsigned int i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++)
		all->layers[i] = (struct camipc_layer_report){
			.state = CAMIPC_LAYER_OFF,
			.why = "the module runs in the camera process",
		};
}

int camipc_proxy_get_sandbox(const struct camipc_proxy *proxy,
			     struct camipc_sandbox *ret_sandbox)
{
	static const struct camipc_struct_rule rule = CAMIPC_STRUCT_RULE(
		"camipc_proxy_get_sandbox", struct camipc_sandbox, layers);
	struct camipc_sandbox all = { .n_layers = CAMIPC_N_SANDBOX_LAYERS };
	CAMIPC_SCOPE(scope);
	int ret = camipc_struct_check_result(&rule, ret_sandbox);

	if (ret < 0)
		return ret;
	ret = camipc_scope_enter(&scope, (struct camipc_proxy *)proxy,
				 __func__);
	if (ret < 0)
		return ret;
	all.size = ret_sandbox->size < sizeof(all) ? ret_sandbox->size :
						     sizeof(all);
	if (proxy->link->ops->get_sandbox)
		proxy->link->ops->get_sandbox(proxy->link, &all);
	else
		describe_thread(&all);
	memcpy(ret_sandbox, &all, all.size);
	camipc_scope_leave(&scope);
	return 0;
}
