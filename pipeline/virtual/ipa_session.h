/* SPDX-License-Identifier: MIT */
/*
 * The camera's IPA: started, given buffers, asked about frames, and waited for.
 * Which calls these are is up to the image processor (isp.h); how frames follow
 * each other, to lockstep.c and realtime.c.
 */
#ifndef VIRTUAL_IPA_SESSION_H
#define VIRTUAL_IPA_SESSION_H

#include <camipc/arena.h>

#include "imager.h"
#include "shared_buffers.h"

/** Metadata or controls of one frame, in bytes: some hundred in practice. */
#define VIRTUAL_IPA_LIST_BUDGET (64 * 1024)

/** What an IPA is run with; pointers are borrowed for init. */
struct virtual_ipa_options {
	const char *module; /* name, or path with a slash; NULL: the ISP's */
	const char *argument; /* of the module; NULL: none */
	const char *isolation; /* see struct camipc_match */
	uint32_t transport; /* of messages to a worker: likewise */
	const char *tuning; /* path of the module's file; NULL: its defaults */
	int timeout_ms; /* limit for the parameters of a frame */
	int max_restarts; /* within 10 s; 0: 3; negative: none */
	int interrupt_fd; /* once readable, waiting ends; -1: none */
	void (*closed)(void *user, const struct camipc_closed_info *info);
	void (*restarted)(void *user, const struct camipc_restart_info *info);
	void *user; /* of both, which are kept and may be NULL */
};

/** A question about a frame, and what the IPA answered. */
struct virtual_answer {
	uint32_t frame;
	bool is_asked;
	bool has_parameters; /* or a negative status instead */
	bool has_metadata;
	bool owes_metadata; /* its statistics were handed over */
	bool is_taken; /* by virtual_ipa_take_parameters() */
	bool is_lost; /* the IPA ended before it had answered all */
	int32_t status; /* 0 or a negative errno of the IPA */
};

/** Controls with the memory that they are in. */
struct virtual_ipa_controls {
	struct camipc_arena arena;
	struct cam_control_list list;
	bool is_sent; /* the next list replaces this one */
};

/** Thread word: bound. */
struct virtual_ipa {
	struct virtual_imager *imager; /* gets the IPA's sensor controls */
	struct virtual_error *error;
	struct virtual_ipa_options options;
	struct camipc_proxy *proxy;
	void *handle; /* the proxy as its interface's type */
	struct cam_control_info_map infos; /* that the IPA offers */
	struct virtual_shared_buffers buffers;
	struct virtual_answer answers[VIRTUAL_N_BUFFERS]; /* by buffer */
	void *parameters; /* the latest that were taken */
	uint32_t parameters_frame; /* that these belong to */
	bool has_parameters;
	struct camipc_arena metadata_arena;
	struct cam_control_list metadata; /* the latest */
	struct virtual_ipa_controls request; /* for the next frame */
	struct virtual_ipa_controls settings; /* all that were requested */
	struct virtual_restart_counts restarts;
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

/** Adds controls to those that the next question carries, and that an IPA gets
 *  again after a restart. Returns 0 or -ENOMEM. */
int virtual_ipa_set_request(struct virtual_ipa *ipa,
			    const struct cam_control_list *list)
	CAMIPC_MUST_CHECK;

/** Does so after it has brought each control into the range that the IPA
 *  offers. Returns the number of controls that were changed or left out, -EINVAL
 *  (more than 64 controls) or -ENOMEM. */
int virtual_ipa_request_controls(struct virtual_ipa *ipa,
				 const struct cam_control_list *list)
	CAMIPC_MUST_CHECK;

/** Returns the answer slot of a frame; frames take turns with the slots. */
struct virtual_answer *virtual_ipa_get_answer(struct virtual_ipa *ipa,
					      uint32_t frame);

/** Returns true if the IPA still uses the slot's buffers: its parameters have
 *  not come yet, or the metadata of statistics that it was given. An IPA that
 *  has ended uses none. */
bool virtual_answer_is_owed(const struct virtual_answer *answer);

/**
 * virtual_ipa_before_frame() - begin a frame, before the sensor takes it
 * @frame: its number; nothing may be owed for its slot
 *
 * While the IPA is being restarted, the frame's answer is marked as lost.
 * Returns 0, or a negative errno and a text.
 */
int virtual_ipa_before_frame(struct virtual_ipa *ipa,
			     uint32_t frame) CAMIPC_MUST_CHECK;

/** Tells the IPA about a frame that began and was taken. Returns as
 *  virtual_ipa_before_frame() does. */
int virtual_ipa_frame_taken(struct virtual_ipa *ipa,
			    const struct virtual_frame *frame)
	CAMIPC_MUST_CHECK;

/** Tells the IPA about a frame whose image was made. Returns as
 *  virtual_ipa_before_frame() does. */
int virtual_ipa_image_made(struct virtual_ipa *ipa,
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

/**
 * virtual_ipa_wait_restart() - wait while the IPA is being restarted
 *
 * Returns 0 also if it is not, or what virtual_ipa_pause() does.
 */
int virtual_ipa_wait_restart(struct virtual_ipa *ipa) CAMIPC_MUST_CHECK;

/**
 * virtual_ipa_ask_again() - wait for a restart, and ask about a frame anew
 * @frame: a frame that was taken, whose question the IPA has lost
 *
 * Returns as virtual_ipa_wait_restart() and virtual_ipa_before_frame() do.
 */
int virtual_ipa_ask_again(struct virtual_ipa *ipa,
			  const struct virtual_frame *frame) CAMIPC_MUST_CHECK;

/**
 * virtual_ipa_pause() - dispatch events until a moment
 * @until_ms: in virtual_ipa_now_ms()
 *
 * Returns 0, -EINTR, -EPIPE, or what poll() and dispatch fail with.
 */
int virtual_ipa_pause(struct virtual_ipa *ipa,
		      int64_t until_ms) CAMIPC_MUST_CHECK;

/** Dispatches events without waiting. Returns 0, -EPIPE or an error. */
int virtual_ipa_dispatch(struct virtual_ipa *ipa) CAMIPC_MUST_CHECK;

/**
 * virtual_ipa_take_parameters() - copy the parameters that answer a question
 * @answer: it has parameters, and they were not taken yet
 *
 * They are in ipa->parameters until others are taken. Parameters that come by
 * event are there already. Returns 0, -EREMOTEIO
 * (the IPA's status says that it failed) or an error of the buffer.
 */
int virtual_ipa_take_parameters(struct virtual_ipa *ipa,
				struct virtual_answer *answer) CAMIPC_MUST_CHECK;

/* ---- for image processors ------------------------------------------------ */

/** Returns the controls of the application's request, for a call that carries
 *  them: those that were set since the last call of this, or an empty list. */
const struct cam_control_list *
virtual_ipa_take_request(struct virtual_ipa *ipa);

/** The IPA has written the parameters of @frame, or failed with @status. */
void virtual_ipa_answer_parameters(struct virtual_ipa *ipa, uint32_t frame,
				   int32_t status);

/** The IPA has the metadata of @frame, which are copied. */
void virtual_ipa_answer_metadata(struct virtual_ipa *ipa, uint32_t frame,
				 const struct cam_control_list *metadata);

/** A call about @frame was lost, as the IPA has ended. */
void virtual_ipa_lost(struct virtual_ipa *ipa, uint32_t frame);

/** The event restarted of any interface; @user is the session. */
void virtual_ipa_on_restarted(void *user,
			      const struct camipc_restart_info *info);

/** The event closed of any interface; @user is the session. */
void virtual_ipa_on_closed(void *user, const struct camipc_closed_info *info);

/** Measures the latest frame into its statistics buffer. Returns 0, or a
 *  negative errno and a text. */
int virtual_ipa_write_statistics(struct virtual_ipa *ipa, uint32_t frame)
	CAMIPC_MUST_CHECK;

/** Returns true while another IPA takes the place of one that has ended. */
bool virtual_ipa_is_restarting(const struct virtual_ipa *ipa);

/**
 * virtual_ipa_call_failed() - explain why a call failed
 * @call: its name in the IDL
 * @ret: what it returned: an error of ours, or one of the IPA
 *
 * Returns @ret if it is ours, or -EREMOTEIO if the IPA returned it: only the
 * text names the IPA's own errors.
 */
int virtual_ipa_call_failed(struct virtual_ipa *ipa, const char *call, int ret);

/** Returns CLOCK_MONOTONIC in milliseconds. Thread word: safe. */
int64_t virtual_ipa_now_ms(void);

#endif /* VIRTUAL_IPA_SESSION_H */
