/* SPDX-License-Identifier: MIT */
/*
 * Tests what counts as the loadable content of a module (threat 53), in
 * files of both classes and byte orders, and that a sealed copy has nothing else.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fd_leak.h"
#include "module_copy.h"
#include "module_info.h"
#include "under_valgrind.h"

#define FILE_SIZE 4096
#define N_SEGMENTS 3

/** A file in memory, with a header and three segments, and how to write it. */
struct image {
	bool is_64;
	bool is_big;
	uint8_t bytes[FILE_SIZE];
	int fd;
};

/** A segment that is loaded, as a test wants it. */
struct load {
	uint64_t offset;
	uint64_t address;
	uint64_t size;
	uint64_t memory;
};

static const struct load usual[N_SEGMENTS] = {
	{ 0, 0, 1000, 1000 },
	{ 1024, 0x1400, 512, 512 },
	{ 2048, 0x2800, 256, 4096 },
};

static void put(struct image *image, size_t at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		const size_t place = image->is_big ? size - 1 - i : i;

		image->bytes[at + place] = (uint8_t)(value >> (8 * i));
	}
}

#define PUT(image, at, type, name, value)                                \
	do {                                                             \
		if ((image)->is_64)                                      \
			put(image, (at) + offsetof(Elf64_##type, name),  \
			    value, sizeof(((Elf64_##type *)0)->name));   \
		else                                                     \
			put(image, (at) + offsetof(Elf32_##type, name),  \
			    value, sizeof(((Elf32_##type *)0)->name));   \
	} while (0)

static size_t header_size(const struct image *image)
{
	return image->is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
}

static size_t segment_size(const struct image *image)
{
	return image->is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

static void put_load(struct image *image, size_t i, const struct load *load)
{
	const size_t at = header_size(image) + i * segment_size(image);

	PUT(image, at, Phdr, p_type, PT_LOAD);
	PUT(image, at, Phdr, p_offset, load->offset);
	PUT(image, at, Phdr, p_vaddr, load->address);
	PUT(image, at, Phdr, p_filesz, load->size);
	PUT(image, at, Phdr, p_memsz, load->memory);
}

static void make_image(struct image *image, bool is_64, bool is_big)
{
	memset(image, 0, sizeof(*image));
	image->is_64 = is_64;
	image->is_big = is_big;
	image->fd = -1;
	for (size_t i = 0; i < FILE_SIZE; i++)
		image->bytes[i] = (uint8_t)(i * 7 + i / 256 + 1);
	memcpy(image->bytes, ELFMAG, SELFMAG);
	image->bytes[EI_CLASS] = is_64 ? ELFCLASS64 : ELFCLASS32;
	image->bytes[EI_DATA] = is_big ? ELFDATA2MSB : ELFDATA2LSB;
	image->bytes[EI_VERSION] = EV_CURRENT;
	PUT(image, 0, Ehdr, e_type, ET_DYN);
	PUT(image, 0, Ehdr, e_version, EV_CURRENT);
	PUT(image, 0, Ehdr, e_ehsize, header_size(image));
	PUT(image, 0, Ehdr, e_phoff, header_size(image));
	PUT(image, 0, Ehdr, e_phentsize, segment_size(image));
	PUT(image, 0, Ehdr, e_phnum, N_SEGMENTS);
	for (size_t i = 0; i < N_SEGMENTS; i++)
		put_load(image, i, &usual[i]);
}

static void open_image(struct image *image, size_t size)
{
	image->fd = memfd_create("image", MFD_CLOEXEC);
	assert_true(image->fd >= 0);
	assert_int_equal(write(image->fd, image->bytes, size), (int)size);
}

/** Finds the content of the first @size bytes. */
static int find(struct image *image, size_t size,
		struct camipc_module_content *content)
{
	char why[CAMIPC_MODULE_WHY_SIZE] = "";
	int ret;

	open_image(image, size);
	ret = camipc_module_content_find(image->fd, content, why);
	close(image->fd);
	assert_int_equal(ret < 0, why[0] != '\0');
	return ret;
}

/** Fails unless the image is refused with this error. */
static void refused(struct image *image, int error)
{
	struct camipc_module_content content;

	assert_int_equal(find(image, FILE_SIZE, &content), error);
}

/* ---- what it is ---------------------------------------------------------- */

static void both_classes_and_byte_orders(void **state)
{
	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		struct camipc_module_content content;
		struct image image;

		make_image(&image, kind & 1, kind & 2);
		assert_int_equal(find(&image, FILE_SIZE, &content), 0);
		assert_int_equal(content.n_pieces, 2 + N_SEGMENTS);
		assert_int_equal(content.file_size, FILE_SIZE);
		assert_int_equal(content.pieces[0].offset, 0);
		assert_int_equal(content.pieces[0].size, header_size(&image));
		assert_int_equal(content.pieces[1].offset, header_size(&image));
		assert_int_equal(content.pieces[1].size,
				 N_SEGMENTS * segment_size(&image));
		for (size_t i = 0; i < N_SEGMENTS; i++) {
			assert_int_equal(content.pieces[2 + i].offset,
					 usual[i].offset);
			assert_int_equal(content.pieces[2 + i].size,
					 usual[i].size);
		}
	}
}

/** Whether the byte at @at belongs to the content of an image. */
static bool is_content(const struct image *image, size_t at)
{
	const size_t sections = image->is_64 ? 40 : 32;
	const size_t sections_size = image->is_64 ? 8 : 4;
	const size_t numbers = image->is_64 ? 58 : 46;

	if ((at >= sections && at < sections + sections_size) ||
	    (at >= numbers && at < numbers + 6))
		return false;
	for (size_t i = 0; i < N_SEGMENTS; i++) {
		if (at >= usual[i].offset &&
		    at < usual[i].offset + usual[i].size)
			return true;
	}
	return false;
}

/* Of the copy, each byte is the file's or 0. */
static void a_copy_has_the_content_only(void **state)
{
	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		char why[CAMIPC_MODULE_WHY_SIZE];
		struct camipc_module_copy copy;
		struct fd_leak before;
		struct image image;
		uint8_t bytes[FILE_SIZE];

		fd_leak_take(&before);
		make_image(&image, kind & 1, kind & 2);
		open_image(&image, FILE_SIZE);
		assert_int_equal(camipc_module_copy_make(image.fd, NULL, &copy,
							 why),
				 0);
		assert_int_equal(pread(copy.fd, bytes, FILE_SIZE, 0),
				 FILE_SIZE);
		for (size_t i = 0; i < FILE_SIZE; i++)
			assert_int_equal(bytes[i], is_content(&image, i) ?
							   image.bytes[i] :
							   0);
		close(copy.fd);
		close(image.fd);
		fd_leak_assert_none(&before);
	}
}

/* Nobody writes to it or cuts it, not even through its name in /proc. */
static void a_copy_is_sealed(void **state)
{
	char why[CAMIPC_MODULE_WHY_SIZE];
	struct camipc_module_copy copy;
	struct image image;
	char name[64];
	int fd;

	(void)state;
	make_image(&image, true, false);
	open_image(&image, FILE_SIZE);
	assert_int_equal(camipc_module_copy_make(image.fd, NULL, &copy, why),
			 0);
	assert_int_equal(pwrite(copy.fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(copy.fd, 10), -1);
	assert_int_equal(ftruncate(copy.fd, 2 * FILE_SIZE), -1);
	assert_ptr_equal(mmap(NULL, FILE_SIZE, PROT_READ | PROT_WRITE,
			      MAP_SHARED, copy.fd, 0),
			 MAP_FAILED);
	assert_int_equal(fcntl(copy.fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), -1);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", copy.fd);
	fd = open(name, O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		assert_int_equal(write(fd, "x", 1), -1);
		close(fd);
	}
	close(copy.fd);
	close(image.fd);
}

static void hash_all(void *user, const uint8_t *data, size_t size)
{
	struct image *seen = user;

	assert_true((size_t)seen->fd + size <= FILE_SIZE);
	memcpy(seen->bytes + seen->fd, data, size);
	seen->fd += (int)size;
}

static void an_observer_sees_the_whole_file(void **state)
{
	struct image seen = { .fd = 0 };
	const struct camipc_copy_observer observer = { hash_all, &seen };
	char why[CAMIPC_MODULE_WHY_SIZE];
	struct camipc_module_copy copy;
	struct image image;

	(void)state;
	make_image(&image, true, false);
	open_image(&image, FILE_SIZE);
	assert_int_equal(camipc_module_copy_make(image.fd, &observer, &copy,
						 why),
			 0);
	assert_int_equal(seen.fd, FILE_SIZE);
	assert_memory_equal(seen.bytes, image.bytes, FILE_SIZE);
	close(copy.fd);
	close(image.fd);
}

/* ---- what is refused ------------------------------------------------------ */

#define ALL_KINDS(image)                          \
	for (int kind = 0; kind < 4; kind++)      \
		if (make_image(&(image), kind & 1, kind & 2), true)

static void segments_out_of_order(void **state)
{
	static const struct load wrong[][2] = {
		/* In the file: one inside of another, and backwards. */
		{ { 1024, 0x1000, 512, 512 }, { 1535, 0x2000, 16, 16 } },
		{ { 1024, 0x1000, 512, 512 }, { 1024, 0x2000, 512, 512 } },
		{ { 2048, 0x1000, 512, 512 }, { 1024, 0x2000, 512, 512 } },
		/* In memory. */
		{ { 1024, 0x1000, 512, 512 }, { 2048, 0x11ff, 512, 512 } },
		{ { 1024, 0x2000, 512, 512 }, { 2048, 0x1000, 512, 512 } },
		{ { 1024, 0x1000, 512, 8192 }, { 2048, 0x2000, 512, 512 } },
		/* Sizes. */
		{ { 1024, 0x1000, 512, 511 }, { 2048, 0x2000, 512, 512 } },
		{ { 1024, 0x1000, 512, 512 }, { 4000, 0x2000, 97, 97 } },
		{ { 1024, 0x1000, 512, 512 }, { 5000, 0x2000, 1, 1 } },
	};
	struct image image;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ALL_KINDS(image) {
			put_load(&image, 1, &wrong[i][0]);
			put_load(&image, 2, &wrong[i][1]);
			refused(&image, -ENOEXEC);
		}
	}
}

static void sizes_that_wrap(void **state)
{
	static const struct load wrong[] = {
		{ UINT64_MAX - 255, 0x2800, 512, 512 },
		{ 2048, 0x2800, UINT64_MAX, UINT64_MAX },
		{ 2048, UINT64_MAX - 255, 256, 512 },
	};
	struct image image;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		make_image(&image, true, false);
		put_load(&image, 2, &wrong[i]);
		refused(&image, -ENOEXEC);
	}
}

static void segments_without_bytes_may_lie_anywhere(void **state)
{
	static const struct load zeros = { 0, 0x2800, 0, 4096 };
	struct camipc_module_content content;
	struct image image;

	(void)state;
	ALL_KINDS(image) {
		put_load(&image, 2, &zeros);
		assert_int_equal(find(&image, FILE_SIZE, &content), 0);
		assert_int_equal(content.n_pieces, 4);
	}
}

/* Bytes that count as 0 would be read as program headers. */
static void program_headers_in_the_header(void **state)
{
	struct image image;

	(void)state;
	ALL_KINDS(image) {
		PUT(&image, 0, Ehdr, e_phoff, header_size(&image) - 8);
		refused(&image, -ENOEXEC);
	}
}

static void broken_headers(void **state)
{
	struct image image;

	(void)state;
#define BROKEN(name, value)                                \
	ALL_KINDS(image) {                                 \
		PUT(&image, 0, Ehdr, name, value);         \
		refused(&image, -ENOEXEC);                 \
	}
	BROKEN(e_type, ET_EXEC)
	BROKEN(e_type, ET_CORE)
	BROKEN(e_version, 2)
	BROKEN(e_ehsize, 63)
	BROKEN(e_phnum, 0)
	BROKEN(e_phnum, CAMIPC_MAX_SEGMENTS + 1)
	BROKEN(e_phnum, 0xffff)
	BROKEN(e_phentsize, 33)
	BROKEN(e_phoff, FILE_SIZE - 16)
	BROKEN(e_phoff, UINT64_MAX - 8)
	for (size_t at = 0; at <= EI_VERSION; at++) {
		ALL_KINDS(image) {
			image.bytes[at] = 9;
			refused(&image, -ENOEXEC);
		}
	}
	ALL_KINDS(image) {
		for (size_t i = 0; i < N_SEGMENTS; i++)
			PUT(&image,
			    header_size(&image) + i * segment_size(&image),
			    Phdr, p_type, PT_NOTE);
		refused(&image, -ENOEXEC);
	}
}

static void files_of_every_length(void **state)
{
	struct camipc_module_content content;
	struct image image;
	const size_t whole = usual[2].offset + usual[2].size;

	(void)state;
	ALL_KINDS(image) {
		for (size_t size = 0; size < whole; size += size < 300 ? 1 : 61)
			assert_int_equal(find(&image, size, &content),
					 -ENOEXEC);
		assert_int_equal(find(&image, whole, &content), 0);
	}
}

static void things_that_are_no_files(void **state)
{
	char why[CAMIPC_MODULE_WHY_SIZE];
	struct camipc_module_content content;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(camipc_module_content_find(fds[0], &content, why),
			 -ENOEXEC);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(camipc_module_content_find(-1, &content, why),
			 -EBADF);
	fds[0] = memfd_create("large", MFD_CLOEXEC);
	assert_int_equal(ftruncate(fds[0], (off_t)CAMIPC_MAX_MODULE_SIZE + 1),
			 0);
	assert_int_equal(camipc_module_content_find(fds[0], &content, why),
			 -EFBIG);
	close(fds[0]);
}

/* Everything that is random must end in one answer. */
static void changed_bytes(void **state)
{
	unsigned int seed = 1;
	struct image image;

	(void)state;
	for (int i = 0; i < test_amount(4000, 4000, 200); i++) {
		struct camipc_module_content content;
		int ret;

		make_image(&image, i & 1, i & 2);
		for (int j = 0; j < 3; j++) {
			seed = seed * 1103515245u + 12345u;
			image.bytes[(seed >> 8) % 200] = (uint8_t)(seed >> 20);
		}
		ret = find(&image, FILE_SIZE, &content);
		assert_true(ret == 0 || ret == -ENOEXEC);
		for (uint32_t k = 0; ret == 0 && k < content.n_pieces; k++)
			assert_true(content.pieces[k].offset +
					    content.pieces[k].size <=
				    FILE_SIZE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_classes_and_byte_orders),
		cmocka_unit_test(a_copy_has_the_content_only),
		cmocka_unit_test(a_copy_is_sealed),
		cmocka_unit_test(an_observer_sees_the_whole_file),
		cmocka_unit_test(segments_out_of_order),
		cmocka_unit_test(sizes_that_wrap),
		cmocka_unit_test(segments_without_bytes_may_lie_anywhere),
		cmocka_unit_test(program_headers_in_the_header),
		cmocka_unit_test(broken_headers),
		cmocka_unit_test(files_of_every_length),
		cmocka_unit_test(things_that_are_no_files),
		cmocka_unit_test(changed_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
