/* SPDX-License-Identifier: MIT */
/* Lies that are other bytes of a message. */
#ifndef CAMIPC_HOSTILE_LIE_FIELDS_H
#define CAMIPC_HOSTILE_LIE_FIELDS_H

#include "lie_scene.h"

/** Makes the frame of a lie that is LIE_HEADER or LIE_BODY. Returns false if it
 *  is what an honest worker sends. */
bool lie_make(struct scene *scene, const struct lie *lie);

/** Sends this frame, and the honest message unless the frame replaces it. */
int lie_send(struct scene *scene, const struct lie *lie);

#endif /* CAMIPC_HOSTILE_LIE_FIELDS_H */
