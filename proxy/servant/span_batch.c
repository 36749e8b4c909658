/* SPDX-License-Identifier: MIT */
/* The times that an IPA spent on calls, collected for TRACE messages. */
#include "span_batch.h"

bool camipc_span_batch_add(struct camipc_span_batch *batch,
			   const struct camipc_span *span)
{
	if (batch->n == 0)
		batch->since = span->end;
	camipc_span_encode(span, batch->bytes + (size_t)batch->n++ *
						  CAMIPC_TRACE_SPAN_SIZE);
	return batch->n == CAMIPC_SPAN_BATCH ||
	       span->end - batch->since >= CAMIPC_SPAN_DELAY_NS;
}

int camipc_span_batch_pack(struct camipc_span_batch *batch,
			   struct camipc_record *record)
{
	const size_t size = (size_t)batch->n * CAMIPC_TRACE_SPAN_SIZE;
	struct camipc_message *message = &record->message;

	batch->n = 0;
	if (camipc_message_reserve(message, size) < 0)
		return -ENOMEM;
	memcpy(camipc_message_body(message), batch->bytes, size);
	message->header.kind = CAMIPC_MESSAGE_TRACE;
	message->header.body_size = (uint32_t)size;
	record->weight = (uint32_t)size;
	return 0;
}
