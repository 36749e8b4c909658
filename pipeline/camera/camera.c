/* SPDX-License-Identifier: MIT */
/* Finds cameras among those of all handlers, and passes calls on. */
#include "camera.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "camera_handler.h"

/* Handlers that a program can have. */
#define MAX_HANDLERS 32

/* Room for the names in a message. */
#define NAMES_SIZE 512

struct camera {
	const struct camera_handler *handler;
	void *self;
};

/* In the order of their names; filled by constructors, before any thread. */
static const struct camera_handler *handlers[MAX_HANDLERS];
static size_t n_handlers;

static bool is_complete(const struct camera_handler *h)
{
	return h->size == sizeof(*h) && h->name && h->list && h->is_used &&
	       h->list_formats && h->create && h->destroy && h->start &&
	       h->stop && h->set_controls && h->set_device_controls &&
	       h->capture && h->error && h->get_controls &&
	       h->get_device_controls && h->get_counts && h->get_proxy;
}

void camera_handler_register(const struct camera_handler *handler)
{
	const char *why = NULL;
	size_t at = 0;

	if (!is_complete(handler))
		why = "a function is missing";
	else if (n_handlers == MAX_HANDLERS)
		why = "there are too many";
	for (; !why && at < n_handlers; at++) {
		const int order = strcmp(handlers[at]->name, handler->name);

		if (order == 0)
			why = "another one has its name";
		if (order > 0)
			break;
	}
	if (why) {
		camipc_log(CAMIPC_LOG_WARNING, "camera",
			   "the pipeline handler '%s' is left out: %s",
			   handler->name ? handler->name : "", why);
		return;
	}
	memmove(&handlers[at + 1], &handlers[at],
		(n_handlers - at) * sizeof(handlers[0]));
	handlers[at] = handler;
	n_handlers++;
}

int camera_list(int (*visit)(void *user, const struct camera_info *info),
		void *user)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < n_handlers; i++)
		ret = handlers[i]->list(visit, user);
	return ret;
}

/* ---- finding ------------------------------------------------------------- */

/* A search for a camera by name. */
struct search {
	const char *name;
	char found[CAMERA_NAME_SIZE]; /* the camera; "": none yet */
	char handler[CAMERA_NAME_SIZE];
	char known[NAMES_SIZE]; /* names of all cameras, for the message */
};

static int compare(void *user, const struct camera_info *info)
{
	struct search *search = user;
	const size_t used = strlen(search->known);
	const bool is_exact = strcmp(info->name, search->name) == 0;

	snprintf(search->known + used, sizeof(search->known) - used, "%s%s",
		 used ? ", " : "", info->name);
	if (!is_exact && (search->found[0] ||
			  (strcmp(info->handler, search->name) != 0 &&
			   (!info->devnode ||
			    strcmp(info->devnode, search->name) != 0))))
		return 0;
	snprintf(search->found, sizeof(search->found), "%s", info->name);
	snprintf(search->handler, sizeof(search->handler), "%s",
		 info->handler);
	return is_exact;
}

static const struct camera_handler *find_handler(const char *name)
{
	for (size_t i = 0; i < n_handlers; i++)
		if (strcmp(handlers[i]->name, name) == 0)
			return handlers[i];
	return NULL;
}

/* Finds the camera of @search. Returns 0 and its handler, or a negative errno
 * and a text. */
static int find_camera(struct search *search, char *error, size_t size,
		       const struct camera_handler **ret_handler)
{
	const int ret = camera_list(compare, search);

	*ret_handler = find_handler(search->handler);
	if (*ret_handler)
		return 0;
	if (ret < 0) {
		snprintf(error, size, "cannot search for cameras: %s",
			 camipc_strerror(ret));
		return ret;
	}
	snprintf(error, size, "there is no camera of this name; expected %s",
		 search->known);
	return -ENODEV;
}

int camera_is_used(const char *name)
{
	struct search search = { .name = name };
	const struct camera_handler *handler;
	char error[NAMES_SIZE];
	int ret = find_camera(&search, error, sizeof(error), &handler);

	return ret < 0 ? ret : handler->is_used(search.found);
}

int camera_list_formats(const char *name,
			int (*visit)(void *user,
				     const struct camera_format *format),
			void *user, char *error, size_t size)
{
	struct search search = { .name = name };
	const struct camera_handler *handler;
	int ret = find_camera(&search, error, size, &handler);

	return ret < 0 ? ret :
			 handler->list_formats(search.found, visit, user, error,
					       size);
}

int camera_create(const char *name, struct camipc_manager *manager,
		  const struct camera_options *options, char *error,
		  size_t size, struct camera **ret_camera)
{
	struct search search = { .name = name };
	const struct camera_handler *handler;
	struct camera *camera;
	int ret;

	if (options->size != sizeof(*options)) {
		snprintf(error, size, "the options have the wrong size");
		return -EINVAL;
	}
	ret = find_camera(&search, error, size, &handler);
	if (ret < 0)
		return ret;
	camera = calloc(1, sizeof(*camera));
	if (!camera) {
		snprintf(error, size, "out of memory");
		return -ENOMEM;
	}
	camera->handler = handler;
	ret = handler->create(search.found, manager, options, error, size,
			      &camera->self);
	if (ret < 0) {
		free(camera);
		return ret;
	}
	*ret_camera = camera;
	return 0;
}

/* ---- passing on ---------------------------------------------------------- */

void camera_destroy(struct camera *camera)
{
	if (!camera)
		return;
	camera->handler->destroy(camera->self);
	free(camera);
}

int camera_start(struct camera *camera)
{
	return camera->handler->start(camera->self);
}

int camera_stop(struct camera *camera)
{
	return camera->handler->stop(camera->self);
}

int camera_set_controls(struct camera *camera,
			const struct cam_control_list *list)
{
	return camera->handler->set_controls(camera->self, list);
}

int camera_set_device_controls(struct camera *camera,
			       const struct cam_control_list *list)
{
	return camera->handler->set_device_controls(camera->self, list);
}

int camera_capture(struct camera *camera, struct camera_frame *ret_frame)
{
	return camera->handler->capture(camera->self, ret_frame);
}

const char *camera_error(const struct camera *camera)
{
	return camera->handler->error(camera->self);
}

const struct cam_control_info_map *
camera_get_controls(const struct camera *camera)
{
	return camera->handler->get_controls(camera->self);
}

const struct cam_control_info_map *
camera_get_device_controls(const struct camera *camera)
{
	return camera->handler->get_device_controls(camera->self);
}

void camera_get_counts(const struct camera *camera,
		       struct camera_counts *ret_counts)
{
	camera->handler->get_counts(camera->self, ret_counts);
}

struct camipc_proxy *camera_get_proxy(struct camera *camera)
{
	return camera->handler->get_proxy(camera->self);
}
