/* SPDX-License-Identifier: MIT */
/* Checks what an op gives back, and turns it into a reply. */
#include "outputs.h"

#include <errno.h>
#include <string.h>

#include <camipc/fd.h>
#include <camipc/log.h>

#define TOPIC "servant"

int camipc_outputs_make(const struct camipc_message_type *type,
			struct camipc_record *call, void **ret_outs)
{
	void *outs;

	*ret_outs = NULL;
	if (!type)
		return 0;
	outs = camipc_arena_alloc(&call->arena, type->size);
	if (!outs)
		return -ENOMEM;
	memset(outs, 0, type->size);
	if (type->init)
		type->init(outs);
	*ret_outs = outs;
	return 0;
}

/** Closes the fds in an op's outputs, which the op gave away, each once. */
static void close_given(const struct camipc_check_result *checked,
			const struct camipc_record *call)
{
	const struct camipc_fd_table *lent = &call->message.fds;

	for (uint32_t i = 0; i < checked->n_fds; i++) {
		int fd = checked->fds[i];
		bool ours = fd >= 0;

		for (uint32_t k = 0; k < i && ours; k++)
			ours = checked->fds[k] != fd;
		/* Received fds are closed with the call. */
		for (uint32_t k = 0; k < lent->n && ours; k++)
			ours = lent->fds[k] != fd;
		if (ours)
			camipc_clear_fd(fd);
	}
}

/** Discards the outputs of an op that failed, except its result. */
static void reset_outs(const struct camipc_message_type *type, void *outs)
{
	int32_t ret;

	memcpy(&ret, outs, sizeof(ret));
	memset(outs, 0, type->size);
	if (type->init)
		type->init(outs);
	memcpy(outs, &ret, sizeof(ret));
}

static bool op_failed(const struct camipc_method *method, const void *outs)
{
	int32_t ret = 0;

	if (method->flags & CAMIPC_METHOD_RETURNS_INT32)
		memcpy(&ret, outs, sizeof(ret));
	return ret < 0;
}

/** Logs why the outputs cannot be sent. */
static void say_refused(const struct camipc_reply_form *form,
			const struct camipc_method *method, int error,
			const struct camipc_check_result *checked)
{
	if (error == -EMSGSIZE)
		camipc_excess_log(TOPIC, form->interface, "outputs",
				  method->name, &checked->excess,
				  checked->field);
	else
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: the outputs of %s are not what its interface "
			   "allows (%s)",
			   form->interface, method->name,
			   checked->field ? checked->field : "no field");
}

int camipc_outputs_pack(const struct camipc_reply_form *form,
			const struct camipc_method *method,
			struct camipc_record *call, void *outs,
			struct camipc_record **ret_reply)
{
	const uint32_t max_fds = method->max_fds_outs
					 ? method->max_fds_outs
					 : CAMIPC_MAX_FDS_FROM_WORKER;
	struct camipc_check_result given;
	struct camipc_check_result reset;
	/* A pointer, because each of them has a kilobyte. */
	const struct camipc_check_result *checked = &given;
	struct camipc_record *reply;
	int ret;

	ret = camipc_check_message(method->outs, outs, max_fds, form->context,
				   &given);
	if (method->outs && op_failed(method, outs)) {
		reset_outs(method->outs, outs);
		ret = camipc_check_message(method->outs, outs, max_fds,
					   form->context, &reset);
		checked = &reset;
	}
	if (ret < 0) {
		say_refused(form, method, ret, checked);
		/* Not -EINVAL: the caller did nothing wrong. */
		close_given(&given, call);
		return ret == -EMSGSIZE ? ret : -EPROTO;
	}
	reply = camipc_record_get(form->pool);
	ret = reply ? camipc_record_pack(reply, method->outs, outs, checked,
					 form->packing)
		    : -ENOMEM;
	close_given(&given, call);
	if (ret == -EMSGSIZE)
		camipc_excess_log(TOPIC, form->interface, "outputs",
				  method->name, &reply->excess, NULL);
	if (ret < 0) {
		camipc_record_release(reply);
		return ret == -EBADF || ret == -EINVAL ? -EPROTO : ret;
	}
	*ret_reply = reply;
	return 0;
}
