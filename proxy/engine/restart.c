/* SPDX-License-Identifier: MIT */
/* Counts ends of workers against a policy, and keeps notices for the host. */
#include "restart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "deadline.h"

void camipc_restart_init(struct camipc_restart *restart,
			 const struct camipc_interface *interface,
			 struct camipc_record_pool *pool)
{
	memset(restart, 0, sizeof(*restart));
	camipc_journal_init(&restart->journal, interface, pool);
}

void camipc_notice_free(struct camipc_notice *notice)
{
	if (!notice)
		return;
	if (notice->link)
		notice->link->ops->destroy(notice->link);
	camipc_record_release(notice->results);
	free(notice);
}

void camipc_restart_fini(struct camipc_restart *restart)
{
	struct camipc_notice *notice;

	if (restart->spare.link)
		restart->spare.link->ops->destroy(restart->spare.link);
	while ((notice = camipc_restart_take_notice(restart)))
		camipc_notice_free(notice);
	camipc_notice_free(restart->current);
	camipc_notice_free(restart->ready);
	camipc_record_queue_clear(&restart->lost);
	if (restart->journal.interface)
		camipc_journal_fini(&restart->journal);
	memset(restart, 0, sizeof(*restart));
}

int camipc_restart_prepare(struct camipc_restart *restart)
{
	if (!restart->ready)
		restart->ready = calloc(1, sizeof(*restart->ready));
	return restart->ready ? 0 : -ENOMEM;
}

bool camipc_restart_allows(struct camipc_restart *restart, int64_t now)
{
	const uint32_t max = restart->policy.max_restarts;
	const int64_t window =
		(int64_t)restart->policy.window_ms * (int64_t)CAMIPC_NS_PER_MS;
	const uint32_t n = restart->n_failures++;
	int64_t *oldest = &restart->failures[n % max];
	const bool many = n >= max && now - *oldest < window;

	*oldest = now;
	return !many;
}

void camipc_restart_begin(struct camipc_restart *restart, int64_t now,
			  enum camipc_state target)
{
	restart->phase = CAMIPC_RESTART_DELAY;
	restart->target = target;
	restart->at = now;
	restart->delay_ms = CAMIPC_RESTART_DELAY_MS;
	restart->attempt = 0;
}

void camipc_restart_delay(struct camipc_restart *restart, int64_t now)
{
	restart->phase = CAMIPC_RESTART_DELAY;
	restart->at = now + (int64_t)restart->delay_ms * (int64_t)CAMIPC_NS_PER_MS;
	restart->delay_ms *= 2;
	if (restart->delay_ms > CAMIPC_MAX_RESTART_DELAY_MS)
		restart->delay_ms = CAMIPC_MAX_RESTART_DELAY_MS;
}

void camipc_restart_add_notice(struct camipc_restart *restart,
			       struct camipc_notice *notice, uint64_t order)
{
	struct camipc_notice **last = &restart->first;

	while (*last)
		last = &(*last)->next;
	notice->order = order;
	notice->next = NULL;
	*last = notice;
}

void camipc_restart_tell(struct camipc_restart *restart, uint64_t order)
{
	camipc_restart_add_notice(restart, restart->current, order);
	restart->current = NULL;
}

struct camipc_notice *camipc_restart_take_notice(struct camipc_restart *restart)
{
	struct camipc_notice *notice = restart->first;

	if (notice)
		restart->first = notice->next;
	return notice;
}
