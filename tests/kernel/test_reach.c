/* SPDX-License-Identifier: MIT */
/*
 * Tests that the sandbox which a worker reached is reported rightly on the
 * kernel that this runs on: test_reach [LAYER]... names the layers that this
 * kernel cannot have. Each other layer must be reached, and each refuses what it
 * must; a missing one is named, with its reason, by every way of asking.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/sandbox.h>

#include "hostile_ipa_proxy.h"
#include "log_capture.h"
#include "test_files.h"
#include "under_valgrind.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif
#define LANDLOCK_CREATE_VERSION 1u

/* Which Landlock the kernels have that these machines are made of. */
static const struct {
	const char *release;
	int abi;
} kernels[] = {
	{ "6.1.", 2 },
	{ "6.12.", 6 },
};

/* What is reported of a layer that the kernel does not have, or not whole. */
#define NO_KERNEL "the kernel does not have it"
#define OLD_KERNEL "the kernel has only a part of it"

/* The first version of Landlock with all that the layer "files" asks for. */
#define WHOLE_LANDLOCK 6

static const char **lacking;
static int n_lacking;

static bool is_lacking(unsigned int layer)
{
	const char *name = camipc_sandbox_layer_to_name(
		(enum camipc_sandbox_layer)layer);

	for (int i = 0; i < n_lacking; i++) {
		if (strcmp(lacking[i], name) == 0)
			return true;
	}
	return false;
}

static struct camipc_manager *make_manager(void)
{
	static const char *workers[] = { REACH_WORKER, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.no_install_paths = true,
	};
	struct camipc_manager *manager = NULL;

	assert_int_equal(camipc_manager_create(&options, &manager), 0);
	return manager;
}

static int create(struct camipc_manager *manager,
		  enum camipc_sandbox_mode mode, struct test_hostile **ret_ipa)
{
	static const struct test_hostile_events events = {
		.size = sizeof(events),
	};
	const struct camipc_match match = {
		.path = REACH_MODULE,
		.isolation = "process",
		.argument = "nothing 1 0 1 0 /tmp",
		.sandbox = mode,
	};

	return test_hostile_create(manager, &match, &events, NULL, ret_ipa);
}

static int set_up(void **state)
{
	(void)state;
	log_capture_begin();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	log_capture_end();
	return 0;
}

static int landlock_version(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
			    LANDLOCK_CREATE_VERSION);
}

/* The machine is the one that it is meant to be. */
static void landlock_has_the_version_of_its_kernel(void **state)
{
	const int abi = landlock_version();
	struct utsname name;

	(void)state;
	assert_int_equal(uname(&name), 0);
	print_message("Linux %s, Landlock %d\n", name.release, abi);
	if (is_lacking(CAMIPC_SANDBOX_FILES)) {
		assert_true(abi < 0);
		return;
	}
	assert_true(abi >= 1);
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		if (strncmp(name.release, kernels[i].release,
			    strlen(kernels[i].release)) == 0)
			assert_int_equal(abi, kernels[i].abi);
	}
}

static const char *why_of(unsigned int layer, enum camipc_layer_state state)
{
	if (state == CAMIPC_LAYER_MISSING)
		return NO_KERNEL;
	if (layer == CAMIPC_SANDBOX_FILES &&
	    landlock_version() < WHOLE_LANDLOCK)
		return OLD_KERNEL;
	return state == CAMIPC_LAYER_REACHED ? "" : NULL;
}

static void check_report(const struct camipc_sandbox *sandbox,
			 bool is_initialised)
{
	unsigned int failures = 0;

	for (unsigned int i = 0; i < sandbox->n_layers; i++) {
		const struct camipc_layer_report *layer = &sandbox->layers[i];
		enum camipc_layer_state wanted = CAMIPC_LAYER_REACHED;
		const char *why;

		if (is_lacking(i))
			wanted = CAMIPC_LAYER_MISSING;
		else if (i == CAMIPC_SANDBOX_SEAL && !is_initialised)
			wanted = CAMIPC_LAYER_PENDING;
		else if (i == CAMIPC_SANDBOX_NAMESPACES)
			wanted = CAMIPC_LAYER_OFF; /* nobody asked for them */
		else if (i == CAMIPC_SANDBOX_IDENTITY && geteuid() != 0)
			wanted = CAMIPC_LAYER_NOT_NEEDED;
		why = why_of(i, wanted);
		if (layer->state == wanted &&
		    (!why || strcmp(layer->why, why) == 0) &&
		    (layer->error < 0) == (wanted == CAMIPC_LAYER_MISSING))
			continue;
		print_error("layer %u (%s): state %d, expected %d; why \"%s\"\n",
			    i,
			    camipc_sandbox_layer_to_name(
				    (enum camipc_sandbox_layer)i),
			    layer->state, wanted, layer->why);
		failures++;
	}
	assert_int_equal(failures, 0);
}

static void each_layer_is_reported(void **state)
{
	struct camipc_sandbox sandbox = { .size = sizeof(sandbox) };
	struct camipc_manager *manager = make_manager();
	struct camipc_proxy *proxy;
	struct test_hostile *ipa;
	int32_t outcome = -1;

	(void)state;
	assert_int_equal(create(manager, CAMIPC_SANDBOX_BEST_EFFORT, &ipa), 0);
	proxy = test_hostile_get_proxy(ipa);
	assert_int_equal(camipc_proxy_get_sandbox(proxy, &sandbox), 0);
	assert_int_equal(sandbox.n_layers, CAMIPC_N_SANDBOX_LAYERS);
	check_report(&sandbox, false);
	assert_int_equal(test_hostile_init(ipa, &outcome), 0);
	assert_int_equal(outcome, 0);
	assert_int_equal(camipc_proxy_get_sandbox(proxy, &sandbox), 0);
	check_report(&sandbox, true);
	test_hostile_destroy(ipa);
	camipc_manager_destroy(manager);
}

/* Behind the seal, some refused calls end the worker. */
static void expect(struct test_hostile *ipa, const char *attack,
		   bool is_refused)
{
	int32_t outcome = -1;
	const int ret = test_hostile_attack(ipa, attack, &outcome);

	if (is_refused && ret == -EPIPE)
		return;
	assert_int_equal(ret, 0);
	if (is_refused)
		assert_true(outcome == EACCES || outcome == EPERM);
	else
		assert_int_equal(outcome, 0);
}

/* What is reported as reached also refuses, and only that. */
static void what_is_reached_refuses(void **state)
{
	struct camipc_manager *manager = make_manager();
	struct test_hostile *ipa;
	int32_t outcome = -1;

	(void)state;
	assert_int_equal(create(manager, CAMIPC_SANDBOX_BEST_EFFORT, &ipa), 0);
	assert_int_equal(test_hostile_init(ipa, &outcome), 0);
	expect(ipa, "list_root",
	       !is_lacking(CAMIPC_SANDBOX_FILES) ||
		       !is_lacking(CAMIPC_SANDBOX_SEAL));
	expect(ipa, "socket_pair", !is_lacking(CAMIPC_SANDBOX_CALLS));
	test_hostile_destroy(ipa);
	camipc_manager_destroy(manager);
}

static const char *first_lacking(void)
{
	for (unsigned int i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++) {
		if (is_lacking(i))
			return camipc_sandbox_layer_to_name(
				(enum camipc_sandbox_layer)i);
	}
	return NULL;
}

static void a_required_sandbox_fails_with_the_layer(void **state)
{
	struct camipc_manager *manager = make_manager();
	struct test_hostile *ipa = NULL;
	const int ret = create(manager, CAMIPC_SANDBOX_REQUIRED, &ipa);
	char wanted[64];

	(void)state;
	if (!first_lacking()) {
		assert_int_equal(ret, 0);
	} else {
		assert_true(ret < 0);
		assert_null(ipa);
		snprintf(wanted, sizeof(wanted), "its layer \"%s\"",
			 first_lacking());
		log_capture_expect(1, CAMIPC_LOG_ERROR, wanted);
	}
	test_hostile_destroy(ipa);
	camipc_manager_destroy(manager);
}

/* One line, with exactly the layers that are missing. */
static void the_log_names_what_is_missing(void **state)
{
	struct camipc_manager *manager = make_manager();
	struct test_hostile *ipa = NULL;
	char wanted[96];

	(void)state;
	assert_int_equal(create(manager, CAMIPC_SANDBOX_BEST_EFFORT, &ipa), 0);
	for (unsigned int i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++) {
		snprintf(wanted, sizeof(wanted), "%s (" NO_KERNEL ")",
			 camipc_sandbox_layer_to_name(
				 (enum camipc_sandbox_layer)i));
		log_capture_expect(is_lacking(i), CAMIPC_LOG_WARNING, wanted);
	}
	log_capture_expect(n_lacking > 0, CAMIPC_LOG_WARNING,
			   "the sandbox of the worker lacks");
	test_hostile_destroy(ipa);
	camipc_manager_destroy(manager);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(landlock_has_the_version_of_its_kernel),
		cmocka_unit_test_setup_teardown(each_layer_is_reported, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_is_reached_refuses, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			a_required_sandbox_fails_with_the_layer, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(the_log_names_what_is_missing,
						set_up, tear_down),
	};

	if (under_valgrind() || TEST_SANITIZED) {
		print_message("skipped: the sandbox is off under sanitizers "
			      "and valgrind\n");
		return 77;
	}
	lacking = (const char **)argv + 1;
	n_lacking = argc - 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
