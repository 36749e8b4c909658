/* SPDX-License-Identifier: MIT */
/* Imported buffers by id: all or none are added, unknown ids are ignored. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "cam_buffers.h"
#include "fd_leak.h"
#include "test_files.h"

#define SIZE 10000u

static int memfd;

static void keeps_buffers_by_id(void **state)
{
	struct cam_frame_buffer_plane planes[2] = {
		{ memfd, 0, 100 },
		{ memfd, 4096, 100 },
	};
	struct cam_buffer buffers[2] = {
		{ 10, &planes[0], 1 },
		{ 20, &planes[1], 2 },
	};
	static const uint32_t ids[] = { 10, 77 };
	struct cam_buffer_set set = { .buffers = NULL };
	struct cam_shared_buffer *found;

	(void)state;
	assert_int_equal(cam_buffer_set_add(&set, buffers, 2, CAM_ACCESS_READ,
					    100),
			 0);
	found = cam_buffer_set_find(&set, 20);
	assert_non_null(cam_buffer_set_find(&set, 10));
	assert_null(cam_buffer_set_find(&set, 30));
	cam_buffer_set_remove(&set, ids, 2);
	assert_null(cam_buffer_set_find(&set, 10));
	/* A buffer stays where it is while others come and go. */
	assert_ptr_equal(cam_buffer_set_find(&set, 20), found);
	assert_int_equal(cam_shared_buffer_get_id(found), 20);
	assert_int_equal(cam_buffer_set_add(&set, buffers, 1, CAM_ACCESS_READ,
					    100),
			 0);
	cam_buffer_set_fini(&set);
	cam_buffer_set_fini(&set);
	assert_int_equal(cam_buffer_set_add(&set, buffers, 2, CAM_ACCESS_READ,
					    100),
			 0);
	cam_buffer_set_fini(&set);
}

/* Adds @second after one good buffer, which must not stay. */
static void expect_refused(struct cam_buffer_set *set, struct cam_buffer second,
			   enum cam_access access, int error)
{
	struct cam_frame_buffer_plane plane = { memfd, 0, 100 };
	struct cam_buffer buffers[2] = { { 50, &plane, 1 }, second };
	size_t n = set->n_buffers;

	assert_int_equal(cam_buffer_set_add(set, buffers, 2, access, 100),
			 error);
	assert_int_equal(set->n_buffers, n);
	assert_null(cam_buffer_set_find(set, 50));
}

static void adds_all_or_none(void **state)
{
	struct cam_frame_buffer_plane good = { memfd, 0, 100 };
	struct cam_frame_buffer_plane tiny = { memfd, 0, 99 };
	struct cam_frame_buffer_plane outside = { memfd, SIZE, 100 };
	struct cam_frame_buffer_plane closed = { -1, 0, 100 };
	struct cam_frame_buffer_plane unsealed = {
		test_memfd(SIZE, 0), 0, 100
	};
	struct cam_frame_buffer_plane sealed = {
		test_memfd(SIZE, F_SEAL_SHRINK | F_SEAL_WRITE), 0, 100
	};
	struct cam_buffer_set set = { .buffers = NULL };
	struct cam_buffer first = { 20, &good, 1 };

	(void)state;
	assert_int_equal(cam_buffer_set_add(&set, &first, 1,
					    CAM_ACCESS_READ_WRITE, 100),
			 0);
	/* Known already, and twice in one call. */
	expect_refused(&set, first, CAM_ACCESS_READ, -EEXIST);
	expect_refused(&set, (struct cam_buffer){ 50, &good, 1 },
		       CAM_ACCESS_READ, -EEXIST);
	expect_refused(&set, (struct cam_buffer){ 60, NULL, 0 },
		       CAM_ACCESS_READ, -EINVAL);
	expect_refused(&set, (struct cam_buffer){ 60, &tiny, 1 },
		       CAM_ACCESS_READ, -ERANGE);
	expect_refused(&set, (struct cam_buffer){ 60, &outside, 1 },
		       CAM_ACCESS_READ, -ERANGE);
	expect_refused(&set, (struct cam_buffer){ 60, &closed, 1 },
		       CAM_ACCESS_READ, -EBADF);
	expect_refused(&set, (struct cam_buffer){ 60, &unsealed, 1 },
		       CAM_ACCESS_READ, -EPERM);
	expect_refused(&set, (struct cam_buffer){ 60, &sealed, 1 },
		       CAM_ACCESS_READ_WRITE, -EPERM);
	expect_refused(&set, (struct cam_buffer){ 60, &good, 1 },
		       (enum cam_access)0, -EINVAL);
	assert_non_null(cam_buffer_set_find(&set, 20));
	cam_buffer_set_fini(&set);
	close(unsealed.fd);
	close(sealed.fd);
}

static int add_two(void *user)
{
	struct cam_frame_buffer_plane plane = { memfd, 0, 100 };
	struct cam_buffer buffers[2] = { { 1, &plane, 1 }, { 2, &plane, 1 } };
	struct cam_buffer_set set = { .buffers = NULL };
	int ret = cam_buffer_set_add(&set, buffers, 2, CAM_ACCESS_READ, 1);

	(void)user;
	assert_int_equal(set.n_buffers, ret < 0 ? 0 : 2);
	cam_buffer_set_fini(&set);
	return ret;
}

static void survives_lack_of_memory(void **state)
{
	(void)state;
	alloc_fail_each(add_two, NULL, 0);
}

static struct fd_leak before;

static int open_memfd(void **state)
{
	(void)state;
	fd_leak_take(&before);
	memfd = test_memfd(SIZE, F_SEAL_SHRINK);
	return 0;
}

static int close_memfd(void **state)
{
	(void)state;
	close(memfd);
	fd_leak_assert_none(&before);
	return 0;
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, open_memfd, close_memfd)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keeps_buffers_by_id),
		TEST(adds_all_or_none),
		TEST(survives_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
