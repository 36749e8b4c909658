/* SPDX-License-Identifier: MIT */
/*
 * The camera's IPA: started, given buffers, asked about frames, and waited for.
 * How frames follow each other is up to lockstep.c and realtime.c.
 */
#ifndef VIRTUAL_IPA_SESSION_H
#define VIRTUAL_IPA_SESSION_H

#include <camipc/arena.h>

#include "imager.h"
#include "shared_buffers.h"
#include "softisp_ipa_proxy.h"

/** What an IPA is run with; pointers are borrowed for init. */
struct virtual_ipa_options {
	const char *module; /* name, or path with a slash; NULL: softisp */
	const char *isolation; /* see struct camipc_match */
	const char *tuning; /* path of the module's file; NULL: its defaults */
	int timeout_ms; /* limit for the parameters of a frame */
	int interrupt_fd; /* once readable, waiting ends; -1: none */
	void (*closed)(void *user, const struct camipc_closed_info *info);
	void *user; /* of closed(); both are kept */
};

/** A question about a frame, and what the IPA answered. */
struct virtual_answer {
	uint32_t frame;
	bool is_asked;
	bool has_parameters; /* or a negative status instead */
	bool has_metadata;
	bool is_taken; /* by virtual_ipa_take_parameters() */
	int32_t status; /* 0 or a negative errno of the IPA */
};

/** Thread word: bound. */
struct virtual_ipa {
	struct virtual_imager *imager; /* gets the IPA's sensor controls */
	struct virtual_error *error;
	struct virtual_ipa_options options;
	struct ipa_softisp *proxy;
	struct cam_control_info_map infos; /* that the IPA offers */
	struct virtual_shared_buffers buffers;
	struct virtual_answer answers[VIRTUAL_N_BUFFERS]; /* by buffer */
	struct camipc_arena metadata_arena;
	struct cam_control_list metadata; /* the latest */
	struct camipc_arena request_arena;
	struct cam_control_list request; /* for the next frame */
	bool is_closed;
};

/**
 * virtual_ipa_init() - run an IPA, initialise it and map buffers
 * @ipa: zeroed memory; call fini also after a failure. Do not move it
 * @imager, @error: must live as long as @ipa
 *
 * Returns 0, or a negative errno and a text.
 */
int virtual_ipa_init(struct virtual_ipa *ipa, struct camipc_manager *manager,
		     const struct virtual_ipa_options *options,
		     struct virtual_imager *imager,
		     struct virtual_error *error) CAMIPC_MUST_CHECK;

/** Ends the IPA and frees everything; accepts zeroed memory. */
void virtual_ipa_fini(struct virtual_ipa *ipa);

/** Starts the IPA, and applies its first sensor controls. Returns 0, or a
 *  negative errno and a text. */
int virtual_ipa_start(struct virtual_ipa *ipa) CAMIPC_MUST_CHECK;

/** Stops the IPA, and forgets what it was asked. Returns as start does. */
int virtual_ipa_stop(struct virtual_ipa *ipa) CAMIPC_MUST_CHECK;

/** Copies the controls that the next question carries. Returns 0 or -ENOMEM. */
int virtual_ipa_set_request(struct virtual_ipa *ipa,
			    const struct cam_control_list *list)
	CAMIPC_MUST_CHECK;

/** Returns the answer slot of a frame; frames take turns with the slots. */
struct virtual_answer *virtual_ipa_get_answer(struct virtual_ipa *ipa,
					      uint32_t frame);

/** Returns true if the slot's question is not answered with parameters yet. */
bool virtual_answer_is_owed(const struct virtual_answer *answer);

/**
 * virtual_ipa_ask() - measure the latest frame, and ask for its parameters
 * @frame: as virtual_imager_expose() described it; nothing may be owed for its
 *         slot
 *
 * Returns 0, or a negative errno and a text.
 */
int virtual_ipa_ask(struct virtual_ipa *ipa,
		    const struct virtual_frame *frame) CAMIPC_MUST_CHECK;

/**
 * virtual_ipa_wait() - wait for the IPA, then dispatch its events
 * @timer_fd: becoming readable ends the wait, too; -1: none
 * @frame: the frame that is waited for, for the text
 * @since_ms: virtual_ipa_now_ms() from which the timeout counts
 *
 * Returns 0 after events or the timer, -EINTR (interrupt_fd), -ETIMEDOUT (no
 * event and no timer within the timeout), -EPIPE (the IPA is gone), or what
 * poll() and dispatch fail with.
 */
int virtual_ipa_wait(struct virtual_ipa *ipa, int timer_fd, uint32_t frame,
		     int64_t since_ms) CAMIPC_MUST_CHECK;

/** Dispatches events without waiting. Returns 0, -EPIPE or an error. */
int virtual_ipa_dispatch(struct virtual_ipa *ipa) CAMIPC_MUST_CHECK;

/**
 * virtual_ipa_take_parameters() - copy the parameters that answer a question
 * @answer: it has parameters, and they were not taken yet
 *
 * Returns 0, -EREMOTEIO (the IPA's status says that it failed) or an error of
 * the buffer.
 */
int virtual_ipa_take_parameters(struct virtual_ipa *ipa,
				struct virtual_answer *answer,
				struct ipa_softisp_parameters *ret_parameters)
	CAMIPC_MUST_CHECK;

/** Returns CLOCK_MONOTONIC in milliseconds. Thread word: safe. */
int64_t virtual_ipa_now_ms(void);

#endif /* VIRTUAL_IPA_SESSION_H */
