/* SPDX-License-Identifier: MIT */
/*
 * Tests how an IPA is scheduled: as the match says, on each backend; as usual
 * whatever the camera process has; and refused where that is not permitted.
 */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "contract.h"
#include "log_capture.h"
#include "under_valgrind.h"

#define FIFO_PRIORITY 3

/** The only thread of this process with the name of an IPA's. */
static int find_ipa_thread(void)
{
	DIR *tasks = opendir("/proc/self/task");
	const struct dirent *task;
	int found = 0;

	assert_non_null(tasks);
	while ((task = readdir(tasks))) {
		char path[64];
		char name[32] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/self/task/%.16s/comm",
			 task->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		if (!fgets(name, sizeof(name), file))
			name[0] = '\0';
		fclose(file);
		if (strncmp(name, "ipa:", 4) == 0)
			found = atoi(task->d_name);
	}
	closedir(tasks);
	return found;
}

/** The thread or process in which ops run, once a call was answered. */
static int ipa_task(struct contract *c)
{
	contract_wait_for_ipa(c);
	return contract_is_local() ? find_ipa_thread() :
				     camipc_proxy_get_pid(c->proxy);
}

static int policy_of(int task)
{
	return sched_getscheduler(task) & ~SCHED_RESET_ON_FORK;
}

static int nice_of(int task)
{
	errno = 0;
	return getpriority(PRIO_PROCESS, (id_t)task);
}

/** The first number behind @label in a file of /proc/PID. */
static unsigned long number_of(int pid, const char *name, const char *label)
{
	const size_t size = strlen(label);
	unsigned long number = 0;
	bool found = false;
	char path[64];
	char line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = fopen(path, "r");
	assert_non_null(file);
	while (!found && fgets(line, sizeof(line), file))
		found = strncmp(line, label, size) == 0 &&
			sscanf(line + size, "%lu", &number) == 1;
	fclose(file);
	assert_true(found);
	return number;
}

/** Another proxy, scheduled like this, instead of the test's own. */
static int create_with(struct contract *c,
		       const struct camipc_scheduling *scheduling)
{
	struct test_echo *ipa = NULL;
	int ret;

	contract_match.scheduling = scheduling;
	ret = test_echo_create(c->manager, &contract_match, &contract_events, c,
			       &ipa);
	contract_match.scheduling = NULL;
	if (ret < 0)
		return ret;
	test_echo_destroy(c->ipa);
	c->ipa = ipa;
	c->proxy = test_echo_get_proxy(ipa);
	contract_running(c);
	return 0;
}

static bool may_be_real_time(void)
{
	const struct sched_param param = { .sched_priority = FIFO_PRIORITY };
	const struct sched_param normal = { .sched_priority = 0 };

	if (sched_setscheduler(0, SCHED_FIFO, &param) < 0)
		return false;
	assert_int_equal(sched_setscheduler(0, SCHED_OTHER, &normal), 0);
	return true;
}

static void is_as_the_match_says(void **state)
{
	/* The tests may have been started with a nice value. */
	const int own = nice_of(0);
	const int wanted = own < 19 ? own + 1 : own;
	const struct camipc_scheduling scheduling = {
		.size = sizeof(scheduling),
		.priority = wanted,
	};
	struct contract *c = *state;
	int task;

	assert_int_equal(create_with(c, &scheduling), 0);
	task = ipa_task(c);
	assert_true(task > 0);
	assert_int_equal(policy_of(task), SCHED_OTHER);
	assert_int_equal(nice_of(task), wanted);
	assert_int_equal(nice_of(0), own);
}

static void runs_on_some_processors(void **state)
{
	struct camipc_scheduling scheduling = { .size = sizeof(scheduling) };
	struct contract *c = *state;
	uint16_t cpu = 0;
	cpu_set_t set;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	/* The last one: a mask without effect would have others, too. */
	for (uint16_t i = 0; i < CPU_SETSIZE; i++) {
		if (CPU_ISSET(i, &set))
			cpu = i;
	}
	scheduling.cpus = &cpu;
	scheduling.n_cpus = 1;
	assert_int_equal(create_with(c, &scheduling), 0);
	assert_int_equal(sched_getaffinity(ipa_task(c), sizeof(set), &set), 0);
	assert_int_equal(CPU_COUNT(&set), 1);
	assert_true(CPU_ISSET(cpu, &set));
}

/** Where this process may not do it, the creation says so, and what it takes. */
static void real_time_is_given_or_refused(void **state)
{
	const struct camipc_scheduling scheduling = {
		.size = sizeof(scheduling),
		.policy = CAMIPC_SCHEDULING_FIFO,
		.priority = FIFO_PRIORITY,
	};
	struct contract *c = *state;
	struct sched_param param;
	int task;

	if (!may_be_real_time()) {
		log_capture_begin();
		assert_int_equal(create_with(c, &scheduling), -EPERM);
		assert_int_equal(log_capture_count(CAMIPC_LOG_ERROR,
						   "RLIMIT_RTPRIO"),
				 1);
		log_capture_end();
		return;
	}
	assert_int_equal(create_with(c, &scheduling), 0);
	task = ipa_task(c);
	assert_int_equal(policy_of(task), SCHED_FIFO);
	assert_int_equal(sched_getparam(task, &param), 0);
	assert_int_equal(param.sched_priority, FIFO_PRIORITY);
	if (contract_is_local())
		return;
	/* It cannot keep a processor for itself, nor become more important. */
	assert_int_equal(number_of(task, "limits", "Max realtime timeout"),
			 1000000);
	assert_int_equal(number_of(task, "limits", "Max realtime priority"), 0);
}

/** Real time in the camera process is not the IPA's. */
static void nothing_is_inherited(void **state)
{
	const struct sched_param param = { .sched_priority = FIFO_PRIORITY };
	const struct sched_param normal = { .sched_priority = 0 };
	struct contract *c = *state;
	int task;

	if (!may_be_real_time()) {
		print_message("skipped: no real-time policy is permitted\n");
		skip();
	}
	assert_int_equal(sched_setscheduler(0, SCHED_FIFO, &param), 0);
	task = create_with(c, NULL) == 0 ? ipa_task(c) : 0;
	assert_int_equal(sched_setscheduler(0, SCHED_OTHER, &normal), 0);
	assert_true(task > 0);
	assert_int_equal(policy_of(task), SCHED_OTHER);
	assert_int_equal(nice_of(task), nice_of(0));
}

static void memory_is_locked(void **state)
{
	const struct camipc_scheduling scheduling = {
		.size = sizeof(scheduling),
		.lock_memory = true,
	};
	struct contract *c = *state;
	int ret;

	if (TEST_SANITIZED || under_valgrind()) {
		print_message("skipped: sanitizers and valgrind map more than "
			      "can be locked\n");
		skip();
	}
	log_capture_begin();
	ret = create_with(c, &scheduling);
	log_capture_end();
	if (contract_is_local()) {
		assert_int_equal(ret, 0);
		assert_int_equal(number_of(getpid(), "status", "VmLck:"), 0);
		return;
	}
	if (ret == -EPERM && geteuid() != 0) {
		log_capture_expect(1, CAMIPC_LOG_ERROR, "RLIMIT_MEMLOCK");
		return;
	}
	assert_int_equal(ret, 0);
	assert_true(number_of(ipa_task(c), "status", "VmLck:") > 1024);
}

static void bad_values_are_refused(void **state)
{
	static const uint16_t too_high = CAMIPC_MAX_CPUS;
	static const uint16_t absent = CAMIPC_MAX_CPUS - 1;
	const uint32_t size = sizeof(struct camipc_scheduling);
	const struct {
		struct camipc_scheduling scheduling;
		const char *text;
	} rows[] = {
		{ { .size = 0 }, "struct camipc_scheduling" },
		{ { .size = size, .policy = CAMIPC_N_SCHEDULING_POLICIES },
		  "policy" },
		{ { .size = size, .priority = -21 }, "priority -21" },
		{ { .size = size, .priority = 20 }, "priority 20" },
		{ { .size = size, .policy = CAMIPC_SCHEDULING_FIFO },
		  "priority 0" },
		{ { .size = size,
		    .policy = CAMIPC_SCHEDULING_ROUND_ROBIN,
		    .priority = 100 },
		  "priority 100" },
		{ { .size = size, .cpus = &too_high, .n_cpus = 1 },
		  "processor 1024" },
		{ { .size = size, .n_cpus = 1 }, "n_cpus 1" },
		{ { .size = size, .cpus = &absent, .n_cpus = 1 },
		  "none of these processors" },
	};
	struct contract *c = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		log_capture_begin();
		assert_int_equal(create_with(c, &rows[i].scheduling), -EINVAL);
		assert_int_equal(log_capture_count(CAMIPC_LOG_ERROR,
						   rows[i].text),
				 1);
		log_capture_end();
	}
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(is_as_the_match_says),
	CONTRACT_TEST(runs_on_some_processors),
	CONTRACT_TEST(real_time_is_given_or_refused),
	CONTRACT_TEST(nothing_is_inherited),
	CONTRACT_TEST(memory_is_locked),
	CONTRACT_TEST(bad_values_are_refused),
};

CONTRACT_MAIN(tests)
