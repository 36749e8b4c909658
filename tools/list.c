/* SPDX-License-Identifier: MIT */
/* The command list: cameras, and which module each would use. */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/error.h>

#include "camera.h"
#include "media_devices.h"
#include "report.h"

/* Cameras whose modules are looked for. */
#define MAX_LISTED_CAMERAS 64

/* A camera, and the module that it would use. */
struct listed {
	char name[CAMERA_NAME_SIZE];
	char interface_name[64];
	char text[256];
	bool is_device;
	bool found;
	struct camipc_module_found module;
};

/* One search for the modules of all cameras: it warns about each file once. */
struct search {
	struct listed cameras[MAX_LISTED_CAMERAS];
	size_t n_cameras;
	size_t n_left_out;
	size_t n_modules;
};

struct camipc_manager *open_manager(const struct options *options)
{
	struct camipc_manager_options manager_options;
	struct camipc_manager *manager;
	int ret;

	options_for_manager(options, &manager_options);
	ret = camipc_manager_create(&manager_options, &manager);
	if (ret == 0) {
		/* From now on, warnings say which files are not modules. */
		report_running();
		return manager;
	}
	report_error("cannot search for modules: %s", camipc_strerror(ret));
	return NULL;
}

static int add_camera(void *user, const struct camera_info *info)
{
	struct search *search = user;
	struct listed *camera = &search->cameras[search->n_cameras];

	if (search->n_cameras == MAX_LISTED_CAMERAS) {
		search->n_left_out++;
		return 0;
	}
	snprintf(camera->name, sizeof(camera->name), "%s", info->name);
	snprintf(camera->interface_name, sizeof(camera->interface_name), "%s",
		 info->interface_name);
	camera->is_device = info->devnode != NULL;
	if (info->devnode)
		snprintf(camera->text, sizeof(camera->text),
			 "camera of %s, driver %s: %s", info->devnode,
			 info->handler, info->description);
	else
		snprintf(camera->text, sizeof(camera->text),
			 "built-in camera: a scene, a model of a 10-bit Bayer "
			 "sensor, and %s",
			 info->description);
	search->n_cameras++;
	return 0;
}

static int find_module(void *user, const struct camipc_module_found *module)
{
	struct search *search = user;
	size_t i;

	search->n_modules++;
	for (i = 0; i < search->n_cameras; i++) {
		struct listed *camera = &search->cameras[i];

		if (camera->found || strcmp(module->info.interface_name,
					    camera->interface_name) != 0)
			continue;
		camera->module = *module;
		camera->found = true;
	}
	/* The other files are looked at for the sake of warnings. */
	return 0;
}

static void print_camera(const struct search *search,
			 const struct listed *camera)
{
	report_line("%s: %s%s", camera->name, camera->text,
		    camera->is_device && camera_is_used(camera->name) == 1 ?
			    "; another program uses it" :
			    "");
	if (camera->found) {
		report_line("    IPA module %s", camera->module.path);
		report_line("    %s", camera->module.why);
	} else if (search->n_modules) {
		printf("    no IPA module for the interface %s was found, but "
		       "%zu for other interfaces; 'camipc modules' lists them\n",
		       camera->interface_name, search->n_modules);
	} else {
		printf("    no IPA module for the interface %s was found\n",
		       camera->interface_name);
	}
}

/* Returns an exit code, after it has reported an error. */
static int print_cameras(struct camipc_manager *manager, struct search *search)
{
	int ret = camera_list(add_camera, search);

	(void)!camipc_manager_list(manager, find_module, search);
	for (size_t i = 0; i < search->n_cameras; i++)
		print_camera(search, &search->cameras[i]);
	if (search->n_left_out)
		printf("and %zu further cameras\n", search->n_left_out);
	if (ret == 0)
		return EXIT_OK;
	report_error("cannot search for cameras: %s", camipc_strerror(ret));
	return EXIT_FAILED;
}

int command_list(const struct options *options)
{
	struct camipc_manager *manager = open_manager(options);
	struct search *search;
	int code;

	if (!manager)
		return EXIT_FAILED;
	search = calloc(1, sizeof(*search));
	if (search) {
		code = print_cameras(manager, search);
	} else {
		report_error("out of memory");
		code = EXIT_FAILED;
	}
	free(search);
	camipc_manager_destroy(manager);
	if (code == EXIT_OK)
		code = media_devices_print();
	return report_finish_stdout(code);
}
