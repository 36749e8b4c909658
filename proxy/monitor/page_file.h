/* SPDX-License-Identifier: MIT */
/* The file of this process's statistics page: made, written, removed. */
#ifndef CAMIPC_MONITOR_PAGE_FILE_H
#define CAMIPC_MONITOR_PAGE_FILE_H

#include <camipc/base.h>

#include "monitor_page.h"

/** Zero is no file. Thread word: bound, or under its owner's lock. */
struct camipc_page_file {
	int fd;
	int folder; /* where the file is */
	char name[16];
};

/**
 * Makes the file; a file of an earlier process with the same pid is replaced.
 * Returns 0 or an error after one line in the log.
 */
int camipc_page_file_open(struct camipc_page_file *file) CAMIPC_MUST_CHECK;

/**
 * Seals and writes slot @number; an error is ignored, because the slot is
 * written again. Never raises a signal. Thread word: safe for slots of one's
 * own.
 */
void camipc_page_file_put(const struct camipc_page_file *file,
			  unsigned int number, struct camipc_monitor_slot *slot);

/** Removes the file. */
void camipc_page_file_close(struct camipc_page_file *file);

#endif /* CAMIPC_MONITOR_PAGE_FILE_H */
