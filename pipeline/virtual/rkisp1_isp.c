/* SPDX-License-Identifier: MIT */
/* The camera "virtual-rkisp1": processed by a model of Rockchip's ISP1, and
 * controlled by an IPA of that interface. */
#include "isp.h"

#include "cam_fourcc.h"
#include "core_ipa_serializer.h"
#include "ipa_session.h"
#include "rkisp1_hardware.h"
#include "rkisp1_ipa_proxy.h"

/* ---- hardware ------------------------------------------------------------ */

static int rkisp1_configure(const struct virtual_sensor *sensor,
			    void **ret_state)
{
	struct rkisp1_hardware *hardware;
	int ret = rkisp1_hardware_create(sensor->width, sensor->height,
					 &hardware);

	if (ret == 0)
		*ret_state = hardware;
	return ret;
}

static void rkisp1_release(void *state)
{
	rkisp1_hardware_destroy(state);
}

static void rkisp1_measure(void *state, const struct virtual_sensor *sensor,
			   uint32_t frame, const uint16_t *raw,
			   void *statistics)
{
	(void)sensor;
	rkisp1_hardware_measure(state, frame, raw, statistics);
}

/* Parameters do not say which frame they belong to. */
static int rkisp1_apply(void *state, uint32_t frame, const void *parameters,
			const uint16_t *raw, uint8_t *rgb)
{
	(void)frame;
	rkisp1_hardware_set(state, parameters);
	rkisp1_hardware_process(state, raw, rgb);
	return 0;
}

/* ---- events of the IPA --------------------------------------------------- */

static void rkisp1_on_sensor_controls(void *user, uint32_t frame,
				      const struct cam_control_list *controls)
{
	struct virtual_ipa *ipa = user;

	(void)frame;
	virtual_imager_request(ipa->imager, controls, 0);
}

static void rkisp1_on_params(void *user, uint32_t frame)
{
	virtual_ipa_answer_parameters(user, frame, 0);
}

static void rkisp1_on_metadata(void *user, uint32_t frame,
			       const struct cam_control_list *metadata)
{
	virtual_ipa_answer_metadata(user, frame, metadata);
}

static void rkisp1_on_lost_params(void *user, uint32_t frame, uint32_t buffer_id)
{
	(void)buffer_id;
	virtual_ipa_lost(user, frame);
}

static void rkisp1_on_lost_stats(void *user, uint32_t frame, uint32_t buffer_id,
				 const struct cam_control_list *controls)
{
	(void)buffer_id;
	(void)controls;
	virtual_ipa_lost(user, frame);
}

static const struct ipa_rkisp1_events rkisp1_events = {
	.size = sizeof(struct ipa_rkisp1_events),
	.params_buffer_ready = rkisp1_on_params,
	.set_sensor_controls = rkisp1_on_sensor_controls,
	.metadata_ready = rkisp1_on_metadata,
	.closed = virtual_ipa_on_closed,
	.lost_fill_params_buffer = rkisp1_on_lost_params,
	.lost_process_stats_buffer = rkisp1_on_lost_stats,
	.restarted = virtual_ipa_on_restarted,
};

/* ---- calls of the IPA ---------------------------------------------------- */

static int rkisp1_create(struct virtual_ipa *ipa,
			 struct camipc_manager *manager,
			 const struct camipc_match *match,
			 struct camipc_proxy **ret_proxy)
{
	struct ipa_rkisp1 *proxy;
	int ret = ipa_rkisp1_create(manager, match, &rkisp1_events, ipa,
				    &proxy);

	if (ret < 0)
		return ret;
	ipa->handle = proxy;
	*ret_proxy = ipa_rkisp1_get_proxy(proxy);
	return 0;
}

static int rkisp1_init(struct virtual_ipa *ipa,
		       const struct cam_settings *settings)
{
	struct virtual_imager *imager = ipa->imager;
	struct ipa_rkisp1_uint32_stream_entry stream = {
		/* What this hardware puts out; the camera converts. */
		.value.pixel_format = CAM_FOURCC('N', 'V', '1', '2'),
	};
	struct ipa_rkisp1_config_info config;
	struct cam_control_info_map infos;
	int ret;

	ipa_rkisp1_config_info_init(&config);
	virtual_sensor_describe(&imager->sensor, &config.sensor_info);
	config.sensor_controls = imager->controls.infos;
	ret = ipa_rkisp1_init(ipa->handle, settings, RKISP1_V10,
			      &config.sensor_info, &config.sensor_controls,
			      &ipa->infos);
	if (ret < 0)
		return virtual_ipa_call_failed(ipa, "init", ret);
	stream.value.size = config.sensor_info.output_size;
	ret = ipa_rkisp1_configure(ipa->handle, &config, &stream, 1, &infos);
	if (ret < 0)
		return virtual_ipa_call_failed(ipa, "configure", ret);
	/* Ranges may be others in this mode. */
	cam_control_info_map_clear(&ipa->infos);
	ipa->infos = infos;
	return 0;
}

static int rkisp1_map_buffers(struct virtual_ipa *ipa,
			      const struct virtual_buffer_offer *offer)
{
	struct cam_buffer buffers[2 * VIRTUAL_N_BUFFERS];
	int ret;

	for (int i = 0; i < VIRTUAL_N_BUFFERS; i++) {
		buffers[2 * i] = offer->statistics[i];
		buffers[2 * i + 1] = offer->parameters[i];
	}
	ret = ipa_rkisp1_map_buffers(ipa->handle, buffers,
				     2 * VIRTUAL_N_BUFFERS);
	return ret < 0 ? virtual_ipa_call_failed(ipa, "mapBuffers", ret) : 0;
}

static int rkisp1_start(struct virtual_ipa *ipa)
{
	int ret = ipa_rkisp1_start(ipa->handle);

	return ret < 0 ? virtual_ipa_call_failed(ipa, "start", ret) : 0;
}

static int rkisp1_stop(struct virtual_ipa *ipa)
{
	int ret = ipa_rkisp1_stop(ipa->handle);

	return ret < 0 ? virtual_ipa_call_failed(ipa, "stop", ret) : 0;
}

/* The hardware needs a frame's parameters before the frame. */
static int rkisp1_before_frame(struct virtual_ipa *ipa, uint32_t frame)
{
	int ret = ipa_rkisp1_queue_request(ipa->handle, frame,
					   virtual_ipa_take_request(ipa));

	if (ret < 0)
		return virtual_ipa_call_failed(ipa, "queueRequest", ret);
	ret = ipa_rkisp1_fill_params_buffer(
		ipa->handle, frame,
		VIRTUAL_PARAMETERS_ID + frame % VIRTUAL_N_BUFFERS);
	return ret < 0 ? virtual_ipa_call_failed(ipa, "fillParamsBuffer", ret)
		       : 0;
}

static int rkisp1_image_made(struct virtual_ipa *ipa,
			     const struct virtual_frame *frame)
{
	struct cam_control_list list;
	int ret = virtual_ipa_write_statistics(ipa, frame->number);

	if (ret < 0)
		return ret;
	virtual_sensor_controls_put(&ipa->imager->controls, frame->settings,
				    &list);
	ret = ipa_rkisp1_process_stats_buffer(
		ipa->handle, frame->number,
		VIRTUAL_STATISTICS_ID + frame->number % VIRTUAL_N_BUFFERS,
		&list);
	return ret < 0 ? virtual_ipa_call_failed(ipa, "processStatsBuffer", ret)
		       : 0;
}

static const struct virtual_isp rkisp1 = {
	.size = sizeof(rkisp1),
	.name = "virtual-rkisp1",
	.description = "a model of Rockchip's ISP1",
	.interface_name = "ipa.rkisp1",
	.module = "libcamera-rkisp1",
	.module_origin = "examples/libcamera-ipa builds it where libcamera's "
			 "packages are installed (Debian 12: libcamera-ipa, "
			 "libcamera-dev, g++)",
	.sensor = "imx219",
	.tuning_folder = "/usr/share/libcamera/ipa/rkisp1",
	.tuning_ending = ".yaml",
	.statistics_size = sizeof(struct rkisp1_stat_buffer),
	.statistics_access = CAM_ACCESS_READ_WRITE,
	.parameters_size = sizeof(struct rkisp1_params_cfg),
	.configure = rkisp1_configure,
	.release = rkisp1_release,
	.measure = rkisp1_measure,
	.apply = rkisp1_apply,
	.create = rkisp1_create,
	.init = rkisp1_init,
	.map_buffers = rkisp1_map_buffers,
	.start = rkisp1_start,
	.stop = rkisp1_stop,
	.before_frame = rkisp1_before_frame,
	.image_made = rkisp1_image_made,
};
VIRTUAL_REGISTER_ISP(rkisp1)
