/* SPDX-License-Identifier: MIT */
/*
 * A module that attacks: which attack it makes stands in its argument, "NAME
 * PARENT ADDRESS SIBLING ADDRESS FOLDER". Code in create() has the powers of a
 * constructor.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <camipc/fd.h>

#include "attacks.h"
#include "hostile_ipa_worker.h"

/* What fetch() returns. */
#define FILE_SIZE 64

/** One instance. */
struct hostile {
	struct camipc_host *host;
	struct target target;
	int outcome;
};

/* A thread that was there before the seal, and attacks behind it. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const struct target *target;
	const struct attack *attack; /* to make */
	int outcome; /* -1: not known yet */
} early = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, NULL,
	    -1 };

/* What became of reading a file before create() was called. */
static int in_constructor = -1;

/* What a sibling reads. */
static volatile char secret = 's';

__attribute__((constructor)) static void attack_at_once(void)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	in_constructor = outcome_of_open(fd);
}

static void *attack_when_asked(void *user)
{
	(void)user;
	pthread_mutex_lock(&early.lock);
	while (!early.attack)
		pthread_cond_wait(&early.changed, &early.lock);
	early.outcome = early.attack->run(early.target);
	pthread_cond_broadcast(&early.changed);
	pthread_mutex_unlock(&early.lock);
	return NULL;
}

static int start_early_thread(void)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, attack_when_asked, NULL);

	if (error == 0)
		pthread_detach(thread);
	return error;
}

static int attack_in_early_thread(const struct target *target,
				  const char *name)
{
	int outcome;

	pthread_mutex_lock(&early.lock);
	early.target = target;
	early.attack = attack_find(name);
	pthread_cond_broadcast(&early.changed);
	while (early.attack && early.outcome < 0)
		pthread_cond_wait(&early.changed, &early.lock);
	outcome = early.outcome;
	pthread_mutex_unlock(&early.lock);
	return outcome;
}

static int attack(const struct target *target, const char *name)
{
	static const char in_thread[] = "in_early_thread ";
	const struct attack *one;

	if (strcmp(name, "start_early_thread") == 0)
		return start_early_thread();
	if (strcmp(name, "in_constructor") == 0)
		return in_constructor;
	if (strncmp(name, in_thread, sizeof(in_thread) - 1) == 0)
		return attack_in_early_thread(target,
					      name + sizeof(in_thread) - 1);
	one = attack_find(name);
	return one ? one->run(target) : -1;
}

static int32_t hostile_init(void *ipa, int32_t *ret_outcome)
{
	*ret_outcome = ((struct hostile *)ipa)->outcome;
	return 0;
}

static int32_t hostile_start(void *ipa)
{
	(void)ipa;
	return 0;
}

static void hostile_stop(void *ipa)
{
	(void)ipa;
}

static int32_t hostile_attack(void *ipa, const char *what, int32_t *ret_outcome)
{
	*ret_outcome = attack(&((struct hostile *)ipa)->target, what);
	return 0;
}

static int32_t hostile_locate(void *ipa, int32_t *ret_pid,
			      uint64_t *ret_address)
{
	(void)ipa;
	*ret_pid = getpid();
	*ret_address = (uintptr_t)&secret;
	return 0;
}

static int32_t hostile_fetch(void *ipa, int *ret_file)
{
	int fd = memfd_create("camipc-hostile", MFD_CLOEXEC);

	(void)ipa;
	if (fd < 0 || ftruncate(fd, FILE_SIZE) < 0) {
		if (fd >= 0)
			close(fd);
		return -ENOMEM;
	}
	*ret_file = fd;
	return 0;
}

static void hostile_queue(void *ipa, uint32_t number)
{
	struct hostile *hostile = ipa;

	/* The event is lost if the host does not consume any. */
	(void)!test_hostile_emit_done(hostile->host, number);
}

static const struct test_hostile_ops ops = {
	.size = sizeof(ops),
	.init = hostile_init,
	.start = hostile_start,
	.stop = hostile_stop,
	.attack = hostile_attack,
	.locate = hostile_locate,
	.fetch = hostile_fetch,
	.queue = hostile_queue,
};

static int create(struct camipc_host *host, void **ret_ipa)
{
	struct hostile *hostile = calloc(1, sizeof(*hostile));
	char name[64];
	int parent;
	int sibling;

	if (!hostile)
		return -ENOMEM;
	hostile->host = host;
	if (sscanf(host->argument,
		   "%63s %d %" SCNxPTR " %d %" SCNxPTR " %127s", name, &parent,
		   &hostile->target.address, &sibling,
		   &hostile->target.sibling_address,
		   hostile->target.folder) != 6) {
		free(hostile);
		return -EINVAL;
	}
	hostile->target.parent = parent;
	hostile->target.sibling = sibling;
	hostile->outcome = attack(&hostile->target, name);
	*ret_ipa = hostile;
	return 0;
}

static void destroy(void *ipa)
{
	free(ipa);
}

/* Which attack. */
CAMIPC_MODULE_MANIFEST("argument: true\n");

TEST_HOSTILE_MODULE("hostile", TEST_HOSTILE_VERSION, "MIT", create, destroy,
		    &ops);
