/* SPDX-License-Identifier: MIT */
/* Judges the names of variables before a worker may get them. */
#include "environment_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/log.h>

#define TOPIC "manager"

/** The length of the name in "NAME" or "NAME=value". */
static size_t name_size(const char *entry)
{
	return strcspn(entry, "=");
}

static bool is_named(const char *entry, const char *name)
{
	return name_size(entry) == strlen(name) &&
	       strncmp(entry, name, strlen(name)) == 0;
}

/**
 * True if the dynamic loader or the C library would load code, or change how
 * it is loaded, because of this variable. A library path is the exception:
 * vendors need it, and a program that lists it means it.
 */
static bool controls_loading(const char *entry)
{
	if (is_named(entry, "LD_LIBRARY_PATH"))
		return false;
	return strncmp(entry, "LD_", 3) == 0 ||
	       is_named(entry, "GLIBC_TUNABLES") ||
	       is_named(entry, "GCONV_PATH");
}

bool camipc_environment_controls_loading(const char *name)
{
	return is_named(name, "LD_LIBRARY_PATH") || controls_loading(name);
}

static int check(const char *entry)
{
	if (name_size(entry) == 0) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "worker_environment: \"%s\" has no name", entry);
		return -EINVAL;
	}
	if (controls_loading(entry)) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "worker_environment: \"%.*s\" is refused: it would "
			   "change which code a worker loads",
			   (int)name_size(entry), entry);
		return -EINVAL;
	}
	return 0;
}

static int copy(struct camipc_environment_list *list,
		const char *const *entries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int ret = check(entries[i]);

		if (ret < 0)
			return ret;
		list->entries[i] = strdup(entries[i]);
		if (!list->entries[i])
			return -ENOMEM;
	}
	return 0;
}

int camipc_environment_list_init(struct camipc_environment_list *list,
				 const char *const *entries)
{
	size_t n = 0;
	int ret;

	list->entries = NULL;
	while (entries && entries[n])
		n++;
	if (n == 0)
		return 0;
	list->entries = calloc(n + 1, sizeof(list->entries[0]));
	if (!list->entries)
		return -ENOMEM;
	ret = copy(list, entries, n);
	if (ret < 0)
		camipc_environment_list_fini(list);
	return ret;
}

int camipc_environment_list_add(struct camipc_environment_list *list,
				const char *entry)
{
	char **entries;
	size_t n = 0;

	if (name_size(entry) == 0 || controls_loading(entry))
		return -EINVAL;
	while (list->entries && list->entries[n])
		n++;
	entries = realloc(list->entries, (n + 2) * sizeof(entries[0]));
	if (!entries)
		return -ENOMEM;
	list->entries = entries;
	entries[n + 1] = NULL;
	entries[n] = strdup(entry);
	return entries[n] ? 0 : -ENOMEM;
}

void camipc_environment_list_fini(struct camipc_environment_list *list)
{
	for (size_t i = 0; list->entries && list->entries[i]; i++)
		free(list->entries[i]);
	free(list->entries);
	list->entries = NULL;
}
