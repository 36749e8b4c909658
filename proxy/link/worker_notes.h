/* SPDX-License-Identifier: MIT */
/*
 * What a worker says about itself, beside the records for the proxy: lines of
 * its log, a crash report, and bye, its last message. Everything in it may be
 * hostile: it is logged and shown to people, and decides nothing else.
 */
#ifndef CAMIPC_PROXY_WORKER_NOTES_H
#define CAMIPC_PROXY_WORKER_NOTES_H

#include "crash_report.h"
#include "ipa_link.h"
#include "message.h"
#include "worker_log.h"

/** Thread word: bound. Must not move. */
struct camipc_worker_notes {
	char module[CAMIPC_INSTANCE_NAME_SIZE]; /* in front of log lines */
	struct camipc_worker_log log; /* LOG messages and stderr */
	struct camipc_crash_report crash; /* the newest */
	bool said_bye;
};

/**
 * @module: name of the module, copied. @share: as camipc_worker_log_init(). There
 * is nothing to fini.
 */
void camipc_worker_notes_init(struct camipc_worker_notes *notes,
			      const char *module,
			      struct camipc_log_share *share);

/**
 * camipc_worker_notes_take() - keep or log a message that is a note
 * @message: as received; it stays the caller's
 *
 * Returns 1 (a note, which is done with), 0 (not a note), -EPIPE (bye: nothing
 * follows) or -EPROTO (a malformed crash report).
 */
int camipc_worker_notes_take(struct camipc_worker_notes *notes,
			     struct camipc_message *message) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_WORKER_NOTES_H */
