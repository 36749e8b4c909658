/* SPDX-License-Identifier: MIT */
/* Splits the variable into words, and finds the program in PATH. */
#include "worker_wrapper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "program_file.h"

#define BLANKS " \t"

const char *camipc_worker_wrapper_get(void)
{
	const char *text = secure_getenv("CAMIPC_WORKER_WRAPPER");

	return text && text[strspn(text, BLANKS)] ? text : NULL;
}

static int split(struct camipc_worker_wrapper *wrapper, const char *text,
		 size_t *ret_n)
{
	char *rest = wrapper->text;
	char *word;
	size_t n = 0;

	if (strlen(text) >= sizeof(wrapper->text))
		return -E2BIG;
	strcpy(wrapper->text, text);
	while ((word = strtok_r(rest, BLANKS, &rest))) {
		if (n == CAMIPC_WRAPPER_WORDS)
			return -E2BIG;
		wrapper->argv[n++] = word;
	}
	*ret_n = n;
	return n ? 0 : -ENOENT;
}

static int check_program(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return -errno;
	return camipc_may_execute(path, status.st_mode) ? 0 : -EACCES;
}

/* Checks a folder of PATH; skips relative ones: the worker runs in "/". */
static int check_folder(const char *folder, size_t length, const char *name,
			char *path, size_t size)
{
	int n;

	if (length == 0 || folder[0] != '/')
		return -ENOENT;
	n = snprintf(path, size, "%.*s/%s", (int)length, folder, name);
	if (n < 0 || (size_t)n >= size)
		return -ENOENT;
	return check_program(path);
}

static int check_path(const char *name, char *path, size_t size)
{
	char *real = realpath(name, NULL);
	int ret;

	if (!real)
		return -errno;
	ret = check_program(real);
	if (ret == 0 && snprintf(path, size, "%s", real) >= (int)size)
		ret = -ENOENT;
	free(real);
	return ret;
}

static int find_program(const char *name, char *path, size_t size)
{
	const char *folders = secure_getenv("PATH");

	if (strchr(name, '/'))
		return check_path(name, path, size);
	while (folders) {
		size_t length = strcspn(folders, ":");

		if (check_folder(folders, length, name, path, size) == 0)
			return 0;
		folders = folders[length] ? folders + length + 1 : NULL;
	}
	return -ENOENT;
}

int camipc_worker_wrapper_make(struct camipc_worker_wrapper *wrapper,
			       const char *text, const char *worker,
			       const char *module)
{
	size_t n = 0;
	int ret = split(wrapper, text, &n);

	if (ret < 0)
		return ret;
	wrapper->argv[n] = (char *)(uintptr_t)worker;
	wrapper->argv[n + 1] = (char *)(uintptr_t)module;
	wrapper->argv[n + 2] = NULL;
	return find_program(wrapper->argv[0], wrapper->path,
			    sizeof(wrapper->path));
}
