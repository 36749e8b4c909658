/* SPDX-License-Identifier: MIT */
/* The command replay: gives recorded calls to a module, and compares. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <camipc/error.h>

#include "chunk_item.h"
#include "commands.h"
#include "compare_values.h"
#include "interrupt.h"
#include "item_text.h"
#include "recording_file.h"
#include "replay_files.h"
#include "replay_session.h"
#include "report.h"

/* How long an event, or the end of an IPA, is waited for. */
#define WAIT_MS 10000

struct replay {
	const struct options *options;
	struct recording_file file;
	struct replay_session session;
	struct replay_files *files;
	struct camipc_value_tree tree;
	uint32_t proxy; /* the recorded one that is replayed */
	bool is_begun;
	bool is_over; /* the recorded proxy was closed, or its IPA ended */
	bool is_dead; /* our IPA ended; a recorded end must follow */
	uint64_t recorded_begin;
	uint64_t begin;
	double frame; /* of the last call that has one; -1: none */
	unsigned int n_calls;
	unsigned int n_events;
	unsigned int n_buffers;
	unsigned int n_skipped; /* buffers whose contents were not recorded */
};

static uint64_t replay_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Reports the first difference. Returns EXIT_FAILED. */
CAMIPC_PRINTF(3, 4)
static int report_difference(const struct replay *replay,
		  const struct camipc_recorded *item, const char *format, ...)
{
	char frame[40] = "";
	char text[DIFFERENCE_SIZE + 100];
	va_list args;

	if (replay->frame >= 0)
		snprintf(frame, sizeof(frame), ", frame %.0f", replay->frame);
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	report_error("%.300s: differs at %.6f s%s: %s %s: %s",
		     replay->file.path, item_seconds(item), frame,
		     item_kind_name(item),
		     item->method ? item->method->name : "", text);
	return EXIT_FAILED;
}

/* ---- the IPA ------------------------------------------------------------- */

static int find_replayed_module(const struct replay *replay,
		       const struct camipc_recorded_proxy *of,
		       struct camipc_match *match, char path[PATH_MAX])
{
	const char *module = replay->options->record.module;

	if (!module && access(of->module, R_OK) == 0)
		module = of->module;
	if (module && strchr(module, '/')) {
		if (!realpath(module, path)) {
			report_option("module", module,
				      "cannot find the module: %s",
				      camipc_errno_to_string(errno));
			return EXIT_USAGE;
		}
		match->path = path;
	} else {
		match->module = module;
	}
	/* Another module need not take the recorded argument. */
	match->argument = replay->options->camera_options.argument;
	if (!match->argument && !replay->options->record.module &&
	    of->argument[0])
		match->argument = of->argument;
	match->isolation = replay->options->camera_options.isolation;
	return EXIT_OK;
}

static int create_ipa(struct replay *replay, const struct camipc_recorded *item)
{
	const struct camipc_recorded_proxy *of = item->of;
	struct camipc_manager_options options;
	struct camipc_match match = { .module = NULL };
	char path[PATH_MAX];
	int code = find_replayed_module(replay, of, &match, path);
	int ret;

	if (code != EXIT_OK)
		return code;
	options_for_manager(replay->options, &options);
	ret = replay_session_init(&replay->session, of->schema);
	if (ret == 0)
		ret = replay_session_create(&replay->session, &options, &match);
	if (ret == -EPROTOTYPE || ret == -ESTALE)
		report_error("%.300s: the recording is of the interface %s, "
			     "version %u, and the module is for another one "
			     "(EPROTOTYPE)",
			     replay->file.path, of->schema->name,
			     of->schema->version);
	else if (ret < 0)
		report_error("%.300s: cannot run the module: %s",
			     replay->file.path, camipc_strerror(ret));
	if (ret < 0)
		return ret == -EPIPE || ret == -ETIMEDOUT ? EXIT_FAILED
							  : EXIT_USAGE;
	replay->is_begun = true;
	replay->proxy = item->proxy;
	replay->recorded_begin = item->time;
	replay->begin = replay_now();
	report_running();
	return EXIT_OK;
}

/* ---- items --------------------------------------------------------------- */

static void note_frame(struct replay *replay,
		       const struct camipc_recorded *item)
{
	uint32_t number;

	if (camipc_value_tree_read(&replay->tree, item->type, item->body,
				   item->body_size) < 0)
		return;
	number = camipc_value_find(&replay->tree, 1, "frame");
	if (number)
		replay->frame = camipc_value_to_double(
			camipc_value_at(&replay->tree, number));
}

static int replay_call(struct replay *replay,
		       const struct camipc_recorded *item)
{
	int fds[CAMIPC_MAX_FDS];
	int ret;

	if (item->flags & CAMIPC_ITEM_NO_BODY)
		return report_difference(replay, item,
			      "its arguments were too large to be recorded");
	note_frame(replay, item);
	if (replay->is_dead)
		return EXIT_OK;
	if (item->n_fds > CAMIPC_MAX_FDS)
		return report_difference(replay, item, "too many descriptors");
	ret = replay_files_open(replay->files, item, fds);
	if (ret < 0)
		return report_difference(replay, item, "cannot make a descriptor: %s",
			      camipc_errno_to_string(ret));
	ret = replay_session_call(&replay->session, item, fds);
	for (uint32_t i = 0; i < item->n_fds; i++)
		close(fds[i]);
	replay->n_calls++;
	if (ret == -EPIPE)
		replay->is_dead = true;
	else if (ret < 0)
		return report_difference(replay, item, "recorded as accepted, now: %s",
			      camipc_strerror(ret));
	return EXIT_OK;
}

static int compare_message(const struct replay *replay,
			   const struct camipc_recorded *item,
			   const uint8_t *bytes, size_t size)
{
	const struct compared_body recorded = { item->body, item->body_size };
	const struct compared_body now = { bytes, size };
	char text[DIFFERENCE_SIZE];

	if (item->flags & (CAMIPC_ITEM_NO_BODY | CAMIPC_ITEM_REDACTED))
		return EXIT_OK;
	if (compare_bodies(item->type, &recorded, &now,
			   &replay->options->record, text) != 0)
		return report_difference(replay, item, "%s", text);
	return EXIT_OK;
}

static int replay_reply(struct replay *replay,
			const struct camipc_recorded *item)
{
	struct replay_answer answer = { .cookie = item->cookie };
	int code;

	/* A call that was begun before the IPA ended. */
	if (!replay_session_take(&replay->session, item->cookie, &answer)) {
		if (replay->is_dead && item->status)
			return EXIT_OK;
		return report_difference(replay, item, "the recording has no such call");
	}
	if (answer.error == -EPIPE)
		replay->is_dead = true;
	if (answer.error != item->status)
		code = report_difference(replay, item, "recorded %s, now %s",
			      item->status ? camipc_strerror(item->status)
					   : "an answer",
			      answer.error ? camipc_strerror(answer.error)
					   : "an answer");
	else if (item->status)
		code = EXIT_OK;
	else
		code = compare_message(replay, item, answer.outs.bytes,
				       answer.outs.size);
	raw_message_clear(&answer.outs);
	return code;
}

static int replay_event(struct replay *replay,
			const struct camipc_recorded *item)
{
	struct replay_event *event =
		replay_session_wait(&replay->session, WAIT_MS);
	int code;

	replay->n_events++;
	note_frame(replay, item);
	if (!event && replay->session.is_closed)
		return report_difference(replay, item, "the IPA ended before: %s",
			      replay->session.text);
	if (!event)
		return report_difference(replay, item, "no event came within %d s",
			      WAIT_MS / 1000);
	if (event->event->id != item->value)
		code = report_difference(replay, item, "now the event %s came",
			      event->event->name);
	else
		code = compare_message(replay, item, event->body, event->size);
	free(event);
	return code;
}

static int replay_access(struct replay *replay,
			 const struct camipc_recorded *item)
{
	uint64_t offset = 0;
	int ret = replay_files_access(replay->files, replay->file.recording,
				      item, &offset);

	if (ret == -ENOENT) {
		replay->n_skipped++;
		return EXIT_OK;
	}
	replay->n_buffers++;
	if (ret == 1)
		return report_difference(replay, item,
			      "the contents of a buffer of %u bytes, from byte "
			      "%llu on",
			      item->length, (unsigned long long)offset);
	if (ret < 0)
		return report_difference(replay, item, "cannot use a buffer: %s",
			      camipc_errno_to_string(ret));
	return EXIT_OK;
}

static int replay_end(struct replay *replay, const struct camipc_recorded *item)
{
	replay->is_over = true;
	if (!replay_session_wait_closed(&replay->session, WAIT_MS))
		return report_difference(replay, item, "recorded '%.200s', and now the IPA "
			      "goes on",
			      item->text);
	replay->is_dead = false;
	if (replay->session.reason != item->reason ||
	    replay->session.wait_status != item->wait_status)
		return report_difference(replay, item, "recorded '%.200s', now '%.200s'",
			      item->text, replay->session.text);
	return EXIT_OK;
}

/* Waits until the time at which an item was recorded. */
static void keep_time(const struct replay *replay,
		      const struct camipc_recorded *item)
{
	const uint64_t due = replay->begin +
			     (item->time - replay->recorded_begin);
	const uint64_t now = replay_now();
	struct timespec pause;

	if (!replay->options->record.at_recorded_speed || due <= now)
		return;
	pause.tv_sec = (time_t)((due - now) / 1000000000);
	pause.tv_nsec = (long)((due - now) % 1000000000);
	nanosleep(&pause, NULL);
}

static int replay_message(struct replay *replay,
			  const struct camipc_recorded *item)
{
	if (item->message_kind == CAMIPC_WIRE_CALL) {
		keep_time(replay, item);
		return replay_call(replay, item);
	}
	if (item->message_kind == CAMIPC_WIRE_REPLY)
		return replay_reply(replay, item);
	return replay_event(replay, item);
}

static int replay_item(struct replay *replay,
		       const struct camipc_recorded *item)
{
	if (item->kind == CAMIPC_ITEM_LOST)
		return report_difference(replay, item, "%u items are missing: the recorder "
			      "fell behind",
			      item->value);
	if (item->kind == CAMIPC_ITEM_ACCESS)
		return replay_access(replay, item);
	if (item->kind == CAMIPC_ITEM_MESSAGE && !replay->is_begun) {
		const int code = create_ipa(replay, item);

		if (code != EXIT_OK)
			return code;
	}
	if (!replay->is_begun || item->proxy != replay->proxy)
		return EXIT_OK;
	if (item->kind == CAMIPC_ITEM_MESSAGE)
		return replay_message(replay, item);
	if (item->kind == CAMIPC_ITEM_ENDED)
		return replay_end(replay, item);
	if (item->kind == CAMIPC_ITEM_CLOSED)
		replay->is_over = true;
	return EXIT_OK;
}

static int check_end(const struct replay *replay)
{
	if (!replay->is_begun) {
		report_error("%.300s: the recording has no calls",
			     replay->file.path);
		return EXIT_FAILED;
	}
	if (!replay->is_dead)
		return EXIT_OK;
	report_error("%.300s: differs at its end: the IPA has ended now: %s",
		     replay->file.path, replay->session.text);
	return EXIT_FAILED;
}

static int replay_all(struct replay *replay)
{
	struct camipc_recorded item;
	int code = EXIT_OK;

	while (code == EXIT_OK && !replay->is_over &&
	       camipc_recording_next(replay->file.recording, &item) == 1) {
		if (interrupt_signal())
			return EXIT_SIGNAL + interrupt_signal();
		code = replay_item(replay, &item);
	}
	if (code == EXIT_OK && !replay->is_over)
		code = recording_file_report_end(&replay->file);
	if (code == EXIT_OK)
		code = check_end(replay);
	if (code != EXIT_OK || replay->options->record.expect)
		return code;
	report_line("equal: %u calls, %u events, %u accesses to buffers; "
		    "isolation %s",
		    replay->n_calls, replay->n_events, replay->n_buffers,
		    camipc_proxy_get_isolation(replay->session.proxy));
	if (replay->n_skipped)
		report_line("not compared: %u accesses, whose contents were not "
			    "recorded",
			    replay->n_skipped);
	return EXIT_OK;
}

int command_replay(const struct options *options)
{
	struct replay replay = { .options = options, .frame = -1 };
	int code = recording_file_open(&replay.file, options->argument);

	if (code != EXIT_OK)
		return code;
	replay.files = calloc(1, sizeof(*replay.files));
	if (!replay.files || interrupt_init() < 0) {
		report_error("out of memory");
		code = EXIT_FAILED;
	} else {
		code = replay_all(&replay);
		replay_session_fini(&replay.session);
		replay_files_fini(replay.files);
		interrupt_fini();
	}
	free(replay.files);
	camipc_value_tree_fini(&replay.tree);
	recording_file_close(&replay.file);
	return report_finish_stdout(code);
}
