/* SPDX-License-Identifier: MIT */
/* Checks a crash record, and turns it into text for people. */
#include "crash_report.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "system_call_name.h"
#include "text.h"

/* Calls that one line lists. */
#define DESCRIBED_FRAMES 4

static bool is_sound(const struct camipc_crash_record *record)
{
	if (record->signal == 0 || record->signal > (uint32_t)SIGRTMAX ||
	    record->has_address > 1 || record->has_call > 1 ||
	    record->n_frames > CAMIPC_CRASH_FRAMES ||
	    record->n_modules > CAMIPC_CRASH_MODULES)
		return false;
	for (uint32_t i = 0; i < record->n_frames; i++) {
		uint32_t module = record->frames[i].module;

		if (module != CAMIPC_CRASH_NO_MODULE &&
		    module >= record->n_modules)
			return false;
	}
	for (uint32_t i = 0; i < record->n_modules; i++) {
		if (record->modules[i].build_id_size >
		    CAMIPC_CRASH_BUILD_ID_SIZE)
			return false;
	}
	return true;
}

static void copy_module(struct camipc_crash_report *report, uint32_t i,
			const struct camipc_crash_module *module)
{
	char *hex = report->build_ids[i];

	camipc_sanitise(report->paths[i], sizeof(report->paths[i]),
			module->path,
			strnlen(module->path, sizeof(module->path)));
	hex[0] = '\0';
	for (uint32_t j = 0; j < module->build_id_size; j++)
		snprintf(hex + (size_t)2 * j, 3, "%02x", module->build_id[j]);
}

int camipc_crash_report_read(struct camipc_crash_report *report,
			     const void *body, size_t size)
{
	struct camipc_crash_record record;

	memset(report, 0, sizeof(*report));
	if (size != sizeof(record))
		return -EPROTO;
	/* Aligned, and out of the sender's reach. */
	memcpy(&record, body, sizeof(record));
	if (!is_sound(&record))
		return -EPROTO;
	report->signal = (int)record.signal;
	report->has_address = record.has_address;
	report->address = record.address;
	if (record.has_call)
		report->call = camipc_system_call_name(record.call);
	report->n_frames = record.n_frames;
	for (uint32_t i = 0; i < record.n_modules; i++)
		copy_module(report, i, &record.modules[i]);
	for (uint32_t i = 0; i < record.n_frames; i++) {
		struct camipc_closed_frame *frame = &report->frames[i];
		uint32_t module = record.frames[i].module;

		frame->offset = record.frames[i].offset;
		frame->module = NULL;
		frame->build_id = "";
		if (module == CAMIPC_CRASH_NO_MODULE)
			continue;
		frame->module = report->paths[module];
		frame->build_id = report->build_ids[module];
	}
	return 0;
}

void camipc_crash_describe(const struct camipc_closed_frame *frames,
			   uint32_t n_frames, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < n_frames && i < DESCRIBED_FRAMES; i++) {
		const char *path = frames[i].module ? frames[i].module : "";
		const char *slash = strrchr(path, '/');
		int n = snprintf(text + used, size - used,
				 frames[i].module ? "%s%s+0x%" PRIx64
						  : "%s%s0x%" PRIx64,
				 i ? " < " : "", slash ? slash + 1 : path,
				 frames[i].offset);

		if (n < 0 || (size_t)n >= size - used) {
			text[used] = '\0';
			return;
		}
		used += (size_t)n;
	}
}
