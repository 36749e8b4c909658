/* SPDX-License-Identifier: MIT */
/* One instance of the module: everything it remembers. */
#ifndef SOFTISP_H
#define SOFTISP_H

#include "black_level.h"
#include "cam_buffers.h"
#include "cam_controls.h"
#include "exposure.h"
#include "softisp_ipa_worker.h"
#include "statistics.h"
#include "tone.h"
#include "tuning.h"
#include "white_balance.h"

/** Controls that an application may set, or gets with a frame. */
#define SOFTISP_MAX_CONTROLS 16

/**
 * Thread word: bound; all calls come one after the other. Nothing of it is
 * global: several cameras may share this process.
 */
struct softisp {
	struct camipc_host *host;
	struct softisp_tuning tuning;
	struct softisp_exposure_limits limits;
	double frame_us;

	struct softisp_black_level black;
	struct softisp_exposure exposure;
	struct softisp_white_balance balance;
	struct softisp_tone tone;

	struct cam_buffer_set statistics_buffers;
	struct cam_buffer_set parameters_buffers;

	/* Of the frame whose statistics came last. */
	uint32_t frame;
	struct softisp_exposure_values taken;
	double luminance;

	/* Too large for a stack, and the same for each frame. */
	struct ipa_softisp_statistics statistics;
	struct ipa_softisp_parameters parameters;
	struct softisp_measure measure;
	struct cam_uint32_control_info_entry infos[SOFTISP_MAX_CONTROLS];
	size_t n_infos;
	bool told_of_loss; /* of an event */
};

/** Lists the controls in @ipa->infos; called once the limits are known. */
void softisp_list_controls(struct softisp *ipa);

/** Obeys an application's controls. What it does not know, it leaves. */
void softisp_apply_controls(struct softisp *ipa,
			    const struct cam_control_list *controls);

/** Tells what is known about a frame. Returns what emit returned. */
int softisp_emit_metadata(struct softisp *ipa, uint32_t frame);

#endif /* SOFTISP_H */
