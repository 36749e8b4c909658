/* SPDX-License-Identifier: MIT */
/* Tests the reader of module notes: invariants 1 to 3 and 5. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "module_fixture.h"

static int read_path(const char *path, struct camipc_module_info *ret_info)
{
	return camipc_module_info_read_path(path, ret_info, module_why);
}

static void test_good(void **state)
{
	struct camipc_module_info info;

	(void)state;
	assert_int_equal(read_path(PLAIN_MODULE, &info), 0);
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
	assert_int_equal(read_path(STRIPPED_MODULE, &info), 0);
	assert_string_equal(info.name, "plain");
}

/* A truncated module is -ENOEXEC, wherever it was cut. */
static void test_truncated_everywhere(void **state)
{
	struct module_fixture *f = *state;
	struct camipc_module_info info;

	assert_int_equal(module_read_all(f), 0);
	for (size_t size = f->size; size-- > 0;) {
		int ret;

		assert_int_equal(ftruncate(f->fd, (off_t)size), 0);
		ret = camipc_module_info_read(f->fd, &info, module_why);
		if (ret != -ENOEXEC)
			fail_msg("%zu of %zu bytes: got %d", size, f->size,
				 ret);
	}
}

/* No section table, as sstrip leaves it: the segments alone tell. */
static void test_truncated_without_sections(void **state)
{
	struct module_fixture *f = *state;
	size_t end = 0;

	f->header->e_shoff = 0;
	f->header->e_shnum = 0;
	for (unsigned int i = 0; i < f->header->e_phnum; i++) {
		const ElfW(Phdr) *segment = &f->segments[i];

		if (segment->p_type == PT_LOAD &&
		    segment->p_offset + segment->p_filesz > end)
			end = segment->p_offset + segment->p_filesz;
	}
	assert_int_equal(module_read_cut(f, end), 0);
	assert_int_equal(module_read_cut(f, end - 1), -ENOEXEC);
	assert_string_equal(module_why, "truncated");
}

static void test_ident(void **state)
{
	struct module_fixture *f = *state;
	unsigned char *ident = f->header->e_ident;

	ident[EI_MAG1] ^= 1;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	assert_string_equal(module_why, "not an ELF file");
	ident[EI_MAG1] ^= 1;

	ident[EI_CLASS] ^= ELFCLASS32 ^ ELFCLASS64;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	assert_non_null(strstr(module_why, "-bit file, this process"));
	ident[EI_CLASS] = 0;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	ident[EI_CLASS] = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;

	ident[EI_DATA] ^= ELFDATA2LSB ^ ELFDATA2MSB;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	assert_non_null(strstr(module_why, "byte order"));
	ident[EI_DATA] ^= ELFDATA2LSB ^ ELFDATA2MSB;

	ident[EI_VERSION] = 2;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	ident[EI_VERSION] = EV_CURRENT;
	assert_int_equal(module_read_all(f), 0);
}

static void test_header(void **state)
{
	struct module_fixture *f = *state;
	ElfW(Ehdr) good = *f->header;

	f->header->e_type = ET_EXEC;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	assert_string_equal(module_why, "not a shared object");
	*f->header = good;

	f->header->e_machine ^= 0x5555;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	assert_non_null(strstr(module_why, "machine"));
	*f->header = good;

	f->header->e_phentsize--;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	*f->header = good;

	f->header->e_phnum = 0;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	f->header->e_phnum = UINT16_MAX;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	*f->header = good;

	f->header->e_phoff = (ElfW(Off))-1;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	f->header->e_phoff = (ElfW(Off))-(ElfW(Off))sizeof(ElfW(Phdr));
	assert_int_equal(module_read_all(f), -ENOEXEC);
	*f->header = good;

	f->header->e_shoff = (ElfW(Off))-1;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	*f->header = good;
	assert_int_equal(module_read_all(f), 0);
}

/* Threat 11: sums that wrap, in each segment. */
static void test_segments(void **state)
{
	struct module_fixture *f = *state;

	for (unsigned int i = 0; i < f->header->e_phnum; i++) {
		ElfW(Phdr) *segment = &f->segments[i];
		ElfW(Phdr) good = *segment;

		if (segment->p_type != PT_LOAD && segment->p_type != PT_NOTE)
			continue;
		segment->p_offset = (ElfW(Off))-1;
		assert_int_equal(module_read_all(f), -ENOEXEC);
		*segment = good;
		segment->p_filesz = (ElfW(Off))-1;
		assert_int_equal(module_read_all(f), -ENOEXEC);
		*segment = good;
		segment->p_offset = (ElfW(Off))f->size;
		segment->p_filesz = 1;
		assert_int_equal(module_read_all(f), -ENOEXEC);
		*segment = good;
	}
	assert_int_equal(module_read_all(f), 0);
}

static void test_note_sizes(void **state)
{
	struct module_fixture *f = *state;
	struct camipc_module_note good = *f->note;

	f->note->name_size = UINT32_MAX;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	f->note->name_size = UINT32_MAX - 3;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	*f->note = good;
	f->note->info_size = UINT32_MAX;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	*f->note = good;
	f->note->info_size -= 4;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	*f->note = good;
	/* Another owner's, or of another type: none of ours. */
	f->note->name[0] = 'k';
	assert_int_equal(module_read_all(f), -ENOEXEC);
	assert_non_null(strstr(module_why, "no IPA module"));
	*f->note = good;
	f->note->type = CAMIPC_NOTE_TYPE_MANIFEST + 1;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	assert_non_null(strstr(module_why, "no IPA module"));
}

/* Two notes: which of them would the decision rest on? */
static void test_two_notes(void **state)
{
	struct module_fixture *f = *state;

	module_add_notes(f, f->note, sizeof(*f->note));
	assert_int_equal(module_read_all(f), -ENOEXEC);
	assert_string_equal(module_why, "has two module notes");
}

/* ---- texts and versions -------------------------------------------------- */

static void test_texts(void **state)
{
	struct module_fixture *f = *state;
	struct camipc_module_info good = f->note->info;

	memset(f->note->info.name, 'x', sizeof(good.name));
	assert_int_equal(module_read_all(f), -ENOEXEC);
	f->note->info.name[sizeof(good.name) - 1] = '\0';
	assert_int_equal(module_read_all(f), 0);
	f->note->info.name[0] = '\0';
	assert_int_equal(module_read_all(f), -ENOEXEC);
	f->note->info = good;
	f->note->info.name[1] = '\n';
	assert_int_equal(module_read_all(f), -ENOEXEC);
	f->note->info.name[1] = '\x1b';
	assert_int_equal(module_read_all(f), -ENOEXEC);
	f->note->info.name[1] = (char)0xff;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	memcpy(f->note->info.name, "caf\xc3\xa9", 6);
	assert_int_equal(module_read_all(f), 0);
	f->note->info = good;

	memset(f->note->info.interface_name, 'x', sizeof(good.interface_name));
	assert_int_equal(module_read_all(f), -ENOEXEC);
	f->note->info.interface_name[0] = '\0';
	assert_int_equal(module_read_all(f), -ENOEXEC);
	f->note->info = good;

	memset(f->note->info.license, 'x', sizeof(good.license));
	assert_int_equal(module_read_all(f), -ENOEXEC);
	memset(f->note->info.license, 0, sizeof(good.license));
	assert_int_equal(module_read_all(f), 0);
}

/* Other versions are -ESTALE, and the reason names both sides. */
static void test_versions(void **state)
{
	struct module_fixture *f = *state;
	struct camipc_module_info good = f->note->info;

	f->note->info.abi++;
	assert_int_equal(module_read_all(f), -ESTALE);
	assert_string_equal(module_why, "has module ABI 2, this library 1");
	f->note->info = good;
	f->note->info.codegen_revision++;
	assert_int_equal(module_read_all(f), -ESTALE);
	assert_non_null(strstr(module_why, "revision"));
	f->note->info = good;
	f->note->info.interface_version = 0;
	f->note->info.compatible_since = 0;
	assert_int_equal(module_read_all(f), -ENOEXEC);
	f->note->info = good;
	f->note->info.compatible_since = good.interface_version + 1;
	assert_int_equal(module_read_all(f), -ENOEXEC);
}

/* Invariants 1 and 2: whatever a byte says, there is an answer. */
static void test_each_byte_damaged(void **state)
{
	static const unsigned char values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct module_fixture *f = *state;
	const size_t headers = f->header->e_phoff +
			       f->header->e_phnum * sizeof(ElfW(Phdr));
	const size_t note = (size_t)((char *)f->note - f->data);
	struct camipc_module_info info;

	assert_int_equal(module_read_all(f), 0);
	for (size_t i = 0; i < note + sizeof(*f->note); i++) {
		if (i == headers)
			i = note;
		for (size_t v = 0; v < sizeof(values); v++) {
			int ret;

			assert_int_equal(pwrite(f->fd, &values[v], 1, (off_t)i),
					 1);
			ret = camipc_module_info_read(f->fd, &info, module_why);
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
	assert_int_equal(read_path(NO_NOTE_MODULE, &info), -ENOEXEC);
	assert_non_null(strstr(module_why, "no IPA module"));
	/* A program has notes, but it is not a module. */
	assert_int_equal(read_path("/proc/self/exe", &info), -ENOEXEC);
}

static void test_other_files(void **state)
{
	static const char text[] = "#!/bin/sh\n";
	struct module_fixture *f = *state;
	struct camipc_module_info info;
	const char *path = test_path(f->folder, "x.so");

	assert_int_equal(read_path(path, &info), -ENOENT);
	assert_int_equal(read_path(f->folder, &info), -ENOEXEC);
	test_file_write(path, "", 0, 0644);
	assert_int_equal(read_path(path, &info), -ENOEXEC);
	test_file_write(path, text, sizeof(text) - 1, 0644);
	assert_int_equal(read_path(path, &info), -ENOEXEC);
	assert_int_equal(read_path(test_path(path, "y"), &info), -ENOTDIR);
	/* A fifo without a writer must not block. */
	assert_int_equal(mkfifo(test_path(f->folder, "fifo"), 0644), 0);
	assert_int_equal(read_path(test_path(f->folder, "fifo"), &info),
			 -ENOEXEC);
	assert_int_equal(read_path("/dev/null", &info), -ENOEXEC);
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
		_exit(-read_path(path, &info));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void test_unreadable(void **state)
{
	struct module_fixture *f = *state;
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
	assert_int_equal(read_path(NO_NOTE_MODULE, &info), -ENOEXEC);
	assert_memory_equal(&info, &same, sizeof(info));
}

#define T(name) cmocka_unit_test_setup_teardown(name, module_set_up, \
						module_tear_down)

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
