/* SPDX-License-Identifier: MIT */
/*
 * Tests the log of two IPAs on stderr: the noise of one of them hides neither
 * the lines of the other one nor the line about its death.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contract.h"

/* More than any rate lets through. */
#define NOISE 5000

static unsigned int count(const char *text, const char *what)
{
	unsigned int n = 0;

	for (const char *at = text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* Reads what was written to stderr since it became @file. */
static char *read_all(FILE *file)
{
	static char text[1000000];
	size_t n;

	fflush(stderr);
	rewind(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	return text;
}

static void make_noise(struct contract *c, struct test_echo *ipa, int32_t lines)
{
	struct test_echo *const kept = c->ipa;

	c->ipa = ipa;
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_CHATTER, lines);
	assert_int_equal(test_echo_add(ipa, 1, 2, NULL), 0);
	contract_dispatch_all(c);
	c->ipa = kept;
}

static void end_quietly(struct contract *c, struct test_echo *ipa)
{
	contract_dispatch_all(c);
	test_echo_destroy(ipa);
}

/** Threat 50. */
static void noise_hides_nobody(void **state)
{
	struct contract *c = *state;
	FILE *file = tmpfile();
	const int kept = dup(STDERR_FILENO);
	struct test_echo *noisy;
	struct test_echo_defaults defaults;
	char death[64];
	char other[64];
	const char *text;

	assert_non_null(file);
	test_echo_destroy(c->ipa);
	dup2(fileno(file), STDERR_FILENO);
	camipc_log_set(NULL, NULL, CAMIPC_LOG_INFO);
	test_echo_defaults_init(&defaults);
	noisy = contract_create(c);
	assert_int_equal(test_echo_init(noisy, "noisy", &defaults), 0);
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
	contract_ready(c);
	snprintf(death, sizeof(death), "(pid %d): died of signal 9",
		 camipc_proxy_get_pid(c->proxy));
	snprintf(other, sizeof(other), "[%d] chatter\n",
		 camipc_proxy_get_pid(c->proxy));
	make_noise(c, noisy, NOISE);
	make_noise(c, c->ipa, 3);
	make_noise(c, noisy, NOISE);
	contract_kill_worker(c, SIGKILL);
	contract_dispatch_closed(c);
	end_quietly(c, noisy);
	text = read_all(file);
	log_capture_begin();
	dup2(kept, STDERR_FILENO);
	close(kept);
	fclose(file);
	assert_int_equal(count(text, other), 3);
	assert_int_equal(count(text, death), 1);
	assert_in_range(count(text, "chatter\n"), 100, NOISE);
	/* Told at the end of a flood, or of a worker. */
	assert_in_range(count(text, "lines were dropped"), 1, 3);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(noise_hides_nobody),
};

CONTRACT_MAIN(tests)
