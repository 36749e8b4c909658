/* SPDX-License-Identifier: MIT */
/*
 * The pipeline side of an interface that is known by its schema only: messages
 * are encoded bytes. The library sees another layout of structs than the
 * module's, and encodes in every isolation.
 */
#ifndef TOOLS_RECORD_RAW_INTERFACE_H
#define TOOLS_RECORD_RAW_INTERFACE_H

#include <camipc/proxy.h>

#include "schema.h"

/** A message: arguments, outputs, or an event. */
struct raw_message {
	int32_t ret; /* of outputs that begin with one; else 0 */
	uint32_t n_fds;
	const uint8_t *bytes;
	size_t size;
	const int *fds;
};

/** What an event of a raw interface is delivered to. */
struct raw_events {
	void (*event)(void *user, const struct camipc_method *event,
		      const struct raw_message *message);
	void (*closed)(void *user, const struct camipc_closed_info *info);
};

/** All members are constant once it was made. */
struct raw_interface {
	struct camipc_interface interface;
	struct camipc_client client;
	struct camipc_method *methods;
	struct camipc_method *events;
	camipc_invoke_fn *invoke;
};

/** Makes the interface of @schema, which must outlive it. 0 or -ENOMEM. */
int raw_interface_make(struct raw_interface *raw,
		       const struct camipc_schema *schema) CAMIPC_MUST_CHECK;

/** Frees what it has; a zeroed one is fine. */
void raw_interface_fini(struct raw_interface *raw);

/** Frees outputs that a call has set. */
void raw_message_clear(struct raw_message *message);

#endif /* TOOLS_RECORD_RAW_INTERFACE_H */
