/* SPDX-License-Identifier: MIT */
/* The test bed of creation tests. */
#include "create_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log_capture.h"

/** Without a start role the IPA runs at once: calls must not warn. */
static const struct camipc_method methods[] = {
	{ .name = "poke", .id = 1, .when = CAMIPC_WHEN_ANY },
};

static const struct camipc_interface plain = {
	.size = sizeof(plain),
	.version = 2,
	.name = "ipa.plain",
	.compatible_since = 1,
	.codegen_revision = CAMIPC_CODEGEN_REVISION,
	.wire_fingerprint = UINT64_C(0x1122334455667788),
	.methods = methods,
	.n_methods = 1,
};

static void invoke_closed(const void *events, void *user,
			  const struct camipc_closed_info *info)
{
	(void)events;
	(void)user;
	(void)info;
}

const struct camipc_client plain_client = {
	.size = sizeof(plain_client),
	.descriptor = &plain,
	.invoke_closed = invoke_closed,
};

void create_use_worker(struct create_fixture *f, const char *worker,
		       bool isolate_all)
{
	const char *const modules[] = { f->folder, NULL };
	const char *const workers[] = { worker, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.module_paths = modules,
		.worker_paths = workers,
		.isolate_all = isolate_all,
		.no_install_paths = true,
	};

	camipc_manager_destroy(f->manager);
	assert_int_equal(camipc_manager_create(&options, &f->manager), 0);
}

int create_set_up(void **state)
{
	struct create_fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	fd_leak_take(&f->before);
	test_folder_make(f->folder);
	snprintf(f->worker, sizeof(f->worker), "%s", WORKER);
	create_use_worker(f, f->worker, false);
	log_capture_begin();
	*state = f;
	return 0;
}

int create_tear_down(void **state)
{
	struct create_fixture *f = *state;

	log_capture_end();
	camipc_manager_destroy(f->manager);
	test_folder_remove(f->folder);
	fd_leak_assert_none(&f->before);
	free(f);
	return 0;
}

void create_expect(struct create_fixture *f, const char *isolation,
		   const char *path, int error, const char *text)
{
	const struct camipc_match match = {
		.path = path,
		.isolation = isolation,
	};
	struct camipc_proxy *const untouched = (void *)f;
	struct camipc_proxy *proxy = untouched;
	struct fd_leak before;
	unsigned int lines;
	int ret;

	fd_leak_take(&before);
	log_capture_begin();
	ret = camipc_proxy_create(f->manager, &match, &plain_client, NULL,
				  NULL, &proxy);
	if (ret != error)
		fail_msg("%s, %s: got %d, expected %d", path, isolation, ret,
			 error);
	assert_ptr_equal(proxy, untouched);
	log_capture_expect(1, CAMIPC_LOG_ERROR, text);
	lines = log_capture_count_from(CAMIPC_LOG_ERROR);
	if (lines != 1)
		fail_msg("%s, %s: %u error lines", path, isolation, lines);
	fd_leak_assert_none(&before);
}

void create_expect_variant(struct create_fixture *f, const char *isolation,
			   const char *variant, int error, const char *text)
{
	create_expect(f, isolation, test_path(MODULES_FOLDER, variant), error,
		      text);
}
