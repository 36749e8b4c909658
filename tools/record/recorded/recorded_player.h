/* SPDX-License-Identifier: MIT */
/* Plays a recorded IPA: compares each call, and does what the IPA did then. */
#ifndef TOOLS_RECORD_RECORDED_PLAYER_H
#define TOOLS_RECORD_RECORDED_PLAYER_H

#include <camipc/module.h>

#include "recorded_ahead.h"
#include "value_tree.h"

/** Contents that the host wrote before a call; further ones are not compared. */
#define RECORDED_MAX_WRITES 64

struct recorded_write {
	uint64_t object;
	uint64_t offset;
	uint32_t length;
	uint8_t hash[CAMIPC_HASH_SIZE];
};

/** One instance. Thread word: bound to the op thread. */
struct recorded_player {
	struct camipc_host *host;
	int fd;
	struct camipc_recording *recording;
	struct recorded_ahead ahead; /* the same, read further */
	struct camipc_recorded item; /* the latest one of @recording */
	struct recorded_files files;
	struct camipc_value_tree tree;
	uint32_t proxy; /* the recorded one that is played */
	bool has_item; /* @item is the next one */
	uint64_t place; /* of @item: its number, from 0 */
	bool is_over; /* the calls differ, or the recording has ended */
	double frame; /* of the last call that has one; -1: none */
	uint32_t n_calls;
	struct recorded_write writes[RECORDED_MAX_WRITES]; /* for the next call */
	uint32_t n_writes;
};

/**
 * Opens the recording @path, and finds the first message. Returns the schema of
 * its interface, or NULL: @why has the reason. It is valid until fini.
 */
const struct camipc_schema *
recorded_player_init(struct recorded_player *player, const char *path,
		     char why[CAMIPC_RECORDING_WHY_SIZE]) CAMIPC_MUST_CHECK;

/** Closes the recording; a zeroed one is fine. Call it once. */
void recorded_player_fini(struct recorded_player *player);

/**
 * Compares a live call with the next recorded one, and does what the IPA did
 * until the call after it. After the first difference, which takes one line in
 * the log, each call fails.
 */
void recorded_player_call(struct recorded_player *player,
			  const struct camipc_method *method,
			  const struct raw_message *args,
			  struct raw_message *outs);

#endif /* TOOLS_RECORD_RECORDED_PLAYER_H */
