/* SPDX-License-Identifier: MIT */
/* Gives a recording, or a part of it, to a module, and compares. */
#ifndef TOOLS_RECORD_REPLAY_RUN_H
#define TOOLS_RECORD_REPLAY_RUN_H

#include "commands.h"
#include "compare_values.h"
#include "recording_file.h"

/** How long an event, or the end of an IPA, is waited for. */
#define REPLAY_WAIT_MS 10000

/** How long an IPA may take to crash after the last call. */
#define REPLAY_LATE_MS 1000

/** What a replay does with an item of the recording. */
enum replay_fate {
	REPLAY_USE,
	REPLAY_USE_UNCOMPARED, /* any contents of a reply or event are right */
	REPLAY_SKIP,
	REPLAY_STOP, /* the replay ends before it */
};

/** One replay. */
struct replay_run {
	const struct options *options;
	const char *path; /* of the recording */
	const char *isolation; /* NULL: the manager decides */

	/** Decides about the item of this number, from 0; NULL: all are used. */
	enum replay_fate (*fate)(const void *user, uint32_t number);
	const void *user;

	unsigned int wait_ms; /* at most REPLAY_WAIT_MS */
	unsigned int limit_ms; /* for the whole replay; 0: no limit */
	bool is_silent; /* prints nothing */

	/** How long an IPA may take to crash after the last call. */
	unsigned int late_ms;
};

enum replay_result {
	REPLAY_EQUAL,
	REPLAY_DIFFERS,
	REPLAY_ENDED, /* the IPA has ended, also if that was recorded */
	REPLAY_REFUSED, /* the recording or the module cannot be replayed */
	REPLAY_INTERRUPTED,
};

/** How a replay went. */
struct replay_outcome {
	int code; /* exit code of the command replay */
	enum replay_result result;
	uint32_t number; /* of the last item that was used */
	unsigned int longest_wait_ms; /* for an event */
	unsigned int end_took_ms; /* from the last call until the end was seen */

	/* Of REPLAY_DIFFERS: the first difference. */
	const char *kind; /* of the item: "reply" */
	char method[64];
	char difference[DIFFERENCE_SIZE + 100]; /* "field: recorded 1, now 2" */

	/* Of REPLAY_ENDED. */
	enum camipc_reason reason;
	int wait_status;
	char place[128]; /* of a crash: "ipa_x.so+0x12"; "" if not known */
	char last_call[64];
	char text[1024]; /* one line */
};

/**
 * Replays. Returns the code of @ret_outcome; unless the run is silent, one line
 * was printed if it is not EXIT_OK. interrupt_init() must have been called.
 */
int replay_run(const struct replay_run *run,
	       struct replay_outcome *ret_outcome) CAMIPC_MUST_CHECK;

#endif /* TOOLS_RECORD_REPLAY_RUN_H */
