/* SPDX-License-Identifier: MIT */
/*
 * The shared memory of a shm channel: a sealed memfd, mapped by both processes.
 * It is counted, because another thread of the camera process may interrupt a
 * sleep while the channel is destroyed.
 */
#ifndef CAMIPC_TRANSPORT_SHM_AREA_H
#define CAMIPC_TRANSPORT_SHM_AREA_H

#include "shm_layout.h"

/** Thread word: safe, except where a function says otherwise. */
struct camipc_shm_area {
	atomic_uint users;
	atomic_bool interrupted; /* taken by the next sleep of this process */
	struct camipc_shm_words *words;
	uint8_t *rings[2]; /* by the side that produces */
};

/**
 * camipc_shm_area_create() - make shared memory, as the camera process does
 * @ret_area: with one user
 * @ret_fd: for the worker; the caller closes it
 *
 * Nobody can change the size of the file: neither process can be killed by a
 * page that is missing. Children of this process do not inherit the mapping.
 *
 * Returns 0, -EMFILE, -ENOMEM or -ENOSYS (this system refuses it).
 */
int camipc_shm_area_create(struct camipc_shm_area **ret_area,
			   int *ret_fd) CAMIPC_MUST_CHECK;

/**
 * camipc_shm_area_map() - map the memory that a camera process sent
 * @fd: stays the caller's, who closes it
 *
 * Returns 0, -EPROTO (not such a file), -ENOMEM or -ENOSYS.
 */
int camipc_shm_area_map(int fd,
			struct camipc_shm_area **ret_area) CAMIPC_MUST_CHECK;

/** Returns @area, with one more user. */
struct camipc_shm_area *camipc_shm_area_ref(struct camipc_shm_area *area);

/** Unmaps the memory after the last user; NULL is fine. */
void camipc_shm_area_unref(struct camipc_shm_area *area);

/**
 * Ends the sleep on this process's word that is under way, or else the next
 * one. @side: of this process.
 */
void camipc_shm_area_interrupt(struct camipc_shm_area *area,
			       enum camipc_shm_side side);

#endif /* CAMIPC_TRANSPORT_SHM_AREA_H */
