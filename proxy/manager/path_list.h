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
 * camipc_path_list_init() - copy paths, making relative ones absolute
 * @paths: NULL-terminated; NULL: empty
 * @last: added at the end; NULL: nothing is
 *
 * The copy does not depend on the working directory. Returns 0, -EINVAL (an
 * empty path), -ENOMEM, or an error of getcwd().
 */
int camipc_path_list_init(struct camipc_path_list *list,
			  const char *const *paths,
			  const char *last) CAMIPC_MUST_CHECK;

void camipc_path_list_fini(struct camipc_path_list *list);

#endif /* CAMIPC_PROXY_PATH_LIST_H */
