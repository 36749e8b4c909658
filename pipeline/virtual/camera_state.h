/* SPDX-License-Identifier: MIT */
/* What the two halves of the virtual camera share; for nobody else. */
#ifndef VIRTUAL_CAMERA_STATE_H
#define VIRTUAL_CAMERA_STATE_H

#include <camipc/arena.h>

#include "develop.h"
#include "scene.h"
#include "sensor_controls.h"
#include "shared_buffers.h"
#include "softisp_ipa_proxy.h"
#include "virtual_camera.h"

/* What the IPA said of the frame that is waiting. */
struct answer {
	int32_t status;
	bool has_params;
	bool has_metadata;
};

/* A frame does not wait for what is in here: the newest that came. */
struct virtual_realtime {
	bool on;
	int timer_fd;
	struct ipa_softisp_parameters parameters;
	uint32_t parameters_frame;
	bool has_parameters;
	/* By buffer: asked of the IPA, and not answered yet. */
	bool busy[VIRTUAL_N_BUFFERS];
	uint32_t frame_of[VIRTUAL_N_BUFFERS];
	int64_t asked_ms; /* since when the IPA owes an answer */
	uint64_t ticks; /* of the timer, so far */
	bool running; /* the timer is */
	int error; /* of an answer */
	struct virtual_late_counts late;
};

struct virtual_camera {
	struct virtual_light_script light;
	struct virtual_scene scene;
	struct virtual_sensor sensor;
	struct virtual_sensor_controls sensor_controls;
	struct virtual_developer developer;
	uint16_t *raw;
	uint8_t *rgb;

	struct virtual_shared_buffers buffers;

	struct ipa_softisp *ipa;
	struct cam_control_info_map infos; /* of the IPA; ours to clear */
	struct answer answer;
	bool closed;
	void (*on_closed)(void *user, const struct camipc_closed_info *info);
	void *user;
	struct virtual_realtime realtime;

	bool streaming; /* a frame was taken */
	uint32_t frame; /* the next one */
	struct camipc_arena metadata_arena;
	struct cam_control_list metadata;
	struct camipc_arena request_arena;
	struct cam_control_list request;

	int timeout_ms;
	int interrupt_fd;
	char error[1024];
};

/** A call of the user's begins; why the IPA is gone stays noted. */
void virtual_camera_forget_error(struct virtual_camera *camera);

/** Notes what went wrong, unless something is noted already; gives @error. */
int virtual_camera_fail(struct virtual_camera *camera, int error,
			const char *format, ...) CAMIPC_PRINTF(3, 4);

/** The same of a call to the IPA that returned @ret. */
int virtual_camera_call_failed(struct virtual_camera *camera, const char *call,
			       int ret);

/** Copies what the IPA wrote for a frame: it can write at any time. */
int virtual_camera_copy_parameters(struct virtual_camera *camera,
				   uint32_t buffer,
				   struct ipa_softisp_parameters *parameters);

/** What is known of the next frame before it is taken. */
void virtual_camera_describe_frame(struct virtual_camera *camera,
				   struct virtual_frame *ret_frame);

/* Steps of capturing, in the order of use. */
int virtual_camera_take(struct virtual_camera *camera,
			struct cam_shared_buffer *statistics, /* or NULL */
			const struct virtual_light *light);
int virtual_camera_ask(struct virtual_camera *camera, uint32_t buffer,
		       struct virtual_sensor_settings settings);

int virtual_camera_develop(struct virtual_camera *camera, uint32_t frame,
			   const struct ipa_softisp_parameters *parameters,
			   const uint16_t *image);

/** Waits for @timer_fd (-1: none), the IPA or an interrupt. */
int virtual_camera_poll(struct virtual_camera *camera, int timer_fd,
			int64_t deadline);

/** Runs what the IPA raised. */
int virtual_camera_dispatch(struct virtual_camera *camera);

int64_t virtual_camera_now_ms(void);

/* realtime.c. The timer starts with the first frame. */
int virtual_realtime_init(struct virtual_camera *camera);
void virtual_realtime_fini(struct virtual_camera *camera);

/** The IPA has parameters of @frame, or has failed to make them. */
void virtual_realtime_answered(struct virtual_camera *camera, uint32_t frame,
			       int32_t status);

/** virtual_camera_capture() in real time. */
int virtual_realtime_capture(struct virtual_camera *camera,
			     struct virtual_frame *ret_frame);

#endif /* VIRTUAL_CAMERA_STATE_H */
