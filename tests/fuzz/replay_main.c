/* SPDX-License-Identifier: MIT */
/*
 * Runs the targets without libFuzzer, as an ordinary test.
 *
 *   replay TARGET [--save FILE] [--rounds N] [FILE or FOLDER]...
 *          [--corpus-only]                           try inputs, and N others
 *   replay TARGET --write FOLDER N [FILE]...         inputs as bytes, N drawn
 *   replay --list [NAME]...                          names of the targets, which
 *                                                    are these and no others
 *
 * A FILE that ends in .txt is one of corpus_text.h, one that ends in .capture
 * is a session, which inputs are made of, any other one is bytes, as libFuzzer
 * leaves them; its name may say how it has to end: expect_result(). With --save
 * each input is written to FILE before it is tried: the last one failed.
 * Rounds are inputs drawn and changed, the same ones every time.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "corpus_text.h"
#include "fuzz.h"
#include "under_valgrind.h"

#define ROUND_SEED 20250805u

/* Rounds of one drawn input: that many changes on top of each other. */
#define CHANGES 20u

#define PATH_SIZE 1024u

static const struct fuzz_target *target;
static const char *write_to;
static const char *save_to;
static unsigned long n_tried;

static void fail(const char *path, const char *what)
{
	fprintf(stderr, "%s: %s\n", path, what);
	exit(1);
}

static void write_file(const char *path, const uint8_t *data, size_t size)
{
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(data, 1, size, file) != size || fclose(file))
		fail(path, "cannot be written");
}

/* Each input in memory of its own size, so that ASan sees its end. */
static void try_input(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	FUZZ_REQUIRE(copy);
	if (save_to)
		write_file(save_to, data, size);
	if (size > 0)
		memcpy(copy, data, size);
	target->run(copy, size);
	free(copy);
	n_tried++;
}

/* ---- changes -------------------------------------------------------------- */

/* Makes another input of one, as libFuzzer would. */
static size_t change(struct oracle_random *random, uint8_t *data, size_t size,
		     const uint8_t *other, size_t other_size)
{
	if (target->mutate)
		return target->mutate(random, data, size, FUZZ_MAX_INPUT, other,
				      other_size);
	return fuzz_change_bytes(random, data, size, FUZZ_MAX_INPUT);
}

/* ---- files ---------------------------------------------------------------- */

static char *read_file(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	struct stat status;
	char *text;

	if (!file || fstat(fileno(file), &status) < 0)
		fail(path, "cannot be read");
	text = malloc((size_t)status.st_size + 1);
	FUZZ_REQUIRE(text);
	*ret_size = fread(text, 1, (size_t)status.st_size, file);
	text[*ret_size] = '\0';
	fclose(file);
	return text;
}

static void write_input(const char *name, const uint8_t *data, size_t size)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", write_to, name);
	write_file(path, data, size);
}

/* "ok-...", "bad-..." and "limit-..." say what an input has to come to. */
static void expect_result(const char *path, const char *name)
{
	if (strncmp(name, "ok-", 3) == 0 && fuzz_result != 0)
		fail(path, "was refused");
	if (strncmp(name, "bad-", 4) == 0 &&
	    (fuzz_result == 0 || fuzz_result == -EMSGSIZE))
		fail(path, "was not refused as bad");
	if (strncmp(name, "limit-", 6) == 0 && fuzz_result != -EMSGSIZE)
		fail(path, "was not over a limit");
}

static const char *capture_path;
static unsigned long n_captured;

/* Changes on top of each other, with pieces of the one before. */
static void try_changes(const uint8_t *data, size_t size)
{
	const unsigned int n = under_valgrind() ? 1 : CHANGES;
	static uint8_t changed[FUZZ_MAX_INPUT];
	static uint8_t other[FUZZ_MAX_INPUT];
	static size_t other_size;
	struct oracle_random random = {
		.state = fuzz_hash((const char *)data, size) | 1
	};
	size_t changed_size = size;

	memcpy(changed, data, size);
	for (unsigned int i = 0; i < n; i++) {
		changed_size = change(&random, changed, changed_size, other,
				      other_size);
		try_input(changed, changed_size);
	}
	memcpy(other, data, size);
	other_size = size;
}

static void take_captured(const uint8_t *data, size_t size)
{
	char name[64];

	n_captured++;
	if (write_to) {
		snprintf(name, sizeof(name), "captured-%08x",
			 fuzz_hash((const char *)data, size));
		write_input(name, data, size);
		return;
	}
	try_input(data, size);
	if (fuzz_result != 0)
		fail(capture_path, "has what was refused");
	try_changes(data, size);
}

static void take_capture(const char *path)
{
	unsigned long n_too_large;
	size_t size;
	char *bytes = read_file(path, &size);

	capture_path = path;
	n_captured = 0;
	n_too_large = fuzz_take_capture(target, (const uint8_t *)bytes, size,
					take_captured);
	if (!write_to)
		printf("%s: %lu inputs, %lu messages too large for one\n", path,
		       n_captured, n_too_large);
	free(bytes);
}

static bool ends_in(const char *path, const char *what)
{
	size_t len = strlen(path);
	size_t n = strlen(what);

	return len > n && strcmp(path + len - n, what) == 0;
}

static void take_file(const char *path)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	static uint8_t bytes[FUZZ_MAX_INPUT];
	size_t size;
	char *text;

	if (ends_in(path, ".capture")) {
		take_capture(path);
		return;
	}
	text = read_file(path, &size);
	if (ends_in(path, ".txt")) {
		size_t n;

		if (!corpus_text_read(text, bytes, sizeof(bytes), &n)) {
			fprintf(stderr, "%s:%zu: not an input\n", path, n);
			exit(1);
		}
		size = n;
	} else {
		size = size < sizeof(bytes) ? size : sizeof(bytes);
		memcpy(bytes, text, size);
	}
	free(text);
	if (write_to) {
		write_input(name, bytes, size);
		return;
	}
	/* Said before, so that it is the last line if this one is the one. */
	printf("%s\n", name);
	fflush(stdout);
	try_input(bytes, size);
	expect_result(path, name);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void take_path(const char *path)
{
	struct dirent **entries;
	struct stat status;
	int n;

	if (stat(path, &status) < 0)
		fail(path, "is not there");
	if (!S_ISDIR(status.st_mode)) {
		take_file(path);
		return;
	}
	n = scandir(path, &entries, NULL, by_name);
	for (int i = 0; i < n; i++) {
		char name[PATH_SIZE];

		snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			take_file(name);
		free(entries[i]);
	}
	free(entries);
}

/* ---- made up --------------------------------------------------------------- */

static void write_drawn(unsigned long n)
{
	struct oracle_random random = { .state = ROUND_SEED };
	static uint8_t data[FUZZ_MAX_INPUT];

	for (unsigned long i = 0; target->seed && i < n; i++) {
		char name[32];

		snprintf(name, sizeof(name), "drawn-%03lu", i);
		write_input(name, data,
			    target->seed(&random, data, sizeof(data)));
	}
}

static void try_rounds(unsigned long n)
{
	struct oracle_random random = { .state = ROUND_SEED };
	static uint8_t data[FUZZ_MAX_INPUT];
	static uint8_t other[FUZZ_MAX_INPUT];
	size_t other_size = 0;
	size_t size = 0;

	for (unsigned long i = 0; i < n; i++) {
		if (i % CHANGES == 0) {
			memcpy(other, data, size);
			other_size = size;
			size = target->seed ? target->seed(&random, data,
							   sizeof(data))
					    : 0;
		} else {
			size = change(&random, data, size, other, other_size);
		}
		try_input(data, size);
	}
}

/* Without @names: prints those there are. */
static int list(int n_names, char **names)
{
	char name[FUZZ_MAX_NAME];
	int n = 0;

	for (; fuzz_target_at((size_t)n, name); n++) {
		printf("%s\n", name);
		if (n_names > 0 &&
		    (n >= n_names || strcmp(names[n], name) != 0))
			fail(name, "is a target that no test tries");
	}
	if (n_names > n)
		fail(names[n], "is no target");
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long rounds = 0;
	int next = 2;

	if (argc > 1 && strcmp(argv[1], "--list") == 0)
		return list(argc - 2, argv + 2);
	target = argc > 1 ? fuzz_find_target(argv[1]) : NULL;
	if (!target) {
		fprintf(stderr, "usage: replay TARGET [--rounds N] FILE...\n");
		return 2;
	}
	if (next + 1 < argc && strcmp(argv[next], "--save") == 0) {
		save_to = argv[next + 1];
		next += 2;
	}
	if (next + 1 < argc && strcmp(argv[next], "--rounds") == 0) {
		rounds = strtoul(argv[next + 1], NULL, 10);
		next += 2;
	} else if (next + 2 < argc && strcmp(argv[next], "--write") == 0) {
		write_to = argv[next + 1];
		write_drawn(strtoul(argv[next + 2], NULL, 10));
		next += 3;
	}
	for (; next < argc; next++) {
		/* Behind all that a test is run with: it can be put there. */
		if (strcmp(argv[next], "--corpus-only") == 0)
			rounds = 0;
		else
			take_path(argv[next]);
	}
	if (write_to)
		return 0;
	try_rounds(under_valgrind() ? (rounds + 39) / 40 : rounds);
	printf("%s: %lu inputs\n", argv[1], n_tried);
	fuzz_close_fd();
	return 0;
}
