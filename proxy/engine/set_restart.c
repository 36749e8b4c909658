/* SPDX-License-Identifier: MIT */
/* The public functions of restarts: takes a policy, and begins a reload. */
#include <errno.h>
#include <string.h>

#include "note.h"
#include "reload_step.h"
#include "scope.h"
#include "settle.h"
#include "spare.h"
#include "struct_size.h"

static int check_policy(const struct camipc_restart_policy *policy)
{
	static const struct camipc_struct_rule rule = CAMIPC_STRUCT_RULE(
		"camipc_proxy_set_restart", struct camipc_restart_policy,
		spare);
	int ret = camipc_struct_check(&rule, policy);

	if (ret < 0)
		return ret;
	if (policy->max_restarts == 0 ||
	    policy->max_restarts > CAMIPC_MAX_RESTARTS ||
	    policy->window_ms == 0 || policy->spare > 1)
		return -EINVAL;
	return 0;
}

/** Ends happened under another policy: they do not count. */
static void use(struct camipc_proxy *proxy,
		const struct camipc_restart_policy *policy)
{
	struct camipc_restart *restart = &proxy->restart;

	memset(&restart->policy, 0, sizeof(restart->policy));
	memcpy(&restart->policy, policy, sizeof(restart->policy));
	restart->n_failures = 0;
	camipc_outbox_keep(&proxy->courier.outbox, true);
	if (!policy->spare)
		camipc_spare_drop(proxy);
	/* A dispatch starts it. */
	camipc_proxy_settle(proxy);
}

static int turn_off(struct camipc_proxy *proxy)
{
	if (proxy->restart.phase != CAMIPC_RESTART_NONE || proxy->reload)
		return -EBUSY;
	memset(&proxy->restart.policy, 0, sizeof(proxy->restart.policy));
	camipc_spare_drop(proxy);
	camipc_outbox_keep(&proxy->courier.outbox, false);
	camipc_journal_fini(&proxy->restart.journal);
	return 0;
}

static int set_restart(struct camipc_proxy *proxy,
		       const struct camipc_restart_policy *policy)
{
	int ret;

	if (!policy)
		return turn_off(proxy);
	ret = check_policy(policy);
	if (ret < 0)
		return ret;
	if (!proxy->origin->factory->begin)
		return -EOPNOTSUPP;
	if (camipc_proxy_is_dead(proxy))
		return -EPIPE;
	/* No journal has the calls that were made before. */
	if (!camipc_restart_is_on(&proxy->restart) &&
	    camipc_proxy_was_called(proxy))
		return -EBUSY;
	ret = camipc_restart_prepare(&proxy->restart);
	if (ret == 0)
		use(proxy, policy);
	return ret;
}

int camipc_proxy_set_restart(struct camipc_proxy *proxy,
			     const struct camipc_restart_policy *policy)
{
	CAMIPC_SCOPE(scope);
	int ret = camipc_scope_enter(&scope, proxy, __func__);

	if (ret < 0)
		return ret;
	ret = set_restart(proxy, policy);
	camipc_proxy_note(proxy, ret,
			  ret == -EINVAL || ret == -E2BIG ?
				  CAMIPC_REASON_BAD_ARGUMENT :
				  CAMIPC_REASON_NONE,
			  NULL);
	camipc_scope_leave(&scope);
	return ret;
}

/* ---- reload -------------------------------------------------------------- */

static int begin_reload(struct camipc_proxy *proxy,
		  void (*done)(void *user, int ret), void *user)
{
	int ret;

	if (!proxy->origin->factory->begin)
		return -EOPNOTSUPP;
	if (camipc_proxy_is_dead(proxy))
		return -EPIPE;
	if (!camipc_restart_is_on(&proxy->restart))
		return -EINVAL;
	if (proxy->restart.phase != CAMIPC_RESTART_NONE)
		return -EBUSY;
	if (proxy->reload)
		return -EALREADY;
	ret = camipc_reload_begin(proxy, done, user);
	if (ret == 0)
		camipc_proxy_settle(proxy);
	return ret;
}

int camipc_proxy_reload(struct camipc_proxy *proxy,
			void (*done)(void *user, int ret), void *user)
{
	CAMIPC_SCOPE(scope);
	int ret = camipc_scope_enter(&scope, proxy, __func__);

	if (ret < 0)
		return ret;
	ret = begin_reload(proxy, done, user);
	camipc_proxy_note(proxy, ret,
			  ret == -EINVAL ? CAMIPC_REASON_BAD_STATE :
					   CAMIPC_REASON_NONE,
			  NULL);
	camipc_scope_leave(&scope);
	return ret;
}
