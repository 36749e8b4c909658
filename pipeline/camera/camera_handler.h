/* SPDX-License-Identifier: MIT */
/*
 * What a pipeline handler provides. Each kind is one file that ends with
 * CAMERA_REGISTER_HANDLER(); nothing else knows which kinds there are.
 */
#ifndef CAMERA_CAMERA_HANDLER_H
#define CAMERA_CAMERA_HANDLER_H

#include "camera.h"

/**
 * A pipeline handler. All functions must be set; "self" is what create() made.
 * Their results and errors are those of the functions of the same name in
 * camera.h. Thread word of all: bound.
 */
struct camera_handler {
	size_t size; /* of this struct */
	const char *name; /* unique; stands for the first of its cameras */

	/** Calls @visit for each camera of this kind that exists now, in an
	 *  order that does not change while they stay. Returns what @visit
	 *  returned last, or a negative errno. */
	int (*list)(int (*visit)(void *user, const struct camera_info *info),
		    void *user);

	/** Finds out whether another program uses the camera that list() calls
	 *  @name. */
	int (*is_used)(const char *name);

	/** Calls @visit for each format of the camera that list() calls @name.
	 *  Returns what @visit returned last, or a negative errno, and one line
	 *  in @error. */
	int (*list_formats)(const char *name,
			    int (*visit)(void *user,
					 const struct camera_format *format),
			    void *user, char *error, size_t size);

	/** Creates the camera that list() calls @name. On failure everything
	 *  is freed, and @error has one line. */
	int (*create)(const char *name, struct camipc_manager *manager,
		      const struct camera_options *options, char *error,
		      size_t size, void **ret_self);
	void (*destroy)(void *self);

	int (*start)(void *self);
	int (*stop)(void *self);
	int (*set_controls)(void *self, const struct cam_control_list *list);
	int (*set_device_controls)(void *self,
				   const struct cam_control_list *list);
	int (*capture)(void *self, struct camera_frame *ret_frame);

	const char *(*error)(const void *self);
	const struct cam_control_info_map *(*get_controls)(const void *self);
	const struct cam_control_info_map *(*get_device_controls)(
		const void *self);
	void (*get_counts)(const void *self, struct camera_counts *ret_counts);
	struct camipc_proxy *(*get_proxy)(void *self);
};

/**
 * Registers a handler before main() runs. A second one of the same name, and
 * one that lacks a function, are left out with a warning.
 */
#define CAMERA_REGISTER_HANDLER(handler)                                    \
	__attribute__((constructor)) static void register_##handler(void) \
	{                                                                   \
		camera_handler_register(&handler);                          \
	}

/** For CAMERA_REGISTER_HANDLER(). @handler must live as long as the process. */
void camera_handler_register(const struct camera_handler *handler);

#endif /* CAMERA_CAMERA_HANDLER_H */
