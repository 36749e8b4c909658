/* SPDX-License-Identifier: MIT */
/*
 * Races a thread that exchanges, rewrites and cuts a signed module, or its
 * signature, against creations: what runs in this process is the content that
 * was signed, all of it, or nothing: threat 53.
 */
#include <errno.h>
#include <fcntl.h>
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
#include "signing_fixture.h"
#include "under_valgrind.h"

#define MARK "CAMIPC_TEST_EVIL"

/* Creations of each outcome that a race needs, and how long it may take: on a
 * busy machine the other thread may not run for a thousand creations. */
#define ENOUGH ((unsigned int)test_amount(50, 50, 5))
#define MOST_SECONDS test_amount(60, 60, 300)

/** A content of a file. */
struct content {
	void *bytes;
	size_t size;
};

/** What the other thread does: step @i of an attack. */
struct race {
	char module[TEST_PATH_SIZE];
	char next[TEST_PATH_SIZE];
	char signature[TEST_PATH_SIZE];
	struct content good;
	struct content evil;
	struct content signatures[2]; /* of both */
	void (*attack)(struct race *race, unsigned int i);
	atomic_bool over;
	pthread_t thread;
	struct signing_key key;
};

static struct race race;

static void write_at(const char *path, const struct content *content, size_t size)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0 || pwrite(fd, content->bytes, size, 0) != (ssize_t)size)
		abort();
	close(fd);
}

/* ---- attacks -------------------------------------------------------------- */

static void exchange(struct race *r, unsigned int i)
{
	const struct content *content = i % 2 ? &r->evil : &r->good;

	write_at(r->next, content, content->size);
	if (rename(r->next, r->module) < 0)
		abort();
}

static void rewrite(struct race *r, unsigned int i)
{
	const struct content *content = i % 2 ? &r->evil : &r->good;

	write_at(r->module, content, content->size);
	if (truncate(r->module, (off_t)content->size) < 0)
		abort();
}

/* Byte by byte where the two differ, so that a reader meets mixtures. */
static void rewrite_slowly(struct race *r, unsigned int i)
{
	const struct content *content = i % 2 ? &r->evil : &r->good;
	const int fd = open(r->module, O_WRONLY | O_CLOEXEC);

	for (size_t at = 0; at < content->size; at += 512) {
		const size_t left = content->size - at;
		const size_t size = left < 512 ? left : 512;

		if (pwrite(fd, (char *)content->bytes + at, size, (off_t)at) < 0)
			abort();
	}
	if (ftruncate(fd, (off_t)content->size) < 0)
		abort();
	close(fd);
}

static void cut(struct race *r, unsigned int i)
{
	if (i % 2)
		write_at(r->module, &r->good, r->good.size);
	else if (truncate(r->module, (off_t)(r->good.size / 2)) < 0)
		abort();
}

static void exchange_signature(struct race *r, unsigned int i)
{
	const struct content *content = &r->signatures[i % 2];

	write_at(r->next, content, content->size);
	if (rename(r->next, r->signature) < 0)
		abort();
}

/* ---- the race ------------------------------------------------------------- */

static void *run(void *user)
{
	struct race *r = user;

	for (unsigned int i = 0; !atomic_load(&r->over); i++)
		r->attack(r, i);
	return NULL;
}

static void read_content(struct content *content, const char *path)
{
	content->bytes = test_file_read(path, &content->size);
}

/** A manager without a worker: what is not trusted cannot be created. */
static void use_key(struct create_fixture *f)
{
	const char *const lines[] = { race.key.line, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.trusted_keys = lines,
		.no_install_paths = true,
	};

	camipc_manager_destroy(f->manager);
	assert_int_equal(camipc_manager_create(&options, &f->manager), 0);
}

static int set_up(void **state)
{
	struct create_fixture *f;
	struct signing_key other;

	create_set_up(state);
	f = *state;
	memset(&race, 0, sizeof(race));
	signing_key_make(&race.key);
	signing_key_make(&other);
	assert_int_equal(chmod(f->folder, 0777), 0);
	strcpy(race.module, test_path(f->folder, "m.so"));
	strcpy(race.next, test_path(f->folder, "next"));
	strcpy(race.signature, test_path(f->folder, "m.so.sig"));
	read_content(&race.good, test_path(MODULES_FOLDER, "plain.so"));
	read_content(&race.evil, test_path(MODULES_FOLDER, "evil.so"));
	write_at(race.module, &race.good, race.good.size);
	signing_sign_with(race.module, &other);
	read_content(&race.signatures[1], race.signature);
	signing_sign_with(race.module, &race.key);
	read_content(&race.signatures[0], race.signature);
	use_key(f);
	unsetenv(MARK);
	return 0;
}

static int tear_down(void **state)
{
	free(race.good.bytes);
	free(race.evil.bytes);
	free(race.signatures[0].bytes);
	free(race.signatures[1].bytes);
	return create_tear_down(state);
}

/** Returns true if an IPA was created; it is a good one, in this process. */
static bool create_one(struct create_fixture *f)
{
	const struct camipc_match match = { .path = race.module };
	struct camipc_proxy *proxy;
	int ret = camipc_proxy_create(f->manager, &match, &plain_client, NULL,
				      NULL, &proxy);

	assert_null(getenv(MARK));
	if (ret < 0)
		return false;
	assert_string_equal(camipc_proxy_get_isolation(proxy), "thread");
	assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL), 0);
	camipc_proxy_destroy(proxy);
	return true;
}

static void run_race(struct create_fixture *f,
		     void (*attack)(struct race *race, unsigned int i))
{
	const time_t end = time(NULL) + MOST_SECONDS;
	unsigned int met[2] = { 0 };

	race.attack = attack;
	atomic_store(&race.over, false);
	assert_int_equal(pthread_create(&race.thread, NULL, run, &race), 0);
	while ((met[0] < ENOUGH || met[1] < ENOUGH) && time(NULL) < end)
		met[create_one(f)]++;
	atomic_store(&race.over, true);
	pthread_join(race.thread, NULL);
	/* Both were met, or nothing was raced. */
	assert_true(met[0] >= ENOUGH && met[1] >= ENOUGH);
}

static void a_module_that_is_exchanged(void **state)
{
	run_race(*state, exchange);
}

static void a_module_that_is_rewritten(void **state)
{
	run_race(*state, rewrite);
}

static void a_module_that_is_rewritten_slowly(void **state)
{
	run_race(*state, rewrite_slowly);
}

static void a_module_that_is_cut(void **state)
{
	run_race(*state, cut);
}

static void a_signature_that_is_exchanged(void **state)
{
	run_race(*state, exchange_signature);
}

/* The control: signed, the other content runs here and leaves its mark. */
static void evil_leaves_its_mark(void **state)
{
	write_at(race.module, &race.evil, race.evil.size);
	signing_sign_with(race.module, &race.key);
	{
		const struct camipc_match match = { .path = race.module };
		struct create_fixture *f = *state;
		struct camipc_proxy *proxy;

		assert_int_equal(camipc_proxy_create(f->manager, &match,
						     &plain_client, NULL, NULL,
						     &proxy),
				 0);
		camipc_proxy_destroy(proxy);
	}
	assert_non_null(getenv(MARK));
	unsetenv(MARK);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_module_that_is_exchanged),
		T(a_module_that_is_rewritten),
		T(a_module_that_is_rewritten_slowly),
		T(a_module_that_is_cut),
		T(a_signature_that_is_exchanged),
		T(evil_leaves_its_mark),
	};

	if (!camipc_crypto_is_built_in()) {
		printf("skipped: built without libcrypto\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
