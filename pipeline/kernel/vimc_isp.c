/* SPDX-License-Identifier: MIT */
/*
 * Kernel cameras with an IPA of the interface ipa.vimc, which uses every call of
 * it. Images are made by a fixed recipe: such an IPA controls nothing. It reads
 * each raw frame, and what it saw is compared with what the camera has.
 */
#include "kernel_isp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cam_controls.h"
#include "cam_fourcc.h"
#include "core_ipa_serializer.h"
#include "develop.h"
#include "ipa_session.h"
#include "shared_frames.h"
#include "vimc_ipa_proxy.h"

/* The only stream, and the only entity with controls. */
#define VIMC_STREAM 0
#define VIMC_SENSOR 0

/* An IPA returns them as they are. */
#define VIMC_FLAGS (IPA_VIMC_TEST_FLAG_FLAG1 | IPA_VIMC_TEST_FLAG_FLAG3)

/* ---- hardware ------------------------------------------------------------ */

struct vimc_hardware {
	struct virtual_developer developer;
	struct virtual_recipe recipe;
};

/* Colours as they are, and the tone curve of sRGB. */
static void set_recipe(struct virtual_recipe *recipe)
{
	memset(recipe, 0, sizeof(*recipe));
	for (int i = 0; i < 4; i++)
		recipe->gain[i] = 4096;
	for (int i = 0; i < 3; i++)
		recipe->matrix[4 * i] = 4096;
	for (int i = 0; i < VIRTUAL_DEVELOP_POINTS; i++) {
		const double linear = i / (VIRTUAL_DEVELOP_POINTS - 1.0);
		const double v = linear <= 0.0031308 ?
					 12.92 * linear :
					 1.055 * pow(linear, 1 / 2.4) - 0.055;

		recipe->tones[i] = (uint16_t)(v * 65535 + 0.5);
	}
}

static int vimc_configure(const struct virtual_sensor *sensor, void **ret_state)
{
	struct vimc_hardware *hardware = calloc(1, sizeof(*hardware));
	int ret;

	if (!hardware)
		return -ENOMEM;
	ret = virtual_developer_init(&hardware->developer, sensor->width,
				     sensor->height);
	if (ret < 0) {
		free(hardware);
		return ret;
	}
	set_recipe(&hardware->recipe);
	*ret_state = hardware;
	return 0;
}

static void vimc_release(void *state)
{
	struct vimc_hardware *hardware = state;

	if (!hardware)
		return;
	virtual_developer_fini(&hardware->developer);
	free(hardware);
}

/* The parameters are the number of their frame. */
static int vimc_apply(void *state, uint32_t frame, const void *parameters,
		      const uint16_t *raw, uint8_t *rgb)
{
	struct vimc_hardware *hardware = state;
	uint32_t number;

	memcpy(&number, parameters, sizeof(number));
	if (number != frame)
		return -EBADMSG;
	virtual_develop_recipe(&hardware->developer, &hardware->recipe, raw,
			       rgb);
	return 0;
}

/* ---- events of the IPA --------------------------------------------------- */

static void on_params_computed(void *user, uint32_t buffer_id, uint32_t flags)
{
	struct virtual_ipa *ipa = user;
	const uint32_t i = buffer_id - VIRTUAL_PARAMETERS_ID;

	if (i >= VIRTUAL_N_BUFFERS)
		return;
	/* Without the flag, the IPA does not have the buffer. */
	virtual_ipa_answer_parameters(ipa, ipa->answers[i].frame,
				      flags & IPA_VIMC_TEST_FLAG_FLAG3 ?
					      0 :
					      -ENOENT);
}

static void on_frame_processed(void *user, uint32_t frame, uint64_t hash,
			       int32_t status)
{
	struct virtual_ipa *ipa = user;
	struct cam_control_list none;

	if (virtual_ipa_get_answer(ipa, frame)->frame != frame)
		return;
	shared_frames_compare(shared_frames_of(ipa), frame, hash, status);
	cam_control_list_init(&none);
	virtual_ipa_answer_metadata(ipa, frame, &none);
}

static void on_lost_process_frame(void *user, uint32_t frame,
				  uint32_t buffer_id, uint32_t size)
{
	(void)buffer_id;
	(void)size;
	virtual_ipa_lost(user, frame);
}

static void on_lost_compute_params(void *user, uint32_t frame,
				   uint32_t buffer_id)
{
	(void)buffer_id;
	virtual_ipa_lost(user, frame);
}

static const struct ipa_vimc_events events = {
	.size = sizeof(struct ipa_vimc_events),
	.params_computed = on_params_computed,
	.frame_processed = on_frame_processed,
	.closed = virtual_ipa_on_closed,
	.lost_process_frame = on_lost_process_frame,
	.lost_compute_params = on_lost_compute_params,
	.restarted = virtual_ipa_on_restarted,
};

/* ---- calls of the IPA ---------------------------------------------------- */

static int vimc_create(struct virtual_ipa *ipa, struct camipc_manager *manager,
		       const struct camipc_match *match,
		       struct camipc_proxy **ret_proxy)
{
	struct ipa_vimc *proxy;
	int ret = ipa_vimc_create(manager, match, &events, ipa, &proxy);

	if (ret < 0)
		return ret;
	ipa->handle = proxy;
	*ret_proxy = ipa_vimc_get_proxy(proxy);
	return 0;
}

static int configure_ipa(struct virtual_ipa *ipa)
{
	struct virtual_imager *imager = ipa->imager;
	struct ipa_vimc_uint32_stream_entry stream = { .key = VIMC_STREAM };
	struct ipa_vimc_uint32_control_info_map_entry controls = {
		.key = VIMC_SENSOR,
		.value = imager->controls.infos,
	};
	struct cam_camera_sensor_info sensor;
	int ret;

	cam_camera_sensor_info_init(&sensor);
	virtual_sensor_describe(&imager->sensor, &sensor);
	stream.value.pixel_format = CAM_FOURCC_RGB888;
	stream.value.size = sensor.output_size;
	ret = ipa_vimc_configure(ipa->handle, &sensor, &stream, 1, &controls,
				 1);
	return ret < 0 ? virtual_ipa_call_failed(ipa, "configure", ret) : 0;
}

static int vimc_init(struct virtual_ipa *ipa,
		     const struct cam_settings *settings)
{
	uint32_t flags = 0;
	int ret = ipa_vimc_init(ipa->handle, settings, -1,
				IPA_VIMC_OPERATION_INIT, VIMC_FLAGS, &flags);

	if (ret < 0)
		return virtual_ipa_call_failed(ipa, "init", ret);
	if (flags != VIMC_FLAGS)
		return virtual_error_set(ipa->error, -EREMOTEIO,
					 "init failed: the IPA returned the "
					 "flags 0x%x instead of 0x%x",
					 flags, VIMC_FLAGS);
	return configure_ipa(ipa);
}

static int vimc_map_buffers(struct virtual_ipa *ipa,
			    const struct virtual_buffer_offer *offer)
{
	int ret = ipa_vimc_map_buffers(ipa->handle, offer->parameters,
				       VIRTUAL_N_BUFFERS);

	return ret < 0 ? virtual_ipa_call_failed(ipa, "mapBuffers", ret) : 0;
}

static int vimc_start(struct virtual_ipa *ipa)
{
	int ret = ipa_vimc_start(ipa->handle);

	return ret < 0 ? virtual_ipa_call_failed(ipa, "start", ret) : 0;
}

static int vimc_stop(struct virtual_ipa *ipa)
{
	int ret = ipa_vimc_stop(ipa->handle);

	return ret < 0 ? virtual_ipa_call_failed(ipa, "stop", ret) : 0;
}

static int vimc_frame_taken(struct virtual_ipa *ipa,
			    const struct virtual_frame *frame)
{
	struct shared_frames *frames = shared_frames_of(ipa);
	const uint32_t buffer = frame->number % VIRTUAL_N_BUFFERS;
	int ret = shared_frames_hash(frames);

	if (ret < 0)
		return ret;
	ret = ipa_vimc_queue_request(ipa->handle, frame->number,
				     virtual_ipa_take_request(ipa));
	if (ret < 0)
		return virtual_ipa_call_failed(ipa, "queueRequest", ret);
	ret = ipa_vimc_process_frame(ipa->handle, frame->number,
				     SHARED_FRAMES_ID + frames->held.index,
				     frames->held.bytes);
	if (ret < 0)
		return virtual_ipa_call_failed(ipa, "processFrame", ret);
	ret = ipa_vimc_compute_params(ipa->handle, frame->number,
				      VIRTUAL_PARAMETERS_ID + buffer);
	return ret < 0 ? virtual_ipa_call_failed(ipa, "computeParams", ret) : 0;
}

/* ---- frames --------------------------------------------------------------- */

/* Waits for the restart of an IPA that has ended. Returns true if the call that
 * failed with *@ret is to be made again. */
static bool comes_back(struct virtual_ipa *ipa, int *ret)
{
	if (*ret != -EPIPE || camipc_proxy_get_state(ipa->proxy) !=
				      CAMIPC_STATE_RESTARTING)
		return false;
	*ret = virtual_ipa_wait_restart(ipa);
	if (*ret < 0)
		return false;
	virtual_error_reset(ipa->error);
	return true;
}

static int vimc_map_frames(struct virtual_ipa *ipa,
			   const struct cam_buffer *frames, size_t n)
{
	int ret;

	do {
		ret = ipa_vimc_map_frames(ipa->handle, frames, n);
		if (ret < 0)
			ret = virtual_ipa_call_failed(ipa, "mapFrames", ret);
	} while (comes_back(ipa, &ret));
	return ret;
}

static int vimc_unmap_frames(struct virtual_ipa *ipa, const uint32_t *ids,
			     size_t n)
{
	int ret;

	do {
		ret = ipa_vimc_unmap_buffers(ipa->handle, ids, n);
		if (ret < 0)
			ret = virtual_ipa_call_failed(ipa, "unmapBuffers", ret);
	} while (comes_back(ipa, &ret));
	return ret;
}

static const struct virtual_isp vimc_isp = {
	.size = sizeof(vimc_isp),
	.name = "vimc",
	.description = "processing to RGB by a fixed recipe",
	.interface_name = "ipa.vimc",
	.module = "vimc",
	.sensor = "virtual",
	.parameters_size = sizeof(uint32_t),
	.configure = vimc_configure,
	.release = vimc_release,
	.apply = vimc_apply,
	.create = vimc_create,
	.init = vimc_init,
	.map_buffers = vimc_map_buffers,
	.start = vimc_start,
	.stop = vimc_stop,
	.frame_taken = vimc_frame_taken,
};

const struct kernel_isp kernel_isp_vimc = {
	.isp = &vimc_isp,
	.map_frames = vimc_map_frames,
	.unmap_frames = vimc_unmap_frames,
};
