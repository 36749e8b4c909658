/* SPDX-License-Identifier: MIT */
/* Finds the policy files of root and of the user, and reads them in order. */
#include "policy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "manager_config.h"
#include "pinned_path.h"
#include "policy_parse.h"

#define TOPIC "manager"

#define ISOLATION_VARIABLE "CAMIPC_ISOLATION"
#define SANDBOX_VARIABLE "CAMIPC_SANDBOX"

static int policy_failed(const char *path, int error, const char *what)
{
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s", path,
		   what ? what : camipc_errno_to_string(error));
	return error;
}

/* ---- one file ------------------------------------------------------------ */

/** Reads all of the file that is open. Returns its size, or an error. */
static ssize_t read_policy(int fd, const char *path, char *text)
{
	struct stat status;
	size_t size = 0;
	ssize_t n = 1;

	if (fstat(fd, &status) < 0)
		return policy_failed(path, -errno, NULL);
	if (!S_ISREG(status.st_mode))
		return policy_failed(path, -EINVAL, "not a regular file");
	while (n > 0 && size < CAMIPC_MAX_POLICY_SIZE) {
		n = read(fd, text + size, CAMIPC_MAX_POLICY_SIZE - size);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			return policy_failed(path, -errno, NULL);
		else
			size += (size_t)n;
	}
	if (size == CAMIPC_MAX_POLICY_SIZE)
		return policy_failed(path, -EINVAL, "has 64 KiB or more");
	return (ssize_t)size;
}

/** A missing file is no error if @may_be_missing. */
static int load_file(struct camipc_policy *policy,
		     enum camipc_policy_layer layer, const char *path,
		     bool may_be_missing)
{
	const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char *text;
	ssize_t size;
	int ret;

	if (fd < 0 && may_be_missing && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0)
		return policy_failed(path, -errno, NULL);
	text = malloc(CAMIPC_MAX_POLICY_SIZE);
	if (!text) {
		close(fd);
		return -ENOMEM;
	}
	size = read_policy(fd, path, text);
	close(fd);
	ret = size < 0 ? (int)size
		       : camipc_policy_parse(policy, layer, path, text,
					     (size_t)size);
	free(text);
	return ret;
}

/* ---- root's folder ------------------------------------------------------- */

static int check_owner(const char *path, uid_t user)
{
	char why[CAMIPC_PINNED_WHY_SIZE];
	struct stat status;
	int ret = camipc_pinned_path_check(path, user, &status, why);

	return ret < 0 ? policy_failed(path, ret, why) : 0;
}

static int is_policy_name(const struct dirent *entry)
{
	const char *name = entry->d_name;
	const size_t size = strlen(name);

	return name[0] != '.' && size > 5 &&
	       strcmp(name + size - 5, ".yaml") == 0;
}

/** By bytes, so that no locale changes the order. */
static int compare_entries(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int load_entry(struct camipc_policy *policy, const char *folder,
		      const char *name, uid_t user)
{
	char path[PATH_MAX];
	int ret;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >=
	    (int)sizeof(path))
		return policy_failed(folder, -ENAMETOOLONG, NULL);
	ret = check_owner(path, user);
	if (ret == 0)
		ret = load_file(policy, CAMIPC_POLICY_ROOT, path, false);
	return ret;
}

static int load_folder(struct camipc_policy *policy, const char *folder,
		       uid_t user)
{
	struct dirent **entries;
	const int n = scandir(folder, &entries, is_policy_name,
			      compare_entries);
	int ret;

	if (n < 0)
		return errno == ENOENT ? 0
				       : policy_failed(folder, -errno, NULL);
	ret = check_owner(folder, user);
	for (int i = 0; i < n; i++) {
		if (ret == 0)
			ret = load_entry(policy, folder, entries[i]->d_name,
					 user);
		free(entries[i]);
	}
	free(entries);
	return ret;
}

/* ---- the user's file and variables --------------------------------------- */

/** Writes the path of the user's file; "" if the user has no folder for it. */
static void find_user_file(char path[PATH_MAX])
{
	const char *config = secure_getenv("XDG_CONFIG_HOME");
	const char *home = secure_getenv("HOME");
	int n = 0;

	if (config && config[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/camipc/policy.yaml", config);
	else if (home && home[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/.config/camipc/policy.yaml",
			     home);
	if (n <= 0 || n >= PATH_MAX)
		path[0] = '\0';
}

static int refuse_variable(const char *name, const char *value,
			   const char *expected)
{
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s is '%.32s': expected %s", name,
		   value, expected);
	return -EINVAL;
}

/** A variable that is set must be understood: it would make things stricter. */
static int load_variables(struct camipc_policy *policy)
{
	const char *isolation = secure_getenv(ISOLATION_VARIABLE);
	const char *sandbox = secure_getenv(SANDBOX_VARIABLE);
	struct camipc_policy_rule *rule;
	int ret = 0;

	if (isolation && isolation[0]) {
		if (strcmp(isolation, "process") != 0)
			return refuse_variable(ISOLATION_VARIABLE, isolation,
					       "process");
		ret = camipc_policy_add_rule(policy, CAMIPC_POLICY_VARIABLES,
					     ISOLATION_VARIABLE, &rule);
		if (ret < 0)
			return ret;
		rule->settings.backend = CAMIPC_BACKEND_PROCESS;
	}
	if (sandbox && sandbox[0]) {
		const bool required = strcmp(sandbox, "required") == 0;

		if (!required && strcmp(sandbox, "best-effort") != 0)
			return refuse_variable(SANDBOX_VARIABLE, sandbox,
					       "required or best-effort");
		ret = camipc_policy_add_rule(policy, CAMIPC_POLICY_VARIABLES,
					     SANDBOX_VARIABLE, &rule);
		if (ret < 0)
			return ret;
		rule->settings.sandbox = required ? CAMIPC_SANDBOX_REQUIRED :
						    CAMIPC_SANDBOX_BEST_EFFORT;
	}
	return ret;
}

int camipc_policy_load(struct camipc_policy *policy,
		       const struct camipc_manager_options *options)
{
	char path[PATH_MAX] = "";
	int ret = 0;

	*policy = (struct camipc_policy){ .n = 0 };
	/* The host may name a folder of its own user's. */
	if (options->policy_folder)
		ret = load_folder(policy, options->policy_folder, geteuid());
	else if (!options->no_install_paths)
		ret = load_folder(policy, CAMIPC_POLICY_FOLDER, 0);
	if (options->user_policy)
		snprintf(path, sizeof(path), "%s", options->user_policy);
	else if (!options->no_install_paths)
		find_user_file(path);
	if (ret == 0 && path[0])
		ret = load_file(policy, CAMIPC_POLICY_USER, path,
				!options->user_policy);
	if (ret == 0)
		ret = load_variables(policy);
	if (ret < 0)
		camipc_policy_fini(policy);
	return ret;
}
