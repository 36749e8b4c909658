/* SPDX-License-Identifier: MIT */
/* Sets the context of external types: camipc_proxy_set_context(). */
#include <errno.h>

#include "note.h"
#include "scope.h"

int camipc_proxy_set_context(struct camipc_proxy *proxy, void *context)
{
	CAMIPC_SCOPE(scope);
	int ret = camipc_scope_enter(&scope, proxy, __func__);

	if (ret < 0)
		return ret;
	if (camipc_proxy_was_called(proxy)) {
		ret = -EBUSY;
	} else {
		proxy->tap.context = context;
		proxy->restart.journal.context = context;
	}
	camipc_proxy_note(proxy, ret, CAMIPC_REASON_NONE, NULL);
	camipc_scope_leave(&scope);
	return ret;
}
