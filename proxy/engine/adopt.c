/* SPDX-License-Identifier: MIT */
/* Changes who uses a proxy: camipc_proxy_adopt() and camipc_proxy_destroy(). */
#include "scope.h"

int camipc_proxy_adopt(struct camipc_proxy *proxy)
{
	CAMIPC_SCOPE(scope);
	int ret = camipc_scope_adopt(&scope, proxy);

	if (ret < 0)
		return ret;
	/* Links in this process share the records with the IPA's thread. */
	if (!proxy->origin->factory->runs_here)
		camipc_record_pool_own(proxy->pool);
	camipc_scope_leave(&scope);
	return 0;
}

void camipc_proxy_destroy(struct camipc_proxy *proxy)
{
	CAMIPC_SCOPE(scope);

	if (proxy && camipc_scope_enter_to_end(&scope, proxy))
		camipc_scope_leave(&scope);
}
