/* SPDX-License-Identifier: MIT */
/*
 * Tests that frames and metadata are the same bytes however the IPA runs: for
 * several seeds, scenes and sizes, and in unusual hosts.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include "camera_run.h"
#include "fd_leak.h"
#include "german.h"

#define N_FRAMES 16

static struct virtual_camera_options small(uint64_t seed, const char *isolation)
{
	struct virtual_camera_options options = {
		.width = 160,
		.height = 120,
		.seed = seed,
		.light = "0=1@5000,4=4@3000,8~0.3@6500",
		.isolation = isolation,
	};

	return options;
}

static void expect_same(struct virtual_camera_options options,
			uint64_t expected)
{
	size_t i;

	for (i = 0; camera_isolations[i]; i++) {
		options.isolation = camera_isolations[i];
		if (camera_hash_run(&options, N_FRAMES) != expected)
			fail_msg("%s differs", options.isolation);
	}
}

static void every_isolation_gives_the_same(void **state)
{
	uint64_t last = 0;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 3; seed++) {
		struct virtual_camera_options options = small(seed, "thread");
		uint64_t hash = camera_hash_run(&options, N_FRAMES);

		assert_true(hash != last);
		last = hash;
		expect_same(options, hash);
	}
}

static void sizes_too(void **state)
{
	static const uint32_t sizes[][2] = { { 64, 64 }, { 322, 94 } };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct virtual_camera_options options = small(9, "thread");

		options.width = sizes[i][0];
		options.height = sizes[i][1];
		expect_same(options, camera_hash_run(&options, N_FRAMES));
	}
}

#define MAX_FDS 200
#define USED_FDS (MAX_FDS * 6 / 10)

static int used_fds[USED_FDS];

/* Uses 60 % of the descriptors that may be open. */
static void use_up_fds(struct rlimit *before)
{
	struct rlimit limit = { .rlim_cur = MAX_FDS };
	unsigned int i;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, before), 0);
	limit.rlim_max = before->rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (i = 0; i < USED_FDS; i++) {
		used_fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		assert_true(used_fds[i] >= 0);
	}
}

static void give_back_fds(const struct rlimit *before)
{
	unsigned int i;

	for (i = 0; i < USED_FDS; i++)
		close(used_fds[i]);
	setrlimit(RLIMIT_NOFILE, before);
}

static void odd_hosts_too(void **state)
{
	struct virtual_camera_options options = small(4, "thread");
	uint64_t expected = camera_hash_run(&options, N_FRAMES);
	struct rlimit before;
	struct fd_leak leak;

	(void)state;
	/* Where the locale cannot be made, the rest is still odd enough. */
	(void)german_begin();
	signal(SIGCHLD, SIG_IGN);
#if defined(__SSE__)
	_mm_setcsr(_mm_getcsr() | 0x8040); /* FTZ, DAZ */
#endif
	use_up_fds(&before);
	fd_leak_take(&leak);
	expect_same(options, expected);
	fd_leak_assert_none(&leak);

	give_back_fds(&before);
#if defined(__SSE__)
	_mm_setcsr(_mm_getcsr() & ~0x8040u);
#endif
	signal(SIGCHLD, SIG_DFL);
	german_end();
}

/* Several cameras in one process do not hear of each other. */
static void cameras_side_by_side(void **state)
{
	struct virtual_camera_options options[3];
	struct virtual_camera *cameras[3];
	struct camipc_manager *manager = camera_manager();
	uint64_t hashes[3];
	uint32_t n;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		options[i] = small(20 + i, camera_isolations[i]);
		cameras[i] = camera_run_start(manager, &options[i]);
		hashes[i] = UINT64_C(0xcbf29ce484222325);
	}
	for (n = 0; n < N_FRAMES; n++)
		for (i = 0; i < 3; i++) {
			struct virtual_frame frame;

			camera_take(cameras[i], &frame);
			hashes[i] = camera_hash(hashes[i], &frame);
		}
	for (i = 0; i < 3; i++)
		virtual_camera_destroy(cameras[i]);
	camipc_manager_destroy(manager);
	for (i = 0; i < 3; i++)
		assert_true(camera_hash_run(&options[i], N_FRAMES) ==
			    hashes[i]);
}

static void stops_and_starts_again(void **state)
{
	struct camipc_manager *manager = camera_manager();
	uint64_t hashes[3];
	size_t i;
	uint32_t n;

	(void)state;
	for (i = 0; camera_isolations[i]; i++) {
		struct virtual_camera_options options =
			small(5, camera_isolations[i]);
		struct virtual_camera *camera = camera_run_start(manager, &options);

		hashes[i] = 0;
		for (n = 0; n < 12; n++) {
			struct virtual_frame frame;

			if (n % 4 == 3) {
				assert_int_equal(virtual_camera_stop(camera),
						 0);
				assert_int_equal(virtual_camera_start(camera),
						 0);
			}
			camera_take(camera, &frame);
			hashes[i] = camera_hash(hashes[i], &frame);
		}
		virtual_camera_destroy(camera);
	}
	camipc_manager_destroy(manager);
	assert_true(hashes[0] == hashes[1]);
	assert_true(hashes[0] == hashes[2]);
}

static struct fd_leak before_test;

static int count(void **state)
{
	(void)state;
	fd_leak_take(&before_test);
	return 0;
}

static int compare(void **state)
{
	(void)state;
	fd_leak_assert_none(&before_test);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_isolation_gives_the_same,
						count, compare),
		cmocka_unit_test_setup_teardown(sizes_too, count, compare),
		cmocka_unit_test_setup_teardown(cameras_side_by_side, count,
						compare),
		cmocka_unit_test_setup_teardown(stops_and_starts_again, count,
						compare),
		cmocka_unit_test_setup_teardown(odd_hosts_too, count, compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
