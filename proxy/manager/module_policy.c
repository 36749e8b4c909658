/* SPDX-License-Identifier: MIT */
/* The policy of the manager, and what a pipeline handler may override. */
#include "module_policy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <camipc/log.h>

#include "ipa_link.h"
#include "load_files.h"
#include "module_facts.h"
#include "module_info.h"
#include "module_libraries.h"
#include "trust_store.h"

#define TOPIC "manager"

/* Stands after each reason why a module runs in a process. */
static const char *sandbox_of(const struct camipc_module_settings *settings)
{
	switch (settings->sandbox) {
	case CAMIPC_SANDBOX_OFF:
		return "; no sandbox";
	case CAMIPC_SANDBOX_REQUIRED:
		return "; sandbox required";
	case CAMIPC_SANDBOX_LEARN:
		return "; learning what it needs of the sandbox";
	default:
		return "; in the sandbox";
	}
}

/* Returns 1 if all files are trusted, 0 with @why, or an error. */
static int judge_loads(const struct camipc_module_policy *policy,
		       const struct camipc_load_files *loads, char *why)
{
	char reason[CAMIPC_TRUST_WHY_SIZE];

	for (uint32_t i = 0; i < loads->n; i++) {
		const struct camipc_load_file *file = &loads->files[i];
		const char *slash = strrchr(file->path, '/');
		int ret = camipc_trust_judge_load(&policy->trust, file, reason);

		if (ret == 0)
			snprintf(why, CAMIPC_TRUST_WHY_SIZE,
				 "it loads %.48s: %.64s",
				 slash ? slash + 1 : file->path, reason);
		if (ret != 1)
			return ret;
	}
	return 1;
}

static bool needs_facts(const struct camipc_module_policy *policy)
{
	return policy->store &&
	       (policy->wants_facts || policy->store->keys.n > 0 || policy->store->n_hashes > 0 ||
		(policy->rules && policy->rules->needs_facts));
}

/** Whether somebody vouches for the content; sets source and @why of @found. */
static bool judge_content(const struct camipc_module_policy *policy,
			  const struct camipc_module_facts *facts,
			  const struct camipc_policy_rule *vouching,
			  struct camipc_module_found *found, char *why)
{
	const struct camipc_trust_store *store = policy->store;

	if (!facts->is_known)
		return false;
	/* It matched: the hash is that of this content. */
	if (vouching && vouching->has_sha256) {
		found->trust = CAMIPC_TRUST_HASH;
		snprintf(why, CAMIPC_TRUST_WHY_SIZE,
			 "its hash is in the policy %.96s", vouching->where);
		return true;
	}
	if (camipc_trust_store_has_hash(store, facts->hashes.content) ||
	    camipc_trust_store_has_hash(store, facts->hashes.file)) {
		found->trust = CAMIPC_TRUST_HASH;
		snprintf(why, CAMIPC_TRUST_WHY_SIZE,
			 "its hash is on a trusted list");
		return true;
	}
	if (facts->vouchers.n > 0) {
		found->trust = CAMIPC_TRUST_SIGNATURE;
		snprintf(why, CAMIPC_TRUST_WHY_SIZE, "signed by key %s",
			 found->key_id);
		return true;
	}
	return false;
}

/** What holds besides for a module that is loaded as a copy. Returns 1, 0 with
 *  @why, or an error. */
static int judge_surroundings(const struct camipc_module_file *file, char *why)
{
	char reason[CAMIPC_MODULE_WHY_SIZE];
	char name[CAMIPC_FD_NAME_SIZE];
	int ret;

	if (!camipc_fd_name(file->copy.fd, name, sizeof(name))) {
		snprintf(why, CAMIPC_TRUST_WHY_SIZE,
			 "without /proc, a module cannot be trusted by its "
			 "hash or signature");
		return 0;
	}
	ret = camipc_module_libraries_check(file->copy.fd, reason);
	if (ret == 0)
		return 1;
	snprintf(why, CAMIPC_TRUST_WHY_SIZE, "%.127s", reason);
	return ret == -EMFILE || ret == -ENOMEM ? ret : 0;
}

static void note_facts(const struct camipc_module_facts *facts,
		       struct camipc_module_found *found)
{
	found->trust = CAMIPC_TRUST_NONE;
	found->key_id[0] = '\0';
	found->content_hash[0] = '\0';
	if (!facts->is_known)
		return;
	camipc_hex_write(facts->hashes.content, CAMIPC_HASH_SIZE,
			 found->content_hash);
	if (facts->vouchers.n > 0)
		camipc_hex_write(facts->vouchers.ids[0], CAMIPC_KEY_ID_SIZE,
				 found->key_id);
}

/** Returns 1 if the module is trusted, 0 with @why, or an error. A copy that is
 *  not needed is dropped. */
static int judge_module(const struct camipc_module_policy *policy,
			struct camipc_module_file *file,
			const struct camipc_module_facts *facts,
			const struct camipc_module_settings *settings,
			struct camipc_module_found *found, char *why)
{
	const struct camipc_policy_rule *vouching =
		camipc_settings_vouching(settings);
	int ret = camipc_trust_judge(&policy->trust, file, why);

	/* Root names a path, which only root may be able to change. */
	if (ret == 0 && vouching && vouching->path && !vouching->has_sha256)
		ret = camipc_trust_judge_below(vouching->path, file,
					       vouching->where, why);
	if (ret == 1) {
		found->trust = CAMIPC_TRUST_PATH;
		camipc_module_file_unseal(file);
	}
	if (ret != 0)
		return ret;
	if (judge_content(policy, facts, vouching, found, why))
		ret = judge_surroundings(file, why);
	/* That there is a signature, and what is wrong with it, says more. */
	else if (facts->unsigned_because[0] &&
		 strcmp(facts->unsigned_because, CAMIPC_NOT_SIGNED) != 0)
		snprintf(why, CAMIPC_TRUST_WHY_SIZE, "%s",
			 facts->unsigned_because);
	return ret;
}

static int judge_all(const struct camipc_module_policy *policy,
		 struct camipc_module_file *file,
		 const struct camipc_load_files *loads,
		 struct camipc_module_settings *settings,
		 struct camipc_module_found *found, char *why)
{
	struct camipc_module_facts facts = { .is_known = false };
	int ret = 0;

	if (needs_facts(policy))
		ret = camipc_module_facts_find(&policy->store->keys,
					       policy->copies, file, &facts);
	if (ret < 0)
		return ret;
	note_facts(&facts, found);
	camipc_policy_find(policy->rules, file->info.name, file->path, &facts,
			   policy->sandbox, settings);
	ret = judge_module(policy, file, &facts, settings, found, why);
	if (ret == 1)
		ret = judge_loads(policy, loads, why);
	if (ret != 1) {
		found->trust = CAMIPC_TRUST_NONE;
		camipc_module_file_unseal(file);
	}
	return ret;
}

/** Why a trusted module runs in a process; NULL: it does not. */
static const char *isolated_by(const struct camipc_module_policy *policy,
			       const struct camipc_module_settings *settings,
			       char *text, size_t size)
{
	const struct camipc_policy_rule *rule =
		camipc_settings_isolating(settings);

	if (policy->isolate_all)
		return "the host isolates every module";
	if (!rule)
		return NULL;
	snprintf(text, size, "%s isolates it", rule->where);
	return text;
}

int camipc_module_policy_decide(const struct camipc_module_policy *policy,
				struct camipc_module_file *file,
				const struct camipc_load_files *loads,
				struct camipc_module_found *found,
				struct camipc_module_settings *ret_settings)
{
	char why[CAMIPC_TRUST_WHY_SIZE];
	char text[CAMIPC_TRUST_WHY_SIZE];
	const char *isolated;
	int ret = judge_all(policy, file, loads, ret_settings, found, why);

	if (ret < 0)
		return ret;
	found->trusted = ret;
	isolated = isolated_by(policy, ret_settings, text, sizeof(text));
	if (found->trusted && !isolated) {
		found->isolation = "thread";
		snprintf(found->why, sizeof(found->why), "in a thread: %s",
			 why);
		return 0;
	}
	found->isolation = "process";
	snprintf(found->why, sizeof(found->why), "in a process: %s%s",
		 found->trusted ? isolated : why, sandbox_of(ret_settings));
	return 0;
}

/* The dynamic loader knows a copy by its descriptor only, whose number would be
 * used again: what is loaded into this process has a path that stays. */
static int check_loads_here(const struct camipc_load_files *loads,
			    const char *path)
{
	for (uint32_t i = 0; i < loads->n; i++) {
		if (loads->files[i].is_pinned)
			continue;
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: cannot run in this process: others can change "
			   "the path of %s, which it loads",
			   path, loads->files[i].path);
		return -EPERM;
	}
	return 0;
}

int camipc_module_policy_request(const struct camipc_module_policy *policy,
				 const struct camipc_proxy_factory *factory,
				 const struct camipc_load_files *loads,
				 const struct camipc_module_settings *settings,
				 struct camipc_module_found *found)
{
	char text[CAMIPC_TRUST_WHY_SIZE];
	const char *isolated =
		isolated_by(policy, settings, text, sizeof(text));
	int ret = factory->runs_here ? check_loads_here(loads, found->path) : 0;

	if (ret < 0)
		return ret;
	if (factory->runs_here && isolated) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: isolation \"%s\" refused: %s", found->path,
			   factory->name, isolated);
		return -EPERM;
	}
	found->isolation = factory->name;
	/* Requesting it in the host's own process means trusting it. */
	if (factory->runs_here) {
		if (!found->trusted)
			found->trust = CAMIPC_TRUST_HOST;
		found->trusted = true;
	}
	snprintf(found->why, sizeof(found->why),
		 "isolation \"%.32s\": requested by the pipeline%s",
		 factory->name,
		 factory->runs_here ? ", which thereby trusts it" :
				      sandbox_of(settings));
	return 0;
}
