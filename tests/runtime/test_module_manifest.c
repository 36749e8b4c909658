/* SPDX-License-Identifier: MIT */
/* Tests the reader of manifests, which lie in a note of the module. */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "module_fixture.h"

#define MANIFEST "read: [/usr/share/caf\303\251]\nthreads: 4\t\n"

/** A manifest's note as it lies in the file. */
struct manifest_note {
	uint32_t name_size;
	uint32_t size;
	uint32_t type;
	char name[8];
	char text[];
};

/** The fixture's module becomes one with a manifest, and this is its note. */
static struct manifest_note *use_manifest_module(struct module_fixture *f)
{
	size_t size;
	char *data = test_file_read(MODULES_FOLDER "/manifest.so", &size);
	char *name;

	module_use(f, data, size);
	name = memmem(f->data, f->size, "camipc\0\0read", 12);
	assert_non_null(name);
	return (void *)(name - offsetof(struct manifest_note, name));
}

static int read_manifest(struct module_fixture *f, char *ret_manifest)
{
	return camipc_module_manifest_read(f->fd, ret_manifest, module_why);
}

static void test_manifest(void **state)
{
	struct module_fixture *f = *state;
	char manifest[CAMIPC_MAX_MANIFEST_SIZE + 1];

	memset(manifest, 'x', sizeof(manifest));
	assert_int_equal(module_read_all(f), 0);
	assert_int_equal(read_manifest(f, manifest), 0);
	assert_string_equal(manifest, ""); /* it has none */
	use_manifest_module(f);
	assert_int_equal(module_read_all(f), 0);
	assert_int_equal(read_manifest(f, manifest), 0);
	assert_string_equal(manifest, MANIFEST);
	/* The rest of the file counts, too. */
	f->note->info.abi++;
	assert_int_equal(module_read_all(f), -ESTALE);
	assert_int_equal(read_manifest(f, manifest), -ESTALE);
	assert_string_equal(manifest, "");
}

static void expect_bad_manifest(struct module_fixture *f, const char *text)
{
	char manifest[CAMIPC_MAX_MANIFEST_SIZE + 1] = "x";

	assert_int_equal(module_read_all(f), -ENOEXEC);
	assert_non_null(strstr(module_why, text));
	assert_int_equal(read_manifest(f, manifest), -ENOEXEC);
	assert_string_equal(manifest, "");
}

/* Invariants 1 to 3, and 5. */
static void test_hostile_manifests(void **state)
{
	static const char *const bad[] = { "\x1b", "\x7f", "\r", "\xff",
					   "\xc2\x9b", "\xed\xa0\x80", "\0" };
	struct module_fixture *f = *state;
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
	assert_int_equal(module_read_all(f), 0);
	/* Of a type that a later library may know. */
	note->type = 3;
	assert_int_equal(module_read_all(f), 0);
}

static void test_two_manifests(void **state)
{
	struct module_fixture *f = *state;
	const struct manifest_note *note = use_manifest_module(f);

	module_add_notes(f, note, sizeof(*note) + note->size);
	expect_bad_manifest(f, "has two manifests");
}

/** The longest one, and one byte more. */
static void test_size_of_a_manifest(void **state)
{
	struct module_fixture *f = *state;
	const size_t at = (f->size + 3) & ~(size_t)3;
	const size_t most = CAMIPC_MAX_MANIFEST_SIZE;
	char manifest[CAMIPC_MAX_MANIFEST_SIZE + 1];
	struct manifest_note *note;
	char *data;

	data = realloc(f->data, at + sizeof(*note) + most + 2);
	assert_non_null(data);
	f->data = data;
	module_use(f, data, at + sizeof(*note) + most + 2);
	note = (void *)(f->data + at);
	*note = (struct manifest_note){ 7, (uint32_t)most + 1, 2, "camipc" };
	memset(note->text, 'a', most + 2);
	note->text[most] = '\0';
	note->text[most + 1] = '\0';
	module_add_notes(f, note, sizeof(*note) + most + 1);
	assert_int_equal(module_read_all(f), 0);
	assert_int_equal(read_manifest(f, manifest), 0);
	assert_int_equal(strlen(manifest), most);

	note->size++;
	note->text[most] = 'a';
	for (unsigned int i = 0; i < f->header->e_phnum; i++) {
		if (f->segments[i].p_offset == at)
			f->segments[i].p_filesz++;
	}
	expect_bad_manifest(f, "has 4097 bytes, the limit is 4096");
}

#define T(name) cmocka_unit_test_setup_teardown(name, module_set_up, \
						module_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_manifest),
		T(test_hostile_manifests),
		T(test_two_manifests),
		T(test_size_of_a_manifest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
