/* SPDX-License-Identifier: MIT */
/* The manager object: keeps the host's options, and decides by them. */
#include "ipa_manager.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "environment_list.h"
#include "install_folders.h"
#include "ipa_link.h"
#include "load_files.h"
#include "manifest_text.h"
#include "module_choice.h"
#include "module_grants.h"
#include "module_policy.h"
#include "module_search.h"
#include "own_folder.h"
#include "path_list.h"
#include "resolve_path.h"
#include "sealed_copies.h"
#include "struct_size.h"
#include "trust_store.h"

#define TOPIC "manager"

/* Names of proxy factories that one log line lists. */
#define MAX_LISTED 16

/* Names folders of modules. */
#define CAMIPC_MODULE_PATH_VARIABLE "CAMIPC_IPA_MODULE_PATH"

/** But for @copies, which has a lock, it never changes once created. */
struct camipc_manager {
	struct camipc_path_list modules; /* the install folder is the last */
	struct camipc_path_list workers;
	struct camipc_path_list trusted;
	struct camipc_trust_store store; /* keys and hashes */
	struct camipc_policy rules; /* of policy files */
	struct camipc_sealed_copies copies; /* of modules */
	struct camipc_environment_list environment; /* of workers */
	struct camipc_module_policy policy; /* refers to @trusted */
	enum camipc_sandbox_mode sandbox; /* as the host says */
	enum camipc_transport transport; /* never the default */
	struct camipc_host_grants grants; /* refers to @environment */
	bool is_installed; /* the two below are searched */
	char module_folder[PATH_MAX];
	char worker_folder[PATH_MAX];
};

/* ---- create and destroy ------------------------------------------------ */

/** In the order of the search: the host's, the variable's, the installed. */
static int list_module_folders(struct camipc_manager *manager,
			       const struct camipc_manager_options *options)
{
	int ret = camipc_path_list_init(&manager->modules,
					options->module_paths);

	if (ret < 0)
		return ret;
	ret = camipc_path_list_add_variable(
		&manager->modules, CAMIPC_MODULE_PATH_VARIABLE,
		secure_getenv(CAMIPC_MODULE_PATH_VARIABLE));
	if (ret < 0 || !manager->is_installed)
		return ret;
	return camipc_path_list_add(&manager->modules, manager->module_folder);
}

static void find_installation(struct camipc_manager *manager)
{
	manager->is_installed = true;
	camipc_own_folder(CAMIPC_IPA_FOLDER_FROM_LIBRARY, CAMIPC_IPA_FOLDER,
			  manager->module_folder);
	camipc_own_folder(CAMIPC_WORKER_FOLDER_FROM_LIBRARY,
			  CAMIPC_WORKER_FOLDER, manager->worker_folder);
}

static int copy_sandbox(struct camipc_manager *manager, uint32_t mode)
{
	if (mode >= CAMIPC_N_SANDBOX_MODES) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "sandbox: unknown mode %u", mode);
		return -EINVAL;
	}
	manager->sandbox = (enum camipc_sandbox_mode)mode;
	return 0;
}

static int copy_transport(struct camipc_manager *manager, uint32_t transport)
{
	if (transport >= CAMIPC_N_TRANSPORTS) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC, "unknown transport %u",
			   transport);
		return -EINVAL;
	}
	manager->transport = transport == CAMIPC_TRANSPORT_DEFAULT ?
				     CAMIPC_TRANSPORT_SHM :
				     (enum camipc_transport)transport;
	return 0;
}

static int copy_options(struct camipc_manager *manager,
			const struct camipc_manager_options *options)
{
	int ret = copy_sandbox(manager, options->sandbox);

	if (ret == 0)
		ret = copy_transport(manager, options->transport);
	if (ret < 0)
		return ret;

	if (!options->no_install_paths)
		find_installation(manager);
	ret = list_module_folders(manager, options);
	if (ret < 0)
		return ret;
	ret = camipc_path_list_init(&manager->workers, options->worker_paths);
	if (ret < 0)
		return ret;
	ret = camipc_path_list_init(&manager->trusted, options->trusted_paths);
	if (ret < 0)
		return ret;
	ret = camipc_path_list_init(&manager->grants.read,
				    options->sandbox_paths);
	if (ret < 0)
		return ret;
	ret = camipc_path_list_init(&manager->grants.devices,
				    options->sandbox_devices);
	if (ret < 0)
		return ret;
	ret = camipc_environment_list_init(&manager->environment,
					   options->worker_environment);
	if (ret < 0)
		return ret;
	manager->grants.namespaces = options->sandbox_namespaces;
	manager->grants.environment = camipc_manager_get_environment(manager);
	ret = camipc_trust_store_init(&manager->store, options);
	if (ret < 0)
		return ret;
	ret = camipc_policy_load(&manager->rules, options);
	if (ret < 0)
		return ret;
	manager->policy = (struct camipc_module_policy){
		.trust = {
			.paths = manager->trusted.paths,
			.n_paths = manager->trusted.n,
			.install_folder = manager->is_installed ?
						  manager->module_folder :
						  NULL,
		},
		.store = &manager->store,
		.rules = &manager->rules,
		.copies = &manager->copies,
		.isolate_all = options->isolate_all,
		.sandbox = manager->sandbox,
	};
	return 0;
}

int camipc_manager_create(const struct camipc_manager_options *options,
			  struct camipc_manager **ret_manager)
{
	static const struct camipc_struct_rule rule = CAMIPC_STRUCT_RULE(
		"camipc_manager_create", struct camipc_manager_options,
		transport);
	const struct camipc_manager_options defaults = {
		.size = sizeof(defaults),
	};
	struct camipc_manager *manager;
	int ret;

	if (!options)
		options = &defaults;
	ret = camipc_struct_check(&rule, options);
	if (ret < 0)
		return ret;
	manager = calloc(1, sizeof(*manager));
	if (!manager)
		return -ENOMEM;
	camipc_sealed_copies_init(&manager->copies);
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
	camipc_path_list_fini(&manager->grants.read);
	camipc_path_list_fini(&manager->grants.devices);
	camipc_environment_list_fini(&manager->environment);
	camipc_trust_store_fini(&manager->store);
	camipc_policy_fini(&manager->rules);
	camipc_sealed_copies_fini(&manager->copies);
	free(manager);
}

/* ---- finding ----------------------------------------------------------- */

int camipc_manager_open_worker(struct camipc_manager *manager, char *path,
			       size_t size, int *ret_fd)
{
	const struct camipc_worker_search search = {
		.replacement = secure_getenv(CAMIPC_WORKER_PROGRAM_VARIABLE),
		.files = manager->workers.paths,
		.n_files = manager->workers.n,
		.install_folder = manager->is_installed ?
					  manager->worker_folder :
					  NULL,
		.folders = secure_getenv(CAMIPC_WORKER_PATH_VARIABLE),
	};

	int ret = camipc_resolve_worker(CAMIPC_WORKER_NAME, &search, path, size,
					ret_fd);

	if (ret == -ENOENT || ret == -EACCES)
		camipc_describe_worker_search(CAMIPC_WORKER_NAME, &search, path,
					      size);
	return ret;
}

const char *const *
camipc_manager_get_environment(const struct camipc_manager *manager)
{
	return (const char *const *)manager->environment.entries;
}

enum camipc_transport
camipc_manager_get_transport(const struct camipc_manager *manager)
{
	return manager->transport;
}

const struct camipc_host_grants *
camipc_manager_get_grants(const struct camipc_manager *manager)
{
	return &manager->grants;
}

int camipc_manager_find_worker(struct camipc_manager *manager, char *path,
			       size_t size)
{
	int fd;
	int ret = camipc_manager_open_worker(manager, path, size, &fd);

	if (ret < 0)
		return ret;
	close(fd);
	return 0;
}

/** For camipc_manager_list(). */
struct listing {
	const struct camipc_manager *manager;
	int (*visit)(void *user, const struct camipc_module_found *module);
	void *user;
};

static int visit_found(void *user, const char *path,
		       struct camipc_module_file *file)
{
	const struct listing *listing = user;
	struct camipc_module_policy policy = listing->manager->policy;
	struct camipc_module_found found = {
		.info = file->info,
		.takes_argument = file->manifest.takes_argument,
	};
	struct camipc_module_settings settings;
	struct camipc_load_files loads;
	char why[CAMIPC_LOAD_WHY_SIZE];
	int ret;

	snprintf(found.path, sizeof(found.path), "%s", path);
	/* What an argument would name is not known. */
	ret = camipc_load_files_open(&file->manifest, NULL, &loads, why);
	if (ret < 0) {
		camipc_module_log_refused(NULL, path, ret, why);
		return 0;
	}
	policy.wants_facts = true;
	ret = camipc_module_policy_decide(&policy, file, &loads, &found,
					  &settings);
	camipc_load_files_close(&loads);
	/* The log says that it was changed. */
	if (ret < 0)
		return ret == -ESTALE ? 0 : ret;
	found.sandbox = settings.sandbox;
	camipc_manifest_describe(file, found.needs, sizeof(found.needs));
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
			  const struct camipc_match *match,
			  struct camipc_module_file *file,
			  const struct camipc_load_files *loads,
			  struct camipc_module_found *found,
			  struct camipc_module_settings *settings,
			  const struct camipc_proxy_factory **ret_factory)
{
	const char *requested = match->isolation;
	struct camipc_module_policy policy = manager->policy;
	const struct camipc_proxy_factory *factory;
	const char *name;
	int ret;

	if (match->sandbox != CAMIPC_SANDBOX_DEFAULT)
		policy.sandbox = (enum camipc_sandbox_mode)match->sandbox;
	ret = camipc_module_policy_decide(&policy, file, loads, found,
					  settings);
	if (ret < 0) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: cannot find out whether it is trusted: %s",
			   found->path, camipc_errno_to_string(ret));
		return ret;
	}
	name = requested ? requested : found->isolation;
	factory = camipc_proxy_factory_find(name);
	if (!factory) {
		log_missing_factory(name);
		return -ENOENT;
	}
	if (requested) {
		ret = camipc_module_policy_request(&policy, factory, loads,
						   settings, found);
		if (ret < 0)
			return ret;
	}
	*ret_factory = factory;
	return 0;
}

/** Opens what the module loads, before anything of either runs. */
static int open_loads(const struct camipc_module_found *found,
		      const struct camipc_module_file *file,
		      const char *argument, struct camipc_load_files *ret_loads)
{
	char why[CAMIPC_LOAD_WHY_SIZE];
	int ret = camipc_load_files_open(&file->manifest,
					 argument ? argument : "", ret_loads,
					 why);

	if (ret < 0)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s", found->path, why);
	return ret;
}

static void log_loads(const struct camipc_module_found *found,
		      const struct camipc_load_files *loads)
{
	for (uint32_t i = 0; i < loads->n; i++) {
		const struct camipc_load_file *file = &loads->files[i];

		camipc_log(CAMIPC_LOG_INFO, TOPIC, "%s loads %s, build id %s",
			   found->info.name, file->path,
			   file->build_id[0] ? file->build_id : "none");
	}
}

int camipc_manager_choose(struct camipc_manager *manager,
			  const struct camipc_match *match,
			  const struct camipc_interface *interface,
			  struct camipc_module_found *ret_module,
			  struct camipc_module_file *ret_file,
			  struct camipc_load_files *ret_loads,
			  struct camipc_module_settings *ret_settings,
			  const struct camipc_proxy_factory **ret_factory)
{
	static const struct camipc_match any;
	const struct camipc_proxy_factory *factory = NULL;
	struct camipc_module_found found;
	int ret;

	memset(ret_loads, 0, sizeof(*ret_loads));
	if (!match)
		match = &any;
	ret = camipc_module_choose(&manager->modules, match, interface, &found,
				   ret_file);
	if (ret < 0)
		return ret;
	ret = open_loads(&found, ret_file, match->argument, ret_loads);
	if (ret == 0)
		ret = choose_factory(manager, match, ret_file, ret_loads,
				     &found, ret_settings, &factory);
	if (ret < 0) {
		camipc_load_files_close(ret_loads);
		camipc_module_file_close(ret_file);
		return ret;
	}
	camipc_log(CAMIPC_LOG_INFO, TOPIC, "%s %u (%s): %s", found.info.name,
		   found.info.module_version, found.path, found.why);
	log_loads(&found, ret_loads);
	*ret_module = found;
	*ret_factory = factory;
	return 0;
}
