/* SPDX-License-Identifier: MIT */
/*
 * A crash report: where a worker crashed, by its own account. The worker may be
 * hostile: its report is shown to people, and used for nothing else.
 */
#ifndef CAMIPC_PROXY_CRASH_REPORT_H
#define CAMIPC_PROXY_CRASH_REPORT_H

#include <camipc/proxy.h>

#include "crash_record.h"

/** A checked crash record. All zero: there is none. Must not move. */
struct camipc_crash_report {
	int signal; /* 0: none */
	bool has_address;
	uint64_t address;
	const char *call; /* that the sandbox refused; NULL: none */
	uint32_t n_frames;
	struct camipc_closed_frame frames[CAMIPC_CRASH_FRAMES];
	char paths[CAMIPC_CRASH_MODULES][CAMIPC_CRASH_PATH_SIZE];
	char build_ids[CAMIPC_CRASH_MODULES][2 * CAMIPC_CRASH_BUILD_ID_SIZE + 1];
};

/**
 * camipc_crash_report_read() - check what a worker sent, and make it readable
 *
 * Fails with -EPROTO, and leaves the report empty, if the bytes are malformed.
 * A later message replaces an earlier one: the worker's handler first sends
 * what it knows for sure.
 */
int camipc_crash_report_read(struct camipc_crash_report *report,
			     const void *body, size_t size);

/** Writes the innermost calls, "softisp.so+0x1f20 < libc.so.6+0x88", or "". */
void camipc_crash_describe(const struct camipc_closed_frame *frames,
			   uint32_t n_frames, char *text, size_t size);

#endif /* CAMIPC_PROXY_CRASH_REPORT_H */
