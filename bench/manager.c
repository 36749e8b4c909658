/* SPDX-License-Identifier: MIT */
/* Makes the manager of benchmarks that name their module by its path. */
#include "manager.h"

#include <camipc/error.h>
#include <camipc/manager.h>

#include "fail.h"

struct camipc_manager *bench_open_manager(void)
{
	static const char *const workers[] = { BENCH_WORKER_PATH, NULL };
	static const char *const none[] = { NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.module_paths = none,
		.worker_paths = workers,
		.no_install_paths = true,
	};
	struct camipc_manager *manager;
	int ret = camipc_manager_create(&options, &manager);

	if (ret < 0)
		bench_fail("manager: %s", camipc_strerror(ret));
	return manager;
}
