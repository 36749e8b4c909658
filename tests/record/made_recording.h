/* SPDX-License-Identifier: MIT */
/* The first chunks of recordings that tests make without a recorder. */
#ifndef TESTS_MADE_RECORDING_H
#define TESTS_MADE_RECORDING_H

#include <camipc/interface.h>

#include "chunk_file.h"

/** Returns the interface test.echo. */
const struct camipc_interface *made_interface(void);

/** Puts the chunk of that interface. */
void made_put_interface(struct camipc_chunk_file *file);

/** Puts the state chunk of proxy 0, which begins at time 2. */
void made_put_state(struct camipc_chunk_file *file);

#endif /* TESTS_MADE_RECORDING_H */
