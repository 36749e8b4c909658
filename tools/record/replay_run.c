/* SPDX-License-Identifier: MIT */
/* Gives a recording, or a part of it, to a module, and compares. */
#include "replay_run.h"

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
#include "clock.h"
#include "interrupt.h"
#include "item_text.h"
#include "replay_files.h"
#include "replay_session.h"
#include "report.h"

struct replay {
	const struct replay_run *run;
	struct replay_outcome *outcome;
	const struct options *options;
	struct recording_file file;
	struct replay_session session;
	struct replay_files *files;
	struct camipc_value_tree tree;
	uint32_t proxy; /* the recorded one that is replayed */
	bool is_begun;
	bool is_over; /* the recorded proxy was closed, or its IPA ended */
	bool is_dead; /* our IPA ended; a recorded end must follow */
	bool has_ended; /* the same, also after the recorded end */
	bool last_is_async; /* the last call */
	uint64_t last_call; /* when it was made */
	uint64_t recorded_begin;
	uint64_t begin;
	double frame; /* of the last call that has one; -1: none */
	unsigned int n_calls;
	unsigned int n_events;
	unsigned int n_buffers;
	unsigned int n_skipped; /* buffers whose contents were not recorded */
};

static void note_death(struct replay *replay)
{
	if (!replay->has_ended)
		replay->outcome->end_took_ms =
			(unsigned int)((camipc_now_ns() - replay->last_call) /
				       1000000);
	replay->is_dead = true;
	replay->has_ended = true;
}

/* Reports why the replay ends, unless it is silent. Returns @code. */
CAMIPC_PRINTF(3, 4)
static int refuse_replay(const struct replay *replay, int code, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!replay->run->is_silent)
		report_error("%.300s: %s", replay->file.path, text);
	replay->outcome->result = REPLAY_REFUSED;
	snprintf(replay->outcome->text, sizeof(replay->outcome->text), "%s",
		 text);
	return code;
}

/* Reports the first difference. Returns EXIT_FAILED. */
CAMIPC_PRINTF(3, 4)
static int report_difference(const struct replay *replay,
			     const struct camipc_recorded *item,
			     const char *format, ...)
{
	struct replay_outcome *outcome = replay->outcome;
	const char *method = item->method ? item->method->name : "";
	char frame[40] = "";
	va_list args;

	if (replay->frame >= 0)
		snprintf(frame, sizeof(frame), ", frame %.0f", replay->frame);
	va_start(args, format);
	vsnprintf(outcome->difference, sizeof(outcome->difference), format,
		  args);
	va_end(args);
	outcome->kind = item_kind_name(item);
	snprintf(outcome->method, sizeof(outcome->method), "%s", method);
	refuse_replay(replay, EXIT_FAILED, "differs at %.6f s%s: %s %s: %s",
	       item_seconds(item), frame, outcome->kind, method,
	       outcome->difference);
	outcome->result = REPLAY_DIFFERS;
	return EXIT_FAILED;
}

/* Marks what was reported as nothing that the module has done. */
static int blame_recording(const struct replay *replay, int code)
{
	replay->outcome->result = REPLAY_REFUSED;
	return code;
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
			return refuse_replay(replay, EXIT_USAGE,
				      "cannot find the module '%.200s': %s",
				      module, camipc_errno_to_string(errno));
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
	match->isolation = replay->run->isolation;
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
	ret = replay_session_init(&replay->session, of->schema,
				  replay->run->limit_ms);
	if (ret == 0)
		ret = replay_session_create(&replay->session, &options, &match);
	code = ret == -EPIPE || ret == -ETIMEDOUT ? EXIT_FAILED : EXIT_USAGE;
	if (ret == -EPROTOTYPE || ret == -ESTALE)
		return refuse_replay(replay, code,
			      "the recording is of the interface %s, version "
			      "%u, and the module is for another one "
			      "(EPROTOTYPE)",
			      of->schema->name, of->schema->version);
	if (ret < 0)
		return refuse_replay(replay, code, "cannot run the module: %s",
			      camipc_strerror(ret));
	replay->is_begun = true;
	replay->proxy = item->proxy;
	replay->recorded_begin = item->time;
	replay->begin = camipc_now_ns();
	if (!replay->run->is_silent)
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
		return blame_recording(
			replay,
			report_difference(replay, item,
					  "its arguments were too large to be "
					  "recorded"));
	note_frame(replay, item);
	if (replay->is_dead)
		return EXIT_OK;
	if (item->n_fds > CAMIPC_MAX_FDS)
		return blame_recording(
			replay,
			report_difference(replay, item,
					  "too many descriptors"));
	ret = replay_files_open(replay->files, item, fds);
	if (ret < 0)
		return blame_recording(
			replay,
			report_difference(replay, item,
					  "cannot make a descriptor: %s",
					  camipc_errno_to_string(ret)));
	replay->last_call = camipc_now_ns();
	ret = replay_session_call(&replay->session, item, fds);
	for (uint32_t i = 0; i < item->n_fds; i++)
		close(fds[i]);
	replay->n_calls++;
	replay->last_is_async = item->is_async;
	if (ret == -EPIPE)
		note_death(replay);
	else if (ret < 0)
		return report_difference(replay, item,
					 "recorded as accepted, now: %s",
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
		note_death(replay);
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

/* Returns how long an event may be waited for. */
static unsigned int left_ms(const struct replay *replay)
{
	const struct replay_run *run = replay->run;
	const uint64_t took_ms = (camipc_now_ns() - replay->begin) / 1000000;

	if (!run->limit_ms || took_ms + run->wait_ms <= run->limit_ms)
		return run->wait_ms;
	return took_ms < run->limit_ms ? (unsigned int)(run->limit_ms - took_ms)
				       : 0;
}

static int refuse_time(const struct replay *replay)
{
	return refuse_replay(replay, EXIT_FAILED, "the replay takes longer than %u s",
		      replay->run->limit_ms / 1000);
}

static int replay_event(struct replay *replay,
			const struct camipc_recorded *item)
{
	const unsigned int wait_ms = left_ms(replay);
	struct replay_event *event =
		replay_session_wait(&replay->session, wait_ms);
	int code;

	replay->n_events++;
	note_frame(replay, item);
	if (!event && replay->session.is_closed) {
		note_death(replay);
		return report_difference(replay, item,
					 "the IPA ended before: %s",
					 replay->session.text);
	}
	if (!event && wait_ms < replay->run->wait_ms)
		return refuse_time(replay);
	if (!event)
		return report_difference(replay, item,
					 "no event came within %g s",
					 replay->run->wait_ms / 1000.0);
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
		return blame_recording(
			replay,
			report_difference(replay, item,
					  "cannot use a buffer: %s",
					  camipc_errno_to_string(ret)));
	return EXIT_OK;
}

static int replay_end(struct replay *replay,
		      const struct camipc_recorded *item)
{
	replay->is_over = true;
	if (!replay_session_wait_closed(&replay->session,
					replay->run->wait_ms))
		return report_difference(replay, item,
					 "recorded '%.200s', and now the IPA "
					 "goes on",
					 item->text);
	note_death(replay);
	replay->is_dead = false;
	if (replay->session.reason != item->reason ||
	    replay->session.wait_status != item->wait_status)
		return report_difference(replay, item,
					 "recorded '%.200s', now '%.200s'",
					 item->text, replay->session.text);
	return EXIT_OK;
}

/* Waits until the time at which an item was recorded. */
static void keep_time(const struct replay *replay,
		      const struct camipc_recorded *item)
{
	const uint64_t due = replay->begin +
			     (item->time - replay->recorded_begin);
	const uint64_t now = camipc_now_ns();
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
		return blame_recording(
			replay,
			report_difference(replay, item,
					  "%u items are missing: the recorder "
					  "fell behind",
					  item->value));
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

/* An IPA that crashes in the last call has no other call to fail. */
static void await_late_death(struct replay *replay)
{
	if (!replay->is_dead && replay->last_is_async &&
	    replay_session_wait_closed(&replay->session, replay->run->late_ms))
		note_death(replay);
}

static int check_end(struct replay *replay)
{
	if (!replay->is_begun)
		return refuse_replay(replay, EXIT_FAILED,
			      "the recording has no calls");
	if (!replay->has_ended)
		await_late_death(replay);
	if (!replay->is_dead)
		return EXIT_OK;
	replay_session_wait_closed(&replay->session, replay->run->wait_ms);
	return refuse_replay(replay, EXIT_FAILED,
		      "differs at its end: the IPA has ended now: %s",
		      replay->session.text);
}

/* Reports damage, and a recording that its recorder did not end. */
static int check_whole(const struct replay *replay)
{
	const char *why;
	const enum camipc_recording_end end =
		camipc_recording_get_end(replay->file.recording, &why);

	if (end == CAMIPC_RECORDING_DAMAGED)
		return refuse_replay(replay, EXIT_FAILED, "%s", why);
	return replay->run->is_silent ? EXIT_OK
				      : recording_file_report_end(&replay->file);
}

/* Uses the next item. Returns false at the end. */
static bool replay_next(struct replay *replay, uint32_t number, int *ret_code)
{
	const struct replay_run *run = replay->run;
	const enum replay_fate fate = run->fate ? run->fate(run->user, number)
						: REPLAY_USE;
	struct camipc_recorded item;

	replay->is_over = fate == REPLAY_STOP;
	if (replay->is_over ||
	    camipc_recording_next(replay->file.recording, &item) != 1)
		return false;
	if (interrupt_signal()) {
		*ret_code = EXIT_SIGNAL + interrupt_signal();
		return true;
	}
	if (!left_ms(replay)) {
		*ret_code = refuse_time(replay);
		return true;
	}
	if (fate == REPLAY_SKIP)
		return true;
	if (fate == REPLAY_USE_UNCOMPARED)
		item.flags |= CAMIPC_ITEM_REDACTED;
	if (!replay->has_ended)
		replay->outcome->number = number;
	*ret_code = replay_item(replay, &item);
	return true;
}

static int replay_all(struct replay *replay)
{
	uint32_t number = 0;
	int code = EXIT_OK;

	while (code == EXIT_OK && !replay->is_over &&
	       replay_next(replay, number, &code))
		number++;
	if (code == EXIT_OK && !replay->is_over)
		code = check_whole(replay);
	if (code == EXIT_OK)
		code = check_end(replay);
	return code;
}

static void report_equal(const struct replay *replay)
{
	if (replay->run->is_silent || replay->options->record.expect)
		return;
	report_line("equal: %u calls, %u events, %u accesses to buffers; "
		    "isolation %s",
		    replay->n_calls, replay->n_events, replay->n_buffers,
		    camipc_proxy_get_isolation(replay->session.proxy));
	if (replay->n_skipped)
		report_line("not compared: %u accesses, whose contents were not "
			    "recorded",
			    replay->n_skipped);
}

/* Notes what the replay has come to. */
static void conclude(struct replay *replay, int code)
{
	struct replay_outcome *outcome = replay->outcome;
	const struct replay_session *session = &replay->session;

	outcome->code = code;
	outcome->longest_wait_ms = session->longest_wait_ms;
	if (interrupt_signal() && code != EXIT_OK) {
		outcome->code = EXIT_SIGNAL + interrupt_signal();
		outcome->result = REPLAY_INTERRUPTED;
	} else if (replay->has_ended) {
		replay_session_wait_closed(&replay->session,
					   replay->run->wait_ms);
		outcome->result = REPLAY_ENDED;
		outcome->reason = session->reason;
		outcome->wait_status = session->wait_status;
		memcpy(outcome->place, session->place, sizeof(outcome->place));
		memcpy(outcome->last_call, session->last_call,
		       sizeof(outcome->last_call));
		memcpy(outcome->text, session->text, sizeof(session->text));
	}
	if (code == EXIT_OK)
		report_equal(replay);
}

int replay_run(const struct replay_run *run, struct replay_outcome *ret_outcome)
{
	struct replay replay = {
		.run = run,
		.outcome = ret_outcome,
		.options = run->options,
		.frame = -1,
		.begin = camipc_now_ns(),
	};
	int code = recording_file_open(&replay.file, run->path);

	memset(ret_outcome, 0, sizeof(*ret_outcome));
	ret_outcome->code = code;
	if (code != EXIT_OK) {
		ret_outcome->result = REPLAY_REFUSED;
		return code;
	}
	replay.files = calloc(1, sizeof(*replay.files));
	if (replay.files)
		code = replay_all(&replay);
	else
		code = refuse_replay(&replay, EXIT_FAILED, "out of memory");
	conclude(&replay, code);
	replay_session_fini(&replay.session);
	if (replay.files)
		replay_files_fini(replay.files);
	free(replay.files);
	camipc_value_tree_fini(&replay.tree);
	recording_file_close(&replay.file);
	return ret_outcome->code;
}
