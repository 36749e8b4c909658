/* SPDX-License-Identifier: MIT */
/* The writer's work: from a buffer of items to chunks of the file. */
#ifndef CAMIPC_RECORD_WRITE_ITEMS_H
#define CAMIPC_RECORD_WRITE_ITEMS_H

#include "recorder.h"

/**
 * Writes the items of @buffer: contents of buffers that are new to the file as
 * chunks of their own, messages without redacted fields. Thread word: bound, to
 * the writer.
 */
void camipc_recorder_write(struct camipc_recorder *recorder,
			   struct camipc_item_buffer *buffer);

#endif /* CAMIPC_RECORD_WRITE_ITEMS_H */
