/* SPDX-License-Identifier: MIT */
/* Tuning files: every key, and the message about every kind of error. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "test_files.h"
#include "tuning.h"

static char folder[TEST_PATH_SIZE];
static struct softisp_tuning tuning;
static char error[SOFTISP_TUNING_ERROR_SIZE];

static int setup(void **state)
{
	(void)state;
	test_folder_make(folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_folder_remove(folder);
	return 0;
}

static int load_file(struct softisp_tuning *into, const char *path,
		     char text[SOFTISP_TUNING_ERROR_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	assert_true(fd >= 0);
	/* Somebody else may have read from it. */
	if (lseek(fd, 1, SEEK_SET) < 0)
		assert_int_equal(errno, ESPIPE);
	ret = softisp_tuning_load(into, fd, text);
	close(fd);
	return ret;
}

static int load(const char *text)
{
	const char *path = test_path(folder, "tuning.yaml");

	test_file_write(path, text, strlen(text), 0600);
	softisp_tuning_init(&tuning);
	error[0] = '\0';
	return load_file(&tuning, path, error);
}

static void reads_everything(void **state)
{
	(void)state;
	assert_int_equal(
		load("version: 1\n"
		     "black_level: 16\n"
		     "exposure:\n"
		     "  target: 0.2\n"
		     "  speed: 0.25\n"
		     "  max_digital_gain: 2\n"
		     "  gain_unit: 32\n"
		     "  flicker_period: 8333\n"
		     "  metering: spot\n"
		     "white_balance:\n"
		     "  speed: 0.1\n"
		     "  tolerance: 0.05\n"
		     "  curve:\n"
		     "    - [3000, 0.9, 0.4]\n"
		     "    - [6000, 0.6, 0.7]\n"
		     "colour_matrices:\n"
		     "  - [5000, 1.5, -0.25, -0.25, 0, 1, 0, 0, 0, 1]\n"
		     "gamma: 2.2\n"
		     "contrast: 1.25\n"
		     "saturation: 0.5\n"),
		0);
	assert_true(tuning.black_level == 16 && tuning.target == 0.2);
	assert_true(tuning.exposure_speed == 0.25 && tuning.gain_unit == 32);
	assert_true(tuning.max_digital_gain == 2);
	assert_true(tuning.balance_speed == 0.1);
	assert_true(tuning.balance_tolerance == 0.05);
	assert_int_equal(tuning.n_curve, 2);
	assert_true(tuning.curve[1].kelvin == 6000 &&
		    tuning.curve[1].blue == 0.7);
	assert_int_equal(tuning.n_matrices, 1);
	assert_true(tuning.matrices[0].m[1] == -0.25);
	assert_true(tuning.gamma == 2.2);
	assert_true(tuning.contrast == 1.25 && tuning.saturation == 0.5);
	assert_true(tuning.flicker_us == 8333);
	assert_int_equal(tuning.metering, SOFTISP_METERING_SPOT);
}

/* A table with one factor for each colour. */
static size_t put_table(char *to, size_t size, const char *kelvin,
			const char *const factors[3], int rows)
{
	static const char *const names[] = { "red", "green", "blue" };
	size_t n = (size_t)snprintf(to, size, "  - kelvin: %s\n", kelvin);

	for (int i = 0; i < 3; i++) {
		n += (size_t)snprintf(to + n, size - n, "    %s:\n", names[i]);
		for (int y = 0; y < rows; y++)
			for (uint32_t x = 0; x < IPA_SOFTISP_SHADING_COLUMNS; x++)
				n += (size_t)snprintf(
					to + n, size - n, "%s%s%s",
					x ? ", " : "      - [", factors[i],
					x == IPA_SOFTISP_SHADING_COLUMNS - 1
						? "]\n"
						: "");
	}
	assert_true(n < size);
	return n;
}

static void reads_tables_of_lens_shading(void **state)
{
	static const char *const warm[] = { "2", "1.5", "1" };
	static const char *const cold[] = { "1", "16", "4.25" };
	char text[20000] = "lens_shading:\n";
	size_t begin = strlen(text);
	size_t n = begin;

	(void)state;
	n += put_table(text + n, sizeof(text) - n, "2800", warm, 13);
	put_table(text + n, sizeof(text) - n, "6500", cold, 13);
	assert_int_equal(load(text), 0);
	assert_int_equal(tuning.n_shadings, 2);
	assert_true(tuning.shadings[1].kelvin == 6500);
	for (uint32_t i = 0; i < IPA_SOFTISP_SHADING_NODES; i++) {
		assert_int_equal(tuning.shadings[0].factors[0][i], 2048);
		assert_int_equal(tuning.shadings[0].factors[2][i], 1536);
		assert_int_equal(tuning.shadings[1].factors[1][i], 16384);
		assert_int_equal(tuning.shadings[1].factors[3][i], 4352);
	}
	/* The second table belongs to an earlier light. */
	put_table(text + n, sizeof(text) - n, "2800", cold, 13);
	assert_int_equal(load(text), -EINVAL);
	assert_string_equal(error, "line 45: lens_shading: colour "
				   "temperatures must ascend");
	put_table(text + begin, sizeof(text) - begin, "2800", warm, 12);
	assert_int_equal(load(text), -EINVAL);
	assert_string_equal(error, "line 4: red: expected a list of 13 rows");
	strcpy(text + begin, "  - kelvin: 2800\n    red: [[1]]\n");
	assert_int_equal(load(text), -EINVAL);
	assert_string_equal(error, "line 3: red: expected a list of 13 rows");
	strcpy(text + begin, "  - kelvin: 2800\n");
	assert_int_equal(load(text), -EINVAL);
	assert_string_equal(error, "line 2: lens_shading: expected the keys "
				   "kelvin, red, green and blue");
}

static void keeps_what_is_not_mentioned(void **state)
{
	struct softisp_tuning defaults;

	(void)state;
	softisp_tuning_init(&defaults);
	assert_int_equal(load("gamma: 1.8\n"), 0);
	defaults.gamma = 1.8;
	assert_memory_equal(&tuning, &defaults, sizeof(tuning));
}

/* The file that comes with the module says what it does without one. */
static void agrees_with_the_example(void **state)
{
	struct softisp_tuning defaults;

	(void)state;
	softisp_tuning_init(&defaults);
	memset(&tuning, 0, sizeof(tuning));
	assert_int_equal(load_file(
				 &tuning,
				 test_source_path("ipa/softisp/virtual.yaml"),
				 error),
			 0);
	assert_memory_equal(&tuning, &defaults, sizeof(tuning));
}

static void says_what_is_wrong_and_where(void **state)
{
	static const struct {
		const char *text;
		const char *error;
	} bad[] = {
		{ "", "line 1: tuning file: expected keys with values" },
		{ "- 1\n", "line 1: tuning file: expected keys with values" },
		{ "gamma: 2\ngama: 3\n",
		  "line 2: tuning file: unknown key 'gama'; known keys: "
		  "version, black_level, exposure, white_balance, "
		  "colour_matrices, lens_shading, gamma, contrast, "
		  "saturation" },
		{ "exposure:\n  fast: 3\n",
		  "line 2: exposure: unknown key 'fast'; known keys: target, "
		  "speed, max_digital_gain, gain_unit, flicker_period, "
		  "metering" },
		{ "exposure:\n  metering: center\n",
		  "line 2: metering: expected centre, spot or whole, not "
		  "'center'" },
		{ "version: 2\n",
		  "line 1: version: expected 1, not '2'" },
		{ "gamma: fast\n",
		  "line 1: gamma: expected a number from 1 to 4, not 'fast'" },
		{ "gamma: 2,2\n",
		  "line 1: gamma: expected a number from 1 to 4, not '2,2'" },
		{ "gamma: [1]\n",
		  "line 1: gamma: expected a number from 1 to 4" },
		{ "gamma: .nan\n",
		  "line 1: gamma: expected a number from 1 to 4, not '.nan'" },
		{ "gamma: nan\n",
		  "line 1: gamma: expected a number from 1 to 4, not 'nan'" },
		{ "exposure:\n  target: 7\n",
		  "line 2: target: expected a number from 0.01 to 0.8, not "
		  "'7'" },
		{ "exposure: 7\n",
		  "line 1: exposure: expected keys with values" },
		{ "white_balance:\n  curve:\n    - [3000, 1, 1]\n",
		  "line 3: curve: expected a list of 2 to 16 elements" },
		{ "white_balance:\n  curve:\n    - [3000, 1, 1]\n"
		  "    - [2000, 1, 1]\n",
		  "line 4: curve: colour temperatures must ascend" },
		{ "white_balance:\n  curve:\n    - [3000, 1, 1]\n    - [1]\n",
		  "line 4: curve: expected a list of 3 numbers" },
		{ "colour_matrices:\n  - [5000, 1, 2, 3]\n",
		  "line 2: colour_matrices: expected a list of 10 numbers" },
		{ "colour_matrices: []\n",
		  "line 1: colour_matrices: expected a list of 1 to 8 "
		  "elements" },
	};
	struct softisp_tuning before;
	size_t i;

	(void)state;
	softisp_tuning_init(&before);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(load(bad[i].text), -EINVAL);
		assert_string_equal(error, bad[i].error);
		assert_memory_equal(&tuning, &before, sizeof(tuning));
	}
	assert_int_equal(load("gamma: \"2\n"), -EINVAL);
	assert_non_null(strstr(error, "line 2: "));
	assert_int_equal(load("a: &a [*a, *a]\n"), -EINVAL);
}

static void refuses_what_is_no_file(void **state)
{
	char large[70000];

	(void)state;
	memset(large, '#', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	assert_int_equal(load(large), -EFBIG);
	assert_int_equal(load_file(&tuning, folder, error), -EINVAL);
	assert_int_equal(load_file(&tuning, "/dev/zero", error),
			 -EINVAL);
	assert_int_equal(softisp_tuning_load(&tuning, -1, error), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_everything),
		cmocka_unit_test(reads_tables_of_lens_shading),
		cmocka_unit_test(keeps_what_is_not_mentioned),
		cmocka_unit_test(agrees_with_the_example),
		cmocka_unit_test(says_what_is_wrong_and_where),
		cmocka_unit_test(refuses_what_is_no_file),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
