/* SPDX-License-Identifier: MIT */
/* Lets one wake-up do for several calls: camipc_proxy_cork(). */
#include "note.h"
#include "scope.h"
#include "send.h"

int camipc_proxy_cork(struct camipc_proxy *proxy)
{
	CAMIPC_SCOPE(scope);
	int ret = camipc_scope_enter(&scope, proxy, __func__);

	if (ret < 0)
		return ret;
	proxy->is_corked = true;
	camipc_proxy_note(proxy, 0, CAMIPC_REASON_NONE, NULL);
	camipc_scope_leave(&scope);
	return 0;
}

int camipc_proxy_uncork(struct camipc_proxy *proxy)
{
	CAMIPC_SCOPE(scope);
	int ret = camipc_scope_enter(&scope, proxy, __func__);

	if (ret < 0)
		return ret;
	proxy->is_corked = false;
	camipc_proxy_wake(proxy);
	camipc_proxy_note(proxy, 0, CAMIPC_REASON_NONE, NULL);
	camipc_scope_leave(&scope);
	return 0;
}
