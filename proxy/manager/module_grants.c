/* SPDX-License-Identifier: MIT */
/* Compares what a manifest asks for with what the host grants. */
#include "module_grants.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <camipc/log.h>

#include "environment_list.h"

#define TOPIC "manager"

/* Whether @path is @folder, or lies in it. A way up could lead out again. */
static bool is_inside(const char *path, const char *folder)
{
	size_t size = strlen(folder);

	while (size > 1 && folder[size - 1] == '/')
		size--;
	return strncmp(path, folder, size) == 0 && !strstr(path, "/..") &&
	       (path[size] == '\0' || path[size] == '/' || size == 1);
}

static bool is_granted(const struct camipc_path_list *granted, const char *path)
{
	for (size_t i = 0; i < granted->n; i++) {
		if (is_inside(path, granted->paths[i]))
			return true;
	}
	return false;
}

static int add(struct camipc_module_grants *grants, char kind, const char *path)
{
	const size_t size = strlen(path) + 1;

	if (size + 1 > sizeof(grants->paths) - grants->paths_size)
		return -E2BIG;
	grants->paths[grants->paths_size++] = (uint8_t)kind;
	memcpy(grants->paths + grants->paths_size, path, size);
	grants->paths_size += (uint32_t)size;
	return 0;
}

/** A module whose needs are judged. */
struct asking {
	const struct camipc_module_found *found;
	const struct camipc_manifest *manifest;
	const struct camipc_host_grants *host;
	const struct camipc_module_settings *settings;
	struct camipc_module_grants *grants;
};

/** @need: completes "its manifest asks …", with the way to grant it. */
CAMIPC_PRINTF(2, 3)
static int refuse(const struct asking *asking, const char *need, ...)
{
	char text[512];
	va_list args;

	va_start(args, need);
	vsnprintf(text, sizeof(text), need, args);
	va_end(args);
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: its manifest asks %s",
		   asking->found->path, text);
	return -EACCES;
}

static int add_path(const struct asking *asking, char kind, const char *path)
{
	int ret = add(asking->grants, kind, path);

	if (ret < 0)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: the paths that it needs have more than %d bytes",
			   asking->found->path, CAMIPC_MAX_GRANTED_PATHS_SIZE);
	return ret;
}

/** Whether a policy of the user's, or root's, leaves @path out. */
static bool is_withheld(const struct asking *asking, bool is_device,
			const char *path)
{
	for (int i = 0; i < CAMIPC_N_POLICY_LAYERS; i++) {
		const struct camipc_policy_settings *layer =
			&asking->settings->layers[i];
		const struct camipc_path_list *list =
			is_device ? layer->devices : layer->read;

		if (list && !is_granted(list, path))
			return true;
	}
	return false;
}

/** Whether root's policy, the module's trust or the host grant @path. */
static bool is_given(const struct asking *asking, bool is_device,
		     const char *path)
{
	const struct camipc_policy_settings *root =
		&asking->settings->layers[CAMIPC_POLICY_ROOT];
	const struct camipc_host_grants *host = asking->host;

	return (is_device ? root->devices : root->read) ||
	       asking->found->trusted ||
	       is_granted(is_device ? &host->devices : &host->read, path);
}

static int grant_read(const struct asking *asking)
{
	const struct camipc_manifest *manifest = asking->manifest;
	int ret = 0;

	for (uint32_t i = 0; i < manifest->n_read && ret == 0; i++) {
		const char *path = manifest->text + manifest->read[i];

		if (is_withheld(asking, false, path))
			return refuse(asking,
				      "to read %.256s, which a policy does not "
				      "grant (grants: read)",
				      path);
		if (!is_given(asking, false, path))
			return refuse(asking,
				      "to read %.256s, which the host does not "
				      "grant (sandbox_paths)",
				      path);
		ret = add_path(asking, 'r', path);
	}
	return ret;
}

/* ---- devices ------------------------------------------------------------- */

/**
 * Nobody gets these: input typed for others, signals to others, and the state
 * of terminals. Linux has the same numbers for them on every processor that
 * there is a filter for.
 */
static const uint32_t never[] = {
	TIOCSTI, TIOCLINUX, TIOCCONS, TIOCSCTTY, TIOCSETD, FIOASYNC,
	FIOSETOWN, SIOCSPGRP,
};

static int grant_ioctls(const struct asking *asking)
{
	const struct camipc_manifest *manifest = asking->manifest;
	const size_t n = sizeof(never) / sizeof(never[0]);

	for (uint32_t i = 0; i < manifest->n_ioctls; i++) {
		for (size_t j = 0; j < n; j++) {
			if (manifest->ioctls[i] == never[j])
				return refuse(asking,
					      "for ioctl %#x, which no module "
					      "may use",
					      manifest->ioctls[i]);
		}
		asking->grants->ioctls[i] = manifest->ioctls[i];
	}
	asking->grants->n_ioctls = manifest->n_ioctls;
	return 0;
}

/* One that does not exist (yet, or on this machine) is the module's to miss. */
static bool is_device(const char *path)
{
	struct stat status;

	return stat(path, &status) < 0 || S_ISCHR(status.st_mode);
}

static int grant_devices(const struct asking *asking)
{
	const struct camipc_manifest *manifest = asking->manifest;
	int ret = 0;

	for (uint32_t i = 0; i < manifest->n_devices && ret == 0; i++) {
		const char *path = manifest->text + manifest->devices[i];

		if (!is_device(path))
			return refuse(asking,
				      "for the device %.256s, which is not a "
				      "character device",
				      path);
		if (is_withheld(asking, true, path))
			return refuse(asking,
				      "for the device %.256s, which a policy "
				      "does not grant (grants: devices)",
				      path);
		if (!is_given(asking, true, path))
			return refuse(asking,
				      "for the device %.256s, which the host "
				      "does not grant (sandbox_devices)",
				      path);
		ret = add_path(asking, 'd', path);
	}
	return ret < 0 ? ret : grant_ioctls(asking);
}

static int grant_gpu(const struct asking *asking)
{
	if (!asking->manifest->gpu)
		return 0;
	for (int i = 0; i < CAMIPC_N_POLICY_LAYERS; i++) {
		if (asking->settings->layers[i].gpu == CAMIPC_ANSWER_NO)
			return refuse(asking, "for the GPU, which a policy does "
					      "not grant (grants: gpu)");
	}
	if (asking->settings->layers[CAMIPC_POLICY_ROOT].gpu !=
		    CAMIPC_ANSWER_YES &&
	    !asking->found->trusted &&
	    !is_granted(&asking->host->devices, CAMIPC_GPU_FOLDER))
		return refuse(asking,
			      "for the GPU, which the host does not grant "
			      "(" CAMIPC_GPU_FOLDER " in sandbox_devices)");
	asking->grants->gpu = true;
	return 0;
}

/* ---- environment, sandbox ------------------------------------------------ */

/** Every worker gets these: worker_spawn.c. */
static const char *const standard[] = { "LANG", "LC_ALL", "TZ", NULL };

static bool is_handed_on(const char *const *list, const char *name)
{
	const size_t size = strlen(name);

	for (size_t i = 0; list && list[i]; i++) {
		if (strncmp(list[i], name, size) == 0 &&
		    (list[i][size] == '\0' || list[i][size] == '='))
			return true;
	}
	return false;
}

static int grant_environment(const struct asking *asking)
{
	const struct camipc_manifest *manifest = asking->manifest;
	struct camipc_module_grants *grants = asking->grants;
	const struct camipc_environment_list *root =
		asking->settings->layers[CAMIPC_POLICY_ROOT].environment;
	const char *const *policy =
		root ? (const char *const *)root->entries : NULL;

	for (uint32_t i = 0; i < manifest->n_environment; i++) {
		const char *name = manifest->text + manifest->environment[i];

		if (is_handed_on(standard, name) ||
		    is_handed_on(asking->host->environment, name) ||
		    is_handed_on(policy, name))
			continue;
		if (camipc_environment_controls_loading(name))
			return refuse(asking,
				      "for the variable %.64s, which would "
				      "change which code a worker loads",
				      name);
		if (!asking->found->trusted &&
		    asking->grants->sandbox != CAMIPC_SANDBOX_LEARN)
			return refuse(asking,
				      "for the variable %.64s, which the host "
				      "does not grant (worker_environment)",
				      name);
		grants->environment[grants->n_environment++] = name;
	}
	return 0;
}

/** @asked: 0 asks for the usual number, or as much of it as @limit leaves. */
static int grant_number(const struct asking *asking, const char *key,
			uint32_t asked, uint32_t usual, uint32_t limit,
			uint32_t *ret_number)
{
	if (asked && limit && asked > limit)
		return refuse(asking,
			      "for %s: %u, of which a policy grants %u "
			      "(grants: %s)",
			      key, asked, limit, key);
	*ret_number = asked ? asked : usual;
	if (limit && *ret_number > limit)
		*ret_number = limit;
	return 0;
}

static int apply_sandbox(const struct asking *asking)
{
	if (asking->grants->sandbox == CAMIPC_SANDBOX_LEARN)
		return 0;
	switch (asking->manifest->sandbox) {
	case CAMIPC_SANDBOX_OFF:
		if (asking->grants->sandbox != CAMIPC_SANDBOX_OFF)
			return refuse(asking,
				      "to run without the sandbox, which the "
				      "host does not turn off (sandbox)");
		break;
	case CAMIPC_SANDBOX_REQUIRED:
		/* The host may still turn it off, as for a debugger. */
		if (asking->grants->sandbox == CAMIPC_SANDBOX_BEST_EFFORT)
			asking->grants->sandbox = CAMIPC_SANDBOX_REQUIRED;
		break;
	default:
		break;
	}
	return 0;
}

int camipc_module_grants_make(const struct camipc_module_found *found,
			      const struct camipc_manifest *manifest,
			      const struct camipc_host_grants *host,
			      const struct camipc_module_settings *settings,
			      struct camipc_module_grants *ret_grants)
{
	const struct asking asking = { found, manifest, host, settings,
				       ret_grants };
	int ret;

	memset(ret_grants, 0, sizeof(*ret_grants));
	ret_grants->sandbox = settings->sandbox;
	ret_grants->namespaces = host && host->namespaces;
	ret = grant_number(&asking, "memory_mib", manifest->memory_mib,
			   CAMIPC_SANDBOX_MEMORY_MIB,
			   camipc_settings_memory(settings),
			   &ret_grants->memory_mib);
	if (ret == 0)
		ret = grant_number(&asking, "threads", manifest->threads,
				   CAMIPC_SANDBOX_THREADS,
				   camipc_settings_threads(settings),
				   &ret_grants->threads);
	if (ret == 0)
		ret = apply_sandbox(&asking);
	if (ret == 0)
		ret = grant_environment(&asking);
	/* Without a sandbox, nothing else has to be granted; and who learns
	 * wants to know all of it. */
	if (ret < 0 || ret_grants->sandbox == CAMIPC_SANDBOX_OFF ||
	    ret_grants->sandbox == CAMIPC_SANDBOX_LEARN)
		return ret;
	ret = grant_read(&asking);
	if (ret == 0)
		ret = grant_devices(&asking);
	return ret < 0 ? ret : grant_gpu(&asking);
}
