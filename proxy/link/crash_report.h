/* SPDX-License-Identifier: MIT */
/*
 * What a worker's last message says of its crash. It may be hostile: whatever
 * it says is shown to people, and used for nothing else.
 */
#ifndef CAMIPC_PROXY_CRASH_REPORT_H
#define CAMIPC_PROXY_CRASH_REPORT_H

#include <camipc/proxy.h>

#include "crash_record.h"

/** A record, made fit to be shown. All zero: none. Does not move. */
struct camipc_crash_report {
	int signal; /* 0: there is no report */
	bool has_address;
	uint64_t address;
	uint32_t n_frames;
	struct camipc_closed_frame frames[CAMIPC_CRASH_FRAMES];
	char paths[CAMIPC_CRASH_MODULES][CAMIPC_CRASH_PATH_SIZE];
	char build_ids[CAMIPC_CRASH_MODULES][2 * CAMIPC_CRASH_BUILD_ID_SIZE + 1];
};

/**
 * camipc_crash_report_read() - make a report of what a worker sent
 *
 * Returns 0, or -EPROTO and an empty report. A later message replaces an
 * earlier one: the handler sends what it knows for sure first.
 */
int camipc_crash_report_read(struct camipc_crash_report *report,
			     const void *body, size_t size);

/** "softisp.so+0x1f20 < libc.so.6+0x88": the innermost calls; "" if none. */
void camipc_crash_describe(const struct camipc_closed_frame *frames,
			   uint32_t n_frames, char *text, size_t size);

#endif /* CAMIPC_PROXY_CRASH_REPORT_H */
