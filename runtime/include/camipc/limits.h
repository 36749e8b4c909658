/* SPDX-License-Identifier: MIT */
/* Every limit of camipc, and why it is what it is. */
#ifndef CAMIPC_LIMITS_H
#define CAMIPC_LIMITS_H

#include <stdint.h>

#include <camipc/base.h>

/** Bytes of the fixed header in front of each message's body. */
#define CAMIPC_HEADER_SIZE 32

/** Largest body, in bytes, unless a proxy sets another limit. */
#define CAMIPC_MAX_MESSAGE_SIZE (1024u * 1024u)

/** What a proxy may raise the above to. */
#define CAMIPC_MAX_MESSAGE_SIZE_CEILING (16u * 1024u * 1024u)

/**
 * Larger bodies travel in a sealed memfd. The kernel queues two datagrams of
 * 128 KiB and none above 208 KiB; the crossover was measured at 32 KiB.
 */
#define CAMIPC_MAX_INLINE_SIZE (32u * 1024u)

/**
 * How many messages that can nest without end may be in each other, the
 * outermost included. An interface's other messages have a bound of their own:
 * camipc-gen refuses more than 32 structs in each other.
 */
#define CAMIPC_MAX_DEPTH 32

/**
 * Memory a decoded body may take: FACTOR bytes for each on the wire, and some.
 * The worst of the core types is an empty ControlValue in an array: 24 bytes
 * for 2.
 */
#define CAMIPC_DECODED_FACTOR 16
#define CAMIPC_DECODED_BASE (64u * 1024u)

/** File descriptors in one message to a worker; the kernel's limit is 253. */
#define CAMIPC_MAX_FDS 252

/** The same from a worker, where the IDL sets no bound of its own. */
#define CAMIPC_MAX_FDS_FROM_WORKER 64

/**
 * Descriptors sent and not yet consumed, per direction. Unread ones count
 * against the *user's* limit: passing fails in unrelated programs past it. A
 * single message with more goes alone.
 */
#define CAMIPC_MAX_FDS_IN_FLIGHT 64

/** Messages (async calls, or events) sent and not yet consumed. */
#define CAMIPC_WINDOW 64
CAMIPC_STATIC_ASSERT((CAMIPC_WINDOW & (CAMIPC_WINDOW - 1)) == 0,
		     "records are counted modulo 2^32 and kept in rows of a "
		     "window: only a power of two divides 2^32");

/**
 * A receiver reports what it consumed after half a window of messages, or
 * after so many bytes: a full socket holds more, so that a sender with a
 * backlog always hears from the receiver that drains it.
 */
#define CAMIPC_CREDIT_BYTES (32u * 1024u)

/** Synchronous calls of one proxy that wait for their replies at once. */
#define CAMIPC_MAX_PENDING_CALLS 64

/** Messages one dispatch handles at most. */
#define CAMIPC_DISPATCH_BATCH 64

/** Deadlines in milliseconds of methods without [timeout_ms]. */
#define CAMIPC_TIMEOUT_STOPPED_MS 10000 /* init, calls legal only stopped */
#define CAMIPC_TIMEOUT_SWITCH_MS 2000 /* start, stop */
#define CAMIPC_TIMEOUT_CALL_MS 1000
#define CAMIPC_TIMEOUT_HELLO_MS 2000
#define CAMIPC_TIMEOUT_LOADED_MS 10000

/** Deadlines missed in a row until the proxy gives its IPA up. */
#define CAMIPC_MAX_MISSED_DEADLINES 3

/** Time a worker has to end by itself after bye, in milliseconds. */
#define CAMIPC_GRACE_MS 200

/** A control message (control.proto); they are small and never nested deep. */
#define CAMIPC_MAX_CONTROL_SIZE 4096

/** Bytes kept of what a worker wrote to stderr last. */
#define CAMIPC_STDERR_TAIL 2048

#endif /* CAMIPC_LIMITS_H */
