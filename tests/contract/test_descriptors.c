/* SPDX-License-Identifier: MIT */
/*
 * Tests what descriptors an isolated IPA takes: six in the camera process,
 * shared memory adds none there, and a worker keeps no memfd once it has mapped
 * what it needs.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contract.h"

/** An epoll, a timer, a pidfd, and sockets: channel, stderr, life-line. */
#define DESCRIPTORS_PER_PROXY 6

/** Descriptors of this process while a proxy over @transport runs. */
static unsigned int count_with(struct contract *c, uint32_t transport)
{
	const uint32_t before = contract_match.transport;
	struct fd_leak now;

	test_echo_destroy(c->ipa);
	contract_match.transport = transport;
	c->ipa = contract_create(c);
	contract_match.transport = before;
	c->proxy = test_echo_get_proxy(c->ipa);
	contract_running(c);
	contract_wait_for_ipa(c);
	fd_leak_take(&now);
	return now.fds;
}

static void shared_memory_adds_none(void **state)
{
	struct contract *c = *state;
	const unsigned int socket = count_with(c, CAMIPC_TRANSPORT_SOCKET);

	assert_int_equal(count_with(c, CAMIPC_TRANSPORT_SHM), socket);
}

static void a_proxy_takes_six(void **state)
{
	struct contract *c = *state;
	struct fd_leak without;
	unsigned int with;

	with = count_with(c, contract_match.transport);
	test_echo_destroy(c->ipa);
	c->ipa = NULL;
	fd_leak_take(&without);
	assert_int_equal(with - without.fds, DESCRIPTORS_PER_PROXY);
}

/** Returns the number of the worker's memfds, or a negative errno. */
static int count_memfds(int pid)
{
	const struct dirent *entry;
	char path[64];
	int n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		char target[64];
		ssize_t size = readlinkat(dirfd(dir), entry->d_name, target,
					  sizeof(target) - 1);

		if (size < 0 && entry->d_name[0] == '.')
			continue;
		if (size < 0) {
			n = -errno;
			break;
		}
		target[size] = '\0';
		n += strncmp(target, "/memfd:", 7) == 0;
	}
	closedir(dir);
	return n;
}

static void the_worker_keeps_no_memfd(void **state)
{
	struct contract *c = *state;
	int n;

	contract_running(c);
	contract_wait_for_ipa(c);
	n = count_memfds(camipc_proxy_get_pid(c->proxy));
	if (n == -EACCES) {
		print_message("skipped: a worker in the sandbox shows its "
			      "descriptors to nobody here\n");
		skip();
	}
	assert_int_equal(n, 0);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(a_proxy_takes_six),
	CONTRACT_TEST(shared_memory_adds_none),
	CONTRACT_TEST(the_worker_keeps_no_memfd),
};

CONTRACT_MAIN(tests)
