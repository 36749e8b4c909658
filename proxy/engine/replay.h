/* SPDX-License-Identifier: MIT */
/*
 * Repeats calls of a journal for a new IPA: how one call is sent, and what its
 * answer must be. rebirth.c and reload_step.c decide when.
 */
#ifndef CAMIPC_ENGINE_REPLAY_H
#define CAMIPC_ENGINE_REPLAY_H

#include "courier.h"
#include "ipa_link.h"
#include "journal.h"
#include "restart.h"

/** Where repeated calls go, past the outbox's queue. Borrowed. */
struct camipc_replay_path {
	struct camipc_link *link;
	struct camipc_courier *courier;
	const struct camipc_interface *interface;
};

/**
 * Sends the call of @entry again, as one of the run @epoch. @cookie: of a call
 * that is answered; 0 for others. Returns 0, -EAGAIN (no room or no credit), or
 * an error of the link's push().
 */
int camipc_replay_send(const struct camipc_replay_path *path,
		       const struct camipc_journal_entry *entry,
		       uint32_t epoch, uint32_t cookie) CAMIPC_MUST_CHECK;

/**
 * Compares the opened @reply of a repeated call with what it returned before.
 * Returns NULL if the host may go on as if nothing had happened, else the name of
 * what differs.
 */
const char *camipc_replay_compare(const struct camipc_journal_entry *entry,
				  const struct camipc_record *reply);

/**
 * Takes the opened @reply of a repeated call. The results of a start that
 * differ are kept in @notice, for the host.
 */
void camipc_replay_keep_results(const struct camipc_journal_entry *entry,
				struct camipc_record *reply,
				struct camipc_notice *notice);

#endif /* CAMIPC_ENGINE_REPLAY_H */
