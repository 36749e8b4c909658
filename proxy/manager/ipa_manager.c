/* SPDX-License-Identifier: MIT */
/* The manager object: keeps the host's options, and decides by them. */
#include "ipa_manager.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/log.h>

#include "install_folders.h"
#include "ipa_link.h"
#include "module_choice.h"
#include "module_policy.h"
#include "module_search.h"
#include "path_list.h"
#include "resolve_path.h"

#define TOPIC "manager"

/* Names of proxy factories that one log line lists. */
#define MAX_LISTED 16

/** Never changes once created, so threads need no lock. */
struct camipc_manager {
	struct camipc_path_list modules; /* the install folder is the last */
	struct camipc_path_list workers;
	struct camipc_path_list trusted;
	struct camipc_module_policy policy; /* refers to @trusted */
	const char *worker_folder; /* the installed one; NULL: left out */
};

/* ---- create and destroy ------------------------------------------------ */

static int copy_options(struct camipc_manager *manager,
			const struct camipc_manager_options *options)
{
	const bool installed = !options->no_install_paths;
	const char *module_folder = installed ? CAMIPC_IPA_FOLDER : NULL;
	int ret;

	ret = camipc_path_list_init(&manager->modules, options->module_paths,
				    module_folder);
	if (ret < 0)
		return ret;
	ret = camipc_path_list_init(&manager->workers, options->worker_paths,
				    NULL);
	if (ret < 0)
		return ret;
	ret = camipc_path_list_init(&manager->trusted, options->trusted_paths,
				    NULL);
	if (ret < 0)
		return ret;
	manager->worker_folder = installed ? CAMIPC_WORKER_FOLDER : NULL;
	manager->policy = (struct camipc_module_policy){
		.trust = {
			.paths = manager->trusted.paths,
			.n_paths = manager->trusted.n,
			.install_folder = module_folder,
		},
		.isolate_all = options->isolate_all,
	};
	return 0;
}

int camipc_manager_create(const struct camipc_manager_options *options,
			  struct camipc_manager **ret_manager)
{
	const struct camipc_manager_options defaults = {
		.size = sizeof(defaults),
	};
	struct camipc_manager *manager;
	int ret;

	if (!options)
		options = &defaults;
	if (options->size < sizeof(*options))
		return -EINVAL;
	manager = calloc(1, sizeof(*manager));
	if (!manager)
		return -ENOMEM;
	ret = copy_options(manager, options);
	if (ret < 0) {
		camipc_manager_destroy(manager);
		return ret;
	}
	*ret_manager = manager;
	return 0;
}

void camipc_manager_destroy(struct camipc_manager *manager)
{
	if (!manager)
		return;
	camipc_path_list_fini(&manager->modules);
	camipc_path_list_fini(&manager->workers);
	camipc_path_list_fini(&manager->trusted);
	free(manager);
}

/* ---- finding ----------------------------------------------------------- */

int camipc_manager_find_worker(struct camipc_manager *manager, char *path,
			       size_t size)
{
	const struct camipc_worker_search search = {
		.files = manager->workers.paths,
		.n_files = manager->workers.n,
		.install_folder = manager->worker_folder,
		.folders = secure_getenv(CAMIPC_WORKER_PATH_VARIABLE),
	};

	return camipc_resolve_worker(CAMIPC_WORKER_NAME, &search, path, size);
}

/** For camipc_manager_list(). */
struct listing {
	const struct camipc_manager *manager;
	int (*visit)(void *user, const struct camipc_module_found *module);
	void *user;
};

static int visit_found(void *user, const char *path,
		       const struct camipc_module_info *info)
{
	const struct listing *listing = user;
	struct camipc_module_found found = { .info = *info };

	snprintf(found.path, sizeof(found.path), "%s", path);
	camipc_module_policy_decide(&listing->manager->policy, &found);
	return listing->visit(listing->user, &found);
}

int camipc_manager_list(struct camipc_manager *manager,
			int (*visit)(void *user,
				     const struct camipc_module_found *module),
			void *user)
{
	struct listing listing = { manager, visit, user };
	const struct camipc_module_visitor visitor = {
		.user = &listing,
		.found = visit_found,
		.refused = camipc_module_log_refused,
	};

	return camipc_module_search(manager->modules.paths, manager->modules.n,
				    &visitor);
}

/* ---- choosing ---------------------------------------------------------- */

/** One line for the factory that is missing, with those that exist. */
static void log_missing_factory(const char *name)
{
	const char *names[MAX_LISTED];
	char list[256] = "";
	size_t n = camipc_proxy_factory_list(names, MAX_LISTED);
	size_t size = 0;

	for (size_t i = 0; i < n && i < MAX_LISTED && size < sizeof(list); i++)
		size += (size_t)snprintf(list + size, sizeof(list) - size,
					 "%s%s", i ? ", " : "", names[i]);
	camipc_log(CAMIPC_LOG_ERROR, TOPIC,
		   "unknown isolation \"%s\"; known: %s", name, list);
}

/** The isolation is the policy's, unless the match requests one. */
static int choose_factory(const struct camipc_manager *manager,
			  const char *requested,
			  struct camipc_module_found *found,
			  const struct camipc_proxy_factory **ret_factory)
{
	const struct camipc_proxy_factory *factory;
	const char *name;

	camipc_module_policy_decide(&manager->policy, found);
	name = requested ? requested : found->isolation;
	factory = camipc_proxy_factory_find(name);
	if (!factory) {
		log_missing_factory(name);
		return -ENOENT;
	}
	if (requested) {
		int ret = camipc_module_policy_request(&manager->policy,
						       factory, found);

		if (ret < 0)
			return ret;
	}
	*ret_factory = factory;
	return 0;
}

int camipc_manager_choose(struct camipc_manager *manager,
			  const struct camipc_match *match,
			  const struct camipc_interface *interface,
			  struct camipc_module_found *ret_module,
			  const struct camipc_proxy_factory **ret_factory)
{
	static const struct camipc_match any;
	const struct camipc_proxy_factory *factory;
	struct camipc_module_found found;
	int ret;

	if (!match)
		match = &any;
	ret = camipc_module_choose(&manager->modules, match, interface, &found);
	if (ret < 0)
		return ret;
	ret = choose_factory(manager, match->isolation, &found, &factory);
	if (ret < 0)
		return ret;
	camipc_log(CAMIPC_LOG_INFO, TOPIC, "%s %u (%s): %s", found.info.name,
		   found.info.module_version, found.path, found.why);
	*ret_module = found;
	*ret_factory = factory;
	return 0;
}
