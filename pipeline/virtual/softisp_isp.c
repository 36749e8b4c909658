/* SPDX-License-Identifier: MIT */
/* The camera "virtual": processed by software, controlled by the IPA softisp. */
#include "isp.h"

#include <stdlib.h>

#include "cam_fourcc.h"
#include "core_ipa_serializer.h"
#include "develop.h"
#include "ipa_session.h"
#include "softisp_ipa_proxy.h"
#include "zone_statistics.h"

/* ---- hardware ------------------------------------------------------------ */

static int softisp_configure(const struct virtual_sensor *sensor,
			     void **ret_state)
{
	struct virtual_developer *developer = calloc(1, sizeof(*developer));
	int ret;

	if (!developer)
		return -ENOMEM;
	ret = virtual_developer_init(developer, sensor->width, sensor->height);
	if (ret < 0) {
		free(developer);
		return ret;
	}
	*ret_state = developer;
	return 0;
}

static void softisp_release(void *state)
{
	if (!state)
		return;
	virtual_developer_fini(state);
	free(state);
}

static void softisp_measure(void *state, const struct virtual_sensor *sensor,
			    uint32_t frame, const uint16_t *raw,
			    void *statistics)
{
	(void)state;
	virtual_zone_statistics(sensor, frame, raw, statistics);
}

static int softisp_apply(void *state, uint32_t frame, const void *parameters,
			 const uint16_t *raw, uint8_t *rgb)
{
	return virtual_develop(state, frame, parameters, raw, rgb);
}

/* ---- events of the IPA --------------------------------------------------- */

static void on_sensor_controls(void *user, uint32_t frame,
			       const struct cam_control_list *controls)
{
	struct virtual_ipa *ipa = user;

	(void)frame;
	virtual_imager_request(ipa->imager, controls, 0);
}

static void on_params_ready(void *user, uint32_t frame, uint32_t buffer_id,
			    int32_t status)
{
	/* The frame tells which buffer we asked for; the IPA may be wrong. */
	(void)buffer_id;
	virtual_ipa_answer_parameters(user, frame, status);
}

static void on_metadata_ready(void *user, uint32_t frame,
			      const struct cam_control_list *metadata)
{
	virtual_ipa_answer_metadata(user, frame, metadata);
}

/* A request is set again after the restart. */
static void on_lost_process_stats(void *user, uint32_t frame, uint32_t buffer_id,
				  const struct cam_control_list *controls)
{
	(void)buffer_id;
	(void)controls;
	virtual_ipa_lost(user, frame);
}

static void on_lost_compute_params(void *user, uint32_t frame,
				   uint32_t buffer_id)
{
	(void)buffer_id;
	virtual_ipa_lost(user, frame);
}

static const struct ipa_softisp_events events = {
	.size = sizeof(struct ipa_softisp_events),
	.set_sensor_controls = on_sensor_controls,
	.params_ready = on_params_ready,
	.metadata_ready = on_metadata_ready,
	.closed = virtual_ipa_on_closed,
	.lost_process_stats = on_lost_process_stats,
	.lost_compute_params = on_lost_compute_params,
	.restarted = virtual_ipa_on_restarted,
};

/* ---- calls of the IPA ---------------------------------------------------- */

static int softisp_create(struct virtual_ipa *ipa, struct camipc_manager *manager,
		  const struct camipc_match *match,
		  struct camipc_proxy **ret_proxy)
{
	struct ipa_softisp *proxy;
	int ret = ipa_softisp_create(manager, match, &events, ipa, &proxy);

	if (ret < 0)
		return ret;
	ipa->handle = proxy;
	*ret_proxy = ipa_softisp_get_proxy(proxy);
	return 0;
}

static int softisp_init(struct virtual_ipa *ipa, const struct cam_settings *settings)
{
	struct virtual_imager *imager = ipa->imager;
	struct ipa_softisp_config_info config;
	int ret;

	ipa_softisp_config_info_init(&config);
	virtual_sensor_describe(&imager->sensor, &config.sensor_info);
	config.sensor_controls = imager->controls.infos;
	config.stream.pixel_format = CAM_FOURCC_RGB888;
	config.stream.size = config.sensor_info.output_size;
	ret = ipa_softisp_init(ipa->handle, settings, &config.sensor_info,
			       &config.sensor_controls, &ipa->infos);
	if (ret < 0)
		return virtual_ipa_call_failed(ipa, "init", ret);
	ret = ipa_softisp_configure(ipa->handle, &config);
	if (ret < 0)
		return virtual_ipa_call_failed(ipa, "configure", ret);
	return 0;
}

static int softisp_map_buffers(struct virtual_ipa *ipa,
		       const struct virtual_buffer_offer *offer)
{
	int ret = ipa_softisp_map_buffers(ipa->handle, offer->statistics,
					  VIRTUAL_N_BUFFERS, offer->parameters,
					  VIRTUAL_N_BUFFERS);

	return ret < 0 ? virtual_ipa_call_failed(ipa, "mapBuffers", ret) : 0;
}

static int softisp_start(struct virtual_ipa *ipa)
{
	int ret = ipa_softisp_start(ipa->handle);

	return ret < 0 ? virtual_ipa_call_failed(ipa, "start", ret) : 0;
}

static int softisp_stop(struct virtual_ipa *ipa)
{
	int ret = ipa_softisp_stop(ipa->handle);

	return ret < 0 ? virtual_ipa_call_failed(ipa, "stop", ret) : 0;
}

static int softisp_frame_taken(struct virtual_ipa *ipa, const struct virtual_frame *frame)
{
	uint32_t buffer = frame->number % VIRTUAL_N_BUFFERS;
	struct cam_control_list list;
	int ret;

	ret = virtual_ipa_write_statistics(ipa, frame->number);
	if (ret < 0)
		return ret;
	virtual_sensor_controls_put(&ipa->imager->controls, frame->settings,
				    &list);
	ret = ipa_softisp_queue_request(ipa->handle, frame->number,
					virtual_ipa_take_request(ipa));
	if (ret < 0)
		return virtual_ipa_call_failed(ipa, "queueRequest", ret);
	ret = ipa_softisp_process_stats(ipa->handle, frame->number,
					VIRTUAL_STATISTICS_ID + buffer, &list);
	if (ret < 0)
		return virtual_ipa_call_failed(ipa, "processStats", ret);
	ret = ipa_softisp_compute_params(ipa->handle, frame->number,
					 VIRTUAL_PARAMETERS_ID + buffer);
	if (ret < 0)
		return virtual_ipa_call_failed(ipa, "computeParams", ret);
	return 0;
}

static const struct virtual_isp softisp = {
	.size = sizeof(softisp),
	.name = "virtual",
	.description = "processing to RGB in software",
	.interface_name = "ipa.softisp",
	.module = "softisp",
	.sensor = "virtual",
	.statistics_size = sizeof(struct ipa_softisp_statistics),
	.parameters_size = sizeof(struct ipa_softisp_parameters),
	.statistics_access = CAM_ACCESS_READ,
	.configure = softisp_configure,
	.release = softisp_release,
	.measure = softisp_measure,
	.apply = softisp_apply,
	.create = softisp_create,
	.init = softisp_init,
	.map_buffers = softisp_map_buffers,
	.start = softisp_start,
	.stop = softisp_stop,
	.frame_taken = softisp_frame_taken,
};
VIRTUAL_REGISTER_ISP(softisp)
