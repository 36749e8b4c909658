/* SPDX-License-Identifier: MIT */
/*
 * A driver's cameras as tables: which links, formats and controls make a raw
 * Bayer camera of a media device. A pipeline handler for a kernel driver is one
 * file with such tables, which ends with KERNEL_REGISTER_PIPELINE().
 */
#ifndef KERNEL_KERNEL_PIPELINE_H
#define KERNEL_KERNEL_PIPELINE_H

#include "camera_handler.h"
#include "sensor_model.h"

/** A link that must be enabled, or disabled: the kernel starts nothing unless
 *  all that enabled links reach fits. Entities are found by name. */
struct kernel_link {
	const char *source;
	uint32_t source_pad;
	const char *sink;
	uint32_t sink_pad;
	bool enable;
};

/** A pad whose format is set, with the camera's size. A code that belongs to the
 *  route's fourcc stands for that of the format that is chosen. */
struct kernel_pad {
	const char *entity;
	uint32_t pad;
	uint32_t code; /* MEDIA_BUS_FMT_... */
};

/** A control of the device, and its range for the whole range of a setting of
 *  the sensor's model. id 0: the device has none. */
struct kernel_control {
	uint32_t id; /* V4L2_CID_... */
	int32_t min;
	int32_t max;
};

/** A control that is set once, before the first frame. */
struct kernel_preset {
	uint32_t id; /* V4L2_CID_... */
	int32_t value;
};

/** From one sensor to one video node. Entities of @capture, @sensor
 *  and @metadata are patterns as of a shell: "*-vid-cap". */
struct kernel_route {
	const char *suffix; /* of the camera's name; "": none */
	const char *description; /* some words */
	const struct kernel_link *links;
	size_t n_links;
	const struct kernel_pad *pads; /* from the sensor on */
	size_t n_pads;
	const char *capture; /* the entity of the video node */
	const char *sensor; /* the entity with the controls below */
	const char *metadata; /* that of the metadata node; NULL: none */
	uint32_t fourcc; /* one of raw_format.c: what is used if no other
			  * format is chosen */
	int input; /* of the video node; -1: it has none to choose from */
	uint32_t frame_rate; /* frames per second; 0: the driver's own */
	struct kernel_control exposure;
	struct kernel_control gain;
	bool uses_requests; /* controls go with the buffer of their frame */
	const struct kernel_preset *presets;
	size_t n_presets;
	const struct virtual_sensor_model *model; /* what the IPA sees */
};

/** The cameras of each device of one driver. */
struct kernel_pipeline {
	size_t size; /* of this struct */
	const char *driver; /* also the handler's name */
	const struct kernel_route *routes;
	size_t n_routes;
};

/** list() of a handler for @pipeline. */
int kernel_list(const struct kernel_pipeline *pipeline,
		int (*visit)(void *user, const struct camera_info *info),
		void *user);

/** create() of a handler for @pipeline. */
int kernel_create(const struct kernel_pipeline *pipeline, const char *name,
		  struct camipc_manager *manager,
		  const struct camera_options *options, char *error,
		  size_t size, void **ret_self) CAMIPC_MUST_CHECK;

/** is_used() of a handler for @pipeline. */
int kernel_is_used(const struct kernel_pipeline *pipeline,
		   const char *name) CAMIPC_MUST_CHECK;

/** list_formats() of a handler for @pipeline. */
int kernel_list_formats(const struct kernel_pipeline *pipeline,
			const char *name,
			int (*visit)(void *user,
				     const struct camera_format *format),
			void *user, char *error, size_t size) CAMIPC_MUST_CHECK;

/** The other functions of all handlers for kernel drivers. */
extern const struct camera_handler kernel_handler_rest;

/** Registers a handler for struct kernel_pipeline @pipeline. */
#define KERNEL_REGISTER_PIPELINE(pipeline)                                    \
	static int list_##pipeline(                                           \
		int (*visit)(void *user, const struct camera_info *info),     \
		void *user)                                                   \
	{                                                                     \
		return kernel_list(&pipeline, visit, user);                   \
	}                                                                     \
	static int create_##pipeline(                                         \
		const char *name, struct camipc_manager *manager,             \
		const struct camera_options *options, char *error,            \
		size_t size, void **ret_self)                                 \
	{                                                                     \
		return kernel_create(&pipeline, name, manager, options,       \
				     error, size, ret_self);                  \
	}                                                                     \
	static int is_used_##pipeline(const char *name)                       \
	{                                                                     \
		return kernel_is_used(&pipeline, name);                       \
	}                                                                     \
	static int list_formats_##pipeline(                                   \
		const char *name,                                             \
		int (*visit)(void *user, const struct camera_format *format), \
		void *user, char *error, size_t size)                         \
	{                                                                     \
		return kernel_list_formats(&pipeline, name, visit, user,      \
					   error, size);                      \
	}                                                                     \
	__attribute__((constructor)) static void register_##pipeline(void)   \
	{                                                                     \
		static struct camera_handler handler;                         \
		handler = kernel_handler_rest;                                \
		handler.name = pipeline.driver;                               \
		handler.list = list_##pipeline;                               \
		handler.is_used = is_used_##pipeline;                         \
		handler.list_formats = list_formats_##pipeline;               \
		handler.create = create_##pipeline;                           \
		camera_handler_register(&handler);                            \
	}

#endif /* KERNEL_KERNEL_PIPELINE_H */
