/* SPDX-License-Identifier: MIT */
/* Records messages: encodes them as on the wire, and describes descriptors. */
#ifndef CAMIPC_RECORD_RECORD_MESSAGE_H
#define CAMIPC_RECORD_RECORD_MESSAGE_H

#include "recorder.h"

/** What is recorded of a message. */
struct camipc_record_message {
	struct camipc_recorder *recorder;
	uint32_t proxy;
	uint8_t kind; /* CAMIPC_WIRE_* */
	bool is_async;
	const struct camipc_method *method;
	uint32_t cookie;
	int error; /* of a reply */
	uint64_t took_ns; /* of a reply */
	const struct camipc_message_type *type; /* NULL: no body */
	const void *data; /* NULL: no body */
	void *context; /* of external types; NULL: none */
};

/** Records a message. Thread word: safe. */
void camipc_record_message(const struct camipc_record_message *message);

#endif /* CAMIPC_RECORD_RECORD_MESSAGE_H */
