/* SPDX-License-Identifier: MIT */
/* Visits the files of a folder in order, each of them once. */
#include "module_search.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "module_info.h"

#define TOPIC "manager"

/* Folders of modules hold dozens; a larger folder is something else. */
#define MAX_FILES 4096

/** A file that was visited. */
struct seen {
	dev_t device;
	ino_t inode;
};

struct search {
	const struct camipc_module_visitor *visitor;
	struct seen *seen;
	size_t n_seen;
	size_t room;
};

/** Names in one folder. */
struct names {
	char **items;
	size_t n;
	size_t room;
};

static int grow(void **items, size_t *room, size_t n, size_t size)
{
	size_t wanted = *room ? 2 * *room : 16;
	void *grown;

	if (n < *room)
		return 0;
	grown = realloc(*items, wanted * size);
	if (!grown)
		return -ENOMEM;
	*items = grown;
	*room = wanted;
	return 0;
}

static int add_name(struct names *names, const char *name)
{
	void *items = names->items;
	int ret;

	ret = grow(&items, &names->room, names->n, sizeof(names->items[0]));
	names->items = items;
	if (ret < 0)
		return ret;
	names->items[names->n] = strdup(name);
	if (!names->items[names->n])
		return -ENOMEM;
	names->n++;
	return 0;
}

static void clear_names(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->items[i]);
	free(names->items);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_module_name(const char *name)
{
	size_t size = strlen(name);

	return name[0] != '.' && size > 3 &&
	       strcmp(name + size - 3, ".so") == 0;
}

static int read_folder(const char *folder, struct names *names)
{
	struct dirent *entry;
	DIR *dir = opendir(folder);
	int ret = 0;

	if (!dir) {
		camipc_log(
			errno == ENOENT ? CAMIPC_LOG_DEBUG : CAMIPC_LOG_WARNING,
			TOPIC, "%s: %s", folder, camipc_errno_to_string(errno));
		return 0;
	}
	while (ret == 0 && (entry = readdir(dir))) {
		if (!is_module_name(entry->d_name))
			continue;
		if (names->n == MAX_FILES) {
			camipc_log(CAMIPC_LOG_WARNING, TOPIC,
				   "%s: more than %d files; the others are "
				   "ignored",
				   folder, MAX_FILES);
			break;
		}
		ret = add_name(names, entry->d_name);
	}
	closedir(dir);
	camipc_log(CAMIPC_LOG_DEBUG, TOPIC, "%s: %zu file%s with the ending .so",
		   folder, names->n, names->n == 1 ? "" : "s");
	if (names->n > 0)
		qsort(names->items, names->n, sizeof(names->items[0]),
		      compare_names);
	return ret;
}

/** Returns 1 if the file was visited before, 0 if it is new, or -ENOMEM. */
static int mark_seen(struct search *search, int fd)
{
	struct stat status;
	void *items = search->seen;
	int ret;

	if (fstat(fd, &status) < 0)
		return 0; /* reading it will say why */
	for (size_t i = 0; i < search->n_seen; i++) {
		if (search->seen[i].device == status.st_dev &&
		    search->seen[i].inode == status.st_ino)
			return 1;
	}
	ret = grow(&items, &search->room, search->n_seen,
		   sizeof(search->seen[0]));
	search->seen = items;
	if (ret < 0)
		return ret;
	search->seen[search->n_seen++] = (struct seen){
		.device = status.st_dev,
		.inode = status.st_ino,
	};
	return 0;
}

static int visit_file(struct search *search, const char *path)
{
	const struct camipc_module_visitor *visitor = search->visitor;
	char why[CAMIPC_MODULE_WHY_SIZE];
	struct camipc_module_file file;
	int fd;
	int ret;

	ret = camipc_module_open(path, &fd, why);
	if (ret < 0) {
		visitor->refused(visitor->user, path, ret, why);
		return 0;
	}
	ret = mark_seen(search, fd);
	if (ret != 0) {
		close(fd);
		return ret < 0 ? ret : 0;
	}
	ret = camipc_module_file_take(fd, path, &file, why);
	if (ret < 0) {
		close(fd);
		visitor->refused(visitor->user, path, ret, why);
		return 0;
	}
	ret = camipc_module_file_read_manifest(&file, why);
	if (ret < 0) {
		camipc_module_file_close(&file);
		visitor->refused(visitor->user, path, ret, why);
		return ret == -EMFILE || ret == -ENOMEM ? ret : 0;
	}
	ret = visitor->found(visitor->user, path, &file);
	camipc_module_file_close(&file);
	return ret;
}

static int visit_folder(struct search *search, const char *folder)
{
	const struct camipc_module_visitor *visitor = search->visitor;
	struct names names = { 0 };
	int ret;

	ret = read_folder(folder, &names);
	for (size_t i = 0; i < names.n && ret == 0; i++) {
		char path[PATH_MAX];

		if (snprintf(path, sizeof(path), "%s/%s", folder,
			     names.items[i]) < (int)sizeof(path))
			ret = visit_file(search, path);
		else
			visitor->refused(visitor->user, folder, -ENAMETOOLONG,
					 "the path is too long");
	}
	clear_names(&names);
	return ret;
}

int camipc_module_search(char *const *folders, size_t n_folders,
			 const struct camipc_module_visitor *visitor)
{
	struct search search = { .visitor = visitor };
	int ret = 0;

	for (size_t i = 0; i < n_folders && ret == 0; i++)
		ret = visit_folder(&search, folders[i]);
	free(search.seen);
	return ret;
}

void camipc_module_log_refused(void *user, const char *path, int error,
			       const char *why)
{
	(void)user;
	(void)error;
	camipc_log(CAMIPC_LOG_WARNING, TOPIC, "%s: %s", path, why);
}
