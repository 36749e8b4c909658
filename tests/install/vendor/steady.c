/* SPDX-License-Identifier: MIT */
/*
 * A vendor's module for cameras that are processed in software, as simple as
 * possible: exposure, gain and colours are the same in every frame.
 */
#include <errno.h>
#include <linux/v4l2-controls.h>
#include <stdlib.h>
#include <string.h>

#include <cam_buffers.h>
#include <cam_controls.h>

#include "softisp_ipa_worker.h"

/* In lines, and in the sensor's own gain code. */
#define EXPOSURE 100
#define GAIN 32

struct steady {
	struct camipc_host *host;
	struct cam_buffer_set parameters;
};

static int32_t steady_init(void *self, const struct cam_settings *settings,
			   const struct cam_camera_sensor_info *sensor_info,
			   const struct cam_control_info_map *sensor_controls,
			   struct cam_control_info_map *ret_controls)
{
	(void)self;
	(void)settings;
	(void)sensor_info;
	(void)sensor_controls;
	/* Nothing for an application to set: the map stays empty. */
	ret_controls->id_space = CAM_CONTROL_ID_SPACE_CONTROLS;
	return 0;
}

static int32_t steady_configure(void *self,
				const struct ipa_softisp_config_info *config)
{
	(void)self;
	(void)config;
	return 0;
}

static int32_t steady_map_buffers(void *self,
				  const struct cam_buffer *statistics,
				  size_t n_statistics,
				  const struct cam_buffer *parameters,
				  size_t n_parameters)
{
	struct steady *steady = self;

	(void)statistics; /* it does not look at the image */
	(void)n_statistics;
	return cam_buffer_set_add(&steady->parameters, parameters, n_parameters,
				  CAM_ACCESS_READ_WRITE,
				  sizeof(struct ipa_softisp_parameters));
}

static void steady_unmap_buffers(void *self, const uint32_t *ids, size_t n_ids)
{
	struct steady *steady = self;

	cam_buffer_set_remove(&steady->parameters, ids, n_ids);
}

static int32_t steady_start(void *self)
{
	struct steady *steady = self;
	struct cam_control controls[2];
	struct cam_control_builder builder;
	struct cam_control_list list;
	int ret;

	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_V4L2, controls,
				 2);
	cam_control_builder_set_int32(&builder, V4L2_CID_EXPOSURE, EXPOSURE);
	cam_control_builder_set_int32(&builder, V4L2_CID_ANALOGUE_GAIN, GAIN);
	ret = cam_control_builder_finish(&builder, &list);
	if (ret < 0)
		return ret;
	return ipa_softisp_emit_set_sensor_controls(steady->host, 0, &list);
}

static void steady_stop(void *self)
{
	(void)self;
}

static void steady_queue_request(void *self, uint32_t frame,
				 const struct cam_control_list *controls)
{
	(void)self;
	(void)frame;
	(void)controls;
}

static void steady_process_stats(void *self, uint32_t frame, uint32_t buffer_id,
				 const struct cam_control_list *sensor_controls)
{
	(void)self;
	(void)frame;
	(void)buffer_id;
	(void)sensor_controls;
}

/* No black level, no balance, no mixing, and a straight tone curve. */
static void fill(struct ipa_softisp_parameters *parameters, uint32_t frame)
{
	memset(parameters, 0, sizeof(*parameters));
	parameters->magic = IPA_SOFTISP_PARAMETERS_MAGIC;
	parameters->frame = frame;
	for (size_t i = 0; i < 3; i++) {
		parameters->gain[i] = 4096;
		parameters->matrix[4 * i] = 4096;
	}
	for (size_t i = 0; i < IPA_SOFTISP_GAMMA_STEPS; i++)
		parameters->gamma[i] =
			(uint16_t)(i * UINT16_MAX /
				   (IPA_SOFTISP_GAMMA_STEPS - 1));
}

static int write_parameters(struct steady *steady, uint32_t frame,
			    uint32_t buffer_id)
{
	struct ipa_softisp_parameters parameters;

	fill(&parameters, frame);
	return cam_shared_buffer_write(
		cam_buffer_set_find(&steady->parameters, buffer_id),
		&parameters, sizeof(parameters));
}

static void steady_compute_params(void *self, uint32_t frame,
				  uint32_t buffer_id)
{
	struct steady *steady = self;
	struct cam_control_list metadata;
	int ret = write_parameters(steady, frame, buffer_id);

	ret = ipa_softisp_emit_params_ready(steady->host, frame, buffer_id,
					    ret);
	cam_control_list_init(&metadata);
	if (ret == 0)
		ret = ipa_softisp_emit_metadata_ready(steady->host, frame,
						      &metadata);
	if (ret < 0)
		camipc_host_log(steady->host, CAMIPC_LOG_WARNING,
				"steady: frame %u: an event was not accepted",
				frame);
}

static const struct ipa_softisp_ops steady_ops = IPA_SOFTISP_OPS(steady);

static int steady_create(struct camipc_host *host, void **ret_ipa)
{
	struct steady *steady = calloc(1, sizeof(*steady));

	if (!steady)
		return -ENOMEM;
	steady->host = host;
	*ret_ipa = steady;
	return 0;
}

static void steady_destroy(void *self)
{
	struct steady *steady = self;

	cam_buffer_set_fini(&steady->parameters);
	free(steady);
}

IPA_SOFTISP_MODULE("steady", 1, "Proprietary", steady_create, steady_destroy,
		   &steady_ops);
