/* SPDX-License-Identifier: MIT */
/* The test bed of manager tests. */
#include "manager_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "ipa_link.h"
#include "load_files.h"
#include "log_capture.h"
#include "module_file.h"

/* The manager knows backends by their registration only. */
static int create_nothing(const struct camipc_link_params *params,
			  struct camipc_link **ret_link)
{
	(void)params;
	(void)ret_link;
	return -ENOSYS;
}

const struct camipc_proxy_factory thread_factory = {
	.size = sizeof(thread_factory),
	.name = "thread",
	.create = create_nothing,
	.runs_here = true,
};
const struct camipc_proxy_factory process_factory = {
	.size = sizeof(process_factory),
	.name = "process",
	.create = create_nothing,
};

CAMIPC_REGISTER_PROXY_FACTORY(thread_factory)
CAMIPC_REGISTER_PROXY_FACTORY(process_factory)

const struct camipc_interface plain_interface = {
	.size = sizeof(plain_interface),
	.version = 2,
	.name = "ipa.plain",
	.compatible_since = 1,
	.codegen_revision = CAMIPC_CODEGEN_REVISION,
	.wire_fingerprint = FINGERPRINT,
};

struct camipc_manager *manager_make(const struct manager_fixture *f,
					   const char *trusted, bool isolate)
{
	const char *const modules[] = { f->folder, f->second, NULL };
	const char *const trusted_paths[] = { trusted, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.module_paths = modules,
		.trusted_paths = trusted_paths,
		.isolate_all = isolate,
		.no_install_paths = true,
	};
	struct camipc_manager *manager;

	assert_int_equal(camipc_manager_create(&options, &manager), 0);
	return manager;
}

int manager_set_up(void **state)
{
	struct manager_fixture *f = calloc(1, sizeof(*f));

	fd_leak_take(&f->before);
	test_folder_make(f->folder);
	strcpy(f->second, test_path(f->folder, "second"));
	assert_int_equal(mkdir(f->second, 0755), 0);
	f->manager = manager_make(f, NULL, false);
	log_capture_begin();
	*state = f;
	return 0;
}

int manager_tear_down(void **state)
{
	struct manager_fixture *f = *state;

	log_capture_end();
	camipc_manager_destroy(f->manager);
	test_folder_remove(f->folder);
	fd_leak_assert_none(&f->before);
	free(f);
	return 0;
}

void manager_put(const char *folder, const char *name, const char *variant)
{
	test_file_copy(test_path(MODULES_FOLDER, variant),
		       test_path(folder, name), 0755);
}

int manager_choose(struct manager_fixture *f, const struct camipc_match *match)
{
	struct camipc_module_file file;
	struct camipc_load_files loads;
	int ret;

	f->factory = NULL;
	memset(&f->found, 0, sizeof(f->found));
	ret = camipc_manager_choose(f->manager, match, &plain_interface,
				    &f->found, &file, &loads, &f->settings,
				    &f->factory);
	camipc_load_files_close(&loads);
	assert_int_equal(file.fd >= 0, ret == 0);
	camipc_module_file_close(&file);
	return ret;
}

int manager_choose_named(struct manager_fixture *f, const char *name)
{
	const struct camipc_match match = { .module = name };

	return manager_choose(f, &match);
}

void manager_expect_path(const struct manager_fixture *f, const char *folder,
			const char *name)
{
	assert_string_equal(f->found.path, test_path(folder, name));
}
