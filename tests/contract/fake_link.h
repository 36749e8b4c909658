/* SPDX-License-Identifier: MIT */
/*
 * A link whose other end is played by the test: it keeps what the proxy sends
 * and delivers whatever messages the test makes. Thus a peer can break every
 * rule without a process, and a transport is as full as the test wants.
 */
#ifndef CAMIPC_TEST_FAKE_LINK_H
#define CAMIPC_TEST_FAKE_LINK_H

#include "contract.h"
#include "record.h"

#define FAKE_MAX_SENT 512

struct fake_link {
	struct camipc_record_pool *pool; /* the proxy's, which outlives this */
	struct camipc_record_queue answers; /* for pop() */
	struct camipc_header sent[FAKE_MAX_SENT]; /* by push() */
	size_t n_sent;
	size_t n_answered; /* by fake_answer_all() */
	int push_error; /* 0: takes everything */
	int pop_error; /* once there are no answers; 0: -EAGAIN */
	bool wants_room;
	int n_wants; /* how often that was said */
	bool hides[64]; /* method ids the module lacks */
	int n_kills;
	bool late; /* wait() says that time is up, whatever there is */
	/** Called with what push() takes, if set. */
	void (*on_push)(const struct camipc_record *record);
	/** Called in wait(), if set: the peer's turn. */
	void (*on_wait)(struct fake_link *fake);
};

/** The one that the proxy under test has. */
extern struct fake_link fake;

/** For cmocka, as contract_set_up(): a proxy over the fake link. */
int fake_set_up(void **state);
int fake_tear_down(void **state);

#define FAKE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, fake_set_up, fake_tear_down)

/** The header that was sent last. */
const struct camipc_header *fake_last_sent(void);

/** A record that the peer sends, with this body (NULL: none). */
struct camipc_record *fake_send(enum camipc_message_kind kind, uint32_t id,
				const struct camipc_message_type *type,
				const void *body);

/** The answer to the call that was sent last; the test may change it. */
struct camipc_record *fake_reply(const struct camipc_message_type *type,
				 const void *body);

/** An event tick. */
struct camipc_record *fake_tick(uint32_t number);

/** Every call is answered with success from now on. */
void fake_answer_all(void);

/* From Created to Running. */
void fake_running(struct contract *c);

#endif /* CAMIPC_TEST_FAKE_LINK_H */
