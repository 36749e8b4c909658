/* SPDX-License-Identifier: MIT */
/*
 * The peer's end of a channel: sends whole valid messages, and tells one lie in
 * a session, about one of them. It knows the wire format only; what a lie of
 * the process is (death, silence) its owner does.
 */
#ifndef CAMIPC_TEST_FUZZ_PORT_H
#define CAMIPC_TEST_FUZZ_PORT_H

#include "fuzz.h"
#include "message.h"

enum lie_what {
	LIE_NONE,

	/* About the message itself. */
	LIE_ADD, /* value is added to the header's field */
	LIE_SET, /* the field is value */
	LIE_BODY, /* the byte at value >> 8 is changed by value */
	LIE_CUT, /* the datagram is shorter by 1 + value */
	LIE_LONGER, /* the datagram is longer by 1 + value */
	LIE_FDS_MORE, /* 1 + value descriptors of a kind, not declared */
	LIE_FDS_DECLARED, /* the same, declared */
	LIE_FDS_NONE, /* declared ones are missing */
	LIE_FDS_KIND, /* they are of another kind */
	LIE_SPILLED, /* the body is in a file, in one way of several */

	/* About the order of messages, and which there are. */
	LIE_TWICE,
	LIE_LOST,
	LIE_LATE, /* comes value ms later, and so do all after it */
	LIE_SWAPPED, /* with the next one */
	LIE_EXTRA, /* one of kind field comes before it */
	LIE_FLOOD, /* 1 + value of kind field come before it */
	LIE_NOISE, /* from now on they come without end, beside others */
	LIE_CREDIT_HELD, /* nothing counts as consumed from now on */
	LIE_CREDIT_MORE, /* more counts as consumed */

	/* About the handshake. */
	LIE_HELLO, /* one wrong thing in hello */
	LIE_LOADED, /* one wrong thing in loaded */

	/* About the process. */
	LIE_DIES_BEFORE,
	LIE_DIES_AFTER,
	LIE_FROZEN, /* does nothing from now on, until it is killed */
	LIE_CLOSES, /* the channel, and lives on */
	LIE_STDERR,
	LIE_CRASH, /* a report of a crash that may never have been */
	LIE_STUCK, /* frozen, and does not react to SIGKILL for a while */
	N_LIES,
};

/** The first bytes of an input: what, at, field, 0, value u32. */
#define LIE_SIZE 8u

struct lie {
	uint8_t what;
	uint8_t at; /* which message of the peer's it is about, from 0 */
	uint8_t field;
	uint32_t value;
};

void lie_read(struct lie *lie, const uint8_t bytes[LIE_SIZE]);
void lie_draw(struct oracle_random *random, uint8_t bytes[LIE_SIZE]);
void lie_mutate(struct oracle_random *random, uint8_t bytes[LIE_SIZE]);

/** Most descriptors of one datagram here. */
#define PORT_MAX_FDS 253u

struct letter;

struct port {
	int fd; /* -1: closed */
	struct lie lie;
	bool told; /* the lie was */
	uint32_t n_sent; /* messages */
	struct letter *first; /* not handed to the kernel yet */
	struct letter **last;
	struct letter *swapped; /* waits for the next one */
	int64_t late; /* ns that messages are late from now on */
	bool noisy;
	uint32_t extra; /* credit beyond what was consumed */

	/** A lie of the owner's is due; @before its message or after. */
	void (*on_lie)(const struct lie *lie, bool before);

	/** Completes the header of a message that nobody asked for. */
	void (*on_extra)(struct camipc_header *header);
};

void port_init(struct port *port, int fd, const struct lie *lie);
void port_fini(struct port *port);

/** Sends a message with @size bytes of body, and @n_fds honest descriptors. */
void port_send(struct port *port, const struct camipc_header *header,
	       const void *body, size_t size, uint32_t n_fds);

/** Hands to the kernel what it takes; returns whether it took something. */
bool port_flush(struct port *port);

/** When a message that is late is due; STAGE_NEVER if no message is late. */
int64_t port_next(const struct port *port);

/** One more message of the noise, if there is any; returns whether. */
bool port_make_noise(struct port *port);

/** True from the message on that the lie is about. */
bool port_lies(const struct port *port, enum lie_what what);

/**
 * Receives one message; its descriptors are closed. Returns its body's size, -1
 * (none), or -2 (the end). It must be what an honest peer sends.
 */
int port_receive(struct port *port, struct camipc_header *ret_header,
		 uint8_t *body, size_t room);

void port_close(struct port *port);

#endif /* CAMIPC_TEST_FUZZ_PORT_H */
