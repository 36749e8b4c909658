/* SPDX-License-Identifier: MIT */
/* The misbehaviour of the test module, and its report of where it runs. */
#include <errno.h>
#include <float.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "echo.h"
#include "echo_crash.h"

void echo_plan_init(struct echo *echo)
{
	for (size_t i = 0; i <= TEST_ECHO_DESTROY; i++)
		echo->plans[i].fd = -1;
}

void echo_plan_fini(struct echo *echo)
{
	atomic_store(&echo->ending, true);
	if (echo->emits)
		pthread_join(echo->emitter, NULL);
	for (size_t i = 0; i <= TEST_ECHO_DESTROY; i++) {
		if (echo->plans[i].fd >= 0)
			close(echo->plans[i].fd);
	}
}

static void chatter(struct echo *echo, int32_t lines)
{
	for (int32_t i = 0; i < lines; i++)
		camipc_host_log(echo->host, CAMIPC_LOG_INFO,
				"\033[1;32mchatter\033[0m");
}

/** Fills what there is of room with lines, and then has an event. */
static void emit_last(struct echo *echo)
{
	chatter(echo, echo->lines);
	(void)test_echo_emit_tick(echo->host, (uint32_t)echo->lines);
	if (echo->emitter_done < 0)
		return;
	if (write(echo->emitter_done, "", 1) < 0)
		abort();
	close(echo->emitter_done);
}

/** At full rate: refused events are what the test is after. */
static void *emit_ticks(void *user)
{
	struct echo *echo = user;
	uint32_t number = 0;

	if (echo->lines > 0) {
		emit_last(echo);
		return NULL;
	}
	while (!atomic_load(&echo->ending)) {
		if (test_echo_emit_tick(echo->host, number++) < 0)
			sched_yield();
	}
	return NULL;
}

static void start_emitter(struct echo *echo, int32_t lines, int fd)
{
	if (echo->emits)
		return;
	echo->lines = lines;
	echo->emitter_done = fd >= 0 ? camipc_fd_dup(fd) : -1;
	echo->emits = pthread_create(&echo->emitter, NULL, emit_ticks, echo) ==
		      0;
}

/** What no text may be. */
static int32_t emit_bad_event(struct echo *echo)
{
	struct test_echo_everything value;

	test_echo_everything_init(&value);
	value.scalars.text = "\xff";
	return test_echo_emit_value(echo->host, &value);
}

static void wait_for(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char byte;

	while (poll(&pfd, 1, -1) < 0 && errno == EINTR)
		;
	if (read(fd, &byte, 1) < 0)
		return;
}

/** The life-line stays, or that would end it. */
static void vanish(void)
{
	for (int fd = 4; fd < 256; fd++)
		close(fd);
	for (;;)
		pause();
}

/** Or it would count as leaked. */
static void give_back(int fd)
{
	if (fd >= 0)
		close(fd);
}

bool echo_act(struct echo *echo, enum test_echo_op op, int32_t *ret)
{
	const struct echo_plan plan = echo->plans[op];

	echo->plans[op] = (struct echo_plan){ .fd = -1 };
	switch (plan.act) {
	case TEST_ECHO_BLOCK:
		wait_for(plan.fd);
		break;
	case TEST_ECHO_RAISE:
		give_back(plan.fd);
		signal(plan.value, SIG_DFL);
		kill(getpid(), plan.value);
		return false;
	case TEST_ECHO_EXIT:
		give_back(plan.fd);
		_exit(plan.value);
	case TEST_ECHO_CRASH:
		echo_crash(plan.value);
		break;
	case TEST_ECHO_VANISH:
		vanish();
		break;
	case TEST_ECHO_LEAVE:
		give_back(plan.fd);
		pthread_exit(NULL);
	case TEST_ECHO_RETURN:
		*ret = plan.value;
		break;
	case TEST_ECHO_TICK:
		for (int32_t i = 0; i < plan.value; i++)
			(void)test_echo_emit_tick(echo->host, (uint32_t)i);
		break;
	case TEST_ECHO_EMITTER:
		start_emitter(echo, plan.value, plan.fd);
		break;
	case TEST_ECHO_BAD_EVENT:
		*ret = emit_bad_event(echo);
		break;
	case TEST_ECHO_CHATTER:
		chatter(echo, plan.value);
		break;
	default:
		break;
	}
	if (plan.fd >= 0)
		close(plan.fd);
	return plan.act == TEST_ECHO_RETURN || plan.act == TEST_ECHO_BAD_EVENT;
}

int32_t echo_plan(void *ipa, enum test_echo_op op, enum test_echo_act act,
		  int32_t value, int fd)
{
	struct echo *echo = ipa;
	struct echo_plan *plan = &echo->plans[op];

	if (plan->fd >= 0)
		close(plan->fd);
	plan->act = act;
	plan->value = value;
	plan->fd = fd < 0 ? -1 : camipc_fd_dup(fd);
	return fd >= 0 && plan->fd < 0 ? plan->fd : 0;
}

/* ---- where it is ------------------------------------------------------- */

static bool all_signals_blocked(void)
{
	sigset_t set;

	pthread_sigmask(SIG_BLOCK, NULL, &set);
	return sigismember(&set, SIGTERM) && sigismember(&set, SIGUSR1) &&
	       sigismember(&set, SIGALRM) && sigismember(&set, SIGCHLD);
}

static bool denormals_are_kept(void)
{
	volatile double tiny = DBL_MIN;

	tiny = tiny / 4;
	return tiny > 0;
}

static bool rounds_to_nearest(void)
{
	volatile double sum = 1;

	sum += DBL_EPSILON / 4;
	if (sum != 1)
		return false;
	sum -= DBL_EPSILON / 8;
	return sum == 1;
}

static uint64_t stack_size(void)
{
	pthread_attr_t attributes;
	size_t size = 0;

	if (pthread_getattr_np(pthread_self(), &attributes) != 0)
		return 0;
	pthread_attr_getstacksize(&attributes, &size);
	pthread_attr_destroy(&attributes);
	return size;
}

void echo_where(void *ipa, struct test_echo_place *ret_place)
{
	struct echo *echo = ipa;
	bool nonsense = echo->plans[TEST_ECHO_WHERE].act == TEST_ECHO_NONSENSE;
	char *name = camipc_host_alloc(echo->host, 1, 16);
	char *number = camipc_host_alloc(echo->host, 1, 16);
	int32_t ret;

	echo_act(echo, TEST_ECHO_WHERE, &ret);
	if (!name || !number)
		return;
	pthread_getname_np(pthread_self(), name, 16);
	if (nonsense)
		strcpy(name, "\xff\xfe");
	snprintf(number, 16, "%.1f", 1.5);
	number[strlen(number) - 1] = '\0';
	ret_place->process = getpid();
	ret_place->thread = (int32_t)syscall(SYS_gettid);
	ret_place->thread_name = name;
	ret_place->signals_blocked = all_signals_blocked();
	ret_place->decimal_point = number + 1;
	ret_place->keeps_denormals = denormals_are_kept();
	ret_place->rounds_to_nearest = rounds_to_nearest();
	ret_place->stack_size = stack_size();
}
