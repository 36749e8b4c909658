/* SPDX-License-Identifier: MIT */
/*
 * Races a thread that exchanges files against creations: a module that is not
 * trusted never runs in this process, and the file that is loaded is the one
 * that was inspected: threat 53.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "create_fixture.h"
#include "under_valgrind.h"

#define MARK "CAMIPC_TEST_EVIL"

/* Creations of each kind that a race needs, and how long it may take: on a busy
 * machine the other thread may not run for a thousand creations. */
#define ENOUGH ((unsigned int)test_amount(25, 25, 5))
#define MOST_SECONDS test_amount(60, 60, 300)

/** What the other thread exchanges: the name @path, again and again. */
struct race {
	char path[TEST_PATH_SIZE];
	char next[TEST_PATH_SIZE];
	char targets[2][TEST_PATH_SIZE];
	bool links; /* symbolic links to the targets, else hard links */
	atomic_bool over;
	pthread_t thread;
};

static void *exchange(void *user)
{
	struct race *race = user;

	for (unsigned int i = 0; !atomic_load(&race->over); i++) {
		const char *target = race->targets[i % 2];
		int ret = race->links ? symlink(target, race->next) :
					link(target, race->next);

		if (ret < 0 || rename(race->next, race->path) < 0)
			return user;
		/* A rename between two names of one file does nothing. */
		unlink(race->next);
	}
	return NULL;
}

/** Folders "trusted", which only we change, and "open" to everybody. */
static void prepare(struct create_fixture *f, struct race *race,
		    const char *trusted, bool links)
{
	const char *const trusted_paths[] = { trusted, NULL };
	const char *const workers[] = { f->worker, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.trusted_paths = trusted_paths,
		.worker_paths = workers,
		.no_install_paths = true,
	};

	camipc_manager_destroy(f->manager);
	assert_int_equal(camipc_manager_create(&options, &f->manager), 0);
	assert_int_equal(mkdir(test_path(f->folder, "trusted"), 0755), 0);
	assert_int_equal(mkdir(test_path(f->folder, "open"), 0755), 0);
	assert_int_equal(chmod(test_path(f->folder, "open"), 0777), 0);
	test_file_copy(test_path(MODULES_FOLDER, "plain.so"),
		       test_path(f->folder, "trusted/plain.so"), 0644);
	test_file_copy(test_path(MODULES_FOLDER, "evil.so"),
		       test_path(f->folder, "open/evil.so"), 0644);
	memset(race, 0, sizeof(*race));
	strcpy(race->path, test_path(f->folder, "open/m.so"));
	strcpy(race->next, test_path(f->folder, "open/next"));
	strcpy(race->targets[0], test_path(f->folder, "trusted/plain.so"));
	strcpy(race->targets[1], test_path(f->folder, "open/evil.so"));
	race->links = links;
	assert_int_equal(links ? symlink(race->targets[0], race->path) :
				 link(race->targets[0], race->path),
			 0);
	unsetenv(MARK);
}

static void start_race(struct race *race)
{
	assert_int_equal(pthread_create(&race->thread, NULL, exchange, race),
			 0);
}

static void end_race(struct race *race)
{
	void *failed;

	atomic_store(&race->over, true);
	pthread_join(race->thread, &failed);
	assert_null(failed);
}

/** Creates and destroys one proxy for the name that changes. Returns true if it
 *  ran in a process. */
static bool create_one(struct create_fixture *f, const struct race *race)
{
	const struct camipc_match match = { .path = race->path };
	struct camipc_proxy *proxy;
	bool in_process;

	assert_int_equal(camipc_proxy_create(f->manager, &match, &plain_client,
					     NULL, NULL, &proxy),
			 0);
	assert_null(getenv(MARK));
	in_process = strcmp(camipc_proxy_get_isolation(proxy), "process") == 0;
	camipc_proxy_destroy(proxy);
	return in_process;
}

/* The attack of the issue: the trusted one is found, the other one loaded. */
static void a_link_that_flips(void **state)
{
	struct create_fixture *f = *state;
	struct race race;
	const time_t end = time(NULL) + MOST_SECONDS;
	unsigned int met[2] = { 0 };

	prepare(f, &race, test_path(f->folder, "trusted"), true);
	start_race(&race);
	while ((met[0] < ENOUGH || met[1] < ENOUGH) && time(NULL) < end)
		met[create_one(f, &race)]++;
	end_race(&race);
	/* Both were met, or nothing was raced. */
	assert_true(met[0] >= ENOUGH && met[1] >= ENOUGH);
}

/* A folder that others may write to is not trusted, whatever the host says. */
static void a_trusted_folder_of_others(void **state)
{
	struct create_fixture *f = *state;
	struct race race;

	prepare(f, &race, f->folder, false);
	start_race(&race);
	for (unsigned int i = 0; i < ENOUGH; i++)
		assert_true(create_one(f, &race));
	end_race(&race);
}

/* The control: when the pipeline asks for it, evil.so does run here. */
static void evil_leaves_its_mark(void **state)
{
	struct create_fixture *f = *state;
	const struct camipc_match match = {
		.path = test_path(MODULES_FOLDER, "evil.so"),
		.isolation = "thread",
	};
	struct camipc_proxy *proxy;

	assert_int_equal(camipc_proxy_create(f->manager, &match, &plain_client,
					     NULL, NULL, &proxy),
			 0);
	assert_non_null(getenv(MARK));
	camipc_proxy_destroy(proxy);
	unsetenv(MARK);
}

#define T(name) \
	cmocka_unit_test_setup_teardown(name, create_set_up, create_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_link_that_flips),
		T(a_trusted_folder_of_others),
		T(evil_leaves_its_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
