/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes what reads a worker's stderr. Where the bytes were cut must not matter,
 * only what was there may be left, in its order, and a text without ESC and
 * without C1 stays as it is.
 */
#include <string.h>

#include "foreign_line.h"
#include "targets.h"

#define ROOM 4096

/* All of @part is in @whole, in the same order. */
static bool is_left_of(const char *part, size_t n_part, const uint8_t *whole,
		       size_t n_whole)
{
	size_t at = 0;

	for (size_t i = 0; i < n_whole && at < n_part; i++)
		at += whole[i] == (uint8_t)part[at];
	return at == n_part;
}

static bool has_start(const uint8_t *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] == 0x1b || (text[i] >= 0x80 && text[i] <= 0x9f))
			return true;
	return false;
}

/* The first two bytes are the room of the line, and the length of a part. */
static void run(const uint8_t *data, size_t size)
{
	struct camipc_foreign_line line = { 0 };
	static char whole[ROOM + 1];
	static char parts[ROOM + 1];
	size_t room;
	size_t step;
	size_t n;

	if (size < 2)
		return;
	room = 1 + 16u * data[0];
	step = 1 + data[1] % 32u;
	data += 2;
	size -= 2;
	whole[room] = '#';
	n = camipc_strip_escapes(whole, room, data, size);
	FUZZ_REQUIRE(n <= room && n <= size && whole[room] == '#');
	FUZZ_REQUIRE(is_left_of(whole, n, data, size));
	if (!has_start(data, size))
		FUZZ_REQUIRE(n == (size < room ? size : room));
	for (size_t at = 0; at < size; at += step)
		camipc_foreign_line_add(&line, parts, room, data + at,
					size - at < step ? size - at : step);
	FUZZ_REQUIRE(camipc_foreign_line_end(&line) == n);
	FUZZ_REQUIRE(!memcmp(whole, parts, n));
	whole[n] = '\0';
	(void)camipc_foreign_level(whole, CAMIPC_LOG_WARNING);
}

/* Pieces of which sequences consist. */
static size_t seed(struct oracle_random *random, uint8_t *data, size_t room)
{
	static const char *const pieces[] = {
		"\033",	  "\033[",	"\033]0;",    "\033P",	"\033\\",
		"\a",	  "1;31",	"m",	      " q",	"\302\233",
		"\233",	  "\302\234",	"\235",	      "\n",	"\030",
		"text",	  "\304\233",	"\360\237",   "\033(B", "\377",
		"[0:12:34.567] [7]", " ERROR A ",
	};
	const uint32_t n_pieces = sizeof(pieces) / sizeof(pieces[0]);
	uint32_t n = oracle_below(random, 40);
	size_t size = 2;

	data[0] = (uint8_t)oracle_below(random, 256);
	data[1] = (uint8_t)oracle_below(random, 256);
	for (uint32_t i = 0; i < n; i++) {
		const char *piece = pieces[oracle_below(random, n_pieces)];

		if (size + strlen(piece) > room)
			break;
		memcpy(data + size, piece, strlen(piece));
		size += strlen(piece);
	}
	return size;
}

static size_t mutate(struct oracle_random *random, uint8_t *data, size_t size,
		     size_t room, const uint8_t *other, size_t other_size)
{
	(void)other;
	(void)other_size;
	if (oracle_below(random, 4) == 0)
		return seed(random, data, room);
	return fuzz_mutate_bytes(random, data, size, room);
}

const struct fuzz_target fuzz_log_target = {
	.name = "log",
	.run = run,
	.mutate = mutate,
	.seed = seed,
};
