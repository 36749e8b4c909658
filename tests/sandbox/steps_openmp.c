/* SPDX-License-Identifier: MIT */
/* Steps that OpenMP makes in threads of its own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define N 10000
#define THREADS 4

int asking_more(const char *word);

static int parallel(void)
{
	long sum = 0;

#pragma omp parallel for num_threads(THREADS) reduction(+ : sum)
	for (int i = 0; i < N; i++)
		sum += i;
	return sum == (long)N * (N - 1) / 2 ? 0 : EINVAL;
}

static int tasks(void)
{
	int done = 0;

#pragma omp parallel num_threads(THREADS)
#pragma omp single
	for (int i = 0; i < 100; i++) {
#pragma omp task
		{
#pragma omp atomic
			done++;
		}
	}
	return done == 100 ? 0 : EINVAL;
}

static int locals(void)
{
	static _Thread_local char *room;
	int bad = 0;

#pragma omp parallel num_threads(THREADS) reduction(+ : bad)
	{
		room = malloc(4096);
		bad += !room;
		free(room);
	}
	return bad ? ENOMEM : 0;
}

int asking_more(const char *word)
{
	if (!strcmp(word, "parallel"))
		return parallel();
	if (!strcmp(word, "tasks"))
		return tasks();
	if (!strcmp(word, "locals"))
		return locals();
	return ENOTSUP;
}
