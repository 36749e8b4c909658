/* SPDX-License-Identifier: MIT */
/* The record of a crash, as its signal handler sends it: plain bytes. */
#ifndef CAMIPC_PROCESS_CRASH_RECORD_H
#define CAMIPC_PROCESS_CRASH_RECORD_H

#include <camipc/base.h>

/**
 * Maximum number of calls in a backtrace, and of the files they belong to. What
 * follows the innermost eight is rarely read.
 */
#define CAMIPC_CRASH_FRAMES 8
#define CAMIPC_CRASH_MODULES 8

/** Bytes of a path, with the NUL; a longer path loses its beginning. */
#define CAMIPC_CRASH_PATH_SIZE 192
#define CAMIPC_CRASH_BUILD_ID_SIZE 32

/** The module of a frame whose file is unknown. */
#define CAMIPC_CRASH_NO_MODULE UINT32_MAX

/** One call of the backtrace. */
struct camipc_crash_frame {
	uint64_t offset; /* in the file; an address if that is unknown */
	uint32_t module; /* index, or CAMIPC_CRASH_NO_MODULE */
	uint32_t reserved;
};

/** One file of the backtrace. */
struct camipc_crash_module {
	uint32_t build_id_size;
	uint8_t build_id[CAMIPC_CRASH_BUILD_ID_SIZE];
	char path[CAMIPC_CRASH_PATH_SIZE];
};

/** One crash. Both ends are on one machine: native byte order. */
struct camipc_crash_record {
	uint32_t signal;
	uint32_t has_address;
	uint64_t address; /* the access to it failed */
	uint32_t n_frames; /* the innermost first, but those of libc and the like */
	uint32_t n_modules;
	uint32_t has_call;
	uint32_t call; /* number of the system call that the sandbox refused */
	struct camipc_crash_frame frames[CAMIPC_CRASH_FRAMES];
	struct camipc_crash_module modules[CAMIPC_CRASH_MODULES];
};
CAMIPC_STATIC_ASSERT(sizeof(struct camipc_crash_record) ==
			     32 + 16 * CAMIPC_CRASH_FRAMES +
				     (4 + 32 + 192) * CAMIPC_CRASH_MODULES,
		     "a record has no padding, whatever the compiler");

#endif /* CAMIPC_PROCESS_CRASH_RECORD_H */
