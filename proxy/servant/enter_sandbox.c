/* SPDX-License-Identifier: MIT */
/* Puts together what the parent's hello grants, and enters the sandbox. */
#include "enter_sandbox.h"

#include <string.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "child_process.h"
#include "sandbox.h"
#include "system_call_name.h"
#include "worker.h"

#define TOPIC "worker"

/* Of a hello: each has a kind, a slash and a NUL. */
#define MAX_PATHS (CAMIPC_MAX_GRANTED_PATHS_SIZE / 3)

/** The paths of a hello, by their kind. */
struct granted {
	size_t n_read;
	size_t n_devices;
	const char *read[MAX_PATHS];
	const char *devices[MAX_PATHS];
};

/* The reader of the hello has checked that each ends with a NUL. */
static void sort_paths(const struct camipc_parent_hello *hello,
		       struct granted *granted)
{
	const char *paths = (const char *)hello->paths;
	size_t i = 0;

	granted->n_read = 0;
	granted->n_devices = 0;
	while (i < hello->paths_size) {
		if (paths[i] == 'r')
			granted->read[granted->n_read++] = paths + i + 1;
		else
			granted->devices[granted->n_devices++] = paths + i + 1;
		i += strlen(paths + i) + 1;
	}
}

void camipc_worker_enter_sandbox(const struct camipc_worker_place *place,
				 const struct camipc_parent_hello *hello,
				 struct camipc_worker_hello *answer)
{
	struct camipc_sandbox_request request = {
		.layers = hello->layers,
		.memory_mib = hello->memory_mib,
		.threads = hello->threads,
		.locks_memory = hello->flags & CAMIPC_HELLO_LOCKED,
		.module_fd = CAMIPC_WORKER_MODULE_FD,
		.module = place->module,
		.worker = place->program,
		.life_line_fd = CAMIPC_CHILD_LIFE_LINE_FD,
		.ioctls = hello->ioctls,
		.n_ioctls = hello->n_ioctls,
		.grants = hello->flags,
		.note = hello->flags & CAMIPC_GRANT_LEARN ? place->note : NULL,
		.note_user = place->user,
		.name_of_call = camipc_system_call_name,
	};
	struct camipc_sandbox_report report;
	struct granted granted;
	int load_fds[CAMIPC_MAX_LOADS];
	const char *loads[CAMIPC_MAX_LOADS];

	sort_paths(hello, &granted);
	request.read = granted.read;
	request.n_read = granted.n_read;
	request.devices = granted.devices;
	request.n_devices = granted.n_devices;
	for (uint32_t i = 0; i < hello->loads.n; i++) {
		load_fds[i] = hello->loads.files[i].fd;
		loads[i] = hello->loads.files[i].path;
	}
	request.load_fds = load_fds;
	request.loads = loads;
	request.n_loads = hello->loads.n;
	camipc_sandbox_enter(&request, &report);
	memcpy(answer->layers, report.layers, sizeof(answer->layers));
}

void camipc_worker_seal(void *user)
{
	int ret = camipc_sandbox_seal();

	(void)user;
	if (ret < 0)
		camipc_log(CAMIPC_LOG_WARNING, TOPIC,
			   "the sandbox cannot be sealed: %s",
			   camipc_errno_to_string(ret));
}
