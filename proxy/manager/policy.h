/* SPDX-License-Identifier: MIT */
/*
 * What policy files say about modules: root's files decide, the user's file and
 * variables of the environment only make it stricter. policy.md describes the
 * files.
 */
#ifndef CAMIPC_PROXY_POLICY_H
#define CAMIPC_PROXY_POLICY_H

#include <camipc/limits.h>
#include <camipc/manager.h>

#include "environment_list.h"
#include "key_text.h"
#include "path_list.h"

struct camipc_module_facts;

/** Whose word it is, in the order of authority: each but the first one can only
 *  make stricter what those before it say. */
enum camipc_policy_layer {
	CAMIPC_POLICY_ROOT,
	CAMIPC_POLICY_USER,
	CAMIPC_POLICY_VARIABLES,
};
#define CAMIPC_N_POLICY_LAYERS (CAMIPC_POLICY_VARIABLES + 1)

enum camipc_policy_backend {
	CAMIPC_BACKEND_UNSET,
	CAMIPC_BACKEND_THREAD,
	CAMIPC_BACKEND_PROCESS,
};

enum camipc_policy_answer {
	CAMIPC_ANSWER_UNSET,
	CAMIPC_ANSWER_YES,
	CAMIPC_ANSWER_NO,
};

/** Most restarts in a window, longest window, and most messages of a queue that
 *  a file may ask for. */
#define CAMIPC_POLICY_MAX_RESTARTS CAMIPC_MAX_RESTARTS
#define CAMIPC_POLICY_MAX_WINDOW_MS 86400000 /* a day */

/** How often a worker is started again after it died. */
struct camipc_policy_restart {
	bool is_set;
	uint32_t max; /* restarts in a window; 0: none */
	uint32_t window_ms;
	bool spare; /* a second worker waits */
};

struct camipc_policy_rule;

/** What one layer says about a module. All zero: nothing. */
struct camipc_policy_settings {
	enum camipc_policy_backend backend;
	const struct camipc_policy_rule *backend_rule; /* that says so */
	enum camipc_sandbox_mode sandbox;
	enum camipc_transport transport;
	uint32_t queue; /* messages; 0: unset */
	struct camipc_policy_restart restart;
	/* Grants: what the manifest may ask for. NULL and 0: unset. */
	const struct camipc_path_list *read;
	const struct camipc_path_list *devices;
	enum camipc_policy_answer gpu;
	uint32_t memory_mib;
	uint32_t threads;
	const struct camipc_environment_list *environment;
};

/** What all layers say about one module. Valid as long as the policy. */
struct camipc_module_settings {
	struct camipc_policy_settings layers[CAMIPC_N_POLICY_LAYERS];
	enum camipc_sandbox_mode sandbox; /* of all, and of the host */
};

/** One entry of the list "modules". Its settings point into it. */
struct camipc_policy_rule {
	enum camipc_policy_layer layer;
	char *where; /* "10-vendor.yaml:3", or a variable */
	/* The module; what is unset matches all. */
	char *name;
	char *path; /* of the file, or of a folder above it */
	bool has_sha256;
	uint8_t sha256[CAMIPC_HASH_SIZE]; /* of the file or of its content */
	bool has_key;
	uint8_t key_id[CAMIPC_KEY_ID_SIZE]; /* that signed it */
	struct camipc_policy_settings settings;
	struct camipc_path_list read;
	struct camipc_path_list devices;
	struct camipc_environment_list environment;
};

/** All rules, in the order in which they apply. Never changes once loaded. */
struct camipc_policy {
	size_t n;
	struct camipc_policy_rule **rules;
	bool needs_facts; /* about content: a rule has a hash or a key */
};

/**
 * camipc_policy_load() - read all policies
 * @options: of the host: it may name other files than those of the system
 *
 * Reads *.yaml of the policy folder, by name, then the user's file, then the
 * variables CAMIPC_ISOLATION and CAMIPC_SANDBOX. A log line names file, line and
 * key that are wrong.
 *
 * Returns 0; -EINVAL (something is wrong in a file or variable); -EPERM (others
 * can change the folder or a file); -ENOSYS (there are files, and this build has
 * no libyaml, or no libcrypto for a hash or key); -ENOMEM; or an error of opening
 * and reading.
 */
int camipc_policy_load(struct camipc_policy *policy,
		       const struct camipc_manager_options *options)
	CAMIPC_MUST_CHECK;

void camipc_policy_fini(struct camipc_policy *policy);

/**
 * camipc_policy_add_rule() - append an empty rule
 * @where: copied
 *
 * Returns 0 or -ENOMEM. @ret_rule belongs to @policy.
 */
int camipc_policy_add_rule(struct camipc_policy *policy,
			   enum camipc_policy_layer layer, const char *where,
			   struct camipc_policy_rule **ret_rule)
	CAMIPC_MUST_CHECK;

/**
 * camipc_policy_find() - collect what the policy says about a module
 * @name: of the module
 * @path: its real path; "" if it has no name any more
 * @facts: about its content; needed if @policy->needs_facts
 * @host_mode: the sandbox that the host wants; the default: it does not say
 *
 * In each layer, later rules replace what earlier ones say, key by key. Thread
 * word: reentrant.
 */
void camipc_policy_find(const struct camipc_policy *policy, const char *name,
			const char *path,
			const struct camipc_module_facts *facts,
			enum camipc_sandbox_mode host_mode,
			struct camipc_module_settings *ret_settings);

/** Returns the rule of any layer that wants a process, or NULL. */
const struct camipc_policy_rule *
camipc_settings_isolating(const struct camipc_module_settings *settings);

/** Returns root's rule that wants a thread and has a hash, or a path, of the
 *  module: it vouches for what it names. Returns NULL without such a rule. */
const struct camipc_policy_rule *
camipc_settings_vouching(const struct camipc_module_settings *settings);

/** Return the strictest value of all layers; 0: unset. */
uint32_t camipc_settings_memory(const struct camipc_module_settings *settings);
uint32_t camipc_settings_threads(const struct camipc_module_settings *settings);
uint32_t camipc_settings_queue(const struct camipc_module_settings *settings);
enum camipc_transport
camipc_settings_transport(const struct camipc_module_settings *settings);

/** The same for restarts: fewest restarts, in root's window, and a spare only if
 *  nobody says no. Root must have set it. */
struct camipc_policy_restart
camipc_settings_restart(const struct camipc_module_settings *settings);

#endif /* CAMIPC_PROXY_POLICY_H */
