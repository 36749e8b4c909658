/* SPDX-License-Identifier: MIT */
/* Writes a module that answers a live pipeline handler from a recording. */
#include "recorded_module.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <camipc/error.h>
#include <camipc/module_info.h>

#include "output_file.h"
#include "recorded_place.h"
#include "recording_file.h"
#include "report.h"

/* The module without a recording: recorded/embed.py. */
extern const unsigned char recorded_bytes[];
extern const size_t recorded_size;

/* Finds the place that begins with @size bytes. */
static uint8_t *find_place(uint8_t *module, const void *bytes, size_t size)
{
	return memmem(module, recorded_size, bytes, size);
}

static void set_text(char *to, size_t size, const char *text)
{
	memset(to, 0, size);
	memcpy(to, text, strnlen(text, size - 1));
}

/* Writes the interface into the note, which the library reads. */
static bool set_note(uint8_t *module, const struct camipc_schema *schema)
{
	static const char name[sizeof(((struct camipc_module_info *)0)
					      ->interface_name)] =
		RECORDED_INTERFACE;
	uint8_t *at = find_place(module, name, sizeof(name));
	struct camipc_module_info info;

	if (!at)
		return false;
	at -= offsetof(struct camipc_module_info, interface_name);
	memcpy(&info, at, sizeof(info));
	info.codegen_revision = schema->codegen_revision;
	info.interface_version = schema->version;
	info.compatible_since = schema->compatible_since;
	info.wire_fingerprint_low = (uint32_t)schema->wire_fingerprint;
	info.wire_fingerprint_high = (uint32_t)(schema->wire_fingerprint >> 32);
	set_text(info.interface_name, sizeof(info.interface_name),
		 schema->name);
	memcpy(at, &info, sizeof(info));
	return true;
}

/* Writes the path of the recording, and the table of its interface. */
static bool set_place(uint8_t *module, const char *path, const uint8_t *table,
		      size_t size)
{
	uint8_t *at = find_place(module, RECORDED_MARK, sizeof(RECORDED_MARK));
	struct recorded_place *place;

	if (!at || size > RECORDED_TABLE_SIZE)
		return false;
	place = malloc(sizeof(*place));
	if (!place)
		return false;
	memcpy(place, at, sizeof(*place));
	set_text(place->path, sizeof(place->path), path);
	place->table_size = (uint32_t)size;
	memcpy(place->table, table, size);
	memcpy(at, place, sizeof(*place));
	free(place);
	return true;
}

static int write_recorded(const char *output, const uint8_t *module)
{
	struct output_file file;
	int ret = output_file_open(&file, output);

	if (ret == 0) {
		errno = 0;
		if (fwrite(module, 1, recorded_size, file.stream) ==
		    recorded_size)
			ret = output_file_commit(&file);
		else
			ret = errno ? -errno : -EIO;
		if (ret < 0)
			output_file_abandon(&file);
	}
	if (ret == 0)
		return EXIT_OK;
	report_option("pipeline", output, "%s", output_error_text(ret));
	return EXIT_FAILED;
}

/* Makes the module's bytes, and writes them. */
static int make_module(const struct recording_file *file,
		       const struct camipc_recorded *item, const char *output)
{
	uint8_t *module = malloc(recorded_size);
	char path[PATH_MAX];
	const uint8_t *table = NULL;
	size_t size = 0;
	int code = EXIT_FAILED;

	for (uint32_t i = 0; i < CAMIPC_RECORDING_MAX_INTERFACES && !table; i++)
		if (camipc_recording_is_interface(file->recording, i,
						  item->of->schema))
			table = camipc_recording_get_interface(
				file->recording, i, CAMIPC_PART_TABLE, &size);
	if (!module || !table || !realpath(file->path, path)) {
		report_error("%.300s: %s", file->path,
			     camipc_errno_to_string(errno));
	} else {
		memcpy(module, recorded_bytes, recorded_size);
		if (set_note(module, item->of->schema) &&
		    set_place(module, path, table, size))
			code = write_recorded(output, module);
		else
			report_error("%.300s: the interface has %zu bytes, and "
				     "at most %u fit in a module",
				     file->path, size, RECORDED_TABLE_SIZE);
	}
	free(module);
	return code;
}

/* The output must not be the recording itself. */
static int check_module_output(const struct recording_file *file,
			       const char *output)
{
	struct output_target target;
	const int ret = output_target_find(output, &target);

	if (ret < 0) {
		report_option("pipeline", output, "%s", output_error_text(ret));
		return EXIT_USAGE;
	}
	return recording_file_spare(file->path, "pipeline", output, &target);
}

int recorded_module_write(const char *recording, const char *output)
{
	struct recording_file file;
	struct camipc_recorded item;
	int code = recording_file_open(&file, recording);
	int ret;

	if (code != EXIT_OK)
		return code;
	code = check_module_output(&file, output);
	if (code == EXIT_OK) {
		do
			ret = camipc_recording_next(file.recording, &item);
		while (ret == 1 && item.kind != CAMIPC_ITEM_MESSAGE);
		if (ret == 1) {
			code = make_module(&file, &item, output);
		} else {
			report_error("%.300s: the recording has no calls",
				     recording);
			code = EXIT_FAILED;
		}
	}
	recording_file_close(&file);
	return code;
}
