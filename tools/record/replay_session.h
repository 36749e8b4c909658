/* SPDX-License-Identifier: MIT */
/*
 * One IPA that gets recorded calls: the proxy, the events that it raised, and
 * the outputs that wait for their recorded reply.
 */
#ifndef TOOLS_RECORD_REPLAY_SESSION_H
#define TOOLS_RECORD_REPLAY_SESSION_H

#include "raw_interface.h"
#include "recording_reader.h"

/** An event that was raised, in order. */
struct replay_event {
	struct replay_event *next;
	const struct camipc_method *event;
	size_t size;
	uint8_t body[];
};

/** The outcome of a call. */
struct replay_answer {
	uint32_t cookie;
	int error; /* of the library; 0: the IPA answered */
	struct raw_message outs;
};

/** Calls whose recorded reply comes later. */
#define REPLAY_MAX_ANSWERS 64

struct replay_session {
	struct raw_interface raw;
	struct camipc_manager *manager;
	struct camipc_proxy *proxy;
	struct replay_event *first; /* not compared yet */
	struct replay_event **last;
	struct replay_answer answers[REPLAY_MAX_ANSWERS];
	uint32_t n_answers;

	/* The end of the IPA. */
	bool is_closed;
	enum camipc_reason reason;
	int wait_status;
	char text[512];
	char place[128]; /* of a crash: "ipa_x.so+0x12"; "" if not known */
	char last_call[64];
	bool no_memory;

	unsigned int limit_ms; /* of each call; 0: that of its interface */
	unsigned int longest_wait_ms; /* for an event */
};

/**
 * Prepares a session for the interface. A call gets @limit_ms at most; 0 leaves
 * the limits of the interface. Returns 0 or -ENOMEM.
 */
int replay_session_init(struct replay_session *session,
			const struct camipc_schema *schema,
			unsigned int limit_ms) CAMIPC_MUST_CHECK;

/** Creates the IPA. Returns what camipc_proxy_create() returns. */
int replay_session_create(struct replay_session *session,
			  const struct camipc_manager_options *options,
			  const struct camipc_match *match) CAMIPC_MUST_CHECK;

/** Makes a recorded call. Returns 0, or the library's error. */
int replay_session_call(struct replay_session *session,
			const struct camipc_recorded *item, const int *fds);

/** Takes the outcome of a call; false if there was no such call. */
bool replay_session_take(struct replay_session *session, uint32_t cookie,
			 struct replay_answer *ret_answer);

/**
 * Waits for the next event. Returns NULL if none came in @timeout_ms, if the
 * IPA has ended, or after an interrupt. The caller frees it.
 */
struct replay_event *replay_session_wait(struct replay_session *session,
					 unsigned int timeout_ms);

/** Waits for the end of the IPA. Returns false if it goes on. */
bool replay_session_wait_closed(struct replay_session *session,
				unsigned int timeout_ms);

/** Ends the IPA and frees everything. */
void replay_session_fini(struct replay_session *session);

#endif /* TOOLS_RECORD_REPLAY_SESSION_H */
