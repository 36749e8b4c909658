/* SPDX-License-Identifier: MIT */
/*
 * Recordings: everything that crosses between a camera process and its IPAs, in
 * a file that `camipc dump`, `camipc replay` and `camipc timeline` read. The
 * file describes its interfaces, so that it can be read without their sources.
 *
 * A recorder never holds up or ends the camera. A call is encoded once more into
 * memory that was allocated when the recorder was made; a thread of the
 * recorder writes the file. When the file cannot be written any more (the disk
 * is full), recording stops with one line in the log. If the process dies, what
 * was recorded in its last CAMIPC_RECORD_DELAY_MS is missing.
 *
 * IPAs are asked how long they ran each call. They answer some time later, so
 * that these times of an IPA's last 100 ms are missing after its death. They are
 * asked when they start: camipc_proxy_record() comes too late for that.
 *
 * The environment variable CAMIPC_RECORD=FILE, which set-user-ID programs
 * ignore, records all proxies of a process to a file that must not exist yet.
 * With CAMIPC_RECORD_RING=SECONDS, only the last seconds are kept, and written
 * when an IPA ends unexpectedly or the process gets SIGUSR1.
 */
#ifndef CAMIPC_RECORD_H
#define CAMIPC_RECORD_H

#include <camipc/base.h>
#include <camipc/proxy.h>

CAMIPC_BEGIN_DECLS

struct camipc_recorder;

/** Milliseconds after which what was recorded is in the file. */
#define CAMIPC_RECORD_DELAY_MS 100

/** Zero the struct, set @size and @path, then set what else matters. */
struct camipc_record_options {
	uint32_t size; /* sizeof this struct; it grows at the end */
	const char *path; /* of the file; readable by its owner only */

	/** Replaces a file that exists. */
	bool replace;

	/** Records no contents of shared buffers and of files. A replay then
	 *  has buffers of zeros. */
	bool no_buffers;

	/** Names of fields ("configurationFile", or with their type
	 *  "cam.Settings.configurationFile") whose values are left out,
	 *  wherever they are. Ends with NULL. A name that no field of a
	 *  recorded interface has is an error of camipc_proxy_record(). The
	 *  contents of buffers have no fields. */
	const char *const *redact;

	/** Keeps only the last so many seconds, at most
	 *  CAMIPC_RECORD_RING_MAX_SECONDS and in at most 64 MiB of memory, and
	 *  writes them when an IPA ends unexpectedly, on @save_signal, and
	 *  after camipc_recorder_save(). The first file is @path, the next
	 *  ones are PATH.1 to PATH.9. 0: everything is written at once.
	 *  If the process itself dies, what it kept is lost. */
	uint32_t ring_seconds;

	/** A signal, such as SIGUSR1, that has the effect of
	 *  camipc_recorder_save() on all recorders with it, as long as one of
	 *  them exists. 0: none. It needs @ring_seconds. */
	int save_signal;
};

/** Most seconds of a ring. */
#define CAMIPC_RECORD_RING_MAX_SECONDS 3600u

/** Most files that a recorder with a ring writes. */
#define CAMIPC_RECORD_MAX_SAVES 10

/**
 * camipc_recorder_create() - begin a recording
 * @options: copied
 * @ret_recorder: for camipc_recorder_destroy()
 *
 * Shared buffers are recorded as the functions of camipc/camera/cam_buffers.h
 * access them; that needs a libcamipc that was built with libcrypto.
 *
 * Returns 0; -EEXIST (the file exists, and @replace is not set); -EINVAL (no
 * path, a struct without its size, not a regular file, a ring that is too long,
 * a number that is no signal, or a signal without a ring); -EBUSY (the process handles or ignores
 * the signal); -E2BIG (members that this version does not know); -EAGAIN (no
 * further thread); -ENOMEM; or what opening the file returned; with a ring, what
 * writing to its folder would return. One line of the log explains the error. Thread
 * word: safe.
 */
CAMIPC_API int
camipc_recorder_create(const struct camipc_record_options *options,
		       struct camipc_recorder **ret_recorder) CAMIPC_MUST_CHECK;

/**
 * camipc_recorder_destroy() - complete the file
 *
 * Proxies that still exist are not recorded any further. Returns 0, or the
 * error for which recording has stopped before; NULL is fine. Thread word: safe,
 * once per recorder.
 */
CAMIPC_API int camipc_recorder_destroy(struct camipc_recorder *recorder);

/**
 * camipc_recorder_save() - write what a recorder with a ring has kept
 *
 * Returns at once; the recorder's thread writes the file within
 * CAMIPC_RECORD_DELAY_MS and the time that the disk takes. A recorder without a
 * ring ignores the call. Thread word: safe, also in a signal handler.
 */
CAMIPC_API void camipc_recorder_save(struct camipc_recorder *recorder);

/**
 * Returns 0; or why recording has stopped, or why a proxy could not be recorded
 * by default: the first error. Thread word: safe.
 */
CAMIPC_API int
camipc_recorder_get_error(const struct camipc_recorder *recorder);

/**
 * Records every proxy that is created from now on, in all threads; NULL ends
 * that. A proxy that cannot be recorded is created all the same, with one line
 * in the log. Reset it before you destroy the recorder. Thread word: safe.
 */
CAMIPC_API void camipc_recorder_set_default(struct camipc_recorder *recorder);

/**
 * camipc_proxy_record() - record one proxy
 * @recorder: must not have been destroyed
 *
 * The IPA's own times are recorded only of a proxy that was created while there
 * was a recorder for all, or CAMIPC_RECORD.
 *
 * Returns 0; -EBUSY (the proxy has been used: only a recording from the first
 * call on can be replayed); -EINVAL (a redacted field that the interface does
 * not have); -ENOSPC (too many proxies or interfaces in one recording); -EPERM
 * or -ECHILD as all bound functions; or -ENOMEM. Thread word: bound.
 */
CAMIPC_API int
camipc_proxy_record(struct camipc_proxy *proxy,
		    struct camipc_recorder *recorder) CAMIPC_MUST_CHECK;

CAMIPC_END_DECLS

#endif /* CAMIPC_RECORD_H */
