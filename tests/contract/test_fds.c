/* SPDX-License-Identifier: MIT */
/* Tests descriptors: the same open file arrives, and no copy is left behind. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/fd.h>

#include "contract.h"

#define MANY 24 /* eight buffers of three planes */

static int make_file(const char *text)
{
	int fd = memfd_create(text, MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

static void expect_same_file(int a, int b)
{
	struct stat first;
	struct stat second;

	assert_int_equal(fstat(a, &first), 0);
	assert_int_equal(fstat(b, &second), 0);
	assert_int_equal(first.st_ino, second.st_ino);
	assert_int_equal(first.st_dev, second.st_dev);
	assert_true(fcntl(b, F_GETFD) & FD_CLOEXEC);
}

/** In arguments, structs, arrays, and back. */
static void identity(void **state)
{
	struct contract *c = *state;
	int fds[MANY];
	const int *many_back = NULL;
	const struct test_echo_plane *planes_back = NULL;
	struct test_echo_plane planes[2];
	struct test_echo_plane plane_back;
	size_t n_many = 0;
	size_t n_planes = 0;
	int one_back = -1;

	contract_ready(c);
	for (int i = 0; i < MANY; i++)
		fds[i] = make_file(i % 2 ? "odd" : "even");
	/* The same descriptor twice: planes often share a dma-buf. */
	planes[0] = (struct test_echo_plane){ .fd = fds[1], .offset = 10 };
	planes[1] = (struct test_echo_plane){ .fd = fds[1], .offset = 20 };
	assert_int_equal(test_echo_exchange(c->ipa, fds[0], fds, MANY,
					    &planes[0], planes, 2, &one_back,
					    &many_back, &n_many, &plane_back,
					    &planes_back, &n_planes),
			 0);
	expect_same_file(fds[0], one_back);
	assert_int_equal(n_many, MANY);
	for (int i = 0; i < MANY; i++)
		expect_same_file(fds[i], many_back[i]);
	expect_same_file(fds[1], plane_back.fd);
	assert_int_equal(n_planes, 2);
	expect_same_file(fds[1], planes_back[1].fd);
	assert_int_equal(planes_back[1].offset, 20);

	close(one_back);
	for (int i = 0; i < MANY; i++) {
		close(many_back[i]);
		close(fds[i]);
	}
	camipc_clear_array(many_back);
	test_echo_plane_clear(&plane_back);
	close(planes_back[0].fd);
	close(planes_back[1].fd);
	camipc_clear_array(planes_back);
}

/** In the values of a map, and back. */
static void identity_in_maps(void **state)
{
	struct contract *c = *state;
	const struct test_echo_string_plane_entry planes[] = {
		{ "left", { make_file("left"), 1 } },
		{ "none", { -1, 2 } },
		{ "right", { make_file("right"), 3 } },
	};
	const struct test_echo_string_plane_entry *back = NULL;
	size_t n = 0;

	contract_ready(c);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(test_echo_exchange_named(c->ipa, planes, 3,
							  &back, &n),
				 0);
		assert_int_equal(n, 3);
		for (size_t i = 0; i < n; i++) {
			assert_string_equal(back[i].key, planes[i].key);
			assert_int_equal(back[i].value.offset, i + 1);
			camipc_clear_string(back[i].key);
			if (planes[i].value.fd < 0) {
				assert_int_equal(back[i].value.fd, -1);
				continue;
			}
			expect_same_file(planes[i].value.fd, back[i].value.fd);
			close(back[i].value.fd);
		}
		camipc_clear_array(back);
		if (round == 0)
			contract_start(c);
	}
	close(planes[0].value.fd);
	close(planes[2].value.fd);
}

static void none_is_legal(void **state)
{
	struct contract *c = *state;
	struct test_echo_plane plane;
	struct test_echo_plane back;
	int one = 99;

	contract_ready(c);
	test_echo_plane_init(&plane);
	assert_int_equal(test_echo_exchange(c->ipa, -1, NULL, 0, &plane, NULL,
					    0, &one, NULL, NULL, &back, NULL,
					    NULL),
			 0);
	assert_int_equal(one, -1);
	assert_int_equal(back.fd, -1);
}

/** Outputs that the caller drops are closed. */
static void dropped_outputs(void **state)
{
	struct contract *c = *state;
	struct test_echo_plane plane;
	int fd = make_file("dropped");

	contract_ready(c);
	plane = (struct test_echo_plane){ .fd = fd };
	for (int i = 0; i < 50; i++)
		assert_int_equal(test_echo_exchange(c->ipa, fd, &fd, 1, &plane,
						    &plane, 1, NULL, NULL, NULL,
						    NULL, NULL, NULL),
				 0);
	close(fd);
}

static void not_a_descriptor(void **state)
{
	struct contract *c = *state;
	struct test_echo_plane plane;

	contract_ready(c);
	test_echo_plane_init(&plane);
	assert_int_equal(test_echo_exchange(c->ipa, 9999, NULL, 0, &plane, NULL,
					    0, NULL, NULL, NULL, NULL, NULL,
					    NULL),
			 -EINVAL);
	contract_expect_state(c, CAMIPC_STATE_READY);
}

/** As many as a message may have, and one more. */
static void most_in_one_message(void **state)
{
	struct contract *c = *state;
	static int fds[CAMIPC_MAX_FDS + 1];
	struct test_echo_plane plane;
	int fd = make_file("most");

	contract_running(c);
	test_echo_plane_init(&plane);
	for (int i = 0; i <= CAMIPC_MAX_FDS; i++)
		fds[i] = fd;
	/* Back come more than an IPA may send: its answer is refused. */
	assert_int_equal(test_echo_exchange(c->ipa, -1, fds, CAMIPC_MAX_FDS,
					    &plane, NULL, 0, NULL, NULL, NULL,
					    NULL, NULL, NULL),
			 -EMSGSIZE);
	assert_int_equal(test_echo_exchange(c->ipa, -1, fds,
					    CAMIPC_MAX_FDS_FROM_WORKER, &plane,
					    NULL, 0, NULL, NULL, NULL, NULL,
					    NULL, NULL),
			 0);
	assert_int_equal(test_echo_exchange(c->ipa, -1, fds, CAMIPC_MAX_FDS + 1,
					    &plane, NULL, 0, NULL, NULL, NULL,
					    NULL, NULL, NULL),
			 -EMSGSIZE);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	close(fd);
}

/* ---- in events --------------------------------------------------------- */

struct kept {
	int expected;
	int kept;
	int lent;
	size_t n_more;
};

static void keep_plane(struct contract *c, const struct test_echo_plane *plane,
		       const int *more, size_t n_more)
{
	struct kept *kept = c->context;

	expect_same_file(kept->expected, plane->fd);
	for (size_t i = 0; i < n_more; i++)
		expect_same_file(kept->expected, more[i]);
	kept->lent = plane->fd;
	kept->kept = camipc_fd_dup(plane->fd);
	kept->n_more = n_more;
}

/** Received ones are lent for the callback; a duplicate is kept. */
static void events_lend(void **state)
{
	struct contract *c = *state;
	struct kept kept = { .expected = make_file("lent") };
	struct test_echo_plane plane = { .fd = kept.expected, .offset = 3 };
	const int more[2] = { kept.expected, kept.expected };

	contract_running(c);
	c->context = &kept;
	c->on_plane = keep_plane;
	assert_int_equal(test_echo_push_plane(c->ipa, &plane, more, 2), 0);
	contract_dispatch_events(c, 1);
	assert_int_equal(kept.n_more, 2);
	assert_true(kept.kept >= 0);
	/* A worker's is closed by another thread. */
	while (fcntl(kept.lent, F_GETFD) >= 0)
		poll(NULL, 0, 1);
	expect_same_file(kept.expected, kept.kept);
	close(kept.kept);
	close(kept.expected);
}

/** Neither stop nor destroy leaves the ones of what was not told. */
static void undelivered_ones_are_closed(void **state)
{
	struct contract *c = *state;
	struct test_echo_plane plane = { .fd = make_file("undelivered") };

	contract_running(c);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(test_echo_push_plane(c->ipa, &plane, NULL, 0),
				 0);
		assert_int_equal(test_echo_slow(c->ipa, 1), 1);
		if (i % 2) {
			assert_int_equal(test_echo_stop(c->ipa), 0);
			contract_start(c);
		}
	}
	close(plane.fd);
}

/** In flight: a limit for all, but a large message goes alone. */
static void in_flight(void **state)
{
	struct contract *c = *state;
	int fd = make_file("in flight");
	struct test_echo_plane plane = { .fd = fd };
	int more[CAMIPC_MAX_FDS_IN_FLIGHT];

	for (int i = 0; i < CAMIPC_MAX_FDS_IN_FLIGHT; i++)
		more[i] = fd;
	contract_running(c);
	contract_plan(c, TEST_ECHO_PUSH, TEST_ECHO_BLOCK, 0);
	assert_int_equal(test_echo_push_plane(c->ipa, &plane, more,
					      CAMIPC_MAX_FDS_IN_FLIGHT),
			 0);
	assert_int_equal(test_echo_push_plane(c->ipa, &plane, NULL, 0),
			 -EAGAIN);
	contract_open_gate(c);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	assert_int_equal(test_echo_push_plane(c->ipa, &plane, NULL, 0), 0);
	assert_int_equal(test_echo_push_plane(c->ipa, &plane, NULL, 0), 0);
	close(fd);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(identity),
	CONTRACT_TEST(identity_in_maps),
	CONTRACT_TEST(none_is_legal),
	CONTRACT_TEST(dropped_outputs),
	CONTRACT_TEST(not_a_descriptor),
	CONTRACT_TEST(most_in_one_message),
	CONTRACT_TEST(events_lend),
	CONTRACT_TEST(undelivered_ones_are_closed),
	CONTRACT_TEST(in_flight),
};

CONTRACT_MAIN(tests)
