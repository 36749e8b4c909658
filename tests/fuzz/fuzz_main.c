/* SPDX-License-Identifier: MIT */
/*
 * Runs targets with libFuzzer: "--target=NAME" chooses one, and "--bytes"
 * leaves inputs to libFuzzer's own mutators, for a comparison with ours.
 */
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1,
				 const uint8_t *data2, size_t size2,
				 uint8_t *out, size_t max_size,
				 unsigned int seed);

static const struct fuzz_target *target;
static bool only_bytes;

static size_t mutate_bytes(struct oracle_random *random, uint8_t *data,
			   size_t size, size_t room)
{
	(void)random;
	return LLVMFuzzerMutate(data, size, room);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char option[] = "--target=";

	target = NULL;
	for (int i = 1; i < *argc; i++) {
		const char *word = (*argv)[i];

		if (strncmp(word, option, strlen(option)) == 0)
			target = fuzz_find_target(word + strlen(option));
		only_bytes |= strcmp(word, "--bytes") == 0;
	}
	if (!target) {
		fprintf(stderr, "no such target\n");
		exit(2);
	}
	fuzz_mutate_bytes = mutate_bytes;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= FUZZ_MAX_INPUT)
		target->run(data, size);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed)
{
	struct oracle_random random = { .state = seed * UINT64_C(2) + 1 };
	size_t room = max_size < FUZZ_MAX_INPUT ? max_size : FUZZ_MAX_INPUT;

	if (only_bytes || !target->mutate || size > room || room < 64)
		return LLVMFuzzerMutate(data, size, max_size);
	return target->mutate(&random, data, size, room, NULL, 0);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1,
				 const uint8_t *data2, size_t size2,
				 uint8_t *out, size_t max_size,
				 unsigned int seed)
{
	struct oracle_random random = { .state = seed * UINT64_C(2) + 1 };
	size_t room = max_size < FUZZ_MAX_INPUT ? max_size : FUZZ_MAX_INPUT;
	size_t size = size1 < room ? size1 : room;

	memcpy(out, data1, size);
	if (only_bytes || !target->mutate || room < 64)
		return LLVMFuzzerMutate(out, size, max_size);
	return target->mutate(&random, out, size, room, data2, size2);
}
