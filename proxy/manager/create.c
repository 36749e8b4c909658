/* SPDX-License-Identifier: MIT */
/* Finds the module for a match and makes a proxy of it: camipc_proxy_create(). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/limits.h>
#include <camipc/log.h>

#include "create.h"
#include "ipa_manager.h"
#include "module_grants.h"
#include "monitor_observer.h"
#include "policy.h"
#include "record_observer.h"
#include "schedule.h"
#include "struct_size.h"

#define FUNCTION "camipc_proxy_create"
#define PROXY_TOPIC "proxy"

/** Spare members keep the place of later ones: they must be 0. */
static int check_spare(const struct camipc_match *match)
{
	const size_t n_pointers = sizeof(match->spare_pointers) /
				  sizeof(match->spare_pointers[0]);
	bool used = false;

	for (size_t i = 0; i < n_pointers; i++)
		used |= match->spare_pointers[i] != NULL;
	if (!used)
		return 0;
	camipc_log(CAMIPC_LOG_ERROR, PROXY_TOPIC,
		   FUNCTION "(): the spare members of struct camipc_match are "
			    "not 0: zero the struct before you set members");
	return -EINVAL;
}

static int check_sandbox(const struct camipc_match *match)
{
	if (match->sandbox < CAMIPC_N_SANDBOX_MODES)
		return 0;
	camipc_log(CAMIPC_LOG_ERROR, PROXY_TOPIC,
		   FUNCTION "(): the match has the unknown sandbox mode %u",
		   match->sandbox);
	return -EINVAL;
}

static int check_spin(const struct camipc_match *match)
{
	if (match->spin_us <= CAMIPC_MAX_SPIN_US)
		return 0;
	camipc_log(CAMIPC_LOG_ERROR, PROXY_TOPIC,
		   FUNCTION "(): the match has spin_us %u; at most %u are "
			    "accepted",
		   match->spin_us, CAMIPC_MAX_SPIN_US);
	return -EINVAL;
}

static int check_transport(const struct camipc_match *match)
{
	if (match->transport < CAMIPC_N_TRANSPORTS)
		return 0;
	camipc_log(CAMIPC_LOG_ERROR, PROXY_TOPIC,
		   FUNCTION "(): the match has the unknown transport %u",
		   match->transport);
	return -EINVAL;
}

/** Checks the structs that the caller has filled in. */
static int check_structs(const struct camipc_match *match,
			 const struct camipc_client *client,
			 const void *events)
{
	static const struct camipc_struct_rule client_rule = CAMIPC_STRUCT_RULE(
		FUNCTION, struct camipc_client, invoke_closed);
	static const struct camipc_struct_rule budget_rule = CAMIPC_STRUCT_RULE(
		FUNCTION, struct camipc_budget, dispatch_ms);
	const struct camipc_struct_rule events_rule = {
		.function = FUNCTION,
		.name = "the table of events",
		.oldest = client->events_size,
		.known = client->events_size,
	};
	int ret = camipc_struct_check(&client_rule, client);

	if (ret == 0)
		ret = check_spare(match);
	if (ret == 0)
		ret = check_sandbox(match);
	if (ret == 0)
		ret = check_transport(match);
	if (ret == 0)
		ret = check_spin(match);
	if (ret == 0 && match->budget)
		ret = camipc_struct_check(&budget_rule, match->budget);
	if (ret == 0 && events && client->events_size)
		ret = camipc_struct_check(&events_rule, events);
	return ret;
}

/** What the manager decided for one module, kept with its origin. */
struct kept_grants {
	struct camipc_module_grants grants;
	const char **environment; /* of the manager, and of the module */
};

static void free_grants(struct camipc_origin *origin)
{
	struct kept_grants *kept = origin->grants;

	if (kept)
		free((void *)(uintptr_t)kept->environment);
	free(kept);
	origin->grants = NULL;
}

static void release_origin(struct camipc_origin *origin)
{
	camipc_module_file_close(&origin->file);
	camipc_load_files_close(&origin->loads);
	free((char *)(uintptr_t)origin->match.module);
	free((char *)(uintptr_t)origin->match.path);
	free((char *)(uintptr_t)origin->match.isolation);
	free((char *)(uintptr_t)origin->match.argument);
	free(origin->schedule);
	free_grants(origin);
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
	origin->match.scheduling = NULL; /* the caller's; it becomes a schedule */
	for (size_t i = 0; i < n; i++) {
		if (ret < 0)
			*texts[i] = NULL;
		else
			ret = own_text(texts[i]);
	}
	return ret;
}

/** A topic of the log may be named in CAMIPC_LOG: it has no ':' and ','. */
static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

static void name_instance(struct camipc_origin *origin)
{
	const char *argument = origin->match.argument;
	const char *slash = argument ? strrchr(argument, '/') : NULL;
	const char *last = slash ? slash + 1 : argument;
	const size_t n = strlen(origin->module.info.name);
	char *at = origin->name;

	snprintf(at, sizeof(origin->name), "%s%s%s", origin->module.info.name,
		 last && *last ? "." : "", last ? last : "");
	/* The module's own name was checked, the argument was not. */
	for (at += n; *at; at++)
		if (!is_plain(*at))
			*at = '_';
}

static size_t count(const char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static bool is_listed(const struct camipc_environment_list *list,
		      const char *entry)
{
	const size_t size = strcspn(entry, "=");

	for (size_t i = 0; list->entries && list->entries[i]; i++) {
		const char *name = list->entries[i];

		if (strcspn(name, "=") == size &&
		    strncmp(name, entry, size) == 0)
			return true;
	}
	return false;
}

/** Whether nobody but root, who gives variables, has a list without this one. */
static bool is_left(const struct camipc_module_settings *settings,
		    const char *entry)
{
	for (int i = CAMIPC_POLICY_USER; i < CAMIPC_N_POLICY_LAYERS; i++) {
		const struct camipc_environment_list *list =
			settings->layers[i].environment;

		if (list && !is_listed(list, entry))
			return false;
	}
	return true;
}

static void add_variables(struct kept_grants *kept, size_t *n,
			  const char *const *list, size_t n_list,
			  const struct camipc_module_settings *settings)
{
	for (size_t i = 0; i < n_list; i++) {
		if (is_left(settings, list[i]))
			kept->environment[(*n)++] = list[i];
	}
}

/**
 * Collects the host's variables, those that root's policy gives, which replace
 * them, and those that the manifest was granted. Returns 0 or -ENOMEM.
 */
static int add_environment(struct camipc_origin *origin,
			   struct kept_grants *kept,
			   const struct camipc_module_settings *settings)
{
	const struct camipc_environment_list *policy =
		settings->layers[CAMIPC_POLICY_ROOT].environment;
	const char *const *given =
		policy ? (const char *const *)policy->entries : NULL;
	const char *const *hosts = origin->worker_environment;
	const size_t n_hosts = count(hosts);
	const size_t n_given = count(given);
	const size_t n_granted = kept->grants.n_environment;
	size_t n = 0;

	kept->environment = calloc(n_hosts + n_given + n_granted + 1,
				   sizeof(const char *));
	if (!kept->environment)
		return -ENOMEM;
	for (size_t i = 0; i < n_hosts; i++) {
		if (!policy || !is_listed(policy, hosts[i]))
			add_variables(kept, &n, &hosts[i], 1, settings);
	}
	add_variables(kept, &n, given, n_given, settings);
	add_variables(kept, &n, kept->grants.environment, n_granted, settings);
	origin->worker_environment = kept->environment;
	return 0;
}

static int make_grants(struct camipc_origin *origin,
		       const struct camipc_module_settings *settings)
{
	struct camipc_link_sandbox *sandbox = &origin->sandbox;
	struct kept_grants *kept = calloc(1, sizeof(*kept));
	int ret;

	if (!kept)
		return -ENOMEM;
	origin->grants = kept;
	ret = camipc_module_grants_make(
		&origin->module, &origin->file.manifest,
		camipc_manager_get_grants(origin->manager), settings,
		&kept->grants);
	if (ret < 0)
		return ret;
	sandbox->mode = kept->grants.sandbox;
	sandbox->memory_mib = kept->grants.memory_mib;
	sandbox->threads = kept->grants.threads;
	sandbox->paths = kept->grants.paths;
	sandbox->paths_size = kept->grants.paths_size;
	sandbox->ioctls = kept->grants.ioctls;
	sandbox->n_ioctls = kept->grants.n_ioctls;
	sandbox->gpu = kept->grants.gpu;
	sandbox->namespaces = kept->grants.namespaces;
	return add_environment(origin, kept, settings);
}

/** Nothing is granted to another file because an earlier one had it. */
static int renew_grants(struct camipc_origin *origin,
			const struct camipc_module_settings *settings)
{
	free_grants(origin);
	memset(&origin->sandbox, 0, sizeof(origin->sandbox));
	origin->worker_environment =
		camipc_manager_get_environment(origin->manager);
	return make_grants(origin, settings);
}

/**
 * Opens the module's file and those that it loads once more. What lies at the
 * same path by now is judged as if it were new; it must run in the same way.
 */
static int reopen_origin(struct camipc_origin *origin,
			 const struct camipc_interface *interface)
{
	const struct camipc_proxy_factory *factory;
	struct camipc_match match = origin->match;
	struct camipc_module_settings settings;
	struct camipc_module_found *module;
	int ret;

	module = malloc(sizeof(*module));
	if (!module)
		return -ENOMEM;
	match.path = origin->module.path;
	ret = camipc_manager_choose(origin->manager, &match, interface, module,
				    &origin->file, &origin->loads, &settings,
				    &factory);
	if (ret < 0) {
		free(module);
		return ret;
	}
	/* The path stays where it is, and the same: others point to it. */
	origin->module = *module;
	free(module);
	ret = factory == origin->factory ? renew_grants(origin, &settings)
					: -EPERM;
	if (ret < 0) {
		camipc_module_file_close(&origin->file);
		camipc_load_files_close(&origin->loads);
	}
	return ret;
}

/** A policy file wins over the host. */
static enum camipc_transport
choose_transport(struct camipc_manager *manager,
		 const struct camipc_match *match,
		 const struct camipc_module_settings *settings)
{
	const enum camipc_transport policy =
		camipc_settings_transport(settings);

	if (policy != CAMIPC_TRANSPORT_DEFAULT)
		return policy;
	if (match->transport != CAMIPC_TRANSPORT_DEFAULT)
		return (enum camipc_transport)match->transport;
	return camipc_manager_get_transport(manager);
}

static void take_limits(struct camipc_origin *origin,
			const struct camipc_module_settings *settings)
{
	const struct camipc_policy_restart restart =
		camipc_settings_restart(settings);

	origin->queue = camipc_settings_queue(settings);
	if (restart.is_set && restart.max > 0)
		origin->restart = (struct camipc_restart_policy){
			.size = sizeof(origin->restart),
			.max_restarts = restart.max,
			.window_ms = restart.window_ms,
			.spare = restart.spare,
		};
}

/** Turns restarts on as a policy says. The host may change that later. */
static int apply_restart(struct camipc_proxy *proxy,
			 const struct camipc_origin *origin)
{
	int ret;

	if (!origin->restart.size)
		return 0;
	ret = camipc_proxy_set_restart(proxy, &origin->restart);
	if (ret != -EOPNOTSUPP)
		return ret;
	camipc_log(CAMIPC_LOG_INFO, PROXY_TOPIC,
		   "%s: a policy asks for restarts, but the module runs in this "
		   "process, which cannot restart it",
		   origin->name);
	return 0;
}

static int make_schedule(struct camipc_origin *origin,
			 const struct camipc_scheduling *wanted)
{
	origin->schedule = malloc(sizeof(*origin->schedule));
	if (!origin->schedule)
		return -ENOMEM;
	return camipc_schedule_fill(FUNCTION, wanted, origin->schedule);
}

/** Finds the module that fits @match, and how to run it. */
static int make_origin(struct camipc_manager *manager,
		       const struct camipc_match *match,
		       const struct camipc_interface *interface,
		       struct camipc_origin **ret_origin)
{
	struct camipc_origin *origin = calloc(1, sizeof(*origin));
	struct camipc_module_settings settings;
	int ret;

	if (!origin)
		return -ENOMEM;
	origin->manager = manager;
	origin->file.fd = -1;
	origin->open_worker = camipc_manager_open_worker;
	origin->worker_environment = camipc_manager_get_environment(manager);
	origin->reopen = reopen_origin;
	origin->release = release_origin;
	ret = copy_match(origin, match);
	if (ret == 0)
		ret = camipc_manager_choose(manager, match, interface,
					    &origin->module, &origin->file,
					    &origin->loads, &settings,
					    &origin->factory);
	if (ret == 0)
		origin->transport = choose_transport(manager, match, &settings);
	origin->trace = camipc_record_is_expected();
	if (ret == 0 && match->scheduling)
		ret = make_schedule(origin, match->scheduling);
	if (ret == 0 && !origin->factory->runs_here)
		ret = make_grants(origin, &settings);
	if (ret == 0)
		take_limits(origin, &settings);
	if (ret < 0) {
		release_origin(origin);
		return ret;
	}
	name_instance(origin);
	*ret_origin = origin;
	return 0;
}

int camipc_proxy_create(struct camipc_manager *manager,
			const struct camipc_match *match,
			const struct camipc_client *client, const void *events,
			void *user, struct camipc_proxy **ret_proxy)
{
	struct camipc_origin *origin;
	int ret = check_structs(match, client, events);

	if (ret < 0)
		return ret;
	ret = make_origin(manager, match, client->descriptor, &origin);
	if (ret == 0)
		ret = camipc_proxy_open(origin, client, events, user,
					ret_proxy);
	if (ret == 0) {
		ret = apply_restart(*ret_proxy, origin);
		if (ret < 0)
			camipc_proxy_destroy(*ret_proxy);
	}
	if (ret == 0) {
		camipc_record_new_proxy(*ret_proxy);
		camipc_monitor_new_proxy(*ret_proxy);
	}
	/* The limit of the process or of the system: the same to callers. */
	return ret == -ENFILE ? -EMFILE : ret;
}
