/* SPDX-License-Identifier: MIT */
/* The command timeline: reads a recording, and writes it in another form. */
#include "timeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <camipc/error.h>

#include "chunk_item.h"
#include "commands.h"
#include "grow.h"
#include "item_text.h"
#include "output_file.h"
#include "recording_file.h"
#include "report.h"

enum form { FORM_TRACE, FORM_REPORT, FORM_PCAPNG, N_FORMS };

static const char *const form_endings[N_FORMS] = {
	[FORM_TRACE] = ".json",
	[FORM_REPORT] = ".html",
	[FORM_PCAPNG] = ".pcapng",
};

/* Returns a time of the IPA as the others are: since the recording began. */
static uint64_t since_begin(const struct camipc_recorded *item, uint64_t time)
{
	const uint64_t begin = item->time - item->since;

	return time > begin ? time - begin : 0;
}

/* Appends an item. Returns 0 or -ENOMEM. */
static int timeline_add(struct timeline *timeline,
			const struct camipc_recorded *item)
{
	struct timeline_entry *entry;
	uint32_t frame = 0;

	entry = camipc_grow(timeline->entries, timeline->n, &timeline->room,
			    sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	timeline->entries = entry;
	if (item->kind == CAMIPC_ITEM_MESSAGE &&
	    camipc_value_tree_read(&timeline->tree, item->type, item->body,
				   item->body_size) == 0)
		frame = camipc_value_find(&timeline->tree, 1, "frame");
	entry = &timeline->entries[timeline->n++];
	*entry = (struct timeline_entry){
		.kind = item->kind,
		.message_kind = item->message_kind,
		.is_async = item->is_async,
		.proxy = item->proxy,
		.cookie = item->cookie,
		.value = item->value,
		.status = item->status,
		.time = item->since,
		.took = item->took,
		.size = (uint32_t)item->body_size,
		.frame = frame ? camipc_value_to_double(camipc_value_at(
					 &timeline->tree, frame))
			       : -1,
		.name = item->method ? item->method->name : NULL,
	};
	if (item->kind == CAMIPC_ITEM_SPAN) {
		entry->ran_from = since_begin(item, item->ran_from);
		entry->ran_until = since_begin(item, item->ran_until);
	}
	if (item->kind == CAMIPC_ITEM_LOG) {
		char text[1200];

		snprintf(text, sizeof(text), "%s: %s: %s",
			 report_level_name(item->value), item->topic, item->text);
		entry->text = strdup(text);
		return entry->text ? 0 : -ENOMEM;
	}
	return 0;
}

static void timeline_fini(struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->n; i++)
		free(timeline->entries[i].text);
	free(timeline->entries);
	camipc_value_tree_fini(&timeline->tree);
}

/* ---- files ---------------------------------------------------------------- */

static int refuse_output(const char *path, int error)
{
	report_option("output", path, "cannot write the file: %s",
		      output_error_text(error));
	return EXIT_FAILED;
}

/* Makes the name of a file beside the output: PATH with another ending. */
static void name_beside(const char *path, const char *ending,
			char name[OUTPUT_PATH_SIZE])
{
	const char *dot = strrchr(path, '.');

	snprintf(name, OUTPUT_PATH_SIZE, "%.*s%s", (int)(dot - path), path,
		 ending);
}

/* Writes a text beside the output. */
static int write_beside(const char *path, const char *ending,
			void (*write)(const void *what, FILE *stream),
			const void *what)
{
	char name[OUTPUT_PATH_SIZE];
	struct output_file file;
	int ret;

	name_beside(path, ending, name);
	ret = output_file_open(&file, name);
	if (ret < 0)
		return refuse_output(name, ret);
	write(what, file.stream);
	ret = output_file_commit(&file);
	return ret < 0 ? refuse_output(name, ret) : EXIT_OK;
}

static void write_proto(const void *what, FILE *stream)
{
	size_t size = 0;
	const uint8_t *text = camipc_recording_get_interface(
		what, 0, CAMIPC_PART_PROTO, &size);

	if (text)
		fwrite(text, 1, size, stream);
}

static void write_lua(const void *what, FILE *stream)
{
	const struct camipc_recorded_proxy *proxy =
		camipc_recording_get_proxy(what, 0);

	if (proxy)
		timeline_write_lua(proxy->schema, stream);
}

/* What a .pcapng needs beside it. */
static const struct beside {
	const char *ending;
	void (*write)(const void *what, FILE *stream);
} besides[] = {
	{ ".proto", write_proto },
	{ ".lua", write_lua },
};

#define N_BESIDES (sizeof(besides) / sizeof(besides[0]))

/* Reads all items; packets are written at once. */
static int read_timeline(struct timeline *timeline, enum form form, FILE *stream)
{
	struct camipc_recorded item;
	int ret;

	if (form == FORM_PCAPNG)
		timeline_begin_pcapng(stream);
	while (camipc_recording_next(timeline->recording, &item) == 1) {
		if (form == FORM_PCAPNG)
			timeline_put_packet(stream, &item);
		else if (timeline_add(timeline, &item) < 0)
			return -ENOMEM;
	}
	if (form == FORM_PCAPNG)
		return 0;
	ret = timeline_join_spans(timeline);
	if (ret < 0)
		return ret;
	return form == FORM_TRACE ? timeline_write_trace(timeline, stream)
				  : timeline_write_report(timeline, stream);
}

static int write_form(struct timeline *timeline, enum form form,
		      const char *path)
{
	struct output_file file;
	int code = EXIT_OK;
	int ret = output_file_open(&file, path);

	if (ret < 0)
		return refuse_output(path, ret);
	ret = read_timeline(timeline, form, file.stream);
	if (ret < 0) {
		output_file_abandon(&file);
		report_error("out of memory");
		return EXIT_FAILED;
	}
	ret = output_file_commit(&file);
	if (ret < 0)
		return refuse_output(path, ret);
	for (size_t i = 0;
	     i < N_BESIDES && form == FORM_PCAPNG && code == EXIT_OK; i++)
		code = write_beside(path, besides[i].ending, besides[i].write,
				    timeline->recording);
	return code;
}

static enum form form_of(const char *path)
{
	const size_t n = strlen(path);
	unsigned int i;

	for (i = 0; i < N_FORMS; i++) {
		const size_t end = strlen(form_endings[i]);

		if (n > end && !strcasecmp(path + n - end, form_endings[i]))
			break;
	}
	return (enum form)i;
}

/* An output that cannot be found is reported where it is opened. */
static int spare_recording(const struct recording_file *file, const char *output)
{
	struct output_target target;

	if (output_target_find(output, &target) < 0)
		return EXIT_OK;
	return recording_file_spare(file->path, "output", output, &target);
}

/* Checks that no output is the recording itself. */
static int check_outputs(const struct recording_file *file, enum form form,
			 const char *output)
{
	int code = spare_recording(file, output);

	for (size_t i = 0;
	     i < N_BESIDES && form == FORM_PCAPNG && code == EXIT_OK; i++) {
		char name[OUTPUT_PATH_SIZE];

		name_beside(output, besides[i].ending, name);
		code = spare_recording(file, name);
	}
	return code;
}

int command_timeline(const struct options *options)
{
	struct recording_file file;
	struct timeline timeline = { .n = 0 };
	const enum form form = form_of(options->output);
	int code;

	if (strcmp(options->output, "none") == 0) {
		report_error("--output is missing: it names the file to write, "
			     "and ends in .json, .html or .pcapng");
		return EXIT_USAGE;
	}
	if (form == N_FORMS) {
		report_option("output", options->output,
			      "expected a name that ends in .json, .html or "
			      ".pcapng");
		return EXIT_USAGE;
	}
	code = recording_file_open(&file, options->argument);
	if (code != EXIT_OK)
		return code;
	timeline.recording = file.recording;
	code = check_outputs(&file, form, options->output);
	if (code == EXIT_OK)
		code = write_form(&timeline, form, options->output);
	if (code == EXIT_OK)
		code = recording_file_report_end(&file);
	timeline_fini(&timeline);
	recording_file_close(&file);
	return report_finish_stdout(code);
}
