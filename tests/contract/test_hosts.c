/* SPDX-License-Identifier: MIT */
/*
 * Tests unusual hosts: signal settings, locales, used-up descriptors and other
 * threads must make no difference to a camera. Each test turns this process
 * into such a host, and then acts as a pipeline handler.
 */
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contract.h"
#include "forked.h"
#include "german.h"
#include "under_valgrind.h"

/* Slow hosts are not what is tested here. */
#define PATIENT_MS 60000

/** What a pipeline handler does with an IPA that is in Created. */
static void work(struct contract *c)
{
	const struct test_echo_plane plane = { .fd = c->gate[0] };
	int32_t sum = 0;

	camipc_proxy_set_timeout(c->proxy, PATIENT_MS);
	contract_ready(c);
	assert_int_equal(test_echo_add(c->ipa, 40, 2, &sum), 0);
	assert_int_equal(sum, 42);
	for (int run = 0; run < test_amount(3, 3, 1); run++) {
		size_t before = c->n_events;

		contract_plan(c, TEST_ECHO_START, TEST_ECHO_TICK, 2);
		contract_start(c);
		for (uint32_t i = 0; i < 20; i++)
			assert_int_equal(test_echo_push(c->ipa, i), 0);
		assert_int_equal(test_echo_push_plane(c->ipa, &plane, NULL, 0),
				 0);
		assert_int_equal(test_echo_slow(c->ipa, run), run);
		contract_dispatch_events(c, before + 23);
		assert_int_equal(test_echo_stop(c->ipa), 0);
	}
}

/** The same with a proxy of its own, from birth to death. */
static void work_anew(struct contract *c)
{
	test_echo_destroy(c->ipa);
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
	work(c);
}

/** Kills the worker, if there is one, and hears of it. */
static void lose_worker(struct contract *c)
{
	if (contract_is_local())
		return;
	contract_start(c);
	contract_kill_worker(c, SIGKILL);
	contract_dispatch_closed(c);
	assert_int_equal(c->n_closed, 1);
	assert_int_equal(test_echo_push(c->ipa, 1), -EPIPE);
	c->n_closed = 0;
}

/* ---- what hosts have set ----------------------------------------------- */

/** de_DE: a decimal comma in the host, and a point in the module. */
static void german(void **state)
{
	struct contract *c = *state;
	struct test_echo_place place;

	if (!german_begin())
		skip();
	assert_string_equal(localeconv()->decimal_point, ",");
	work_anew(c);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(test_echo_where(c->ipa, &place), 0);
		assert_string_equal(place.decimal_point, ".");
		test_echo_place_clear(&place);
		assert_string_equal(localeconv()->decimal_point, ",");
		contract_start(c);
		assert_int_equal(test_echo_stop(c->ipa), 0);
	}
	german_end();
}

/** Another rounding mode, from before the IPA was born. */
static void rounding_upwards(void **state)
{
	struct contract *c = *state;
	struct test_echo_place place = { 0 };
	int after;

	fesetround(FE_UPWARD);
	work_anew(c);
	contract_start(c);
	assert_int_equal(test_echo_where(c->ipa, &place), 0);
	after = fegetround();
	fesetround(FE_TONEAREST);
	assert_int_equal(after, FE_UPWARD);
	assert_true(place.rounds_to_nearest);
	test_echo_place_clear(&place);
}

/** With SIGPIPE's default a single careless write would end the host. */
static void sigpipe_kills(void **state)
{
	struct contract *c = *state;
	void (*old)(int number) = signal(SIGPIPE, SIG_DFL);

	work(c);
	if (!contract_is_local()) {
		contract_start(c);
		contract_kill_worker(c, SIGKILL);
		/* Nobody has noticed yet: these write to a dead worker. */
		for (int i = 0; i < 200; i++) {
			int ret = test_echo_push(c->ipa, 1);

			assert_true(ret == 0 || ret == -EAGAIN ||
				    ret == -EPIPE);
		}
		assert_int_equal(test_echo_slow(c->ipa, 1), -EPIPE);
	}
	signal(SIGPIPE, old);
}

/* ---- who reaps, and whom ----------------------------------------------- */

/** Threat 41: the kernel reaps the worker, its status is nobody's. */
static void sigchld_ignored(void **state)
{
	struct contract *c = *state;
	void (*old)(int number) = signal(SIGCHLD, SIG_IGN);

	work_anew(c);
	lose_worker(c);
	if (!contract_is_local()) {
		assert_false(c->closed.status_known);
		work_anew(c);
	}
	test_echo_destroy(c->ipa);
	signal(SIGCHLD, old);
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
}

/** Reaps any child, as the main loop of many hosts does. */
static void *reap_everybody(void *user)
{
	sigset_t awaited;
	int number = 0;

	(void)user;
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	sigaddset(&awaited, SIGUSR1);
	while (number != SIGUSR1) {
		if (sigwait(&awaited, &number) != 0)
			break;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	return NULL;
}

/** Threat 41: a thread of the host's that waits for any child. */
static void reaper_thread(void **state)
{
	struct contract *c = *state;
	pthread_t thread;
	sigset_t blocked;
	sigset_t old;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigaddset(&blocked, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &blocked, &old);
	assert_int_equal(pthread_create(&thread, NULL, reap_everybody, NULL),
			 0);
	for (int i = 0; i < test_amount(5, 5, 1); i++) {
		work_anew(c);
		lose_worker(c);
	}
	test_echo_destroy(c->ipa);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
}

/** Everybody's orphans become this process's children: none is left. */
static void subreaper(void **state)
{
	struct contract *c = *state;

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	for (int i = 0; i < test_amount(3, 3, 1); i++) {
		work_anew(c);
		lose_worker(c);
	}
	test_echo_destroy(c->ipa);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
}

/* ---- threads of the host's --------------------------------------------- */

/** A whole life; returns the first error, or 0. */
static int live_shortly(struct contract *c)
{
	struct test_echo_defaults defaults;
	struct test_echo *own = NULL;
	int ret;

	test_echo_defaults_init(&defaults);
	ret = test_echo_create(c->manager, &contract_match, NULL, NULL, &own);
	if (ret < 0)
		return ret;
	camipc_proxy_set_timeout(test_echo_get_proxy(own), PATIENT_MS);
	ret = test_echo_init(own, "", &defaults);
	if (ret == 0)
		ret = test_echo_start(own);
	if (ret == 0)
		ret = test_echo_slow(own, 3) == 3 ? 0 : -EIO;
	if (ret == 0)
		ret = test_echo_stop(own);
	test_echo_destroy(own);
	return ret;
}

static void *be_short_lived(void *user)
{
	int ret = live_shortly(user);

	if (ret < 0)
		print_error("a short life: %s\n", camipc_strerror(ret));
	return ret < 0 ? NULL : user;
}

/** Threads that each use an IPA of their own and end. */
static void short_lived_threads(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	for (int i = 0; i < test_amount(10, 10, 1); i++) {
		pthread_t threads[2];
		void *good = NULL;

		for (int k = 0; k < 2; k++)
			assert_int_equal(pthread_create(&threads[k], NULL,
							be_short_lived, c),
					 0);
		for (int k = 0; k < 2; k++) {
			pthread_join(threads[k], &good);
			assert_ptr_equal(good, c);
		}
	}
	/* What belongs to this thread has not noticed. */
	assert_int_equal(test_echo_slow(c->ipa, 5), 5);
}

static void *create_and_end(void *user)
{
	struct contract *c = user;
	struct test_echo_defaults defaults;
	struct test_echo *own = NULL;

	test_echo_defaults_init(&defaults);
	if (test_echo_create(c->manager, &contract_match, NULL, NULL, &own) <
		    0 ||
	    test_echo_init(own, "", &defaults) < 0 || test_echo_start(own) < 0)
		return NULL;
	return own;
}

/** A worker's life does not hang on the thread that made it. */
static int outlives_its_creator(void *user)
{
	struct contract *c = user;
	struct pollfd pfd = { .events = POLLIN };
	struct camipc_proxy *proxy;
	pthread_t thread;
	void *own = NULL;

	if (pthread_create(&thread, NULL, create_and_end, c) != 0 ||
	    pthread_join(thread, &own) != 0 || !own)
		return 1;
	proxy = test_echo_get_proxy(own);
	if (camipc_proxy_get_state(proxy) != CAMIPC_STATE_RUNNING)
		return 2;
	/* A death would show here, without any call. */
	pfd.fd = test_echo_get_fd(own);
	return poll(&pfd, 1, 50) == 0 ? 0 : 3;
}

static void creating_thread_ends(void **state)
{
	assert_int_equal(forked_call(outlives_its_creator, *state), 0);
}

/* ---- what hosts have used up ------------------------------------------- */

#define N_USED 120

/** Opens files until the numbers below N_USED are taken, and notes which. */
static void use_up(bool ours[N_USED])
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && fd < N_USED) {
		ours[fd] = true;
		fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	}
	close(fd);
}

static void give_back(const bool ours[N_USED])
{
	for (int fd = 0; fd < N_USED; fd++)
		if (ours[fd])
			close(fd);
}

static void set_soft_limit(rlim_t n)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = n;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/** Most of what a host may have open is open already. */
static void sixty_percent_of_descriptors(void **state)
{
	struct contract *c = *state;
	bool ours[N_USED] = { false };
	struct rlimit old;

	SKIP_UNDER_VALGRIND();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	set_soft_limit(200);
	use_up(ours);
	work_anew(c);
	lose_worker(c);
	work_anew(c);
	give_back(ours);
	set_soft_limit(old.rlim_cur);
}

#define N_PROXIES 64
#define N_PLANES 24 /* eight buffers of three planes */

/** A camera of many, and what it has open of its buffers. */
struct camera {
	struct test_echo *ipa;
	const int *planes;
	size_t n_planes;
};

/** Buffers that the IPA gives back, as descriptors of this process. */
static int map_buffers(struct camera *camera, int fd)
{
	struct test_echo_plane none;
	int planes[N_PLANES];

	test_echo_plane_init(&none);
	for (int i = 0; i < N_PLANES; i++)
		planes[i] = fd;
	return test_echo_exchange(camera->ipa, -1, planes, N_PLANES, &none,
				  NULL, 0, NULL, &camera->planes,
				  &camera->n_planes, NULL, NULL, NULL);
}

static void close_camera(struct camera *camera)
{
	test_echo_destroy(camera->ipa);
	for (size_t i = 0; i < camera->n_planes; i++)
		close(camera->planes[i]);
	camipc_clear_array(camera->planes);
	*camera = (struct camera){ 0 };
}

/** One more, with all its buffers; or -EMFILE and nothing. */
static int open_camera(struct contract *c, struct camera *camera)
{
	struct test_echo_defaults defaults;
	int ret;

	*camera = (struct camera){ 0 };
	test_echo_defaults_init(&defaults);
	ret = test_echo_create(c->manager, &contract_match, &contract_events, c,
			       &camera->ipa);
	if (ret < 0) {
		assert_null(camera->ipa);
		return ret;
	}
	camipc_proxy_set_timeout(test_echo_get_proxy(camera->ipa), PATIENT_MS);
	ret = test_echo_init(camera->ipa, "", &defaults);
	if (ret == 0)
		ret = test_echo_start(camera->ipa);
	if (ret == 0)
		ret = map_buffers(camera, c->gate[0]);
	if (ret < 0) {
		/* It is there, and works: there was only no room for that. */
		assert_int_not_equal(camipc_proxy_get_state(
					     test_echo_get_proxy(camera->ipa)),
				     CAMIPC_STATE_DEAD);
		assert_null(camera->planes);
		close_camera(camera);
	}
	return ret;
}

/**
 * Threat 28: 64 cameras of 8 buffers of 3 planes do not fit into 1,024
 * descriptors. Those that fit work, the others get an error, and no IPA is
 * blamed.
 */
static void too_many_buffers(void **state)
{
	struct contract *c = *state;
	static struct camera cameras[N_PROXIES];
	struct fd_leak before;
	struct rlimit old;
	int refused = 0;
	int n = 0;

	SKIP_UNDER_VALGRIND();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	fd_leak_take(&before);
	set_soft_limit(1024);
	for (int i = 0; i < N_PROXIES; i++) {
		int ret = open_camera(c, &cameras[n]);

		/* In this process the module finds no room, either. */
		if (ret != -EMFILE && !(ret == -EPROTO && contract_is_local()))
			assert_int_equal(ret, 0);
		if (ret == 0)
			n++;
		else if (++refused > 3)
			break;
	}
	assert_true(n > 10 && refused > 0);
	/* Who fits in goes on, with not a descriptor to spare. */
	for (int i = 0; i < n; i++)
		assert_int_equal(test_echo_slow(cameras[i].ipa, i), i);
	/* One that goes makes room for one that comes. */
	close_camera(&cameras[0]);
	assert_int_equal(open_camera(c, &cameras[0]), 0);
	for (int i = 0; i < n; i++)
		close_camera(&cameras[i]);
	set_soft_limit(old.rlim_cur);
	fd_leak_assert_none(&before);
}

/* ---- processors -------------------------------------------------------- */

static void *spin(void *user)
{
	atomic_bool *ending = user;

	while (!atomic_load(ending))
		;
	return NULL;
}

/** Twice as many busy threads as there are processors. */
static void all_cores_loaded(void **state)
{
	struct contract *c = *state;
	atomic_bool ending = false;
	pthread_t threads[64];
	long n = 2 * sysconf(_SC_NPROCESSORS_ONLN);

	/* It runs one thread at a time. */
	SKIP_UNDER_VALGRIND();
	if (n > 64)
		n = 64;
	for (long i = 0; i < n; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, spin, &ending), 0);
	work_anew(c);
	lose_worker(c);
	atomic_store(&ending, true);
	for (long i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

/** All on one processor, where nobody else gets on while somebody spins. */
static void one_core(void **state)
{
	struct contract *c = *state;
	cpu_set_t old;
	cpu_set_t one;
	size_t first = 0;

	assert_int_equal(sched_getaffinity(0, sizeof(old), &old), 0);
	while (!CPU_ISSET(first, &old))
		first++;
	CPU_ZERO(&one);
	CPU_SET(first, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	work_anew(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_EMITTER, 0);
	for (int i = 0; i < 20; i++) {
		contract_start(c);
		assert_int_equal(test_echo_slow(c->ipa, i), i);
		assert_true(test_echo_dispatch(c->ipa) >= 0);
		assert_int_equal(test_echo_stop(c->ipa), 0);
	}
	sched_setaffinity(0, sizeof(old), &old);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(german),
	CONTRACT_TEST(rounding_upwards),
	CONTRACT_TEST(sigpipe_kills),
	CONTRACT_TEST(sigchld_ignored),
	CONTRACT_TEST(reaper_thread),
	CONTRACT_TEST(subreaper),
	CONTRACT_TEST(short_lived_threads),
	CONTRACT_TEST(creating_thread_ends),
	CONTRACT_TEST(sixty_percent_of_descriptors),
	CONTRACT_TEST(too_many_buffers),
	CONTRACT_TEST(all_cores_loaded),
	CONTRACT_TEST(one_core),
};

CONTRACT_MAIN(tests)
