/* SPDX-License-Identifier: MIT */
/* The times that an IPA spent on calls, collected for TRACE messages. */
#ifndef CAMIPC_PROXY_SPAN_BATCH_H
#define CAMIPC_PROXY_SPAN_BATCH_H

#include "record.h"

/** Spans of one message, and how long one waits for others, in nanoseconds. */
#define CAMIPC_SPAN_BATCH 32
#define CAMIPC_SPAN_DELAY_NS (100 * UINT64_C(1000000))

/** All zero is empty. Thread word: bound to the op thread. */
struct camipc_span_batch {
	uint32_t n;
	uint64_t since; /* the end of the oldest span */
	uint8_t bytes[CAMIPC_SPAN_BATCH * CAMIPC_TRACE_SPAN_SIZE];
};

/**
 * Adds @span to a batch that is not full. Returns true if the batch is due to be
 * sent: it is full, or its oldest span is old.
 */
bool camipc_span_batch_add(struct camipc_span_batch *batch,
			   const struct camipc_span *span);

/**
 * Makes a TRACE message of all spans in the empty @record, and empties the batch.
 * Returns 0 or -ENOMEM: the spans are lost then.
 */
int camipc_span_batch_pack(struct camipc_span_batch *batch,
			   struct camipc_record *record) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_SPAN_BATCH_H */
