/* SPDX-License-Identifier: MIT */
/*
 * The structs of lens.h as external types: all that a stack writes, once, to
 * pass them through any interface.
 */
#ifndef LENS_IPC_H
#define LENS_IPC_H

#include <camipc/external.h>

#include "lens.h"

CAMIPC_BEGIN_DECLS

/** The context: the mounts of one side, by the number that goes to the other. */
struct lens_mounts {
	size_t n;
	const struct lens_mount *const *mounts;
};

extern const struct camipc_external lens_id_ipc; /* needs the context */
extern const struct camipc_external lens_curve_ipc; /* needs none */

CAMIPC_END_DECLS

#endif /* LENS_IPC_H */
