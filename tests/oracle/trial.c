/* SPDX-License-Identifier: MIT */
/* Takes one value of one message through our codec. */
#include "trial.h"

#include <fcntl.h>
#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "under_valgrind.h"

#define VALUES_BUDGET ((size_t)64 * 1024 * 1024)

static int open_fd = -1;

/* Sealed, large, and read-only: fits any [fd=memfd] and [fd=file] there is. */
int trial_open_fd(void **state)
{
	char path[64];
	int fd = memfd_create("oracle", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int ret;

	(void)state;
	if (fd < 0)
		return -1;
	ret = ftruncate(fd, 1 << 24);
	if (ret == 0)
		ret = fcntl(fd, F_ADD_SEALS,
			    F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (ret == 0)
		open_fd = open(path, O_RDONLY | O_CLOEXEC);
	close(fd);
	return open_fd < 0 ? -1 : 0;
}

int trial_close_fd(void **state)
{
	(void)state;
	return close(open_fd);
}

static const ProtobufCMessageDescriptor *find_descriptor(const char *name)
{
	for (size_t i = 0; oracle_descriptors[i]; i++) {
		if (strcmp(oracle_descriptors[i]->name, name) == 0)
			return oracle_descriptors[i];
	}
	return NULL;
}

static void begin(struct trial *trial, const struct camipc_message_type *type,
		  uint64_t seed)
{
	memset(trial, 0, sizeof(*trial));
	trial->type = type;
	trial->descriptor = find_descriptor(type->info->name);
	camipc_arena_init(&trial->values, VALUES_BUDGET);
	camipc_arena_init(&trial->arena, 0);
	trial->random.state = seed * 2 + 1;
	trial->random.arena = &trial->values;
	trial->random.fds = &open_fd;
	trial->random.n_fds = 1;
	trial->original = malloc(type->size);
	trial->decoded = malloc(type->size);
	trial->room = TRIAL_BUFFER_SIZE;
	trial->bytes = malloc(trial->room);
}

static void end(struct trial *trial)
{
	camipc_arena_fini(&trial->values);
	camipc_arena_fini(&trial->arena);
	free(trial->original);
	free(trial->decoded);
	free(trial->bytes);
}

void trial_for_each(void (*work)(struct trial *trial), int rounds,
		    uint64_t seed)
{
	/* Forty times slower there, and what it finds it finds in a few. */
	if (under_valgrind())
		rounds = rounds / 20 + 1;
	for (size_t i = 0; oracle_codecs[i].type; i++) {
		struct trial trial;

		begin(&trial, oracle_codecs[i].type, seed + i * 1000);
		for (int round = 0; round < rounds; round++)
			work(&trial);
		end(&trial);
	}
}

void trial_init(const struct trial *trial, void *msg)
{
	memset(msg, 0, trial->type->size);
	if (trial->type->init)
		trial->type->init(msg);
}

void trial_draw(struct trial *trial)
{
	camipc_arena_reset(&trial->values, VALUES_BUDGET);
	trial_init(trial, trial->original);
	trial->random.fds_left = TRIAL_MAX_FDS;
	oracle_fill(&trial->random, trial->type->info, trial->original);
}

/* Most values are small, and few interfaces have large ones. */
static void make_room(struct trial *trial, size_t size)
{
	if (size <= trial->room)
		return;
	free(trial->bytes);
	trial->room = size;
	trial->bytes = malloc(trial->room);
	assert_non_null(trial->bytes);
}

struct camipc_check trial_encode(struct trial *trial, const void *msg)
{
	const char *name = trial->type->info->name;
	struct camipc_check check = { .max_fds = 0 };
	struct camipc_writer w;

	if (trial->type->check)
		trial->type->check(&check, msg);
	else
		check.wire = trial->type->max_wire;
	if (check.error)
		fail_msg("%s: check says %d of %s", name, check.error,
			 check.field);
	make_room(trial, check.wire);
	camipc_writer_init(&w, trial->bytes, trial->room, trial->fds,
			   TRIAL_MAX_FDS);
	trial->type->encode(&w, msg);
	assert_int_equal(camipc_writer_finish(&w, &trial->size), 0);
	if (trial->size > check.wire)
		fail_msg("%s: %zu bytes, but the check promised %zu", name,
			 trial->size, check.wire);
	if (trial->type->max_wire)
		assert_true(trial->size <= trial->type->max_wire);
	if (trial->type->check)
		assert_int_equal(check.n_fds, w.n_fds);
	trial->n_fds = w.n_fds;
	return check;
}

int trial_decode(struct trial *trial, const void *bytes, size_t size,
		 uint32_t n_fds, size_t *ret_taken)
{
	size_t budget = CAMIPC_DECODED_FACTOR * size + CAMIPC_DECODED_BASE;
	struct camipc_reader r;
	const uint8_t *p;
	int ret;

	for (uint32_t i = 0; i < n_fds; i++)
		trial->fds[i] = open_fd;
	camipc_arena_reset(&trial->arena, budget);
	trial_init(trial, trial->decoded);
	p = camipc_reader_init(&r, bytes, size, &trial->arena, trial->fds,
			       n_fds);
	trial->type->decode(&r, p, trial->decoded);
	ret = camipc_reader_finish(&r);
	assert_int_equal(r.depth, 0);
	assert_int_equal(ret == 0, r.fault == CAMIPC_FAULT_NONE);
	*ret_taken = budget - trial->arena.budget;
	return ret;
}
