/* SPDX-License-Identifier: MIT */
/* Finds the module for a match and makes a proxy of it: camipc_proxy_create(). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "create.h"
#include "ipa_manager.h"

static void release_origin(struct camipc_origin *origin)
{
	free((char *)(uintptr_t)origin->match.module);
	free((char *)(uintptr_t)origin->match.path);
	free((char *)(uintptr_t)origin->match.isolation);
	free((char *)(uintptr_t)origin->match.argument);
	free(origin);
}

/** Replaces *@text, which belongs to the caller, by a copy. */
static int own_text(const char **text)
{
	if (!*text)
		return 0;
	*text = strdup(*text);
	return *text ? 0 : -ENOMEM;
}

/** Copies @match; after an error the origin can be released all the same. */
static int copy_match(struct camipc_origin *origin,
		      const struct camipc_match *match)
{
	const char **texts[] = {
		&origin->match.module,
		&origin->match.path,
		&origin->match.isolation,
		&origin->match.argument,
	};
	const size_t n = sizeof(texts) / sizeof(texts[0]);
	int ret = 0;

	origin->match = *match;
	for (size_t i = 0; i < n; i++) {
		if (ret < 0)
			*texts[i] = NULL;
		else
			ret = own_text(texts[i]);
	}
	return ret;
}

/** Finds the module that fits @match, and how to run it. */
static int make_origin(struct camipc_manager *manager,
		       const struct camipc_match *match,
		       const struct camipc_interface *interface,
		       struct camipc_origin **ret_origin)
{
	struct camipc_origin *origin = calloc(1, sizeof(*origin));
	int ret;

	if (!origin)
		return -ENOMEM;
	origin->manager = manager;
	origin->find_worker = camipc_manager_find_worker;
	origin->release = release_origin;
	ret = copy_match(origin, match);
	if (ret == 0)
		ret = camipc_manager_choose(manager, match, interface,
					    &origin->module, &origin->factory);
	if (ret < 0) {
		release_origin(origin);
		return ret;
	}
	*ret_origin = origin;
	return 0;
}

int camipc_proxy_create(struct camipc_manager *manager,
			const struct camipc_match *match,
			const struct camipc_client *client, const void *events,
			void *user, struct camipc_proxy **ret_proxy)
{
	struct camipc_origin *origin;
	int ret;

	ret = make_origin(manager, match, client->descriptor, &origin);
	if (ret == 0)
		ret = camipc_proxy_open(origin, client, events, user,
					ret_proxy);
	/* The limit of the process or of the system: the same to callers. */
	return ret == -ENFILE ? -EMFILE : ret;
}
