/* SPDX-License-Identifier: MIT */
/*
 * Tests that a worker and its module allocate nothing per frame: a run of ten
 * times as many frames allocates as often. test_control_loop tests the host's
 * side.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <camipc/log.h>

#include "camera_run.h"
#include "under_valgrind.h"

#define FEW 30u
#define MANY 300u

/* Pools grow to the most messages that ever were on their way at once. */
#define MATTER_OF_TIMING 10u

static unsigned long allocations;

static void listen(void *user, enum camipc_log_level level, const char *topic,
		   const char *text)
{
	const char *count = strstr(text, "allocations: ");

	(void)user;
	(void)level;
	(void)topic;
	if (count)
		(void)!sscanf(count, "allocations: %lu", &allocations);
}

/** Allocations of a worker from its start to its end, with @n frames. */
static unsigned long count(uint32_t n)
{
	static const char *const modules[] = { SOFTISP_DIR, NULL };
	static const char *const workers[] = { COUNTING_WORKER, NULL };
	const struct camipc_manager_options manager_options = {
		.size = sizeof(manager_options),
		.module_paths = modules,
		.worker_paths = workers,
		.no_install_paths = true,
	};
	const struct virtual_camera_options options = {
		.width = 160,
		.height = 120,
		.isolation = "process",
	};
	struct camipc_manager *manager;
	struct virtual_camera *camera;
	struct virtual_frame frame;

	allocations = 0;
	assert_int_equal(camipc_manager_create(&manager_options, &manager), 0);
	camera = camera_run_start(manager, &options);
	for (uint32_t i = 0; i < n; i++)
		camera_take(camera, &frame);
	assert_int_equal(virtual_camera_stop(camera), 0);
	virtual_camera_destroy(camera);
	camipc_manager_destroy(manager);
	return allocations;
}

static void frames_allocate_nothing_in_the_worker(void **state)
{
	unsigned long few;
	unsigned long many;

	(void)state;
	SKIP_UNDER_VALGRIND(); /* it replaces every malloc(), this one too */
	camipc_log_set(listen, NULL, CAMIPC_LOG_DEBUG);
	few = count(FEW);
	many = count(MANY);
	camipc_log_set(NULL, NULL, CAMIPC_LOG_WARNING);
	assert_true(few > 0);
	assert_in_range(many, 0, few + MATTER_OF_TIMING);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_allocate_nothing_in_the_worker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
