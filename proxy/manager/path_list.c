/* SPDX-License-Identifier: MIT */
/* Copies lists of paths and makes them independent of the working directory. */
#include "path_list.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/log.h>

static int make_absolute(const char *path, char **ret_absolute)
{
	char folder[PATH_MAX] = "";
	char *absolute;
	size_t size;

	if (!path[0])
		return -EINVAL;
	if (path[0] != '/' && !getcwd(folder, sizeof(folder)))
		return -errno;
	size = strlen(folder) + 1 + strlen(path) + 1;
	absolute = malloc(size);
	if (!absolute)
		return -ENOMEM;
	snprintf(absolute, size, "%s%s%s", folder, folder[0] ? "/" : "", path);
	*ret_absolute = absolute;
	return 0;
}

int camipc_path_list_add(struct camipc_path_list *list, const char *path)
{
	char **paths = realloc(list->paths, (list->n + 1) * sizeof(*paths));
	int ret;

	if (!paths)
		return -ENOMEM;
	list->paths = paths;
	ret = make_absolute(path, &paths[list->n]);
	if (ret < 0)
		return ret;
	list->n++;
	return 0;
}

int camipc_path_list_init(struct camipc_path_list *list,
			  const char *const *paths)
{
	*list = (struct camipc_path_list){ .n = 0 };
	for (size_t i = 0; paths && paths[i]; i++) {
		int ret = camipc_path_list_add(list, paths[i]);

		if (ret < 0) {
			camipc_path_list_fini(list);
			return ret;
		}
	}
	return 0;
}

static int add_entry(struct camipc_path_list *list, const char *name,
		     const char *entry, size_t size)
{
	char *path;
	int ret;

	if (size == 0)
		return 0;
	if (entry[0] != '/') {
		camipc_log(CAMIPC_LOG_WARNING, "manager",
			   "%s: folder \"%.*s\" skipped: the path must be "
			   "absolute",
			   name, (int)(size > 200 ? 200 : size), entry);
		return 0;
	}
	path = strndup(entry, size);
	if (!path)
		return -ENOMEM;
	ret = camipc_path_list_add(list, path);
	free(path);
	return ret;
}

int camipc_path_list_add_variable(struct camipc_path_list *list,
				  const char *name, const char *value)
{
	while (value) {
		const size_t size = strcspn(value, ":");
		int ret = add_entry(list, name, value, size);

		if (ret < 0)
			return ret;
		value = value[size] ? value + size + 1 : NULL;
	}
	return 0;
}

void camipc_path_list_describe(const struct camipc_path_list *list, char *text,
			       size_t size)
{
	size_t used = 0;

	snprintf(text, size, "no folder");
	for (size_t i = 0; i < list->n && used < size; i++) {
		const char *path = list->paths[i];
		const bool exists = access(path, F_OK) == 0;

		used += (size_t)snprintf(text + used, size - used, "%s%s%s",
					 i ? ", " : "", path,
					 exists ? "" : " (does not exist)");
	}
}

void camipc_path_list_fini(struct camipc_path_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->paths[i]);
	free(list->paths);
	*list = (struct camipc_path_list){ .n = 0 };
}
