/* SPDX-License-Identifier: MIT */
/*
 * The statistics page of a process: a file with what its proxies count, written
 * by the process and read by `camipc monitor`. README.md has the layout.
 */
#ifndef CAMIPC_MONITOR_MONITOR_PAGE_H
#define CAMIPC_MONITOR_MONITOR_PAGE_H

#include <camipc/stats.h>

/** Below $XDG_RUNTIME_DIR; a page has the name of its process's pid. */
#define CAMIPC_MONITOR_FOLDER "camipc"

#define CAMIPC_MONITOR_PAGE_SIZE (64u * 1024u)
#define CAMIPC_MONITOR_SLOT_SIZE 1024u
#define CAMIPC_MONITOR_SLOTS \
	(CAMIPC_MONITOR_PAGE_SIZE / CAMIPC_MONITOR_SLOT_SIZE)

#define CAMIPC_MONITOR_MAGIC "CAMIPCMO"
#define CAMIPC_MONITOR_VERSION 1u

/** The first slot. */
struct camipc_monitor_process {
	char magic[8];
	uint32_t version;
	uint32_t pid;
	uint64_t start; /* of the process, in clock ticks since boot */
};

/** A line of the log, with its topic. */
struct camipc_monitor_line {
	uint32_t level; /* enum camipc_log_level */
	char text[248]; /* "topic: line", cut */
};

#define CAMIPC_MONITOR_LINES 4u

/** The last slot, once the process has logged: its latest lines. */
struct camipc_monitor_log {
	uint64_t n; /* lines so far: line i is at i modulo CAMIPC_MONITOR_LINES */
	struct camipc_monitor_line lines[CAMIPC_MONITOR_LINES];
};

/** The slot of the log, and how many are for proxies. */
#define CAMIPC_MONITOR_LOG_SLOT (CAMIPC_MONITOR_SLOTS - 1)
#define CAMIPC_MONITOR_MAX_PROXIES (CAMIPC_MONITOR_SLOTS - 2)

/** Another slot: a proxy. */
struct camipc_monitor_proxy {
	uint64_t serial; /* of this proxy in its process, from 1 */
	uint64_t time; /* CLOCK_MONOTONIC when it was written, nanoseconds */
	char name[96]; /* of the module, with its argument */
	char isolation[16];
	uint32_t state; /* enum camipc_state */
	int32_t worker; /* pid; 0: none */
	uint32_t depth; /* async calls that were not consumed */
	uint32_t spare;
	uint64_t kept_bytes; /* received, and not delivered yet */
	uint64_t unsent_bytes; /* accepted, and waiting for credit */
	struct camipc_proxy_stats stats;
};

/** What a slot has. */
enum camipc_monitor_use {
	CAMIPC_MONITOR_UNUSED = 0,
	CAMIPC_MONITOR_COUNTERS = 1, /* of the process, or of a proxy */
	CAMIPC_MONITOR_LOG_LINES = 2, /* readers of before skip them */
};

/** A slot as it is in the file. */
struct camipc_monitor_slot {
	uint32_t crc; /* CRC-32C of the rest of the slot */
	uint32_t use; /* enum camipc_monitor_use */
	union {
		struct camipc_monitor_process process;
		struct camipc_monitor_proxy proxy;
		struct camipc_monitor_log log;
		uint8_t bytes[CAMIPC_MONITOR_SLOT_SIZE - 8];
	};
};

CAMIPC_STATIC_ASSERT(sizeof(struct camipc_monitor_slot) ==
			     CAMIPC_MONITOR_SLOT_SIZE,
		     "a slot has 1 KiB");

/** Sets the checksum of a slot that is about to be written. Reentrant. */
void camipc_monitor_slot_seal(struct camipc_monitor_slot *slot);

/** What a reader finds in a slot. */
enum camipc_monitor_found {
	CAMIPC_MONITOR_FREE,
	CAMIPC_MONITOR_WRONG, /* being written, or not a slot */
	CAMIPC_MONITOR_PROCESS,
	CAMIPC_MONITOR_PROXY,
	CAMIPC_MONITOR_LOG,
};

/**
 * Checks slot @number of a page that anybody may have written, and makes its
 * texts printable. Reentrant.
 */
enum camipc_monitor_found
camipc_monitor_slot_read(struct camipc_monitor_slot *slot, unsigned int number);

/**
 * Returns when a process started, in clock ticks since boot; 0 if there is no
 * such process. Thread word: safe.
 */
uint64_t camipc_monitor_start_of(int pid);

#endif /* CAMIPC_MONITOR_MONITOR_PAGE_H */
