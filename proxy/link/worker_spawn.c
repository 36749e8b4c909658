/* SPDX-License-Identifier: MIT */
/* Starts the worker program, by itself or under a developer's wrapper. */
#include "worker_spawn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "child_process.h"
#include "module_file.h"
#include "schedule.h"
#include "worker.h"
#include "worker_wrapper.h"

#define TOPIC "proxy.process"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CAMIPC_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
	__has_feature(undefined_behavior_sanitizer)
#define CAMIPC_SANITIZED
#endif
#endif

#ifdef CAMIPC_SANITIZED
#define SANITIZER_OPTIONS \
	"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS",
#else
#define SANITIZER_OPTIONS
#endif

/*
 * What a worker may know of this process's environment. No search path and no
 * tuning of its loader or allocator: whatever sets those for the host would
 * control the worker. Sanitizers' options are for builds that have them.
 */
#define WORKER_ENVIRONMENT \
	"LANG", "LC_ALL", "TZ", "CAMIPC_DEADLINE_SCALE", SANITIZER_OPTIONS \
	CAMIPC_WORKER_TUNABLES,

static const char *const environment[] = { WORKER_ENVIRONMENT NULL };

/* A debugger needs a little more. */
static const char *const wrapper_environment[] = {
	WORKER_ENVIRONMENT "PATH",
	"HOME",
	"TERM",
	"DISPLAY",
	"XAUTHORITY",
	"WAYLAND_DISPLAY",
	"VALGRIND_OPTS",
	"VALGRIND_LIB",
	NULL,
};

/* The length of the name in "NAME" or "NAME=value". */
static size_t name_size(const char *entry)
{
	return strcspn(entry, "=");
}

static bool has_name(const char *const *entries, const char *entry)
{
	const size_t size = name_size(entry);

	for (; entries && *entries; entries++) {
		if (name_size(*entries) == size &&
		    strncmp(*entries, entry, size) == 0)
			return true;
	}
	return false;
}

/* The usual variables, and the host's, which win. NULL without memory. */
static const char **join(const char *const *usual, const char *const *hosts)
{
	const char **entries;
	size_t n = 0;

	for (size_t i = 0; usual[i]; i++)
		n++;
	for (size_t i = 0; hosts && hosts[i]; i++)
		n++;
	entries = calloc(n + 1, sizeof(*entries));
	if (!entries)
		return NULL;
	n = 0;
	for (; *usual; usual++) {
		if (!has_name(hosts, *usual))
			entries[n++] = *usual;
	}
	for (; hosts && *hosts; hosts++)
		entries[n++] = *hosts;
	return entries;
}

static void log_spawn_failure(const struct camipc_worker_command *command,
			      const char *program, const char *call, int ret)
{
	const char *why = camipc_schedule_why(call, -ret);

	if (ret == -ENOSYS)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: cannot start the worker %s: this system "
			   "refuses %s",
			   command->name, program, call);
	else if (why)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: cannot schedule the worker as the match says: "
			   "%s: %s; %s",
			   command->name, call, camipc_errno_to_string(ret), why);
	else if (ret == -EAGAIN)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: cannot start the worker %s: this user or its "
			   "control group may have no more processes",
			   command->name, program);
	else
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: cannot start the worker %s: %s", command->name,
			   program, camipc_errno_to_string(ret));
}

/* @program: of which messages speak; @path may only name a descriptor. */
static int spawn(const struct camipc_worker_command *command,
		 const char *program, const char *path, char *const *argv,
		 const char *const *names,
		 struct camipc_child **ret_child)
{
	/* In this order from CAMIPC_WORKER_CHANNEL_FD on. */
	const int fds[] = {
		command->channel_fd,
		command->module_fd,
		command->worker_fd,
	};
	const char *call = "";
	struct camipc_child_options options = {
		.path = path,
		.argv = argv,
		.fds = fds,
		.n_fds = sizeof(fds) / sizeof(fds[0]),
		.schedule = command->schedule,
		.ret_call = &call,
	};
	int ret = -ENOMEM;

	options.environment = join(names, command->environment);
	if (options.environment)
		ret = camipc_child_spawn(&options, ret_child);
	free((void *)(uintptr_t)options.environment);
	if (ret < 0)
		log_spawn_failure(command, program, call, ret);
	return ret;
}

static int spawn_under(const struct camipc_worker_command *command,
		       const char *text, struct camipc_worker_wrapper *wrapper,
		       struct camipc_child **ret_child)
{
	int ret = camipc_worker_wrapper_make(wrapper, text, command->worker,
					     command->module);

	if (ret < 0) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: cannot use CAMIPC_WORKER_WRAPPER='%s': %s",
			   command->name, text, camipc_errno_to_string(ret));
		return ret;
	}
	ret = spawn(command, wrapper->path, wrapper->path, wrapper->argv,
		    wrapper_environment, ret_child);
	if (ret < 0)
		return ret;
	camipc_log(CAMIPC_LOG_WARNING, TOPIC,
		   "%s: THE WORKER RUNS UNDER '%s' (CAMIPC_WORKER_WRAPPER): "
		   "NO DEADLINES, NO SANDBOX",
		   command->name, text);
	return 0;
}

/**
 * Runs the file that was found, not what lies at its path by now. Without
 * /proc, only the path is left.
 */
static int spawn_worker(const struct camipc_worker_command *command,
			struct camipc_child **ret_child)
{
	char *argv[] = { (char *)(uintptr_t)command->worker,
			 (char *)(uintptr_t)command->module, NULL };
	char name[CAMIPC_FD_NAME_SIZE];
	const char *path = command->worker;

	if (camipc_fd_name(command->worker_fd, name, sizeof(name))) {
		snprintf(name, sizeof(name), "/proc/self/fd/%d",
			 CAMIPC_WORKER_PROGRAM_FD);
		path = name;
	}
	return spawn(command, command->worker, path, argv, environment,
		     ret_child);
}

int camipc_worker_spawn(const struct camipc_worker_command *command,
			struct camipc_child **ret_child, bool *ret_wrapped)
{
	const char *text = camipc_worker_wrapper_get();
	struct camipc_worker_wrapper *wrapper;
	int ret;

	*ret_wrapped = text;
	if (!text)
		return spawn_worker(command, ret_child);
	wrapper = malloc(sizeof(*wrapper));
	if (!wrapper)
		return -ENOMEM;
	ret = spawn_under(command, text, wrapper, ret_child);
	free(wrapper);
	return ret;
}
