/* SPDX-License-Identifier: MIT */
/* Mapping buffers: what is refused, and that nothing is left. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "cam_buffers.h"
#include "fd_leak.h"
#include "test_files.h"

#define SIZE 10000u

static int map(int fd, uint32_t offset, uint32_t length, enum cam_access access)
{
	struct cam_frame_buffer_plane plane = { fd, offset, length };
	struct cam_mapping mapping = { .fd = -1 };
	int ret = cam_mapping_init(&mapping, &plane, access);

	if (ret == 0) {
		assert_int_equal(mapping.length, length);
		cam_mapping_fini(&mapping);
		cam_mapping_fini(&mapping);
	} else {
		assert_null(mapping.pages);
	}
	return ret;
}

static void checks_bounds(void **state)
{
	int fd = test_memfd(SIZE, F_SEAL_SHRINK);

	(void)state;
	assert_int_equal(map(fd, 0, SIZE, CAM_ACCESS_READ), 0);
	assert_int_equal(map(fd, SIZE - 1, 1, CAM_ACCESS_READ), 0);
	assert_int_equal(map(fd, 5000, 4000, CAM_ACCESS_READ_WRITE), 0);
	assert_int_equal(map(fd, 0, SIZE + 1, CAM_ACCESS_READ), -ERANGE);
	assert_int_equal(map(fd, SIZE, 1, CAM_ACCESS_READ), -ERANGE);
	assert_int_equal(map(fd, UINT32_MAX, UINT32_MAX, CAM_ACCESS_READ),
			 -ERANGE);
	assert_int_equal(map(fd, 1, UINT32_MAX, CAM_ACCESS_READ), -ERANGE);
	assert_int_equal(map(fd, 0, 0, CAM_ACCESS_READ), -EINVAL);
	close(fd);
}

static void checks_what_it_is(void **state)
{
	int fd = test_memfd(SIZE, 0);
	int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int pair[2];

	(void)state;
	assert_return_code(pipe2(pair, O_CLOEXEC), errno);
	/* It could shrink, and the reader would die of SIGBUS. */
	assert_int_equal(map(fd, 0, 100, CAM_ACCESS_READ), -EPERM);
	assert_int_equal(map(zero, 0, 100, CAM_ACCESS_READ), -EINVAL);
	assert_int_equal(map(file, 0, 100, CAM_ACCESS_READ), -EINVAL);
	assert_int_equal(map(pair[0], 0, 100, CAM_ACCESS_READ), -EINVAL);
	assert_int_equal(map(-1, 0, 100, CAM_ACCESS_READ), -EBADF);
	close(fd);
	close(zero);
	close(file);
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(map(fd, 0, 100, CAM_ACCESS_READ), -EBADF);
}

static void respects_write_seals(void **state)
{
	int fd = test_memfd(SIZE, F_SEAL_SHRINK | F_SEAL_WRITE);

	(void)state;
	assert_int_equal(map(fd, 0, 100, CAM_ACCESS_READ), 0);
	assert_int_equal(map(fd, 0, 100, CAM_ACCESS_READ_WRITE), -EPERM);
	close(fd);
}

/* What the maker writes the others see, and cannot change. */
static void makes_memory_that_others_only_read(void **state)
{
	struct cam_frame_buffer_plane plane;
	struct cam_mapping maker;
	struct cam_mapping reader;

	(void)state;
	assert_int_equal(cam_mapping_init_memfd(&maker, "test", 5000,
						CAM_ACCESS_READ, &plane),
			 0);
	assert_int_equal(cam_mapping_init(&reader, &plane,
					  CAM_ACCESS_READ_WRITE),
			 -EPERM);
	assert_int_equal(cam_mapping_init(&reader, &plane, CAM_ACCESS_READ), 0);
	assert_int_equal(cam_mapping_begin(&maker), 0);
	memset(maker.data, 0x5a, maker.length);
	assert_int_equal(cam_mapping_end(&maker), 0);
	assert_memory_equal(reader.data, maker.data, 5000);
	assert_int_equal(write(plane.fd, "x", 1), -1);
	assert_int_equal(ftruncate(plane.fd, 0), -1);
	assert_ptr_equal(mmap(NULL, 5000, PROT_READ | PROT_WRITE, MAP_SHARED,
			      plane.fd, 0),
			 MAP_FAILED);
	close(plane.fd);
	cam_mapping_fini(&maker);
	cam_mapping_fini(&reader);
	assert_int_equal(cam_mapping_init_memfd(&maker, "test", 0,
						CAM_ACCESS_READ, &plane),
			 -EINVAL);
}

static void shares_memory_both_ways(void **state)
{
	struct cam_frame_buffer_plane plane;
	struct cam_mapping maker;
	struct cam_mapping other;

	(void)state;
	assert_int_equal(cam_mapping_init_memfd(&maker, "test", 64,
						CAM_ACCESS_READ_WRITE, &plane),
			 0);
	assert_int_equal(
		cam_mapping_init(&other, &plane, CAM_ACCESS_READ_WRITE), 0);
	strcpy(other.data, "from the other side");
	assert_string_equal(maker.data, "from the other side");
	close(plane.fd);
	cam_mapping_fini(&maker);
	cam_mapping_fini(&other);
}

static void keeps_buffers_by_id(void **state)
{
	int fd = test_memfd(SIZE, F_SEAL_SHRINK);
	struct cam_frame_buffer_plane planes[3] = {
		{ fd, 0, 100 },
		{ fd, 4096, 100 },
		{ fd, 9999, 1 },
	};
	struct cam_buffer buffers[3] = {
		{ 10, &planes[0], 1 },
		{ 20, &planes[1], 1 },
		{ 30, &planes[2], 1 },
	};
	static const uint32_t ids[] = { 10, 77 };
	struct cam_buffer_set set = { .buffers = NULL };

	(void)state;
	assert_int_equal(
		cam_buffer_set_add(&set, buffers, 2, CAM_ACCESS_READ, 100), 0);
	/* All or none: the third is too short, and 20 is there already. */
	assert_int_equal(cam_buffer_set_add(&set, buffers + 2, 1,
					    CAM_ACCESS_READ, 100),
			 -ERANGE);
	buffers[2].id = 20;
	assert_int_equal(cam_buffer_set_add(&set, buffers + 2, 1,
					    CAM_ACCESS_READ, 1),
			 -EEXIST);
	buffers[2].id = 40;
	buffers[0].n_planes = 0;
	buffers[0].id = 50;
	buffers[1] = buffers[2];
	buffers[2] = buffers[0];
	assert_int_equal(cam_buffer_set_add(&set, buffers + 1, 2,
					    CAM_ACCESS_READ, 1),
			 -EINVAL);
	assert_int_equal(set.n_buffers, 2);
	assert_null(cam_buffer_set_find(&set, 40));

	assert_non_null(cam_buffer_set_find(&set, 10));
	cam_buffer_set_remove(&set, ids, 2);
	assert_null(cam_buffer_set_find(&set, 10));
	assert_non_null(cam_buffer_set_find(&set, 20));
	cam_buffer_set_fini(&set);
	cam_buffer_set_fini(&set);
	close(fd);
}

static struct fd_leak before;

static int count(void **state)
{
	(void)state;
	fd_leak_take(&before);
	return 0;
}

static int compare(void **state)
{
	(void)state;
	fd_leak_assert_none(&before);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(checks_bounds, count, compare),
		cmocka_unit_test_setup_teardown(checks_what_it_is, count,
						compare),
		cmocka_unit_test_setup_teardown(respects_write_seals, count,
						compare),
		cmocka_unit_test_setup_teardown(
			makes_memory_that_others_only_read, count, compare),
		cmocka_unit_test_setup_teardown(shares_memory_both_ways, count,
						compare),
		cmocka_unit_test_setup_teardown(keeps_buffers_by_id, count,
						compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
