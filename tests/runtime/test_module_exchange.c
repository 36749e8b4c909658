/* SPDX-License-Identifier: MIT */
/*
 * Tests that the module which is loaded is the file that was opened, whatever
 * happens to its path between the decision and the loading. dlopen() is wrapped:
 * each attack strikes at the last moment before the dynamic loader looks: threat
 * 53.
 */
#include <dlfcn.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fd_leak.h"
#include "log_capture.h"
#include "module_copy.h"
#include "module_info.h"
#include "module_loader.h"
#include "test_files.h"

#define MARK "CAMIPC_TEST_EVIL"

static char folder[TEST_PATH_SIZE];
static char path[TEST_PATH_SIZE];
static void (*strike)(void);

void *__real_dlopen(const char *name, int flags);
void *__wrap_dlopen(const char *name, int flags);

void *__wrap_dlopen(const char *name, int flags)
{
	if (strike)
		strike();
	return __real_dlopen(name, flags);
}

static const char *variant(const char *name)
{
	return test_path(MODULES_FOLDER, name);
}

/** To @path, with other content each time, so that nobody has loaded it: flags
 *  of the processor, which this one does not have. */
static void copy_plain(void)
{
	static uint32_t n;
	FILE *stream;

	test_file_copy(variant("plain.so"), path, 0644);
	stream = fopen(path, "r+");
	assert_non_null(stream);
	assert_int_equal(fseek(stream, offsetof(ElfW(Ehdr), e_flags), SEEK_SET),
			 0);
	n++;
	assert_int_equal(fwrite(&n, 1, sizeof(n), stream), sizeof(n));
	assert_int_equal(fclose(stream), 0);
}

static int set_up(void **state)
{
	static struct fd_leak before;

	fd_leak_take(&before);
	test_folder_make(folder);
	snprintf(path, sizeof(path), "%s", test_path(folder, "m.so"));
	copy_plain();
	strike = NULL;
	unsetenv(MARK);
	log_capture_begin();
	*state = &before;
	return 0;
}

static int tear_down(void **state)
{
	log_capture_end();
	test_folder_remove(folder);
	assert_int_equal(camipc_module_count_references(), 0);
	fd_leak_assert_none(*state);
	return 0;
}

static void open_file(struct camipc_module_file *file, const char *name)
{
	char why[CAMIPC_MODULE_WHY_SIZE];

	if (camipc_module_file_open(name, file, why) < 0)
		fail_msg("%s: %s", name, why);
}

/** Loads what was opened; returns the module, without a reference. */
static struct camipc_module *load(struct camipc_module_file *file,
				  enum camipc_load_mode mode)
{
	struct camipc_module *module;

	assert_int_equal(camipc_module_load(file, mode, &module), 0);
	camipc_module_unload(module);
	return module;
}

/* ---- attacks ----------------------------------------------------------- */

static void rename_over(void)
{
	test_file_replace(variant("evil.so"), path, 0644);
}

static void link_over(void)
{
	assert_int_equal(symlink(variant("evil.so"), test_path(folder, "next")),
			 0);
	assert_int_equal(rename(test_path(folder, "next"), path), 0);
}

static void exchange_folder(void)
{
	char away[TEST_PATH_SIZE];

	snprintf(away, sizeof(away), "%s", test_path(folder, "sub"));
	assert_int_equal(rename(away, test_path(folder, "away")), 0);
	assert_int_equal(mkdir(away, 0755), 0);
	test_file_copy(variant("evil.so"), test_path(away, "m.so"), 0644);
}

/* The same inode with another content: only a copy is safe from that. */
static void rewrite_in_place(void)
{
	size_t size;
	void *bytes = test_file_read(variant("evil.so"), &size);
	FILE *stream = fopen(path, "r+");

	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, size, stream), size);
	assert_int_equal(fclose(stream), 0);
	free(bytes);
}

/* Each of them strikes once only: dlopen() may be called again. */
static void (*attack)(void);

static void strike_once(void)
{
	strike = NULL;
	attack();
}

static void expect_original(void (*how)(void), enum camipc_load_mode mode)
{
	struct camipc_module_file file;

	attack = how;
	strike = strike_once;
	open_file(&file, path);
	load(&file, mode);
	assert_null(strike); /* it did strike */
	assert_null(getenv(MARK));
	camipc_module_file_close(&file);
}

static void by_rename(void **state)
{
	(void)state;
	assert_int_equal(chmod(folder, 0777), 0);
	expect_original(rename_over, CAMIPC_LOAD_SEALED);
}

static void by_rename_in_a_worker(void **state)
{
	(void)state;
	assert_int_equal(chmod(folder, 0777), 0);
	expect_original(rename_over, CAMIPC_LOAD_OPENED);
}

static void by_link(void **state)
{
	(void)state;
	assert_int_equal(chmod(folder, 0777), 0);
	expect_original(link_over, CAMIPC_LOAD_SEALED);
}

static void by_folder(void **state)
{
	const char *sub = test_path(folder, "sub");

	(void)state;
	assert_int_equal(mkdir(sub, 0755), 0);
	assert_int_equal(chmod(folder, 0777), 0);
	snprintf(path, sizeof(path), "%s", test_path(sub, "m.so"));
	copy_plain();
	expect_original(exchange_folder, CAMIPC_LOAD_SEALED);
}

static void by_rewriting(void **state)
{
	(void)state;
	assert_int_equal(chmod(folder, 0777), 0);
	expect_original(rewrite_in_place, CAMIPC_LOAD_SEALED);
}

/* A link in a writable folder, to a file that nobody else can touch. */
static void by_link_to_pinned(void **state)
{
	struct camipc_module_file file;
	char link[TEST_PATH_SIZE];

	(void)state;
	snprintf(link, sizeof(link), "%s", test_path(folder, "open"));
	assert_int_equal(mkdir(link, 0755), 0);
	assert_int_equal(chmod(link, 0777), 0);
	snprintf(link, sizeof(link), "%s", test_path(folder, "open/link.so"));
	assert_int_equal(symlink(path, link), 0);
	open_file(&file, link);
	assert_string_equal(file.path, path);
	/* Turned round after the decision: the link is never looked at. */
	snprintf(path, sizeof(path), "%s", link);
	attack = link_over;
	strike = strike_once;
	load(&file, CAMIPC_LOAD_SEALED);
	assert_null(strike);
	assert_null(getenv(MARK));
	camipc_module_file_close(&file);
}

/* The control of all of the above: the mark appears when evil.so is loaded. */
static void evil_leaves_its_mark(void **state)
{
	struct camipc_module_file file;

	(void)state;
	open_file(&file, variant("evil.so"));
	load(&file, CAMIPC_LOAD_OPENED);
	assert_non_null(getenv(MARK));
	camipc_module_file_close(&file);
}

/* ---- copies ------------------------------------------------------------ */

/* Each content once, though the number of the descriptor comes again. */
static void one_object_for_each_content(void **state)
{
	static const char *const names[] = { "plain.so", "newer.so",
					     "other.so", "plain.so" };
	struct camipc_module *modules[4];
	struct camipc_module_file file;

	(void)state;
	assert_int_equal(chmod(folder, 0777), 0);
	for (size_t i = 0; i < 4; i++) {
		test_file_copy(variant(names[i]), path, 0644);
		open_file(&file, path);
		modules[i] = load(&file, CAMIPC_LOAD_SEALED);
		assert_string_equal(
			camipc_module_entry(modules[i])->descriptor->name,
			i == 2 ? "ipa.other" : "ipa.plain");
		camipc_module_file_close(&file);
	}
	assert_ptr_not_equal(modules[0], modules[1]);
	assert_ptr_not_equal(modules[1], modules[2]);
	assert_ptr_equal(modules[0], modules[3]);
}

/* What was decided by the note holds for the copy, or nothing is loaded. */
static void another_note_since(void **state)
{
	struct camipc_module_file file;
	struct camipc_module *module;

	(void)state;
	assert_int_equal(chmod(folder, 0777), 0);
	open_file(&file, path);
	test_file_copy(variant("newer.so"), path, 0644);
	assert_int_equal(camipc_module_load(&file, CAMIPC_LOAD_SEALED, &module),
			 -ESTALE);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "m.so: was changed after it was inspected");
	camipc_module_file_close(&file);
}

static void copies_have_a_limit(void **state)
{
	char why[CAMIPC_MODULE_WHY_SIZE];
	struct camipc_module_copy copy;
	int fd = test_memfd(((size_t)256 << 20) + 1, 0);

	(void)state;
	assert_int_equal(camipc_module_copy_make(fd, NULL, &copy, why),
			 -EFBIG);
	assert_non_null(strstr(why, "256 MiB"));
	close(fd);
}

/* ---- needed libraries -------------------------------------------------- */

static int load_needing(const char *in, enum camipc_load_mode mode)
{
	const char *name = test_path(in, "needs.so");
	struct camipc_module_file file;
	struct camipc_module *module;
	int ret;

	test_file_copy(variant("needs.so"), name, 0644);
	open_file(&file, name);
	ret = camipc_module_load(&file, mode, &module);
	camipc_module_file_close(&file);
	if (ret == 0)
		camipc_module_unload(module);
	return ret;
}

static void a_missing_library_is_named(void **state)
{
	(void)state;
	assert_int_equal(load_needing(folder, CAMIPC_LOAD_SEALED), -ELIBACC);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "needs.so: needs the library libcamipc-test-needed.so, "
			   "which was not found");
	assert_int_equal(log_capture_count_from(CAMIPC_LOG_WARNING), 1);
	assert_int_equal(log_capture_count(CAMIPC_LOG_ERROR, "ORIGIN"), 0);
}

/* Last: afterwards the library is loaded, and is found wherever it lies. */
static void libraries_beside_the_module(void **state)
{
	(void)state;
	test_file_copy(test_path(MODULES_FOLDER, "needed.so"),
		       test_path(folder, "libcamipc-test-needed.so"), 0644);
	assert_int_equal(chmod(folder, 0777), 0);
	assert_int_equal(load_needing(folder, CAMIPC_LOAD_SEALED), -ELIBACC);
	assert_int_equal(load_needing(folder, CAMIPC_LOAD_OPENED), -ELIBACC);
	log_capture_expect(2, CAMIPC_LOG_ERROR,
			   "$ORIGIN folders are not searched, because");
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(load_needing(folder, CAMIPC_LOAD_SEALED), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(by_rename),
		T(by_rename_in_a_worker),
		T(by_link),
		T(by_folder),
		T(by_rewriting),
		T(by_link_to_pinned),
		T(one_object_for_each_content),
		T(another_note_since),
		T(copies_have_a_limit),
		T(a_missing_library_is_named),
		T(evil_leaves_its_mark),
		T(libraries_beside_the_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
