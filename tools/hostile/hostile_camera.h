/* SPDX-License-Identifier: MIT */
/* The built-in pipeline handler, which `camipc hostile` attacks by default. */
#ifndef CAMIPC_HOSTILE_CAMERA_H
#define CAMIPC_HOSTILE_CAMERA_H

#include <camipc/manager.h>
#include <camipc/sandbox.h>

#include "hostile_case.h"
#include "hostile_kit.h"

/** What the run of all cases has in common. */
struct hostile_run {
	const struct hostile_kit *kit;
	enum camipc_sandbox_mode sandbox;
	uint32_t transport; /* of the built-in camera; enum camipc_transport */
};

/**
 * Runs a camera from start to end while the case happens to its worker, and
 * judges. The process should have a second camera meanwhile.
 */
void hostile_camera_run(const struct hostile_run *run,
			const struct hostile_case *one,
			const struct hostile_stage *stage,
			struct hostile_verdict *ret_verdict);

#endif /* CAMIPC_HOSTILE_CAMERA_H */
