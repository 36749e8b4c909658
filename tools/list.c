/* SPDX-License-Identifier: MIT */
/* The command list: cameras, and which module each would use. */
#include "commands.h"

#include <stdio.h>
#include <string.h>

#include <camipc/error.h>

#include "isp.h"
#include "media_devices.h"
#include "report.h"

/* Cameras that are listed. */
#define MAX_CAMERAS 16

/* The module that a virtual camera would use. */
struct camera_module {
	bool found;
	struct camipc_module_found module;
};

/* One search for the modules of all cameras: it warns about each file once. */
struct search {
	struct camera_module cameras[MAX_CAMERAS];
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

static int find_module(void *user, const struct camipc_module_found *module)
{
	struct search *search = user;
	const struct virtual_isp *isp;
	size_t i;

	search->n_modules++;
	for (i = 0; i < MAX_CAMERAS && (isp = virtual_isp_get(i)); i++) {
		struct camera_module *camera = &search->cameras[i];

		if (camera->found || strcmp(module->info.interface_name,
					    isp->interface_name) != 0)
			continue;
		camera->module = *module;
		camera->found = true;
	}
	/* The other files are looked at for the sake of warnings. */
	return 0;
}

static void print_camera(const struct search *search, size_t i,
			 const struct virtual_isp *isp)
{
	const struct camera_module *camera = &search->cameras[i];

	printf("%s: built-in camera: a scene, a model of a 10-bit Bayer "
	       "sensor, and %s\n",
	       isp->name, isp->description);
	if (camera->found) {
		report_line("    IPA module %s", camera->module.path);
		report_line("    %s", camera->module.why);
	} else if (search->n_modules) {
		printf("    no IPA module for the interface %s was found, but "
		       "%zu for other interfaces; 'camipc modules' lists them\n",
		       isp->interface_name, search->n_modules);
	} else {
		printf("    no IPA module for the interface %s was found\n",
		       isp->interface_name);
	}
}

int command_list(const struct options *options)
{
	struct camipc_manager *manager = open_manager(options);
	struct search search = { .n_modules = 0 };
	const struct virtual_isp *isp;
	int devices;

	if (!manager)
		return EXIT_FAILED;
	(void)!camipc_manager_list(manager, find_module, &search);
	camipc_manager_destroy(manager);
	for (size_t i = 0; i < MAX_CAMERAS && (isp = virtual_isp_get(i)); i++)
		print_camera(&search, i, isp);
	devices = media_devices_print();
	return report_finish_stdout(devices);
}
