/* SPDX-License-Identifier: MIT */
/* The files of the kit, and the folder in which one case happens. */
#ifndef CAMIPC_HOSTILE_KIT_H
#define CAMIPC_HOSTILE_KIT_H

#include <camipc/base.h>

#include "report_page.h"

#define KIT_PATH_SIZE 256

/** Where everything is. */
struct hostile_kit {
	char worker[KIT_PATH_SIZE]; /* camipc-hostile-worker */
	char module[KIT_PATH_SIZE]; /* hostile.so */
	char folder[KIT_PATH_SIZE]; /* temporary; holds one folder at a time */
};

/** The files of one case. */
struct hostile_stage {
	char folder[KIT_PATH_SIZE + 64];
	char worker[KIT_PATH_SIZE + 96]; /* by this path it gets its name */
	struct hostile_report *report;
	int bus; /* a socket that listens there */
};

/**
 * Finds the files of the kit, and makes a temporary folder. Returns 0, or a
 * negative errno after it has reported the error.
 */
int hostile_kit_open(struct hostile_kit *kit) CAMIPC_MUST_CHECK;

/** Removes the temporary folder. */
void hostile_kit_close(struct hostile_kit *kit);

/** Makes the files of the case @name. Returns 0, or a negative errno after it
 *  has reported the error. */
int hostile_stage_open(const struct hostile_kit *kit, const char *name,
		       struct hostile_stage *ret_stage) CAMIPC_MUST_CHECK;

/** Removes them. */
void hostile_stage_close(struct hostile_stage *stage);

/** Returns the pid of a worker that is alive after a while; 0: none is. */
int hostile_stage_survivor(const struct hostile_stage *stage);

#endif /* CAMIPC_HOSTILE_KIT_H */
