/* SPDX-License-Identifier: MIT */
/*
 * The restart of a proxy's IPA: the policy and when it is used up, how far a
 * restart has come, and what dispatch has to tell about it. give_up.c begins a
 * restart and rebirth.c carries it out; nothing here depends on them.
 */
#ifndef CAMIPC_ENGINE_RESTART_H
#define CAMIPC_ENGINE_RESTART_H

#include <camipc/limits.h>
#include <camipc/proxy.h>

#include "ending.h"
#include "ipa_link.h"
#include "journal.h"
#include "pause.h"

enum camipc_restart_phase {
	CAMIPC_RESTART_NONE = 0, /* an IPA is there, or the proxy is Dead */
	CAMIPC_RESTART_PARKED, /* no IPA: the next call that needs one waits */
	CAMIPC_RESTART_DELAY, /* until the next attempt */
	CAMIPC_RESTART_BIRTH, /* the worker has not loaded its module yet */
	CAMIPC_RESTART_REPLAY, /* the calls of the journal are repeated */
};

/** One restart, from the end of a worker until dispatch has told of it. */
struct camipc_notice {
	struct camipc_notice *next;
	uint64_t order; /* among events and completions */
	int64_t began;
	struct camipc_link *link; /* has ended; @cause points into it */
	struct camipc_closed_info cause;
	char text[CAMIPC_ENDING_TEXT_SIZE];
	struct camipc_restart_info info;
	const struct camipc_method *start; /* with other results; NULL: none */
	struct camipc_record *results; /* of it */
	/** Set: this is the end of a reload, with @ret and nothing else. */
	void (*done)(void *user, int ret);
	void *user;
	int ret;
};

/** Which file the module of a spare is. */
struct camipc_spare_file {
	dev_t device;
	ino_t inode;
	off_t size;
	int64_t changed_s;
	int64_t changed_ns;
};

/** A second worker, see spare.h. All zero: no worker. */
struct camipc_spare {
	struct camipc_link *link; /* NULL: none */
	bool ready; /* it has loaded its module */
	int64_t at; /* when one is started, without a link */
	uint32_t delay_ms; /* after the next failure; 0: none so far */
	int64_t look_at; /* when the file is looked at again */
	struct camipc_spare_file file;
};

/** All zero is off. Thread word: bound. */
struct camipc_restart {
	struct camipc_restart_policy policy; /* max_restarts is 0: off */
	enum camipc_restart_phase phase;
	enum camipc_state target; /* the state after it */
	struct camipc_journal journal;
	struct camipc_spare spare;

	/** When workers ended and attempts failed; a ring. */
	int64_t failures[CAMIPC_MAX_RESTARTS];
	uint32_t n_failures; /* so far, wrapping */

	int64_t at; /* of the next attempt, or of another look */
	uint32_t delay_ms; /* before the attempt after this one */
	uint32_t attempt; /* 1 is the first */

	const struct camipc_journal_entry *entry; /* to be sent, or sent */
	uint32_t cookie; /* of the call that repeats it; 0: not sent */
	/** Until when the new IPA must let @entry be sent; NO_DEADLINE: nothing
	 *  keeps it from being sent. */
	struct camipc_movable room;
	uint32_t replayed;
	bool runs; /* what the new IPA raises from now on belongs to the run */

	uint32_t barriers; /* sent to this IPA, for reloads */
	uint32_t barriers_answered;

	struct camipc_notice *ready; /* for the next end of a worker */
	struct camipc_notice *current; /* of the restart under way */
	struct camipc_notice *first; /* for dispatch */
	struct camipc_record_queue lost; /* calls, for dispatch */
};

/** Sets up a struct without a policy; @interface and @pool are borrowed. */
void camipc_restart_init(struct camipc_restart *restart,
			 const struct camipc_interface *interface,
			 struct camipc_record_pool *pool);

/** Frees everything, links that have ended included. */
void camipc_restart_fini(struct camipc_restart *restart);

/** Frees a notice; NULL is fine. */
void camipc_notice_free(struct camipc_notice *notice);

/** Returns true if there is a policy. */
static inline bool camipc_restart_is_on(const struct camipc_restart *restart)
{
	return restart->policy.max_restarts != 0;
}

/** Returns true from the end of a worker until another one has taken over. */
static inline bool
camipc_restart_is_under_way(const struct camipc_restart *restart)
{
	return restart->phase >= CAMIPC_RESTART_DELAY;
}

/** Returns true while the worker has ended and no other one was started. */
static inline bool
camipc_restart_has_no_worker(const struct camipc_restart *restart)
{
	return restart->phase == CAMIPC_RESTART_PARKED ||
	       restart->phase == CAMIPC_RESTART_DELAY;
}

/** Returns true while there is no link that carries records. */
static inline bool camipc_restart_is_unborn(const struct camipc_restart *restart)
{
	return restart->phase != CAMIPC_RESTART_NONE &&
	       restart->phase != CAMIPC_RESTART_REPLAY;
}

/** Makes sure that the next end of a worker has a notice. Returns 0 or
 *  -ENOMEM. */
int camipc_restart_prepare(struct camipc_restart *restart) CAMIPC_MUST_CHECK;

/**
 * Counts the end of a worker or a failed attempt. Returns true if the policy
 * allows another attempt.
 */
bool camipc_restart_allows(struct camipc_restart *restart, int64_t now);

/** Begins: the first attempt is due at once. */
void camipc_restart_begin(struct camipc_restart *restart, int64_t now,
			  enum camipc_state target);

/** Makes another attempt due, later than the last time. */
void camipc_restart_delay(struct camipc_restart *restart, int64_t now);

/** Hands @notice over to dispatch, which frees it. */
void camipc_restart_add_notice(struct camipc_restart *restart,
			       struct camipc_notice *notice, uint64_t order);

/** Hands the current notice over to dispatch. */
void camipc_restart_tell(struct camipc_restart *restart, uint64_t order);

/** Returns and removes the first notice for dispatch, or NULL. */
struct camipc_notice *camipc_restart_take_notice(struct camipc_restart *restart);

#endif /* CAMIPC_ENGINE_RESTART_H */
