/* SPDX-License-Identifier: MIT */
/* Lists of absolute paths, copied from options of the host. */
#ifndef CAMIPC_PROXY_PATH_LIST_H
#define CAMIPC_PROXY_PATH_LIST_H

#include <camipc/base.h>

/** All zero is an empty list. */
struct camipc_path_list {
	char **paths;
	size_t n;
};

/**
 * camipc_path_list_add_variable() - add the folders of a variable
 * @name: of the variable, for log lines
 * @value: colon-separated; NULL: none. From secure_getenv()
 *
 * Skips empty entries, and, with one log line, entries that do not begin with
 * '/'. Returns 0 or -ENOMEM.
 */
int camipc_path_list_add_variable(struct camipc_path_list *list,
				  const char *name,
				  const char *value) CAMIPC_MUST_CHECK;

/**
 * camipc_path_list_add() - add a path, making a relative one absolute
 *
 * Returns 0, -EINVAL (an empty path), -ENOMEM, or an error of getcwd().
 */
int camipc_path_list_add(struct camipc_path_list *list,
			 const char *path) CAMIPC_MUST_CHECK;

/**
 * camipc_path_list_describe() - write a list for an error message
 * @text: @size bytes; folders with commas between; "no folder" for an empty
 *        list. A folder that does not exist is marked; a long list is cut
 */
void camipc_path_list_describe(const struct camipc_path_list *list,
			       char *text, size_t size);

/**
 * camipc_path_list_init() - copy paths, making relative ones absolute
 * @paths: NULL-terminated; NULL: empty
 *
 * The copy does not depend on the working directory. Returns 0, -EINVAL (an
 * empty path), -ENOMEM, or an error of getcwd().
 */
int camipc_path_list_init(struct camipc_path_list *list,
			  const char *const *paths) CAMIPC_MUST_CHECK;

void camipc_path_list_fini(struct camipc_path_list *list);

#endif /* CAMIPC_PROXY_PATH_LIST_H */
