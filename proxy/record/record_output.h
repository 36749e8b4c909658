/* SPDX-License-Identifier: MIT */
/*
 * Where a recorder writes its chunks: to a file at once, or to a ring in memory
 * that becomes a file when somebody asks for it.
 */
#ifndef CAMIPC_RECORD_RECORD_OUTPUT_H
#define CAMIPC_RECORD_RECORD_OUTPUT_H

#include <stdatomic.h>

#include <camipc/record.h>

#include "chunk_file.h"
#include "chunk_ring.h"

/** Thread word: safe, unless a function says otherwise. */
struct camipc_record_output {
	char *path;
	struct camipc_chunk_file file; /* zero for a ring */
	atomic_int error; /* the first one of a ring */
	bool is_ring;
	bool replaces;
	int signal; /* 0: none */
	uint32_t n_signals; /* that were seen */
	unsigned int n_saves;
	atomic_bool is_asked; /* to save the ring */
	struct camipc_chunk_ring ring;
};

/**
 * Opens the file, or makes the ring. Returns 0, or an error that
 * camipc_recorder_create() describes, after one line in the log. Reentrant.
 */
int camipc_record_output_open(struct camipc_record_output *output,
			      const struct camipc_record_options *options)
	CAMIPC_MUST_CHECK;

/** Returns 0, or why the output is not complete. */
int camipc_record_output_error(const struct camipc_record_output *output);

/** Returns false once nothing can be written any more. */
static inline bool
camipc_record_output_is_open(const struct camipc_record_output *output)
{
	return !atomic_load_explicit(&output->file.error,
				     memory_order_relaxed);
}

/** Appends a chunk, which has @n_items items. */
void camipc_record_output_put(struct camipc_record_output *output,
			      enum camipc_chunk_type type, uint64_t time,
			      const struct camipc_chunk_part *parts, size_t n,
			      uint32_t n_items);

/**
 * Returns true if a ring was asked for its file since the last time that this
 * function was called. Thread word: bound, to the writer.
 */
bool camipc_record_output_takes_request(struct camipc_record_output *output);

/** Writes the ring to the next file. Thread word: bound, to the writer. */
void camipc_record_output_save(struct camipc_record_output *output);

/** Ends the file, and frees everything. Returns 0 or the first error. */
int camipc_record_output_close(struct camipc_record_output *output);

#endif /* CAMIPC_RECORD_RECORD_OUTPUT_H */
