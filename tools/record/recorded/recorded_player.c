/* SPDX-License-Identifier: MIT */
/* Plays a recorded IPA: compares each call, and does what the IPA did then. */
#include "recorded_player.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/error.h>

#include "chunk_item.h"
#include "compare_values.h"

/* ---- the recording ------------------------------------------------------- */

static bool is_message(const struct recorded_player *player,
		       const struct camipc_recorded *item, uint8_t kind)
{
	return item->kind == CAMIPC_ITEM_MESSAGE &&
	       item->proxy == player->proxy && item->message_kind == kind;
}

/* Makes the next item the current one. Returns false at the end. */
static bool look(struct recorded_player *player)
{
	if (!player->has_item)
		player->has_item = camipc_recording_next(player->recording,
							 &player->item) == 1;
	return player->has_item;
}

static void drop_item(struct recorded_player *player)
{
	player->has_item = false;
	player->place++;
}

/* Keeps what the host wrote: it is compared once the files of the next call are
 * known. */
static void note_write(struct recorded_player *player)
{
	const struct camipc_recorded *item = &player->item;
	struct recorded_write *write = &player->writes[player->n_writes];

	if (item->kind != CAMIPC_ITEM_ACCESS ||
	    !(item->flags & CAMIPC_ITEM_WROTE) ||
	    player->n_writes == RECORDED_MAX_WRITES)
		return;
	player->n_writes++;
	write->object = item->object;
	write->offset = item->offset;
	write->length = item->length;
	memcpy(write->hash, item->hash, CAMIPC_HASH_SIZE);
}

const struct camipc_schema *
recorded_player_init(struct recorded_player *player, const char *path,
		     char why[CAMIPC_RECORDING_WHY_SIZE])
{
	const char *end;

	memset(player, 0, sizeof(*player));
	player->frame = -1;
	player->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (player->fd < 0) {
		snprintf(why, CAMIPC_RECORDING_WHY_SIZE, "%s",
			 camipc_errno_to_string(errno));
		return NULL;
	}
	if (camipc_recording_open(player->fd, &player->recording, why) < 0 ||
	    camipc_recording_open(player->fd, &player->ahead.recording, why) < 0)
		return NULL;
	while (look(player)) {
		if (player->item.kind == CAMIPC_ITEM_MESSAGE) {
			player->proxy = player->item.proxy;
			player->ahead.proxy = player->proxy;
			return player->item.of->schema;
		}
		note_write(player);
		drop_item(player);
	}
	if (camipc_recording_get_end(player->recording, &end) ==
	    CAMIPC_RECORDING_COMPLETE)
		end = "the recording has no calls";
	snprintf(why, CAMIPC_RECORDING_WHY_SIZE, "%s", end);
	return NULL;
}

void recorded_player_fini(struct recorded_player *player)
{
	camipc_recording_close(player->recording);
	camipc_recording_close(player->ahead.recording);
	camipc_value_tree_fini(&player->tree);
	recorded_files_fini(&player->files);
	if (player->fd > 0)
		close(player->fd);
}

/* ---- differences --------------------------------------------------------- */

/* Logs the first difference; nothing is played after it. */
CAMIPC_PRINTF(3, 4)
static void diverge(struct recorded_player *player, const char *method,
		    const char *format, ...)
{
	char text[DIFFERENCE_SIZE + 100];
	char frame[40] = "";
	va_list args;

	if (player->is_over)
		return;
	player->is_over = true;
	if (player->frame >= 0)
		snprintf(frame, sizeof(frame), ", frame %.0f", player->frame);
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	camipc_host_log(player->host, CAMIPC_LOG_ERROR,
			"differs from the recording at call %u%s: %s: %s",
			player->n_calls, frame, method, text);
}

static void note_frame(struct recorded_player *player,
		       const struct camipc_recorded *item)
{
	uint32_t number;

	if (camipc_value_tree_read(&player->tree, item->type, item->body,
				   item->body_size) < 0)
		return;
	number = camipc_value_find(&player->tree, 1, "frame");
	if (number)
		player->frame = camipc_value_to_double(
			camipc_value_at(&player->tree, number));
}

static void compare_args(struct recorded_player *player,
			 const struct camipc_method *method,
			 const struct raw_message *args)
{
	static const struct record_options exact;
	const struct camipc_recorded *item = &player->item;
	const struct compared_body recorded = { item->body, item->body_size };
	const struct compared_body now = { args->bytes, args->size };
	char text[DIFFERENCE_SIZE];

	if (item->flags & (CAMIPC_ITEM_NO_BODY | CAMIPC_ITEM_REDACTED))
		return;
	if (compare_bodies(item->type, &recorded, &now, &exact, text) != 0)
		diverge(player, method->name, "%s", text);
}

/* ---- what the IPA did ---------------------------------------------------- */

/* Outputs begin with the result, if they have one. */
static int32_t result_of(const struct camipc_recorded *item)
{
	uint64_t value = 0;

	if (item->body_size < 2 || item->body[0] != 8)
		return 0;
	for (size_t i = 1; i < item->body_size && i < 11; i++) {
		value |= (uint64_t)(item->body[i] & 0x7f) << 7 * (i - 1);
		if (!(item->body[i] & 0x80))
			break;
	}
	return (int32_t)(uint32_t)((value >> 1) ^ (0 - (value & 1)));
}

static void play_reply(struct recorded_player *player,
		       const struct camipc_method *method,
		       struct raw_message *outs)
{
	const struct camipc_recorded *item = &player->item;
	uint8_t *bytes;

	if (item->status) {
		diverge(player, method->name, "the recorded call failed: %s",
			camipc_strerror(item->status));
		return;
	}
	if (item->flags & (CAMIPC_ITEM_NO_BODY | CAMIPC_ITEM_REDACTED) ||
	    item->n_fds > 0) {
		diverge(player, method->name, "%s",
			item->n_fds ? "the descriptors of its outputs were not "
				      "recorded"
				    : "its outputs were not recorded, or "
				      "redacted");
		return;
	}
	if (!outs || !item->body_size)
		return;
	bytes = camipc_host_alloc(player->host, item->body_size, 1);
	if (!bytes) {
		diverge(player, method->name, "out of memory");
		return;
	}
	memcpy(bytes, item->body, item->body_size);
	outs->bytes = bytes;
	outs->size = item->body_size;
	outs->ret = result_of(item);
}

static void play_event(struct recorded_player *player)
{
	const struct camipc_recorded *item = &player->item;
	const struct raw_message args = {
		.bytes = item->body,
		.size = item->body_size,
	};
	int ret;

	if (item->flags & (CAMIPC_ITEM_NO_BODY | CAMIPC_ITEM_REDACTED) ||
	    item->n_fds > 0) {
		diverge(player, item->method->name,
			"the event was not recorded as a whole, or redacted");
		return;
	}
	ret = player->host->raise_event(player->host, item->value,
					item->type ? &args : NULL);
	if (ret < 0)
		diverge(player, item->method->name,
			"the recorded event cannot be raised: %s",
			camipc_errno_to_string(ret));
}

/* Does what the IPA did until the next call, or until it ended. */
static void play(struct recorded_player *player,
		 const struct camipc_method *method, struct raw_message *outs)
{
	while (!player->is_over && look(player)) {
		const struct camipc_recorded *item = &player->item;

		if (is_message(player, item, CAMIPC_WIRE_CALL))
			return;
		note_write(player);
		if (is_message(player, item, CAMIPC_WIRE_REPLY)) {
			play_reply(player, method, outs);
		} else if (is_message(player, item, CAMIPC_WIRE_EVENT)) {
			play_event(player);
		} else if (item->kind == CAMIPC_ITEM_LOST) {
			diverge(player, method->name,
				"items are missing: the recorder fell behind");
		} else if (item->kind == CAMIPC_ITEM_ENDED &&
			   item->proxy == player->proxy) {
			diverge(player, method->name,
				"the recorded IPA ended here: %.300s",
				item->text);
		}
		drop_item(player);
	}
}

/* ---- calls --------------------------------------------------------------- */

static void compare_writes(struct recorded_player *player,
			   const struct camipc_method *method)
{
	for (uint32_t i = 0; i < player->n_writes && !player->is_over; i++) {
		const struct recorded_write *write = &player->writes[i];
		const struct camipc_recorded item = {
			.object = write->object,
			.offset = write->offset,
			.length = write->length,
			.hash = write->hash,
		};
		uint64_t offset = 0;

		if (recorded_files_compare(&player->files, player->recording,
					   &item, &offset) == 1)
			diverge(player, method->name,
				"the contents of a buffer of %u bytes, from "
				"byte %llu on",
				write->length, (unsigned long long)offset);
	}
	player->n_writes = 0;
}

static void compare_call(struct recorded_player *player,
			 const struct camipc_method *method,
			 const struct raw_message *args)
{
	const struct camipc_recorded *item = &player->item;
	int ret;

	if (item->value != method->id) {
		diverge(player, method->name, "recorded a call of %s",
			item->method->name);
		return;
	}
	note_frame(player, item);
	compare_args(player, method, args);
	if (player->is_over)
		return;
	ret = recorded_files_keep(&player->files, item, args);
	if (ret < 0)
		diverge(player, method->name, "descriptors: %s",
			ret == -EPROTO ? "another number than recorded"
				       : camipc_errno_to_string(ret));
	compare_writes(player, method);
	if (player->is_over)
		return;
	ret = recorded_ahead_write(&player->ahead, &player->files,
				   player->place, player->n_calls);
	if (ret < 0)
		diverge(player, method->name,
			"the contents of a buffer that the IPA wrote: %s",
			ret == -ENOENT ? "they were not recorded"
				       : camipc_errno_to_string(ret));
}

void recorded_player_call(struct recorded_player *player,
			  const struct camipc_method *method,
			  const struct raw_message *args,
			  struct raw_message *outs)
{
	static const struct raw_message none;

	/* The latest item is a call: everything before it was played. */
	if (!player->is_over && look(player))
		compare_call(player, method, args ? args : &none);
	else
		diverge(player, method->name,
			"the recording has no further calls");
	drop_item(player);
	player->n_calls++;
	if (!player->is_over)
		play(player, method, outs);
	if (player->is_over)
		player->host->fail_op(player->host);
}
