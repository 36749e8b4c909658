/* SPDX-License-Identifier: MIT */
/* Runs the ops of an IPA, and sends their results and the events it raises. */
#include "servant.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "courier.h"
#include "outputs.h"

#define TOPIC "servant"

/* Bytes that an op may allocate for outputs per byte of the largest message. */
#define ALLOC_FACTOR 4

struct camipc_servant {
	struct camipc_host host; /* first: the module has its address */
	struct camipc_servant_params params;
	char *argument; /* owned; what @host points to */
	void *ipa;
	struct camipc_record *running; /* the call whose op is running */
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

static struct camipc_servant *to_servant(struct camipc_host *host)
{
	return (struct camipc_servant *)(void *)host;
}

static const struct camipc_interface *
interface_of(const struct camipc_servant *servant)
{
	return servant->params.entry->descriptor;
}

/* ---- sending; all of it under the lock --------------------------------- */

static uint32_t count_refused(const struct camipc_servant *servant)
{
	return servant->refused + (uint32_t)servant->courier.outbox.dropped;
}

/** A reply's cookie names its call; other messages report refused events. */
static int send_record(void *user, struct camipc_record *record)
{
	struct camipc_servant *servant = user;
	struct camipc_header *header = &record->message.header;
	const bool reports = header->kind != CAMIPC_MESSAGE_REPLY;
	const uint32_t refused = count_refused(servant);
	int ret;

	if (reports)
		header->cookie = refused;
	ret = servant->params.send(servant->params.user, record);
	if (ret == 0 && reports)
		servant->refused_reported = refused;
	return ret;
}

static void lose_record(void *user, struct camipc_record *record, int error)
{
	(void)user;
	camipc_log(CAMIPC_LOG_WARNING, TOPIC,
		   "a message of kind %u was not sent: %s",
		   record->message.header.kind, camipc_errno_to_string(error));
	camipc_record_release(record);
}

static int flush_locked(struct camipc_servant *servant)
{
	int ret = 0;

	if (servant->open)
		ret = camipc_courier_flush(&servant->courier);
	atomic_store(&servant->behind,
		     camipc_courier_has_sendable(&servant->courier));
	return ret;
}

int camipc_servant_flush(struct camipc_servant *servant)
{
	int ret;

	pthread_mutex_lock(&servant->lock);
	servant->open = true;
	ret = flush_locked(servant);
	pthread_mutex_unlock(&servant->lock);
	return ret;
}

bool camipc_servant_has_backlog(struct camipc_servant *servant)
{
	bool has;

	pthread_mutex_lock(&servant->lock);
	has = camipc_courier_has_sendable(&servant->courier);
	pthread_mutex_unlock(&servant->lock);
	return has;
}

int camipc_servant_credit(struct camipc_servant *servant, uint32_t consumed)
{
	struct camipc_courier *courier = &servant->courier;
	int ret = 0;

	/* Most messages report nothing new. */
	if (consumed == atomic_load(&servant->credited) &&
	    !atomic_load(&servant->behind))
		return 0;
	pthread_mutex_lock(&servant->lock);
	/* Within one process a bare credit overtakes calls sent before it. */
	if ((int32_t)(consumed - courier->outbox.consumed) > 0)
		ret = camipc_outbox_consumed(&courier->outbox, consumed);
	atomic_store(&servant->credited, courier->outbox.consumed);
	/* The other side accepts events again: report those it missed. */
	if (count_refused(servant) != servant->refused_reported)
		courier->debt.due = true;
	if (ret == 0 && camipc_courier_has_sendable(courier))
		flush_locked(servant);
	pthread_mutex_unlock(&servant->lock);
	return ret;
}

/* ---- what a module may call -------------------------------------------- */

/** Packs and queues an event that may be sent or kept. Under the lock. */
static int queue_event(struct camipc_servant *servant,
		       const struct camipc_method *event, uint16_t row,
		       const void *args,
		       const struct camipc_check_result *checked,
		       enum camipc_admission admission)
{
	struct camipc_record *record = camipc_record_get(servant->params.pool);
	struct camipc_header *header;
	int ret;

	if (!record)
		return -ENOMEM;
	ret = camipc_record_pack(record, event->args, args, checked,
				 servant->params.encode);
	if (ret < 0) {
		camipc_record_release(record);
		return ret;
	}
	header = &record->message.header;
	header->kind = CAMIPC_MESSAGE_EVENT;
	header->id = event->id;
	header->epoch = atomic_load(&servant->epoch);
	record->row = row;
	record->n_fds = header->n_fds;
	camipc_outbox_add(&servant->courier.outbox, record, admission);
	ret = flush_locked(servant);
	return ret == -EPIPE ? -EPIPE : 0;
}

static int emit(struct camipc_host *host, uint32_t id, const void *args)
{
	struct camipc_servant *servant = to_servant(host);
	const struct camipc_interface *interface = interface_of(servant);
	const struct camipc_method *event =
		camipc_find_method(interface->events, interface->n_events, id);
	struct camipc_check_result checked;
	enum camipc_admission admission;
	uint16_t row;
	int ret;

	if (!event)
		return -EINVAL;
	row = (uint16_t)(event - interface->events);
	if (!servant->knows_event[row])
		return -EOPNOTSUPP;
	ret = camipc_check_message(event->args, args,
				   event->max_fds_args
					   ? event->max_fds_args
					   : CAMIPC_MAX_FDS_FROM_WORKER,
				   &checked);
	if (ret < 0)
		return ret;

	pthread_mutex_lock(&servant->lock);
	admission = camipc_outbox_judge(&servant->courier.outbox, row,
					checked.n_fds);
	switch (admission) {
	case CAMIPC_ADMIT:
	case CAMIPC_ADMIT_KEEP:
		ret = queue_event(servant, event, row, args, &checked,
				  admission);
		break;
	case CAMIPC_ADMIT_DROP:
		servant->refused++;
		break;
	default:
		servant->refused++;
		ret = -EAGAIN;
		break;
	}
	pthread_mutex_unlock(&servant->lock);
	return ret;
}

static void *alloc(struct camipc_host *host, size_t n, size_t size)
{
	struct camipc_servant *servant = to_servant(host);
	void *memory;

	if (!servant->running || (size && n > SIZE_MAX / size))
		return NULL;
	memory = camipc_arena_alloc(&servant->running->arena, n * size);
	if (memory)
		memset(memory, 0, n * size);
	return memory;
}

static void write_log(struct camipc_host *host, enum camipc_log_level level,
		      const char *text)
{
	struct camipc_servant *servant = to_servant(host);

	servant->params.log(servant->params.user, level, text ? text : "");
}

/* ---- replies ----------------------------------------------------------- */

static void queue_reply(struct camipc_servant *servant,
			const struct camipc_method *method,
			struct camipc_record *reply,
			const struct camipc_header *call)
{
	struct camipc_header *header = &reply->message.header;

	header->kind = CAMIPC_MESSAGE_REPLY;
	header->id = call->id;
	header->cookie = call->cookie;
	header->epoch = call->epoch;
	pthread_mutex_lock(&servant->lock);
	/* A draining stop ends with this reply: it must follow the events. */
	if (method && method->role == CAMIPC_ROLE_STOP)
		camipc_outbox_add_free(&servant->courier.outbox, reply);
	else
		camipc_outbox_add_urgent(&servant->courier.outbox, reply);
	flush_locked(servant);
	pthread_mutex_unlock(&servant->lock);
}

/** Answers with an error, in the record of the call, so that it cannot fail. */
static void reply_error(struct camipc_servant *servant,
			const struct camipc_method *method,
			struct camipc_record *call, int error)
{
	const struct camipc_header header = call->message.header;

	camipc_message_reset(&call->message);
	call->type = NULL;
	call->data = NULL;
	call->message.header.flags = CAMIPC_MESSAGE_ERROR;
	call->message.header.status = (int16_t)error;
	queue_reply(servant, method, call, &header);
}

/* ---- calls ------------------------------------------------------------- */

/** Runs the op. Returns 0, or why it was not run. */
static int run_op(struct camipc_servant *servant,
		  const struct camipc_method *method,
		  struct camipc_record *call, void **ret_outs)
{
	const struct camipc_module_entry *entry = servant->params.entry;
	const uint16_t row = (uint16_t)(method - entry->descriptor->methods);
	struct camipc_open_info info;
	int ret;

	if (call->message.header.flags & CAMIPC_MESSAGE_ERROR)
		return call->message.header.status;
	ret = camipc_record_open(call, method->args, &info);
	if (ret < 0)
		return ret;
	call->arena.budget = ALLOC_FACTOR * servant->params.max_message_size +
			     CAMIPC_DECODED_BASE;
	ret = camipc_outputs_make(method->outs, call, ret_outs);
	if (ret < 0)
		return ret;
	servant->running = call;
	entry->invoke[row](method, entry->ops, servant->ipa, call->data,
			   *ret_outs);
	servant->running = NULL;
	return 0;
}

static void handle_async(struct camipc_servant *servant,
			 const struct camipc_method *method,
			 struct camipc_record *call)
{
	void *outs;
	int ret;

	ret = run_op(servant, method, call, &outs);
	if (ret < 0)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s was not run: %s",
			   interface_of(servant)->name, method->name,
			   camipc_errno_to_string(ret));
	call->row = (uint16_t)(method - interface_of(servant)->methods);
	pthread_mutex_lock(&servant->lock);
	camipc_debt_consume(&servant->courier.debt, call);
	flush_locked(servant);
	pthread_mutex_unlock(&servant->lock);
	camipc_record_release(call);
}

static void handle_sync(struct camipc_servant *servant,
			const struct camipc_method *method,
			struct camipc_record *call)
{
	const struct camipc_reply_form reply_form = {
		.interface = interface_of(servant)->name,
		.pool = servant->params.pool,
		.encode = servant->params.encode,
	};
	struct camipc_record *reply;
	void *outs;
	int ret;

	ret = run_op(servant, method, call, &outs);
	if (ret == 0)
		ret = camipc_outputs_pack(&reply_form, method, call, outs,
					  &reply);
	if (ret < 0) {
		reply_error(servant, method, call, ret);
		return;
	}
	queue_reply(servant, method, reply, &call->message.header);
	camipc_record_release(call);
}

/** Handles a call that no honest proxy makes: proxies know what is served. */
static int handle_unknown(struct camipc_servant *servant,
			  struct camipc_record *call)
{
	if (call->message.header.flags & CAMIPC_MESSAGE_ONEWAY) {
		camipc_record_release(call);
		return -EPROTO;
	}
	reply_error(servant, NULL, call, -EOPNOTSUPP);
	return 0;
}

static int handle_call(struct camipc_servant *servant,
		       struct camipc_record *call)
{
	const struct camipc_interface *interface = interface_of(servant);
	const struct camipc_header *header = &call->message.header;
	const struct camipc_method *method = camipc_find_method(
		interface->methods, interface->n_methods, header->id);
	const bool oneway = header->flags & CAMIPC_MESSAGE_ONEWAY;

	atomic_store(&servant->epoch, header->epoch);
	if (!method)
		return handle_unknown(servant, call);
	if (oneway != (method->role == CAMIPC_ROLE_ASYNC)) {
		/* The caller's interface differs: the op is not run. */
		call->message.header.flags |= CAMIPC_MESSAGE_ERROR;
		call->message.header.status = -EPROTO;
	}
	if (!oneway) {
		handle_sync(servant, method, call);
		return 0;
	}
	if (camipc_debt_receive(&servant->courier.debt) < 0) {
		camipc_record_release(call);
		return -EPROTO;
	}
	handle_async(servant, method, call);
	return 0;
}

int camipc_servant_handle(struct camipc_servant *servant,
			  struct camipc_record *record)
{
	const struct camipc_header *header = &record->message.header;
	int ret;

	ret = camipc_servant_credit(servant, header->consumed);
	if (ret == 0 && header->kind == CAMIPC_MESSAGE_CALL)
		return handle_call(servant, record);
	if (ret == 0 && header->kind != CAMIPC_MESSAGE_CREDIT)
		ret = -EPROTO;
	camipc_record_release(record);
	return ret;
}

/* ---- creation and end --------------------------------------------------- */

static int find_known_events(struct camipc_servant *servant,
			     const struct camipc_servant_params *params)
{
	const struct camipc_interface *interface = params->entry->descriptor;

	servant->knows_event = calloc((size_t)interface->n_events + 1,
				      sizeof(*servant->knows_event));
	if (!servant->knows_event)
		return -ENOMEM;
	for (uint16_t row = 0; row < interface->n_events; row++) {
		bool known = params->events == NULL;

		for (uint16_t i = 0; i < params->n_events && !known; i++)
			known = params->events[i] == interface->events[row].id;
		servant->knows_event[row] = known;
	}
	return 0;
}

static void free_servant(struct camipc_servant *servant)
{
	camipc_courier_fini(&servant->courier);
	pthread_mutex_destroy(&servant->lock);
	free(servant->knows_event);
	free(servant->argument);
	free(servant);
}

static int init_courier(struct camipc_servant *servant,
			const struct camipc_servant_params *params)
{
	const struct camipc_interface *interface = params->entry->descriptor;
	const struct camipc_courier_rows events = {
		interface->events, interface->n_events
	};
	const struct camipc_courier_rows methods = {
		interface->methods, interface->n_methods
	};
	const struct camipc_sender sender = {
		.send = send_record,
		.lost = lose_record,
		.user = servant,
	};

	return camipc_courier_init(&servant->courier, &events, &methods,
				   params->window, params->pool, &sender);
}

static int prepare(struct camipc_servant *servant,
		   const struct camipc_servant_params *params)
{
	int ret;

	if (!servant->argument)
		return -ENOMEM;
	ret = find_known_events(servant, params);
	if (ret < 0)
		return ret;
	ret = init_courier(servant, params);
	if (ret < 0)
		return ret;
	ret = params->entry->create(&servant->host, &servant->ipa);
	return ret > 0 ? -EPROTO : ret;
}

int camipc_servant_create(const struct camipc_servant_params *params,
			  struct camipc_servant **ret_servant)
{
	struct camipc_servant *servant = calloc(1, sizeof(*servant));
	int ret;

	if (!servant)
		return -ENOMEM;
	servant->params = *params;
	servant->argument = strdup(params->argument ? params->argument : "");
	servant->host = (struct camipc_host){
		.size = sizeof(servant->host),
		.abi = CAMIPC_MODULE_ABI,
		.raise_event = emit,
		.alloc = alloc,
		.log = write_log,
		.argument = servant->argument,
	};
	pthread_mutex_init(&servant->lock, NULL);
	ret = prepare(servant, params);
	if (ret < 0) {
		free_servant(servant);
		return ret;
	}
	*ret_servant = servant;
	return 0;
}

void camipc_servant_destroy(struct camipc_servant *servant)
{
	if (!servant)
		return;
	servant->params.entry->destroy(servant->ipa);
	free_servant(servant);
}
