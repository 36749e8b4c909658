/* SPDX-License-Identifier: MIT */
/* The camera "virtual-rpi": processed by a model of the Raspberry Pi's image
 * processor, and controlled by an IPA of that interface. */
#include "isp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cam_fourcc.h"
#include "controls_ipa_types.h"
#include "core_ipa_serializer.h"
#include "ipa_session.h"
#include "rpi_hardware.h"
#include "rpi_ipa_proxy.h"

/* Contexts of frames, 0 to IPA_RPI_MAX_CONTEXT. */
#define CONTEXTS (IPA_RPI_MAX_CONTEXT + 1)

/* The buffer of lens shading has an id of its own; it is never mapped by id. */
#define RPI_SHADING_ID 1000

/* Controls of the image processor: three gains, and nine of its own. */
#define ISP_CONTROLS 12

/* The proxy, and the memory of lens shading. */
struct rpi_session {
	struct ipa_rpi *proxy;
	struct cam_shared_buffer *shading;
};

/* ---- hardware ------------------------------------------------------------ */

static int rpi_configure(const struct virtual_sensor *sensor, void **ret_state)
{
	struct rpi_hardware *hardware;
	int ret = rpi_hardware_create(sensor->width, sensor->height, &hardware);

	if (ret == 0)
		*ret_state = hardware;
	return ret;
}

static void rpi_release(void *state)
{
	rpi_hardware_destroy(state);
}

static void rpi_measure(void *state, const struct virtual_sensor *sensor,
			uint32_t frame, const uint16_t *raw, void *statistics)
{
	(void)sensor;
	(void)frame;
	rpi_hardware_measure(state, raw, statistics);
}

/* Parameters do not say which frame they belong to. */
static int rpi_apply(void *state, uint32_t frame, const void *parameters,
		     const uint16_t *raw, uint8_t *rgb)
{
	(void)frame;
	rpi_hardware_process(state, parameters, raw, rgb);
	return 0;
}

/* ---- events of the IPA --------------------------------------------------- */

/* Buffers are numbered as frames take turns with the slots. */
static uint32_t rpi_frame_of(const struct virtual_ipa *ipa, uint32_t slot)
{
	return ipa->answers[slot % VIRTUAL_N_BUFFERS].frame;
}

static void rpi_on_isp_controls(void *user,
				const struct cam_control_list *controls)
{
	struct virtual_ipa *ipa = user;

	rpi_parameters_take(ipa->parameters, controls);
}

/* A copy of the table: the IPA can write to it at any time. */
static void rpi_on_run(void *user, uint32_t buffer_id)
{
	struct virtual_ipa *ipa = user;
	const struct rpi_session *session = ipa->handle;
	struct rpi_parameters *parameters = ipa->parameters;
	int ret = cam_shared_buffer_read(session->shading, parameters->table,
					 sizeof(parameters->table));

	virtual_ipa_answer_parameters(ipa, rpi_frame_of(ipa, buffer_id), ret);
}

static void rpi_on_embedded(void *user, uint32_t buffer_id)
{
	(void)user;
	(void)buffer_id;
}

static void rpi_on_metadata(void *user, uint32_t buffer_id,
			    const struct cam_control_list *metadata)
{
	struct virtual_ipa *ipa = user;

	virtual_ipa_answer_metadata(
		ipa, rpi_frame_of(ipa, buffer_id - VIRTUAL_STATISTICS_ID),
		metadata);
}

static void rpi_on_delayed_controls(void *user,
				    const struct cam_control_list *controls,
				    uint32_t delay_context)
{
	struct virtual_ipa *ipa = user;

	virtual_imager_request(ipa->imager, controls, delay_context);
}

static void rpi_on_lost_prepare(void *user, const struct ipa_rpi_isp_config *data)
{
	struct virtual_ipa *ipa = user;

	virtual_ipa_lost(ipa, rpi_frame_of(ipa, data->bayer_buffer_id));
}

static void rpi_on_lost_statistics(void *user, uint32_t buffer_id,
				   uint32_t ipa_context)
{
	struct virtual_ipa *ipa = user;

	(void)ipa_context;
	virtual_ipa_lost(ipa,
			 rpi_frame_of(ipa, buffer_id - VIRTUAL_STATISTICS_ID));
}

/* A new IPA may begin with other controls than the first. */
static void rpi_on_replayed_start(void *user,
				  const struct ipa_rpi_start_outs *outs)
{
	struct virtual_ipa *ipa = user;

	virtual_imager_request(ipa->imager, &outs->start_config.controls, 0);
}

static const struct ipa_rpi_events rpi_events = {
	.size = sizeof(struct ipa_rpi_events),
	.stats_metadata_complete = rpi_on_metadata,
	.run_isp = rpi_on_run,
	.embedded_complete = rpi_on_embedded,
	.set_isp_controls = rpi_on_isp_controls,
	.set_delayed_controls = rpi_on_delayed_controls,
	.closed = virtual_ipa_on_closed,
	.lost_signal_isp_prepare = rpi_on_lost_prepare,
	.lost_signal_stat_ready = rpi_on_lost_statistics,
	.replayed_start = rpi_on_replayed_start,
	.restarted = virtual_ipa_on_restarted,
};

/* ---- calls of the IPA ---------------------------------------------------- */

static int rpi_create(struct virtual_ipa *ipa, struct camipc_manager *manager,
		      const struct camipc_match *match,
		      struct camipc_proxy **ret_proxy)
{
	struct rpi_session *session = calloc(1, sizeof(*session));
	int ret;

	if (!session)
		return -ENOMEM;
	ret = ipa_rpi_create(manager, match, &rpi_events, ipa,
			     &session->proxy);
	if (ret < 0) {
		free(session);
		return ret;
	}
	rpi_parameters_init(ipa->parameters);
	ipa->handle = session;
	*ret_proxy = ipa_rpi_get_proxy(session->proxy);
	return 0;
}

static void rpi_destroy(struct virtual_ipa *ipa)
{
	struct rpi_session *session = ipa->handle;

	cam_shared_buffer_destroy(session->shading);
	free(session);
}

/* Ranges of the gains; the others have payloads of bytes. */
static void
rpi_describe_controls(struct cam_uint32_control_info_entry entries[ISP_CONTROLS])
{
	static const uint32_t gains[] = { V4L2_CID_RED_BALANCE,
					  V4L2_CID_BLUE_BALANCE,
					  V4L2_CID_DIGITAL_GAIN };

	memset(entries, 0, ISP_CONTROLS * sizeof(*entries));
	for (uint32_t i = 0; i < ISP_CONTROLS; i++) {
		struct cam_control_info *info = &entries[i].value;

		info->name = "";
		info->direction = CAM_CONTROL_DIRECTION_IN;
		if (i >= 3) {
			entries[i].key = BCM2835_ISP_CID(i - 2);
			info->type = CAM_CONTROL_TYPE_BYTE;
			info->size = CAM_CONTROL_ANY_SIZE;
			info->min.tag = CAM_CONTROL_VALUE_BYTE;
			info->max.tag = CAM_CONTROL_VALUE_BYTE;
			info->max.byte = UINT8_MAX;
			info->def.tag = CAM_CONTROL_VALUE_BYTE;
			continue;
		}
		entries[i].key = gains[i];
		info->type = CAM_CONTROL_TYPE_INTEGER32;
		info->min.tag = CAM_CONTROL_VALUE_INTEGER32;
		info->max.tag = CAM_CONTROL_VALUE_INTEGER32;
		info->def.tag = CAM_CONTROL_VALUE_INTEGER32;
		info->min.integer32 = 1;
		info->max.integer32 = 65535;
		info->def.integer32 = 1000;
	}
	cam_uint32_control_info_sort(entries, ISP_CONTROLS);
}

/* Calls configure, and sets the sensor as it says. */
static int rpi_call_configure(struct virtual_ipa *ipa)
{
	struct rpi_session *session = ipa->handle;
	struct virtual_imager *imager = ipa->imager;
	struct cam_uint32_control_info_entry controls[ISP_CONTROLS];
	const struct ipa_rpi_uint32_control_info_map_entry entities[2] = {
		{ 0, imager->controls.infos },
		{ 1, { CAM_CONTROL_ID_SPACE_V4L2, controls, ISP_CONTROLS } },
	};
	struct ipa_rpi_uint32_stream_entry stream = {
		/* What this hardware puts out; the camera converts. */
		.value.pixel_format = CAM_FOURCC('N', 'V', '1', '2'),
	};
	struct cam_frame_buffer_plane plane;
	struct cam_camera_sensor_info info;
	struct ipa_rpi_config config;
	struct ipa_rpi_config_result result;
	struct cam_control_list list;
	int ret = cam_shared_buffer_create(
		RPI_SHADING_ID, "camipc-lens-shading",
		IPA_RPI_MAX_LS_GRID_SIZE, CAM_ACCESS_READ_WRITE, &plane,
		&session->shading);

	if (ret < 0)
		return virtual_error_set(ipa->error, ret,
					 "cannot make shared memory");
	rpi_describe_controls(controls);
	virtual_sensor_describe(&imager->sensor, &info);
	stream.value.size = info.output_size;
	ipa_rpi_config_init(&config);
	config.ls_table_handle = plane.fd;
	ret = ipa_rpi_configure(session->proxy, &info, &stream, 1, entities, 2,
				&config, &list, &result);
	close(plane.fd);
	if (ret < 0)
		return virtual_ipa_call_failed(ipa, "configure", ret);
	virtual_imager_request(imager, &list, 0);
	cam_control_list_clear(&list);
	/* Ranges may be others in this mode. */
	cam_control_info_map_clear(&ipa->infos);
	ipa->infos = result.control_info;
	return 0;
}

static int rpi_init(struct virtual_ipa *ipa,
		    const struct cam_settings *settings)
{
	struct rpi_session *session = ipa->handle;
	struct ipa_rpi_init_result result;
	struct virtual_sensor_delays delays;
	int ret = ipa_rpi_init(session->proxy, settings, &result);

	if (ret < 0)
		return virtual_ipa_call_failed(ipa, "init", ret);
	delays.exposure = result.sensor_config.exposure_delay;
	delays.gain = result.sensor_config.gain_delay;
	delays.frame_length = result.sensor_config.vblank_delay;
	virtual_imager_set_delays(ipa->imager, &delays);
	ipa->infos = result.control_info;
	return rpi_call_configure(ipa);
}

static int rpi_map_buffers(struct virtual_ipa *ipa,
			   const struct virtual_buffer_offer *offer)
{
	const struct rpi_session *session = ipa->handle;
	int ret = ipa_rpi_map_buffers(session->proxy, offer->statistics,
				      VIRTUAL_N_BUFFERS);

	return ret < 0 ? virtual_ipa_call_failed(ipa, "mapBuffers", ret) : 0;
}

static int rpi_start(struct virtual_ipa *ipa)
{
	const struct rpi_session *session = ipa->handle;
	struct ipa_rpi_start_config config;
	int ret = ipa_rpi_start(session->proxy, virtual_ipa_take_request(ipa),
				&config);

	if (ret < 0)
		return virtual_ipa_call_failed(ipa, "start", ret);
	virtual_imager_request(ipa->imager, &config.controls, 0);
	ipa_rpi_start_config_clear(&config);
	return 0;
}

static int rpi_stop(struct virtual_ipa *ipa)
{
	const struct rpi_session *session = ipa->handle;
	int ret = ipa_rpi_stop(session->proxy);

	return ret < 0 ? virtual_ipa_call_failed(ipa, "stop", ret) : 0;
}

/* The sensor's controls and the frame's time are one list. */
static int rpi_put_controls(struct virtual_ipa *ipa,
			    const struct virtual_frame *frame,
			    struct cam_control *controls, size_t room,
			    struct cam_control_list *list)
{
	struct cam_control_list sensor;
	struct cam_control *time;

	virtual_sensor_controls_put(&ipa->imager->controls, frame->settings,
				    &sensor);
	if (sensor.n_controls >= room)
		return -ENOSPC;
	memcpy(controls, sensor.controls,
	       sensor.n_controls * sizeof(*controls));
	time = &controls[sensor.n_controls];
	memset(time, 0, sizeof(*time));
	time->id_space = CAM_CONTROL_ID_SPACE_CONTROLS;
	time->id = CAM_CONTROL_ID_SENSOR_TIMESTAMP;
	time->value.tag = CAM_CONTROL_VALUE_INTEGER64;
	time->value.integer64 = (int64_t)frame->timestamp_ns;
	list->controls = controls;
	list->n_controls = sensor.n_controls + 1;
	return 0;
}

/* The image processor needs parameters when it has the raw frame. */
static int rpi_frame_taken(struct virtual_ipa *ipa,
			   const struct virtual_frame *frame)
{
	const struct rpi_session *session = ipa->handle;
	struct cam_control controls[VIRTUAL_SENSOR_CONTROLS + 1];
	struct ipa_rpi_isp_config config;
	int ret = ipa_rpi_signal_queue_request(session->proxy,
					       virtual_ipa_take_request(ipa));

	if (ret < 0)
		return virtual_ipa_call_failed(ipa, "signalQueueRequest", ret);
	ipa_rpi_isp_config_init(&config);
	ret = rpi_put_controls(ipa, frame, controls,
			       VIRTUAL_SENSOR_CONTROLS + 1, &config.controls);
	if (ret < 0)
		return virtual_error_set(ipa->error, ret,
					 "too many controls of the sensor");
	config.bayer_buffer_id = frame->number % VIRTUAL_N_BUFFERS;
	config.ipa_context = frame->number % CONTEXTS;
	config.delay_context = frame->settings_cookie;
	ret = ipa_rpi_signal_isp_prepare(session->proxy, &config);
	return ret < 0 ? virtual_ipa_call_failed(ipa, "signalIspPrepare", ret)
		       : 0;
}

static int rpi_image_made(struct virtual_ipa *ipa,
			  const struct virtual_frame *frame)
{
	const struct rpi_session *session = ipa->handle;
	int ret = virtual_ipa_write_statistics(ipa, frame->number);

	if (ret < 0)
		return ret;
	ret = ipa_rpi_signal_stat_ready(
		session->proxy,
		VIRTUAL_STATISTICS_ID + frame->number % VIRTUAL_N_BUFFERS,
		frame->number % CONTEXTS);
	return ret < 0 ? virtual_ipa_call_failed(ipa, "signalStatReady", ret)
		       : 0;
}

static const struct virtual_isp rpi = {
	.size = sizeof(rpi),
	.name = "virtual-rpi",
	.description = "a model of the Raspberry Pi's image processor",
	.interface_name = "ipa.RPi",
	.module = "libcamera-rpi",
	.module_origin = "examples/libcamera-ipa builds it where libcamera's "
			 "packages are installed (Debian 12: libcamera-ipa, "
			 "libcamera-dev, g++)",
	.sensor = "imx219",
	.tuning_folder = "/usr/share/libcamera/ipa/raspberrypi",
	.tuning_ending = ".json",
	.statistics_size = sizeof(struct bcm2835_isp_stats),
	.statistics_access = CAM_ACCESS_READ_WRITE,
	.parameters_size = sizeof(struct rpi_parameters),
	.parameters_by_event = true,
	.configure = rpi_configure,
	.release = rpi_release,
	.measure = rpi_measure,
	.apply = rpi_apply,
	.create = rpi_create,
	.init = rpi_init,
	.map_buffers = rpi_map_buffers,
	.start = rpi_start,
	.stop = rpi_stop,
	.destroy = rpi_destroy,
	.frame_taken = rpi_frame_taken,
	.image_made = rpi_image_made,
};
VIRTUAL_REGISTER_ISP(rpi)
