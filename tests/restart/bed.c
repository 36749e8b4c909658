/* SPDX-License-Identifier: MIT */
/* Makes a phoenix with a restart policy, and remembers what its callbacks got. */
#include "bed.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backend.h"

/* However slow the machine: only failing tests wait so long. */
#define PATIENCE_MS 20000

/* ---- callbacks --------------------------------------------------------- */

static void tell(struct bed *bed, enum told what, uint32_t number)
{
	assert_true(bed->n < BED_TELLINGS);
	bed->told[bed->n++] = (struct telling){ .what = what, .number = number };
	if (bed->on_told)
		bed->on_told(bed, what);
}

static void on_done(void *user, uint32_t number)
{
	struct bed *bed = user;

	bed->n_done++;
	tell(bed, TOLD_DONE, number);
}

static void on_burst(void *user, uint32_t number)
{
	tell(user, TOLD_BURST, number);
}

static void on_started(void *user, uint32_t run)
{
	tell(user, TOLD_STARTED, run);
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct bed *bed = user;

	bed->n_closed++;
	bed->closed = *info;
	snprintf(bed->text, sizeof(bed->text), "%s", info->text);
	tell(bed, TOLD_CLOSED, 0);
}

static void on_lost_frame(void *user, uint32_t number)
{
	struct bed *bed = user;

	bed->n_lost++;
	tell(bed, TOLD_LOST_FRAME, number);
}

static void on_lost_kept(void *user, uint32_t number, int fd)
{
	(void)fd;
	tell(user, TOLD_LOST_KEPT, number);
}

static void on_lost_raise(void *user, uint32_t count)
{
	tell(user, TOLD_LOST_RAISE, count);
}

static void on_lost_tune(void *user, uint32_t id, uint32_t value)
{
	(void)id;
	tell(user, TOLD_LOST_TUNE, value);
}

static void on_replayed(void *user, const struct test_phoenix_start_outs *outs)
{
	tell(user, TOLD_REPLAYED, outs->run);
}

static void on_restarted(void *user, const struct camipc_restart_info *info)
{
	struct bed *bed = user;

	assert_int_equal(info->size, sizeof(*info));
	bed->n_restarted++;
	bed->restarted = *info;
	bed->cause = *info->cause;
	snprintf(bed->text, sizeof(bed->text), "%s", info->cause->text);
	tell(bed, TOLD_RESTARTED, info->attempt);
}

const struct camipc_budget *bed_budget;

static const struct test_phoenix_events events = {
	.size = sizeof(events),
	.done = on_done,
	.burst = on_burst,
	.started = on_started,
	.closed = on_closed,
	.lost_frame = on_lost_frame,
	.lost_kept = on_lost_kept,
	.lost_raise = on_lost_raise,
	.lost_tune = on_lost_tune,
	.replayed_start = on_replayed,
	.restarted = on_restarted,
};

void bed_completed(void *user, int ret)
{
	tell(user, TOLD_COMPLETED, (uint32_t)ret);
}

/* ---- making ------------------------------------------------------------ */

struct camipc_manager *bed_make_manager(void)
{
	static const char *const workers[] = { PHOENIX_WORKER, NULL };
	static const char *const none[] = { NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.module_paths = none,
		.worker_paths = workers,
		.no_install_paths = true,
	};
	struct camipc_manager *manager;

	assert_int_equal(camipc_manager_create(&options, &manager), 0);
	return manager;
}

struct bed *bed_create(struct camipc_manager *manager)
{
	return bed_create_of(manager, PHOENIX_MODULE);
}

struct bed *bed_create_of(struct camipc_manager *manager, const char *module)
{
	struct bed *bed = bed_create_plain(manager, module, "process");

	bed_allow(bed, 50);
	return bed;
}

struct bed *bed_create_plain(struct camipc_manager *manager, const char *module,
			     const char *isolation)
{
	const char *backend = getenv("CAMIPC_TEST_BACKEND");
	const struct camipc_match match = {
		.path = module,
		.isolation = isolation,
		.budget = bed_budget,
		.transport = test_backend_transport(backend ? backend :
							      "process"),
	};
	struct bed *bed = calloc(1, sizeof(*bed));

	assert_non_null(bed);
	bed->book_fd = memfd_create("book", MFD_CLOEXEC);
	assert_true(bed->book_fd >= 0);
	assert_int_equal(ftruncate(bed->book_fd, sizeof(*bed->book)), 0);
	bed->book = mmap(NULL, sizeof(*bed->book), PROT_READ | PROT_WRITE,
			 MAP_SHARED, bed->book_fd, 0);
	assert_true(bed->book != MAP_FAILED);
	atomic_store(&bed->book->token, 1);
	assert_int_equal(test_phoenix_create(manager, &match, &events, bed,
					     &bed->ipa),
			 0);
	bed->proxy = test_phoenix_get_proxy(bed->ipa);
	return bed;
}

void bed_destroy(struct bed *bed)
{
	test_phoenix_destroy(bed->ipa);
	munmap(bed->book, sizeof(*bed->book));
	close(bed->book_fd);
	free(bed);
}

int bed_set_up(void **state)
{
	struct fd_leak before;
	struct camipc_manager *manager;
	struct bed *bed;

	log_capture_begin();
	fd_leak_take(&before);
	manager = bed_make_manager();
	bed = bed_create(manager);
	bed->manager = manager;
	bed->before = before;
	*state = bed;
	return 0;
}

int bed_tear_down(void **state)
{
	struct bed *bed = *state;
	struct camipc_manager *manager = bed->manager;
	const struct fd_leak before = bed->before;

	bed_destroy(bed);
	camipc_manager_destroy(manager);
	log_capture_end();
	fd_leak_assert_none(&before);
	return 0;
}

void bed_allow(struct bed *bed, uint32_t max)
{
	const struct camipc_restart_policy policy = {
		.size = sizeof(policy),
		.max_restarts = max ? max : CAMIPC_RESTARTS,
		.window_ms = max ? 60000 : CAMIPC_RESTART_WINDOW_MS,
	};

	assert_int_equal(camipc_proxy_set_restart(bed->proxy, &policy), 0);
}

void bed_want_spare(struct bed *bed, uint32_t spare)
{
	const struct camipc_restart_policy policy = {
		.size = sizeof(policy),
		.max_restarts = 50,
		.window_ms = 60000,
		.spare = spare,
	};

	assert_int_equal(camipc_proxy_set_restart(bed->proxy, &policy), 0);
}

void bed_expect_state(struct bed *bed, enum camipc_state state)
{
	assert_string_equal(
		camipc_state_to_string(camipc_proxy_get_state(bed->proxy)),
		camipc_state_to_string(state));
}

void bed_init(struct bed *bed)
{
	uint32_t token;

	assert_int_equal(test_phoenix_init(bed->ipa, bed->book_fd, 5, &token),
			 0);
	assert_int_equal(token, 1);
}

void bed_ready(struct bed *bed)
{
	uint32_t stride;
	const char *name;

	bed_init(bed);
	assert_int_equal(test_phoenix_configure(bed->ipa, 640, &stride, &name),
			 640);
	camipc_clear_string(name);
}

void bed_running(struct bed *bed)
{
	uint32_t run;

	bed_ready(bed);
	assert_int_equal(test_phoenix_start(bed->ipa, 2, &run), 0);
	bed_expect_state(bed, CAMIPC_STATE_RUNNING);
}

/* ---- death and dispatch ------------------------------------------------ */

void bed_plan(struct bed *bed, enum phoenix_op op, uint32_t nth,
	      enum phoenix_act act)
{
	atomic_store(&bed->book->countdown, 0);
	atomic_store(&bed->book->op, (unsigned int)op);
	atomic_store(&bed->book->act, (unsigned int)act);
	atomic_store(&bed->book->countdown, nth);
}

void bed_kill(struct bed *bed, int number)
{
	const int pid = camipc_proxy_get_pid(bed->proxy);

	assert_true(pid > 0);
	assert_int_equal(kill(pid, number), 0);
}

int bed_step(struct bed *bed)
{
	struct pollfd poll_fd = {
		.fd = camipc_proxy_get_fd(bed->proxy),
		.events = POLLIN,
	};
	int ret;

	/* A test may have chosen this call to fail. */
	do {
		ret = poll(&poll_fd, 1, PATIENCE_MS);
	} while (ret < 0);
	assert_int_equal(ret, 1);
	return test_phoenix_dispatch(bed->ipa);
}

void bed_until(struct bed *bed, const size_t *count, size_t n)
{
	while (*count < n)
		assert_true(bed_step(bed) >= 0);
}

void bed_until_state(struct bed *bed, enum camipc_state state)
{
	while (camipc_proxy_get_state(bed->proxy) != state)
		assert_true(bed_step(bed) >= 0);
}

void bed_dispatch_all(struct bed *bed)
{
	struct pollfd poll_fd = {
		.fd = camipc_proxy_get_fd(bed->proxy),
		.events = POLLIN,
	};

	while (poll(&poll_fd, 1, 0) == 1 &&
	       test_phoenix_dispatch(bed->ipa) >= 0)
		;
}

void bed_restart(struct bed *bed)
{
	const size_t n = bed->n_restarted;

	bed_kill(bed, SIGKILL);
	bed_until(bed, &bed->n_restarted, n + 1);
}

/* ---- questions --------------------------------------------------------- */

size_t bed_count(const struct bed *bed, enum told what)
{
	size_t n = 0;

	for (size_t i = 0; i < bed->n; i++)
		n += bed->told[i].what == what;
	return n;
}

size_t bed_find(const struct bed *bed, enum told what)
{
	size_t i = 0;

	while (i < bed->n && bed->told[i].what != what)
		i++;
	assert_true(i < bed->n);
	return i;
}

size_t bed_notes(const struct bed *bed, enum phoenix_op op, uint32_t worker,
		 uint32_t *numbers, size_t max)
{
	const unsigned int all = atomic_load(&bed->book->n);
	size_t n = 0;

	assert_true(all <= PHOENIX_NOTES);
	for (unsigned int i = 0; i < all; i++) {
		const struct phoenix_note *note = &bed->book->notes[i];

		if ((op && note->op != (uint32_t)op) || note->worker != worker)
			continue;
		assert_true(n < max);
		numbers[n++] = op ? note->number : note->op;
	}
	return n;
}

int bed_words(void)
{
	int fd = memfd_create("words", MFD_CLOEXEC);

	assert_true(fd >= 0);
	for (uint32_t i = 0; i < 16; i++)
		assert_int_equal(write(fd, &i, sizeof(i)), sizeof(i));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

struct camipc_proxy_stats bed_stats(struct bed *bed)
{
	struct camipc_proxy_stats stats = { .size = sizeof(stats) };

	assert_int_equal(camipc_proxy_get_stats(bed->proxy, &stats), 0);
	return stats;
}
