/* SPDX-License-Identifier: MIT */
/*
 * Declares all targets. Those of interfaces are written once, over the
 * descriptor.
 */
#ifndef CAMIPC_TEST_FUZZ_TARGETS_H
#define CAMIPC_TEST_FUZZ_TARGETS_H

#include "fuzz.h"

/* ---- of each interface ---------------------------------------------------- */

/** Bytes in front of the body: the name's hash, descriptors, the budget. */
#define FUZZ_MESSAGES_HEADER 6

/** More than any such input has. */
#define FUZZ_MESSAGES_FDS 32

/** Each message's decoder: messages_target.c. */
extern const struct fuzz_target fuzz_messages_target;

/** What a camera process sends to an IPA: servant_target.c. */
extern const struct fuzz_target fuzz_servant_target;

/** What an IPA sends to a camera process that uses it: proxy_target.c. */
extern const struct fuzz_target fuzz_proxy_target;

/* ---- of the runtime -------------------------------------------------------- */

/** A file that may be a module: note_target.c. */
extern const struct fuzz_target fuzz_note_target;

/** The bodies of control messages: control_target.c. */
extern const struct fuzz_target fuzz_control_target;

/** Datagrams with descriptors beside them: channel_target.c. */
extern const struct fuzz_target fuzz_channel_target;

/** What a worker writes to stderr: log_target.c. */
extern const struct fuzz_target fuzz_log_target;

/** Recordings: recording_target.c. */
extern const struct fuzz_target fuzz_recording_target;

/** Shared memory beside a socket: ring_target.c. */
extern const struct fuzz_target fuzz_ring_target;

/** A file that may be a module, or one of keys: trust_target.c. */
extern const struct fuzz_target fuzz_trust_target;

/* ---- of a link to a worker process ------------------------------------------ */

/** Sessions of a camera process whose worker lies: link/host_target.c. */
extern const struct fuzz_target fuzz_host_target;

/** Sessions of a worker whose camera process lies: link/worker_target.c. */
extern const struct fuzz_target fuzz_worker_target;

#endif /* CAMIPC_TEST_FUZZ_TARGETS_H */
