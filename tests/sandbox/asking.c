/* SPDX-License-Identifier: MIT */
/*
 * A module that makes the steps in its argument, "WORD [TEXT [NUMBER]]; …", when
 * it is created, and further ones when it is asked to.
 */
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "asking_ipa_worker.h"

/* Steps of other languages, in builds that have them. */
extern int asking_more(const char *word) __attribute__((weak));

#define MAX_STEPS 512
#define N_THREADS 8

/** One instance. */
struct asking {
	int outcome;
	int fd; /* of the file that was opened last */
};

static int result_of(long result)
{
	return result < 0 ? errno : 0;
}

static int open_it(struct asking *asking, const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		return errno;
	if (asking->fd >= 0)
		close(asking->fd);
	asking->fd = fd;
	return 0;
}

static int ask_device(const struct asking *asking, unsigned long number)
{
	unsigned char room[4096] = { 0 };

	return result_of(ioctl(asking->fd, number, room));
}

static int make_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return result_of(fd);
}

static int compare_variable(const char *text)
{
	const char *equals = strchr(text, '=');
	char name[64];
	const char *value;

	snprintf(name, sizeof(name), "%.*s",
		 equals ? (int)(equals - text) : 63, text);
	value = getenv(name);
	if (!value)
		return ENOENT;
	return equals && strcmp(value, equals + 1) != 0 ? EINVAL : 0;
}

/* Allocates, logs nothing, and ends as threads do: what start and end need. */
static void *work(void *user)
{
	static _Thread_local char room[64];
	void *memory = malloc(4096);

	snprintf(room, sizeof(room), "%p", memory);
	free(memory);
	return room[0] ? user : NULL;
}

static void *read_files(void *user)
{
	static const char *const paths[] = { "/etc/passwd", "/etc/group" };

	for (int i = 0; i < 32; i++) {
		int fd = open(paths[i % 2], O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return NULL;
		close(fd);
	}
	return user;
}

static int run_threads(void *(*run)(void *user), long n)
{
	pthread_t threads[N_THREADS];

	for (long i = 0; i < n; i += N_THREADS) {
		for (int j = 0; j < N_THREADS; j++) {
			int error = pthread_create(&threads[j], NULL, run,
						   threads);

			if (error)
				return error;
		}
		for (int j = 0; j < N_THREADS; j++) {
			void *result;

			pthread_join(threads[j], &result);
			if (!result)
				return ECANCELED;
		}
	}
	return 0;
}

static void *wait_for_ever(void *user)
{
	const struct timespec long_time = { .tv_sec = 3600 };

	for (;;)
		nanosleep(&long_time, NULL);
	return user;
}

/* libc loads an unwinder for this. */
static int cancel_thread(void)
{
	pthread_t thread;
	void *result;
	int error = pthread_create(&thread, NULL, wait_for_ever, NULL);

	if (error)
		return error;
	pthread_cancel(thread);
	pthread_join(thread, &result);
	return result == PTHREAD_CANCELED ? 0 : EINVAL;
}

static void *exit_at_once(void *user)
{
	pthread_exit(user);
}

static int exit_thread(void)
{
	static char mark;
	pthread_t thread;
	void *result;
	int error = pthread_create(&thread, NULL, exit_at_once, &mark);

	if (error)
		return error;
	pthread_join(thread, &result);
	return result == &mark ? 0 : EINVAL;
}

/* As assertions of libraries do. */
static int trace(void)
{
	void *frames[16];

	return backtrace(frames, 16) > 1 ? 0 : EINVAL;
}

/* Memory that a driver shares. */
static int map_it(const struct asking *asking)
{
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE,
			    asking->fd, 0);

	if (memory == MAP_FAILED)
		return errno;
	munmap(memory, 4096);
	return 0;
}

static int get_status(const char *path)
{
	struct stat status;

	return result_of(stat(path, &status));
}

static int make_step(struct asking *asking, const char *step)
{
	char word[32] = "";
	char text[256] = "";
	unsigned long number = 0;

	sscanf(step, " %31s %255s %li", word, text, (long *)&number);
	if (!strcmp(word, "nothing") || !word[0])
		return 0;
	if (!strcmp(word, "read"))
		return open_it(asking, text, O_RDONLY);
	if (!strcmp(word, "open"))
		return open_it(asking, text, O_RDWR);
	if (!strcmp(word, "list"))
		return open_it(asking, text, O_RDONLY | O_DIRECTORY);
	if (!strcmp(word, "ioctl"))
		return ask_device(asking, strtoul(text, NULL, 0));
	if (!strcmp(word, "socket"))
		return make_socket();
	if (!strcmp(word, "variable"))
		return compare_variable(text);
	if (!strcmp(word, "threads"))
		return run_threads(work, strtol(text, NULL, 0));
	if (!strcmp(word, "readers"))
		return run_threads(read_files, strtol(text, NULL, 0));
	if (!strcmp(word, "cancel"))
		return cancel_thread();
	if (!strcmp(word, "map"))
		return map_it(asking);
	if (!strcmp(word, "stat"))
		return get_status(text);
	if (!strcmp(word, "exit"))
		return exit_thread();
	if (!strcmp(word, "trace"))
		return trace();
	return asking_more ? asking_more(word) : ENOTSUP;
}

static int make_steps(struct asking *asking, const char *steps)
{
	char text[MAX_STEPS];
	char *rest = NULL;

	snprintf(text, sizeof(text), "%s", steps);
	for (char *step = strtok_r(text, ";", &rest); step;
	     step = strtok_r(NULL, ";", &rest)) {
		/* One that is in brackets may fail. */
		const bool may_fail = step[strspn(step, " ")] == '?';
		int outcome = make_step(asking, step + strspn(step, " ?"));

		if (outcome && !may_fail)
			return outcome;
	}
	return 0;
}

static int32_t asking_init(void *ipa, int32_t *ret_outcome)
{
	*ret_outcome = ((struct asking *)ipa)->outcome;
	return 0;
}

static int32_t asking_attempt(void *ipa, const char *step, int32_t *ret_outcome)
{
	*ret_outcome = make_steps(ipa, step);
	return 0;
}

static const struct test_asking_ops ops = {
	.size = sizeof(ops),
	.init = asking_init,
	.attempt = asking_attempt,
};

static int create(struct camipc_host *host, void **ret_ipa)
{
	struct asking *asking = calloc(1, sizeof(*asking));

	if (!asking)
		return -ENOMEM;
	asking->fd = -1;
	asking->outcome = make_steps(asking, host->argument);
	*ret_ipa = asking;
	return 0;
}

static void destroy(void *ipa)
{
	struct asking *asking = ipa;

	if (asking->fd >= 0)
		close(asking->fd);
	free(asking);
}

/* One for each build of this file. */
#define MANIFEST_ASKING ""
#define MANIFEST_BOXED "sandbox: required\n"
#define MANIFEST_DEVICES              \
	"devices:\n"                  \
	"- path: /dev/random\n"       \
	"  ioctls: [0x80045200]\n"    \
	"- /dev/zero\n"
#define MANIFEST_ENVIRONMENT "environment: [ASKING_SET]\n"
#define MANIFEST_GPU "gpu: true\n"
#define MANIFEST_UNBOXED "sandbox: off\n"

CAMIPC_MODULE_MANIFEST("argument: true\n" ASKING_MANIFEST);

TEST_ASKING_MODULE("asking", TEST_ASKING_VERSION, "MIT", create, destroy, &ops);
