/* SPDX-License-Identifier: MIT */
/*
 * A proxy under fuzz: the state that the IPA's side (proxy_peer.c) and the
 * pipeline handler's side (proxy_target.c) share.
 */
#ifndef CAMIPC_TEST_PROXY_SESSION_H
#define CAMIPC_TEST_PROXY_SESSION_H

#include "ipa_link.h"
#include "sequence.h"
#include "typed.h"

enum proxy_op {
	/* What the IPA does; it does so while a call waits, too. */
	OP_REPLY,
	OP_EVENT,
	OP_CREDIT,
	OP_OTHER, /* another kind of message */
	OP_END, /* the link says that no more will come, or worse */
	N_PEER_OPS,

	/* What the pipeline handler does. */
	OP_BEGIN = N_PEER_OPS,
	OP_CALL,
	OP_DISPATCH,
	OP_CANCEL,
	OP_DESTROY,
	OP_TRANSPORT, /* what push says from now on */
	N_OPS,
};

/* Flags of what the IPA sends. */
#define CREDIT_IS_WRONG 1u
#define IS_ERROR 2u
#define EPOCH_IS_WRONG 4u
#define COOKIE_IS_WRONG 8u
#define ID_AS_SENT 16u /* of a reply: that of the call it answers */
#define IS_DEFAULT 32u /* with the defaults for a body */

/* Flags of calls. */
#define ID_IS_WRONG 1u
#define ARGS_MISSING 2u
#define TIME_IS_UP 4u
#define STRUCT_MISSING 8u /* NULL where one has to be */
#define OUTS_DROPPED 16u /* some of them: those that are not wanted */

/* The first byte of an input. */
#define MODE_RUNNING 1u /* init and start have been answered already */
#define MODE_CALLBACKS 2u /* callbacks take the next step */
#define MODE_QUIET 4u /* no event has a function */

#define MAX_SENT 64u
#define MAX_STEP_FDS 69u
#define MAX_BEGUN 512u

struct proxy_session {
	struct camipc_link link;
	struct camipc_record_pool *pool;
	struct camipc_record_queue answers;
	void *ipa; /* in the interface's type */
	struct camipc_proxy *proxy; /* the same */
	struct camipc_arena values;

	const uint8_t *data; /* of the input: what is left */
	size_t size;
	uint8_t mode;
	unsigned int in_callback;

	struct camipc_header sent[MAX_SENT]; /* calls, the last ones */
	uint32_t n_sent;
	uint32_t n_async; /* sent */
	uint32_t epoch; /* of what was sent last */
	int push_error;
	int pop_error;
	enum camipc_reason pop_reason;
	bool answers_itself;
	bool late; /* the IPA says nothing until a call's time is up */
	bool on_stage; /* time is played */
	int64_t now; /* moves when neither side has anything to do */
	uint32_t n_empty_sleeps; /* in a row: they were over at once */
	bool dead; /* killed: nothing more may be asked of the link */

	uint8_t completions[MAX_BEGUN]; /* per call begun */
	uint32_t n_begun;
	bool stopped; /* by a stop that returned 0 */
	bool destroyed;
	uint32_t n_closed;

	/* What generated code was given last, for what it makes of it. */
	const struct camipc_client *client;
	const void *events; /* its functions */
	const struct camipc_method *called;
	const void *args; /* of the call; NULL: a struct is missing */
	void *outs; /* a copy of what the engine gave a call */
	camipc_done_fn completes[MAX_BEGUN]; /* generated, per call begun */
	const void *done_outs; /* what the engine gave a completion */
	const void *event_args; /* what the engine gave an event */
	unsigned int event_row;
	uint32_t n_events; /* that had a function */
};

/** The one there is. */
extern struct proxy_session proxy_session;

static inline const struct camipc_interface *proxy_interface(void)
{
	return fuzz_face->interface;
}

/** What a message of that kind and id should hold; NULL: nothing. */
const struct camipc_message_type *proxy_body_type(uint8_t kind, uint32_t id);

/** The kind of message that a step of the IPA sends. */
uint8_t proxy_kind_of(const struct sequence_step *step);

/** The IPA does what @step says. */
void proxy_peer_step(const struct sequence_step *step);

#endif /* CAMIPC_TEST_PROXY_SESSION_H */
