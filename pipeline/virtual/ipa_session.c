/* SPDX-License-Identifier: MIT */
/* Runs the camera's IPA; keeps what it was asked and what it answered. */
#include "ipa_session.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include <camipc/error.h>

#include "cam_fourcc.h"
#include "core_ipa_serializer.h"

/* Metadata or controls of one frame have a few hundred bytes in practice. */
#define LIST_BUDGET (64 * 1024)

/* Linux has no errno above this. */
#define MAX_ERRNO 4095

int64_t virtual_ipa_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct virtual_answer *virtual_ipa_get_answer(struct virtual_ipa *ipa,
					      uint32_t frame)
{
	return &ipa->answers[frame % VIRTUAL_N_BUFFERS];
}

bool virtual_answer_is_owed(const struct virtual_answer *answer)
{
	return answer->is_asked && !answer->has_parameters;
}

/* Copies a list into an arena, which keeps its memory for the next one. */
static int hold_list(struct camipc_arena *arena,
		     const struct cam_control_list *list,
		     struct cam_control_list *held)
{
	camipc_arena_reset(arena, LIST_BUDGET);
	*held = *list;
	cam_control_list_copy_in(arena, held);
	if (arena->error)
		cam_control_list_init(held);
	return arena->error;
}

/* ---- events of the IPA --------------------------------------------------- */

static void on_sensor_controls(void *user, uint32_t frame,
			       const struct cam_control_list *controls)
{
	struct virtual_ipa *ipa = user;

	(void)frame;
	virtual_imager_apply_controls(ipa->imager, controls);
}

static void on_params_ready(void *user, uint32_t frame, uint32_t buffer_id,
			    int32_t status)
{
	struct virtual_ipa *ipa = user;
	struct virtual_answer *answer = virtual_ipa_get_answer(ipa, frame);

	/* The frame tells which buffer we asked for; the IPA may be wrong. */
	(void)buffer_id;
	if (answer->frame != frame || !virtual_answer_is_owed(answer))
		return;
	answer->status = status < -MAX_ERRNO ? -EPROTO : status;
	answer->has_parameters = true;
}

static void on_metadata_ready(void *user, uint32_t frame,
			      const struct cam_control_list *metadata)
{
	struct virtual_ipa *ipa = user;
	struct virtual_answer *answer = virtual_ipa_get_answer(ipa, frame);

	if (answer->frame != frame || !answer->is_asked)
		return;
	(void)!hold_list(&ipa->metadata_arena, metadata, &ipa->metadata);
	answer->has_metadata = true;
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct virtual_ipa *ipa = user;

	ipa->is_closed = true;
	(void)!virtual_error_set(ipa->error, -EPIPE, "%s", info->text);
	ipa->error->is_final = true;
	if (ipa->options.closed)
		ipa->options.closed(ipa->options.user, info);
}

static const struct ipa_softisp_events events = {
	.size = sizeof(struct ipa_softisp_events),
	.set_sensor_controls = on_sensor_controls,
	.params_ready = on_params_ready,
	.metadata_ready = on_metadata_ready,
	.closed = on_closed,
};

/* ---- calls --------------------------------------------------------------- */

/* Writes the text of a failed call: an error of ours, or one of the IPA. */
static int call_failed(struct virtual_ipa *ipa, const char *call, int ret)
{
	int own = camipc_proxy_last_error(ipa_softisp_get_proxy(ipa->proxy));

	if (ret == -EPIPE) {
		/* dispatch calls closed(), which has the reason. */
		(void)!ipa_softisp_dispatch(ipa->proxy);
		return virtual_error_set(ipa->error, ret, "the IPA is gone");
	}
	if (own)
		return virtual_error_set(ipa->error, ret, "%s failed: %s", call,
					 camipc_strerror(ret));
	return virtual_error_set(ipa->error, ret,
				 "%s failed: the IPA returned %d (%s)", call,
				 ret, camipc_errno_to_string(ret));
}

static int create_ipa(struct virtual_ipa *ipa, struct camipc_manager *manager)
{
	const char *module = ipa->options.module ? ipa->options.module
						 : "softisp";
	bool is_path = strchr(module, '/') != NULL;
	const struct camipc_match match = {
		.isolation = ipa->options.isolation,
		.path = is_path ? module : NULL,
		.module = is_path ? NULL : module,
	};
	int ret = ipa_softisp_create(manager, &match, &events, ipa,
				     &ipa->proxy);

	if (ret < 0)
		return virtual_error_set(ipa->error, ret,
					 "cannot run the IPA module '%s': %s",
					 module, camipc_strerror(ret));
	return 0;
}

static int init_ipa(struct virtual_ipa *ipa)
{
	struct virtual_imager *imager = ipa->imager;
	struct ipa_softisp_config_info config;
	struct cam_settings settings;
	int ret;

	cam_settings_init(&settings);
	settings.sensor_model = "virtual";
	if (ipa->options.tuning)
		settings.configuration_file = ipa->options.tuning;
	ipa_softisp_config_info_init(&config);
	virtual_sensor_describe(&imager->sensor, &config.sensor_info);
	config.sensor_controls = imager->controls.infos;
	config.stream.pixel_format = CAM_FOURCC_RGB888;
	config.stream.size = config.sensor_info.output_size;
	ret = ipa_softisp_init(ipa->proxy, &settings, &config.sensor_info,
			       &config.sensor_controls, &ipa->infos);
	if (ret < 0)
		return call_failed(ipa, "init", ret);
	ret = ipa_softisp_configure(ipa->proxy, &config);
	if (ret < 0)
		return call_failed(ipa, "configure", ret);
	return 0;
}

static int map_buffers(struct virtual_ipa *ipa)
{
	struct virtual_buffer_offer offer;
	int ret = virtual_shared_buffers_init(&ipa->buffers, &offer);

	if (ret < 0) {
		virtual_error_set(ipa->error, ret,
				  "cannot make shared memory: %s",
				  camipc_errno_to_string(ret));
		goto close_descriptors;
	}
	ret = ipa_softisp_map_buffers(ipa->proxy, offer.statistics,
				      VIRTUAL_N_BUFFERS, offer.parameters,
				      VIRTUAL_N_BUFFERS);
	if (ret < 0)
		call_failed(ipa, "mapBuffers", ret);

close_descriptors:
	virtual_buffer_offer_fini(&offer);
	return ret;
}

int virtual_ipa_init(struct virtual_ipa *ipa, struct camipc_manager *manager,
		     const struct virtual_ipa_options *options,
		     struct virtual_imager *imager,
		     struct virtual_error *error)
{
	int ret;

	ipa->imager = imager;
	ipa->error = error;
	ipa->options = *options;
	cam_control_list_init(&ipa->metadata);
	cam_control_list_init(&ipa->request);
	camipc_arena_init(&ipa->metadata_arena, LIST_BUDGET);
	camipc_arena_init(&ipa->request_arena, LIST_BUDGET);
	ret = create_ipa(ipa, manager);
	if (ret < 0)
		return ret;
	ret = init_ipa(ipa);
	if (ret < 0)
		return ret;
	return map_buffers(ipa);
}

void virtual_ipa_fini(struct virtual_ipa *ipa)
{
	ipa_softisp_destroy(ipa->proxy);
	ipa->proxy = NULL;
	cam_control_info_map_clear(&ipa->infos);
	virtual_shared_buffers_fini(&ipa->buffers);
	camipc_arena_fini(&ipa->metadata_arena);
	camipc_arena_fini(&ipa->request_arena);
}

int virtual_ipa_start(struct virtual_ipa *ipa)
{
	int ret = ipa_softisp_start(ipa->proxy);

	if (ret < 0)
		return call_failed(ipa, "start", ret);
	/* start raises the first sensor controls before it returns. */
	return virtual_ipa_dispatch(ipa);
}

int virtual_ipa_stop(struct virtual_ipa *ipa)
{
	int ret = ipa_softisp_stop(ipa->proxy);

	memset(ipa->answers, 0, sizeof(ipa->answers));
	if (ret < 0)
		return call_failed(ipa, "stop", ret);
	return 0;
}

int virtual_ipa_set_request(struct virtual_ipa *ipa,
			    const struct cam_control_list *list)
{
	return hold_list(&ipa->request_arena, list, &ipa->request) < 0
		       ? -ENOMEM
		       : 0;
}

/* ---- frames -------------------------------------------------------------- */

static int write_statistics(struct virtual_ipa *ipa, uint32_t frame)
{
	struct cam_shared_buffer *buffer =
		ipa->buffers.statistics[frame % VIRTUAL_N_BUFFERS];
	void *data;
	int ret = cam_shared_buffer_begin(buffer, CAM_ACCESS_READ_WRITE, &data);

	if (ret < 0)
		goto fail;
	virtual_imager_measure(ipa->imager, frame, data);
	ret = cam_shared_buffer_end(buffer);
	if (ret < 0)
		goto fail;
	return 0;

fail:
	return virtual_error_set(ipa->error, ret,
				 "cannot write the statistics of frame %u: %s",
				 frame, camipc_errno_to_string(ret));
}

int virtual_ipa_ask(struct virtual_ipa *ipa, const struct virtual_frame *frame)
{
	uint32_t buffer = frame->number % VIRTUAL_N_BUFFERS;
	struct cam_control_list list;
	int ret;

	ipa->answers[buffer] = (struct virtual_answer){
		.frame = frame->number,
		.is_asked = true,
	};
	ret = write_statistics(ipa, frame->number);
	if (ret < 0)
		return ret;
	virtual_sensor_controls_put(&ipa->imager->controls, frame->settings,
				    &list);
	ret = ipa_softisp_queue_request(ipa->proxy, frame->number,
					&ipa->request);
	if (ret < 0)
		return call_failed(ipa, "queueRequest", ret);
	ret = ipa_softisp_process_stats(ipa->proxy, frame->number,
					VIRTUAL_STATISTICS_ID + buffer, &list);
	if (ret < 0)
		return call_failed(ipa, "processStats", ret);
	ret = ipa_softisp_compute_params(ipa->proxy, frame->number,
					 VIRTUAL_PARAMETERS_ID + buffer);
	if (ret < 0)
		return call_failed(ipa, "computeParams", ret);
	cam_control_list_init(&ipa->request);
	return 0;
}

int virtual_ipa_wait(struct virtual_ipa *ipa, int timer_fd, uint32_t frame,
		     int64_t since_ms)
{
	struct pollfd fds[3] = {
		{ .fd = ipa_softisp_get_fd(ipa->proxy), .events = POLLIN },
		{ .fd = ipa->options.interrupt_fd, .events = POLLIN },
		{ .fd = timer_fd, .events = POLLIN },
	};
	int64_t deadline = since_ms + ipa->options.timeout_ms;
	int64_t left = deadline - virtual_ipa_now_ms();

	if (poll(fds, 3, left > 0 ? (int)left : 0) < 0 && errno != EINTR)
		return virtual_error_set(ipa->error, -errno,
					 "cannot wait for the IPA: %s",
					 camipc_errno_to_string(errno));
	if (fds[1].revents)
		return virtual_error_set(ipa->error, -EINTR, "interrupted");
	if (!fds[0].revents && !fds[2].revents &&
	    virtual_ipa_now_ms() >= deadline)
		return virtual_error_set(
			ipa->error, -ETIMEDOUT,
			"the IPA sent no parameters for frame %u within %d ms",
			frame, ipa->options.timeout_ms);
	return virtual_ipa_dispatch(ipa);
}

int virtual_ipa_dispatch(struct virtual_ipa *ipa)
{
	int ret = ipa_softisp_dispatch(ipa->proxy);

	if (ipa->is_closed)
		return virtual_error_set(ipa->error, -EPIPE, "the IPA is gone");
	if (ret < 0)
		return virtual_error_set(ipa->error, ret,
					 "cannot receive events of the IPA: %s",
					 camipc_strerror(ret));
	return 0;
}

int virtual_ipa_take_parameters(struct virtual_ipa *ipa,
				struct virtual_answer *answer,
				struct ipa_softisp_parameters *ret_parameters)
{
	struct cam_shared_buffer *buffer =
		ipa->buffers.parameters[answer->frame % VIRTUAL_N_BUFFERS];
	int ret;

	answer->is_taken = true;
	if (answer->status < 0)
		return virtual_error_set(
			ipa->error, -EREMOTEIO,
			"the IPA has no parameters for frame %u: %s",
			answer->frame, camipc_errno_to_string(answer->status));
	/* A copy: the IPA can write to the buffer at any time. */
	ret = cam_shared_buffer_read(buffer, ret_parameters,
				     sizeof(*ret_parameters));
	if (ret < 0)
		return virtual_error_set(
			ipa->error, ret,
			"cannot read the parameters of frame %u: %s",
			answer->frame, camipc_errno_to_string(ret));
	return 0;
}
