/* SPDX-License-Identifier: MIT */
/* Lists the IPA interfaces that can drive a kernel camera, and finds the one that
 * a module has. */
#include "kernel_isp.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <camipc/manager.h>

/* Kinds, the default first. */
#define N_KINDS 2

static struct kernel_isp kind(int i)
{
	const struct kernel_isp softisp = {
		.isp = virtual_isp_find("virtual"),
	};

	return i == 0 ? softisp : kernel_isp_vimc;
}

/* A module that is looked for by its name, or by its file. */
struct module_search {
	const char *name; /* NULL: by its file */
	struct stat file;
	char interface_name[sizeof(
		((struct camipc_module_info *)NULL)->interface_name)];
};

static int compare(void *user, const struct camipc_module_found *module)
{
	struct module_search *search = user;
	struct stat file;

	if (search->name ? strcmp(module->info.name, search->name) != 0 :
			   stat(module->path, &file) < 0 ||
				   file.st_dev != search->file.st_dev ||
				   file.st_ino != search->file.st_ino)
		return 0;
	memcpy(search->interface_name, module->info.interface_name,
	       sizeof(search->interface_name));
	return 1;
}

/* Looks at the modules in the folder of a file. */
static int search_folder(struct module_search *search, const char *path)
{
	char folder[PATH_MAX];
	const char *const paths[] = { folder, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.module_paths = paths,
		.no_install_paths = true,
	};
	struct camipc_manager *manager;
	int ret;

	snprintf(folder, sizeof(folder), "%.*s",
		 (int)(strrchr(path, '/') - path + 1), path);
	if (stat(path, &search->file) < 0 ||
	    camipc_manager_create(&options, &manager) < 0)
		return 0;
	ret = camipc_manager_list(manager, compare, search);
	camipc_manager_destroy(manager);
	return ret;
}

struct kernel_isp kernel_isp_choose(struct camipc_manager *manager,
				    const char *module)
{
	struct module_search search = { .name = module };
	int found = 0;

	if (module && strchr(module, '/')) {
		search.name = NULL;
		found = search_folder(&search, module);
	} else if (module) {
		found = camipc_manager_list(manager, compare, &search);
	}
	for (int i = 0; found == 1 && i < N_KINDS; i++)
		if (strcmp(kind(i).isp->interface_name,
			   search.interface_name) == 0)
			return kind(i);
	return kind(0);
}
