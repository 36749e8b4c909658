/* SPDX-License-Identifier: MIT */
/* Every limit of camipc, with the reason for its value. */
#ifndef CAMIPC_LIMITS_H
#define CAMIPC_LIMITS_H

#include <camipc/base.h>

/** Bytes of the fixed header in front of each message's body. */
#define CAMIPC_HEADER_SIZE 32

/**
 * Largest body of a message, in bytes, unless an interface ([max_message]) or a
 * proxy (camipc_budget.max_message_size) sets another limit.
 */
#define CAMIPC_MAX_MESSAGE_SIZE (1024u * 1024u)

/**
 * The smallest limit, in bytes, that an interface or a proxy may set. The
 * messages that camipc itself sends (hello, logs, crashes) are smaller.
 */
#define CAMIPC_MIN_MESSAGE_SIZE (64u * 1024u)

/** The largest limit, in bytes, that an interface or a proxy may set. */
#define CAMIPC_MAX_MESSAGE_SIZE_CEILING (16u * 1024u * 1024u)

/**
 * Largest body, in bytes, that travels in the datagram; larger ones travel in a
 * sealed memfd. The kernel queues two datagrams of 128 KiB and none above
 * 208 KiB; the memfd was measured to be faster from 32 KiB on.
 */
#define CAMIPC_MAX_INLINE_SIZE (32u * 1024u)

/**
 * Longest time, in microseconds, for which a side of a proxy looks for messages
 * before it sleeps: a hundred times what sleeping and waking up cost.
 */
#define CAMIPC_MAX_SPIN_US 1000u

/**
 * Maximum nesting depth of recursive messages, including the outermost. The
 * depth of other messages follows from the interface: camipc-gen refuses more
 * than 32 nested structs.
 */
#define CAMIPC_MAX_DEPTH 32

/**
 * A decoded body may need FACTOR bytes of memory per byte on the wire, plus
 * BASE. The most expensive core type is an empty ControlValue in an array:
 * 24 bytes of memory for 2 bytes on the wire.
 */
#define CAMIPC_DECODED_FACTOR 16
#define CAMIPC_DECODED_BASE (64u * 1024u)

/**
 * The most memory, in bytes, that a decoded body may need, whatever its size
 * and its interface: four times the largest body.
 */
#define CAMIPC_MAX_DECODED (4u * CAMIPC_MAX_MESSAGE_SIZE_CEILING)

/** File descriptors in one message to a worker; the kernel allows 253. */
#define CAMIPC_MAX_FDS 252

/**
 * File descriptors in one message from a worker, unless the IDL bounds them.
 */
#define CAMIPC_MAX_FDS_FROM_WORKER 64

/**
 * Descriptors sent and not yet consumed, per direction. The kernel counts
 * unread ones against a limit of the user, beyond which unrelated programs
 * cannot pass descriptors. A message with more than this is sent alone.
 */
#define CAMIPC_MAX_FDS_IN_FLIGHT 64

/**
 * Threads that close descriptors of workers, where one of them takes long. What
 * is stuck beyond that stays open until one of these threads is free.
 */
#define CAMIPC_MAX_CLOSERS 8

/**
 * Descriptors of one worker that may wait to be closed while one of them has
 * taken longer than CAMIPC_CLOSE_PATIENCE_MS; with more, the worker is ended. A
 * close takes microseconds, and twice what may be in flight is many.
 */
#define CAMIPC_MAX_FDS_CLOSING (2 * CAMIPC_MAX_FDS_IN_FLIGHT)
#define CAMIPC_CLOSE_PATIENCE_MS 1000

/**
 * Messages (async calls, or events) sent and not yet consumed, per direction.
 * A power of two: messages are counted modulo 2^32, and their places in a ring
 * of a window's length only go on past that if it divides 2^32.
 */
#define CAMIPC_WINDOW 64
CAMIPC_STATIC_ASSERT(CAMIPC_WINDOW > 0 &&
			     (CAMIPC_WINDOW & (CAMIPC_WINDOW - 1)) == 0,
		     "the window must be a power of two: counters wrap");

/**
 * The largest [queue] of an async method or event with [overflow=keep]: a
 * minute of frames at 60 per second. Without keep, [queue] may not be larger
 * than CAMIPC_WINDOW.
 */
#define CAMIPC_MAX_QUEUE 4096

/**
 * The largest window that either side accepts at hello. Each side keeps a
 * record for every message of a window.
 */
#define CAMIPC_MAX_WINDOW 1024
CAMIPC_STATIC_ASSERT(CAMIPC_WINDOW <= CAMIPC_MAX_WINDOW,
		     "a worker refuses a larger window");

/**
 * A receiver reports what it consumed after half a window of messages, or
 * after so many bytes: a full socket holds more, so that a sender with a
 * backlog always hears from the receiver that drains it.
 */
#define CAMIPC_CREDIT_BYTES (32u * 1024u)

/**
 * Bytes of messages (async calls, or events) sent and not yet consumed, per
 * direction: a message may be sent while less than this is in flight. As much
 * as the largest message that a proxy may allow. The same number bounds, in a
 * proxy, everything that was received and not delivered, and in either outbox
 * everything that waits for credit.
 */
#define CAMIPC_KEPT_BYTES CAMIPC_MAX_MESSAGE_SIZE_CEILING

/** The most that a proxy's budget may say, in bytes. */
#define CAMIPC_MAX_KEPT_BYTES (1024u * 1024u * 1024u)

/**
 * Bytes of memory that a proxy or a worker keeps for later messages, so that
 * the usual ones allocate nothing. Eight frames of 256 KiB, encoded and decoded.
 */
#define CAMIPC_SPARE_BYTES (4u * 1024u * 1024u)

/** Synchronous calls of one proxy that are outstanding at once. */
#define CAMIPC_MAX_PENDING_CALLS 64

/**
 * Restarts: what a policy may say, and the delays before an attempt that
 * follows a failed one, in milliseconds. They double from the first to the last.
 * The first attempt follows a worker's end at once.
 */
#define CAMIPC_MAX_RESTARTS 64
#define CAMIPC_RESTART_DELAY_MS 100
#define CAMIPC_MAX_RESTART_DELAY_MS 5000

/**
 * What a proxy keeps for a restart: calls (one for each method or key), bytes
 * of their arguments and results, and descriptors. Past them a call that would
 * have to be kept fails with -EMSGSIZE. A camera has a few dozen buffers.
 */
#define CAMIPC_MAX_JOURNAL_ENTRIES 256
#define CAMIPC_MAX_JOURNAL_BYTES CAMIPC_KEPT_BYTES
#define CAMIPC_MAX_JOURNAL_FDS 64

/**
 * Messages from a worker that need no credit (LOG, CREDIT): so many per second
 * and at once before that. With more the worker is ended. An IPA that logs each
 * frame in detail sends some thousand a second.
 */
#define CAMIPC_CONTROL_RATE 50000
#define CAMIPC_CONTROL_BURST 1048576

/** Messages that one dispatch handles at most. */
#define CAMIPC_DISPATCH_BATCH 64

/**
 * Bytes of bodies, and milliseconds, after which one dispatch begins with no
 * further message: a host with one event loop has other work, too. The time is
 * less than a frame at 30 per second.
 */
#define CAMIPC_DISPATCH_BYTES (4u * 1024u * 1024u)
#define CAMIPC_DISPATCH_MS 20

/**
 * Deadlines in milliseconds: of methods without [timeout_ms], and while a
 * worker starts.
 */
#define CAMIPC_TIMEOUT_STOPPED_MS 10000 /* init, calls legal only stopped */
#define CAMIPC_TIMEOUT_SWITCH_MS 2000 /* start, stop */
#define CAMIPC_TIMEOUT_CALL_MS 1000 /* any other call */
#define CAMIPC_TIMEOUT_RELOAD_MS 1000 /* a reload may hold calls back */
#define CAMIPC_TIMEOUT_HELLO_MS 2000 /* until the worker says hello */
#define CAMIPC_TIMEOUT_LOADED_MS 10000 /* until it has loaded the module */

/** Deadlines missed in a row after which the proxy kills its IPA. */
#define CAMIPC_MAX_MISSED_DEADLINES 3

/** Milliseconds that a worker has to exit after the proxy has said bye. */
#define CAMIPC_GRACE_MS 200

/**
 * A control message (control.proto), in bytes. Control messages are small and
 * never nested deep; the largest part of one is a module's argument.
 */
#define CAMIPC_MAX_CONTROL_SIZE 8192

/** A module's argument (camipc_match.argument), in bytes: as long as a path. */
#define CAMIPC_MAX_ARGUMENT_SIZE 4096

/** All paths together that a module was granted, in bytes: a few dozen. */
#define CAMIPC_MAX_GRANTED_PATHS_SIZE 2048

/**
 * What a module gets without a manifest: private memory in MiB, and threads.
 * Production IPAs take a tenth of it.
 */
#define CAMIPC_SANDBOX_MEMORY_MIB 512
#define CAMIPC_SANDBOX_THREADS 32

/** A module's manifest (CAMIPC_MODULE_MANIFEST), in bytes. */
#define CAMIPC_MAX_MANIFEST_SIZE 4096

/** Files and folders that a manifest asks to read. */
#define CAMIPC_MAX_READ 16

/**
 * Devices and variables of the environment that a manifest asks for, and ioctl
 * numbers of all its devices: a graphics driver has about fifty.
 */
#define CAMIPC_MAX_DEVICES 16
#define CAMIPC_MAX_ENVIRONMENT 16
#define CAMIPC_MAX_IOCTLS 64

/** The most that a manifest may ask for: memory in MiB, and threads. */
#define CAMIPC_SANDBOX_MAX_MEMORY_MIB 16384
#define CAMIPC_SANDBOX_MAX_THREADS 1024

/** Files that a manifest says a module loads: a wrapper of another stack has
 *  one or two. */
#define CAMIPC_MAX_LOADS 8

/** Descriptors and timers that a module has in its op thread at a time: a few
 *  devices and algorithms, each with its own. */
#define CAMIPC_MAX_SOURCES 32

/** Bytes that are kept of the end of a worker's stderr. */
#define CAMIPC_STDERR_TAIL 2048

#endif /* CAMIPC_LIMITS_H */
