/* SPDX-License-Identifier: MIT */
/*
 * A pipeline of the test interface as a program of its own, which uses public
 * headers and the shared library alone, as an integrator's first program would.
 *
 * usage: echo-pipeline MODULE WORKER [BACKEND]...
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "echo_ipa_proxy.h"

#define N_NUMBERS 5u

/** What came back from one IPA. */
struct session {
	struct test_echo *ipa;
	uint32_t pushed[N_NUMBERS];
	uint32_t n_pushed;
	bool closed;
};

static void on_pushed(void *user, uint32_t number)
{
	struct session *session = user;

	if (session->n_pushed < N_NUMBERS)
		session->pushed[session->n_pushed++] = number;
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct session *session = user;

	session->closed = true;
	fprintf(stderr, "echo-pipeline: %s\n", info->text);
}

static const struct test_echo_events events = {
	.size = sizeof(events),
	.pushed = on_pushed,
	.closed = on_closed,
};

/** Any event loop would do: the descriptor is readable when there is work. */
static int wait_for_events(struct session *session)
{
	struct pollfd pfd = {
		.fd = test_echo_get_fd(session->ipa),
		.events = POLLIN,
	};

	while (session->n_pushed < N_NUMBERS && !session->closed) {
		int ret;

		if (poll(&pfd, 1, 10000) <= 0)
			return -1;
		ret = test_echo_dispatch(session->ipa);
		if (ret < 0)
			return ret;
	}
	return session->closed ? -1 : 0;
}

static int use(struct session *session)
{
	struct test_echo_defaults defaults;
	int32_t sum = 0;
	int ret;

	test_echo_defaults_init(&defaults);
	ret = test_echo_init(session->ipa, TEST_ECHO_GREETING, &defaults);
	if (ret < 0)
		return ret;
	ret = test_echo_add(session->ipa, 40, 2, &sum);
	if (ret < 0)
		return ret;
	printf("  40 + 2 = %d\n", sum);
	ret = test_echo_start(session->ipa);
	for (uint32_t i = 0; i < N_NUMBERS && ret >= 0; i++)
		ret = test_echo_push(session->ipa, i * i);
	if (ret < 0)
		return ret;
	ret = wait_for_events(session);
	if (ret < 0)
		return ret;
	printf("  events:");
	for (uint32_t i = 0; i < N_NUMBERS; i++)
		printf(" %u", session->pushed[i]);
	printf("\n");
	return test_echo_stop(session->ipa);
}

static int run(struct camipc_manager *manager, const char *module,
	       const char *backend)
{
	const struct camipc_match match = {
		.path = module,
		.isolation = backend,
	};
	struct session session = { 0 };
	int ret;

	printf("%s\n", backend);
	ret = test_echo_create(manager, &match, &events, &session,
			       &session.ipa);
	if (ret == 0)
		ret = use(&session);
	if (ret < 0)
		fprintf(stderr, "echo-pipeline: %s: %s\n", backend,
			camipc_proxy_strerror(test_echo_get_proxy(session.ipa),
					      ret));
	test_echo_destroy(session.ipa);
	return ret;
}

int main(int argc, char **argv)
{
	static const char *const all[] = { "thread", "loopback", "process" };
	const char *const workers[] = { argc > 2 ? argv[2] : NULL, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.no_install_paths = true,
	};
	struct camipc_manager *manager;
	int ret;

	if (argc < 3) {
		fprintf(stderr,
			"usage: echo-pipeline MODULE WORKER [BACKEND]...\n");
		return 2;
	}
	ret = camipc_manager_create(&options, &manager);
	if (ret < 0) {
		fprintf(stderr, "echo-pipeline: %s\n", camipc_strerror(ret));
		return 1;
	}
	for (int i = 3; i < argc && ret == 0; i++)
		ret = run(manager, argv[1], argv[i]);
	for (int i = 0; i < 3 && argc == 3 && ret == 0; i++)
		ret = run(manager, argv[1], all[i]);
	camipc_manager_destroy(manager);
	return ret < 0 ? 1 : 0;
}
