/* SPDX-License-Identifier: MIT */
/*
 * Prints what our codec makes of the same values and the same damage on every
 * machine: a line for each message and round, with hashes of its bytes and of
 * what damaged bytes decode to; and one for a value of each message that is cut
 * at every length and has each of its bits flipped.
 *
 *   vectors          prints the lines
 *   vectors FILE     compares them with those of another machine
 *
 * Built for the oracle (WITH_ORACLE), it prints only what protobuf-c agrees
 * with. CAMIPC_TEST_VECTORS is FILE, too.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "typed.h"
#ifdef WITH_ORACLE
#include "oracle.h"
#endif

#define ROUNDS 20u
#define DAMAGES 20u

/* The value that is damaged in every place: the largest of so many with no more
 * bytes than this, for qemu's sake, or the smallest. tests/oracle/test_damage.c
 * takes larger ones. */
#define DRAWN 8u
#define MAX_WHOLE 400u

#define ROOM (256u * 1024u)
#define BUDGET ((size_t)64 * 1024 * 1024)
#define MAX_FDS 64u

const struct fuzz_target *const fuzz_targets[] = { NULL };
const struct fuzz_face *const fuzz_faces[] = { NULL };

static uint8_t bytes[ROOM];
static uint8_t again[ROOM];
static int fds[MAX_FDS];

static uint64_t hash_more(uint64_t hash, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ data[i]) * UINT64_C(1099511628211);
	return hash;
}

static uint8_t *new_message(const struct camipc_message_type *type)
{
	uint8_t *msg = calloc(1, type->size);

	FUZZ_REQUIRE(msg);
	if (type->init)
		type->init(msg);
	return msg;
}

static size_t encode(const struct camipc_message_type *type, const void *msg,
		     uint8_t *to, uint32_t *ret_n_fds)
{
	struct camipc_writer w;
	size_t size;

	camipc_writer_init(&w, to, ROOM, fds, MAX_FDS);
	type->encode(&w, msg);
	FUZZ_REQUIRE(camipc_writer_finish(&w, &size) == 0);
	*ret_n_fds = w.n_fds;
	return size;
}

/* How decoding ends, and what the value encodes to. */
static uint64_t decode(const struct camipc_message_type *type, size_t size,
		       uint32_t n_fds, struct camipc_arena *arena,
		       uint64_t hash)
{
	uint8_t *exact = malloc(size ? size : 1);
	uint8_t *msg = new_message(type);
	struct camipc_reader r;
	const uint8_t *p;
	uint8_t ret;

	FUZZ_REQUIRE(exact);
	memcpy(exact, bytes, size);
	for (uint32_t i = 0; i < n_fds; i++)
		fds[i] = fuzz_open_fd();
	camipc_arena_reset(arena, BUDGET);
	p = camipc_reader_init(&r, exact, size, arena, fds, n_fds);
	type->decode(&r, p, msg);
	ret = (uint8_t)-camipc_reader_finish(&r);
	hash = hash_more(hash, &ret, 1);
	if (ret == 0 && fuzz_expect_allowed(type, msg)) {
		size = encode(type, msg, again, &n_fds);
		hash = hash_more(hash, again, size);
	}
	free(msg);
	free(exact);
	return hash;
}

#ifdef WITH_ORACLE
static const ProtobufCMessageDescriptor *find_descriptor(const char *name)
{
	for (size_t i = 0; oracle_descriptors[i]; i++) {
		if (strcmp(oracle_descriptors[i]->name, name) == 0)
			return oracle_descriptors[i];
	}
	return NULL;
}

/* protobuf-c reads the same value out of them. */
static void ask_oracle(const struct camipc_message_type *type, const void *msg,
		       size_t size)
{
	const ProtobufCMessageDescriptor *descriptor =
		find_descriptor(type->info->name);
	ProtobufCMessage *message;

	if (!descriptor)
		return; /* an entry of a map: in others */
	message = protobuf_c_message_unpack(descriptor, NULL, size, bytes);
	FUZZ_REQUIRE(message && oracle_matches(type->info, msg, message));
	protobuf_c_message_free_unpacked(message, NULL);
}
#else
static void ask_oracle(const struct camipc_message_type *type, const void *msg,
		       size_t size)
{
	(void)type;
	(void)msg;
	(void)size;
}
#endif

/* One line: name, round, hash of the bytes, of the damage. */
static void make_line(const struct camipc_message_type *type,
		      unsigned int round, char *line, size_t room)
{
	const char *name = type->info->name;
	uint64_t seed = fuzz_hash(name, strlen(name)) * UINT64_C(100) + round;
	struct oracle_random random = { .state = seed | 1 };
	uint64_t damage = UINT64_C(14695981039346656037);
	uint8_t *msg = new_message(type);
	struct camipc_arena arena;
	uint64_t clean;
	uint32_t n_fds;
	size_t size;

	camipc_arena_init(&arena, 0);
	fuzz_draw(type, seed, &arena, msg);
	size = encode(type, msg, bytes, &n_fds);
	ask_oracle(type, msg, size);
	camipc_arena_fini(&arena);
	camipc_arena_init(&arena, 0);
	clean = hash_more(damage, bytes, size);
	FUZZ_REQUIRE(
		decode(type, size, n_fds, &arena, 0) ==
		hash_more(hash_more(0, (const uint8_t *)"", 1), bytes, size));
	for (unsigned int i = 0; i < DAMAGES && size > 0; i++) {
		size = fuzz_change_bytes(&random, bytes, size, ROOM);
		damage = decode(type, size, n_fds, &arena, damage);
	}
	camipc_arena_fini(&arena);
	free(msg);
	snprintf(line, room, "%s %u %016llx %016llx\n", name, round,
		 (unsigned long long)clean, (unsigned long long)damage);
}

/* Which of the values that are drawn is damaged in every place. */
static uint64_t choose(const struct camipc_message_type *type, uint64_t seed,
		       struct camipc_arena *arena, uint8_t *msg)
{
	size_t chosen_size = SIZE_MAX;
	uint64_t chosen = seed;

	for (uint64_t i = 0; i < DRAWN; i++) {
		uint32_t n_fds;
		size_t size;
		bool better;

		memset(msg, 0, type->size);
		fuzz_draw(type, seed + i, arena, msg);
		size = encode(type, msg, bytes, &n_fds);
		better = size < chosen_size;
		if (size <= MAX_WHOLE)
			better = chosen_size > MAX_WHOLE || size > chosen_size;
		if (better) {
			chosen = seed + i;
			chosen_size = size;
		}
	}
	return chosen;
}

/* Every length, and every bit: name, "whole", size, hash of the outcomes. */
static void make_whole_line(const struct camipc_message_type *type, char *line,
			    size_t room)
{
	const char *name = type->info->name;
	uint64_t seed = fuzz_hash(name, strlen(name)) * UINT64_C(1000);
	uint64_t damage = UINT64_C(14695981039346656037);
	uint8_t *msg = new_message(type);
	struct camipc_arena arena;
	uint32_t n_fds;
	size_t size;

	camipc_arena_init(&arena, 0);
	seed = choose(type, seed, &arena, msg);
	memset(msg, 0, type->size);
	fuzz_draw(type, seed, &arena, msg);
	size = encode(type, msg, bytes, &n_fds);
	camipc_arena_fini(&arena);
	camipc_arena_init(&arena, 0);
	for (size_t cut = 0; cut < size; cut++)
		damage = decode(type, cut, n_fds, &arena, damage);
	for (size_t bit = 0; bit < size * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		damage = decode(type, size, n_fds, &arena, damage);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	camipc_arena_fini(&arena);
	free(msg);
	snprintf(line, room, "%s whole %zu %016llx\n", name, size,
		 (unsigned long long)damage);
}

/* The line of @file that begins as @line does, or NULL. */
static const char *find_line(const char *file, const char *line)
{
	size_t n = (size_t)(strchr(strchr(line, ' ') + 1, ' ') - line) + 1;

	while (*file) {
		if (strncmp(file, line, n) == 0)
			return file;
		file += strcspn(file, "\n");
		file += *file == '\n';
	}
	return NULL;
}

/* False: another machine has another line. One that it lacks is of a message
 * that it does not have. */
static bool compare(const char *others, const char *line, unsigned int *same)
{
	const char *other = find_line(others, line);

	if (!other)
		return true;
	if (strncmp(other, line, strlen(line)) != 0) {
		fprintf(stderr, "here  %sthere %.*s\n", line,
			(int)strcspn(other, "\n"), other);
		return false;
	}
	(*same)++;
	return true;
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	FUZZ_REQUIRE(text);
	if (!file) {
		printf("skipped: no vectors of another machine\n");
		exit(77);
	}
	FUZZ_REQUIRE(fread(text, 1, (1 << 20) - 1, file) > 0);
	fclose(file);
	return text;
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : getenv("CAMIPC_TEST_VECTORS");
	char *others = path ? read_file(path) : NULL;
	unsigned int same = 0;

	for (size_t i = 0; oracle_codecs[i].type; i++) {
		for (unsigned int round = 0; round <= ROUNDS; round++) {
			char line[512];

			if (round < ROUNDS)
				make_line(oracle_codecs[i].type, round, line,
					  sizeof(line));
			else
				make_whole_line(oracle_codecs[i].type, line,
						sizeof(line));
			if (!others)
				fputs(line, stdout);
			else if (!compare(others, line, &same))
				return 1;
		}
	}
	fuzz_close_fd();
	if (others) {
		printf("%u the same\n", same);
		free(others);
		return same > 0 ? 0 : 1;
	}
	return 0;
}
