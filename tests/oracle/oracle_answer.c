/* SPDX-License-Identifier: MIT */
/*
 * Runs the codecs of all interfaces for test_python.py, a line for each
 * message:
 *
 *     oracle_answer draw ROUNDS SEED   prints "NAME FDS HEX" of random values
 *     oracle_answer read               of such lines on stdin, prints what is
 *                                      written again: "LINE HEX"; LINE is its
 *                                      place, from 0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trial.h"

struct line {
	char *text;
	char *name;
	uint32_t n_fds;
	uint8_t *bytes;
	size_t size;
};

static struct line *lines;
static size_t n_lines;

static void print_hex(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%02x", bytes[i]);
	putchar('\n');
}

/* Not of entries of maps: they are no messages in a .proto. */
static void draw(struct trial *trial)
{
	if (!trial->descriptor)
		return;
	trial_draw(trial);
	trial_encode(trial, trial->original);
	printf("%s %u ", trial->type->info->name, trial->n_fds);
	print_hex(trial->bytes, trial->size);
}

static void answer(struct trial *trial)
{
	size_t taken;

	for (size_t i = 0; i < n_lines; i++) {
		const struct line *line = &lines[i];

		if (strcmp(line->name, trial->type->info->name) != 0)
			continue;
		if (trial_decode(trial, line->bytes, line->size, line->n_fds,
				 &taken) < 0) {
			printf("%zu refused\n", i);
			continue;
		}
		trial_encode(trial, trial->decoded);
		printf("%zu ", i);
		print_hex(trial->bytes, trial->size);
	}
}

/* Splits what fgets-like reading gave; hex is decoded in place. */
static bool parse(struct line *line)
{
	char *fds = strchr(line->text, ' ');
	char *hex = fds ? strchr(fds + 1, ' ') : NULL;
	unsigned int byte;

	if (!hex)
		return false;
	*fds = '\0';
	line->name = line->text;
	line->n_fds = (uint32_t)strtoul(fds + 1, NULL, 10);
	line->bytes = (uint8_t *)hex + 1;
	for (hex++; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		line->bytes[line->size++] = (uint8_t)byte;
	return true;
}

static bool read_lines(void)
{
	size_t room = 0;
	char *text = NULL;

	while (getline(&text, &room, stdin) > 0) {
		struct line *more =
			realloc(lines, (n_lines + 1) * sizeof(*lines));

		if (!more)
			return false;
		lines = more;
		lines[n_lines] = (struct line){ .text = text };
		if (!parse(&lines[n_lines++]))
			return false;
		text = NULL;
		room = 0;
	}
	free(text);
	return true;
}

static void free_lines(void)
{
	for (size_t i = 0; i < n_lines; i++)
		free(lines[i].text);
	free(lines);
}

int main(int argc, char **argv)
{
	bool is_draw = argc == 4 && strcmp(argv[1], "draw") == 0;
	bool is_read = argc == 2 && strcmp(argv[1], "read") == 0;
	bool understood = is_draw || is_read;

	if (trial_open_fd(NULL) < 0)
		return 1;
	if (is_draw)
		trial_for_each(draw, atoi(argv[2]),
			       strtoull(argv[3], NULL, 10));
	if (is_read) {
		understood = read_lines();
		if (understood)
			trial_for_each(answer, 1, 1);
		free_lines();
	}
	trial_close_fd(NULL);
	if (!understood)
		fprintf(stderr, "usage: oracle_answer draw ROUNDS SEED | read\n");
	return understood ? 0 : 2;
}
