/* SPDX-License-Identifier: MIT */
/* Collects the rules that match a module, and combines what layers say. */
#include "policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "module_facts.h"

/* ---- rules --------------------------------------------------------------- */

int camipc_policy_add_rule(struct camipc_policy *policy,
			   enum camipc_policy_layer layer, const char *where,
			   struct camipc_policy_rule **ret_rule)
{
	struct camipc_policy_rule *rule = calloc(1, sizeof(*rule));
	struct camipc_policy_rule **rules;

	if (!rule)
		return -ENOMEM;
	rules = realloc(policy->rules, (policy->n + 1) * sizeof(*rules));
	if (rules)
		policy->rules = rules;
	rule->where = strdup(where);
	if (!rules || !rule->where) {
		free(rule->where);
		free(rule);
		return -ENOMEM;
	}
	rule->layer = layer;
	rules[policy->n++] = rule;
	*ret_rule = rule;
	return 0;
}

void camipc_policy_fini(struct camipc_policy *policy)
{
	for (size_t i = 0; i < policy->n; i++) {
		struct camipc_policy_rule *rule = policy->rules[i];

		free(rule->where);
		free(rule->name);
		free(rule->path);
		camipc_path_list_fini(&rule->read);
		camipc_path_list_fini(&rule->devices);
		camipc_environment_list_fini(&rule->environment);
		free(rule);
	}
	free(policy->rules);
	*policy = (struct camipc_policy){ .n = 0 };
}

/* ---- matching ------------------------------------------------------------ */

/** True if @path is @root, or lies below it. */
static bool is_at_or_below(const char *path, const char *root)
{
	size_t size = strlen(root);

	while (size > 1 && root[size - 1] == '/')
		size--;
	return strncmp(path, root, size) == 0 &&
	       (size == 1 || path[size] == '/' || path[size] == '\0');
}

static bool is_hash_of(const struct camipc_module_facts *facts,
		       const uint8_t *hash)
{
	return facts->is_known &&
	       (memcmp(facts->hashes.content, hash, CAMIPC_HASH_SIZE) == 0 ||
		memcmp(facts->hashes.file, hash, CAMIPC_HASH_SIZE) == 0);
}

static bool has_signed(const struct camipc_module_facts *facts,
		       const uint8_t *key_id)
{
	for (size_t i = 0; facts->is_known && i < facts->vouchers.n; i++) {
		if (memcmp(facts->vouchers.ids[i], key_id,
			   CAMIPC_KEY_ID_SIZE) == 0)
			return true;
	}
	return false;
}

static bool matches(const struct camipc_policy_rule *rule, const char *name,
		    const char *path, const struct camipc_module_facts *facts)
{
	return (!rule->name || strcmp(rule->name, name) == 0) &&
	       (!rule->path || is_at_or_below(path, rule->path)) &&
	       (!rule->has_sha256 || is_hash_of(facts, rule->sha256)) &&
	       (!rule->has_key || has_signed(facts, rule->key_id));
}

/** Later rules of a layer replace what earlier ones say, key by key. */
static void apply_rule(struct camipc_policy_settings *to,
		       const struct camipc_policy_rule *rule)
{
	const struct camipc_policy_settings *from = &rule->settings;

	if (from->backend) {
		to->backend = from->backend;
		to->backend_rule = rule;
	}
	if (from->sandbox)
		to->sandbox = from->sandbox;
	if (from->transport)
		to->transport = from->transport;
	if (from->queue)
		to->queue = from->queue;
	if (from->restart.is_set)
		to->restart = from->restart;
	if (from->read)
		to->read = from->read;
	if (from->devices)
		to->devices = from->devices;
	if (from->gpu)
		to->gpu = from->gpu;
	if (from->memory_mib)
		to->memory_mib = from->memory_mib;
	if (from->threads)
		to->threads = from->threads;
	if (from->environment)
		to->environment = from->environment;
}

/** Stricter modes have smaller numbers; the default says nothing. */
static enum camipc_sandbox_mode stricter(enum camipc_sandbox_mode a,
					 enum camipc_sandbox_mode b)
{
	if (a == CAMIPC_SANDBOX_DEFAULT || b == CAMIPC_SANDBOX_DEFAULT)
		return a == CAMIPC_SANDBOX_DEFAULT ? b : a;
	return a < b ? a : b;
}

/** Root can turn the sandbox off, or on against the host; others cannot turn it
 *  off. */
static enum camipc_sandbox_mode
combine_sandbox(const struct camipc_module_settings *settings,
		enum camipc_sandbox_mode host_mode)
{
	enum camipc_sandbox_mode mode =
		stricter(settings->layers[CAMIPC_POLICY_ROOT].sandbox,
			 host_mode);

	if (mode == CAMIPC_SANDBOX_DEFAULT)
		mode = CAMIPC_SANDBOX_BEST_EFFORT;
	for (int i = CAMIPC_POLICY_USER; i < CAMIPC_N_POLICY_LAYERS; i++)
		mode = stricter(mode, settings->layers[i].sandbox);
	return mode;
}

void camipc_policy_find(const struct camipc_policy *policy, const char *name,
			const char *path,
			const struct camipc_module_facts *facts,
			enum camipc_sandbox_mode host_mode,
			struct camipc_module_settings *ret_settings)
{
	memset(ret_settings, 0, sizeof(*ret_settings));
	for (size_t i = 0; policy && i < policy->n; i++) {
		const struct camipc_policy_rule *rule = policy->rules[i];

		if (matches(rule, name, path, facts))
			apply_rule(&ret_settings->layers[rule->layer], rule);
	}
	ret_settings->sandbox = combine_sandbox(ret_settings, host_mode);
}

/* ---- combining ----------------------------------------------------------- */

const struct camipc_policy_rule *
camipc_settings_isolating(const struct camipc_module_settings *settings)
{
	for (int i = 0; i < CAMIPC_N_POLICY_LAYERS; i++) {
		if (settings->layers[i].backend == CAMIPC_BACKEND_PROCESS)
			return settings->layers[i].backend_rule;
	}
	return NULL;
}

const struct camipc_policy_rule *
camipc_settings_vouching(const struct camipc_module_settings *settings)
{
	const struct camipc_policy_settings *root =
		&settings->layers[CAMIPC_POLICY_ROOT];

	if (root->backend != CAMIPC_BACKEND_THREAD ||
	    (!root->backend_rule->has_sha256 && !root->backend_rule->path))
		return NULL;
	return root->backend_rule;
}

/** Of numbers the smallest one; 0 says nothing. */
static uint32_t smaller(uint32_t a, uint32_t b)
{
	if (a == 0 || b == 0)
		return a ? a : b;
	return a < b ? a : b;
}

uint32_t camipc_settings_memory(const struct camipc_module_settings *settings)
{
	uint32_t value = 0;

	for (int i = 0; i < CAMIPC_N_POLICY_LAYERS; i++)
		value = smaller(value, settings->layers[i].memory_mib);
	return value;
}

uint32_t camipc_settings_threads(const struct camipc_module_settings *settings)
{
	uint32_t value = 0;

	for (int i = 0; i < CAMIPC_N_POLICY_LAYERS; i++)
		value = smaller(value, settings->layers[i].threads);
	return value;
}

uint32_t camipc_settings_queue(const struct camipc_module_settings *settings)
{
	uint32_t value = 0;

	for (int i = 0; i < CAMIPC_N_POLICY_LAYERS; i++)
		value = smaller(value, settings->layers[i].queue);
	return value;
}

enum camipc_transport
camipc_settings_transport(const struct camipc_module_settings *settings)
{
	enum camipc_transport value =
		settings->layers[CAMIPC_POLICY_ROOT].transport;

	for (int i = CAMIPC_POLICY_USER; i < CAMIPC_N_POLICY_LAYERS; i++) {
		if (settings->layers[i].transport == CAMIPC_TRANSPORT_SOCKET)
			value = CAMIPC_TRANSPORT_SOCKET;
	}
	return value;
}

struct camipc_policy_restart
camipc_settings_restart(const struct camipc_module_settings *settings)
{
	struct camipc_policy_restart value =
		settings->layers[CAMIPC_POLICY_ROOT].restart;

	for (int i = CAMIPC_POLICY_USER; value.is_set &&
					 i < CAMIPC_N_POLICY_LAYERS; i++) {
		const struct camipc_policy_restart *other =
			&settings->layers[i].restart;

		if (!other->is_set)
			continue;
		if (other->max < value.max)
			value.max = other->max;
		value.spare &= other->spare;
	}
	return value;
}
