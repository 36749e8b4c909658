/* SPDX-License-Identifier: MIT */
/*
 * The module for the kernel's virtual camera, which has nothing to control. It
 * uses every call of its interface and checks its arguments, for tests, and says
 * what it sees in raw frames.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/fd.h>

#include "cam_buffers.h"
#include "cam_controls.h"
#include "vimc_ipa_worker.h"

/* Most frames between a request and its parameters. */
#define MAX_REQUESTS 16

/* A frame's request, until its parameters are computed. */
struct request {
	uint32_t frame;
	uint32_t flags; /* IPA_VIMC_TEST_FLAG_*, for paramsComputed */
	bool used;
};

struct vimc {
	struct camipc_host *host;
	int trace_fd; /* a duplicate; -1: none */
	struct cam_buffer_set buffers;
	struct cam_buffer_set frames; /* raw ones, to be read only */
	struct request requests[MAX_REQUESTS];
	size_t n_streams;
};

/* Writes one byte to the tracer; ignores one that is slow or gone. */
static void trace(const struct vimc *vimc, enum ipa_vimc_operation_code code)
{
	uint8_t byte = (uint8_t)code;

	if (vimc->trace_fd >= 0 && write(vimc->trace_fd, &byte, 1) < 0)
		camipc_host_log(vimc->host, CAMIPC_LOG_DEBUG,
				"vimc: cannot write the trace: %s",
				camipc_errno_to_string(errno));
}

static int32_t vimc_init(void *self, const struct cam_settings *settings,
			 int trace_fd, enum ipa_vimc_operation_code code,
			 uint32_t in_flags, uint32_t *ret_out_flags)
{
	struct vimc *vimc = self;

	if (code != IPA_VIMC_OPERATION_INIT)
		return -EINVAL;
	if (trace_fd >= 0) {
		vimc->trace_fd = camipc_fd_dup(trace_fd);
		if (vimc->trace_fd < 0)
			return vimc->trace_fd;
	}
	camipc_host_log(vimc->host, CAMIPC_LOG_DEBUG,
			"vimc: sensor '%s', configuration '%s'",
			settings->sensor_model, settings->configuration_file);
	trace(vimc, IPA_VIMC_OPERATION_INIT);
	*ret_out_flags = in_flags;
	return 0;
}

static int32_t vimc_configure(
	void *self, const struct cam_camera_sensor_info *sensor_info,
	const struct ipa_vimc_uint32_stream_entry *stream_config,
	size_t n_stream_config,
	const struct ipa_vimc_uint32_control_info_map_entry *entity_controls,
	size_t n_entity_controls)
{
	struct vimc *vimc = self;
	size_t i;

	if (!sensor_info->output_size.width || !sensor_info->output_size.height)
		return -EINVAL;
	for (i = 0; i < n_stream_config; i++)
		if (!stream_config[i].value.pixel_format ||
		    !stream_config[i].value.size.width ||
		    !stream_config[i].value.size.height)
			return -EINVAL;
	for (i = 0; i < n_entity_controls; i++)
		if (entity_controls[i].value.id_space !=
		    CAM_CONTROL_ID_SPACE_V4L2)
			return -EINVAL;
	vimc->n_streams = n_stream_config;
	return 0;
}

static int32_t vimc_start(void *self)
{
	struct vimc *vimc = self;

	if (!vimc->n_streams)
		return -ENODATA;
	memset(vimc->requests, 0, sizeof(vimc->requests));
	trace(vimc, IPA_VIMC_OPERATION_START);
	return 0;
}

static void vimc_stop(void *self)
{
	trace(self, IPA_VIMC_OPERATION_STOP);
}

static void vimc_map_buffers(void *self, const struct cam_buffer *buffers,
			     size_t n_buffers)
{
	struct vimc *vimc = self;
	int ret = cam_buffer_set_add(&vimc->buffers, buffers, n_buffers,
				     CAM_ACCESS_READ_WRITE, sizeof(uint32_t));

	if (ret < 0)
		camipc_host_log(vimc->host, CAMIPC_LOG_WARNING,
				"vimc: cannot map %zu buffer%s: %s", n_buffers,
				n_buffers == 1 ? "" : "s", camipc_errno_to_string(ret));
}

static void vimc_unmap_buffers(void *self, const uint32_t *ids, size_t n_ids)
{
	struct vimc *vimc = self;

	cam_buffer_set_remove(&vimc->buffers, ids, n_ids);
	cam_buffer_set_remove(&vimc->frames, ids, n_ids);
}

static int32_t vimc_map_frames(void *self, const struct cam_buffer *frames,
			       size_t n_frames)
{
	struct vimc *vimc = self;

	return cam_buffer_set_add(&vimc->frames, frames, n_frames,
				  CAM_ACCESS_READ, 1);
}

static void vimc_queue_request(void *self, uint32_t frame,
			       const struct cam_control_list *controls)
{
	struct vimc *vimc = self;
	struct request *request = &vimc->requests[frame % MAX_REQUESTS];

	request->frame = frame;
	request->used = true;
	request->flags = IPA_VIMC_TEST_FLAG_FLAG1;
	if (controls->n_controls)
		request->flags |= IPA_VIMC_TEST_FLAG_FLAG2;
}

/* Writes the frame's number into the buffer, where a test expects it. */
static int fill_buffer(struct vimc *vimc, uint32_t frame, uint32_t buffer_id)
{
	return cam_shared_buffer_write(
		cam_buffer_set_find(&vimc->buffers, buffer_id), &frame,
		sizeof(frame));
}

static void vimc_compute_params(void *self, uint32_t frame, uint32_t buffer_id)
{
	struct vimc *vimc = self;
	struct request *request = &vimc->requests[frame % MAX_REQUESTS];
	uint32_t flags = 0;
	int ret;

	if (request->used && request->frame == frame) {
		flags = request->flags;
		request->used = false;
	}
	ret = fill_buffer(vimc, frame, buffer_id);
	if (ret == 0)
		flags |= IPA_VIMC_TEST_FLAG_FLAG3;
	ret = ipa_vimc_emit_params_computed(vimc->host, buffer_id, flags);
	if (ret < 0)
		camipc_host_log(vimc->host, CAMIPC_LOG_WARNING,
				"vimc: frame %u: the event was lost (error %d)",
				frame, ret);
}

static void vimc_process_frame(void *self, uint32_t frame, uint32_t buffer_id,
			       uint32_t size)
{
	struct vimc *vimc = self;
	uint64_t hash = 0;
	int ret = cam_shared_buffer_hash(
		cam_buffer_set_find(&vimc->frames, buffer_id), size, &hash);

	ret = ipa_vimc_emit_frame_processed(vimc->host, frame, hash, ret);
	if (ret < 0)
		camipc_host_log(vimc->host, CAMIPC_LOG_WARNING,
				"vimc: frame %u: the event was lost (error %d)",
				frame, ret);
}

static const struct ipa_vimc_ops vimc_ops = IPA_VIMC_OPS(vimc);

static int vimc_create(struct camipc_host *host, void **ret_ipa)
{
	struct vimc *vimc = calloc(1, sizeof(*vimc));

	if (!vimc)
		return -ENOMEM;
	vimc->host = host;
	vimc->trace_fd = -1;
	*ret_ipa = vimc;
	return 0;
}

static void vimc_destroy(void *self)
{
	struct vimc *vimc = self;

	cam_buffer_set_fini(&vimc->buffers);
	cam_buffer_set_fini(&vimc->frames);
	if (vimc->trace_fd >= 0)
		close(vimc->trace_fd);
	free(vimc);
}

IPA_VIMC_MODULE("vimc", 1, "MIT", vimc_create, vimc_destroy, &vimc_ops);
