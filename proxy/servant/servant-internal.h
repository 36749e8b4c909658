/* SPDX-License-Identifier: MIT */
/* What the two files of the servant share. */
#ifndef CAMIPC_PROXY_SERVANT_INTERNAL_H
#define CAMIPC_PROXY_SERVANT_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "courier.h"
#include "servant.h"
#include "sources.h"
#include "span_batch.h"

struct camipc_servant {
	struct camipc_host host; /* first: the module has its address */
	struct camipc_servant_params params;
	char *argument; /* owned; what @host points to */
	void *ipa;
	struct camipc_record *running; /* the call whose op is running */
	bool op_failed; /* the module said so of the running op */
	struct camipc_span_batch spans; /* not sent yet */
	struct camipc_sources sources;
	bool has_thread; /* the op thread exists: hooks were called */
	void (*thread_started)(void *user);
	void (*thread_ending)(void *user);
	void *hooks_user;
	void (*answered)(void *user, uint32_t method);
	void *answered_user;
	void *context; /* of external types; NULL: none */
	bool created; /* create() has returned */
	bool *knows_event; /* per row: the other side serves it */
	atomic_uint epoch;
	atomic_uint credited; /* as courier.outbox.consumed */
	atomic_bool behind; /* the courier keeps something sendable */

	pthread_mutex_t lock; /* protects the members below */
	bool open; /* events may be sent */
	uint32_t refused; /* events, for lack of credit */
	uint32_t refused_reported; /* of them, to the other side */
	struct camipc_courier courier; /* sends events, receives async calls */
};

static inline struct camipc_servant *
camipc_servant_of(struct camipc_host *host)
{
	return (struct camipc_servant *)(void *)host;
}

static inline const struct camipc_interface *
camipc_servant_interface(const struct camipc_servant *servant)
{
	return servant->params.entry->descriptor;
}

/** Functions of the courier's sender; @user is the servant. */
int camipc_servant_send_record(void *user, struct camipc_record *record);
void camipc_servant_lose_record(void *user, struct camipc_record *record,
				int error);

/** Functions of struct camipc_host, which a module may call. */
int camipc_servant_emit(struct camipc_host *host, uint32_t id,
			const void *args);
void *camipc_servant_alloc(struct camipc_host *host, size_t n, size_t size);
void camipc_servant_log(struct camipc_host *host, enum camipc_log_level level,
			const char *text);
void camipc_servant_fail_op(struct camipc_host *host);

/** Sets the functions of struct camipc_host that servant_host.c defines. */
void camipc_servant_fill_host(struct camipc_host *host);

#endif /* CAMIPC_PROXY_SERVANT_INTERNAL_H */
