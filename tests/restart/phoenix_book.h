/* SPDX-License-Identifier: MIT */
/*
 * The book of the phoenix module: memory that a test shares with every worker,
 * in which it says what the workers do and reads what they were asked.
 */
#ifndef CAMIPC_TEST_PHOENIX_BOOK_H
#define CAMIPC_TEST_PHOENIX_BOOK_H

#include <stdatomic.h>
#include <stdint.h>

enum phoenix_op {
	PHOENIX_NONE = 0,
	PHOENIX_INIT,
	PHOENIX_CONFIGURE,
	PHOENIX_START,
	PHOENIX_STOP,
	PHOENIX_MAP,
	PHOENIX_UNMAP,
	PHOENIX_SET,
	PHOENIX_FORGET,
	PHOENIX_READ,
	PHOENIX_ASK,
	PHOENIX_PATIENT,
	PHOENIX_FRAME,
	PHOENIX_KEPT,
	PHOENIX_RAISE,
	PHOENIX_TUNE,
	PHOENIX_N_OPS,
};

/** How a worker ends. */
enum phoenix_act {
	PHOENIX_LIVE = 0,
	PHOENIX_KILL,
	PHOENIX_SEGV,
	PHOENIX_ABORT,
	PHOENIX_EXIT,
	PHOENIX_FREEZE, /* SIGSTOP: a deadline finds it */
	PHOENIX_CLOSE, /* closes its channel, and sleeps */
	PHOENIX_GARBAGE, /* sends what is no message, and sleeps */
	PHOENIX_N_ENDS,
	PHOENIX_LOG_FLOOD = PHOENIX_N_ENDS, /* logs without end */
	PHOENIX_STDERR_FLOOD, /* prints without end */
};

/** Notes: an op, the number that came with it, and the worker. */
struct phoenix_note {
	uint32_t op;
	uint32_t number;
	uint32_t worker;
};

#define PHOENIX_NOTES 16384

struct phoenix_book {
	/** The op, and the call of it from now on (1: the next), in which a
	 *  worker ends. */
	atomic_uint op;
	atomic_uint countdown;
	atomic_uint act;
	atomic_uint after; /* 1: when the op's work and events are done */
	atomic_uint again; /* workers that end in the same way afterwards */
	atomic_uint workers; /* inits so far */
	atomic_uint token; /* that init returns */
	atomic_uint stride; /* that configure returns */
	atomic_uint run; /* that start returns */
	atomic_uint set_result; /* that set returns, as count */
	atomic_uint starts_with; /* events that start raises */
	atomic_uint frames; /* that were processed */
	atomic_uint slow_init_ms; /* that init takes, from the next one on */
	atomic_uint slow_stop_ms; /* the same of stop */
	atomic_uint slow_ask_ms; /* and of ask */
	atomic_uint init_lines; /* that init prints on stderr: "noise" */
	atomic_uint last_read; /* by the op read */
	atomic_uint n;
	struct phoenix_note notes[PHOENIX_NOTES];
};

#endif /* CAMIPC_TEST_PHOENIX_BOOK_H */
