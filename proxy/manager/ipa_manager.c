/* SPDX-License-Identifier: MIT */
#include "ipa_manager.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/log.h>

#include "install_folders.h"
#include "ipa_link.h"
#include "module_info.h"
#include "module_search.h"
#include "module_trust.h"
#include "resolve_path.h"

#define TOPIC "manager"

/** Absolute paths. */
struct path_list {
	char **paths;
	size_t n;
};

/** Never changes once made, so threads need no lock. */
struct camipc_manager {
	struct path_list modules; /* the install folder is the last one */
	struct path_list workers;
	struct path_list trusted;
	bool isolate_all;
	bool no_install_paths;
};

/** A copy of @path that does not depend on the working directory. */
static int make_absolute(const char *path, char **ret_absolute)
{
	char folder[PATH_MAX];
	char *absolute;
	size_t size;

	if (!path[0])
		return -EINVAL;
	if (path[0] == '/')
		folder[0] = '\0';
	else if (!getcwd(folder, sizeof(folder)))
		return -errno;
	size = strlen(folder) + 1 + strlen(path) + 1;
	absolute = malloc(size);
	if (!absolute)
		return -ENOMEM;
	snprintf(absolute, size, "%s%s%s", folder, folder[0] ? "/" : "", path);
	*ret_absolute = absolute;
	return 0;
}

static void clear_paths(struct path_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->paths[i]);
	free(list->paths);
}

/** Copies a NULL-terminated list, and @last behind it unless that is NULL. */
static int copy_paths(struct path_list *list, const char *const *paths,
		      const char *last)
{
	size_t n = last ? 1 : 0;

	for (size_t i = 0; paths && paths[i]; i++)
		n++;
	if (n == 0)
		return 0;
	list->paths = calloc(n, sizeof(list->paths[0]));
	if (!list->paths)
		return -ENOMEM;
	while (list->n < n) {
		const char *path = last && list->n == n - 1 ? last :
							      paths[list->n];
		int ret = make_absolute(path, &list->paths[list->n]);

		if (ret < 0)
			return ret;
		list->n++;
	}
	return 0;
}

static int fill_manager(struct camipc_manager *manager,
			const struct camipc_manager_options *options)
{
	int ret;

	manager->isolate_all = options->isolate_all;
	manager->no_install_paths = options->no_install_paths;
	ret = copy_paths(&manager->modules, options->module_paths,
			 options->no_install_paths ? NULL :
						     CAMIPC_IPA_FOLDER);
	if (ret < 0)
		return ret;
	ret = copy_paths(&manager->workers, options->worker_paths, NULL);
	if (ret < 0)
		return ret;
	return copy_paths(&manager->trusted, options->trusted_paths, NULL);
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
	ret = fill_manager(manager, options);
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
	clear_paths(&manager->modules);
	clear_paths(&manager->workers);
	clear_paths(&manager->trusted);
	free(manager);
}

int camipc_manager_find_worker(struct camipc_manager *manager, char *path,
			       size_t size)
{
	const struct camipc_worker_search search = {
		.files = manager->workers.paths,
		.n_files = manager->workers.n,
		.install_folder = manager->no_install_paths ?
					  NULL :
					  CAMIPC_WORKER_FOLDER,
		.folders = secure_getenv(CAMIPC_WORKER_PATH_VARIABLE),
	};

	return camipc_resolve_worker(CAMIPC_WORKER_NAME, &search, path, size);
}

/**
 * The policy: what a pipeline handler gets that does not ask for a backend.
 * Sets the last three members of @found.
 */
static void decide(const struct camipc_manager *manager,
		   struct camipc_module_found *found)
{
	const struct camipc_trust trust = {
		.paths = manager->trusted.paths,
		.n_paths = manager->trusted.n,
		.install_folder = manager->no_install_paths ?
					  NULL :
					  CAMIPC_IPA_FOLDER,
	};
	const char *reason = camipc_trust_in(&trust, found->path);

	found->trusted = reason;
	if (reason && !manager->isolate_all) {
		found->isolation = "thread";
		snprintf(found->why, sizeof(found->why),
			 "in a thread, because %s", reason);
		return;
	}
	if (reason)
		reason = "the host isolates every module";
	found->isolation = "process";
	snprintf(found->why, sizeof(found->why),
		 "in a process, because %s; sandbox: none yet",
		 reason ? reason : "nobody trusts it");
}

static void fill_found(const struct camipc_manager *manager, const char *path,
		       const struct camipc_module_info *info,
		       struct camipc_module_found *found)
{
	memset(found, 0, sizeof(*found));
	snprintf(found->path, sizeof(found->path), "%s", path);
	found->info = *info;
	decide(manager, found);
}

/** For camipc_manager_list(). */
struct listing {
	const struct camipc_manager *manager;
	int (*visit)(void *user, const struct camipc_module_found *module);
	void *user;
};

static int list_found(void *user, const char *path,
		      const struct camipc_module_info *info)
{
	const struct listing *listing = user;
	struct camipc_module_found found;

	fill_found(listing->manager, path, info, &found);
	return listing->visit(listing->user, &found);
}

static void log_refused(void *user, const char *path, int error,
			const char *why)
{
	(void)user;
	(void)error;
	camipc_log(CAMIPC_LOG_WARNING, TOPIC, "%s: %s", path, why);
}

int camipc_manager_list(struct camipc_manager *manager,
			int (*visit)(void *user,
				     const struct camipc_module_found *module),
			void *user)
{
	struct listing listing = { manager, visit, user };
	const struct camipc_module_visitor visitor = {
		.user = &listing,
		.found = list_found,
		.refused = log_refused,
	};

	return camipc_module_search(manager->modules.paths, manager->modules.n,
				    &visitor);
}

int camipc_interface_fits(const struct camipc_module_info *info,
			  const struct camipc_interface *interface, char *why)
{
	uint64_t fingerprint = camipc_module_info_fingerprint(info);
	bool equal = info->interface_version == interface->version;

	if (strcmp(info->interface_name, interface->name) != 0) {
		snprintf(why, CAMIPC_FITS_WHY_SIZE,
			 "the module serves %s, the pipeline wants %s",
			 info->interface_name, interface->name);
		return -EPROTOTYPE;
	}
	if (equal && fingerprint == interface->wire_fingerprint)
		return 0;
	if (!equal && info->interface_version >= interface->compatible_since &&
	    interface->version >= info->compatible_since)
		return 0;
	snprintf(why, CAMIPC_FITS_WHY_SIZE,
		 "%s: the module has version %u (compatible since %u, "
		 "fingerprint %016" PRIx64 "), the pipeline version %u "
		 "(compatible since %u, fingerprint %016" PRIx64 ")",
		 interface->name, info->interface_version,
		 info->compatible_since, fingerprint, interface->version,
		 interface->compatible_since, interface->wire_fingerprint);
	return -ESTALE;
}

/** For camipc_manager_choose(): what was found, or the best excuse. */
struct choice {
	const struct camipc_manager *manager;
	const struct camipc_match *match;
	const struct camipc_interface *interface;
	struct camipc_module_found *found;
	int error;
	int rank; /* of the error: how near its module came */
	char why[CAMIPC_FITS_WHY_SIZE];
	char path[PATH_MAX]; /* that the error is about; "": none */
};

enum { RANK_NONE, RANK_FILE, RANK_VERSION, RANK_INTERFACE, RANK_SKEW };

/** Keeps the reason of the candidate that came nearest, the first of them. */
static void excuse(struct choice *choice, int rank, int error,
		   const char *path, const char *why)
{
	if (rank <= choice->rank)
		return;
	choice->rank = rank;
	choice->error = error;
	snprintf(choice->path, sizeof(choice->path), "%s", path);
	if (why != choice->why)
		snprintf(choice->why, sizeof(choice->why), "%s", why);
}

static int consider(void *user, const char *path,
		    const struct camipc_module_info *info)
{
	struct choice *choice = user;
	const struct camipc_match *match = choice->match;
	char why[CAMIPC_FITS_WHY_SIZE];
	int ret;

	if (match->module && strcmp(match->module, info->name) != 0) {
		if (match->path)
			excuse(choice, RANK_FILE, -ENOENT, path,
			       "has another name");
		return 0;
	}
	/* Without a name, modules for other cameras are no candidates. */
	if (!match->module && !match->path &&
	    strcmp(info->interface_name, choice->interface->name) != 0)
		return 0;
	if (info->module_version < match->min_version ||
	    (match->max_version && info->module_version > match->max_version)) {
		snprintf(why, sizeof(why), "has version %u, wanted is %u to %u",
			 info->module_version, match->min_version,
			 match->max_version ? match->max_version : UINT32_MAX);
		excuse(choice, RANK_VERSION, -ENOENT, path, why);
		return 0;
	}
	ret = camipc_interface_fits(info, choice->interface, why);
	if (ret < 0) {
		excuse(choice,
		       ret == -ESTALE ? RANK_SKEW : RANK_INTERFACE, ret, path,
		       why);
		return 0;
	}
	fill_found(choice->manager, path, info, choice->found);
	return 1;
}

/** True if @name is a word of the file's name: "softisp", "ipa_softisp.so". */
static bool is_called(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const size_t size = strlen(name);

	for (const char *at = strstr(base, name); at && size > 0;
	     at = strstr(at + 1, name)) {
		if ((at == base || !isalnum((unsigned char)at[-1])) &&
		    !isalnum((unsigned char)at[size]))
			return true;
	}
	return false;
}

/** A broken file is the answer where it bears the name that is wanted. */
static void consider_refused(void *user, const char *path, int error,
			     const char *why)
{
	struct choice *choice = user;
	const char *name = choice->match->module;

	log_refused(NULL, path, error, why);
	if (name && is_called(path, name))
		excuse(choice, RANK_FILE, error, path, why);
}

static int find_module(struct choice *choice)
{
	const struct camipc_manager *manager = choice->manager;
	const struct camipc_module_visitor visitor = {
		.user = choice,
		.found = consider,
		.refused = consider_refused,
	};
	const char *path = choice->match->path;
	char why[CAMIPC_MODULE_WHY_SIZE];
	struct camipc_module_info info;
	int ret;

	if (!path)
		return camipc_module_search(manager->modules.paths,
					    manager->modules.n, &visitor);
	ret = camipc_module_info_read_path(path, &info, why);
	if (ret < 0) {
		excuse(choice, RANK_FILE, ret, path, why);
		return 0;
	}
	return consider(choice, path, &info);
}

/** One line for the factory that is missing, with those that are there. */
static void log_missing_factory(const char *name)
{
	const char *names[16];
	char list[256] = "";
	size_t n = camipc_proxy_factory_list(names, 16);
	size_t size = 0;

	for (size_t i = 0; i < n && i < 16 && size < sizeof(list); i++)
		size += (size_t)snprintf(list + size, sizeof(list) - size,
					 "%s%s", i ? ", " : "", names[i]);
	camipc_log(CAMIPC_LOG_ERROR, TOPIC,
		   "no proxy factory is called \"%s\"; there are: %s", name,
		   list);
}

/** The backend: the policy's, unless the match asks for one. */
static int find_factory(const struct choice *choice,
			const struct camipc_proxy_factory **ret_factory)
{
	struct camipc_module_found *found = choice->found;
	const char *asked = choice->match->isolation;
	const struct camipc_proxy_factory *factory;

	factory = camipc_proxy_factory_find(asked ? asked : found->isolation);
	if (!factory) {
		log_missing_factory(asked ? asked : found->isolation);
		return -ENOENT;
	}
	if (asked && factory->runs_here && choice->manager->isolate_all) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: \"%s\" was asked for, but the host isolates "
			   "every module",
			   found->path, asked);
		return -EPERM;
	}
	if (asked) {
		/* Whoever asks for it in his own process answers for it. */
		found->trusted = found->trusted || factory->runs_here;
		found->isolation = factory->name;
		snprintf(found->why, sizeof(found->why),
			 "by \"%.32s\", because the pipeline asked for it%s",
			 factory->name,
			 factory->runs_here ? " and so trusts it" :
						"; sandbox: none yet");
	}
	*ret_factory = factory;
	return 0;
}

static int check_match(const struct camipc_match *match)
{
	if (match->path && match->path[0] != '/') {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "\"%s\" is not an absolute path", match->path);
		return -EINVAL;
	}
	if (match->max_version && match->min_version > match->max_version) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "no module has a version from %u to %u",
			   match->min_version, match->max_version);
		return -EINVAL;
	}
	return 0;
}

static int log_not_found(const struct choice *choice)
{
	const char *name = choice->match->module;

	if (choice->path[0])
		camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s", choice->path,
			   choice->why);
	else
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "no module%s%s%s for %s in %zu folders",
			   name ? " called \"" : "", name ? name : "",
			   name ? "\"" : "", choice->interface->name,
			   choice->manager->modules.n);
	return choice->error;
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
	struct choice choice = {
		.manager = manager,
		.match = match ? match : &any,
		.interface = interface,
		.found = &found,
		.error = -ENOENT,
	};
	int ret;

	ret = check_match(choice.match);
	if (ret < 0)
		return ret;
	ret = find_module(&choice);
	if (ret < 0)
		return ret;
	if (ret == 0)
		return log_not_found(&choice);
	ret = find_factory(&choice, &factory);
	if (ret < 0)
		return ret;
	camipc_log(CAMIPC_LOG_INFO, TOPIC, "%s %u (%s): %s", found.info.name,
		   found.info.module_version, found.path, found.why);
	*ret_module = found;
	*ret_factory = factory;
	return 0;
}
