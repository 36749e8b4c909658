/* SPDX-License-Identifier: MIT */
/* The commands list and modules: which modules exist and how they would run. */
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <camipc/error.h>

#include "media_devices.h"
#include "report.h"
#include "softisp_ipa_interface.h"

/* The module that the virtual camera would use. */
struct search {
	bool found;
	struct camipc_module_found module;
};

static struct camipc_manager *open_manager(const struct options *options)
{
	struct camipc_manager_options manager_options;
	struct camipc_manager *manager;
	int ret;

	options_for_manager(options, &manager_options);
	ret = camipc_manager_create(&manager_options, &manager);
	if (ret == 0)
		return manager;
	report_error("cannot search for modules: %s", camipc_strerror(ret));
	return NULL;
}

static int flush_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_OK;
	report_error("cannot write the list: %s",
		     camipc_errno_to_string(errno));
	return EXIT_FAILED;
}

static int find_softisp(void *user, const struct camipc_module_found *module)
{
	struct search *search = user;

	if (strcmp(module->info.interface_name,
		   IPA_SOFTISP_INTERFACE_NAME) != 0)
		return 0;
	search->found = true;
	search->module = *module;
	return 1;
}

int command_list(const struct options *options)
{
	struct camipc_manager *manager = open_manager(options);
	struct search search = { .found = false };
	int devices;
	int flushed;

	if (!manager)
		return EXIT_FAILED;
	(void)!camipc_manager_list(manager, find_softisp, &search);
	camipc_manager_destroy(manager);
	printf("virtual: built-in camera: a scene, a model of a 10-bit Bayer "
	       "sensor, and processing to RGB\n");
	if (search.found)
		printf("    IPA module %s\n    %s\n", search.module.path,
		       search.module.why);
	else
		printf("    no IPA module for the interface %s was found\n",
		       IPA_SOFTISP_INTERFACE_NAME);
	devices = media_devices_print();
	flushed = flush_output();
	return flushed ? flushed : devices;
}

static int print_module(void *user, const struct camipc_module_found *module)
{
	size_t *n = user;
	const struct camipc_module_info *info = &module->info;

	++*n;
	printf("%s version %u: interface %s version %u, licence %s\n"
	       "    %s\n    %s\n",
	       info->name, info->module_version, info->interface_name,
	       info->interface_version, info->license, module->path,
	       module->why);
	return 0;
}

int command_modules(const struct options *options)
{
	struct camipc_manager *manager = open_manager(options);
	size_t n = 0;

	if (!manager)
		return EXIT_FAILED;
	(void)!camipc_manager_list(manager, print_module, &n);
	camipc_manager_destroy(manager);
	if (!n)
		printf("no IPA module was found\n");
	return flush_output();
}
