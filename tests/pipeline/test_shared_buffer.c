/* SPDX-License-Identifier: MIT */
/*
 * One shared buffer: which descriptors are refused, what begin and end permit,
 * and that nothing is left afterwards. ioctl(), fcntl() (fcntl64() to the
 * linker) and the check of kinds are wrapped: few machines let a test make a
 * dma-buf. Real ones are in tests/kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include <camipc/fd.h>

#include "cam_buffers.h"
#include "fd_leak.h"
#include "test_files.h"

#define SIZE 10000u

/* ---- a memfd that looks like a dma-buf ----------------------------------- */

#define MAX_SYNCS 16

static struct {
	bool on;
	int fd; /* of the latest ioctl */
	uint64_t flags[MAX_SYNCS];
	unsigned int n;
	int errors[MAX_SYNCS]; /* errno of each ioctl; 0: it succeeds */
} dma_buf;

int __real_fcntl64(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...);
int __real_camipc_fd_check_kind(int fd, enum camipc_fd_kind kind,
				enum camipc_fd_access access, bool sealed,
				uint64_t min_size);
int __wrap_camipc_fd_check_kind(int fd, enum camipc_fd_kind kind,
				enum camipc_fd_access access, bool sealed,
				uint64_t min_size);
int __wrap_ioctl(int fd, unsigned long request, void *argument);

int __wrap_fcntl64(int fd, int command, ...)
{
	va_list list;
	long argument;

	if (dma_buf.on && command == F_GET_SEALS) {
		errno = EINVAL;
		return -1;
	}
	va_start(list, command);
	argument = va_arg(list, long);
	va_end(list);
	return __real_fcntl64(fd, command, argument);
}

int __wrap_camipc_fd_check_kind(int fd, enum camipc_fd_kind kind,
				enum camipc_fd_access access, bool sealed,
				uint64_t min_size)
{
	if (dma_buf.on && kind == CAMIPC_FD_KIND_DMABUF)
		return 0;
	return __real_camipc_fd_check_kind(fd, kind, access, sealed, min_size);
}

int __wrap_ioctl(int fd, unsigned long request, void *argument)
{
	const struct dma_buf_sync *sync = argument;

	assert_int_equal(request, DMA_BUF_IOCTL_SYNC);
	assert_true(dma_buf.on && dma_buf.n < MAX_SYNCS);
	dma_buf.fd = fd;
	dma_buf.flags[dma_buf.n] = sync->flags;
	errno = dma_buf.errors[dma_buf.n++];
	return errno ? -1 : 0;
}

/* ---- import -------------------------------------------------------------- */

static int import(int fd, uint32_t offset, uint32_t length,
		  enum cam_access access)
{
	struct cam_frame_buffer_plane plane = { fd, offset, length };
	struct cam_shared_buffer *buffer = NULL;
	int ret = cam_shared_buffer_import(7, &plane, access, 1, &buffer);

	if (ret == 0) {
		assert_int_equal(cam_shared_buffer_get_id(buffer), 7);
		assert_int_equal(cam_shared_buffer_get_length(buffer), length);
		assert_int_equal(cam_shared_buffer_get_access(buffer), access);
		cam_shared_buffer_destroy(buffer);
	} else {
		assert_null(buffer);
	}
	return ret;
}

static void checks_bounds(void **state)
{
	int fd = test_memfd(SIZE, F_SEAL_SHRINK);
	struct cam_frame_buffer_plane plane = { fd, 0, 100 };
	struct cam_shared_buffer *buffer = NULL;

	(void)state;
	assert_int_equal(import(fd, 0, SIZE, CAM_ACCESS_READ), 0);
	assert_int_equal(import(fd, SIZE - 1, 1, CAM_ACCESS_READ), 0);
	assert_int_equal(import(fd, 5000, 4000, CAM_ACCESS_READ_WRITE), 0);
	assert_int_equal(import(fd, 0, SIZE + 1, CAM_ACCESS_READ), -ERANGE);
	assert_int_equal(import(fd, SIZE, 1, CAM_ACCESS_READ), -ERANGE);
	assert_int_equal(import(fd, UINT32_MAX, UINT32_MAX, CAM_ACCESS_READ),
			 -ERANGE);
	assert_int_equal(import(fd, 1, UINT32_MAX, CAM_ACCESS_READ), -ERANGE);
	assert_int_equal(import(fd, 0, 0, CAM_ACCESS_READ), -EINVAL);
	/* Long enough for the file, too short for the caller. */
	assert_int_equal(cam_shared_buffer_import(1, &plane, CAM_ACCESS_READ,
						  101, &buffer),
			 -ERANGE);
	assert_null(buffer);
	close(fd);
}

static void refuses_other_files(void **state)
{
	int fd = test_memfd(SIZE, 0);
	int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int pair[2];

	(void)state;
	assert_return_code(pipe2(pair, O_CLOEXEC), errno);
	/* Threat 33: it could shrink, and reading it would be a SIGBUS. */
	assert_int_equal(import(fd, 0, 100, CAM_ACCESS_READ), -EPERM);
	assert_int_equal(import(zero, 0, 100, CAM_ACCESS_READ), -EINVAL);
	assert_int_equal(import(file, 0, 100, CAM_ACCESS_READ), -EINVAL);
	assert_int_equal(import(pair[0], 0, 100, CAM_ACCESS_READ), -EINVAL);
	assert_int_equal(import(-1, 0, 100, CAM_ACCESS_READ), -EBADF);
	close(fd);
	close(zero);
	close(file);
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(import(fd, 0, 100, CAM_ACCESS_READ), -EBADF);
}

static void respects_write_seals(void **state)
{
	int fd = test_memfd(SIZE, F_SEAL_SHRINK | F_SEAL_WRITE);

	(void)state;
	assert_int_equal(import(fd, 0, 100, CAM_ACCESS_READ), 0);
	assert_int_equal(import(fd, 0, 100, CAM_ACCESS_READ_WRITE), -EPERM);
	close(fd);
}

static void refuses_forgotten_access(void **state)
{
	int fd = test_memfd(SIZE, F_SEAL_SHRINK);
	struct cam_frame_buffer_plane plane;
	struct cam_shared_buffer *buffer;
	void *data;

	(void)state;
	assert_int_equal(import(fd, 0, 100, (enum cam_access)0), -EINVAL);
	assert_int_equal(import(fd, 0, 100, (enum cam_access)3), -EINVAL);
	assert_int_equal(cam_shared_buffer_create(1, "test", 64,
						  (enum cam_access)0, &plane,
						  &buffer),
			 -EINVAL);
	assert_int_equal(cam_shared_buffer_create(1, "test", 0, CAM_ACCESS_READ,
						  &plane, &buffer),
			 -EINVAL);
	assert_int_equal(cam_shared_buffer_create(1, "test", 64,
						  CAM_ACCESS_READ, &plane,
						  &buffer),
			 0);
	assert_int_equal(cam_shared_buffer_begin(buffer, (enum cam_access)0,
						 &data),
			 -EINVAL);
	cam_shared_buffer_destroy(buffer);
	close(plane.fd);
	close(fd);
}

/* ---- create -------------------------------------------------------------- */

static void makes_memory_that_peers_only_read(void **state)
{
	struct cam_frame_buffer_plane plane;
	struct cam_shared_buffer *maker;
	struct cam_shared_buffer *reader = NULL;
	uint8_t bytes[5000];
	void *data;

	(void)state;
	assert_int_equal(cam_shared_buffer_create(1, "test", sizeof(bytes),
						  CAM_ACCESS_READ, &plane,
						  &maker),
			 0);
	assert_int_equal(cam_shared_buffer_import(1, &plane,
						  CAM_ACCESS_READ_WRITE, 1,
						  &reader),
			 -EPERM);
	assert_int_equal(cam_shared_buffer_import(1, &plane, CAM_ACCESS_READ,
						  sizeof(bytes), &reader),
			 0);
	assert_int_equal(cam_shared_buffer_begin(maker, CAM_ACCESS_READ_WRITE,
						 &data),
			 0);
	memset(data, 0x5a, sizeof(bytes));
	assert_int_equal(cam_shared_buffer_end(maker), 0);
	assert_int_equal(cam_shared_buffer_read(reader, bytes, sizeof(bytes)),
			 0);
	assert_int_equal(cam_shared_buffer_begin(maker, CAM_ACCESS_READ, &data),
			 0);
	assert_memory_equal(bytes, data, sizeof(bytes));
	assert_int_equal(cam_shared_buffer_end(maker), 0);
	assert_int_equal(write(plane.fd, "x", 1), -1);
	assert_int_equal(ftruncate(plane.fd, 0), -1);
	assert_ptr_equal(mmap(NULL, sizeof(bytes), PROT_READ | PROT_WRITE,
			      MAP_SHARED, plane.fd, 0),
			 MAP_FAILED);
	close(plane.fd);
	cam_shared_buffer_destroy(maker);
	cam_shared_buffer_destroy(reader);
	cam_shared_buffer_destroy(NULL);
}

static void shares_memory_both_ways(void **state)
{
	static const char text[] = "from the other side";
	struct cam_frame_buffer_plane plane;
	struct cam_shared_buffer *maker;
	struct cam_shared_buffer *other;
	char copy[sizeof(text)];

	(void)state;
	assert_int_equal(cam_shared_buffer_create(1, "test", 64,
						  CAM_ACCESS_READ_WRITE, &plane,
						  &maker),
			 0);
	assert_int_equal(cam_shared_buffer_import(1, &plane,
						  CAM_ACCESS_READ_WRITE, 64,
						  &other),
			 0);
	assert_int_equal(cam_shared_buffer_write(other, text, sizeof(text)), 0);
	assert_int_equal(cam_shared_buffer_read(maker, copy, sizeof(copy)), 0);
	assert_string_equal(copy, text);
	close(plane.fd);
	cam_shared_buffer_destroy(maker);
	cam_shared_buffer_destroy(other);
}

/* ---- begin and end ------------------------------------------------------- */

static void permits_one_access_at_a_time(void **state)
{
	struct cam_frame_buffer_plane plane;
	struct cam_shared_buffer *buffer;
	void *data;
	void *none = NULL;

	(void)state;
	assert_int_equal(cam_shared_buffer_create(1, "test", 64,
						  CAM_ACCESS_READ, &plane,
						  &buffer),
			 0);
	assert_int_equal(cam_shared_buffer_end(buffer), -EINVAL);
	assert_int_equal(cam_shared_buffer_begin(buffer, CAM_ACCESS_READ,
						 &data),
			 0);
	assert_int_equal(cam_shared_buffer_begin(buffer, CAM_ACCESS_READ,
						 &none),
			 -EBUSY);
	assert_int_equal(cam_shared_buffer_write(buffer, "", 1), -EBUSY);
	assert_null(none);
	assert_int_equal(cam_shared_buffer_end(buffer), 0);
	assert_int_equal(cam_shared_buffer_end(buffer), -EINVAL);
	assert_int_equal(cam_shared_buffer_begin(buffer, CAM_ACCESS_READ,
						 &data),
			 0);
	/* Begun, but never ended: destroying ends it. */
	cam_shared_buffer_destroy(buffer);
	close(plane.fd);
}

static void refuses_accesses_out_of_bounds(void **state)
{
	int fd = test_memfd(SIZE, F_SEAL_SHRINK);
	struct cam_frame_buffer_plane plane = { fd, 0, 4 };
	struct cam_shared_buffer *buffer;
	char bytes[5] = "abcd";
	void *data = NULL;

	(void)state;
	assert_int_equal(cam_shared_buffer_import(1, &plane, CAM_ACCESS_READ, 4,
						  &buffer),
			 0);
	assert_int_equal(cam_shared_buffer_begin(buffer, CAM_ACCESS_READ_WRITE,
						 &data),
			 -EPERM);
	assert_null(data);
	assert_int_equal(cam_shared_buffer_write(buffer, bytes, 4), -EPERM);
	assert_int_equal(cam_shared_buffer_read(buffer, bytes, 5), -ERANGE);
	assert_string_equal(bytes, "abcd");
	assert_int_equal(cam_shared_buffer_write(buffer, bytes, 5), -ERANGE);
	assert_int_equal(cam_shared_buffer_read(buffer, bytes, 4), 0);
	assert_memory_equal(bytes, "\0\0\0\0", 5);
	cam_shared_buffer_destroy(buffer);
	/* What a search for an unknown id returned. */
	assert_int_equal(cam_shared_buffer_begin(NULL, CAM_ACCESS_READ, &data),
			 -ENOENT);
	assert_int_equal(cam_shared_buffer_end(NULL), -ENOENT);
	assert_int_equal(cam_shared_buffer_read(NULL, bytes, 1), -ENOENT);
	assert_int_equal(cam_shared_buffer_write(NULL, bytes, 1), -ENOENT);
	close(fd);
}

static uint64_t hash_of(struct cam_shared_buffer *buffer, size_t size)
{
	uint64_t hash = 0;

	assert_int_equal(cam_shared_buffer_hash(buffer, size, &hash), 0);
	return hash;
}

/* Every bit of every byte counts, also of those behind the last whole word. */
static void hashes_all_bytes(void **state)
{
	const uint64_t of_nothing = UINT64_C(14695981039346656037);
	struct cam_frame_buffer_plane plane;
	struct cam_shared_buffer *buffer;
	uint8_t bytes[19] = { 0 };
	uint64_t hash = 1;
	uint64_t zeros;

	(void)state;
	assert_int_equal(cam_shared_buffer_create(1, "hash", sizeof(bytes),
						  CAM_ACCESS_READ, &plane,
						  &buffer),
			 0);
	assert_true(hash_of(buffer, 0) == of_nothing);
	/* A word of zeros: the multiplication alone. */
	assert_true(hash_of(buffer, 8) ==
		    of_nothing * UINT64_C(1099511628211));
	zeros = hash_of(buffer, sizeof(bytes));
	for (unsigned int bit = 0; bit < 8 * sizeof(bytes); bit++) {
		bytes[bit / 8] = (uint8_t)(1u << bit % 8);
		assert_int_equal(cam_shared_buffer_write(buffer, bytes,
							 sizeof(bytes)),
				 0);
		hash = hash_of(buffer, sizeof(bytes));
		assert_true(hash != zeros);
		bytes[bit / 8] = 0;
	}
	hash = 1;
	assert_int_equal(cam_shared_buffer_hash(buffer, sizeof(bytes) + 1,
						&hash),
			 -ERANGE);
	assert_int_equal(cam_shared_buffer_hash(NULL, 1, &hash), -ENOENT);
	assert_true(hash == 1);
	cam_shared_buffer_destroy(buffer);
	close(plane.fd);
}

static void expect_syncs(const uint64_t *flags, unsigned int n)
{
	unsigned int i;

	assert_int_equal(dma_buf.n, n);
	for (i = 0; i < n; i++)
		assert_int_equal(dma_buf.flags[i], flags[i]);
	dma_buf.n = 0;
	memset(dma_buf.errors, 0, sizeof(dma_buf.errors));
}

/* A dma-buf has no seals, and is known by its kind. */
static void synchronises_dma_bufs(void **state)
{
	static const uint64_t read_flags[] = {
		DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ,
		DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ,
	};
	static const uint64_t write_flags[] = {
		DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW,
		DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW,
		DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW,
		DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW,
	};
	int fd = test_memfd(SIZE, 0);
	struct cam_frame_buffer_plane plane = { fd, 0, 100 };
	struct cam_shared_buffer *buffer;
	char bytes[100];
	void *data;

	(void)state;
	dma_buf.on = true;
	assert_int_equal(cam_shared_buffer_import(1, &plane,
						  CAM_ACCESS_READ_WRITE, 100,
						  &buffer),
			 0);
	close(fd);
	assert_int_equal(dma_buf.n, 0);
	assert_int_equal(cam_shared_buffer_read(buffer, bytes, 100), 0);
	expect_syncs(read_flags, 2);
	assert_return_code(fcntl(dma_buf.fd, F_GETFD), errno);

	/* Interrupted calls are repeated. */
	dma_buf.errors[0] = EINTR;
	dma_buf.errors[1] = EAGAIN;
	assert_int_equal(cam_shared_buffer_write(buffer, bytes, 100), 0);
	expect_syncs(write_flags, 4);

	dma_buf.errors[0] = EIO;
	assert_int_equal(cam_shared_buffer_begin(buffer, CAM_ACCESS_READ,
						 &data),
			 -EIO);
	expect_syncs(read_flags, 1);
	assert_int_equal(cam_shared_buffer_end(buffer), -EINVAL);

	/* The access is over even if the device fails. */
	dma_buf.errors[1] = EIO;
	assert_int_equal(cam_shared_buffer_read(buffer, bytes, 100), -EIO);
	expect_syncs(read_flags, 2);
	assert_int_equal(cam_shared_buffer_begin(buffer, CAM_ACCESS_READ,
						 &data),
			 0);
	cam_shared_buffer_destroy(buffer);
	expect_syncs(read_flags, 2);
	dma_buf.on = false;
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, count, compare)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(checks_bounds),
		TEST(refuses_other_files),
		TEST(respects_write_seals),
		TEST(refuses_forgotten_access),
		TEST(makes_memory_that_peers_only_read),
		TEST(shares_memory_both_ways),
		TEST(permits_one_access_at_a_time),
		TEST(refuses_accesses_out_of_bounds),
		TEST(hashes_all_bytes),
		TEST(synchronises_dma_bufs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
