/* SPDX-License-Identifier: MIT */
/* Tests the report about a crashed worker: place, cause and resources. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "contract.h"
#include "echo_crash.h"
#include "under_valgrind.h"

/* A sanitizer's handlers stay: they have a report of their own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
	__has_feature(undefined_behavior_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/** The report, copied in the callback; text of all frames. */
static struct {
	uint32_t n_frames;
	struct camipc_closed_frame first;
	char module[512];
	char build_id[80];
	char names[8192];
} told;

/** addr2line's name of the function; "?" without it. */
static void name_frame(const struct camipc_closed_frame *frame, char *name,
		       size_t size)
{
	char command[640];
	FILE *output;

	snprintf(name, size, "?");
	if (!frame->module || strchr(frame->module, '\''))
		return;
	snprintf(command, sizeof(command),
		 "addr2line -f -e '%s' 0x%llx 2>&1", frame->module,
		 (unsigned long long)frame->offset);
	output = popen(command, "r");
	assert_non_null(output);
	if (fgets(name, (int)size, output))
		name[strcspn(name, "\n")] = '\0';
	pclose(output);
}

static void on_closed(struct contract *c)
{
	const struct camipc_closed_info *info = &c->closed;

	memset(&told, 0, sizeof(told));
	told.n_frames = info->n_frames;
	for (uint32_t i = 0; i < info->n_frames; i++) {
		char name[128];

		name_frame(&info->frames[i], name, sizeof(name));
		strncat(told.names, name,
			sizeof(told.names) - strlen(told.names) - 2);
		strcat(told.names, " ");
	}
	if (!info->n_frames)
		return;
	told.first = info->frames[0];
	if (told.first.module)
		snprintf(told.module, sizeof(told.module), "%s",
			 told.first.module);
	snprintf(told.build_id, sizeof(told.build_id), "%s",
		 told.first.build_id);
}

static void crash(struct contract *c, enum echo_crash how, int number)
{
	contract_ready(c);
	c->on_closed = on_closed;
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_CRASH, (int32_t)how);
	assert_int_equal(test_echo_add(c->ipa, 1, 1, NULL), -EPIPE);
	contract_dispatch_closed(c);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_SIGNALED);
	assert_int_equal(WTERMSIG(c->closed.status), number);
	assert_string_equal(c->closed.last_call, "add");
}

static void expect_named(const char *name)
{
	if (!strstr(told.names, name))
		fail_msg("no %s in: %s", name, told.names);
}

static void expect_in_text(struct contract *c, const char *text)
{
	if (!strstr(c->closed_text, text))
		fail_msg("no \"%s\" in: %s", text, c->closed_text);
}

/** One line says it all; the struct has it in parts. */
static void a_null_pointer(void **state)
{
	struct contract *c = *state;

	if (SANITIZED)
		return;
	/* Which does not keep all registers up to each instruction. */
	SKIP_UNDER_VALGRIND();
	log_capture_begin();
	crash(c, ECHO_CRASH_NULL, SIGSEGV);
	log_capture_end();
	assert_true(c->closed.address_known);
	assert_int_equal(c->closed.address, 0);
	assert_in_range(told.n_frames, 4, 8);
	assert_non_null(strstr(told.module, "echo.so"));
	assert_true(strlen(told.build_id) == 40);
	assert_int_equal(strncmp(told.names, "write_to_null ", 14), 0);
	expect_named("echo_crash");
	expect_named("echo_add");
	expect_in_text(c, "died of signal 11 (segmentation fault) at "
			  "echo.so+0x");
	expect_in_text(c, " < echo.so+0x");
	expect_in_text(c, "(address 0x0); last call add, last event none; "
			  "used ");
	log_capture_expect(1, CAMIPC_LOG_ERROR, "at echo.so+0x");
}

/** Also under a sanitizer, whose handlers are for other signals. */
static void an_abort(void **state)
{
	struct contract *c = *state;

	crash(c, ECHO_CRASH_ABORT, SIGABRT);
	assert_false(c->closed.address_known);
	assert_in_range(told.n_frames, 4, 8);
	/* Or a part of it, as "echo_crash.cold", if the compiler split it. */
	if (strncmp(told.names, "echo_crash", 10) != 0)
		fail_msg("not first: echo_crash in: %s", told.names);
	expect_in_text(c, "(aborted) at echo.so+0x");
}

/** A bad argument of a function of libc is shown as the mistake of its caller. */
static void a_bad_argument(void **state)
{
	struct contract *c = *state;

	if (SANITIZED)
		return;
	SKIP_UNDER_VALGRIND();
	crash(c, ECHO_CRASH_LIBC, SIGSEGV);
	assert_int_equal(strncmp(told.names, "measure_nothing ", 16), 0);
	expect_named("echo_crash");
	expect_in_text(c, "at echo.so+0x");
}

/** No code, so no tables: who called is on the stack. */
static void a_call_of_nothing(void **state)
{
	struct contract *c = *state;

	if (SANITIZED)
		return;
	crash(c, ECHO_CRASH_CALL, SIGSEGV);
	assert_true(told.n_frames >= 1);
	assert_null(told.first.module);
	assert_int_equal(told.first.offset, 0);
	assert_string_equal(told.build_id, "");
#if defined(__x86_64__) || defined(__aarch64__)
	expect_named("echo_crash");
#endif
}

/** The handler has a stack of its own. */
static void a_stack_overflow(void **state)
{
	struct contract *c = *state;

	if (SANITIZED)
		return;
	crash(c, ECHO_CRASH_STACK, SIGSEGV);
	/* Optimised, it may have something behind its name. */
	assert_int_equal(strncmp(told.names, "recurse", 7), 0);
	assert_int_equal(told.n_frames, 8);
}

static void an_illegal_instruction(void **state)
{
	struct contract *c = *state;

	if (SANITIZED)
		return;
	contract_ready(c);
	c->on_closed = on_closed;
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_CRASH, ECHO_CRASH_TRAP);
	assert_int_equal(test_echo_add(c->ipa, 1, 1, NULL), -EPIPE);
	contract_dispatch_closed(c);
	assert_true(WIFSIGNALED(c->closed.status));
	/* SIGTRAP on some machines, which is the debuggers'. */
	if (WTERMSIG(c->closed.status) == SIGILL)
		expect_named("echo_crash");
}

static void a_thread_of_the_module(void **state)
{
	struct contract *c = *state;

	if (SANITIZED)
		return;
	crash(c, ECHO_CRASH_THREAD, SIGSEGV);
	assert_int_equal(strncmp(told.names, "write_to_null ", 14), 0);
}

/** A worker that is killed has no last word; its usage is still known. */
static void a_kill(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	c->on_closed = on_closed;
	contract_kill_worker(c, SIGKILL);
	contract_dispatch_closed(c);
	assert_int_equal(told.n_frames, 0);
	assert_false(c->closed.address_known);
	assert_true(c->closed.usage_known);
	assert_true(c->closed.max_rss_kib > 100);
	assert_true(c->closed.user_us + c->closed.system_us < 60000000);
	expect_in_text(c, "(killed); last call init");
}

/** Signals from outside are reported as such. */
static void a_signal_from_outside(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	c->on_closed = on_closed;
	contract_kill_worker(c, SIGABRT);
	contract_dispatch_closed(c);
	assert_int_equal(WTERMSIG(c->closed.status), SIGABRT);
	assert_false(c->closed.address_known);
	assert_true(told.n_frames > 0);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(a_null_pointer),
	CONTRACT_TEST(an_abort),
	CONTRACT_TEST(a_bad_argument),
	CONTRACT_TEST(a_call_of_nothing),
	CONTRACT_TEST(a_stack_overflow),
	CONTRACT_TEST(an_illegal_instruction),
	CONTRACT_TEST(a_thread_of_the_module),
	CONTRACT_TEST(a_kill),
	CONTRACT_TEST(a_signal_from_outside),
};

CONTRACT_MAIN(tests)
