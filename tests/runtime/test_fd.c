/* SPDX-License-Identifier: MIT */
/* Tests kinds of descriptors: each against each, seals, access and size. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <camipc/fd.h>
#include <cmocka.h>

#include "test_files.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

enum { MEMFD, EVENT, PIPE, FILE_ON_DISK, SOCKET, EPOLL, FOLDER, PATH, N_FDS };

static int fds[N_FDS];
static int spare[2];

static int setup(void **state)
{
	char name[] = "./camipc-test-fd-XXXXXX";
	int pair[2];

	(void)state;
	fds[MEMFD] = test_memfd(100, 0);
	fds[EVENT] = eventfd(0, EFD_CLOEXEC);
	assert_return_code(pipe2(pair, O_CLOEXEC), errno);
	fds[PIPE] = pair[0];
	spare[0] = pair[1];
	fds[FILE_ON_DISK] = mkstemp(name);
	unlink(name);
	assert_return_code(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), errno);
	fds[SOCKET] = pair[0];
	spare[1] = pair[1];
	fds[EPOLL] = epoll_create1(EPOLL_CLOEXEC);
	fds[FOLDER] = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[PATH] = open("/dev/null", O_PATH | O_CLOEXEC);
	for (int i = 0; i < N_FDS; i++)
		assert_return_code(fds[i], errno);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (int i = 0; i < N_FDS; i++)
		close(fds[i]);
	close(spare[0]);
	close(spare[1]);
	return 0;
}

static bool fits(int which, enum camipc_fd_kind kind)
{
	int ret = camipc_fd_check_kind(fds[which], kind, CAMIPC_FD_ACCESS_ANY,
				       false, 0);

	assert_true(ret == 0 || ret == -EINVAL);
	return ret == 0;
}

static void test_each_kind_against_each(void **state)
{
	(void)state;
	for (int i = 0; i < N_FDS; i++) {
		assert_int_equal(fits(i, CAMIPC_FD_KIND_ANY), i != PATH);
		assert_int_equal(fits(i, CAMIPC_FD_KIND_EVENTFD), i == EVENT);
		assert_int_equal(fits(i, CAMIPC_FD_KIND_PIPE), i == PIPE);
		assert_int_equal(fits(i, CAMIPC_FD_KIND_FILE),
				 i == FILE_ON_DISK || i == MEMFD);
		assert_false(fits(i, CAMIPC_FD_KIND_DMABUF));
		if (i != FILE_ON_DISK) /* may be on tmpfs, which has seals */
			assert_int_equal(fits(i, CAMIPC_FD_KIND_MEMFD),
					 i == MEMFD);
	}
	assert_int_equal(camipc_fd_check_kind(-1, CAMIPC_FD_KIND_ANY,
					      CAMIPC_FD_ACCESS_ANY, false, 0),
			 -EBADF);
}

static int check_memfd(enum camipc_fd_access access, bool sealed, uint64_t size)
{
	return camipc_fd_check_kind(fds[MEMFD], CAMIPC_FD_KIND_MEMFD, access,
				    sealed, size);
}

static void test_size_and_access_and_seals(void **state)
{
	(void)state;
	assert_int_equal(check_memfd(CAMIPC_FD_ACCESS_RW, false, 100), 0);
	assert_int_equal(check_memfd(CAMIPC_FD_ACCESS_RW, false, 101),
			 -EINVAL);
	assert_int_equal(check_memfd(CAMIPC_FD_ACCESS_RO, false, 100),
			 -EINVAL);
	assert_int_equal(check_memfd(CAMIPC_FD_ACCESS_RW, true, 100), -EINVAL);
	assert_return_code(fcntl(fds[MEMFD], F_ADD_SEALS, F_SEAL_SHRINK),
			   errno);
	assert_int_equal(check_memfd(CAMIPC_FD_ACCESS_RW, true, 100), -EINVAL);
	assert_return_code(fcntl(fds[MEMFD], F_ADD_SEALS, SEALS), errno);
	assert_int_equal(check_memfd(CAMIPC_FD_ACCESS_RW, true, 100), 0);
	assert_int_equal(camipc_fd_check_kind(fds[FOLDER], CAMIPC_FD_KIND_ANY,
					      CAMIPC_FD_ACCESS_RO, false, 0),
			 0);
}

static void test_dup_is_close_on_exec(void **state)
{
	int copy = camipc_fd_dup(fds[MEMFD]);

	(void)state;
	assert_true(copy > 2);
	assert_true(fcntl(copy, F_GETFD) & FD_CLOEXEC);
	close(copy);
	assert_int_equal(camipc_fd_dup(-1), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind_against_each),
		cmocka_unit_test(test_size_and_access_and_seals),
		cmocka_unit_test(test_dup_is_close_on_exec),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
