/* SPDX-License-Identifier: MIT */
/* A page of memory in which a hostile worker, and the child that becomes the
 * attacked program, report to `camipc hostile`. */
#ifndef CAMIPC_HOSTILE_REPORT_PAGE_H
#define CAMIPC_HOSTILE_REPORT_PAGE_H

#include <stdatomic.h>
#include <stdint.h>

/** The name of the file, beside the worker program. */
#define HOSTILE_REPORT_NAME "report"

/** Workers whose end is checked. */
#define HOSTILE_MAX_WORKERS 64

/** What the lie or the attack found; before it was made. */
#define HOSTILE_NO_OUTCOME (-1)

/**
 * The file's contents: it is made with all bytes 0. A worker maps it before it
 * enters the sandbox, and writes to it for its whole life.
 */
struct hostile_report {
	_Atomic uint32_t n_workers; /* that were started */
	_Atomic uint32_t n_acts; /* lies told, attacks made */
	_Atomic uint32_t n_honest; /* lies that would have been the truth */
	_Atomic int32_t outcome; /* of an attack: 0 or an errno, plus 1 */
	_Atomic int32_t pids[HOSTILE_MAX_WORKERS];
	_Atomic int32_t start_error; /* the errno with which the program
				      * could not be run */
};

#endif /* CAMIPC_HOSTILE_REPORT_PAGE_H */
