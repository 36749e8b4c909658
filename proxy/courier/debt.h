/* SPDX-License-Identifier: MIT */
/*
 * The receiver's half of flow control: counts the messages that were consumed
 * and not yet reported to their sender, which may be waiting for the report.
 */
#ifndef CAMIPC_COURIER_DEBT_H
#define CAMIPC_COURIER_DEBT_H

#include "window.h"

/** Thread word: bound, or under its owner's lock. */
struct camipc_debt {
	const struct camipc_method *rows;
	uint16_t n_rows;
	uint32_t window;
	uint32_t window_bytes;
	struct camipc_load load; /* received and not consumed */
	struct camipc_in_flight *in_flight; /* a ring of @window, by @received */
	uint32_t received; /* so far; this and the next two wrap */
	uint32_t consumed;
	uint32_t reported;
	uint64_t bytes; /* of bodies, consumed and not reported */
	uint64_t weight; /* the same of their weights */
	uint16_t *pending; /* per row: consumed and not reported */
	bool due; /* the sender may be waiting: report now */
};

/** Borrows @rows until fini(). Returns 0 or -ENOMEM. */
int camipc_debt_init(struct camipc_debt *debt, const struct camipc_method *rows,
		     uint16_t n_rows, uint32_t window) CAMIPC_MUST_CHECK;

/** Frees what init() allocated; accepts zeroed memory. */
void camipc_debt_fini(struct camipc_debt *debt);

/** Starts counting from zero, for another sender. */
void camipc_debt_reset(struct camipc_debt *debt);

/**
 * Counts a message that has arrived. Returns 0; or -EPROTO if the sender had no
 * credit for it, and in @ret_reason BAD_LIMIT (too many messages or bytes) or
 * BAD_FD (too many descriptors).
 */
int camipc_debt_receive(struct camipc_debt *debt,
			const struct camipc_record *record,
			enum camipc_reason *ret_reason) CAMIPC_MUST_CHECK;

/**
 * Counts @record as consumed or dropped; may set @due. Records must be consumed
 * in the order of their arrival, because the sender frees what it counted for
 * the oldest one.
 */
void camipc_debt_consume(struct camipc_debt *debt,
			 const struct camipc_record *record);

/** Notes that a header with @consumed in it was sent. */
void camipc_debt_report(struct camipc_debt *debt);

#endif /* CAMIPC_COURIER_DEBT_H */
