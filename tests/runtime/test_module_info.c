/* SPDX-License-Identifier: MIT */
/* Tests the reader of module notes: invariants 1 to 3 and 5. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fd_leak.h"
#include "module_info.h"
#include "test_files.h"

/** A good module in memory, to be damaged, and a file to write it to. */
struct fixture {
	char *data;
	size_t size;
	struct camipc_module_note *note; /* in @data */
	ElfW(Ehdr) *header;
	ElfW(Phdr) *segments;
	int fd;
	char folder[TEST_PATH_SIZE];
	struct fd_leak before;
};

static char why[CAMIPC_MODULE_WHY_SIZE];

static struct camipc_module_note *find_note(char *data, size_t size)
{
	const size_t before_name = offsetof(struct camipc_module_note, name);

	for (size_t i = before_name; i + 8 < size; i += 4) {
		struct camipc_module_note *note =
			(void *)(data + i - before_name);

		if (memcmp(data + i, CAMIPC_NOTE_NAME, 7) == 0 &&
		    note->name_size == 7 &&
		    note->info_size == sizeof(note->info))
			return note;
	}
	fail_msg("the test's module has no note");
	return NULL;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fd_leak_take(&f->before);
	f->data = test_file_read(PLAIN_MODULE, &f->size);
	f->note = find_note(f->data, f->size);
	f->header = (void *)f->data;
	f->segments = (void *)(f->data + f->header->e_phoff);
	f->fd = memfd_create("module", MFD_CLOEXEC);
	assert_true(f->fd >= 0);
	test_folder_make(f->folder);
	why[0] = '\0';
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	close(f->fd);
	test_folder_remove(f->folder);
	fd_leak_assert_none(&f->before);
	free(f->data);
	free(f);
	return 0;
}

/** Reads the module as it is in memory now, cut to @size bytes. */
static int read_cut(struct fixture *f, size_t size)
{
	struct camipc_module_info info;

	assert_int_equal(ftruncate(f->fd, 0), 0);
	assert_int_equal(pwrite(f->fd, f->data, size, 0), (ssize_t)size);
	return camipc_module_info_read(f->fd, &info, why);
}

static int read_all(struct fixture *f)
{
	return read_cut(f, f->size);
}

static void test_good(void **state)
{
	struct camipc_module_info info;

	(void)state;
	assert_int_equal(camipc_module_info_read_path(PLAIN_MODULE, &info, why),
			 0);
	assert_string_equal(info.name, "plain");
	assert_string_equal(info.interface_name, "ipa.plain");
	assert_string_equal(info.license, "MIT");
	assert_int_equal(info.abi, CAMIPC_MODULE_ABI);
	assert_int_equal(info.codegen_revision, CAMIPC_CODEGEN_REVISION);
	assert_int_equal(info.module_version, 3);
	assert_int_equal(info.interface_version, 2);
	assert_int_equal(info.compatible_since, 1);
	assert_true(camipc_module_info_fingerprint(&info) ==
		    UINT64_C(0x1122334455667788));
}

static void test_stripped(void **state)
{
	struct camipc_module_info info;

	(void)state;
	assert_int_equal(
		camipc_module_info_read_path(STRIPPED_MODULE, &info, why), 0);
	assert_string_equal(info.name, "plain");
}

/* A truncated module is -ENOEXEC, wherever it was cut. */
static void test_truncated_everywhere(void **state)
{
	struct fixture *f = *state;
	struct camipc_module_info info;

	assert_int_equal(read_all(f), 0);
	for (size_t size = f->size; size-- > 0;) {
		int ret;

		assert_int_equal(ftruncate(f->fd, (off_t)size), 0);
		ret = camipc_module_info_read(f->fd, &info, why);
		if (ret != -ENOEXEC)
			fail_msg("%zu of %zu bytes: got %d", size, f->size,
				 ret);
	}
}

/* No section table, as sstrip leaves it: the segments alone tell. */
static void test_truncated_without_sections(void **state)
{
	struct fixture *f = *state;
	size_t end = 0;

	f->header->e_shoff = 0;
	f->header->e_shnum = 0;
	for (unsigned int i = 0; i < f->header->e_phnum; i++) {
		const ElfW(Phdr) *segment = &f->segments[i];

		if (segment->p_type == PT_LOAD &&
		    segment->p_offset + segment->p_filesz > end)
			end = segment->p_offset + segment->p_filesz;
	}
	assert_int_equal(read_cut(f, end), 0);
	assert_int_equal(read_cut(f, end - 1), -ENOEXEC);
	assert_string_equal(why, "truncated");
}

static void test_ident(void **state)
{
	struct fixture *f = *state;
	unsigned char *ident = f->header->e_ident;

	ident[EI_MAG1] ^= 1;
	assert_int_equal(read_all(f), -ENOEXEC);
	assert_string_equal(why, "not an ELF file");
	ident[EI_MAG1] ^= 1;

	ident[EI_CLASS] ^= ELFCLASS32 ^ ELFCLASS64;
	assert_int_equal(read_all(f), -ENOEXEC);
	assert_non_null(strstr(why, "class"));
	ident[EI_CLASS] = 0;
	assert_int_equal(read_all(f), -ENOEXEC);
	ident[EI_CLASS] = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;

	ident[EI_DATA] ^= ELFDATA2LSB ^ ELFDATA2MSB;
	assert_int_equal(read_all(f), -ENOEXEC);
	assert_non_null(strstr(why, "byte order"));
	ident[EI_DATA] ^= ELFDATA2LSB ^ ELFDATA2MSB;

	ident[EI_VERSION] = 2;
	assert_int_equal(read_all(f), -ENOEXEC);
	ident[EI_VERSION] = EV_CURRENT;
	assert_int_equal(read_all(f), 0);
}

static void test_header(void **state)
{
	struct fixture *f = *state;
	ElfW(Ehdr) good = *f->header;

	f->header->e_type = ET_EXEC;
	assert_int_equal(read_all(f), -ENOEXEC);
	assert_string_equal(why, "not a shared object");
	*f->header = good;

	f->header->e_machine ^= 0x5555;
	assert_int_equal(read_all(f), -ENOEXEC);
	assert_non_null(strstr(why, "machine"));
	*f->header = good;

	f->header->e_phentsize--;
	assert_int_equal(read_all(f), -ENOEXEC);
	*f->header = good;

	f->header->e_phnum = 0;
	assert_int_equal(read_all(f), -ENOEXEC);
	f->header->e_phnum = UINT16_MAX;
	assert_int_equal(read_all(f), -ENOEXEC);
	*f->header = good;

	f->header->e_phoff = (ElfW(Off))-1;
	assert_int_equal(read_all(f), -ENOEXEC);
	f->header->e_phoff = (ElfW(Off))-(ElfW(Off))sizeof(ElfW(Phdr));
	assert_int_equal(read_all(f), -ENOEXEC);
	*f->header = good;

	f->header->e_shoff = (ElfW(Off))-1;
	assert_int_equal(read_all(f), -ENOEXEC);
	*f->header = good;
	assert_int_equal(read_all(f), 0);
}

/* Threat 11: sums that wrap, in each segment. */
static void test_segments(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < f->header->e_phnum; i++) {
		ElfW(Phdr) *segment = &f->segments[i];
		ElfW(Phdr) good = *segment;

		if (segment->p_type != PT_LOAD && segment->p_type != PT_NOTE)
			continue;
		segment->p_offset = (ElfW(Off))-1;
		assert_int_equal(read_all(f), -ENOEXEC);
		*segment = good;
		segment->p_filesz = (ElfW(Off))-1;
		assert_int_equal(read_all(f), -ENOEXEC);
		*segment = good;
		segment->p_offset = (ElfW(Off))f->size;
		segment->p_filesz = 1;
		assert_int_equal(read_all(f), -ENOEXEC);
		*segment = good;
	}
	assert_int_equal(read_all(f), 0);
}

static void test_note_sizes(void **state)
{
	struct fixture *f = *state;
	struct camipc_module_note good = *f->note;

	f->note->name_size = UINT32_MAX;
	assert_int_equal(read_all(f), -ENOEXEC);
	f->note->name_size = UINT32_MAX - 3;
	assert_int_equal(read_all(f), -ENOEXEC);
	*f->note = good;
	f->note->info_size = UINT32_MAX;
	assert_int_equal(read_all(f), -ENOEXEC);
	*f->note = good;
	f->note->info_size -= 4;
	assert_int_equal(read_all(f), -ENOEXEC);
	*f->note = good;
	/* Another owner's, or of another type: none of ours. */
	f->note->name[0] = 'k';
	assert_int_equal(read_all(f), -ENOEXEC);
	assert_non_null(strstr(why, "no IPA module"));
	*f->note = good;
	f->note->type = CAMIPC_NOTE_TYPE_MANIFEST + 1;
	assert_int_equal(read_all(f), -ENOEXEC);
	assert_non_null(strstr(why, "no IPA module"));
}

/** Another segment, which says that it is notes: @size bytes at @data. */
static void add_note_segment(struct fixture *f, const void *data, size_t size)
{
	for (unsigned int i = 0; i < f->header->e_phnum; i++) {
		ElfW(Phdr) *segment = &f->segments[i];

		if (segment->p_type == PT_LOAD || segment->p_type == PT_NOTE)
			continue;
		segment->p_type = PT_NOTE;
		segment->p_offset =
			(ElfW(Off))((const char *)data - f->data);
		segment->p_filesz = size;
		segment->p_align = 4;
		return;
	}
	fail_msg("no segment to turn into notes");
}

/* Two notes: which of them would the decision rest on? */
static void test_two_notes(void **state)
{
	struct fixture *f = *state;

	add_note_segment(f, f->note, sizeof(*f->note));
	assert_int_equal(read_all(f), -ENOEXEC);
	assert_string_equal(why, "has two module notes");
}

/* ---- the manifest -------------------------------------------------------- */

#define MANIFEST "read: [/usr/share/caf\303\251]\n\tthreads: 4\n"

/** A manifest's note as it lies in the file. */
struct manifest_note {
	uint32_t name_size;
	uint32_t size;
	uint32_t type;
	char name[8];
	char text[];
};

/** The fixture's module becomes one with a manifest, and this is its note. */
static struct manifest_note *use_manifest_module(struct fixture *f)
{
	char *name;

	free(f->data);
	f->data = test_file_read(MODULES_FOLDER "/manifest.so", &f->size);
	f->note = find_note(f->data, f->size);
	f->header = (void *)f->data;
	f->segments = (void *)(f->data + f->header->e_phoff);
	name = memmem(f->data, f->size, "camipc\0\0read", 12);
	assert_non_null(name);
	return (void *)(name - offsetof(struct manifest_note, name));
}

static void test_manifest(void **state)
{
	struct fixture *f = *state;
	char manifest[CAMIPC_MAX_MANIFEST_SIZE + 1];

	memset(manifest, 'x', sizeof(manifest));
	assert_int_equal(read_all(f), 0);
	assert_int_equal(camipc_module_manifest_read(f->fd, manifest, why), 0);
	assert_string_equal(manifest, ""); /* it has none */
	use_manifest_module(f);
	assert_int_equal(read_all(f), 0);
	assert_int_equal(camipc_module_manifest_read(f->fd, manifest, why), 0);
	assert_string_equal(manifest, MANIFEST);
	/* The rest of the file counts, too. */
	f->note->info.abi++;
	assert_int_equal(read_all(f), -ESTALE);
	assert_int_equal(camipc_module_manifest_read(f->fd, manifest, why),
			 -ESTALE);
	assert_string_equal(manifest, "");
}

static void expect_bad_manifest(struct fixture *f, const char *text)
{
	char manifest[CAMIPC_MAX_MANIFEST_SIZE + 1] = "x";

	assert_int_equal(read_all(f), -ENOEXEC);
	assert_non_null(strstr(why, text));
	assert_int_equal(camipc_module_manifest_read(f->fd, manifest, why),
			 -ENOEXEC);
	assert_string_equal(manifest, "");
}

/* Invariants 1 to 3, and 5. */
static void test_hostile_manifests(void **state)
{
	static const char *const bad[] = { "\x1b", "\x7f", "\r", "\xff",
					   "\xc2\x9b", "\xed\xa0\x80", "\0" };
	struct fixture *f = *state;
	struct manifest_note *note = use_manifest_module(f);
	const uint32_t size = note->size;
	char first[4];

	assert_int_equal(size, sizeof(MANIFEST));
	memcpy(first, note->text, sizeof(first));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t n = bad[i][0] ? strlen(bad[i]) : 1;

		memcpy(note->text, bad[i], n);
		expect_bad_manifest(f, "not plain UTF-8 text");
		memcpy(note->text, first, sizeof(first));
	}
	/* Without its end, cut inside of a character, empty, and beyond. */
	note->text[size - 1] = 'x';
	expect_bad_manifest(f, "not plain UTF-8 text");
	note->text[size - 1] = '\0';
	note->size = 0;
	expect_bad_manifest(f, "has 0 bytes");
	note->size = UINT32_MAX;
	expect_bad_manifest(f, "past its segment");
	note->size = size;
	assert_int_equal(read_all(f), 0);
	/* Of a type that a later library may know. */
	note->type = 3;
	assert_int_equal(read_all(f), 0);
}

static void test_two_manifests(void **state)
{
	struct fixture *f = *state;
	const struct manifest_note *note = use_manifest_module(f);

	add_note_segment(f, note, sizeof(*note) + note->size);
	expect_bad_manifest(f, "has two manifests");
}

/** The longest one, and one byte more. */
static void test_size_of_a_manifest(void **state)
{
	struct fixture *f = *state;
	const size_t at = (f->size + 3) & ~(size_t)3;
	const size_t most = CAMIPC_MAX_MANIFEST_SIZE;
	char manifest[CAMIPC_MAX_MANIFEST_SIZE + 1];
	struct manifest_note *note;

	f->data = realloc(f->data, at + sizeof(*note) + most + 2);
	assert_non_null(f->data);
	f->size = at + sizeof(*note) + most + 2;
	f->header = (void *)f->data;
	f->segments = (void *)(f->data + f->header->e_phoff);
	f->note = find_note(f->data, f->size);
	note = (void *)(f->data + at);
	*note = (struct manifest_note){ 7, (uint32_t)most + 1, 2, "camipc" };
	memset(note->text, 'a', most + 2);
	note->text[most] = '\0';
	note->text[most + 1] = '\0';
	add_note_segment(f, note, sizeof(*note) + most + 1);
	assert_int_equal(read_all(f), 0);
	assert_int_equal(camipc_module_manifest_read(f->fd, manifest, why), 0);
	assert_int_equal(strlen(manifest), most);

	note->size++;
	note->text[most] = 'a';
	for (unsigned int i = 0; i < f->header->e_phnum; i++) {
		if (f->segments[i].p_offset == at)
			f->segments[i].p_filesz++;
	}
	expect_bad_manifest(f, "has 4097 bytes, the limit is 4096");
}

/* ---- texts and versions -------------------------------------------------- */

static void test_texts(void **state)
{
	struct fixture *f = *state;
	struct camipc_module_info good = f->note->info;

	memset(f->note->info.name, 'x', sizeof(good.name));
	assert_int_equal(read_all(f), -ENOEXEC);
	f->note->info.name[sizeof(good.name) - 1] = '\0';
	assert_int_equal(read_all(f), 0);
	f->note->info.name[0] = '\0';
	assert_int_equal(read_all(f), -ENOEXEC);
	f->note->info = good;
	f->note->info.name[1] = '\n';
	assert_int_equal(read_all(f), -ENOEXEC);
	f->note->info.name[1] = '\x1b';
	assert_int_equal(read_all(f), -ENOEXEC);
	f->note->info.name[1] = (char)0xff;
	assert_int_equal(read_all(f), -ENOEXEC);
	memcpy(f->note->info.name, "caf\xc3\xa9", 6);
	assert_int_equal(read_all(f), 0);
	f->note->info = good;

	memset(f->note->info.interface_name, 'x', sizeof(good.interface_name));
	assert_int_equal(read_all(f), -ENOEXEC);
	f->note->info.interface_name[0] = '\0';
	assert_int_equal(read_all(f), -ENOEXEC);
	f->note->info = good;

	memset(f->note->info.license, 'x', sizeof(good.license));
	assert_int_equal(read_all(f), -ENOEXEC);
	memset(f->note->info.license, 0, sizeof(good.license));
	assert_int_equal(read_all(f), 0);
}

/* Other versions are -ESTALE, and the reason names both sides. */
static void test_versions(void **state)
{
	struct fixture *f = *state;
	struct camipc_module_info good = f->note->info;

	f->note->info.abi++;
	assert_int_equal(read_all(f), -ESTALE);
	assert_string_equal(why, "has module ABI 2, this library 1");
	f->note->info = good;
	f->note->info.codegen_revision++;
	assert_int_equal(read_all(f), -ESTALE);
	assert_non_null(strstr(why, "revision"));
	f->note->info = good;
	f->note->info.interface_version = 0;
	f->note->info.compatible_since = 0;
	assert_int_equal(read_all(f), -ENOEXEC);
	f->note->info = good;
	f->note->info.compatible_since = good.interface_version + 1;
	assert_int_equal(read_all(f), -ENOEXEC);
}

/* Invariants 1 and 2: whatever a byte says, there is an answer. */
static void test_each_byte_damaged(void **state)
{
	static const unsigned char values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct fixture *f = *state;
	const size_t headers = f->header->e_phoff +
			       f->header->e_phnum * sizeof(ElfW(Phdr));
	const size_t note = (size_t)((char *)f->note - f->data);
	struct camipc_module_info info;

	assert_int_equal(read_all(f), 0);
	for (size_t i = 0; i < note + sizeof(*f->note); i++) {
		if (i == headers)
			i = note;
		for (size_t v = 0; v < sizeof(values); v++) {
			int ret;

			assert_int_equal(pwrite(f->fd, &values[v], 1, (off_t)i),
					 1);
			ret = camipc_module_info_read(f->fd, &info, why);
			if (ret != 0 && ret != -ENOEXEC && ret != -ESTALE)
				fail_msg("byte %zu = %u: got %d", i, values[v],
					 ret);
		}
		assert_int_equal(pwrite(f->fd, f->data + i, 1, (off_t)i), 1);
	}
}

static void test_no_note(void **state)
{
	struct camipc_module_info info;

	(void)state;
	assert_int_equal(
		camipc_module_info_read_path(NO_NOTE_MODULE, &info, why),
		-ENOEXEC);
	assert_non_null(strstr(why, "no IPA module"));
	/* A program has notes, but it is not a module. */
	assert_int_equal(
		camipc_module_info_read_path("/proc/self/exe", &info, why),
		-ENOEXEC);
}

static void test_other_files(void **state)
{
	static const char text[] = "#!/bin/sh\n";
	struct fixture *f = *state;
	struct camipc_module_info info;
	const char *path = test_path(f->folder, "x.so");

	assert_int_equal(camipc_module_info_read_path(path, &info, why),
			 -ENOENT);
	assert_int_equal(camipc_module_info_read_path(f->folder, &info, why),
			 -ENOEXEC);
	test_file_write(path, "", 0, 0644);
	assert_int_equal(camipc_module_info_read_path(path, &info, why),
			 -ENOEXEC);
	test_file_write(path, text, sizeof(text) - 1, 0644);
	assert_int_equal(camipc_module_info_read_path(path, &info, why),
			 -ENOEXEC);
	assert_int_equal(
		camipc_module_info_read_path(test_path(path, "y"), &info, why),
		-ENOTDIR);
	/* A fifo without a writer must not block. */
	assert_int_equal(mkfifo(test_path(f->folder, "fifo"), 0644), 0);
	assert_int_equal(camipc_module_info_read_path(
				 test_path(f->folder, "fifo"), &info, why),
			 -ENOEXEC);
	assert_int_equal(
		camipc_module_info_read_path("/dev/null", &info, why),
		-ENOEXEC);
}

/** In a child that is not root, who reads every file; returns its result. */
static int read_as_nobody(const char *path)
{
	struct camipc_module_info info;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (getuid() == 0 && setresuid(65534, 65534, 65534) < 0)
			_exit(1);
		_exit(-camipc_module_info_read_path(path, &info, why));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void test_unreadable(void **state)
{
	struct fixture *f = *state;
	const char *path = test_path(f->folder, "x.so");

	assert_int_equal(chmod(f->folder, 0755), 0);
	test_file_copy(PLAIN_MODULE, path, 0444);
	assert_int_equal(read_as_nobody(path), 0);
	assert_int_equal(chmod(path, 0000), 0);
	assert_int_equal(read_as_nobody(path), -EACCES);
}

/* A result untouched on failure. */
static void test_result_untouched(void **state)
{
	struct camipc_module_info info;
	struct camipc_module_info same;

	(void)state;
	memset(&info, 0x5a, sizeof(info));
	same = info;
	assert_int_equal(
		camipc_module_info_read_path(NO_NOTE_MODULE, &info, why),
		-ENOEXEC);
	assert_memory_equal(&info, &same, sizeof(info));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_good),
		T(test_stripped),
		T(test_truncated_everywhere),
		T(test_truncated_without_sections),
		T(test_ident),
		T(test_header),
		T(test_segments),
		T(test_note_sizes),
		T(test_two_notes),
		T(test_manifest),
		T(test_hostile_manifests),
		T(test_two_manifests),
		T(test_size_of_a_manifest),
		T(test_texts),
		T(test_versions),
		T(test_each_byte_damaged),
		T(test_no_note),
		T(test_other_files),
		T(test_unreadable),
		T(test_result_untouched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
