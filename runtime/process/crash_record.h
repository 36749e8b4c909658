/* SPDX-License-Identifier: MIT */
/* Where a child crashed, as its signal handler says it: bytes, no pointers. */
#ifndef CAMIPC_PROCESS_CRASH_RECORD_H
#define CAMIPC_PROCESS_CRASH_RECORD_H

#include <camipc/base.h>

/** Calls of the backtrace, and files that they lie in. */
#define CAMIPC_CRASH_FRAMES 32
#define CAMIPC_CRASH_MODULES 12

/** Bytes of a path, with the NUL; longer ones lose their beginning. */
#define CAMIPC_CRASH_PATH_SIZE 192
#define CAMIPC_CRASH_BUILD_ID_SIZE 32

/** camipc_crash_frame.module where no file is known. */
#define CAMIPC_CRASH_NO_MODULE UINT32_MAX

struct camipc_crash_frame {
	uint64_t offset; /* in the file as linked; an address without one */
	uint32_t module; /* index, or CAMIPC_CRASH_NO_MODULE */
	uint32_t reserved;
};

struct camipc_crash_module {
	uint32_t build_id_size;
	uint8_t build_id[CAMIPC_CRASH_BUILD_ID_SIZE];
	char path[CAMIPC_CRASH_PATH_SIZE];
};

/** The whole of it. Both ends are on one machine: native order. */
struct camipc_crash_record {
	uint32_t signal;
	uint32_t has_address;
	uint64_t address; /* that could not be used */
	uint32_t n_frames; /* the innermost first */
	uint32_t n_modules;
	struct camipc_crash_frame frames[CAMIPC_CRASH_FRAMES];
	struct camipc_crash_module modules[CAMIPC_CRASH_MODULES];
};
CAMIPC_STATIC_ASSERT(sizeof(struct camipc_crash_record) ==
			     24 + 16 * CAMIPC_CRASH_FRAMES +
				     (4 + 32 + 192) * CAMIPC_CRASH_MODULES,
		     "no padding, whatever the compiler");

#endif /* CAMIPC_PROCESS_CRASH_RECORD_H */
