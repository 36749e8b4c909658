/* SPDX-License-Identifier: MIT */
/* Starts the worker program, by itself or under a developer's wrapper. */
#include "worker_spawn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "child_process.h"
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
	"LANG", "LC_ALL", "TZ", "CAMIPC_DEADLINE_SCALE", SANITIZER_OPTIONS

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

static int spawn(const struct camipc_worker_command *command, const char *path,
		 char *const *argv, const char *const *names,
		 struct camipc_child **ret_child)
{
	const struct camipc_child_options options = {
		.path = path,
		.argv = argv,
		.environment = names,
		.fds = &command->channel_fd,
		.n_fds = 1,
	};
	int ret = camipc_child_spawn(&options, ret_child);

	if (ret < 0)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: cannot start the worker %s: %s", command->name,
			   path, camipc_errno_to_string(ret));
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
	ret = spawn(command, wrapper->path, wrapper->argv, wrapper_environment,
		    ret_child);
	if (ret < 0)
		return ret;
	camipc_log(CAMIPC_LOG_WARNING, TOPIC,
		   "%s: THE WORKER RUNS UNDER '%s' (CAMIPC_WORKER_WRAPPER): "
		   "NO DEADLINES, NO SANDBOX",
		   command->name, text);
	return 0;
}

int camipc_worker_spawn(const struct camipc_worker_command *command,
			struct camipc_child **ret_child, bool *ret_wrapped)
{
	char *argv[] = { (char *)(uintptr_t)command->worker,
			 (char *)(uintptr_t)command->module, NULL };
	const char *text = camipc_worker_wrapper_get();
	struct camipc_worker_wrapper *wrapper;
	int ret;

	*ret_wrapped = text;
	if (!text)
		return spawn(command, command->worker, argv, environment,
			     ret_child);
	wrapper = malloc(sizeof(*wrapper));
	if (!wrapper)
		return -ENOMEM;
	ret = spawn_under(command, text, wrapper, ret_child);
	free(wrapper);
	return ret;
}
