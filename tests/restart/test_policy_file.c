/* SPDX-License-Identifier: MIT */
/* What a policy file says of restarts, queue and transport holds for proxies. */
#include "bed.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test_files.h"
#include "under_valgrind.h"

/** A manager with one policy file. */
struct office {
	char folder[TEST_PATH_SIZE];
	struct camipc_manager *manager;
	struct bed *bed;
};

static int set_up(void **state)
{
	struct office *office = calloc(1, sizeof(*office));

	assert_non_null(office);
	log_capture_begin();
	test_folder_make(office->folder);
	assert_int_equal(mkdir(test_path(office->folder, "policy.d"), 0755),
			 0);
	*state = office;
	return 0;
}

static int tear_down(void **state)
{
	struct office *office = *state;

	if (office->bed)
		bed_destroy(office->bed);
	camipc_manager_destroy(office->manager);
	test_folder_remove(office->folder);
	log_capture_end();
	free(office);
	return 0;
}

/** Makes a proxy under a policy with @rules for every module. */
static struct bed *make_bed(struct office *office, const char *rules,
			    const char *isolation)
{
	static const char *const workers[] = { PHOENIX_WORKER, NULL };
	static const char *const none[] = { NULL };
	static const char *const trusted[] = { PHOENIX_MODULE, NULL };
	const char *policies = test_path(office->folder, "policy.d");
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.module_paths = none,
		.worker_paths = workers,
		.trusted_paths = trusted,
		.policy_folder = policies,
		.no_install_paths = true,
	};
	char text[256];

	snprintf(text, sizeof(text), "modules:\n- match: {name: phoenix}\n%s", rules);
	test_file_write(test_path(policies, "10-test.yaml"), text,
			strlen(text), 0644);
	if (office->bed)
		bed_destroy(office->bed);
	camipc_manager_destroy(office->manager);
	office->bed = NULL;
	office->manager = NULL;
	assert_int_equal(camipc_manager_create(&options, &office->manager), 0);
	office->bed = bed_create_plain(office->manager, PHOENIX_MODULE,
				       isolation);
	return office->bed;
}

static void test_restart(void **state)
{
	struct bed *bed = make_bed(*state,
				   "  restart: {max: 2, window_ms: 60000}\n",
				   "process");

	bed_running(bed);
	bed_restart(bed);
	bed_restart(bed);
	bed_kill(bed, SIGKILL);
	bed_until(bed, &bed->n_closed, 1);
	bed_expect_state(bed, CAMIPC_STATE_DEAD);
	/* And a host may still turn them off. */
	bed = make_bed(*state, "  restart: {max: 2, window_ms: 60000}\n",
		       "process");
	assert_int_equal(camipc_proxy_set_restart(bed->proxy, NULL), 0);
	bed_running(bed);
	bed_kill(bed, SIGKILL);
	bed_until(bed, &bed->n_closed, 1);
	assert_int_equal(bed->n_restarted, 0);
}

/** max: 0 is none, and a thread cannot be restarted: one line says so. */
static void test_no_restart(void **state)
{
	struct bed *bed =
		make_bed(*state, "  restart: {max: 0}\n", "process");

	bed_running(bed);
	bed_kill(bed, SIGKILL);
	bed_until(bed, &bed->n_closed, 1);
	bed = make_bed(*state, "  restart: {max: 2, window_ms: 60000}\n",
		       "thread");
	assert_int_equal(log_capture_count(CAMIPC_LOG_INFO,
					   "a policy asks for restarts"),
			 1);
	bed_running(bed);
}

/** As many frames are underway, and the worker agrees. */
static void test_queue(void **state)
{
	static const struct {
		const char *rules;
		uint32_t frames;
	} each[] = {
		{ "  queue: 1\n", 1 },
		{ "  queue: 3\n", 2 }, /* a power of two */
		{ "  queue: 8\n", 8 },
		{ "  queue: 64\n", 16 }, /* the IDL's own queue */
	};

	for (size_t i = 0; i < 4; i++) {
		struct bed *bed = make_bed(*state, each[i].rules, "process");
		uint32_t n = 0;
		int ret;

		bed_running(bed);
		bed_kill(bed, SIGSTOP);
		while (test_phoenix_frame(bed->ipa, n) == 0)
			n++;
		assert_int_equal(n, each[i].frames);
		bed_kill(bed, SIGCONT);
		bed_until(bed, &bed->n_done, n);
		/* Credit comes back, but not always with the last event. */
		ret = test_phoenix_frame(bed->ipa, n);
		for (int j = 0; ret == -EAGAIN && j < 5000; j++) {
			usleep(1000);
			assert_int_equal(camipc_proxy_dispatch(bed->proxy), 0);
			ret = test_phoenix_frame(bed->ipa, n);
		}
		assert_int_equal(ret, 0);
		bed_until(bed, &bed->n_done, n + 1);
		assert_int_equal(bed->n_closed, 0);
	}
}

/** Its memory is mapped by the worker, or not. */
static bool has_shared_memory(const struct bed *bed)
{
	char line[512];
	char path[64];
	bool has = false;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps",
		 camipc_proxy_get_pid(bed->proxy));
	maps = fopen(path, "re");
	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		has = has || strstr(line, "memfd:camipc-ring");
	fclose(maps);
	return has;
}

static void test_transport(void **state)
{
	struct bed *bed = make_bed(*state, "  transport: shm\n", "process");

	bed_running(bed);
	assert_true(has_shared_memory(bed));
	bed = make_bed(*state, "  transport: socket\n", "process");
	bed_running(bed);
	assert_false(has_shared_memory(bed));
}

#define OFFICE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OFFICE_TEST(test_restart),
		OFFICE_TEST(test_no_restart),
		OFFICE_TEST(test_queue),
		OFFICE_TEST(test_transport),
	};

	if (under_valgrind()) {
		print_message("skipped: a worker that crashes leaves "
			      "descriptors, which valgrind reports\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
