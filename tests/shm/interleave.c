/* SPDX-License-Identifier: MIT */
/* Depth-first search over the orders of steps; each run begins anew. */
#include "interleave.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN
#endif
#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#endif

#define STACK_SIZE (256 * 1024)
#define MAX_STEPS 250

/* Choices that are no task. */
enum { DIES = INTERLEAVE_MAX_TASKS, HAPPENS, N_CHOICES };

struct task {
	ucontext_t context;
	void *stack;
	bool (*is_over)(int task); /* NULL: it can go on */
	bool has_ended;
	bool is_dead;
};

static struct {
	const struct interleave_scene *scene;
	struct task tasks[INTERLEAVE_MAX_TASKS];
	ucontext_t scheduler;
	int running; /* -1: the scheduler */
	/* Of this run: what could be chosen at each step, and what was. */
	uint8_t options[MAX_STEPS][N_CHOICES];
	uint8_t n_options[MAX_STEPS];
	uint8_t chosen[MAX_STEPS];
	unsigned int n_steps;
	unsigned int n_fixed; /* so many choices repeat the last run's */
} search = { .running = -1 };

/* ---- choices ------------------------------------------------------------- */

static bool can_run(int number)
{
	const struct task *task = &search.tasks[number];

	return !task->has_ended && !task->is_dead &&
	       (!task->is_over || task->is_over(number));
}

/* Fills in what may happen next. Returns false if no task can go on. */
static bool list_options(void)
{
	const struct interleave_scene *scene = search.scene;
	uint8_t *options = search.options[search.n_steps];
	uint8_t n = 0;
	bool can_go_on;

	for (size_t i = 0; i < scene->n_tasks; i++)
		if (can_run((int)i))
			options[n++] = (uint8_t)i;
	can_go_on = n > 0;
	if (scene->may_happen && scene->may_happen()) {
		options[n++] = HAPPENS;
		can_go_on = true;
	}
	if (can_go_on && scene->mortal >= 0 &&
	    !search.tasks[scene->mortal].is_dead)
		options[n++] = DIES;
	search.n_options[search.n_steps] = n;
	return can_go_on;
}

static uint8_t choose(void)
{
	const unsigned int step = search.n_steps;

	if (step >= search.n_fixed)
		search.chosen[step] = 0;
	if (search.chosen[step] >= search.n_options[step]) {
		fprintf(stderr, "%s: two runs differ by themselves\n",
			search.scene->name);
		abort();
	}
	if (++search.n_steps == MAX_STEPS) {
		fprintf(stderr, "%s: a run has no end\n", search.scene->name);
		abort();
	}
	return search.options[step][search.chosen[step]];
}

/* Returns the task that goes on; -1: none can. */
static int next_task(void)
{
	while (list_options()) {
		const uint8_t what = choose();

		if (what == DIES) {
			search.tasks[search.scene->mortal].is_dead = true;
			search.scene->die();
		} else if (what == HAPPENS) {
			search.scene->happen();
		} else {
			return what;
		}
	}
	return -1;
}

/* ---- tasks --------------------------------------------------------------- */

/* Lets the chosen task go on. Returns when this one is chosen. */
static void stop(void)
{
	const int self = search.running;
	const int next = next_task();

	search.running = next;
	if (next != self)
		swapcontext(&search.tasks[self].context,
			    next < 0 ? &search.scheduler :
				       &search.tasks[next].context);
}

void interleave_point(void)
{
	if (search.running >= 0)
		stop();
}

void interleave_wait(bool (*is_over)(int task))
{
	struct task *task = &search.tasks[search.running];

	task->is_over = is_over;
	stop();
	task->is_over = NULL;
}

int interleave_task(void)
{
	return search.running;
}

bool interleave_has_ended(int task)
{
	return search.tasks[task].has_ended;
}

static void enter(void)
{
	const int number = search.running;

	search.scene->tasks[number]();
	search.tasks[number].has_ended = true;
	stop();
	abort();
}

static void start_task(struct task *task)
{
#ifdef HAS_ASAN
	/* A run that ended elsewhere has left its marks on this stack. */
	ASAN_UNPOISON_MEMORY_REGION(task->stack, STACK_SIZE);
#endif
	task->is_over = NULL;
	task->has_ended = false;
	task->is_dead = false;
	getcontext(&task->context);
	task->context.uc_stack.ss_sp = task->stack;
	task->context.uc_stack.ss_size = STACK_SIZE;
	task->context.uc_link = NULL;
	makecontext(&task->context, enter, 0);
}

/* ---- runs ---------------------------------------------------------------- */

static void run_once(void)
{
	search.n_steps = 0;
	search.scene->set_up();
	for (size_t i = 0; i < search.scene->n_tasks; i++)
		start_task(&search.tasks[i]);
	search.running = next_task();
	swapcontext(&search.scheduler,
		    &search.tasks[search.running].context);
}

/* Returns false after the last run. */
static bool choose_next(void)
{
	unsigned int n = search.n_steps;

	while (n > 0 && search.chosen[n - 1] + 1 == search.n_options[n - 1])
		n--;
	if (n == 0)
		return false;
	search.chosen[n - 1]++;
	search.n_fixed = n;
	return true;
}

static void write_order(char *order, size_t size)
{
	size_t n = 0;

	for (unsigned int i = 0; i < search.n_steps && n + 1 < size; i++) {
		const uint8_t what = search.options[i][search.chosen[i]];

		order[n++] = what == DIES    ? 'X' :
			     what == HAPPENS ? '*' :
					       (char)('0' + what);
	}
	order[n] = '\0';
}

void interleave_explore(const struct interleave_scene *scene,
			unsigned long max_runs,
			struct interleave_result *ret_result)
{
	memset(ret_result, 0, sizeof(*ret_result));
	search.scene = scene;
	search.n_fixed = 0;
	for (size_t i = 0; i < scene->n_tasks; i++) {
		search.tasks[i].stack = malloc(STACK_SIZE);
		if (!search.tasks[i].stack)
			abort();
	}
	do {
		run_once();
		ret_result->runs++;
		if (search.n_steps > ret_result->longest)
			ret_result->longest = search.n_steps;
		ret_result->wrong = scene->judge();
	} while (!ret_result->wrong && ret_result->runs < max_runs &&
		 choose_next());
	if (ret_result->wrong)
		write_order(ret_result->order, sizeof(ret_result->order));
	for (size_t i = 0; i < scene->n_tasks; i++)
		free(search.tasks[i].stack);
}
