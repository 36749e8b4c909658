/* SPDX-License-Identifier: MIT */
/* The command dump: prints what a recording has, for people or as JSON. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <camipc/error.h>

#include "chunk_item.h"
#include "commands.h"
#include "filter.h"
#include "interrupt.h"
#include "item_text.h"
#include "recording_file.h"
#include "report.h"

/* How often --follow looks for more. */
#define FOLLOW_MS 50

/* Items of different threads are in order but for so many seconds: a recorder
 * waits for a second at most. */
#define ORDER_S 2.0

/* Later than any recording, in seconds. */
#define LATEST_S 1e9

struct dump {
	const struct record_options *options;
	struct recording_file file;
	struct camipc_value_tree tree;
	struct camipc_bytes line;
};

/* ---- plain -------------------------------------------------------------- */

static void print_hash(struct camipc_bytes *line, const uint8_t *hash,
		       unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		camipc_bytes_print(line, "%02x", hash[i]);
}

static bool has_contents(const struct camipc_recorded *item)
{
	for (unsigned int i = 0; i < CAMIPC_HASH_SIZE; i++)
		if (item->hash[i])
			return true;
	return false;
}

/* The body, in parentheses. */
static void print_plain_body(struct dump *dump,
			     const struct camipc_recorded *item, int error)
{
	struct camipc_bytes *line = &dump->line;

	if (item->flags & CAMIPC_ITEM_NO_BODY)
		camipc_bytes_print(line, "(too large to be recorded)");
	else if (error < 0)
		camipc_bytes_print(line, "(wrong body of %zu bytes)",
				   item->body_size);
	else
		camipc_value_print(&dump->tree, 1, CAMIPC_VALUE_PLAIN, line);
	if (item->flags & CAMIPC_ITEM_REDACTED)
		camipc_bytes_print(line, " (redacted)");
}

static void print_plain_message(struct dump *dump,
				const struct camipc_recorded *item, int error)
{
	struct camipc_bytes *line = &dump->line;

	camipc_bytes_print(line, "%s %s ",
			   item->flags & CAMIPC_ITEM_FROM_IPA ? "<-" : "->",
			   item_kind_name(item));
	if (item->cookie && !item->is_async)
		camipc_bytes_print(line, "#%" PRIu32 " ", item->cookie);
	camipc_bytes_print(line, "%s", item->method->name);
	if (item->status)
		camipc_bytes_print(line, ": %s", camipc_strerror(item->status));
	else
		print_plain_body(dump, item, error);
	if (item->message_kind == CAMIPC_WIRE_REPLY)
		camipc_bytes_print(line, " after %" PRIu64 " us",
				   item->took / 1000);
}

static void print_plain_access(struct camipc_bytes *line,
			       const struct camipc_recorded *item)
{
	camipc_bytes_print(line,
			   "%s buffer %" PRIx64 "+%" PRIu64 ", %" PRIu32
			   " bytes",
			   item->flags & CAMIPC_ITEM_WROTE ? "wrote" : "read",
			   item->object, item->offset, item->length);
	if (!has_contents(item))
		return;
	camipc_bytes_print(line, ", sha256 ");
	print_hash(line, item->hash, 8);
}

/* What is neither a message nor an access. */
static void print_plain_note(struct camipc_bytes *line,
			     const struct camipc_recorded *item)
{
	const char *name = item->method ? item->method->name : "?";

	if (item->kind == CAMIPC_ITEM_STATE)
		camipc_bytes_print(
			line, "state %s",
			camipc_state_to_string(
				(enum camipc_state)(item->value & 0xff)));
	else if (item->kind == CAMIPC_ITEM_DROPPED)
		camipc_bytes_print(line, "<- event %s dropped", name);
	else if (item->kind == CAMIPC_ITEM_CREDIT)
		camipc_bytes_print(line, "%s credit, %" PRIu32 " consumed",
				   item->flags & CAMIPC_ITEM_FROM_IPA ? "<-"
								      : "->",
				   item->value);
	else if (item->kind == CAMIPC_ITEM_STALL)
		camipc_bytes_print(line, "-> stall of %s: %s", name,
				   item_stall_name(item->stall));
	else if (item->kind == CAMIPC_ITEM_SPAN)
		camipc_bytes_print(line, "<- span %s of %" PRIu64 " us", name,
				   item->took / 1000);
	else if (item->kind == CAMIPC_ITEM_LOST)
		camipc_bytes_print(line, "%" PRIu32 " items are missing here: "
				   "the recorder fell behind",
				   item->value);
	else if (item->kind == CAMIPC_ITEM_LOG)
		camipc_bytes_print(line, "log %s: %s: %s",
				   report_level_name(item->value), item->topic,
				   item->text);
	else
		camipc_bytes_print(line, "%s%s%s", item_kind_name(item),
				   item->text[0] ? ": " : "", item->text);
}

static void print_plain_item(struct dump *dump,
			     const struct camipc_recorded *item, int error)
{
	struct camipc_bytes *line = &dump->line;

	camipc_bytes_print(line, "%u %.6f %s ", item->proxy, item_seconds(item),
			   item->of ? item->of->name : "-");
	if (item->kind == CAMIPC_ITEM_MESSAGE)
		print_plain_message(dump, item, error);
	else if (item->kind == CAMIPC_ITEM_ACCESS)
		print_plain_access(line, item);
	else
		print_plain_note(line, item);
}

/* ---- JSON --------------------------------------------------------------- */

static void print_json_text(struct camipc_bytes *line, const char *key,
			    const char *text)
{
	camipc_bytes_print(line, ", \"%s\": ", key);
	camipc_print_json_string(line, (const uint8_t *)text, strlen(text));
}

static void print_json_fds(struct camipc_bytes *line,
			   const struct camipc_recorded *item)
{
	static const char *const kinds[] = {
		[CAMIPC_ITEM_FD_OTHER] = "other",
		[CAMIPC_ITEM_FD_MEMORY] = "memfd",
		[CAMIPC_ITEM_FD_FILE] = "file",
	};

	if (!item->n_fds)
		return;
	camipc_bytes_print(line, ", \"fds\": [");
	for (uint32_t i = 0; i < item->n_fds; i++) {
		const struct camipc_recorded_fd fd =
			camipc_recorded_get_fd(item, i);

		camipc_bytes_print(line,
				   "%s{\"kind\": \"%s\", \"object\": \"%" PRIx64
				   "\", \"size\": %" PRIu64 "}",
				   i ? ", " : "", kinds[fd.kind], fd.object,
				   fd.size);
	}
	camipc_bytes_print(line, "]");
}

static void print_json_message(struct dump *dump,
			       const struct camipc_recorded *item, int error)
{
	struct camipc_bytes *line = &dump->line;
	const bool is_reply = item->message_kind == CAMIPC_WIRE_REPLY;

	if (item->cookie)
		camipc_bytes_print(line, ", \"cookie\": %" PRIu32,
				   item->cookie);
	if (is_reply)
		camipc_bytes_print(line, ", \"took\": %.9f",
				   (double)item->took / 1e9);
	camipc_bytes_print(line, ", \"size\": %zu", item->body_size);
	if (item->flags & CAMIPC_ITEM_REDACTED)
		camipc_bytes_print(line, ", \"redacted\": true");
	print_json_fds(line, item);
	if (item->status)
		camipc_bytes_print(line, ", \"error\": %d", item->status);
	camipc_bytes_print(line, ", \"%s\": ", is_reply ? "outs" : "args");
	if (error < 0 || item->flags & CAMIPC_ITEM_NO_BODY)
		camipc_bytes_print(line, "null");
	else
		camipc_value_print(&dump->tree, 1, CAMIPC_VALUE_JSON, line);
}

static void print_json_access(struct camipc_bytes *line,
			      const struct camipc_recorded *item)
{
	camipc_bytes_print(line,
			   ", \"object\": \"%" PRIx64 "\", \"offset\": %" PRIu64
			   ", \"length\": %" PRIu32 ", \"wrote\": %s",
			   item->object, item->offset, item->length,
			   item->flags & CAMIPC_ITEM_WROTE ? "true" : "false");
	if (!has_contents(item))
		return;
	camipc_bytes_print(line, ", \"sha256\": \"");
	print_hash(line, item->hash, CAMIPC_HASH_SIZE);
	camipc_bytes_print(line, "\"");
}

static void print_json_log(struct camipc_bytes *line,
			   const struct camipc_recorded *item)
{
	print_json_text(line, "level", report_level_name(item->value));
	print_json_text(line, "topic", item->topic);
	print_json_text(line, "text", item->text);
}

static void print_json_span(struct camipc_bytes *line,
			    const struct camipc_recorded *item)
{
	camipc_bytes_print(line,
			   ", \"cookie\": %" PRIu32 ", \"begin\": %.9f, "
			   "\"end\": %.9f",
			   item->cookie, (double)item->ran_from / 1e9,
			   (double)item->ran_until / 1e9);
}

static void print_json_item(struct dump *dump, const struct camipc_recorded *item,
		       int error)
{
	struct camipc_bytes *line = &dump->line;

	camipc_bytes_print(line,
			   "{\"kind\": \"%s\", \"time\": %.9f, \"thread\": "
			   "%" PRIu32,
			   item_kind_name(item), (double)item->time / 1e9,
			   item->thread);
	if (item->of) {
		camipc_bytes_print(line, ", \"proxy\": %" PRIu32, item->proxy);
		print_json_text(line, "module", item->of->name);
		print_json_text(line, "isolation", item->of->isolation);
	}
	if (item->method)
		print_json_text(line, "method", item->method->name);
	if (item->kind == CAMIPC_ITEM_MESSAGE)
		print_json_message(dump, item, error);
	else if (item->kind == CAMIPC_ITEM_ACCESS)
		print_json_access(line, item);
	else if (item->kind == CAMIPC_ITEM_STATE)
		print_json_text(line, "state",
				camipc_state_to_string((enum camipc_state)(
					item->value & 0xff)));
	else if (item->kind == CAMIPC_ITEM_ENDED)
		print_json_text(line, "text", item->text);
	else if (item->kind == CAMIPC_ITEM_LOG)
		print_json_log(line, item);
	else if (item->kind == CAMIPC_ITEM_SPAN)
		print_json_span(line, item);
	else if (item->kind == CAMIPC_ITEM_STALL)
		print_json_text(line, "fate", item_stall_name(item->stall));
	else if (item->kind != CAMIPC_ITEM_DROPPED &&
		 item->kind != CAMIPC_ITEM_CLOSED)
		camipc_bytes_print(line, ", \"value\": %" PRIu32, item->value);
	camipc_bytes_print(line, "}");
}

/* ---- all ---------------------------------------------------------------- */

/* Prints an item. Returns EXIT_OK, or another exit code after a report. */
static int dump_item(struct dump *dump, const struct camipc_recorded *item)
{
	const struct camipc_value_tree *tree = NULL;
	int error = 0;

	if (item->kind == CAMIPC_ITEM_MESSAGE) {
		error = camipc_value_tree_read(&dump->tree, item->type,
					       item->body, item->body_size);
		tree = error < 0 ? NULL : &dump->tree;
	}
	if (dump->options->filter &&
	    !filter_passes(dump->options->filter, item, tree))
		return EXIT_OK;
	dump->line.size = 0;
	if (dump->options->json)
		print_json_item(dump, item, error);
	else
		print_plain_item(dump, item, error);
	camipc_bytes_print(&dump->line, "\n");
	if (dump->line.error) {
		report_error("out of memory");
		return EXIT_FAILED;
	}
	if (fwrite(dump->line.data, 1, dump->line.size, stdout) <
	    dump->line.size)
		return report_lost_stdout(errno);
	return EXIT_OK;
}

/* Waits for more of a recording that is not ended. Returns false at its end. */
static bool wait_for_more(const struct dump *dump)
{
	const struct timespec pause = { .tv_nsec = FOLLOW_MS * 1000000 };
	const char *why;

	if (!dump->options->follow || interrupt_signal() ||
	    camipc_recording_get_end(dump->file.recording, &why) !=
		    CAMIPC_RECORDING_CUT)
		return false;
	fflush(stdout);
	nanosleep(&pause, NULL);
	return !ferror(stdout);
}

/* Goes to the first item that can pass the filter. Returns an exit code. */
static int seek_range(struct dump *dump, struct filter_range *ret_range)
{
	double first;

	*ret_range = (struct filter_range){ -INFINITY, INFINITY };
	if (!dump->options->filter)
		return EXIT_OK;
	*ret_range = filter_time_range(dump->options->filter);
	first = ret_range->first - ORDER_S;
	if (!(first > 0))
		return EXIT_OK;
	if (first > LATEST_S)
		first = LATEST_S;
	if (camipc_recording_seek(dump->file.recording,
				  (uint64_t)(first * 1e9)) < 0) {
		report_error("out of memory");
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

static int dump_all(struct dump *dump)
{
	struct filter_range range;
	struct camipc_recorded item;
	int code = seek_range(dump, &range);

	if (code != EXIT_OK)
		return code;
	do {
		while (camipc_recording_next(dump->file.recording, &item) == 1) {
			if (interrupt_signal())
				return EXIT_SIGNAL + interrupt_signal();
			if (item_seconds(&item) > range.last + ORDER_S)
				return EXIT_OK;
			code = dump_item(dump, &item);
			if (code != EXIT_OK)
				return code;
		}
	} while (wait_for_more(dump));
	if (interrupt_signal())
		return EXIT_SIGNAL + interrupt_signal();
	return recording_file_report_end(&dump->file);
}

int command_dump(const struct options *options)
{
	struct dump dump = { .options = &options->record };
	int code = recording_file_open(&dump.file, options->argument);

	if (code != EXIT_OK)
		return code;
	if (interrupt_init() < 0) {
		report_error("cannot create a pipe");
		code = EXIT_FAILED;
	} else {
		code = dump_all(&dump);
		interrupt_fini();
	}
	recording_file_close(&dump.file);
	camipc_value_tree_fini(&dump.tree);
	camipc_bytes_fini(&dump.line);
	return report_finish_stdout(code);
}
