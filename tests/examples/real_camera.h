/* SPDX-License-Identifier: MIT */
/*
 * What the cameras of this suite share: an imx219 that does not exist, a scene
 * whose light changes, and a transcript of what the IPA said. They have no
 * pictures: statistics are computed from the scene directly.
 */
#ifndef REAL_CAMERA_H
#define REAL_CAMERA_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <camipc/manager.h>
#include <camipc/proxy.h>

#include "core_ipa_types.h"

#define REAL_WIDTH 1640u
#define REAL_HEIGHT 1232u
#define REAL_LINE_LENGTH 3448u

/** Most frames of a run. */
#define REAL_MAX_FRAMES 400

/** Frames from setting a control of the sensor until it has effect. */
#define REAL_SENSOR_DELAY 3

/** Controls of the sensor, as its driver counts them. */
struct real_sensor {
	int32_t exposure; /* in lines */
	int32_t gain; /* a code, see real_gain() */
	int32_t vblank; /* in lines */
};

/** What a camera is created with. */
struct real_options {
	const char *isolation;
	const char *argument; /* of the module; NULL: the packaged IPA */
	const char *tuning; /* file; NULL: the packaged one of the sensor */
	unsigned int frames; /* the light changes in the middle */
	unsigned int pace_ms; /* least time from frame to frame; 0: none */
	bool waits_for_threads; /* of the IPA, before the next frame */
};

/** What a frame was taken with, and what the IPA found. */
struct real_frame {
	struct real_sensor sensor;
	uint32_t context; /* of the controls that the sensor had */
	double brightness; /* mean of the statistics, 0 to 1 */
	double red, blue; /* gains of white balance */
	int32_t kelvin; /* estimate of the IPA */
	uint64_t begin_ns, end_ns; /* from statistics to metadata */
};

/** The part of a camera that does not depend on its ISP. */
struct real_camera {
	struct real_options options;
	struct camipc_manager *manager;
	struct camipc_proxy *proxy; /* of the IPA */
	struct real_frame frames[REAL_MAX_FRAMES + 16];
	unsigned int planned; /* last frame whose controls are known */
	uint64_t start_ns; /* until the IPA was created and configured */
	uint64_t pss_kib; /* of the worker, before it stopped; 0: not known */
	uint64_t peak_kib; /* of its address space */
	uint64_t threads;
	FILE *transcript;
	char *text; /* of the transcript, once the camera was closed */
	size_t text_size;

	enum camipc_reason call_reason; /* of the call that failed */

	/* How the IPA ended. */
	bool is_closed;
	enum camipc_reason reason;
	int status;
	bool status_known;
	uint32_t n_frames;
	char modules[8][256]; /* of the stack frames, innermost first */
	char closed_text[1024];
	char stderr_tail[1024];
	uint64_t max_rss_kib;
};

/** Returns true if the file of an IPA module of libcamera's is installed. */
bool real_has_ipa(const char *name);

/** Returns 0 or a negative errno. */
int real_camera_init(struct real_camera *camera,
		     const struct real_options *options);
void real_camera_fini(struct real_camera *camera);

/** Notes what `closed` said. */
void real_camera_closed(struct real_camera *camera,
			const struct camipc_closed_info *info);

/** Notes why the latest call failed, before the IPA is destroyed. */
void real_camera_note_reason(struct real_camera *camera);

/**
 * Dispatches until *@frame is at least @wanted. Returns 0, -EPIPE (the IPA is
 * gone), or -ETIMEDOUT after 20 s.
 */
int real_camera_wait(struct real_camera *camera, const int *frame, int wanted);

/** Notes memory and threads of the worker, if there is one. */
void real_camera_weigh(struct real_camera *camera);

/**
 * Sleeps until @begin_ns and the pace have passed, then waits until all threads
 * of the IPA sleep, if that is wanted. Returns 0, or -ETIMEDOUT after 20 s.
 */
int real_camera_pace(const struct real_camera *camera, uint64_t begin_ns);

/** Controls for frame @at; frames in between keep the ones before. */
void real_camera_plan(struct real_camera *camera, unsigned int at,
		      const struct cam_control_list *controls,
		      uint32_t context);

/** Fills in the controls of frames up to @frame. */
void real_camera_reach(struct real_camera *camera, unsigned int frame);

/** The sensor as the IPA gets to know it. */
struct cam_camera_sensor_info real_sensor_info(void);

/** Ranges of its four controls, which fill @entries. */
struct cam_control_info_map
real_sensor_controls(struct cam_uint32_control_info_entry entries[4]);

/** One integer control of an info map. */
void real_int_info(struct cam_uint32_control_info_entry *entry, uint32_t id,
		   int32_t min, int32_t max, int32_t def);

/** Gain of the sensor for its code. */
double real_gain(int32_t code);

/** Light of a frame: daylight first, then a bulb with an eighth of it. */
void real_light(const struct real_camera *camera, unsigned int frame,
		double rgb[3]);

/** Raw value, 0 to 1, of sample @i of @n in a cell of the image. */
double real_expose(const struct real_sensor *sensor, double light,
		   unsigned int cell, unsigned int i, unsigned int n);

/** Writes to the transcript. */
void real_print(struct real_camera *camera, const char *format, ...)
	CAMIPC_PRINTF(2, 3);
void real_print_list(struct real_camera *camera, const char *what,
		     unsigned int frame, const struct cam_control_list *list);
void real_print_infos(struct real_camera *camera, const char *what,
		      const struct cam_control_info_map *map);

uint64_t real_hash(const void *data, size_t size);
uint64_t real_now_ns(void);

/* ---- the two cameras ------------------------------------------------------ */

/** What a test wants to go wrong. */
struct real_fault {
	int kill_at; /* frame, or -1: SIGKILL to the worker */
	int unknown_buffer_at; /* frame one of whose buffers has an unknown id */
	int broken_statistics_at; /* frame whose statistics are nonsense */
	bool unknown_entity; /* the ISP's controls are another entity's */
};
#define REAL_NO_FAULT { -1, -1, -1, false }

/**
 * rkisp1_camera_run() - run Rockchip's IPA in a closed loop
 * @camera: initialised; has the frames and the transcript afterwards
 *
 * Returns 0 or the error of the first call that failed, which is printed unless
 * a fault was asked for. After a call whose fault makes the IPA throw, another call
 * is made that the IPA would carry out, and its error is returned.
 */
int rkisp1_camera_run(struct real_camera *camera,
		      const struct real_fault *fault);

/** The same for Raspberry Pi's IPA. */
int rpi_camera_run(struct real_camera *camera, const struct real_fault *fault);

#endif /* REAL_CAMERA_H */
