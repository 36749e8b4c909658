/* SPDX-License-Identifier: MIT */
/* Every limit of camipc, with the reason for its value. */
#ifndef CAMIPC_LIMITS_H
#define CAMIPC_LIMITS_H

#include <camipc/base.h>

/** Bytes of the fixed header in front of each message's body. */
#define CAMIPC_HEADER_SIZE 32

/** Largest body of a message, in bytes, unless a proxy sets another limit. */
#define CAMIPC_MAX_MESSAGE_SIZE (1024u * 1024u)

/** The largest body, in bytes, that a proxy may allow. */
#define CAMIPC_MAX_MESSAGE_SIZE_CEILING (16u * 1024u * 1024u)

/**
 * Largest body, in bytes, that travels in the datagram; larger ones travel in a
 * sealed memfd. The kernel queues two datagrams of 128 KiB and none above
 * 208 KiB; the memfd was measured to be faster from 32 KiB on.
 */
#define CAMIPC_MAX_INLINE_SIZE (32u * 1024u)

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
 * Messages (async calls, or events) sent and not yet consumed, per direction.
 * A power of two: messages are counted modulo 2^32, and their places in a ring
 * of a window's length only go on past that if it divides 2^32.
 */
#define CAMIPC_WINDOW 64
CAMIPC_STATIC_ASSERT(CAMIPC_WINDOW > 0 &&
			     (CAMIPC_WINDOW & (CAMIPC_WINDOW - 1)) == 0,
		     "the window must be a power of two: counters wrap");

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

/** Synchronous calls of one proxy that are outstanding at once. */
#define CAMIPC_MAX_PENDING_CALLS 64

/** Messages that one dispatch handles at most. */
#define CAMIPC_DISPATCH_BATCH 64

/**
 * Deadlines in milliseconds: of methods without [timeout_ms], and while a
 * worker starts.
 */
#define CAMIPC_TIMEOUT_STOPPED_MS 10000 /* init, calls legal only stopped */
#define CAMIPC_TIMEOUT_SWITCH_MS 2000 /* start, stop */
#define CAMIPC_TIMEOUT_CALL_MS 1000 /* any other call */
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

/** A module's manifest (CAMIPC_MODULE_MANIFEST), in bytes. */
#define CAMIPC_MAX_MANIFEST_SIZE 4096

/** Bytes that are kept of the end of a worker's stderr. */
#define CAMIPC_STDERR_TAIL 2048

#endif /* CAMIPC_LIMITS_H */
