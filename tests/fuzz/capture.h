/* SPDX-License-Identifier: MIT */
/*
 * Captures: the messages between a camera process and a worker in one session,
 * as recorder.c writes them. Targets make inputs of them, so that mutation
 * starts from what real programs send. captures.py makes them when they are
 * needed and keeps none, so no capture is of an outdated interface.
 *
 * A capture is messages one after the other: '>' (to the worker) or '<', the
 * header as it is on the wire, the body. A large body is there, too, not the
 * memfd that it went in; of descriptors there is the number.
 */
#ifndef CAMIPC_TEST_CAPTURE_H
#define CAMIPC_TEST_CAPTURE_H

#include "message.h"
#include "sequence.h"

#define CAPTURE_SENT '>'
#define CAPTURE_RECEIVED '<'

/** Bytes of an input that is a piece of a session: tried often if small. */
#define CAPTURE_ENOUGH 1536u

/** Calls that may be unanswered at a time. */
#define CAPTURE_CALLS 16u

/** A capture, and how far it was read. */
struct capture {
	const uint8_t *data; /* what is left */
	size_t size;
	unsigned long n_too_large; /* messages that fit into no input */

	/* What was read so far. */
	bool begun;
	bool running; /* between start and stop */
	uint32_t epoch; /* of the last call */
	uint32_t calls[CAPTURE_CALLS]; /* cookies of those that are answered */
	uint32_t n_calls;
};

struct captured {
	bool sent; /* to the worker */
	struct camipc_header header;
	const uint8_t *body;
};

/** The next message; false at the end. Aborts if it is no capture. */
bool capture_next(struct capture *capture, struct captured *message);

/** What a message of that kind and id should hold; NULL: nothing. */
const struct camipc_message_type *capture_type(const struct camipc_header *of);

/** How a target makes an input of the next messages; 0: there are no more. */
struct capture_rule {
	const struct fuzz_target *target;
	size_t (*take)(struct capture *capture, uint8_t *data, size_t room);
};

/** Those of this program; ends with NULLs. */
extern const struct capture_rule capture_rules[];

/* Each in its file, <target>_capture.c; the last two in runtime_capture.c. */
size_t capture_messages(struct capture *capture, uint8_t *data, size_t room);
size_t capture_servant(struct capture *capture, uint8_t *data, size_t room);
size_t capture_proxy(struct capture *capture, uint8_t *data, size_t room);
size_t capture_control(struct capture *capture, uint8_t *data, size_t room);
size_t capture_channel(struct capture *capture, uint8_t *data, size_t room);

/** What steps of a sequence are written into. */
struct capture_steps {
	uint8_t *data;
	size_t size;
	size_t room;
};

/** Can @message be a step of an input with @room? Counts it if not. */
bool capture_fits(struct capture *capture, const struct captured *message,
		  size_t room, uint32_t max_fds);

/** Appends a step; false, and nothing done, if there is no room for it. */
bool capture_add(struct capture_steps *steps, const struct sequence_step *step);

#endif /* CAMIPC_TEST_CAPTURE_H */
