/* SPDX-License-Identifier: MIT */
/* Copies lists of paths and makes them independent of the working directory. */
#include "path_list.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static int append(struct camipc_path_list *list, const char *path)
{
	int ret = make_absolute(path, &list->paths[list->n]);

	if (ret < 0)
		return ret;
	list->n++;
	return 0;
}

static int fill(struct camipc_path_list *list, const char *const *paths,
		size_t n, const char *last)
{
	for (size_t i = 0; i < n; i++) {
		int ret = append(list, paths[i]);

		if (ret < 0)
			return ret;
	}
	return last ? append(list, last) : 0;
}

int camipc_path_list_init(struct camipc_path_list *list,
			  const char *const *paths, const char *last)
{
	size_t n = 0;
	int ret;

	*list = (struct camipc_path_list){ .n = 0 };
	while (paths && paths[n])
		n++;
	if (n == 0 && !last)
		return 0;
	list->paths = calloc(n + 1, sizeof(list->paths[0]));
	if (!list->paths)
		return -ENOMEM;
	ret = fill(list, paths, n, last);
	if (ret < 0)
		camipc_path_list_fini(list);
	return ret;
}

void camipc_path_list_fini(struct camipc_path_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->paths[i]);
	free(list->paths);
	*list = (struct camipc_path_list){ .n = 0 };
}
