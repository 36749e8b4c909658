/* SPDX-License-Identifier: MIT */
/* Copies of worker and modules, and proxies for them. */
#include "asking_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>

#include "under_valgrind.h"

#define NOBODY 65534
#define ARGUMENT_SIZE 512

char asking_folder[TEST_PATH_SIZE];

static char worker[TEST_PATH_SIZE + 16];

/* Dumpable as every program is that did not change its user. */
static bool become_nobody(void)
{
	return geteuid() == 0 && setgroups(0, NULL) == 0 &&
	       setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
	       setresuid(NOBODY, NOBODY, NOBODY) == 0 &&
	       prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

static void copy_module(const char *from)
{
	test_file_copy(from, test_path(asking_folder, strrchr(from, '/') + 1),
		       0755);
}

int asking_begin(const char *user)
{
	static const char *const modules[] = { ASKING_MODULES };

	if (under_valgrind() || TEST_SANITIZED) {
		print_message("skipped: the sandbox is off under sanitizers "
			      "and valgrind\n");
		return 77;
	}
	/* Everybody can use this one. */
	setenv("TMPDIR", "/tmp", 1);
	if (strcmp(user, "nobody") == 0 && !become_nobody()) {
		print_message("skipped: only root can become somebody else\n");
		return 77;
	}
	test_folder_make(asking_folder);
	chmod(asking_folder, 0755);
	snprintf(worker, sizeof(worker), "%s/camipc-worker", asking_folder);
	test_file_copy(ASKING_WORKER, worker, 0755);
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
		copy_module(modules[i]);
	return 0;
}

void asking_end(void)
{
	test_folder_remove(asking_folder);
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct asking_ipa *asking = user;

	asking->n_closed++;
	asking->reason = info->reason;
	snprintf(asking->system_call, sizeof(asking->system_call), "%s",
		 info->system_call ? info->system_call : "none");
}

void asking_create(struct asking_ipa *asking, const char *module,
		   const struct camipc_manager_options *options,
		   const char *steps)
{
	static const struct test_asking_events events = {
		.size = sizeof(events),
		.closed = on_closed,
	};
	static const char *workers[] = { worker, NULL };
	char path[TEST_PATH_SIZE + 64];
	const struct camipc_match match = {
		.path = path,
		.isolation = "process",
		.argument = steps,
	};
	struct camipc_manager_options all = { .size = sizeof(all) };

	memset(asking, 0, sizeof(*asking));
	if (options)
		all = *options;
	all.size = sizeof(all);
	all.worker_paths = workers;
	all.no_install_paths = true;
	asking->outcome = -1;
	snprintf(path, sizeof(path), "%s/%s", asking_folder, module);
	assert_int_equal(camipc_manager_create(&all, &asking->manager), 0);
	asking->error = test_asking_create(asking->manager, &match, &events,
					   asking, &asking->ipa);
	if (asking->error < 0)
		asking->ipa = NULL;
}

void asking_init(struct asking_ipa *asking)
{
	assert_non_null(asking->ipa);
	asking->error = test_asking_init(asking->ipa, &asking->outcome);
}

int asking_attempt(struct asking_ipa *asking, const char *steps)
{
	int32_t outcome = -1;

	return test_asking_attempt(asking->ipa, steps, &outcome) < 0 ? -1 :
								       outcome;
}

void asking_destroy(struct asking_ipa *asking)
{
	test_asking_destroy(asking->ipa);
	camipc_manager_destroy(asking->manager);
}

int asking_once(const char *module,
		const struct camipc_manager_options *options, const char *steps)
{
	struct asking_ipa asking;
	int ret;

	asking_create(&asking, module, options, steps);
	ret = asking.error;
	if (ret == 0) {
		asking_init(&asking);
		ret = asking.error < 0 ? asking.error : asking.outcome;
	}
	asking_destroy(&asking);
	return ret;
}

enum camipc_layer_state asking_layer(const struct asking_ipa *asking,
				     enum camipc_sandbox_layer layer)
{
	struct camipc_sandbox sandbox = { .size = sizeof(sandbox) };

	assert_int_equal(
		camipc_proxy_get_sandbox(test_asking_get_proxy(asking->ipa),
					 &sandbox),
		0);
	return sandbox.layers[layer].state;
}
