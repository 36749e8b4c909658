/* SPDX-License-Identifier: MIT */
/* The variables that a host hands on to its workers, copied and checked. */
#ifndef CAMIPC_PROXY_ENVIRONMENT_LIST_H
#define CAMIPC_PROXY_ENVIRONMENT_LIST_H

#include <camipc/base.h>

/** Ends with NULL; NULL is an empty list. */
struct camipc_environment_list {
	char **entries; /* "NAME" or "NAME=value" */
};

/**
 * camipc_environment_list_init() - copy a list of variables
 * @entries: NULL-terminated; NULL: empty
 *
 * Refuses names that are empty, and those with which the loader or the C
 * library would run other code in a worker: LD_* except LD_LIBRARY_PATH,
 * GLIBC_TUNABLES and GCONV_PATH. One log line names the entry.
 *
 * Returns 0, -EINVAL or -ENOMEM. Thread word: bound.
 */
int camipc_environment_list_init(struct camipc_environment_list *list,
				 const char *const *entries) CAMIPC_MUST_CHECK;

/**
 * Whether a variable changes which code a worker loads, LD_LIBRARY_PATH
 * included: no manifest gets it. Thread word: reentrant.
 */
bool camipc_environment_controls_loading(const char *name);

/** Appends a copy of @entry. Logs nothing. Returns 0, -EINVAL (a name that is
 *  refused) or -ENOMEM. Thread word: bound. */
int camipc_environment_list_add(struct camipc_environment_list *list,
				const char *entry) CAMIPC_MUST_CHECK;

void camipc_environment_list_fini(struct camipc_environment_list *list);

#endif /* CAMIPC_PROXY_ENVIRONMENT_LIST_H */
