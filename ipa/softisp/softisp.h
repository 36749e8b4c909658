/* SPDX-License-Identifier: MIT */
/* The state of one instance of the module. */
#ifndef SOFTISP_H
#define SOFTISP_H

#include "black_level.h"
#include "cam_buffers.h"
#include "cam_controls.h"
#include "exposure.h"
#include "lens_shading.h"
#include "softisp_ipa_worker.h"
#include "statistics.h"
#include "tone.h"
#include "tuning.h"
#include "white_balance.h"

/** Most controls that an application may set or get. */
#define SOFTISP_MAX_CONTROLS 24

/**
 * An instance. There is no global state, because several cameras may share a
 * process. Thread word: bound; ops run one at a time.
 */
struct softisp {
	struct camipc_host *host;
	struct softisp_tuning tuning;
	struct softisp_exposure_limits limits;
	double frame_us;

	struct softisp_black_level black;
	struct softisp_exposure exposure;
	struct softisp_white_balance balance;
	struct softisp_lens_shading shading;
	struct softisp_tone tone;
	double saturation;
	enum softisp_metering metering;

	struct cam_buffer_set statistics_buffers;
	struct cam_buffer_set parameters_buffers;

	/* The frame whose statistics came last. */
	uint32_t frame;
	struct softisp_exposure_values taken;
	double luminance;

	/* Too large for the stack; reused for each frame. */
	struct ipa_softisp_statistics statistics;
	struct ipa_softisp_parameters parameters;
	struct softisp_measure measure;
	struct cam_uint32_control_info_entry infos[SOFTISP_MAX_CONTROLS];
	size_t n_infos;
	bool has_short_buffers; /* without room for lens shading */
	bool has_lost_event; /* and has logged it */
	bool has_ignored_control; /* and has logged it */
};

/** The ops of an instance. */
extern const struct ipa_softisp_ops softisp_ops;

/**
 * Makes an instance; softisp_destroy() frees it. @host must outlive it. Returns
 * 0 or -ENOMEM.
 */
int softisp_create(struct camipc_host *host, void **ret_ipa);

/** The same in zeroed memory of @size bytes, for a struct that begins with a
 *  struct softisp. */
int softisp_allocate(struct camipc_host *host, size_t size, void **ret_ipa);

/** Frees an instance. */
void softisp_destroy(void *self);

/** Lists the controls in @ipa->infos; the limits must be set. */
void softisp_list_controls(struct softisp *ipa);

/** Applies an application's controls; ignores those that it does not list, and
 *  logs the first of them. */
void softisp_apply_controls(struct softisp *ipa,
			    const struct cam_control_list *controls);

/** Emits the metadata of a frame. Returns what the emit function returns. */
int softisp_emit_metadata(struct softisp *ipa, uint32_t frame);

#endif /* SOFTISP_H */
