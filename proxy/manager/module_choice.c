/* SPDX-License-Identifier: MIT */
/* Judges candidates one by one, and remembers why the best of them failed. */
#include "module_choice.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <camipc/limits.h>
#include <camipc/log.h>

#include "interface_fit.h"
#include "module_info.h"
#include "module_search.h"

#define TOPIC "manager"

/* Bytes of an error line for the folders that were searched. */
#define FOLDERS_SIZE 360

/* How near a module came that does not fit, in ascending order. */
enum nearness {
	NEAR_NOTHING = 0, /* no module is worth a mention */
	NEAR_FILE, /* the file was named, and is of no use */
	NEAR_VERSION, /* of the module */
	NEAR_INTERFACE,
	NEAR_INTERFACE_VERSION,
	NEAR_ARGUMENT,
};

/** The module that came nearest, and what is wrong with it. */
struct failure {
	enum nearness nearness;
	int error;
	char why[CAMIPC_FITS_WHY_SIZE];
	char path[PATH_MAX];
};

struct choice {
	const struct camipc_match *match;
	const struct camipc_interface *interface;
	struct camipc_module_found *found;
	struct camipc_module_file *file;
	struct failure failure;
};

/** Keeps the failure that came nearest; of several, the first. */
static void keep_failure(struct failure *failure, enum nearness nearness,
			 int error, const char *path, const char *why)
{
	if (nearness <= failure->nearness)
		return;
	failure->nearness = nearness;
	failure->error = error;
	snprintf(failure->path, sizeof(failure->path), "%s", path);
	snprintf(failure->why, sizeof(failure->why), "%s", why);
}

/** True if the match could mean this module; its versions are not checked. */
static bool is_meant(struct choice *choice, const char *path,
		     const struct camipc_module_info *info)
{
	const struct camipc_match *match = choice->match;
	char why[CAMIPC_FITS_WHY_SIZE];

	/* Without a name or path, modules for other cameras are skipped. */
	if (!match->module)
		return match->path || strcmp(info->interface_name,
					     choice->interface->name) == 0;
	if (strcmp(match->module, info->name) == 0)
		return true;
	if (match->path) {
		snprintf(why, sizeof(why),
			 "the module is called \"%s\", not \"%.64s\"",
			 info->name, match->module);
		keep_failure(&choice->failure, NEAR_FILE, -ENOENT, path, why);
	}
	return false;
}

static bool has_wanted_version(struct choice *choice, const char *path,
			       const struct camipc_module_info *info)
{
	const uint32_t min = choice->match->min_version;
	const uint32_t max = choice->match->max_version ?
				     choice->match->max_version :
				     UINT32_MAX;
	const uint32_t version = info->module_version;
	char why[CAMIPC_FITS_WHY_SIZE];

	if (version >= min && version <= max)
		return true;
	if (max == UINT32_MAX)
		snprintf(why, sizeof(why),
			 "the module has version %u, the pipeline needs at "
			 "least %u",
			 version, min);
	else
		snprintf(why, sizeof(why),
			 "the module has version %u, the pipeline needs %u "
			 "to %u",
			 version, min, max);
	keep_failure(&choice->failure, NEAR_VERSION, -ENOENT, path, why);
	return false;
}

static bool accepts_argument(struct choice *choice, const char *path,
			     const struct camipc_module_file *file)
{
	const char *argument = choice->match->argument;
	char why[CAMIPC_FITS_WHY_SIZE];

	if (file->manifest.takes_argument || !argument || !argument[0])
		return true;
	snprintf(why, sizeof(why),
		 "the module takes no argument, but the pipeline gave one: "
		 "'%.64s'",
		 argument);
	keep_failure(&choice->failure, NEAR_ARGUMENT, -EINVAL, path, why);
	return false;
}

/** Ends the search with 1 if this is the module, whose file it then keeps. */
static int judge(void *user, const char *path, struct camipc_module_file *file)
{
	const struct camipc_module_info *info = &file->info;
	struct choice *choice = user;
	struct camipc_module_found *found = choice->found;
	char why[CAMIPC_FITS_WHY_SIZE];
	int ret;

	if (!is_meant(choice, path, info) ||
	    !has_wanted_version(choice, path, info))
		return 0;
	ret = camipc_interface_fits(info, choice->interface, why);
	if (ret < 0) {
		keep_failure(&choice->failure,
			     ret == -ESTALE ? NEAR_INTERFACE_VERSION :
					      NEAR_INTERFACE,
			     ret, path, why);
		return 0;
	}
	if (!accepts_argument(choice, path, file))
		return 0;
	memset(found, 0, sizeof(*found));
	snprintf(found->path, sizeof(found->path), "%s", path);
	found->info = *info;
	found->takes_argument = file->manifest.takes_argument;
	*choice->file = *file;
	file->fd = -1;
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

/** A broken file is the answer where it has the name that is wanted. */
static void judge_refused(void *user, const char *path, int error,
			  const char *why)
{
	struct choice *choice = user;
	const char *name = choice->match->module;

	camipc_module_log_refused(NULL, path, error, why);
	if (name && is_called(path, name))
		keep_failure(&choice->failure, NEAR_FILE, error, path, why);
}

/** Returns 1 if there is one, else 0 or -ENOMEM. */
static int find_module(struct choice *choice,
		       const struct camipc_path_list *folders)
{
	const struct camipc_module_visitor visitor = {
		.user = choice,
		.found = judge,
		.refused = judge_refused,
	};
	const char *path = choice->match->path;
	char why[CAMIPC_MODULE_WHY_SIZE];
	struct camipc_module_file file;
	int ret;

	if (!path)
		return camipc_module_search(folders->paths, folders->n,
					    &visitor);
	ret = camipc_module_file_open(path, &file, why);
	if (ret < 0) {
		keep_failure(&choice->failure, NEAR_FILE, ret, path, why);
		return 0;
	}
	ret = judge(choice, path, &file);
	camipc_module_file_close(&file);
	return ret;
}

static int check_match(const struct camipc_match *match)
{
	if (match->path && match->path[0] != '/') {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "\"%s\": the path of a module must be absolute",
			   match->path);
		return -EINVAL;
	}
	if (match->max_version && match->min_version > match->max_version) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "module versions %u to %u: the minimum is above "
			   "the maximum",
			   match->min_version, match->max_version);
		return -EINVAL;
	}
	if (match->argument &&
	    strlen(match->argument) > CAMIPC_MAX_ARGUMENT_SIZE) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "the argument of the module has %zu bytes: at most "
			   "%d are allowed",
			   strlen(match->argument), CAMIPC_MAX_ARGUMENT_SIZE);
		return -EINVAL;
	}
	return 0;
}

static int log_not_found(const struct choice *choice,
			 const struct camipc_path_list *folders)
{
	char searched[FOLDERS_SIZE];
	const struct failure *failure = &choice->failure;
	const char *name = choice->match->module;

	if (failure->nearness != NEAR_NOTHING) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s", failure->path,
			   failure->why);
		return failure->error;
	}
	camipc_path_list_describe(folders, searched, sizeof(searched));
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "no module%s%s%s for %s in %s",
		   name ? " called \"" : "", name ? name : "", name ? "\"" : "",
		   choice->interface->name, searched);
	return -ENOENT;
}

int camipc_module_choose(const struct camipc_path_list *folders,
			 const struct camipc_match *match,
			 const struct camipc_interface *interface,
			 struct camipc_module_found *ret_found,
			 struct camipc_module_file *ret_file)
{
	struct choice choice = {
		.match = match,
		.interface = interface,
		.found = ret_found,
		.file = ret_file,
	};
	int ret = check_match(match);

	ret_file->fd = -1;
	if (ret < 0)
		return ret;
	ret = find_module(&choice, folders);
	if (ret < 0)
		return ret;
	return ret == 0 ? log_not_found(&choice, folders) : 0;
}
