/* SPDX-License-Identifier: MIT */
/* Signals that ask recorders to write what they have kept. */
#include "save_signal.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

/* Signals are numbers below this one. */
#define MAX_SIGNALS 65

static pthread_mutex_t users_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int users[MAX_SIGNALS];
static atomic_uint counts[MAX_SIGNALS];

static void count_signal(int number)
{
	atomic_fetch_add_explicit(&counts[number], 1, memory_order_relaxed);
}

static int handle_signal(int number)
{
	struct sigaction action = { .sa_flags = SA_RESTART };
	struct sigaction before;

	if (sigaction(number, NULL, &before) < 0)
		return -errno;
	if (before.sa_flags & SA_SIGINFO || before.sa_handler != SIG_DFL)
		return -EBUSY;
	action.sa_handler = count_signal;
	sigemptyset(&action.sa_mask);
	return sigaction(number, &action, NULL) < 0 ? -errno : 0;
}

int camipc_save_signal_acquire(int number)
{
	int ret = 0;

	if (number <= 0 || number >= MAX_SIGNALS)
		return -EINVAL;
	pthread_mutex_lock(&users_lock);
	if (users[number] == 0)
		ret = handle_signal(number);
	if (ret == 0)
		users[number]++;
	pthread_mutex_unlock(&users_lock);
	return ret;
}

void camipc_save_signal_release(int number)
{
	struct sigaction now;

	pthread_mutex_lock(&users_lock);
	/* The host may have replaced the handler in the meantime. */
	if (--users[number] == 0 && sigaction(number, NULL, &now) == 0 &&
	    !(now.sa_flags & SA_SIGINFO) && now.sa_handler == count_signal)
		signal(number, SIG_DFL);
	pthread_mutex_unlock(&users_lock);
}

uint32_t camipc_save_signal_count(int number)
{
	return atomic_load_explicit(&counts[number], memory_order_relaxed);
}
